#!/usr/bin/env bash
# charts.sh - tests of how charts look, and of charts as text.
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2317 # awk has dollars; functions are called by ok
#
# Usage: bench/tests/charts.sh        prints TAP
#
# Runs are made up: one of sixteen cores with fourteen strategies and long
# names, whose times follow known laws without any noise, and one of two
# cores. The texts of every picture must be on the paper, apart from each
# other, large and dark enough; their places come from the picture itself, by
# fixtures/picture.awk, and where a browser is installed, from the browser.
# Left out: whether a chart is beautiful.
set -u
cd "$(dirname "$0")/../.." || exit 1
. bench/tests/tap.inc
BUILD=$(cd -- "$BUILD" && pwd) || exit 1
export BUILD
unset COLUMNS NO_COLOR LC_ALL
export LC_ALL=C.UTF-8

# --------------------------------------------------------------------- runs

header='arm\tchart\trole\tstrategy\tkernel\tbound\tworkers\tcores\titems\tcommand\n'
row() { # CHART ROLE STRATEGY KERNEL BOUND WORKERS CORES ITEMS
    printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\tbuild/%s %s --workers %s\n' \
        "$1/$2/$4/$3/$6" "$1" "$2" "$3" "$4" "$5" "$6" "$7" "$8" "$3" "$4" "$6"
}

plan() { # CORES KERNEL STRATEGY...: the last number of CORES is all there are.
    local cores=$1 kernel=$2 most=${1##* } s n c
    shift 2
    printf '%b' "$header"
    row blank blank sequential null none 1 1 1
    row speedup plan sequential "$kernel" cpu 1 1 8
    row inflight plan sequential thumbnails io 1 "$most" 1000
    for s; do
        for n in $cores; do
            row speedup plan "$s" "$kernel" cpu "$n" "$n" 8
        done
        case $s in threads | a_long_*)
            row speedup plan "$s" "$kernel" cpu $((2 * most)) "$most" 8
            row speedup plan "$s" "$kernel" cpu $((4 * most)) "$most" 8
            ;;
        esac
        for n in 1 4 16 64 256 1000; do
            row inflight plan "$s" thumbnails io "$n" "$most" 1000
        done
    done
    row speedup twin "$1" "$kernel" cpu "$most" "$most" 8
    for c in racy mutex spin atomic packed sharded; do
        for s in threads process_pool; do
            for n in $cores; do
                row counters plan "$s" "counter_$c" shared "$n" "$most" 4
            done
        done
    done
}

# Nine blocks that are all alike. On CORES, alpha and beta of the Universal
# Scalability Law, which is Amdahl's without beta; one strategy needs a
# quarter more work than sequential, more workers than cores a tenth.
samples() { # ALPHA BETA
    awk -F '\t' -v alpha="$1" -v beta="$2" '
    NR > 1 { n++; arm[n] = $1; chart[n] = $2; strategy[n] = $4; w[n] = $7
        cores[n] = $8; kernel[n] = $5; unlike[n] = $4 in seen ? seen[$4] : \
            (seen[$4] = k++) }
    function put(i, block, ms, lost,    work) {
        work = ms * 1e6
        printf "{\"schema\":1,\"session\":\"s\",\"block\":%d,", block
        printf "\"position\":0,\"arm\":\"%s\",\"verdict\":\"ok\",", arm[i]
        printf "\"reason\":\"\",\"wall_ns\":%.0f,\"user_ns\":%.0f,", \
            work + 2e6, work * 0.9
        printf "\"sys_ns\":1e3,\"exit\":0,\"inside\":{\"items\":1000,"
        printf "\"size\":50,\"rounds\":1,\"wall_ns\":%.0f,", work
        printf "\"setup_ns\":1000000,\"inflight\":%d%s},", w[i], lost
        printf "\"outside\":{},\"flags\":[]}\n"
    }
    function speedup_ms(i,    m, ms) {
        if (strategy[i] == "sequential")
            return 1000
        if (strategy[i] ~ /^(gil|coroutines|event_loop)$/)
            return 1003
        m = w[i] < cores[i] ? w[i] : cores[i]
        ms = 1250 * (1 + alpha * (m - 1) + beta * m * (m - 1)) / m
        return ms * (w[i] > cores[i] ? 1.1 : 1) + \
            (strategy[i] == "threads" ? 0 : 4 * unlike[i] + 40)
    }
    function unsupported(i, block) {
        printf "{\"session\":\"s\",\"block\":%d,\"arm\":\"%s\",", block, arm[i]
        printf "\"verdict\":\"unsupported\",\"wall_ns\":1,\"reason\":\"%s: " \
            "no io_uring here, since the kernel is too old or forbids it\"}\n",\
            strategy[i]
    }
    END {
        for (block = 0; block <= 9; block++)
            for (i = 1; i <= n; i++)
                if (chart[i] == "blank")
                    put(i, block, 0.01, "")
                else if (strategy[i] == "uring" && chart[i] == "speedup")
                    unsupported(i, block)
                else if (chart[i] == "speedup")
                    put(i, block, speedup_ms(i), "")
                else if (chart[i] == "inflight")
                    put(i, block, 12000 / w[i] + unlike[i], "")
                else
                    put(i, block, 0.03 + 0.01 * w[i] * (kernel[i] ~ /mutex/), \
                        ",\"lost\":" (kernel[i] ~ /racy/ && w[i] > 1 ? 66 : 0))
    }'
}

