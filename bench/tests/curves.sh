#!/usr/bin/env bash
# curves.sh - charts of experiments that say themselves what they draw, on a
# run made up here whose answers are known.
# SPDX-License-Identifier: MIT
#
# Every arm has a median that is told to `arm`; its blocks lie a hundredth or
# less around it, each arm's in another order, and the whole machine is slower
# in some blocks than in others where DRIFT says so. What stats says of them
# is compared with numbers computed here. Left out: how pictures look, which
# takes eyes.
set -u
# shellcheck source=bench/tests/tap.inc
. "$(dirname "$0")/tap.inc"
stats=$(cd "$BUILD" && pwd)/stats
scripts=$(cd scripts && pwd)

# ------------------------------------------------------------ a run, made up

# arm EXPERIMENT CHART STRATEGY SERIES KERNEL WORKERS CORES ITEMS SIZE X MS
#     [INFLIGHT [NAME=VALUE...]]; MS: -: it failed
arm() {
    local n=$#
    printf '%s' "$1"
    shift
    while [ $# -gt 0 ]; do
        printf '\t%s' "$1"
        shift
    done
    [ "$n" -gt 11 ] || printf '\t1'
    printf '\n'
}

# Speedups of two kernels, from which efficiency and the serial share follow.
speedups() { # KERNEL
    arm speedup speedup sequential sequential "$1" 1 1 8 1 1 100
    arm speedup speedup threads threads "$1" 1 1 8 1 1 101
    arm speedup speedup threads threads "$1" 2 2 8 1 2 52
    arm speedup speedup threads threads "$1" 4 4 8 1 4 28
    arm speedup speedup gil gil "$1" 1 1 8 1 1 102
    arm speedup speedup gil gil "$1" 2 2 8 1 2 104
    arm speedup speedup gil gil "$1" 4 4 8 1 4 108
    arm speedup speedup threads threads "$1" 16 4 8 1 16 27
}

# Tasks of a size: sequential's time is that of its bytes and of ten
# nanoseconds each; others share it among 4 cores and pay their own.
grain() { # STRATEGY WORKERS NANOSECONDS [FACTOR-AT-THE-LONGEST]
    local size
    for size in 64 1024 16384 262144; do
        arm granularity granularity "$1" "$1" hash "$2" "$2" \
            $((16777216 / size)) $size $size \
            "$(awk -v s=$size -v w="$2" -v own="$3" \
                -v factor="${4:-1}" 'BEGIN {
                printf "%.9g", 16777216 / s * (s + own) / w / 1e6 * \
                    (s == 262144 ? factor : 1) }')"
    done
}

