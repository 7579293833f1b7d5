#!/usr/bin/env bash
# rules.sh - tests of scripts/rules: a good report passes, each of many bad
# ones is refused, with the number of the rule that it breaks and no other.
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2317 # functions are called by ok
#
# Usage: bench/tests/rules.sh        prints TAP
#
# The good run is made up here and goes through stats, plot and report. A bad
# one is a copy of it in which one thing was changed: in the data of a chart,
# in its picture, in the page, or in the files beside them. Every change is
# seen to have changed something. Left out: whether a breach that nobody has
# thought of is found.
set -u
cd "$(dirname "$0")/../.." || exit 1
. bench/tests/tap.inc
BUILD=$(cd -- "$BUILD" && pwd) || exit 1
export BUILD


if ! command -v gnuplot > /dev/null || ! command -v jq > /dev/null; then
    echo '1..0 # SKIP gnuplot or jq is not installed'
    exit 0
fi

# -------------------------------------------------------------- a good run

plan() { # Every kind of chart, an arm that fails, one in the middle of a line.
    printf 'arm\tchart\trole\tstrategy\tkernel\tbound\tworkers\tcores\titems'
    printf '\tcommand\n'
    while read -r arm chart role strategy kernel bound workers cores items \
        command; do
        printf '%s\t' "$arm" "$chart" "$role" "$strategy" "$kernel" "$bound" \
            "$workers" "$cores" "$items"
        printf 'build/%s %s --workers %s --log x\n' "$strategy" "$command" \
            "$workers"
    done << 'ARMS'
blank/seq blank blank sequential null none 1 1 1 null
speedup/gcd/seq speedup plan sequential gcd cpu 1 1 8 gcd --items 8
speedup/gcd/threads/1 speedup plan threads gcd cpu 1 1 8 gcd --items 8
speedup/gcd/threads/2 speedup plan threads gcd cpu 2 2 8 gcd --items 8
speedup/gcd/threads/3 speedup plan threads gcd cpu 3 3 8 gcd --items 8
speedup/gcd/threads/4 speedup plan threads gcd cpu 4 4 8 gcd --items 8
speedup/gcd/gil/1 speedup plan gil gcd cpu 1 1 8 gcd --items 8
speedup/gcd/gil/2 speedup plan gil gcd cpu 2 2 8 gcd --items 8
speedup/gcd/gil/4 speedup plan gil gcd cpu 4 4 8 gcd --items 8
speedup/gcd/uring/1 speedup plan uring gcd cpu 1 1 8 gcd --items 8
twin/gcd/threads/4 speedup twin threads gcd cpu 4 4 8 gcd --items 8
inflight/wait/seq inflight plan sequential wait io 1 4 20 wait --items 20
inflight/wait/threads/1 inflight plan threads wait io 1 4 20 wait --items 20
inflight/wait/threads/5 inflight plan threads wait io 5 4 20 wait --items 20
inflight/wait/threads/20 inflight plan threads wait io 20 4 20 wait --items 20
counters/counter_racy/threads/1 counters plan threads counter_racy shared 1 4 4 counter_racy
counters/counter_racy/threads/4 counters plan threads counter_racy shared 4 4 4 counter_racy
counters/counter_mutex/threads/1 counters plan threads counter_mutex shared 1 4 4 counter_mutex
counters/counter_mutex/threads/4 counters plan threads counter_mutex shared 4 4 4 counter_mutex
queues/wait/threads/8 lines plan threads wait io 5 4 20 wait --items 20
ARMS
}