machine() { # CORES MODEL
    cat << JSON
{"cpu": "$2", "cores": $1, "usable_cores": $1, "effective_cores": $1.0,
 "kernel": "Linux 6.18.44-fc-v669"}
JSON
}

run_make() { # DIRECTORY ALPHA BETA MODEL CORES KERNEL STRATEGY...
    local at=$1 alpha=$2 beta=$3 model=$4
    shift 4
    mkdir -p "$at" && plan "$@" > "$at/plan.tsv" &&
        samples "$alpha" "$beta" < "$at/plan.tsv" > "$at/samples.jsonl" &&
        machine "${1##* }" "$model" > "$at/machine.json" &&
        printf '{"session":"s","asked":{"plan":"quick"}}\n' > "$at/session.json"
}

large=$scratch/large
small=$scratch/small
ok 'a run of sixteen cores is made' run_make "$large" 0.1 0 \
    'Intel(R) Xeon(R) Platinum 8375C CPU @ 2.90GHz' '1 2 3 4 6 8 12 16' \
    mandelbrot threads processes process_pool openmp stealing gil coroutines \
    event_loop hybrid pipeline pool subprocess uring a_long_name_of_16
ok 'a run of two cores is made' run_make "$small" 0.02 0 'A CPU' '1 2' gcd \
    threads gil
usl=$scratch/usl
ok 'a run with coherency is made' run_make "$usl" 0.05 0.01 'A CPU' \
    '1 2 3 4 6 8 12 16' hash threads

# ----------------------------------------------------------- what is drawn

# The value of a constant, and a block, of a file for gnuplot.
constant() { # NAME FILE
    sed -n "s/^$1 = '\{0,1\}\(.*\)/\1/p" "$2" | sed "s/'$//"
}
block() { # NAME FILE
    sed -n "/^[$]$1 << END/,/^END/p" "$2" | sed '1d;$d'
}

for run in "$large" "$small" "$usl"; do
    ok "${run##*/}: stats writes its charts" "$BUILD/stats" chart "$run"
done
law=$large/charts/speedup-mandelbrot.dat
like 'the law of the best line that has one' "$(constant note_text "$law")" \
    'Dashed: Amdahl.*s law of threads, s = 0.1 \[0.1, 0.1\]'
# Over sequential: what one worker makes of a quarter more work.
ok 'its curve is that of the law' awk -F '\t' '
    { y = 0.8 / (0.1 + 0.9 / $1); n++
      if ($2 < y * 0.9999 || $2 > y * 1.0001 || $3 > $2 || $4 < $2) exit 1 }
    END { exit !(n > 9 && $1 > 15.9 && $1 < 16.1) }' <(block law "$law")
like 'another law, where its second term is above nothing' \
    "$(constant note_text "$usl/charts/speedup-hash.dat")" \
    'Universal Scalability Law of threads, alpha = 0.05 \[0.05, 0.05\], beta = 0.01 '