arms() {
    local q
    for q in 1:40:1000 8:32:150 64:30:50 1024:30:30.02; do
        IFS=: read -r x blocking polling <<< "$q"
        arm queues lines pipeline blocking thumbnails 3 2 100 1 "$x" \
            "$blocking" 3 idle_polls=0
        arm queues lines pipeline polling thumbnails 3 2 100 1 "$x" \
            "$polling" 3 "idle_polls=$((3000 / x))"
    done
    for q in 2:0.2:5:1 8:0.2:15:2; do
        IFS=: read -r x threads gil short <<< "$q"
        arm convoy lines threads threads helicopter "$x" 2 8 1 "$x" 100 1 \
            "response_p99_ns=$(awk "BEGIN { print $threads * 1e6 }")"
        arm convoy lines gil gil helicopter "$x" 2 8 1 "$x" 100 1 \
            "response_p99_ns=$(awk "BEGIN { print $gil * 1e6 }")"
        arm convoy lines gil 'gil 1 ms' helicopter "$x" 2 8 1 "$x" 100 1 \
            "response_p99_ns=$(awk "BEGIN { print $short * 1e6 }")"
    done
    speedups factorize
    speedups gcd
    arm inflight inflight sequential sequential wait 1 4 20 100 1 2000 1
    for q in 1:2000:2004 5:400:402 20:110:100.5; do
        IFS=: read -r x threads loop <<< "$q"
        arm inflight inflight threads threads wait "$x" 4 20 100 "$x" \
            "$threads" "$x"
        arm inflight inflight event_loop event_loop wait 1 4 20 100 "$x" \
            "$loop" "$x"
    done
    for q in 10:100:9000:1000:100 100:110:8500:900:101 1000:-:-:800:120 \
        10000:-:-:800:-; do
        IFS=: read -r x ms thread loop slow <<< "$q"
        arm coroutines lines coroutines coroutines wait 1 4 "$x" 100 "$x" \
            "$slow" "$x" item_bytes=950 max_rss_bytes=2000000
        arm coroutines lines event_loop event_loop wait 1 4 "$x" 100 "$x" \
            100 "$x" "item_bytes=$loop" max_rss_bytes=2000000
        arm coroutines lines threads threads wait "$x" 4 "$x" 100 "$x" \
            "$ms" "$x" "item_bytes=${thread/-/1}" max_rss_bytes=9000000
    done
    arm coroutines lines uring uring wait 1 4 10 100 10 - 10
    # Tasks of 1, 10 and 100 us: sequential takes 100 ms for each.
    for q in 1:200:2000:250 10:66:160:111 100:52:50:103; do
        IFS=: read -r x pool process gil <<< "$q"
        arm grain lines sequential sequential gcd 1 1 8 "$x" "$x" 100
        arm grain lines pool pool gcd 2 2 8 "$x" "$x" "$pool"
        arm grain lines process_pool process_pool gcd 2 2 8 "$x" "$x" \
            "$process"
        arm grain lines gil 'gil pool' gcd 2 2 8 "$x" "$x" "$gil"
    done
    for q in 1:100:10 2:77:13 4:76:13.1; do
        IFS=: read -r x ms gb <<< "$q"
        arm memory lines threads threads triad "$x" "$x" 8 1 "$x" "$ms" 1 \
            "bytes_per_s=${gb}e9"
    done
    arm memory lines sequential sequential triad 1 1 8 1 1 100 1 \
        bytes_per_s=10e9
    arm uneven lines sequential sequential mandelbrot 1 1 8 1 1 100
    for q in 'openmp:openmp static:40' 'openmp:openmp dynamic:26' \
        'openmp:openmp guided:26.5' stealing:stealing:26.02; do
        IFS=: read -r strategy series ms <<< "$q"
        arm uneven lines "$strategy" "$series" mandelbrot 4 4 8 1 4 "$ms"
    done
    grain sequential 1 10
    grain threads 4 200 1.1
    grain pool 4 4000
    grain process_pool 4 900000
}

