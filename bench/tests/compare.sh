#!/usr/bin/env bash
# compare.sh - tests of `stats compare`, on runs made up here.
# SPDX-License-Identifier: MIT
#
# Usage: BUILD=build bench/tests/compare.sh        prints TAP
#
# What is true of the two runs is known, so a verdict can be called right or
# wrong; shifts are computed a second time by awk. Times come from a generator
# that is the same everywhere: nothing here depends on this machine.
# shellcheck disable=SC2016,SC2317 # code for awk and jq; functions for ok
set -u
# shellcheck source=bench/tests/tap.inc
. "$(dirname "$0")/tap.inc"

stats=$BUILD/stats

# runs COUNT BLOCKS SEED [NAME=VALUE...] - writes $scratch/run1 and on: a plan of
# 19 arms and samples of it. Values:
#   noise   how much longer a run takes at random, at the most; most much less
#   slow    times as slow in all arms that compute
#   drift   how much slower all that compute get from the first block to the
#           last; in the second half they are slower by as much again
#   arm, by  arms whose name matches take by times as long
#   name    of the directories, instead of run
runs() {
    local count=$1 blocks=$2 seed=$3 i name=run value
    shift 3
    for value; do
        case $value in name=*) name=${value#name=} ;; esac
    done
    for ((i = 1; i <= count; i++)); do
        mkdir -p "$scratch/$name$i"
        echo '{"cpu": "Test", "cores": 2, "load1": 0.1}' \
            >"$scratch/$name$i/machine.json"
    done
    awk -v count="$count" -v blocks="$blocks" -v seed="$seed" \
        -v to="$scratch/$name" -v settings="$*" '
    function random() { # Park and Miller
        seed = seed * 16807 % 2147483647
        return seed / 2147483647
    }
    function add(chart, strategy, kernel, bound, workers, ms) {
        arms++
        id[arms] = chart "/" kernel "/" strategy "/" workers
        base[arms] = ms
        computes[arms] = bound != "io"
        waits[arms] = bound == "io" ? workers : 1
        rows = rows id[arms] "\t" chart "\tplan\t" strategy "\t" kernel "\t" \
            bound "\t" workers "\t2\t20\t-\n"
    }
    function sample(file, block,    a, ms) {
        for (a = 1; a <= arms; a++) {
            ms = base[a] * (1 + noise * random() * random() * random())
            if (computes[a])
                ms *= slow * (1 + drift * (block / blocks + (2 * block > blocks)))
            if (arm != "" && id[a] ~ arm)
                ms *= by
            printf "{\"session\":\"s\",\"block\":%d,\"arm\":\"%s\",", block, \
                id[a] >file
            printf "\"verdict\":\"ok\",\"wall_ns\":%.0f,", (ms + 5) * 1e6 >file
            printf "\"user_ns\":1,\"sys_ns\":1,\"inside\":{\"items\":20," >file
            printf "\"rounds\":1,\"size\":1,\"inflight\":%d,", waits[a] >file
            printf "\"setup_ns\":1,\"wall_ns\":%.0f}}\n", ms * 1e6 >file
        }
    }
    BEGIN {
        noise = 0.01
        slow = by = 1
        drift = 0
        for (n = split(settings, setting, " "); n > 0; n--) {
            split(setting[n], pair, "=")
            if (pair[1] == "noise") noise = pair[2]
            if (pair[1] == "slow") slow = pair[2]
            if (pair[1] == "drift") drift = pair[2]
            if (pair[1] == "arm") arm = pair[2]
            if (pair[1] == "by") by = pair[2]
        }
        for (k = 1; k <= 2; k++) {
            kernel = k == 1 ? "gcd" : "hash"
            add("speedup", "sequential", kernel, "cpu", 1, 100 * k)
            add("speedup", "threads", kernel, "cpu", 1, 101 * k)
            add("speedup", "threads", kernel, "cpu", 2, 60 * k)
            add("speedup", "pool", kernel, "cpu", 2, 62 * k)
        }
        for (k = 1; k <= 6; k++)
            add("counters", "threads", "counter_" k, "shared", 2, 3 * k)
        add("inflight", "sequential", "wait", "io", 1, 200)
        for (k = 1; k <= 2; k++) {
            add("inflight", k == 1 ? "threads" : "pool", "wait", "io", 5, 41)
            add("inflight", k == 1 ? "threads" : "pool", "wait", "io", 20, 11)
        }
        for (i = 0; i < 20; i++) # the first numbers of small seeds are small
            random()
        for (r = 1; r <= count; r++) {
            printf "arm\tchart\trole\tstrategy\tkernel\tbound\tworkers\t" \
                "cores\titems\tcommand\n%s", rows >(to r "/plan.tsv")
            close(to r "/plan.tsv")
            for (b = 1; b <= blocks; b++)
                sample(to r "/samples.jsonl", b)
            close(to r "/samples.jsonl")
        }
    }'
}