ok 'its curve is that of the law' awk -F '\t' '
    { y = 0.8 * $1 / (1 + 0.05 * ($1 - 1) + 0.01 * $1 * ($1 - 1)); n++
      if ($2 < y * 0.999 || $2 > y * 1.001) exit 1 }
    END { exit !(n > 9) }' <(block law "$usl/charts/speedup-hash.dat")
is 'two worker counts carry no law' \
    "$(constant law_n "$small/charts/speedup-gcd.dat")" 0
is 'and it is not spoken of' \
    "$(constant note_text "$small/charts/speedup-gcd.dat" |
        grep -c Dashed)" 0

# One row for each line, of threads: 0.8 x self is what it is over sequential.
ok 'the speedup over itself stands beside that over sequential' awk -F '\t' '
    NR == FNR { self[FNR] = $1; next }
    $6 == "threads" { found = self[FNR] * 0.8 / $3 }
    $6 == "sequential" { none = self[FNR] }
    END { exit !(found > 0.9999 && found < 1.0001 && none == "nan") }' \
    <(block selfs "$law") <(block rows "$law")

is 'workers beyond the cores stand at their workers' \
    "$(block lines "$law" | awk -F '\t' '$6 == "threads" && $8 > $9 {
        print $1, $8, $9 }' | paste -s -d ,)" '32 32 16,64 64 16'
ok 'the region beyond begins between the cores and them' awk '
    { exit !($1 > 16 && $1 < 32) }' <(constant cores_edge "$law")
is 'without such workers there is no region' \
    "$(constant cores_edge "$usl/charts/speedup-hash.dat" | cut -c 1-2)" 22
ok 'a row is about the most cores, not the most workers' awk -F '\t' '
    $6 == "threads" { y = 0.8 / (0.1 + 0.9 / 16)
        exit !($3 > y * 0.999 && $3 < y * 1.001) }' <(block rows "$law")
like 'the words say what they cost' \
    "$("$BUILD/stats" words "$large" speedup-mandelbrot)" \
    'beyond the cores cost time with threads: 64 on 16 cores are 0.91 times as fast \(0.91 to 0.91\) as 16'

# --------------------------------------------------------------- pictures

picture() { # SVG: nothing to find fault with
    local said
    said=$(LC_ALL=C awk -f bench/tests/fixtures/picture.awk "$1")
    [ -z "$said" ] || { echo "$said" && return 1; }
}

