#!/bin/sh
# stats.sh - tests of the statistics program, of scripts/plot and of
# scripts/report, on runs made up here whose answers are known.
#
# Usage: BUILD=build bench/tests/stats.sh        prints TAP
#
# Times are made so that the true speedup is known, then compared with what
# stats says; noisy data are summarised a second time by awk. Left out: real
# sweeps (bench/tests of the sweep), and pictures, which need eyes.
#
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016 # quoted commands are for an inner shell
set -u

build=$(cd -- "${BUILD:-build}" && pwd) || exit 1
stats=$build/stats
scripts=$(cd -- "$(dirname -- "$0")/../../scripts" && pwd) || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
tests=0
failures=0

# check WHAT COMMAND... - one TAP line: did the command succeed?
check()
{
    what=$1
    shift
    tests=$((tests + 1))
    if "$@" >"$work/said" 2>&1; then
        printf 'ok %d - %s\n' "$tests" "$what"
    else
        failures=$((failures + 1))
        printf 'not ok %d - %s\n' "$tests" "$what"
        sed 's/^/# /' "$work/said"
    fi
}

# status N COMMAND... - the command ends with exit status N.
status()
{
    wanted=$1
    shift
    "$@" >"$work/out" 2>"$work/err"
    got=$?
    [ "$got" -eq "$wanted" ] || {
        echo "exit status $got, not $wanted"
        cat "$work/err"
        return 1
    }
}

# The command fails with status 1 and says why in one line of its own.
one_line_and_1()
{
    status 1 "$@" && [ "$(wc -l <"$work/err")" -eq 1 ] &&
        grep -q '^[a-z]*: .*: .' "$work/err"
}

# plan DIRECTORY - four strategies' arms, blanks and a twin.
plan()
{
    mkdir -p "$1"
    echo '{"cpu": "Test \"CPU\" <1> & '\''quotes'\''", "usable_cores": 2}' \
        >"$1/machine.json"
    {
        printf 'arm\tchart\trole\tstrategy\tkernel\tbound\tworkers\tcores'
        printf '\titems\tcommand\n'
        while read -r line; do
            printf '%s\n' "$line" | tr ' ' '\t'
        done <<ARMS
b/seq blank blank sequential null none 1 1 1 null1
b/thr blank blank threads null none 1 2 1 null2
s/seq speedup plan sequential gcd cpu 1 1 8 gcd-seq
s/thr/1 speedup plan threads gcd cpu 1 1 8 gcd-thr-1
s/thr/2 speedup plan threads gcd cpu 2 2 8 gcd-thr-2
s/gone speedup plan uring gcd cpu 1 1 8 gcd-uring
t/thr speedup twin threads gcd cpu 2 2 8 gcd-thr-2
i/seq inflight plan sequential wait io 1 2 20 wait-seq
i/thr/20 inflight plan threads wait io 20 2 20 wait-thr
c/racy/2 counters plan threads counter_racy shared 2 2 4 racy-2
c/mutex/2 counters plan threads counter_mutex shared 2 2 4 mutex-2
ARMS
    } >"$1/plan.tsv"
}