# made DIRECTORY BLOCKS < arms
made() {
    mkdir -p "$1"
    echo '{"cpu": "Example 3000", "usable_cores": 4, "effective_cores": 4}' \
        > "$1/machine.json"
    awk -F '\t' -v OFS='\t' -v blocks="$2" -v drift="${DRIFT:-0}" \
        -v plan="$1/plan.tsv" -v samples="$1/samples.jsonl" '
        BEGIN {
            print "arm", "chart", "role", "strategy", "kernel", "bound", \
                "workers", "cores", "items", "command", "experiment", \
                "series", "x", "size" > plan
        }
        {
            id = "a" NR
            print id, $2, "plan", $3, $5, "cpu", $6, $7, $8, "run " NR, $1, \
                $4, $10, $9 > plan
            for (b = 0; b <= blocks; b++) {
                # A hundredth at most, each arm in an order of its own.
                noise = 1 + ((b * (1 + NR % (blocks - 1)) + NR) % blocks - \
                    (blocks - 1) / 2) / 50 / blocks
                speed = 1 + drift * (b % 3)
                ok = $11 != "-"
                ms = $11 * noise * speed
                printf "{\"session\":\"s\",\"block\":%d,\"arm\":\"%s\",", b, \
                    id > samples
                printf "\"verdict\":\"%s\",\"reason\":\"%s\",", \
                    ok ? "ok" : "exit-77", ok ? "" : "no room for it" > samples
                printf "\"wall_ns\":%.3f,\"user_ns\":1e5,\"sys_ns\":0,", \
                    (ms + 5) * 1e6 > samples
                printf "\"inside\":{\"items\":%s,\"size\":%s,\"rounds\":1,", \
                    $8, $9 > samples
                printf "\"wall_ns\":%.3f,\"setup_ns\":0,\"inflight\":%s", \
                    ms * 1e6, $12 > samples
                for (i = 13; i <= NF; i++) {
                    split($i, part, "=")
                    printf ",\"%s\":%.6f", part[1], part[2] * noise * speed \
                        > samples
                }
                print "},\"outside\":{},\"flags\":[]}" > samples
            }
        }'
    jq -n '{asked: {plan: "full"}, experiments: [
        {name: "queues", title: "Capacity of queues", question: "How long?",
         chart: "lines", x: "items a queue may hold", y: "elapsed_s",
         xlog: true, ylog: true, order: 60, right: "inside.idle_polls",
         right_name: "polls in vain"},
        {name: "queues-polls", part: "queues", uses: "queues",
         title: "Polls", question: "How often?", chart: "lines",
         x: "items a queue may hold", y: "inside.idle_polls", xlog: true,
         ylog: true, order: 60},
        {name: "convoy", title: "Response beside computing",
         question: "Who waits?", chart: "lines", x: "workers",
         y: "inside.response_p99_ns", y_name: "response time, 99 of 100",
         xlog: false, ylog: true, order: "100"},
        {name: "speedup", title: "Speedup", question: "How many times?",
         chart: "speedup", x: "cores", y: "speedup", order: 10},
        {name: "efficiency", title: "Efficiency", question: "How useful?",
         chart: "lines", x: "cores", y: "efficiency", right: "karp_flatt",
         uses: "speedup", each: "kernel", bound: "one", order: 20},
        {name: "shares", title: "Of one kernel", question: "Which?",
         chart: "lines", x: "cores", y: "karp_flatt", part: "efficiency",
         uses: "speedup", kernels: "gcd", order: 20},
        {name: "inflight", title: "In flight", question: "How long?",
         chart: "inflight", x: "items in flight", order: 30},
        {name: "inflight-rate", part: "inflight", title: "Rate",
         question: "Little?", chart: "lines", x: "items in flight",
         y: "rate_per_s", uses: "inflight", bound: "little", xlog: true,
         ylog: true, order: 31},
        {name: "coroutines", title: "Waiting items", question: "How many?",
         chart: "lines", x: "items", y: "elapsed_s", xlog: true,
         order: 70},
        {name: "coroutines-memory", part: "coroutines", uses: "coroutines",
         title: "Memory of waiting items", question: "How much?",
         chart: "lines", x: "items", y: "inside.item_bytes",
         y_name: "memory of an item", right: "inside.max_rss_bytes",
         right_name: "memory of the process", xlog: true, ylog: true,
         order: 71},
        {name: "grain", title: "Break-even", question: "From when on?",
         chart: "lines", x: "us a task", y: "speedup", xlog: true,
         bound: "one", bound_name: "break-even", order: 80},
        {name: "memory", title: "Memory bound", question: "More cores?",
         chart: "lines", x: "cores", y: "inside.bytes_per_s",
         y_name: "bandwidth", bound: "most", bound_name: "bandwidth limit",
         order: 120},
        {name: "uneven", title: "Uneven work", question: "Who evens out?",
         chart: "lines", x: "cores", y: "speedup", bound: "ideal",
         order: 130},
        {name: "granularity", title: "Short tasks", question: "How short?",
         chart: "granularity", x: "bytes in a task", y: "efficiency",
         xlog: true, order: 110},
        {name: "odd", title: "Odd", question: "What?", chart: "lines",
         x: "cores", y: "elapsed", uses: "speedup", order: 140},
        {name: "costs", title: "Costs", question: "What costs?",
         chart: "costs", order: 90},
        {name: "silent", title: "Silent", question: "Why?", chart: "none"}
    ]}' > "$1/session.json"
}