samples() { # BLOCKS: of the plan; threads/3 fails, uring cannot run here.
    awk -v blocks="$1" '
    function put(arm, ms, inflight, more,    work) {
        work = ms * (1 + 0.04 * rand()) * 1e6
        printf "{\"schema\":1,\"session\":\"s\",\"block\":%d,", block
        printf "\"position\":0,\"arm\":\"%s\",\"verdict\":\"ok\",", arm
        printf "\"reason\":\"\",\"wall_ns\":%.0f,\"user_ns\":%.0f,", \
            work + 2e6, work * 0.9
        printf "\"sys_ns\":1e3,\"exit\":0,\"inside\":{\"items\":20,"
        printf "\"size\":50,\"rounds\":1,\"wall_ns\":%.0f,", work
        printf "\"setup_ns\":1000000,\"inflight\":%d%s},", inflight, more
        printf "\"outside\":{},\"flags\":[]}\n"
    }
    function fault(arm, verdict) {
        printf "{\"session\":\"s\",\"block\":%d,\"arm\":\"%s\",", block, arm
        printf "\"verdict\":\"%s\",\"reason\":\"no ring\",\"wall_ns\":1}\n", \
            verdict
    }
    function items(ms) {
        return sprintf(",\"item_p50_ns\":%d,\"item_p90_ns\":%d," \
            "\"item_p99_ns\":%d,\"item_max_ns\":%d", ms * 1e6, \
            ms * (1.1 + 0.1 * rand()) * 1e6, ms * (1.3 + 0.1 * rand()) * 1e6, \
            ms * (1.5 + 0.1 * rand()) * 1e6)
    }
    BEGIN {
        srand(7)
        for (block = 0; block <= blocks; block++) {
            put("blank/seq", 0.01, 1, "")
            put("speedup/gcd/seq", 100, 1, "")
            put("speedup/gcd/threads/1", 101, 1, "")
            put("speedup/gcd/threads/2", 52, 2, "")
            put("speedup/gcd/threads/4", 28, 4, "")
            put("twin/gcd/threads/4", 28, 4, "")
            for (n = 1; n <= 4; n *= 2)
                put("speedup/gcd/gil/" n, 102, n, "")
            fault("speedup/gcd/threads/3", "signal-11")
            fault("speedup/gcd/uring/1", "unsupported")
            put("inflight/wait/seq", 200, 1, items(10))
            put("inflight/wait/threads/1", 203, 1, items(10))
            put("inflight/wait/threads/5", 42, 5, items(10))
            put("inflight/wait/threads/20", 12, 20, items(11))
            put("counters/counter_racy/threads/1", 1, 1, ",\"lost\":0")
            put("counters/counter_racy/threads/4", 1.6, 4, \
                ",\"lost\":" int(400 + 40 * rand()))
            put("counters/counter_mutex/threads/1", 3, 1, ",\"lost\":0")
            put("counters/counter_mutex/threads/4", 9, 4, ",\"lost\":0")
            put("queues/wait/threads/8", 42, 5, items(10))
        }
    }'
}

machine() {
    cat << 'JSON'
{
  "cpu": "Example 3000 at 2 GHz", "cores": 8, "hardware_threads": 8,
  "usable_cores": 4, "effective_cores": 4.0, "probe_cores": 3.97,
  "kernel": "Linux 6.1", "compiler": "cc 12.2", "flags": "-O2 -g",
  "libraries": {"hwloc": "2.9.0"}, "hyperfine": "hyperfine 1.15.0",
  "gnuplot": "gnuplot 5.4", "governor": null, "smt": false,
  "virtualisation": "none", "warnings": ["load is 2.9 on 4 cores"]
}
JSON
}

session() {
    cat << 'JSON'
{
  "session": "s", "seed": "7", "finished": true,
  "asked": {"plan": "quick", "kernels": ["gcd", "wait"], "strategies": [],
            "cores": [1, 2, 3, 4]},
  "left_out": ["kernel triad: short of time; a longer BUDGET takes it in"]
}
JSON
}

run_make() { # DIRECTORY BLOCKS
    mkdir -p "$1" && plan > "$1/plan.tsv" && samples "$2" > "$1/samples.jsonl" &&
        machine > "$1/machine.json" && session > "$1/session.json" &&
        run_draw "$1"
}

run_draw() { # DIRECTORY
    "$BUILD/stats" summary "$1" && scripts/plot "$1" && scripts/report "$1"
}

good=$scratch/good
ok 'a run is made' run_make "$good" 9
said=$(scripts/rules "$good" 2>&1)
is 'the good report: exit 0' "$?" 0
is 'the good report: all rules hold, and nothing else is said' "$said" \
    '12 of 12 rules hold'

# ----------------------------------------------------------------- bad ones

# The rules that a run breaks, in one line: "5 12".
rules_broken() { # DIRECTORY
    scripts/rules "$1" 2>&1 > "$scratch/count" |
        sed -n 's/^rules: rule \([0-9]*\): .*: .*/\1/p' | sort -nu |
        paste -s -d ' '
}

