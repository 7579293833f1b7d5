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

# ------------------------------------------------------ many against the best

# family DIRECTORY BLOCKS - sequential and six strategies of one kernel: the
# first three alike, then each 1 % slower than the one before; noise of 2 %.
family()
{
    mkdir -p "$1"
    echo '{}' >"$1/machine.json"
    awk -v blocks="$2" -v plan="$1/plan.tsv" '
    function random() { # Park and Miller, the same everywhere
        seed = seed * 16807 % 2147483647
        return seed / 2147483647
    }
    BEGIN {
        OFS = "\t"
        seed = 20
        split("sequential pool threads stealing openmp hybrid processes", name, " ")
        print "arm", "chart", "role", "strategy", "kernel", "bound", "workers", \
            "cores", "items", "command" >plan
        for (a = 1; a <= 7; a++)
            print name[a], "speedup", "plan", name[a], "hash", "cpu", \
                a == 1 ? 1 : 2, a == 1 ? 1 : 2, 8, "-" >plan
        for (b = 1; b <= blocks; b++)
            for (a = 1; a <= 7; a++) {
                s = a == 1 ? 100 : 50 * (1 + 0.01 * (a > 4 ? a - 4 : 0))
                s *= exp(0.04 * (random() + random() + random() - 1.5))
                printf "{\"session\":\"s\",\"block\":%d,\"arm\":\"%s\",", b, \
                    name[a]
                printf "\"verdict\":\"ok\",\"wall_ns\":%.0f,", (s + 9) * 1e6
                printf "\"user_ns\":1,\"sys_ns\":1,\"inside\":{\"items\":8,"
                printf "\"rounds\":1,\"size\":1,\"inflight\":2,\"setup_ns\":1,"
                printf "\"wall_ns\":%.0f}}\n", s * 1e6
            }
    }' >"$1/samples.jsonl"
}