# Replaces the time of one line of a chart at one x.
changed() { # EXPERIMENT SERIES X MS < arms
    awk -F '\t' -v OFS='\t' -v e="$1" -v s="$2" -v x="$3" -v ms="$4" '
        $1 == e && $4 == s && $10 == x { $11 = ms } { print }'
}

run=$scratch/run
arms > "$scratch/arms"
made "$run" 7 < "$scratch/arms"
"$stats" chart "$run" > "$scratch/names" 2> "$scratch/err"

words() { # CHART [RUN]
    "$stats" words "${2:-$run}" "$1"
}

# say NAME CHART REGEX [RUN]
say() {
    like "$1" "$(words "$2" "${4:-$run}")" "$3"
}

# The value of a constant in a chart's data.
told() { # CHART NAME
    sed -n "s/^$2 = '*\([^']*\)'*$/\1/p" "$run/charts/$1.dat"
}

# Lines of a block of a chart's data.
block() { # CHART BLOCK [RUN]
    awk -v b="\$$2 << END" '$0 == b { on = 1; next } $0 == "END" { on = 0 }
        on' "${3:-$run}/charts/$1.dat"
}

# y of a strategy at x, with so many digits.
at() { # CHART STRATEGY X [COLUMN]
    block "$1" lines | awk -F '\t' -v s="$2" -v x="$3" -v c="${4:-2}" '
        $6 == s && $1 == x { printf "%.4g\n", $c }'
}

# --------------------------------------------------------------- the outline

is "every chart is drawn, those of one experiment side by side" \
    "$(paste -sd ' ' "$scratch/names")" \
    'speedup-factorize speedup-gcd inflight-wait efficiency-factorize efficiency-gcd shares inflight-rate queues queues-polls coroutines coroutines-memory grain convoy granularity memory uneven'
outline=$("$stats" rows "$run" experiments)
is "the outline: its head" "$(head -n 1 <<< "$outline")" \
    $'part\ttitle\tquestion\texperiment\tchart\tkernel\twhy'
is "the outline: parts in their order, charts with their kernels" \
    "$(sed 1d <<< "$outline" | awk -F '\t' '{ print $1 "/" $5 "/" $6 }' |
        paste -sd ' ')" \
    'speedup/speedup-factorize/factorize speedup/speedup-gcd/gcd efficiency/efficiency-factorize/factorize efficiency/efficiency-gcd/gcd efficiency/shares/gcd inflight/inflight-wait/wait inflight/inflight-rate/wait queues/queues/thumbnails queues/queues-polls/thumbnails coroutines/coroutines/wait coroutines/coroutines-memory/wait grain/grain/gcd costs// convoy/convoy/helicopter granularity/granularity/hash memory/memory/triad uneven/uneven/mandelbrot odd// silent//'
is "the outline: title and question" \
    "$(awk -F '\t' '$4 == "convoy" { print $2 "|" $3 }' <<< "$outline")" \
    'Response beside computing|Who waits?'
is "the outline: why nothing is drawn" \
    "$(awk -F '\t' '$5 == "" { print $4 ": " $7 }' <<< "$outline")" \
    'costs: what it draws was not made
odd: no such quantity: elapsed
silent: it has no chart'
echo "title_text = 'x'" > "$run/charts/costs.dat"
like "the outline: a chart drawn from a file of its own" \
    "$("$stats" rows "$run" experiments)" $'\tcosts\tcosts\t\t'