# A copy of the good run in which EXPRESSION changed the FILES must break just
# these rules.
bad() { # RULES WHAT EXPRESSION FILE...
    local wanted=$1 what=$2 expression=$3 copy=$scratch/bad file
    shift 3
    rm -rf "$copy"
    cp -r "$good" "$copy"
    for file in "$@"; do
        sed -i -E "$expression" "$copy/$file"
        if cmp -s "$good/$file" "$copy/$file"; then
            fail "rule $wanted: $what" "nothing changed in $file"
            return
        fi
    done
    is "rule $wanted: $what" "$(rules_broken "$copy")" "$wanted"
}

gcd=charts/speedup-gcd
wait=charts/inflight-wait
counters=charts/counters
page=report.html

bad 1 'the base is not named' "s/^base_text = .*/base_text = ''/" $gcd.dat
bad 1 'the base has no seconds' 's/1x = sequential, [^<'\'']*/1x = sequential/' \
    $gcd.dat $gcd.svg $page
bad 1 'the base is 10 % off' 's/(1x = sequential, 1)0/\11/' \
    $gcd.dat $gcd.svg $page
bad 1 'the interval of the base is another one' \
    's/(1x = sequential, [0-9]+ ms \[1)0/\11/' $gcd.dat $gcd.svg $page
bad 1 'the picture shows another base' 's/1x = sequential, 1/1x = threads, 1/' \
    $gcd.svg
bad 1 'in words a ratio without a time' 's/: [0-9.]+ ms instead of [0-9]+ ms//' \
    $page

bad 2 'a missing arm is not listed' '/unsupported/d' $page
bad 2 'what was left out is not told' '/<h2 id="left_out"/,/<\/section>/d' $page
bad 2 'a kernel left out is not told' 's/<td>kernel triad<\/td>//' $page
bad 2 'that only some kernels were asked for is not told' 's/kernels but: //' \
    $page
bad 2 'unused processors are not told' '/processors<\/td>/d' $page
bad 2 'what has no chart is not told' '/<td>lines<\/td><td>wait/d' $page
bad 2 'a missing strategy has no row' \
    '/^[$]missing/,/^END/{/uring/d;}' $gcd.dat
bad 2 'a measured point is not drawn' '/^5	.*	threads	wait/d' $wait.dat
bad 2 'a chart is not in the page' 's/<svg/<div/' $page

bad '2 12' 'what was measured has neither a chart nor a law' \
    's/^counters,plan,counter_mutex,threads,1/granularity,plan,counter_mutex,threads,1/' \
    summary.csv

bad 3 'a mean in words' 's/<dd>The median over/<dd>The arithmetic mean over/;
    s/reports? medians//' $page
bad 3 'an average in a title' 's/gcd: how many/gcd: on average how many/' \
    $gcd.dat $gcd.svg
bad 3 'a rate that is not that of the times' \
    's/^([^	]*	[0-9]+	1[67][0-9]+[.])[0-9]+/\100001/' $wait.dat
bad 4 'a mean of ratios' 's/and ratios alike/and the geometric mean of ratios/' \
    $page
bad 4 'another time beside a ratio' 's/2([0-9][.][0-9] ms)/5\1/' \
    $gcd.dat $gcd.svg

bad 5 'a point without an interval' \
    's/^(2	)([^	]*)	[^	]*	[^	]*(	.*	threads)/\1\2	\2	\2\3/' $gcd.dat
bad 5 'low and high changed over' \
    's/^(2	[^	]*)	([^	]*)	([^	]*)(	.*	threads)/\1	\3	\2\4/' $gcd.dat
bad 5 'an interval narrower than it is' \
    's/^(2	[^	]*	1[.][0-9])[0-9]*(	.*	threads)/\100\2/' $gcd.dat
bad 5 'a row without its interval' \
    '/^[$]rows/,/^END/s/^([^	]*	[0-9]*	)([^	]*)	[^	]*	[^	]*(	threads)/\1\2	\2	\2\3/' \
    $gcd.dat
bad 5 'a time without its interval in the numbers' \
    's/(<td>threads<\/td>.*<td>[0-9.]+ ms) \[[^]]*\](<\/td><td>[0-9.]+ ms<\/td><td>[0-9.]+ ms<)/\1\2/' \
    $page
bad 6 'a standard deviation' \
    's/Times are skewed/Times have a standard deviation and are skewed/' $page