# samples DIRECTORY BLOCKS NOISE - blocks 0..BLOCKS of the plan above. Without
# noise: start-up 10 ms (1 of them set-up), gcd 100 ms, at two threads 50 ms.
# Block 0 is nonsense. In every block work has a speed of its own, which ratios
# within a block must not feel.
samples()
{
    awk -v blocks="$2" -v noise="$3" '
    function put(arm, role, ms, setup_ms, inflight, more) {
        work = (ms - 10) * speed * (1 + noise * (rand() - 0.3))
        ms = work + 10 * (1 + noise * (rand() - 0.5))
        if (block == 0) ms = 7
        printf "{\"schema\":1,\"session\":\"s\",\"block\":%d,", block
        printf "\"position\":0,\"arm\":\"%s\",\"role\":\"%s\",", arm, role
        printf "\"verdict\":\"ok\",\"reason\":\"\",\"wall_ns\":%.6f,", ms * 1e6
        printf "\"user_ns\":5e6,\"sys_ns\":1e6,\"exit\":0,\"inside\":{"
        printf "\"items\":20,\"size\":50,\"rounds\":1,\"wall_ns\":%.6f,", \
            work * 1e6
        printf "\"setup_ns\":%d,\"inflight\":%d%s}", setup_ms * 1e6, \
            inflight, more
        printf ",\"outside\":{},\"flags\":[%s]}\n", \
            arm == "t/thr" && block == 2 ? "\"steal\"" : ""
    }
    BEGIN {
        srand(42)
        for (block = 0; block <= blocks; block++) {
            speed = 1 + 0.1 * (block % 3)
            put("b/seq", "blank", 10, 1, 1, "")
            put("b/thr", "blank", 10, 1, 2, "")
            put("s/seq", "plan", 110, 1, 1, "")
            put("s/thr/1", "plan", 135, 1, 1, "")
            put("s/thr/2", "plan", 60, 1, 2, "")
            put("t/thr", "twin", 62, 1, 2, "")
            put("i/seq", "plan", 210, 1, 1, "")
            put("i/thr/20", "plan", 20, 1, 20, "")
            put("c/mutex/2", "plan", 110, 1, 2, ",\"lost\":0")
            put("c/racy/2", "plan", 20, 1, 2, \
                ",\"lost\":" (block % 2 ? 500 : 0))
            printf "{\"session\":\"s\",\"block\":%d,\"arm\":\"s/gone\",", block
            printf "\"role\":\"plan\",\"verdict\":\"unsupported\","
            printf "\"reason\":\"no, \\\"ring\\\" <here>\",\"wall_ns\":1}\n"
        }
    }' >"$1/samples.jsonl"
}

# cell DIRECTORY ROLE KERNEL STRATEGY WORKERS COLUMN - from summary.csv.
cell()
{
    awk -F , -v r="$2" -v k="$3" -v s="$4" -v w="$5" -v c="$6" '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
        $at["role"] == r && $at["kernel"] == k && $at["strategy"] == s &&
            $at["workers"] == w { print $at[c] }' "$1/summary.csv"
}

# near VALUE WANTED - as numbers, to nine digits.
near()
{
    awk -v a="$1" -v b="$2" 'BEGIN {
        d = a - b
        if (d < 0) d = -d
        good = a != "" && d <= 1e-9 * (b < 0 ? -b : b) + 1e-15
        if (!good) print a " is not " b
        exit !good
    }'
}

# --------------------------------------------------------- the command line

check 'no command: usage, exit 2' status 2 "$stats"
check 'unknown command: usage, exit 2' status 2 "$stats" guess "$work"
check 'too many words: usage, exit 2' status 2 "$stats" summary "$work" x
check '--help: exit 0' status 0 "$stats" --help
check 'no such run: one line, exit 1' one_line_and_1 "$stats" summary /nonesuch
plan "$work/bare"
check 'no samples: one line, exit 1' one_line_and_1 "$stats" table "$work/bare"
mkdir "$work/odd"
echo 'a	b' >"$work/odd/plan.tsv"
check 'not a plan: one line, exit 1' one_line_and_1 "$stats" table "$work/odd"

# ------------------------------------------------------------ known answers

exact=$work/exact
plan "$exact"
samples "$exact" 8 0
check 'summary: exit 0' status 0 "$stats" summary "$exact"
check 'nothing said about good data' [ ! -s "$work/err" ]
s2() { cell "$exact" plan gcd threads 2 "$1"; }
check 'warm-up block is not counted' near "$(s2 blocks)" 8
check 'speedup over sequential' near "$(s2 speedup)" 2
check 'drift between blocks is not in it' near "$(s2 speedup_low)" 2
check 'speedup over itself' near "$(s2 self_speedup)" 2.5
check 'efficiency' near "$(s2 efficiency)" 1
check 'net seconds, median' near "$(s2 elapsed_s)" 0.055
check 'whole process beside it' near "$(s2 whole_s)" 0.065
check 'twin: apparent ratio' near \
    "$(cell "$exact" twin gcd threads 2 twin_ratio)" 1.04