rm "$run/charts/costs.dat"
is "a chart is named as one of many kinds" \
    "$("$stats" rows "$run" charts | awk -F '\t' '$2 == "curves"' | wc -l)" 13
is "what has a chart is not among the further experiments" \
    "$("$stats" rows "$run" lines | wc -l)" 1

# ------------------------------------------------------------ the quantities

is "elapsed" "$(at queues pipeline 8 | sort -g | paste -sd ' ')" '0.032 0.15'
is "a number of the child's own, in seconds" "$(at convoy gil 8 |
    sort -g | paste -sd ' ')" '0.002 0.015'
is "efficiency: speedup over cores" "$(at efficiency-gcd threads 4)" 0.8929
is "efficiency: workers beyond the cores are not in it" \
    "$(block efficiency-gcd lines | cut -f 1 | sort -gu | paste -sd ' ')" \
    ' 1 2 4'
is "serial share: (1/S - 1/n) / (1 - 1/n)" "$(at shares threads 4)" 0.04
is "serial share: one core has none" "$(at shares threads 1)" ''
is "serial share: nor has one worker, and a row says so" \
    "$(block shares missing | cut -f 2,3)" \
    $'sequential\tmissing: not told'
is "rate: items over elapsed, at the items in flight" \
    "$(at inflight-rate threads 20)" 181.8
is "bytes of an item" "$(at coroutines-memory threads 100)" 8500
is "a strategy that failed has a row that says why" \
    "$(block coroutines missing | cut -f 2,3)" $'uring\tmissing: no room for it'
is "granularity: useful share of the cores' time" \
    "$(at granularity pool 16384)" \
    "$(awk 'BEGIN { printf "%.4g", (262144 + 10) / 262144 / ((16384 + 4000) / 16384) }')"

# The intervals: of seven blocks, the least and the greatest.
is "an interval of order statistics" "$(at queues pipeline 1 3 | sort -g |
    head -n 1)" "$(awk 'BEGIN { printf "%.4g", 0.04 * (1 - 3 / 50 / 7) }')"
DRIFT=0.5 made "$scratch/drift" 7 < "$scratch/arms"
say "a ratio within blocks does not feel a machine that drifts" convoy \
    'that of gil 1 ms is 10\.0 times as high \(9\.8[0-9]* to 10\.2\)' \
    "$scratch/drift"

# ------------------------------------------------------------------ the dots

# The value at the right of a line: middle, or its text.
dot() { # CHART NAME [COLUMN]
    block "$1" rows | awk -F '\t' -v n="$2" -v c="${3:-3}" '$6 == n {
        print $c }'
}
is "dots: the serial share at the most cores" \
    "$(printf '%.4g' "$(dot efficiency-gcd threads)")" 0.04
is "dots: none at one core" "$(dot efficiency-gcd sequential 7)" -
is "dots: memory of the process, with its unit" \
    "$(dot coroutines-memory event_loop 7)" '2 MB'
is "dots: the same as the lines, where nothing else is asked" \
    "$(dot convoy gil 8)" '15.0 ms'
is "dots: at the end of the line" "$(dot queues polling 7)" 2
"$stats" summary "$run" 2> "$scratch/err"
metg() { # STRATEGY
    awk -F , -v s="$1" '$1 == "granularity" && $3 == s && $4 == "metg50" {
        print $20, $21, $22 }' "$run/fits.csv"
}
for s in threads pool; do
    is "dots: METG of $s is that of fits.csv" \
        "$(block granularity rows | awk -F '\t' -v n=$s '$6 == n {
            printf "%.6g %.6g %.6g", $3, $4, $5 }')" \
        "$(metg $s | awk '{ printf "%.6g %.6g %.6g", $1, $2, $3 }')"
done
is "dots: where no task is long enough" \
    "$(dot granularity process_pool 7)" longer
is "granularity: the shortest useful task comes first" \
    "$(block granularity rows | cut -f 6 | paste -sd ' ')" \
    'sequential threads pool process_pool'