# A pair of runs with 12 blocks: the same programs, nothing in common but that.
# pair SEED SETTING... - run a1, and b1 with the settings.
pair() {
    local seed=$1
    shift
    runs 1 12 "$seed" name=a
    runs 1 12 $((seed + 1)) name=b "$@"
}

said='' status=0
compare() {
    said=$("$stats" compare "$@" 2>"$scratch/err")
    status=$?
}

verdict() { # ARM: kernel strategy workers
    "$stats" compare "$scratch/a1" "$scratch/b1" --json | jq -r \
        --arg k "$1" --arg s "$2" --argjson w "$3" '.arms[] |
        select(.kernel == $k and .strategy == $s and .workers == $w).verdict'
}

# ------------------------------------------------------------ the command line

compare
is 'no run: usage, exit 2' "$status" 2
compare x
is 'one run: usage, exit 2' "$status" 2
compare x y z
is 'three runs: usage, exit 2' "$status" 2
compare x y --tolerance=much
is 'tolerance that is no number: exit 2' "$status" 2
compare x y --tolerance=-1
is 'tolerance below 0: exit 2' "$status" 2
is 'and one line that says so' "$(wc -l <"$scratch/err")" 1
compare /nonesuch /nonesuch
is 'no such run: exit 1' "$status" 1
like 'and one line that says why' "$(cat "$scratch/err")" \
    '^stats: /nonesuch/plan.tsv: No such file or directory$'
like '--help explains the exit status' "$("$stats" --help)" '3 nothing is slower'
if [ "$BUILD" = build ]; then
    make compare >/dev/null 2>"$scratch/err"
    is 'make compare without A or B: fails' $? 2
    like 'with a line that says how' "$(cat "$scratch/err")" \
        'compare: A and B.*make compare A=results/'
    runs 1 8 1 name=a
    ok 'make compare' make compare A="$scratch/a1" B="$scratch/a1"
else
    skip 'make compare' 'another build directory'
fi

# ---------------------------------------------------------- what is known true

pair 10
compare "$scratch/a1" "$scratch/a1"
is 'a run beside itself: exit 0' "$status" 0
like 'all are the same' "$said" 'slower: 0, faster: 0, same: 19, not decided: 0'
compare "$scratch/a1" "$scratch/b1"
is 'the same programs again: exit 0' "$status" 0
like 'all are the same again' "$said" 'same: 19, not decided: 0'
ok 'at most 80 columns' awk 'length($0) > 80 { print; bad = 1 }
    END { exit bad }' <<<"$said"
like 'noise of both is there' "$said" 'A .*noise.*B .*noise'
like 'seconds of both, with intervals' "$said" \
    'A 100 ms \[100.*\], B 100 ms \[100.*\]: 1\.0'

pair 20 arm=speedup/gcd/threads/2 by=1.1
compare "$scratch/a1" "$scratch/b1"
is 'one arm takes 10 % longer: exit 1' "$status" 1
like 'it is named, and it alone' "$said" \
    'slower: 1, .*slower: gcd: threads, 2 workers, 2 cores: 1\.[01][0-9]+ \['
like 'all others are the same' "$said" 'faster: 0, same: 18, not decided: 0'
compare "$scratch/a1" "$scratch/b1" --tolerance=20
is 'with a tolerance of 20 %: exit 0' "$status" 0
compare "$scratch/a1" "$scratch/b1" --tolerance=10
is 'at the edge of the tolerance: not decided, exit 3' "$status" 3
compare "$scratch/b1" "$scratch/a1"
is 'the other way round it is faster: exit 0' "$status" 0
like 'and that is said' "$said" 'faster: gcd: threads, 2 workers'

pair 30 slow=1.3 drift=0.2
compare "$scratch/a1" "$scratch/b1"
is 'the machine is 30 % slower, and gets slower all the time: exit 0' \
    "$status" 0