check 'in flight: as the child says' near \
    "$(cell "$exact" plan wait threads 20 inflight)" 20
check 'items a second' near "$(cell "$exact" plan wait threads 20 rate_per_s)" \
    "$(awk 'BEGIN { printf "%.15g", 20 / 0.011 }')"
check 'cost of an increment' near \
    "$(cell "$exact" plan counter_mutex threads 2 cost_ns)" 110000
check 'lost share, median' near \
    "$(cell "$exact" plan counter_racy threads 2 lost_share)" 0.25
check 'lost share, most' near \
    "$(cell "$exact" plan counter_racy threads 2 lost_most)" 0.5
check 'runs that lost' near \
    "$(cell "$exact" plan counter_racy threads 2 lost_runs)" 4
check 'none lost is 0, not empty' near \
    "$(cell "$exact" plan counter_mutex threads 2 lost_runs)" 0
check 'an arm without samples has no time' [ -z \
    "$(cell "$exact" plan gcd uring 1 elapsed_s)" ]
check 'but its verdict' [ unsupported = \
    "$(cell "$exact" plan gcd uring 1 verdict)" ]
check 'and its reason' grep -q "no, 'ring' <here>" "$exact/summary.csv"

# The two clocks: what the outer one has beyond work and set-up is the start;
# a child that claims more than went by outside raises an alarm.
check 'start: whole less work less set-up' near "$(s2 start_s)" 0.009
check 'and the blank'\''s beside it' near "$(s2 blank_start_s)" 0.009
setup=$work/setup
plan "$setup"
samples "$setup" 6 0
sed -i.old -e '/"arm":"s\/thr\/2"/s/"setup_ns":1000000/"setup_ns":6000000/' \
    -e '/"arm":"s\/seq"/s/"setup_ns":1000000/"setup_ns":60000000/' \
    "$setup/samples.jsonl"
"$stats" summary "$setup" 2>"$work/err"
check 'set-up is not part of the work' near \
    "$(cell "$setup" plan gcd threads 2 elapsed_low_s)" 0.05
check 'nor of the start' near \
    "$(cell "$setup" plan gcd threads 2 start_s)" 0.004
check 'alarm: more time inside than outside' grep -q \
    'sequential gcd.*more time inside' "$work/err"

# -------------------------------------------------------------- disturbances

dirty=$work/dirty
plan "$dirty"
samples "$dirty" 8 0
{
    cat "$exact/samples.jsonl"
    echo 'no json'
    echo '{"block":1}'
    echo '{"session":"s","block":1,"arm":"s/thr/2","verdict":"ok",'\
'"wall_ns":NaN}'
    echo '{"session":"s","block":1,"arm":"s/thr/2","verdict":"ok",'\
'"wall_ns":-5}'
    echo '{"session":"s","block":1,"arm":"s/thr/2","verdict":"wrong",'\
'"reason":"digest","wall_ns":1}'
    grep '"block":3,.*"s/thr/2"' "$exact/samples.jsonl" |
        sed 's/"wall_ns":[0-9.]*/"wall_ns":99e9/'
    printf '{"schema":1,"session":"s","block":9,"arm":"s/thr'
} >"$dirty/samples.jsonl"
check 'bad lines: exit 0' status 0 "$stats" summary "$dirty"
check 'bad lines: one warning with their count' \
    sh -c '[ "$(wc -l <"$1")" -eq 1 ] && grep -q " 5 lines left out" "$1"' \
    sh "$work/err"
check 'bad lines change nothing' near \
    "$(cell "$dirty" plan gcd threads 2 elapsed_high_s)" \
    "$(cell "$exact" plan gcd threads 2 elapsed_high_s)"
check 'failed runs beside good ones are told' \
    grep -q '1 of 9 runs failed: digest' "$dirty/summary.csv"
check 'other commands do not repeat the warning' \
    sh -c '"$1" table "$2" 2>&1 >/dev/null | { ! grep -q .; }' sh \
    "$stats" "$dirty"
