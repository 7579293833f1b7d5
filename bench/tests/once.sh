#!/usr/bin/env bash
# once.sh - charts of what was run once: costs, timelines, full queues.
# SPDX-License-Identifier: MIT
#
# Runs made up here, with known answers: these numbers in, that sentence, row
# and line of data out. A file that is missing or broken is told in one line
# and left out. The programs that make such files have suites of their own.
set -u
# shellcheck source=bench/tests/tap.inc
. "$(dirname "$0")/tap.inc"

stats=$BUILD/stats
run=$scratch/run

# ------------------------------------------------------------- made-up runs

session() { # EXPERIMENT...: the run has these, as JSON
    printf '%s\n' "$@" | jq -s '{session: "s", asked: {plan: "quick"},
        experiments: .}' > "$run/session.json"
}

experiment() { # NAME CHART FILE...
    local name=$1 chart=$2
    shift 2
    printf '%s\n' "$@" | jq -R '{file: ., command: "x"}' |
        jq -s --arg name "$name" --arg chart "$chart" '{name: $name,
            title: "Title of \($name)", question: "q?", chart: $chart,
            once: .}'
}

# A run of one arm, as small as a run can be.
mkdir -p "$run/traces"
echo '{"cpu": "Test CPU", "usable_cores": 2}' > "$run/machine.json"
{
    printf 'arm\tchart\trole\tstrategy\tkernel\tbound\tworkers\tcores\titems'
    printf '\tcommand\ns/seq\tspeedup\tplan\tsequential\tgcd\tcpu\t1\t1\t8\tx\n'
} > "$run/plan.tsv"
echo '{"session":"s","block":1,"arm":"s/seq","role":"plan","verdict":"ok",'\
'"reason":"","wall_ns":2e6,"user_ns":1,"sys_ns":1,"exit":0,"inside":'\
'{"items":8,"size":1,"rounds":1,"wall_ns":1e6},"outside":{},"flags":[]}' \
    > "$run/samples.jsonl"

# Names and values in each of six blocks; the medians follow from them.
cost() { # NAME BY NS...
    local name=$1 by=$2
    shift 2
    printf '%s\n' "$@" | jq -s --arg name "$name" --arg by "$by" '
        {name: $name, by: $by, what: "one \($by)", group: "primitives",
         ns: ., median_ns: (sort | (.[2] + .[3]) / 2), low_ns: min,
         high_ns: max}'
}
costs() { # COST...
    printf '%s\n' "$@" | jq -s '{schema: 2, measurements: .}'
}
# In blocks the ratio of the two is 30, 20, 20, 20, 10, 10; that of the medians
# would be 14.
switch=$(cost coroutine_switch 'coroutine switch' 1 1 1 4 4 4)
handover=$(cost thread_handover 'thread hand-over' 30 20 20 80 40 40)
fork=$(cost process_fork 'process, forked' 3e6 3e6 3e6 3e6 3e6 3e6)
unnamed=$(cost x 'ours' 5 5 5 5 5 5 | jq 'del(.name)')
costs "$fork" "$handover" "$switch" "$unnamed" > "$run/costs.json"