# The same, by the boxes that a browser gives the texts.
cat > "$scratch/boxes.js" << 'JS'
const said = [], boxes = [];
const paper = document.querySelector('svg').getBoundingClientRect();
for (const text of document.querySelectorAll('svg text')) {
    const box = text.getBoundingClientRect(), words = text.textContent.trim();
    if (!words) continue;
    if (box.left < paper.left - 0.5 || box.right > paper.right + 0.5 ||
        box.top < paper.top - 0.5 || box.bottom > paper.bottom + 0.5)
        said.push('leaves the paper: ' + words);
    for (const [other, of] of boxes)
        if (box.left < of.right - 0.5 && of.left < box.right - 0.5 &&
            box.top + 3 < of.bottom - 2 && of.top + 3 < box.bottom - 2)
            said.push('overlap: ' + other + ' / ' + words);
    boxes.push([words, box]);
}
document.title = 'boxes ' + boxes.length;
document.body.textContent = said.join(' ;; ');
JS
boxes() { # SVG
    local page=$scratch/page.html said
    { echo '<!DOCTYPE html><meta charset="utf-8"><body style="width:400px">'
        sed -n '/<svg/,$p' "$1"
        echo '<script>' && cat "$scratch/boxes.js" && echo '</script>'; } > "$page"
    said=$(HOME=$scratch timeout 60 chromium --headless --no-sandbox \
        --disable-gpu --dump-dom "file://$page" 2> "$scratch/browser")
    [[ $said == *'<title>boxes '[1-9]* ]] || { echo "$said" && return 2; }
    said=${said#*<body}
    said=$(tr -d "\n" <<< "${said#*>}")
    said=${said%%</body>*}
    [ -z "$said" ] || { echo "$said" && return 1; }
}

if command -v gnuplot > "$scratch/which"; then
    for run in "$large" "$small"; do
        ok "${run##*/}: it is drawn" scripts/plot "$run"
        for svg in "$run"/charts/*.svg; do
            name=${run##*/}/$(basename "$svg" .svg)
            ok "$name: texts are apart, on the paper, large and dark enough" \
                picture "$svg"
            if command -v chromium > "$scratch/which"; then
                ok "$name: the browser finds the same" boxes "$svg"
            else
                skip "$name: the browser finds the same" 'no chromium'
            fi
        done
    done
    svg=$large/charts/speedup-mandelbrot.svg
    ok 'the paper is 480 wide' grep -q 'viewBox="0 0 480 ' "$svg"
    is 'a slide is 1600 wide' "$(od -An -tu1 -j 16 -N 4 \
        "${svg%.svg}.png" | awk '{ print $3 * 256 + $4 }')" 1600
    for words in 'a_long_name_of_16' 'process_pool' '>workers<' 'uring, missing' \
        'Platinum 8375C CPU @ 2.90GHz'; do
        ok "it shows $words" grep -qF "$words" "$svg"
    done
    ok 'the region is shaded' grep -qi 'rgb(239, *239, *239)' "$svg"

    # What a run is drawn from is its data; nothing else is read or written.
    bare=$scratch/bare
    mkdir "$bare"
    cp "$large"/{plan.tsv,samples.jsonl,machine.json,session.json} "$bare"
    ok 'a copy of the data alone is drawn' scripts/plot "$bare"
    ok 'to the same bytes' diff -r "$bare/charts" "$large/charts"
    rm "$bare/charts/counters.svg" "$bare/charts/counters.png"
    touch -d '2001-01-01' "$bare/charts"/*.svg
    ok 'one chart of a run' scripts/plot "$bare" counters
    ok 'is drawn' cmp "$bare/charts/counters.svg" "$large/charts/counters.svg"
    is 'and no other' "$(find "$bare/charts" -name '*.svg' -newermt 2002-01-01)" \
        "$bare/charts/counters.svg"
else
    skip 'pictures' 'gnuplot is not installed'
fi

# ------------------------------------------------------------------- as text

# The widest line of standard input, in signs.
widest() {
    LC_ALL=C awk '{ gsub(/[\200-\277]/, ""); if (length > n) n = length }
        END { print n }'
}

listing() { # DIRECTORY: what is there, and since when
    find "$1" -printf '%p %T@ %s\n' | sort
}

before=$(listing "$large")
chmod -R a-w "$large"
scripts/plot --terminal "$large" > "$scratch/text" 2> "$scratch/err"
is 'a run that may not be written is shown' "$?" 0
chmod -R u+w "$large"
is 'nothing is said beside it' "$(cat "$scratch/err")" ''
is 'and nothing in it has changed' "$(listing "$large")" "$before"
scripts/plot --terminal "$large" > "$scratch/again"
ok 'again: the same bytes' cmp "$scratch/text" "$scratch/again"
is 'no line is wider than 79' "$(($(widest < "$scratch/text") <= 79))" 1
is 'it uses what there is' "$(($(widest < "$scratch/text") >= 75))" 1
for columns in 40 60 100; do
    COLUMNS=$columns scripts/plot --terminal "$large" > "$scratch/narrow"
    is "nor wider than $columns" \
        "$(($(widest < "$scratch/narrow") <= columns))" 1
done
is 'no escape where nobody looks' "$(grep -c $'\033' "$scratch/text")" 0
for words in 'mandelbrot: how many times as fast' '1x = sequential' \
    'elapsed time, by items in flight' 'items in flight' 'lost updates' \
    'cores, workers right of' '░ ideal' 'usable cores: 16' 'plan quick' \
    'measured twice' '^- uring, missing: no io_uring' '200 ms\|100 ms' ' ns'; do
    ok "it says: $words" grep -q -e "$words" "$scratch/text"
done

# The letter of a strategy is the same in every chart.
letters() { # STRATEGY
    grep "^[A-Z] $1 " "$scratch/text" | cut -c 1 | sort -u | paste -s -d ' '
}
for strategy in threads gil process_pool; do
    like "one letter for $strategy" "$(letters $strategy)" '^[A-Z]$'
done
is 'another for each' \
    "$(for s in threads gil process_pool; do letters $s; done | sort -u |
        wc -l)" 3
is 'counters have small ones' "$(grep -c '^[a-z] mutex (threads)' \
    "$scratch/text")" 1

# On the canvas: a line that rises, with its letter at its ends.
letter=$(letters threads)
scripts/plot --terminal --ascii "$large" speedup-mandelbrot > "$scratch/one"
is 'one chart alone' "$(grep -c 'sequential?$\|^counters:' "$scratch/one")" 1
is 'in plain signs' "$(LC_ALL=C grep -c '[^ -~]' "$scratch/one")" 0
ok 'its letter rises to the right' awk -v l="$letter" '
    /[|+].*times/ { next }
    /^[ 0-9.]*[|+]/ && !/^ *[+]-/ { row++; at = index($0, l)
        while (at) { if (!first[row]) first[row] = at
            rest = substr($0, at + 1); last[row] = at
            at = index(rest, l) ? at + index(rest, l) : 0 } }
    END { for (r = 1; r <= row; r++) if (last[r]) {
            n++; if (before && first[r] > before) exit 1
            before = n < 3 ? 0 : last[r] }
        exit !(n >= 4) }' "$scratch/one"
LC_ALL=C scripts/plot --terminal "$large" speedup-mandelbrot > "$scratch/plain"
ok 'plain signs where the locale has no others' cmp "$scratch/one" "$scratch/plain"

# Bars stand where their values do.
ok 'rows are sorted by where their letters stand' awk '
    /^each at its most/ { on = 1; next }
    /^$/ { on = 0 }
    on && /^[A-Z] / { bar = substr($0, 21); at = match(bar, /[A-Z]/)
        if (n++ && at > last) exit 1
        last = at }
    END { exit !(n == 14) }' "$scratch/one"

if command -v script > "$scratch/which"; then
    tty() { # VARIABLE=VALUE...: what a terminal gets
        env TERM=xterm-256color "$@" script -qec \
            "scripts/plot --terminal $small speedup-gcd" "$scratch/typescript"
    }
    tty > "$scratch/tty"
    is 'a terminal gets colours' "$(($(grep -c $'\033' "$scratch/tty") > 3))" 1
    tty NO_COLOR=1 > "$scratch/tty"
    is 'but not where NO_COLOR is set' "$(grep -c $'\033' "$scratch/tty")" 0
    tty TERM=dumb > "$scratch/tty"
    is 'nor one that knows none' "$(grep -c $'\033' "$scratch/tty")" 0
else
    skip 'colours' 'script is not installed'
fi

# A chart without lines is its numbers.
mkdir "$scratch/none"
cat > "$scratch/none/data" << 'DATA'
title_text = 'costs: what does it take?'
footer_plan = 'plan quick'
DATA
printf 'what\ttime of one\tremark\nan extraordinarily long name\t%s\t%s\n' '1.2 ns' \
    'a remark that takes more than is left of the line' > "$scratch/none/rows"
LC_ALL=C awk -v columns=60 -f scripts/terminal.awk part=gp /dev/null part=dat \
    "$scratch/none/data" part=rows "$scratch/none/rows" > "$scratch/none/text"
like 'a chart without lines is its numbers' "$(cat "$scratch/none/text")" \
    'costs: what does it take\?.*what +time.*of one.*an extra.*name +1\.2 ns.*No room for: remark.*plan quick'
is 'and no wider' "$(($(widest < "$scratch/none/text") <= 60))" 1

said=$(scripts/plot --terminal "$small" nonesuch 2>&1)
is 'no such chart: one line says so' "$? $said" \
    "1 plot: nonesuch: no such chart in $small"
scripts/plot --sideways "$small" > "$scratch/out" 2>&1
is 'no such option: usage' "$?" 2
is 'make prints charts' \
    "$(make -s charts RUN="$small" TERMINAL=1 CHART=speedup-gcd 2> "$scratch/err" |
        cksum)" "$(scripts/plot --terminal "$small" speedup-gcd | cksum)"

finish