bad 6 'nothing about the distribution' 's/assumes no normal distribution/does/' \
    $page
bad 7 'the noise is not told' "s/^footer_noise = .*/footer_noise = ''/" \
    $wait.dat
bad 7 'another noise' 's/(measured twice: .)[0-9.]+ %/\19.9 %/' \
    $gcd.dat $gcd.svg
bad 7 'a ratio in words without an interval' \
    's/ \(95 % interval [0-9.]+ to [0-9.]+\)//' $page
bad 7 'comparisons are not told' 's/Many comparisons/Colours/' $page
bad 8 'no percentiles' 's/<th scope="col">an item, 99 of 100<\/th>//' $page
bad 8 'the most that was lost is cut off' \
    '/^[$]rows/,/^END/s/^([^	]*	[0-9]*	)([^	]*)	[^	]*	[^	]*(	racy)/\1\2	\2	\2\3/' \
    $counters.dat
bad 8 'nothing about why medians' 's/skewed/so/' $page

bad 9 'the machine is not in the foot' \
    "s/^footer_machine = .*/footer_machine = ''/" $gcd.dat
bad 9 'a key of the machine is missing' 's/"governor": null, //' machine.json
bad 9 'a key of the machine is not in the page' 's/<td>compiler<\/td>//' $page
bad 9 'a factor is missing' '/<td>workers<\/td>/d' $page
bad 9 'a level of a factor is missing' \
    's/(<td>workers<\/td>.*), 20/\1/' $page
bad 9 'no link to the raw data' 's/href="samples.jsonl"//' $page
bad 10 'no number of blocks' 's/^footer_plan = .*/footer_plan = '\'quick\''/' \
    $gcd.dat
bad 10 'fewer blocks than there are' 's/9 blocks/8 blocks/' $gcd.dat $gcd.svg
bad 10 'no clock' 's/CLOCK_MONOTONIC//' $page
bad 10 'nothing on the start of the workers' 's/Start of the workers/Start/' \
    $page
bad '6 7 10' 'no method at all' '/<h2 id="method"/,/<\/section>/d' $page
bad 11 'no ideal' '/^[$]bound <</,/^END/{/^[0-9]/d;}; s/^bound_n = 1/bound_n = 0/' \
    $gcd.dat
bad 11 'an ideal that is too low' '/^[$]bound <</,/^END/s/	4[.0-9]*$/	3/' $gcd.dat
bad 11 'the ideal of waiting is another' \
    '/^[$]bound <</,/^END/s/	0[.]2/	0.3/' $wait.dat
bad 11 'the picture has no ideal' 's/ideal<//; s/>ideal//' $gcd.svg

bad 12 'a value that is not the table'\''s' \
    's/^(2	)1[.]9[0-9]*(	.*	threads)/\11.91\2/' $gcd.dat
bad 12 'a point that nobody measured' \
    's/^2	1.*	threads	gcd	.*/&\n2.5	2.1	2.0	2.2	3	threads	gcd	3	3	8	9/' $gcd.dat
bad 12 'a line across a missing point' \
    '/^[$]lines/,/^END/{/^2	.*threads/{n;d;};}' $gcd.dat
bad 12 'a line goes back' \
    '/^1	.*	gil	gcd/{h;d;}; /^2	.*	gil	gcd/{G;}' $gcd.dat
bad 12 'two strategies on one line' \
    '/^[$]lines/,/^END/{/^4	.*	threads/{n;N;d;};}' $gcd.dat
bad 12 'an axis without a unit' 's/^(lines_head = ).*/\1'\''speedup'\''/;
    s/^(dots_axis = ).*/\1'\''speedup'\''/' $gcd.dat
bad 12 'times without a unit' 's/^(y_tics = .*) ms"/\1"/' $wait.dat
bad 12 'an axis that does not begin at 0' 's/^y_low = 0$/y_low = 0.9/' $gcd.dat
bad 12 'a picture of other data' 's/>threads *</>stealing</' $gcd.svg
bad 12 'half a picture' '/<\/svg>/d' $gcd.svg

bad 1 'the page shows another base' 's/(1x = sequential, 1)0/\11/' $page
bad 2 'that block 0 is left out is not told' 's/block 0//' $page
bad 4 'no times in the numbers' 's/<th scope="col">elapsed<\/th>//' $page
bad 7 'the page does not tell the noise' \
    's/<td>threads gcd, measured twice[^<]*<\/td>//' $page