# A trace of two items: lines of slices, in milliseconds.
trace() { # STRATEGY, then lines: TID CATEGORY FROM TO [CPU] on standard input
    local tid cat from to cpu
    echo "{\"displayTimeUnit\":\"ms\",\"otherData\":{\"strategy\":\"$1\",\
\"kernel\":\"made_up\",\"items\":2,\"rounds\":1,\"workers\":2,\
\"command\":\"/some/where/$1 made_up\",\"machine\":\"m\"},\"traceEvents\":["
    echo '{"ph":"i","s":"g","pid":1,"tid":0,"name":"round 0","ts":1000.000},'
    while read -r tid cat from to cpu; do
        echo "{\"ph\":\"X\",\"pid\":1,\"tid\":$tid,\"cat\":\"$cat\",\
\"name\":\"$cat\",\"ts\":$((from + 1))000.000,\"dur\":$((to - from))000.000,\
\"args\":{\"core\":$tid,\"item\":$tid,\"cpu_us\":${cpu:-$((to - from))}000.000}},"
    done
    echo '{"ph":"M","pid":1,"tid":0,"name":"process_name","args":{"name":"x"}}'
    echo ']}'
}
trace sequential > "$run/traces/sequential.json" << SLICES
0 item 0 10
0 run 0 10
0 item 10 20
0 run 10 20
SLICES
trace threads > "$run/traces/threads.json" << SLICES
0 item 0 10
0 run 0 10
1 item 0 10
1 run 0 10
SLICES
trace gil > "$run/traces/gil.json" << SLICES
0 item 0 10
0 run 0 10
1 item 0 20
1 runnable 0 10
1 run 10 20
SLICES
# It stood without a core for six of ten milliseconds.
trace processes > "$run/traces/processes.json" << SLICES
0 item 0 8
0 run 0 8 2
1 item 8 10
1 run 8 10 2
SLICES
traces=()
for strategy in sequential threads gil processes; do
    traces+=("traces/$strategy.json")
done

# A trace of two queues: 40 ms with 4 inside, 20 with 2, 40 with none.
occupancy() { # CAPACITY, then lines: MS NAME VALUE on standard input
    local at name value
    echo '{"displayTimeUnit":"ms","otherData":{"strategy":"pipeline",'\
'"kernel":"made_up","items":10,"rounds":1,"workers":2,"command":"x",'\
'"machine":"m"},"traceEvents":['
    echo '{"ph":"i","s":"g","pid":1,"tid":0,"name":"round 0","ts":1000.000},'
    # Before the first round begins nothing counts.
    echo '{"ph":"C","pid":1,"tid":0,"name":"queue before fetch","ts":500.000,'\
'"args":{"value":3}},'
    while read -r at value name; do
        counter "$at" "$value" "$name"
    done
    counter 101 "$1" capacity
    counter 101 35 polls
    counter 101 5 'idle polls'
    counter 101 7000000 'processor time, ns'
    echo '{"ph":"M","pid":1,"tid":0,"name":"process_name","args":{"name":"x"}}'
    echo ']}'
}
counter() { # MS VALUE NAME
    echo "{\"ph\":\"C\",\"pid\":1,\"tid\":0,\"name\":\"$3\",\
\"ts\":${1}000.000,\"args\":{\"value\":$2}},"
}
lengths='1 0 queue before fetch
1 0 queue before store
21 4 queue before store
11 1 queue before fetch
61 2 queue before store
12 0 queue before fetch
81 0 queue before store
101 0 queue before fetch'
occupancy 4 <<< "$lengths" > "$run/occupancy-full-up.json"
occupancy 0 <<< "$lengths" > "$run/occupancy-full-no_end.json"

costs_of=$(experiment costs costs costs.json)
timeline_of=$(experiment timeline timeline "${traces[@]}")
full_of=$(experiment occupancy-full occupancy occupancy-full-up.json occupancy-full-no_end.json)
session "$costs_of" "$timeline_of" "$full_of"

words() { "$stats" words "$run" "$1" 2> "$scratch/err"; }
row() { # CHART FIRST-CELL
    "$stats" rows "$run" "$1" | awk -F '\t' -v first="$2" '$1 == first' |
        tr '\t' '|'
}
data() { # CHART BLOCK: a block of data in CHART.dat
    sed -n "/^\$$2 << END/,/^END/p" "$run/charts/$1.dat" | sed '1d; $d' |
        tr '\t' '|'
}

# ------------------------------------------------------------------- which

is "stats chart prints their names, last" "$("$stats" chart "$run" \
    2> "$scratch/err" | tail -n 3 | paste -sd ' ')" 'costs timeline occupancy-full'
is "and has nothing to tell of them" \
    "$(grep -cE 'costs|timeline|occupancy' "$scratch/err")" 0
is "stats rows charts has them with their kinds" \
    "$("$stats" rows "$run" charts | tail -n 3 | tr '\t' '|' | paste -sd ' ')" \
    'costs|costs| timeline|timeline| occupancy-full|occupancy|'