# ---------------------------------------------------------------- the bounds

# y of the bound at the greatest x of its line.
bound() { # CHART
    block "$1" bound | awk -F '\t' '{ x = $1; y = $2 }
        END { printf "%.4g at %.4g\n", y, x }'
}
is "bound one" "$(bound grain | cut -d ' ' -f 1)" 1
is "bound half, where METG is read" "$(bound granularity | cut -d ' ' -f 1)" 0.5
is "bound ideal: no more than there are cores" \
    "$(bound uneven | cut -d ' ' -f 1)" 4
is "bound ideal: as many times as cores" "$(block uneven bound |
    awk -F '\t' '$1 >= 2 { printf "%d", $1 == $2; exit }')" 1
is "bound most: what any of them reached" "$(bound memory | cut -d ' ' -f 1)" \
    1.31e+10
is "bound little: items in flight over the time of one" \
    "$(block inflight-rate bound | awk -F '\t' '{ sum += $2 / $1 }
        END { printf "%.4g", sum / NR }')" 10
is "no bound: no line" "$(told queues bound_n) $(told queues bound_text)" '0 '
is "a bound has a name" "$(told memory bound_text)" 'bandwidth limit'

# ---------------------------------------------------------- how it is drawn

is "an axis that has to show 0 is straight" \
    "$(told queues-polls y_log) $(told queues y_log)" '0 1'
is "and shows it" "$(block queues-polls lines | awk -F '\t' '$2 == 0' | wc -l)" 4

tics() { # CHART AXIS
    told "$1" "$2_tics" | sed 's/"\([^"]*\)" [^,]*/\1/g'
}
is "axis: bytes" "$(tics granularity x)" '64 B, 256 KiB'
is "axis: a share" "$(tics granularity y)" '0 %%, 20 %%, 40 %%, 60 %%, 80 %%, 100 %%'
is "axis: seconds, logarithmic" "$(tics convoy y)" \
    '200 us, 500 us, 1 ms, 2 ms, 5 ms, 10 ms, 20 ms'
is "axis: rates" "$(tics inflight-rate y)" '10, 20, 50, 100, 200'
is "axis: bytes a second" "$(tics memory y)" \
    '0 B/s, 2 GB/s, 4 GB/s, 6 GB/s, 8 GB/s, 10 GB/s, 12 GB/s, 14 GB/s'
is "a title says which kernel" "$(told efficiency-gcd title_text)" \
    'gcd: Efficiency'
is "what a ratio is over" "$(told uneven base_text)" \
    '1x = sequential, 100 ms [99, 101]'
style() { # CHART NAME
    dot "$1" "$2" 2
}
is "lines of one strategy have its colour" \
    "$(for s in static dynamic guided; do
        echo $(($(style uneven "openmp $s") % 7)); done | sort -u | wc -l)" 1
is "and marks of their own" \
    "$(for s in static dynamic guided; do
        echo $(($(style uneven "openmp $s") % 42)); done | sort -u | wc -l)" 3
is "a strategy has the same colour and mark in every chart" \
    "$(style convoy threads) $(style memory threads)" \
    "$(style inflight-wait threads) $(style efficiency-gcd threads)"
is "lines of the only strategy have colours of their own" \
    "$(($(style queues polling) % 7 == $(style queues blocking) % 7))" 0

# ----------------------------------------------------------------- the words

say "words: the best at the end, with its interval" convoy \
    '^At 8 workers threads has the lowest response time, 99 of 100: 200 us \(95 % interval 198 us to 202 us\); '
say "words: by how much over the next and the worst" convoy \
    'that of gil 1 ms is 10\.0 times as high \([0-9. to]*\) and that of gil is 75\.0 times as high \([0-9]'
say "words: what changes from one end to the other" convoy \
    'From 2 to 8 workers the response time grows 3\.00-fold \(2\.9[0-9] to 3\.0[0-9]\) with gil and 2\.00-fold \(.*\) with gil 1 ms; with threads no change can be told\.$'