like 'that is said' "$said" 'times as slow in general'
factor=$("$stats" compare "$scratch/a1" "$scratch/b1" --json | jq .factors.cpu)
ok 'as the factor of what computes: 1.3 times the drift between' \
    awk -v f="$factor" 'BEGIN { exit !(f > 1.3 && f < 1.3 * 1.4) }'
is 'waiting is no slower, and its factor says so' \
    "$("$stats" compare "$scratch/a1" "$scratch/b1" --json |
        jq '.factors.io * 100 | round')" 100
like 'all are the same in spite of that' "$said" 'same: 19, not decided: 0'

pair 40 slow=1.3 arm=speedup/gcd/sequential/1 by=1.1
is 'sequential itself takes 10 % longer on a slower machine' \
    "$(verdict gcd sequential 1)" slower
is 'so its speedups are greater' "$(verdict gcd threads 2)" faster
is 'those of others are not' "$(verdict hash threads 2)" same
pair 50 slow=0.5 arm=counters/counter_3/threads/2 by=1.1
is 'an arm without sequential, on a faster machine' \
    "$(verdict counter_3 threads 2)" slower
pair 60 arm=inflight/wait/threads/20 by=1.1
is 'an arm that waits' "$(verdict wait threads 20)" slower

# ------------------------------------------------------------ not decided

runs 1 3 70 name=a
runs 1 3 71 name=b
compare "$scratch/a1" "$scratch/b1"
is '3 blocks: exit 3' "$status" 3
like 'and it says how many it takes' "$said" \
    'too few blocks: 3 and 3; from 6 on a difference could show'
# 19 comparisons: 2 x 19 x 6! 6! / 12! is 0.041 for 6 blocks, 0.15 for 5.
like 'all are open' "$said" 'same: 0, not decided: 19'
pair 80 noise=3
compare "$scratch/a1" "$scratch/b1"
is 'a machine that is much too noisy: exit 3' "$status" 3

pair 90
sed -i 's/"verdict":"ok"\(.*"hash\/pool\)/"verdict":"ok"\1/
    /hash\/pool/s/"verdict":"ok"/"verdict":"wrong","reason":"digest"/' \
    "$scratch/b1/samples.jsonl"
compare "$scratch/a1" "$scratch/b1"
is 'an arm that fails in B: exit 3' "$status" 3
like 'and why' "$said" 'B has no time: digest'
like 'the others go on' "$said" 'same: 18, not decided: 1'

pair 100
sed -i '/hash\/pool/s/"setup_ns":1/"setup_ns":99000000/' \
    "$scratch/b1/samples.jsonl"
compare "$scratch/a1" "$scratch/b1"
like 'what cannot be is not compared' "$said" \
    'alarm in B: more time inside than by the outer clock'
is 'and leaves it open: exit 3' "$status" 3

pair 110
for run in a b; do
    grep -v 'inflight/wait/pool' "$scratch/${run}1/plan.tsv" >"$scratch/plan"
    mv "$scratch/plan" "$scratch/${run}1/plan.tsv"
done
like 'with too few others beside it sequential is open' \
    "$("$stats" compare "$scratch/a1" "$scratch/b1" 2>/dev/null)" \
    'only 2 other arms to tell program from machine, 4 are needed'

# -------------------------------------------------------------- different plans

pair 120
{ head -n 1 "$scratch/a1/plan.tsv" && tail -n +2 "$scratch/a1/plan.tsv" | tac; } \
    >"$scratch/b1/plan.tsv"
compare "$scratch/a1" "$scratch/b1"
like 'the order of a plan does not matter' "$said" 'same: 19, not decided: 0'

sed -i '/pool\thash/d' "$scratch/a1/plan.tsv"
sed -i '/counter_4/d' "$scratch/b1/plan.tsv"
echo '{"cpu": "Other", "cores": 4, "load1": 3, "governor": "powersave"}' \
    >"$scratch/b1/machine.json"
echo '{"asked": {"plan": "full"}}' >"$scratch/b1/session.json"
compare "$scratch/a1" "$scratch/b1"
is 'different plans: what both have decides' "$status" 0
is 'arms that only one has are listed' \
    "$(grep -c '^only in A: counter_4: threads\|^only in B: hash: pool' <<<"$said")" 2