is "each has its title and the machine" "$(for chart in costs timeline occupancy-full; do
    grep -c -e "^title_text = 'Title of $chart'" \
        -e "^footer_machine = 'Test CPU, usable cores: 2'" \
        "$run/charts/$chart.dat"
done | paste -sd ' ')" '2 2 2'
is "and says by which file it is drawn" "$(head -qn 1 "$run/charts/costs.dat" \
    "$run/charts/occupancy-full.dat" | paste -sd ' ')" \
    "kind = 'costs' kind = 'occupancy'"
is "and says that it was run once" "$(grep -lF \
    "footer_plan = 'plan quick, run once, after the last block'" \
    "$run"/charts/*.dat | wc -l)" 3

# ------------------------------------------------------------------- costs

is "costs: sorted, the cheapest at the top" "$(data costs costs)" \
'3|2.5e-09|1e-09|4e-09|coroutine switch|2.50 ns
2|3.5e-08|2e-08|8e-08|thread hand-over|35.0 ns
1|0.003|0.003|0.003|process, forked|3.00 ms'
like "costs: whole powers of ten" "$(grep x_ "$run/charts/costs.dat")" \
    'x_low = 1e-09.*x_high = 0.01.*"1 ns" 1e-09, "" 1e-08.*"1 us" 1e-06'
is "costs: in words, ratios block by block" "$(words costs)" \
"The cheapest here is a coroutine switch, 2.50 ns; the dearest process, forked,\
 3.00 ms, 1,200,000 times as much. To hand over to another thread takes\
 35.0 ns, 20.0 times as long (95 % interval 10.0 to 30.0) as to switch to\
 another coroutine."
is "costs: in rows" "$(row costs 'thread hand-over')" \
'thread hand-over|35.0 ns|[20.0 ns, 80.0 ns]|20.0 [10.0, 30.0]|6|one thread hand-over'

# ---------------------------------------------------------------- timeline

is "timeline: in words" "$(words timeline)" \
"Items under way at once, and of them running, at the most: sequential 1 and 1,\
 threads 2 and 2, gil 2 and 1, processes 1 and 1. Beside sequential, which took\
 20.0 ms: threads 2.00 times as fast, gil 1.00 (one run each). Not compared,\
 being without a core for too much of their time: processes 30 %."
like "timeline: in the chart, too" \
    "$(grep footer_warning "$run/charts/timeline.dat")" 'do not compare times'
is "timeline: in rows" "$(row timeline gil)" \
    'gil|2|1|20.0 ms|1.00|1.00|0 %|2|2|made_up'
is "timeline: where something has the core, too" "$(row timeline processes)" \
    'processes|1|1|10.0 ms||0.40|30 %|2|2|made_up'
is "timeline: a panel for each" "$(grep -c "^HEADING\[[1-4]\] = '[a-z]*: [12]0.0 ms'" \
    "$run/charts/timeline.dat")" 4
is "timeline: commands have lost where the program is" \
    "$(grep "^COMMAND\[1\]" "$run/charts/timeline.dat")" \
    "COMMAND[1] = 'sequential made_up'"

# --------------------------------------------------------------- occupancy

is "occupancy: in words" "$(words occupancy-full)" \
"The fullest queue held, of 10 items: 4 before store (up), 4 before store\
 (no end). Where it has a bound it was full for 40 % (up) of the time. The\
 queues were asked 3.5 times an item, 0.5 of them in vain (up). The queues\
 were asked 3.5 times an item, 0.5 of them in vain (no end)."
is "occupancy: in rows, by time" "$("$stats" rows "$run" occupancy-full | tail -n +2 |
    tr '\t' '|')" \
'up|fetch|4|1|0.0|99 %|0 %|3.50|0.50|7.00 ms|100 ms
up|store|4|4|2.0|40 %|40 %|3.50|0.50|7.00 ms|100 ms
no end|fetch|none|1|0.0|99 %||3.50|0.50|7.00 ms|100 ms
no end|store|none|4|2.0|40 %||3.50|0.50|7.00 ms|100 ms'
# The lower panel stands on 0, the upper one above it; 4 is the top of both.
is "occupancy: changes of the second queue, lower panel" \
    "$(data occupancy-full queue_2 | grep . | tail -n 5 | paste -sd ' ')" \
    '0|0 20|64 60|32 80|0 100|0'