say "words: who cannot be told apart" queues \
    'At 1,024 items a queue may hold (blocking|polling) has the lowest elapsed time: 30\.0 ms .*Block by block this run cannot tell it apart from (polling|blocking)\.'
say "words: what falls" queues 'the elapsed time falls by 25 % \(2[34] to 2[56]\) with blocking and 33\.[34]-fold .* with polling\.'
say "words: the dots" queues 'Polls in vain: fewest with blocking, 0; most with polling, 2 '
say "words: nothing at all is less than something" queues-polls \
    '^At 1,024 items a queue may hold blocking has the lowest idle polls: 0; that of polling is 2\.'
say "words: more is better" uneven \
    '^At 4 cores (openmp dynamic|stealing) has the highest speedup: 3\.8[45]x .*, 96 % of the bound \(ideal\), 1\.02 times that of openmp guided \(.*\) and 1\.54 times that of openmp static \('
say "words: the ideal of Little's law" inflight-rate \
    '^At 20 items in flight event_loop has the most items a second: 199 \(95 % interval [0-9]* to [0-9]*\), 100 % of the bound \(Little.s law\), 1\.09 times that of threads'
say "words: where a line breaks even, between what was measured" grain \
    ' pool (passes the grey line \(break-even\) )?between 1 and 10 us a task, at about 4\.[123] by a straight line'
say "words: for every line" grain ' process_pool (passes the grey line \(break-even\) )?between 10 and 100 us a task'
say "words: who never does" grain ' gil pool is nowhere above the grey line \(break-even\)\.'
say "words: where one line overtakes another" grain \
    'At 10 us a task pool is ahead of it; the two lines cross between 10 and 100 us a task, at about [0-9]* by a straight line\.'
say "words: a line that ends early" coroutines \
    ' threads ends at 100 items, where it has 110 ms: 1\.10 times that of event_loop there \([0-9]'
say "words: a line that goes on alone" coroutines \
    ' At 10,000 items there is only event_loop, with 100 ms\.'
say "words: a limit, and from when on it is reached" memory \
    'The most that any of them reaches is 13\.1 GB a second; threads has 95 % of it with 2 cores\.'
say "words: efficiency, and the serial share" efficiency-gcd \
    '^At 4 cores threads has the highest efficiency: 89 % .*Serial share \(Karp-Flatt\): lowest with threads, 4\.0 % \([0-9.]* % to [0-9.]* %\); highest with gil, 11[01] %'
say "words: METG of each strategy" granularity \
    'METG\(50 %\), from tasks of .* with threads \(95 % interval .* with pool \([0-9]'
say "words: who needs longer tasks" granularity \
    ' pool needs tasks [0-9.]* times as long as threads \([0-9]'
say "words: tasks that are too short for all, or for nobody" granularity \
    'Already the shortest tasks are long enough for sequential\. Not even the longest tasks are long enough for process_pool\.'

# Sentences follow the numbers.
made "$scratch/other" 7 < <(changed queues blocking 1024 60 < "$scratch/arms" |
    changed grain pool 1 50 | changed uneven stealing 4 20)
say "another value: another best, and it is overtaken" queues \
    '^At 1,024 items a queue may hold polling has the lowest elapsed time: 30\.0 ms .* that of blocking is 2\.00 times as high .* At 64 items a queue may hold blocking is ahead of it; the two lines cross between 64 and 1,024 items a queue may hold' \
    "$scratch/other"
say "another value: it is above throughout" grain \
    ' pool is everywhere above the grey line \(break-even\)\.' "$scratch/other"
say "another value: another best of all" uneven \
    'stealing has the highest speedup: 5\.00x .* 1\.30 times that of openmp dynamic' \
    "$scratch/other"