check 'output that cannot be written: exit 1' \
    sh -c '[ ! -c /dev/full ] || ! "$1" table "$2" >/dev/full' sh \
    "$stats" "$exact"

# A session that began later replaces the ones before.
later=$work/later
plan "$later"
samples "$later" 6 0
sed 's/"session":"s"/"session":"t"/' "$later/samples.jsonl" >"$work/t"
sed -i.old 's/"wall_ns":[0-9.]*,"user/"wall_ns":1e12,"user/' \
    "$later/samples.jsonl"
cat "$work/t" >>"$later/samples.jsonl"
"$stats" summary "$later" 2>"$work/err"
check 'only the last session counts' near \
    "$(cell "$later" plan gcd threads 2 speedup)" 2

# -------------------------------------------------------------------- blocks

# beside DIRECTORY BLOCKS MEMBERS - what went on beside each sample of these
# blocks (a regular expression) becomes MEMBERS; ten samples have it.
beside()
{
    sed -i.old "/\"block\":\\($2\\),/s/\"outside\":{[^}]*}/\"outside\":{$3}/" \
        "$1/samples.jsonl"
}

calm='"window_ns":1e8,"effective_cores":2,"foreign_cpu_ns":1e6,"steal_ns":0,'\
'"throttled_ns":0'
busy='"window_ns":1e8,"effective_cores":2,"foreign_cpu_ns":5e6,"steal_ns":0,'\
'"throttled_ns":0'

# blocks DIRECTORY WHAT SAMPLES BLOCKS - a row of `stats rows RUN flags`.
blocks()
{
    "$stats" rows "$1" flags | awk -F '\t' -v what="$2" '$1 == what {
        print $2 " " $3 }' | grep -qx "$3 $4"
}

# words DIRECTORY WHAT PATTERN - a sentence says so.
words()
{
    "$stats" words "$1" "$2" >"$work/sentence"
    grep -q -- "$3" "$work/sentence" || {
        cat "$work/sentence"
        false
    }
}

valid=$work/valid
plan "$valid"
samples "$valid" 8 0
beside "$valid" '[1-8]' "$calm"
check 'calm blocks all count' blocks "$valid" counted 88 8
check 'and that is said' words "$valid" blocks '^8 blocks count\. None was'
# Times of disturbed blocks are nonsense here, so that they would be seen.
beside "$valid" '[37]' "$busy"
sed -i.old '/"block":[37],.*"s\/thr\/2"/s/"rounds":1,"wall_ns":[0-9.]*/"rounds":1,"wall_ns":1/' \
    "$valid/samples.jsonl"
"$stats" summary "$valid" 2>"$work/err"
check 'others used 2.5 % in two blocks of 8: these are left out' \
    blocks "$valid" counted 66 6
check 'and counted apart' blocks "$valid" foreign 0 2
check 'estimates are over blocks that count' near \
    "$(cell "$valid" plan gcd threads 2 blocks)" 6
check 'and nothing of the others is in them' near \
    "$(cell "$valid" plan gcd threads 2 elapsed_low_s)" 0.05
check 'left out: in a sentence' words "$valid" blocks \
    '^6 blocks count\. 2 more were disturbed.*left out\. By reason: foreign 2\.$'
check 'left out: in the table' sh -c '"$1" table "$2" | tail -n 1 |
    grep -qx "6 blocks (2 more disturbed: left out)"' sh "$stats" "$valid"
beside "$valid" '5' "$busy"
"$stats" summary "$valid" 2>"$work/err"
check 'with fewer than 6 others all count' blocks "$valid" counted 88 8
check 'also in the estimates' near "$(cell "$valid" plan gcd threads 2 blocks)" 8
check 'that is said' words "$valid" blocks \
    '^8 blocks count\. 3 of them were disturbed.*fewer than 6'
check 'and in the table' sh -c '"$1" table "$2" | tail -n 1 |
    grep -qx "8 blocks, 3 of them disturbed"' sh "$stats" "$valid"