is "occupancy: and the upper one, 104 above" \
    "$(data occupancy-full queue_2 | grep . | sed -n 3,7p | paste -sd ' ')" \
    '0|104 20|168 60|136 80|104 100|104'
is "occupancy: only what has a bound has a dashed line" \
    "$(data occupancy-full bounds | paste -sd ' ')" '-1e9 168'

# ------------------------------------------------------------ drawn, twice

if command -v gnuplot > "$scratch/which"; then
    ok "scripts/plot draws them" scripts/plot "$run"
    cp -r "$run/charts" "$scratch/first"
    ok "and again" scripts/plot "$run"
    ok "with the same bytes" diff -r "$scratch/first" "$run/charts"
    for chart in costs timeline occupancy-full; do
        ok "$chart is a picture" grep -q '</svg>' "$run/charts/$chart.svg"
    done
    like "names and values stand in it" "$(cat "$run/charts/costs.svg")" \
        'coroutine switch<.*35.0 ns<'

    # The twelve rules hold of them, and each of these changes breaks one.
    "$stats" summary "$run" 2> "$scratch/err"
    scripts/report "$run" > "$scratch/out" 2> "$scratch/err"
    breaches() { # FILE SED-COMMAND: what rules say of the run so changed
        cp "$run/charts/$1" "$scratch/kept"
        sed -i "$2" "$run/charts/$1"
        scripts/rules "$run" 2>&1 |
            grep -E "charts/(costs|timeline|occupancy)" |
            sed 's/^rules: rule //'
        cp "$scratch/kept" "$run/charts/$1"
    }
    is "the rules hold" "$(breaches costs.dat '')" ''
    breaks() { # RULE-AND-WORDS FILE SED-COMMAND
        like "broken: $1" "$(breaches "$2" "$3")" "$1"
    }
    breaks '12: .*thread hand-over is .* and said to be' costs.dat \
        '/thread hand-over/s/3.5e-08/3.6e-08/'
    breaks '5: .*no interval around it' costs.dat 's/|2e-08|/|4e-08|/
        /thread hand-over/s/\t2e-08\t/\t4e-08\t/'
    breaks '12: .*outside the axis' costs.dat 's/^x_high = .*/x_high = 1e-3/'
    breaks '12: .*2 costs, and 3 are drawn' costs.dat '/thread hand-over/d'
    breaks '12: .*not in its place' costs.dat \
        '/^[$]costs/,/^END/ { /coroutine/ { h; d }; /hand-over/ G }'
    breaks '10: .*how many blocks' costs.dat 's/median of/best of/'
    breaks '5: .*what its bars are' costs.dat 's/; bar: 95 %//'
    breaks '12: .*numbers with a unit' costs.dat 's/ [um]s"/"/g'
    breaks '12: .*does not show "thread hand-over"' costs.svg \
        's/thread hand-over//'
    breaks '9: .*which machine' timeline.dat 's/Test CPU/some CPU/'
    breaks '10: .*how often' occupancy-full.dat 's/run once/run/'
    breaks '4: .*panel 2 does not say how long' timeline.dat \
        "/^HEADING.2/s/: .*'/'/"
    breaks '12: .*headings for 3 panels' timeline.dat \
        's/^panels_n = 4/panels_n = 3/'
    breaks '12: .*does not show "up: 100 ms"' occupancy-full.svg \
        's/up: 100 ms//'
    breaks '12: .*does not show "before store"' occupancy-full.svg \
        's/before store//'
    breaks '12: .*not a whole picture' timeline.svg 's|</svg>||'
else
    skip "pictures" "gnuplot is not installed"
fi

# ------------------------------------------------- missing and broken files

whole=$scratch/whole
cp -r "$run" "$whole"