made "$scratch/few" 3 < "$scratch/arms"
say "three blocks: no interval, and nobody is ahead" convoy \
    'threads has the lowest response time, 99 of 100: 200 us \(no interval: 3 blocks, 6 are needed\)\. Whether it is really ahead cannot be told: it takes 6 blocks\.$' \
    "$scratch/few"

# ------------------------------------------------------------------ the rows

is "rows: a chart's numbers, with what they come from" \
    "$("$stats" rows "$run" uneven | head -n 1)" \
    $'line\tcores\tkernel\tstrategy\tworkers\tcores\tblocks\tspeedup\telapsed\twhole process\tprocessor time'
like "rows: a value with its interval" \
    "$("$stats" rows "$run" uneven | grep static)" \
    $'^openmp static\t4\tmandelbrot\topenmp\t4\t4\t7\t2\\.50 \\[2\\.4[0-9], 2\\.5[0-9]\\]\t40\\.0 ms \\['
is "rows: the dots stand in the last row of a line" \
    "$("$stats" rows "$run" queues | awk -F '\t' '$1 == "polling" {
        printf "%s:%s ", $2, $9 != "" }')" '1:0 8:0 64:0 1,024:1 '
is "rows: each has as many cells as the head" "$(while read -r c; do
    "$stats" rows "$run" "$c" |
        awk -F '\t' -v c="$c" 'NR == 1 { n = NF } NF != n { print c }'
    done < "$scratch/names")" ''

# ------------------------------------------------- gaps, and older sessions

made "$scratch/gap" 7 < <(changed queues polling 8 - < "$scratch/arms")
"$stats" chart "$scratch/gap" > "$scratch/out" 2> "$scratch/err"
is "no line across a point that is missing" \
    "$(block queues lines "$scratch/gap" | awk 'NF { n++; next }
        n { printf "%d ", n } { n = 0 }')" '1 2 4 '
like "and the chart says so" "$(grep footer_warning \
    "$scratch/gap/charts/queues.dat")" 'gap in a line: a point is missing'
cp -r "$run" "$scratch/old"
rm -r "$scratch/old/charts"
jq 'del(.experiments)' "$run/session.json" > "$scratch/old/session.json"
is "a session that tells no experiments has those of its plan" \
    "$("$stats" chart "$scratch/old" 2> "$scratch/err" | paste -sd ' ')" \
    'speedup-factorize speedup-gcd inflight-wait'
is "and an outline" "$("$stats" rows "$scratch/old" experiments |
    awk -F '\t' '{ print $1 ":" $5 ($2 == "" || $3 == "" ? "?" : "") }' |
    paste -sd ' ')" \
    'part:chart speedup:speedup-factorize speedup:speedup-gcd inflight:inflight-wait'
ok "the sample of this tree can be read" \
    "$stats" rows results/sample experiments
"$stats" words "$run" nothing > "$scratch/out" 2> "$scratch/err"
is "no such chart: status 1 and one line" "$? $(cat "$scratch/err")" \
    '1 stats: nothing: no such chart in this run'

# -------------------------------------------------------------- the pictures

if command -v gnuplot > "$scratch/which"; then
    ok "every chart is drawn" "$scripts/plot" "$run"
    is "as SVG and PNG" "$(while read -r c; do
        for f in svg png; do
            [ -s "$run/charts/$c.$f" ] || echo "$c.$f"
        done
    done < "$scratch/names")" ''
    cp -r "$run/charts" "$scratch/first"
    ok "once more" "$scripts/plot" "$run"
    is "and the bytes are the same" "$(diff -rq "$scratch/first" \
        "$run/charts")" ''
    is "a picture has its names" "$(for name in polling blocking; do
        grep -c ">$name<" "$run/charts/queues.svg"; done | paste -sd ' ')" '1 1'
    like "a picture names its bound" "$(cat "$run/charts/memory.svg")" \
        '>bandwidth limit<'
else
    skip "pictures" "no gnuplot here"
fi

finish