# Sums over a block, with their sign: one sample's share proves nothing.
plan "$work/sums"
samples "$work/sums" 7 0
beside "$work/sums" '[1-7]' "$calm"
sed -i.old -e '/"block":1,.*"s\/seq"/s/"foreign_cpu_ns":1e6/"foreign_cpu_ns":40e6/' \
    -e '/"block":2,/s/"foreign_cpu_ns":1e6/"foreign_cpu_ns":-9e6/' \
    -e '/"block":2,.*"s\/seq"/s/"foreign_cpu_ns":-9e6/"foreign_cpu_ns":100e6/' \
    "$work/sums/samples.jsonl"
check 'time of others is summed over a block, with its sign' \
    blocks "$work/sums" foreign 0 1
for reason in 'steal "steal_ns":3e6' 'throttled "throttled_ns":3e6' \
    'cores "effective_cores":1.5'; do
    plan "$work/reason"
    echo '{"effective_cores": 2.0}' >"$work/reason/machine.json"
    samples "$work/reason" 7 0
    beside "$work/reason" '[1-7]' "$calm"
    beside "$work/reason" 4 "$calm,${reason#* }"
    check "a block is left out for: ${reason%% *}" sh -c \
        '"$1" words "$2" blocks | grep -q "^6 blocks.*1 more.*reason: $3 1"' \
        sh "$stats" "$work/reason" "${reason%% *}"
done
sed 's/"effective_cores":2/"effective_cores":1.5/' "$work/reason/samples.jsonl" \
    >"$work/fewer" && mv "$work/fewer" "$work/reason/samples.jsonl"
check 'cores are held against those at the start' \
    blocks "$work/reason" cores 0 7
plan "$work/old"
samples "$work/old" 7 0
beside "$work/old" '[1-7]' '"foreign_cpu_ns":5e6,"steal_ns":0,"throttled":0'
check 'samples of old runs, which do not say for how long: undisturbed' \
    blocks "$work/old" flagged 1 0
check 'and no reason is made up' words "$work/old" blocks '^7 .* None was'

# ------------------------------------------------------------------ intervals

for n in 5 6 9 20; do
    plan "$work/n$n"
    samples "$work/n$n" $n 0.2
    "$stats" summary "$work/n$n" 2>/dev/null
done

# The same by awk: log ratios within blocks, sorted, middle and k-th from both
# ends. k of the 95 % sign interval: 1 for 6, 2 for 9, 6 for 20 blocks.
by_awk()
{
    awk -v k="$2" '
    function number(key,    rest) {
        rest = substr($0, index($0, "\"" key "\":") + length(key) + 3)
        return rest + 0
    }
    # The second "wall_ns" of a line is the child'\''s own.
    function own_time() {
        sub(/"wall_ns":/, "")
        return number("wall_ns")
    }
    /"arm":"s\/seq"/ { wall["s", number("block")] = own_time() }
    /"arm":"s\/thr\/2"/ {
        b = number("block")
        wall["t", b] = own_time()
        if (b > n) n = b
    }
    function median(    i, j, t) {
        for (i = 2; i <= n; i++)
            for (j = i; j > 1 && x[j] < x[j - 1]; j--) {
                t = x[j]
                x[j] = x[j - 1]
                x[j - 1] = t
            }
        return n % 2 ? x[(n + 1) / 2] : (x[n / 2] + x[n / 2 + 1]) / 2
    }
    END {
        for (b = 1; b <= n; b++)
            x[b] = log(wall["s", b] / wall["t", b])
        middle = median()
        printf "%.15g %.15g %.15g\n", exp(middle), exp(x[k]), exp(x[n + 1 - k])
    }' "$1/samples.jsonl"
}

for pair in 6:1 9:2 20:6; do
    n=${pair%:*}
    # shellcheck disable=SC2046
    set -- $(by_awk "$work/n$n" "${pair#*:}")
    check "$n blocks: median as awk has it" near \
        "$(cell "$work/n$n" plan gcd threads 2 speedup)" "$1"
    check "$n blocks: lower end" near \
        "$(cell "$work/n$n" plan gcd threads 2 speedup_low)" "$2"
    check "$n blocks: upper end" near \
        "$(cell "$work/n$n" plan gcd threads 2 speedup_high)" "$3"