bad 8 'no word on percentiles where there are none' \
    's/item_p99_ns/item_p95_ns/' samples.jsonl
bad 9 'another machine' 's/Example 3000/Other 4000/' machine.json
bad 9 'no table of the numbers' 's/<details>/<div>/' $page
bad 10 'the page does not say which blocks count' 's/blocks count[.]//' $page

bad 12 'a point outside the axes' 's/^y_high = .*/y_high = 2/' $gcd.dat
bad 12 'two lines of one strategy' 's/^2	.*	gil	gcd.*/&\n\n/' $gcd.dat
bad 12 'a line joins different work' \
    's/^(5	.*	threads	wait	5	4	)20/\140/; s/^(inflight,plan,wait,threads,5,4,)20/\140/' \
    $wait.dat summary.csv
bad 12 'a row that is cut off' 's/(	gil	[0-9.]+)	[0-9.]+ ms$/\1/' $gcd.dat
bad 12 'a line without a row' '/^[$]rows/,/^END/{/	gil	/d;}' $gcd.dat
bad 12 'a row without a line' \
    '/^[$]rows/,/^END/s/	gil	/	pool	/; s/>gil</>pool</' $gcd.dat $gcd.svg
bad 12 'an x axis that does not say what it counts' \
    "s/^lines_axis = .*/lines_axis = 'number'/" $gcd.dat
bad 12 'a y axis that does not say what it shows' \
    "s/^lines_head = .*/lines_head = 'by items'/" $wait.dat
bad 12 'an axis with one number' "s/^(y_tics = '[^,]*),.*/\1'/" $wait.dat
bad 12 'an axis that begins far below' 's/^y_low = .*/y_low = 0.0001/' $wait.dat
bad 12 'a picture without its points' '/<use /d' $gcd.svg

# A rate that is off in the table, too: it does not follow from the times.
rates=$scratch/rates
cp -r "$good" "$rates"
awk -F , -v OFS=, -v CONVFMT=%.12g 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
    $1 == "inflight" && $4 == "threads" && $5 == 20 {
        $at["rate_low_per_s"] *= 1.004
    }
    { print }' "$good/summary.csv" > "$rates/summary.csv"
awk -F '\t' -v OFS='\t' -v CONVFMT=%.12g '/^\$/ { rows = /^\$rows/ }
    rows && $6 == "threads" { $4 *= 1.004 }
    { print }' "$good/$wait.dat" > "$rates/$wait.dat"
is 'rule 3: a rate that does not follow from its time' \
    "$(rules_broken "$rates")" 3

# ------------------------------------------- few blocks, alarms, bad usage

few=$scratch/few
ok 'a run of five blocks is made' run_make "$few" 5
said=$(scripts/rules "$few" 2>&1)
is 'five blocks: no intervals, but the chart says so' "$said" \
    '12 of 12 rules hold'
sed -i 's/: too few for intervals//' "$few/$gcd.dat" "$few/$gcd.svg"
is 'rule 5: five blocks, and nothing is said' "$(rules_broken "$few")" 5
sed -i -E 's/^(speedup,plan,gcd,threads,2,2,8,2,)5,/\19,/' "$few/summary.csv"
is 'rule 5: enough blocks, and no interval' "$(rules_broken "$few")" '5 10'

alarm=$scratch/alarm
cp -r "$good" "$alarm"
sed -i -e '/gcd\/threads\/2"/s/"wall_ns":5[0-9]*,"setup/"wall_ns":20000000,"setup/' \
    -e '/gcd\/threads\/2"/s/"user_ns":[0-9]*/"user_ns":900000000/' \
    "$alarm/samples.jsonl"
ok 'a run with an impossible figure is made' run_draw "$alarm"
said=$(scripts/rules "$alarm" 2>&1)
is 'an impossible figure that is ringed and told' "$said" '12 of 12 rules hold'
rm -rf "$scratch/noring"
cp -r "$alarm" "$scratch/noring"
sed -i '/^[$]alarms/,/^END/{/^[0-9]/d;}' "$scratch/noring/$gcd.dat"
is 'rule 12: without its ring' "$(rules_broken "$scratch/noring")" 12
cp -r "$alarm" "$scratch/half"
sed -i 's/: speedup above the cores in use[^;]*;/:/' "$scratch/half/$page"
is 'rule 7: with one of two alarms' "$(rules_broken "$scratch/half")" 7
sed -i '/class="alarm"/,/<\/p>/d' "$alarm/$page"
is 'rule 7: without the warning' "$(rules_broken "$alarm")" 7