is 'and no others' "$(grep -c '^only in ' <<<"$said")" 2
like 'what differs between the machines' "$said" 'cpu: Test -> Other'
like 'also what one does not know' "$said" 'governor: null -> powersave'
like 'the plans' "$said" 'plan:  -> full'
is 'the load, which always differs, is no difference' \
    "$(grep -c load1 <<<"$said")" 0
sed -i '2,$s/gcd\|hash\|wait\|counter/other/' "$scratch/b1/plan.tsv"
compare "$scratch/a1" "$scratch/b1"
is 'nothing in common: exit 3' "$status" 3
like 'and that is said' "$said" 'nothing is compared'

# ----------------------------------------------- the same numbers by other means

pair 130 slow=1.2 drift=0.1 noise=0.3 arm=speedup/hash/pool/2 by=1.4
runs 1 10 140 name=b slow=1.2 drift=0.1 noise=0.3 arm=speedup/hash/pool/2 by=1.4
"$stats" compare "$scratch/a1" "$scratch/b1" --json --tolerance=1 \
    >"$scratch/json"
is 'JSON: the exit status is in it' "$(jq .status "$scratch/json")" 1

# shift_by_awk ARM LEVEL - median of all differences of logs of speedups, turned
# over, and those from both ends that enclose the true one but for LEVEL.
shift_by_awk() {
    awk -v level="$2" -v arm="$1" -v base="${1%/*/*}/sequential/1" '
    function text(key) {
        return substr($0, index($0, "\"" key "\":\"") + length(key) + 4)
    }
    FNR == 1 { run++ }
    {
        name = text("arm")
        sub(/".*/, "", name)
        block = substr($0, index($0, "\"block\":") + 8) + 0
        sub(/"wall_ns":/, "")
        t[run, name, block] = substr($0, index($0, "\"wall_ns\":") + 10) + 0
        if (block > n[run]) n[run] = block
    }
    END {
        for (i = 1; i <= n[1]; i++)
            for (j = 1; j <= n[2]; j++)
                d[++m] = log(t[2, arm, j] / t[2, base, j]) - \
                    log(t[1, arm, i] / t[1, base, i])
        for (i = 2; i <= m; i++)
            for (j = i; j > 1 && d[j] < d[j - 1]; j--) {
                x = d[j]; d[j] = d[j - 1]; d[j - 1] = x
            }
        # P(U <= u): orders of n[1] + n[2] values by how many pairs are wrong
        ways[0, 0] = 1
        for (value = 1; value <= n[1] + n[2]; value++)
            for (a = (value < n[1] ? value : n[1]); a > 0; a--)
                for (u = m; u >= 0; u--) {
                    # the value-th smallest is one of A; b of B stand below it
                    b = value - a
                    if (b <= n[2] && u >= b)
                        ways[a, u] += ways[a - 1, u - b]
                }
        for (u = 0; u <= m; u++) all += ways[n[1], u]
        for (k = 0; k < m && (sum += ways[n[1], k]) / all <= level / 2; k++)
            ;
        middle = m % 2 ? d[(m + 1) / 2] : (d[m / 2] + d[m / 2 + 1]) / 2
        printf "%.15g %.15g %.15g\n", exp(middle), exp(d[k]), exp(d[m + 1 - k])
    }' "$scratch/a1/samples.jsonl" "$scratch/b1/samples.jsonl"
}

near() { # A B: to 1e-9
    awk -v a="$1" -v b="$2" 'BEGIN {
        d = a - b
        exit !(a != "" && (d < 0 ? -d : d) <= 1e-9 * b)
    }'
}

for arm in speedup/hash/pool/2 speedup/gcd/threads/1 inflight/wait/threads/5; do
    IFS=/ read -r _ kernel strategy workers <<<"$arm"
    read -r middle low high <<<"$(shift_by_awk "$arm" 0.05)"
    read -r m l h <<<"$(jq -r --arg k "$kernel" --arg s "$strategy" \
        --argjson w "$workers" '.arms[] | select(.kernel == $k and
        .strategy == $s and .workers == $w).beside_ratio |
        "\(.middle) \(.low) \(.high)"' "$scratch/json")"
    ok "$arm: the shift as awk has it" near "$m" "$middle"
    ok "$arm: lower end" near "$l" "$low"
    ok "$arm: upper end" near "$h" "$high"
done

# The one that is slower comes first: it is held at the level divided by 19.
read -r middle low high \
    <<<"$(shift_by_awk speedup/hash/pool/2 "$(awk 'BEGIN { print 0.05 / 19 }')")"