# The same by awk: STRATEGY RATIO P HOLM, the best of all chosen by the median.
family_by_awk()
{
    awk '
    function text(key) {
        return substr($0, index($0, "\"" key "\":\"") + length(key) + 4)
    }
    function binomial(n, k,    i, term, sum) { # at most k of n, p = 1/2
        term = 0.5 ^ n
        for (i = 0; i <= k; i++) {
            sum += term
            term *= (n - i) / (i + 1)
        }
        return sum
    }
    function median(x, n,    i, j, t) {
        for (i = 2; i <= n; i++)
            for (j = i; j > 1 && x[j] < x[j - 1]; j--) {
                t = x[j]; x[j] = x[j - 1]; x[j - 1] = t
            }
        return n % 2 ? x[(n + 1) / 2] : (x[n / 2] + x[n / 2 + 1]) / 2
    }
    function ratio(base, own,    b, x) { # log of the median, base over own
        for (b = 1; b <= n; b++)
            x[b] = log(time[base, b]) - log(time[own, b])
        return median(x, n)
    }
    {
        arm = text("arm")
        sub(/".*/, "", arm)
        block = substr($0, index($0, "\"block\":") + 8) + 0
        sub(/"wall_ns":/, "")
        time[arm, block] = substr($0, index($0, "\"wall_ns\":") + 10) + 0
        arms[arm]
        if (block > n) n = block
    }
    END {
        for (a in arms)
            if (best == "" || ratio("sequential", a) > ratio("sequential", best))
                best = a
        for (a in arms)
            if (a != best) {
                faster = 0
                for (b = 1; b <= n; b++)
                    faster += time[a, b] < time[best, b]
                if (faster > n - faster) faster = n - faster
                p[a] = 2 * binomial(n, faster)
                if (p[a] > 1) p[a] = 1
                m++
            }
        for (left = m; left > 0; left--) {
            least = ""
            for (a in p)
                if (!(a in holm) && (least == "" || p[a] < p[least]))
                    least = a
            before = left * p[least] > before ? left * p[least] : before
            holm[least] = before > 1 ? 1 : before
            printf "%s %.15g %.15g %.15g\n", least, \
                exp(ratio(best, least)), p[least], holm[least]
        }
    }' "$1/samples.jsonl"
}

family "$work/family" 20
"$stats" summary "$work/family" 2>"$work/err"
family_by_awk "$work/family" >"$work/by_awk"
f() { cell "$work/family" plan hash "$1" "$2" "$3"; }
check 'awk compares six with the best' [ "$(wc -l <"$work/by_awk")" -eq 6 ]
while read -r name ratio p holm; do
    workers=2
    [ "$name" != sequential ] || workers=1
    check "$name against the best: ratio as awk has it" \
        near "$(f "$name" $workers ratio_to_best)" "$ratio"
    check "$name: sign test" near "$(f "$name" $workers p_sign)" "$p"
    check "$name: Holm" near "$(f "$name" $workers p_holm)" "$holm"
done <"$work/by_awk"
# Those that the correction alone keeps together show that it is used.
awk '$3 <= 0.05 && $4 > 0.05 { print $1 }' "$work/by_awk" >"$work/corrected"
check 'there is one that only the correction keeps' [ -s "$work/corrected" ]
"$stats" words "$work/family" speedup-hash >"$work/sentence"
sed -n 's/.* cannot tell .* apart from \([^.]*\)\..*/\1/p' "$work/sentence" |
    sed 's/ and /, /' | tr ',' '\n' | tr -d ' ' | sort >"$work/ties"
awk '$4 > 0.05 { print $1 }' "$work/by_awk" | sort >"$work/wanted"
check 'cannot be told apart: exactly those above 5 % after correction' \
    diff "$work/ties" "$work/wanted"
# 6 comparisons: 6 / 2^(B - 1) is at most 0.05 from 8 blocks on.
family "$work/family7" 7
family "$work/family8" 8
check 'too few blocks for six comparisons: says how many it takes' \
    words "$work/family7" speedup-hash 'for 6 comparisons it takes 8 blocks'
check 'enough blocks: it does not' sh -c \
    '! "$1" words "$2" speedup-hash | grep "it takes"' sh "$stats" "$work/family8"

# --------------------------------------------------- how long single items took

items=$work/items
plan "$items"
samples "$items" 6 0
"$stats" rows "$items" inflight-wait >"$work/rows"
check 'runs that do not know: no columns' sh -c '! grep -q "an item" "$1"' \
    sh "$work/rows"
# Block b: median b ms, 99 of 100 within 3 b ms.
for b in 1 2 3 4 5 6; do
    sed -i.old "/\"block\":$b,.*\"i\\/thr/s/\"rounds\":1,/\"rounds\":1,\
\"item_p50_ns\":${b}000000,\"item_p90_ns\":$((2 * b))000000,\
\"item_p99_ns\":$((3 * b))000000,\"item_max_ns\":$((5 * (7 - b)))000000,/" \
        "$items/samples.jsonl"
done
"$stats" summary "$items" 2>"$work/err"
i20() { cell "$items" plan wait threads 20 "$1"; }
check 'median of items, median over blocks' near "$(i20 item_p50_s)" 0.0035
check 'with its interval' near "$(i20 item_p50_high_s)" 0.006
check '90 of 100' near "$(i20 item_p90_s)" 0.007
check '99 of 100' near "$(i20 item_p99_s)" 0.0105
check '99 of 100, low' near "$(i20 item_p99_low_s)" 0.003
check 'the longest of all' near "$(i20 item_max_s)" 0.03
check 'unknown is empty' [ -z "$(cell "$items" plan wait sequential 1 item_p50_s)" ]
check 'in rows' sh -c '"$1" rows "$2" inflight-wait |
    grep -q "3.50 ms \[1.00 ms, 6.00 ms\]	10.5 ms \[3.00 ms, 18.0 ms\]	30.0 ms"' \
    sh "$stats" "$items"
check 'a long tail is said' words "$items" inflight-wait \
    'threads half .* at most 3.50 ms, but the longest one 10.5 ms, 3 times as'
sed 's/	20	wait-thr/	200	wait-thr/' "$items/plan.tsv" >"$work/plan"
cp "$work/plan" "$items/plan.tsv"
check 'of a hundred items and more: how many' words "$items" inflight-wait \
    'but one in a hundred at least 10.5 ms, 3 times as long'
sed -i.old -e 's/"item_p99_ns":[0-9]*/"item_p99_ns":1400000/' \
    -e 's/"item_p50_ns":[0-9]*/"item_p50_ns":1000000/' "$items/samples.jsonl"
check 'a short one is not' sh -c \
    '! "$1" words "$2" inflight-wait | grep "half of the items"' sh \
    "$stats" "$items"

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
check 'alarm: in the CSV too' [ 'speedup above the cores in use' = \
    "$(cell "$alarm" plan gcd threads 1 alarm)" ]
check 'alarm: in words, with figures' words "$alarm" alarms \
    'threads gcd with 1 worker on 1 core: speedup above .*: 3.67, but at most 1'

# alarmed WHAT KERNEL STRATEGY WORKERS TEXT SED... - a run of six blocks,
# changed, has this alarm. An empty text: none.
alarmed()
{
    what=$1 kernel=$2 strategy=$3 workers=$4 text=$5
    shift 5
    plan "$work/alarmed"
    echo "${machine:-{\}}" >"$work/alarmed/machine.json"
    samples "$work/alarmed" 6 0
    for change; do
        sed -i.old "$change" "$work/alarmed/samples.jsonl"
    done
    "$stats" summary "$work/alarmed" 2>"$work/err"
    check "$what" [ "$text" = \
        "$(cell "$work/alarmed" plan "$kernel" "$strategy" "$workers" alarm)" ]
}

ceiling='speedup above the cores in use'
cpu='processor time above the cores'
io='faster than its items can wait'
alarmed 'twice as fast on two cores: no alarm' gcd threads 2 ''
machine='{"effective_cores": 1.5}'
alarmed 'twice as fast where there are 1.5 cores' gcd threads 2 "$ceiling"
machine='{"effective_cores": 1.96}'
alarmed 'above the cores by less than the twins differ: none' gcd threads 2 ''
machine=
# 65 ms on two cores, 110 ms of processor time
alarmed 'processor time within two cores: none' gcd threads 2 '' \
    '/"s\/thr\/2"/s/"user_ns":5e6/"user_ns":110e6/'
alarmed 'the same, but one core was left meanwhile' gcd threads 2 "$cpu" \
    '/"s\/thr\/2"/s/"user_ns":5e6/"user_ns":110e6/' \
    's/"outside":{}/"outside":{"effective_cores":1}/'
machine='{"cpu_quota": 1.0}'
alarmed 'a quota of one core: two periods of it may be used up' gcd threads 2 '' \
    '/"s\/thr\/2"/s/"user_ns":5e6/"user_ns":110e6/' \
    's/"outside":{}/"outside":{"effective_cores":1}/'
alarmed 'but no more than all of its cores give' gcd threads 2 "$cpu" \
    '/"s\/thr\/2"/s/"user_ns":5e6/"user_ns":180e6/' \
    's/"outside":{}/"outside":{"effective_cores":1}/'
machine=
# 20 items in 10 ms or more, 20 at once: each can wait 10 ms and no longer.
alarmed 'items that wait as long as they must: none' wait threads 20 '' \
    '/"i\/thr/s/"rounds":1,/"rounds":1,"item_least_ns":10000000,/'
alarmed 'in one block they waited less' wait threads 20 "$io" \
    '/"i\/thr/s/"rounds":1,/"rounds":1,"item_least_ns":9000000,/' \
    '/"block":3,.*"i\/thr/s/9000000/30000000/'
alarmed 'several at once' wait sequential 1 "$cpu; $io" \
    '/"i\/seq/s/"rounds":1,/"rounds":1,"item_least_ns":90000000,/' \
    '/"i\/seq/s/"user_ns":5e6/"user_ns":900e6/'
check 'one line of text for both' grep -q \
    "sequential wait, 1 workers: $cpu; $io\$" "$work/err"
"$stats" table "$work/alarmed" >"$work/table"
check 'the table has a line each' sh -c 'grep -A 2 "^alarm: sequential wait" \
    "$1" | grep -c "^  processor time .*: 1.*times\|^  faster than .*: in 0.1" |
    grep -qx 2' sh "$work/table"
check 'of at most 79 columns' awk 'length($0) > 79 { bad = 1 } END { exit bad }' \
    "$work/table"
check 'the point is drawn all the same' sh -c \
    '"$1" rows "$2" inflight-wait | grep -q "^sequential"' sh "$stats" "$work/alarmed"

# --------------------------------------------------------- table and pictures

"$stats" table "$exact" --all >"$work/table"
check 'table: at most 79 columns' \
    awk 'length($0) > 79 { print; bad = 1 } END { exit bad }' "$work/table"
check 'table: best first' sh -c \
    'grep -A 2 "^gcd" "$1" | tail -n 1 | grep -q threads' sh "$work/table"
check 'table: no charts unless they are asked for' sh -c \
    '! "$1" table "$2" | grep -q "^gcd"' sh "$stats" "$exact"
check 'table: no colours in a file' sh -c '! grep -q "$(printf "\033")" "$1"' \
    sh "$work/table"
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

# ----------------------------------------------------------- the certificate

# What a second of trying got is held against affinity and quota.
tried()
{
    plan "$work/tried"
    samples "$work/tried" 6 0
    echo "{\"effective_cores\": 2.0, \"probe_cores\": $1}" \
        >"$work/tried/machine.json"
    "$stats" rows "$work/tried" certificate | grep -c "by trying	$2"
}
check 'certificate: trying got all' [ "$(tried 1.994 '1.99	as many')" = 1 ]
check 'certificate: trying got less' [ "$(tried 1.5 '1.50	fewer')" = 1 ]
check 'certificate: not tried' [ "$(tried null '')" = 0 ]

echo "1..$tests"
[ "$failures" -eq 0 ]