# The run with COMMAND done to it: stats chart tells WORDS in as many lines as
# there are, and prints NAMES.
broken() { # NAME WORDS NAMES COMMAND...
    local name=$1 words=$2 names=$3 got status=0
    shift 3
    rm -rf "$run"
    cp -r "$whole" "$run"
    rm -rf "$run/charts"
    (cd "$run" && "$@")
    got=$("$stats" chart "$run" 2> "$scratch/err" | tail -n +2 |
        paste -sd ' ') || status=$?
    is "$name" "$status $got: $(grep -E 'costs|timeline|occupancy' "$scratch/err" |
        paste -sd ';')" "0 $names: $words"
    is "$name: no data of what was left out" \
        "$(cd "$run/charts" && printf '%s ' *.dat | sed 's/\.dat//g')" \
        "$(tr ' ' '\n' <<< "speedup-gcd $names" | sort | paste -sd ' ') "
}
none='left out: none of its files is there'
broken "costs missing" "stats: costs: costs.json: left out: unable to open\
 $run/costs.json: No such file or directory;stats: costs: $none" \
    'timeline occupancy-full' rm costs.json
broken "costs without a primitive" "stats: costs: costs.json: left out: holds\
 no primitive's cost;stats: costs: $none" 'timeline occupancy-full' \
    sh -c 'echo {} > costs.json'
broken "costs of text" "stats: costs: costs.json: left out: '[' or '{'\
 expected near 'nonsense';stats: costs: $none" 'timeline occupancy-full' \
    sh -c 'echo nonsense > costs.json'
broken "one trace missing" "stats: timeline: traces/gil.json: left out: No\
 such file or directory" 'costs timeline occupancy-full' rm traces/gil.json
like "and the others are drawn and said" "$(words timeline)" \
    'sequential 1 and 1, threads 2 and 2, processes'
like "and the chart says so" \
    "$(grep footer_warning "$run/charts/timeline.dat")" 'traces are missing'
broken "a trace cut off" "stats: timeline: traces/gil.json: left out: breaks\
 off before its end" 'costs timeline occupancy-full' sed -i \$d traces/gil.json
broken "no sequential" "stats: timeline: traces/sequential.json: left out: is\
 empty" 'costs timeline occupancy-full' sh -c ': > traces/sequential.json'
is "then nothing is compared" "$(words timeline | grep -c 'times as fast')" 0
broken "no trace at all" "stats: timeline: traces/sequential.json: left out: No\
 such file or directory;stats: timeline: traces/threads.json: left out: No such\
 file or directory;stats: timeline: traces/gil.json: left out: No such file or\
 directory;stats: timeline: traces/processes.json: left out: No such file or\
 directory;stats: timeline: $none" 'costs occupancy-full' rm -r traces
broken "a trace without queues" "stats: occupancy-full: occupancy-full-up.json: left out: tells of\
 no queue: is it of the strategy pipeline?" 'costs timeline occupancy-full' \
    cp traces/gil.json occupancy-full-up.json

# What has no data has neither words nor rows, and says so.
for what in words rows; do
    rm -rf "$run"
    cp -r "$whole" "$run"
    rm "$run/costs.json"
    status=0
    "$stats" $what "$run" costs > "$scratch/out" 2> "$scratch/err" || status=$?
    is "$what of a chart without data: one line, status 1" \
        "$status $(wc -c < "$scratch/out") $(wc -l < "$scratch/err")" '1 0 1'
done

# Text from outside ends nothing early, and an experiment's name is no path.
cp "$whole/costs.json" "$run/costs.json"
costs "$(cost x "$(printf 'a\tb\n"c')" 1 1 1 1 1 1)" "$switch" \
    > "$run/costs.json"
session "$costs_of" "$(experiment ../up costs costs.json)" '{"name": 3}' '7'
is "odd text: one cell, one row; odd names: no chart" \
    "$("$stats" chart "$run" 2> "$scratch/err" | tail -n 1) $(data costs costs |
        head -n 1)" "costs 2|1e-09|1e-09|1e-09|a b 'c|1.00 ns"
echo '{"session": "s"}' > "$run/session.json"
is "a session without experiments has no such charts" \
    "$("$stats" chart "$run" 2> "$scratch/err" | paste -sd ' ')" speedup-gcd

finish