done
check '5 blocks: a median' [ -n \
    "$(cell "$work/n5" plan gcd threads 2 speedup)" ]
check '5 blocks: no interval' [ -z \
    "$(cell "$work/n5" plan gcd threads 2 speedup_low)" ]
check '5 blocks: the table says why' sh -c \
    '"$1" table "$2" | grep -q "fewer than 6 blocks"' sh "$stats" "$work/n5"

# -------------------------------------------------------------------- alarms

alarm=$work/alarm
plan "$alarm"
samples "$alarm" 6 0
sed -i.old -e '/"arm":"s\/seq"/s/"user_ns":5e6/"user_ns":5e8/' \
    -e '/"arm":"s\/thr\/1"/s/"rounds":1,"wall_ns":[0-9.]*/"rounds":1,"wall_ns":3e7/' \
    "$alarm/samples.jsonl"
"$stats" summary "$alarm" 2>"$work/err"
check 'alarm: more processor time than cores' grep -q \
    'sequential gcd.*processor time' "$work/err"
check 'alarm: faster than its cores' grep -q 'threads gcd, 1 .*speedup above' \
    "$work/err"
check 'alarm: in the CSV too' grep -q 'speedup above the cores in use$' \
    "$alarm/summary.csv"

# --------------------------------------------------------- table and pictures

"$stats" table "$exact" >"$work/table"
check 'table: at most 80 columns' \
    awk 'length($0) > 80 { print; bad = 1 } END { exit bad }' "$work/table"
check 'table: best first' sh -c \
    'grep -A 2 "^gcd" "$1" | tail -n 1 | grep -q threads' sh "$work/table"
check 'table: missing with its reason' grep -q "uring gcd (unsupported): no, " \
    "$work/table"
check 'table: flagged samples' grep -q '1 of 88 samples (steal 1)' \
    "$work/table"

if command -v gnuplot >/dev/null; then
    odd="$work/a b'c\"d \$(e) é"
    cp -r "$work/n9" "$odd"
    check 'plot: a path with blanks, quotes and accents' \
        env BUILD="$build" "$scripts/plot" "$odd"
    check 'plot: all three kinds, SVG and PNG' sh -c 'cd "$1/charts" &&
        for c in speedup-gcd inflight-wait counters; do
            [ -s $c.svg ] && [ -s $c.png ] || exit 1
        done' sh "$odd"
    cp -r "$odd/charts" "$work/first"
    BUILD=$build "$scripts/plot" "$odd"
    check 'plot: the same bytes again' diff -r "$work/first" "$odd/charts"
    check 'report: made' env BUILD="$build" "$scripts/report" "$odd"
    page=$odd/report.html
    check 'report: whole' sh -c '[ "$(tail -n 1 "$1")" = "</html>" ]' sh "$page"
    check 'report: three charts inside' sh -c \
        '[ "$(grep -c "<svg" "$1")" -eq 3 ]' sh "$page"
    check 'report: nothing from outside, no script' sh -c \
        '! grep -Ei "<script|<link|src=|href=.http" "$1"' sh "$page"
    check 'report: text from outside is escaped' grep -q \
        'Test &quot;CPU&quot; &lt;1&gt; &amp; ' "$page"
    check 'report: every id once' sh -c \
        '! grep -o " id=[\"'\''][^\"'\'']*" "$1" | tr -d "\"'\''" | sort |
            uniq -d | grep .' sh "$page"
    check 'plot: no run: one line, exit 1' one_line_and_1 \
        env BUILD="$build" "$scripts/plot" "$work/nonesuch"
else
    tests=$((tests + 1))
    echo "ok $tests - plot and report # SKIP gnuplot is not installed"
fi

echo "1..$tests"
[ "$failures" -eq 0 ]