read -r l h <<<"$(jq -r '.arms[] | select(.verdict == "slower").corrected_ratio |
    "\(.low) \(.high)"' "$scratch/json")"
ok 'the slower one: its corrected interval, lower end' near "$l" "$low"
ok 'the slower one: its corrected interval, upper end' near "$h" "$high"
# Holm's step-down holds an arm that is not rejected at the level divided by the
# number of those that are not. Six are slower here; next to them both runs of
# sequential seem faster, since most of what computes has changed.
pair 170 slow=1.2 noise=0.3 arm='speedup/.*/(threads|pool)/' by=1.4
"$stats" compare "$scratch/a1" "$scratch/b1" --json --tolerance=0 \
    >"$scratch/json6"
is 'six of 19 are slower, two seem faster' \
    "$(jq -c '.counts | [.slower, .faster]' "$scratch/json6")" '[6,2]'
read -r middle low high \
    <<<"$(shift_by_awk inflight/wait/threads/5 "$(awk 'BEGIN { print 0.05 / 11 }')")"
read -r l h <<<"$(jq -r '.arms[] | select(.strategy == "threads" and
    .workers == 5).corrected_ratio | "\(.low) \(.high)"' "$scratch/json6")"
ok 'another one: its corrected interval, lower end' near "$l" "$low"
ok 'another one: its corrected interval, upper end' near "$h" "$high"
pair 180 arm=gcd/threads/2 by=1.1
"$stats" compare "$scratch/a1" "$scratch/b1" --json --tolerance=20 \
    >"$scratch/json20"

# Verdicts follow from p values and intervals, by the words of --help.
for file in json json6 json20; do
    ok "$file: Holm by jq" jq -e '
        [.arms[] | select(.p != null)] | sort_by(.p) | length as $m |
        [foreach to_entries[] as $e (0;
            [., ($m - $e.key) * $e.value.p, 0] | max;
            (([., 1] | min) - $e.value.p_holm) | fabs)] | max < 1e-12' \
        "$scratch/$file"
    ok "$file: a verdict, its corrected interval and its p value agree" jq -e '
        (1 + .tolerance_percent / 100) as $most | [.arms[] |
            (.verdict == "slower") == (.corrected_ratio.low > $most) and
            (.verdict == "faster") == (.corrected_ratio.high < 1 / $most) and
            (.verdict == "slower" or .verdict == "faster") ==
            (.p_holm <= 0.05)] | all' "$scratch/$file"
    ok "$file: same is within the tolerance, with all of the interval" jq -e '
        (1 + .tolerance_percent / 100) as $most | [.arms[] |
            select(.verdict != "slower" and .verdict != "faster") |
            (.verdict == "same") == (.beside_ratio.high <= $most and
                .beside_ratio.low >= 1 / $most)] | all' "$scratch/$file"
    ok "$file: corrected intervals are no narrower" jq -e '
        [.arms[] | .corrected_ratio.low <= .beside_ratio.low and
            .corrected_ratio.high >= .beside_ratio.high] | all' "$scratch/$file"
done

# -------------------------------------------------------------- false alarms

# Pairs of runs of the same programs, each on a machine of its own speed that
# drifts; any verdict but "same" and "not decided" is false. No tolerance: the
# hardest case.
trials=300
runs $trials 8 150 name=f noise=0.5 drift=0.1
runs $trials 8 151 name=g noise=0.5 drift=0.1 slow=1.2
false=0
for ((i = 1; i <= trials; i++)); do
    "$stats" compare "$scratch/f$i" "$scratch/g$i" --tolerance=0 |
        grep -q '^slower: 0, faster: 0,' || false=$((false + 1))
done
echo "# false alarms: $false of $trials pairs"
ok "false alarms in at most 5 % of $trials pairs" [ $((false * 20)) -le $trials ]
# The same shape of noise, but one arm of 19 does take 30 % longer.
trials=20
runs $trials 8 160 name=h noise=0.5 drift=0.1 slow=1.2 \
    arm=speedup/gcd/pool/2 by=1.3
found=0
for ((i = 1; i <= trials; i++)); do
    "$stats" compare "$scratch/f$i" "$scratch/h$i" --tolerance=0 |
        grep -q '^slower: gcd: pool' && found=$((found + 1))
done
echo "# found: 30 % in one arm of 19 with 8 blocks, $found of $trials times"
ok "a true difference is found by the same means" [ $((found * 2)) -ge $trials ]

finish