# What went on beside the samples of two blocks disturbs these blocks.
busy=$scratch/busy
cp -r "$good" "$busy"
sed -i -e 's/"outside":{}/"outside":{"window_ns":1e8,"effective_cores":4}/' \
    -e '/"block":[37],/s/"effective_cores":4/&,"foreign_cpu_ns":3e7/' \
    "$busy/samples.jsonl"
ok 'a run with two disturbed blocks is made' run_draw "$busy"
like 'the chart says so' "$(grep footer_plan "$busy/$gcd.dat")" \
    '7 blocks \(2 more disturbed: left out\)'
said=$(scripts/rules "$busy" 2>&1)
is 'disturbed blocks that are told' "$said" '12 of 12 rules hold'
sed -i 's/ (2 more disturbed: left out)//' "$busy/$gcd.dat" "$busy/$gcd.svg"
is 'rule 10: disturbed blocks that one chart does not tell' \
    "$(rules_broken "$busy")" 10

# Without its sequential run a chart of speedups has no base: it is not drawn,
# and the page says so; one of elapsed times has no ideal.
alone=$scratch/alone
cp -r "$good" "$alone"
rm -r "$alone/charts"
sed -i -E '/"arm":"(speedup\/gcd|inflight\/wait)\/seq"/s/"ok"/"signal-6"/' \
    "$alone/samples.jsonl"
ok 'a run without its bases is made' run_draw "$alone"
like 'a chart without its base says so' \
    "$(grep base_text "$alone/$wait.dat")" 'no ideal: sequential was not'
said=$(scripts/rules "$alone" 2>&1)
is 'charts without a base are left out and told' "$said" '12 of 12 rules hold'
sed -i 's/<td>chart speedup-gcd/<td>chart/' "$alone/$page"
is 'rule 2: without a word' "$(rules_broken "$alone")" 2
sed -i "s/^base_text = .*/base_text = ''/" "$alone/$wait.dat"
is 'rules 1 and 11: neither base nor ideal, and nothing is said' \
    "$(rules_broken "$alone")" '1 2 11'

scripts/rules > /dev/null 2>&1
is 'no run named: exit 2' "$?" 2
scripts/rules "$scratch/none" > /dev/null 2>&1
is 'no such run: exit 2' "$?" 2
rm "$few/report.html"
said=$(scripts/rules "$few" 2>&1)
is 'no report: exit 2' "$?" 2
like 'no report: one line says so' "$said" '^rules: .*report.html: '

# ------------------------------------------------------------- a real sweep

if command -v hyperfine > /dev/null; then
    KERNELS=gcd,wait STRATEGIES=threads BLOCKS=6 RESULTS=$scratch/results \
        BUILD=$BUILD "scripts/bench" > "$scratch/out" 2> "$scratch/err"
    ok 'a real sweep' grep -q '/report\.html$' "$scratch/out"
    said=$("scripts/rules" "$scratch/results/latest" 2>&1)
    is 'a real sweep: all rules hold' "$said" '12 of 12 rules hold'
    # So little time that most kernels must go: what went is kept and told.
    STRATEGIES=threads BUDGET=2 RESULTS=$scratch/hurry \
        scripts/bench > "$scratch/out" 2> "$scratch/err"
    is 'a sweep in a hurry keeps what it left out' \
        "$(sed -n 's/^sweep: short of time: left out \(.*\); .*/\1/p' \
            "$scratch/err")" \
        "$(jq -r '.left_out[] | sub(": .*"; "")' \
            "$scratch/hurry/latest/session.json")"
    like 'and it left out something' "$(cat "$scratch/err")" 'left out kernel'
    said=$(scripts/rules "$scratch/hurry/latest" 2>&1)
    is 'a sweep in a hurry: all rules hold' "$said" '12 of 12 rules hold'
else
    skip 'a real sweep' 'hyperfine is not installed'
fi

finish
