#!/usr/bin/env bash
# fit.sh - tests of `stats fit`, of fits.csv and of what it says of a run.
# SPDX-License-Identifier: MIT
#
# Published figures are met as far as they were printed; awk and gnuplot
# compute the same fits their own way; what cannot be fitted is refused in
# words. Sources of the published sets: fixtures/usl/.
# shellcheck disable=SC2317 # functions are called through ok
set -u
# shellcheck source=bench/tests/tap.inc
. "$(dirname "$0")/tap.inc"

stats=$BUILD/stats
sets=bench/tests/fixtures/usl

fit() { # FILE OPTION...
    "$stats" fit "$@"
}

# A number of an answer, "null" where there is none.
figure() { # FILE JQ-PATH
    jq -r "$2" "$1"
}

# Whether two numbers are the same to nine digits, or to TOLERANCE.
near() { # VALUE WANTED [TOLERANCE]
    awk -v a="$1" -v b="$2" -v t="${3:-1e-9}" 'BEGIN {
        d = a - b; if (d < 0) d = -d
        s = b < 0 ? -b : b
        if (a == "" || a == "null" || !(d <= t * s + 1e-15)) {
            print a " is not " b
            exit 1
        }
    }'
}

# ---------------------------------------------------------- published figures

# Whether a value, printed with as many digits as the published one, is it; or
# within 0.005 %: some were printed with more digits than the search has found.
rounds_to() { # VALUE PUBLISHED
    awk -v a="$1" -v text="$2" 'BEGIN {
        digits = index(text, ".") ? length(text) - index(text, ".") : 0
        d = a - text; if (d < 0) d = -d
        near = 5e-5 * (text < 0 ? -text : text)
        if (a == "null" || !(d <= 0.5000001 * 10 ^ -digits || d <= near)) {
            print a " does not round to " text
            exit 1
        }
    }'
}

published() { # NAME FILE PUBLISHED JQ-PATH
    [ -z "$3" ] || ok "$1" rounds_to "$(figure "$2" "$4")" "$3"
}

head -n 8 $sets/raytracer.csv > "$scratch/first6.csv"
while IFS=, read -r set rows method alpha se_alpha beta se_beta gamma \
    se_gamma rse df r2 peak source; do
    table=$sets/$set.csv
    [ "$rows" != 'first 6' ] || table=$scratch/first6.csv
    options=()
    case $method in
    *'quadratic transform'*) options=(--method=transform "--gamma=$gamma") ;;
    # Published with the gamma of another fit, which is printed as 90.
    *'gamma fixed at 90'*) options=(--gamma=90) alpha=0.0277 ;;
    esac
    # At a bound the source prints the covariance of all three, as if there
    # were none; see usl.h.
    case $method in *port*) se_alpha='' se_beta='' se_gamma='' ;; esac
    answer=$scratch/answer.json
    fit "$table" "${options[@]}" > "$answer"
    name="$set, $method ($source)"
    published "$name: alpha" "$answer" "$alpha" .alpha
    published "$name: beta" "$answer" "$beta" .beta
    published "$name: gamma" "$answer" "$gamma" .gamma
    published "$name: its error of alpha" "$answer" "$se_alpha" \
        .standard_errors.alpha
    published "$name: of beta" "$answer" "$se_beta" .standard_errors.beta
    published "$name: of gamma" "$answer" "$se_gamma" .standard_errors.gamma
    published "$name: residual error" "$answer" "$rse" .rse
    published "$name: degrees of freedom" "$answer" "$df" .df
    published "$name: R2" "$answer" "$r2" .R2
    if [ "$peak" = none ]; then
        is "$name: no peak" "$(figure "$answer" .peak)" null
    else
        published "$name: peak" "$answer" "$peak" .peak
    fi
done < <(grep -v '^#' $sets/published.csv | tail -n +2)

# ------------------------------------------------------ computed another way

# The fit by Gauss and Newton, without damping or weights of GSL: awk solves
# three equations by elimination, from a start nearby. Prints alpha beta gamma.
gauss_newton() { # FILE WEIGHTS ALPHA BETA GAMMA
    awk -F , -v weights="$2" -v a="$3" -v b="$4" -v g="$5" '
    /^#/ || /^n/ { next }
    { m++; n[m] = $1; x[m] = $2 }
    function step(    i, r, c, k, D, w, J, A, f, p) {
        for (i = 1; i <= m; i++) {
            D = 1 + a * (n[i] - 1) + b * n[i] * (n[i] - 1)
            w = weights == "relative" ? 1 / (x[i] * x[i]) : 1
            J[1] = -g * n[i] * (n[i] - 1) / (D * D)
            J[2] = J[1] * n[i]
            J[3] = n[i] / D
            J[4] = x[i] - g * n[i] / D
            for (r = 1; r <= 3; r++)
                for (c = 1; c <= 4; c++)
                    A[r, c] += w * J[r] * J[c]
        }
        for (p = 1; p <= 3; p++)
            for (r = 1; r <= 3; r++)
                if (r != p) {
                    f = A[r, p] / A[p, p]
                    for (c = p; c <= 4; c++)
                        A[r, c] -= f * A[p, c]
                }
        a += A[1, 4] / A[1, 1]
        b += A[2, 4] / A[2, 2]
        g += A[3, 4] / A[3, 3]
    }
    END {
        for (k = 0; k < 60; k++) step()
        printf "%.15g %.15g %.15g\n", a, b, g
    }' "$1"
}

agrees() { # ANSWER ALPHA BETA GAMMA [TOLERANCE]
    near "$(figure "$1" .alpha)" "$2" "${5:-1e-9}" &&
        near "$(figure "$1" .beta)" "$3" "${5:-1e-9}" &&
        near "$(figure "$1" .gamma)" "$4" "${5:-1e-9}"
}

for weights in equal relative; do
    for table in $sets/specsdm91.csv $sets/oracledb.csv $scratch/first6.csv; do
        name="${table##*/}, $weights weights"
        answer=$scratch/answer.json
        fit "$table" --weights=$weights > "$answer"
        is "$name: nothing is on a bound" "$(figure "$answer" '.fixed[]')" ''
        read -r a b g < <(jq -r \
            '[.alpha, .beta, .gamma] | map(. * 1.02) | join(" ")' "$answer")
        # shellcheck disable=SC2046
        ok "$name: awk agrees" agrees "$answer" \
            $(gauss_newton "$table" $weights "$a" "$b" "$g")
    done
done

# Both at their bounds: gamma alone has a closed form. One at its bound, in
# the transformed line: the sum of products over the sum of squares.
{
    echo n,x
    awk 'BEGIN { for (n = 1; n <= 64; n *= 2) print n "," 10 * n ^ 1.2 }'
} > "$scratch/super.csv"
fit "$scratch/super.csv" > "$scratch/answer.json"
is 'better than linear: both are on their bound' \
    "$(figure "$scratch/answer.json" '.fixed | join(" ")')" 'alpha beta'
ok 'and gamma is what awk says' near \
    "$(figure "$scratch/answer.json" .gamma)" \
    "$(awk -F , '!/^n/ { u += $1 * $2; d += $1 * $1 }
        END { printf "%.15g", u / d }' "$scratch/super.csv")"
fit "$scratch/super.csv" --weights=relative > "$scratch/answer.json"
ok 'the same with relative weights' near \
    "$(figure "$scratch/answer.json" .gamma)" \
    "$(awk -F , '!/^n/ { u += $1 / $2; d += $1 / $2 * $1 / $2 }
        END { printf "%.15g", u / d }' "$scratch/super.csv")"
fit $sets/raytracer.csv > "$scratch/answer.json"
is 'raytracer: beta is on its bound' \
    "$(figure "$scratch/answer.json" '.fixed | join(" ")')" beta
ok 'where its interval reaches from 0 to about 2e-4' \
    jq -e '.intervals.beta[0] == 0 and .intervals.beta[1] > 1.5e-4 and
        .intervals.beta[1] < 2.5e-4' "$scratch/answer.json"
is 'the same again, to the last digit' \
    "$(fit $sets/raytracer.csv | cksum)" "$(cksum < "$scratch/answer.json")"

transform_by_awk() { # FILE GAMMA
    awk -F , -v g="$2" '!/^#/ && !/^n/ {
        u = $1 - 1; v = $1 * u; y = $1 * g / $2 - 1
        uu += u * u; uv += u * v; vv += v * v; uy += u * y; vy += v * y
    } END {
        d = uu * vv - uv * uv
        printf "%.15g %.15g\n", (uy * vv - vy * uv) / d, (vy * uu - uy * uv) / d
    }' "$1"
}
for pair in specsdm91:64.9 raytracer:20; do
    table=$sets/${pair%:*}.csv gamma=${pair#*:}
    fit "$table" --method=transform > "$scratch/answer.json"
    # shellcheck disable=SC2046
    ok "${pair%:*}, transformed: awk agrees" agrees "$scratch/answer.json" \
        $(transform_by_awk "$table" "$gamma") "$gamma" 1e-8
done

# The same by gnuplot, whose `fit` is exact for what is linear in the unknowns
# (elsewhere its derivatives, differences over a thousandth, cost it the
# fourth digit): so it is asked for the steps, as shares of each parameter.
by_gnuplot() { # FILE WEIGHTS FREE ALPHA BETA GAMMA
    # shellcheck disable=SC2016 # columns of gnuplot
    local errors='1:($2 - f($1))'
    [ "$2" = equal ] || errors="$errors:2 yerror"
    gnuplot -d 2> /dev/null <<GNUPLOT
        set fit quiet logfile '/dev/null' limit 1e-15
        set datafile separator ','
        a = $4; b = $5; g = $6
        d(x) = 1 + a * (x - 1) + b * x * (x - 1)
        f(x) = g * x / d(x)
        da = db = dg = 0
        step(x) = f(x) * (dg - (da * a + db * b * x) * (x - 1) / d(x))
        do for [k = 1:20] {
            $(for free in ${3//,/ }; do echo "d$free = 1;"; done)
            fit step(x) '< grep "^[0-9]" $1' using $errors via d${3//,/,d}
            a = a * (1 + da); b = b * (1 + db); g = g * (1 + dg)
        }
        set print '-'
        print sprintf('%.15g %.15g %.15g', a, b, g)
GNUPLOT
}
if command -v gnuplot > /dev/null; then
    while read -r table weights free; do
        fit "$table" --weights="$weights" > "$scratch/answer.json"
        read -r a b g < <(jq -r '[.alpha, .beta, .gamma] | map(. * 1.001) |
            join(" ")' "$scratch/answer.json")
        # shellcheck disable=SC2046
        ok "${table##*/}, $weights weights, $free free: gnuplot agrees" \
            agrees "$scratch/answer.json" \
            $(by_gnuplot "$table" "$weights" "$free" "$a" "$b" "$g") 1e-9
    done <<SETS
$sets/specsdm91.csv equal a,b,g
$sets/specsdm91.csv relative a,b,g
$sets/raytracer.csv equal a,g
$scratch/first6.csv equal a,b,g
$scratch/super.csv equal g
$scratch/super.csv relative g
SETS
else
    skip 'gnuplot agrees' 'gnuplot is not installed'
fi

# ------------------------------------------------------- what cannot be known

table() { # X...: of 1, 2, 3, ... workers
    local n=0 x
    echo n,x
    for x; do
        n=$((n + 1))
        echo "$n,$x"
    done
}

table 10 18 > "$scratch/two.csv"
fit "$scratch/two.csv" > "$scratch/answer.json"
is 'two n: no method' "$(figure "$scratch/answer.json" .method)" none
like 'two n: says why' "$(figure "$scratch/answer.json" .not_identifiable)" \
    'not identifiable: 2 different n, 6 are needed'
is 'two n: not one parameter' \
    "$(figure "$scratch/answer.json" '[.alpha, .beta, .gamma, .peak, .R2] |
        map(. == null) | all')" true
ok 'two n: e(2) alone' near \
    "$(figure "$scratch/answer.json" .karp_flatt.e)" \
    "$(awk 'BEGIN { printf "%.15g", (10 / 18 - 0.5) / 0.5 }')"
table 10 18 25 30 33 > "$scratch/five.csv"
fit "$scratch/five.csv" > "$scratch/answer.json"
is 'five n: Amdahl' "$(figure "$scratch/answer.json" .method)" amdahl
like 'five n: and why not more' \
    "$(figure "$scratch/answer.json" .not_identifiable)" \
    'usl: not identifiable: 5 different n, 6 are needed'
is 'five n: an interval' \
    "$(figure "$scratch/answer.json" '.intervals.alpha | length')" 2
table 10 18 25 > "$scratch/three.csv"
fit "$scratch/three.csv" > "$scratch/answer.json"
is 'three n: Amdahl' "$(figure "$scratch/answer.json" .method)" amdahl
is 'three n: no interval' "$(figure "$scratch/answer.json" .intervals.alpha)" \
    null
is 'two n are too few for Amdahl' "$(fit "$scratch/two.csv" --method=amdahl |
    jq -r .not_identifiable)" \
    'amdahl: not identifiable: 2 different n, 3 are needed'

# ------------------------------------------------------------------ bad input

# One line, `stats: WHAT: WHY`, nothing on stdout, exit status 1.
refused() { # FILE OPTION...
    local status=0
    "$stats" fit "$@" > "$scratch/out" 2> "$scratch/err" || status=$?
    cat "$scratch/err"
    [ "$status" -eq 1 ] && [ ! -s "$scratch/out" ] &&
        [ "$(wc -l < "$scratch/err")" -eq 1 ] &&
        grep -q '^stats: .*: .' "$scratch/err"
}

bad() { # NAME TEXT
    printf '%b' "$2" > "$scratch/bad.csv"
    ok "$1" refused "$scratch/bad.csv"
}

bad 'an empty file' ''
bad 'no head' '1,2\n2,3\n'
bad 'another head' 'x,n\n1,2\n'
bad 'a head alone' 'n,x\n# nothing\n'
bad 'one column' 'n,x\n1,2\n2\n'
bad 'three columns' 'n,x\n1,2,3\n'
bad 'words' 'n,x\n1,two\n'
bad 'a unit' 'n,x\n1,2s\n'
bad 'nothing before the comma' 'n,x\n,2\n'
bad 'no n at all' 'n,x\n0,2\n'
bad 'a throughput of 0' 'n,x\n1,0\n'
bad 'a negative one' 'n,x\n1,-2\n'
bad 'NaN' 'n,x\n1,nan\n'
bad 'infinite' 'n,x\ninf,1\n'
bad 'beyond all numbers' 'n,x\n1,1e999\n'
bad 'bytes' 'n,x\n\0001\0377,2\n'
ok 'no such file' refused "$scratch/nonesuch.csv"
ok 'a directory' refused "$scratch"
ok 'transformed, without n = 1' refused $sets/oracledb.csv --method=transform
is 'which line it was is said' "$(printf 'n,x\n# c\n1,2\n2,b\n' \
    > "$scratch/bad.csv"; "$stats" fit "$scratch/bad.csv" 2>&1 |
    grep -c 'bad.csv:4: ')" 1

wrong_usage() { # WORD...
    local status=0
    "$stats" fit "$@" > /dev/null 2>&1 || status=$?
    [ "$status" -eq 2 ]
}
ok 'usage: no file' wrong_usage
ok 'usage: two files' wrong_usage "$scratch/two.csv" "$scratch/two.csv"
ok 'usage: unknown weights' wrong_usage "$scratch/two.csv" --weights=heavy
ok 'usage: unknown method' wrong_usage "$scratch/two.csv" --method=magic
ok 'usage: unknown option' wrong_usage "$scratch/two.csv" --colour=red
ok 'usage: no gamma' wrong_usage "$scratch/two.csv" --gamma=0

# Numbers that are far apart give no number rather than a wrong one, and JSON
# that can be read in any case.
printf 'n,x\n1,1e300\n2,1e-300\n1e300,5\n1e-300,1\n4,4\n5,5\n6,6\n' \
    > "$scratch/far.csv"
fit "$scratch/far.csv" > "$scratch/answer.json"
ok 'far apart: still JSON' jq -e .method "$scratch/answer.json"

# ----------------------------------------------------------- laws over a run

# What plan and samples are made from: chart, strategy, kernel, workers (or items
# in flight), size, items, seconds.
arms() {
    awk '
    function arm(chart, strategy, kernel, n, size, items, seconds) {
        print chart, strategy, kernel, n, size, items, seconds
    }
    function usl(a, b, g, n) { return g * n / (1 + a * (n-1) + b * n * (n-1)) }
    BEGIN {
        OFMT = "%.15g"
        arm("speedup", "sequential", "gcd", 1, 1, 100, 0.1)
        split("1 2 3 4 6 8", counts, " ")
        for (i = 1; i <= 6; i++)
            arm("speedup", "threads", "gcd", counts[i], 1, 100, \
                100 / usl(0.05, 0.002, 1000, counts[i]))
        arm("speedup", "threads", "gcd", 16, 1, 100, 9)
        for (n = 1; n <= 4; n *= 2)
            arm("speedup", "pool", "gcd", n, 1, 100, 0.5 / usl(0.2, 0, 1, n))
        arm("speedup", "gil", "gcd", 1, 1, 100, 0.5)
        arm("speedup", "gil", "gcd", 2, 1, 100, 0.4)
        arm("speedup", "late", "gcd", 2, 1, 100, 0.4)
        arm("speedup", "late", "gcd", 4, 1, 100, 0.3)
        arm("speedup", "late", "gcd", 8, 1, 100, 0.25)
        arm("inflight", "sequential", "wait", 1, 1, 20, 2)
        split("1 2 5 10 20", counts, " ")
        for (i = 1; i <= 5; i++)
            arm("inflight", "threads", "wait", counts[i], 1, 20, 2 / counts[i])
        # A byte takes a nanosecond; bytes are 48 of the longest tasks.
        bytes = 48 * 64 * 8 ^ 6
        work = bytes * 1e-9
        for (size = 64; size <= 64 * 8 ^ 6; size *= 8) {
            items = bytes / size
            # Short ones cost more, which must not pass for useful work.
            arm("granularity", "sequential", "hash", 1, size, items, \
                size == 64 ? 2 * work : work)
            arm("granularity", "threads", "hash", 2, size, items, \
                work / 2 + items / 2 * 2e-6)
            arm("granularity", "coroutines", "hash", 1, size, items, 1.1 * work)
            arm("granularity", "gil", "hash", 2, size, items, 1.01 * work)
        }
    }'
}

# A run of the list above: its plan, and samples of blocks 0 (a warm-up that
# is nonsense) to BLOCKS. In every block the machine has a speed of its own.
run_of() { # DIRECTORY BLOCKS NOISE
    mkdir -p "$1"
    echo '{"cpu": "made up", "usable_cores": 64, "effective_cores": 8.0}' \
        > "$1/machine.json"
    arms > "$scratch/arms"
    awk 'BEGIN {
        OFS = "\t"
        print "arm", "chart", "role", "strategy", "kernel", "bound", \
            "workers", "cores", "items", "command"
    }
    {
        cores = $1 == "inflight" ? 2 : $4
        print "a" NR, $1, "plan", $2, $3, "cpu", $4, cores, $6, "c" NR
    }' "$scratch/arms" > "$1/plan.tsv"
    awk -v blocks="$2" -v noise="$3" '
    { line[++n] = $0 }
    END {
        srand(7)
        for (block = 0; block <= blocks; block++)
            for (i = 1; i <= n; i++) {
                split(line[i], at, " ")
                ns = at[7] * (1 + 0.1 * (block % 3)) * 1e9
                ns *= 1 + noise * (rand() + rand() - 1)
                if (block == 0) ns = 7e6
                printf "{\"schema\":1,\"session\":\"s\",\"block\":%d,", block
                printf "\"position\":%d,\"arm\":\"a%d\",", i, i
                printf "\"role\":\"plan\",\"verdict\":\"ok\","
                printf "\"reason\":\"\",\"wall_ns\":%.6f,", ns + 1e6
                printf "\"user_ns\":1e6,\"sys_ns\":1e6,\"exit\":0,"
                printf "\"inside\":{\"items\":%d,\"size\":%d,", at[6], at[5]
                printf "\"rounds\":1,\"wall_ns\":%.6f,", ns
                printf "\"setup_ns\":0,\"inflight\":%d},", at[4]
                printf "\"outside\":{},\"flags\":[]}\n"
            }
    }' "$scratch/arms" > "$1/samples.jsonl"
}

# A cell of fits.csv; notes are quoted and stand last.
cell() { # DIRECTORY CHART STRATEGY METHOD N COLUMN
    awk -F , -v c="$2" -v s="$3" -v m="$4" -v n="$5" -v column="$6" '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
        $1 == c && $3 == s && $4 == m && $at["n"] == n {
            for (i = NF; column == "note" && i > at["note"]; i--)
                $at["note"] = $at["note"] FS $(at["note"] + NF - i + 1)
            print $at[column]
        }' "$1/fits.csv"
}

exact=$scratch/exact
run_of "$exact" 7 0
ok 'summary writes fits.csv' "$stats" summary "$exact"
at() { # CHART STRATEGY METHOD N COLUMN
    cell "$exact" "$@"
}
ok 'Amdahl: the share of exact times' near "$(at speedup pool amdahl '' s)" 0.2
is 'Amdahl: how many points' "$(at speedup pool amdahl '' points)" 3
is 'Amdahl: how many blocks' "$(at speedup pool amdahl '' blocks)" 7
ok 'Amdahl: an interval over blocks' near \
    "$(at speedup pool amdahl '' s_high)" 0.2
is 'Amdahl: what it is compared with' "$(at speedup pool amdahl '' base)" 1
is 'USL: three points are too few' "$(at speedup pool usl '' note)" \
    '"not identifiable: 3 worker counts, 6 are needed"'
ok 'Karp and Flatt: at four' near "$(at speedup pool karp_flatt 4 s)" 0.2
ok 'Gustafson: at four' near "$(at speedup pool gustafson 4 s)" \
    "$(awk 'BEGIN { printf "%.15g", (4 - 4 / 1.6) / 3 }')"
ok 'USL: alpha' near "$(at speedup threads usl '' s)" 0.05
ok 'USL: beta' near "$(at speedup threads usl '' beta)" 0.002
ok 'USL: gamma, of the median block' near \
    "$(at speedup threads usl '' gamma_per_s)" \
    "$(awk 'BEGIN { printf "%.15g", 1000 / 1.1 }')"
ok 'USL: peak' near "$(at speedup threads usl '' peak_low)" \
    "$(awk 'BEGIN { printf "%.15g", sqrt(0.95 / 0.002) }')"
is 'USL: weights are said' "$(at speedup threads usl '' weights)" relative
is 'more workers than effective cores stay out' \
    "$(at speedup threads usl '' points)" 6
ok 'Karp and Flatt: alpha + beta n' near \
    "$(at speedup threads karp_flatt 8 s)" 0.066
is 'Karp and Flatt: not above the effective cores' \
    "$(at speedup threads karp_flatt 16 s)" ''
is 'two counts: no Amdahl' "$(at speedup gil amdahl '' note)" \
    '"not identifiable: 2 worker counts, 3 are needed"'
is 'two counts: no share either' "$(at speedup gil amdahl '' s)" ''
ok 'two counts: e(2)' near "$(at speedup gil karp_flatt 2 s)" 0.6
is 'no run with one worker' "$(at speedup late karp_flatt '' note)" \
    '"not identifiable: no run with one worker"'
is 'but Amdahl, from two on' "$(at speedup late amdahl '' base)" 2
is 'one point is no line' "$(at speedup sequential amdahl '' method)" ''
ok 'in flight: no share' near "$(at inflight threads amdahl '' s)" 0
is 'in flight: five counts are too few for USL' \
    "$(at inflight threads usl '' note)" \
    '"not identifiable: 5 in-flight counts, 6 are needed"'

metg_by_awk() {
    awk 'BEGIN {
        o = 2e-6; u = 512e-9; v = 4096e-9
        e = u / (u + o); f = v / (v + o)
        printf "%.15g", exp(log(u + o) + \
            (0.5 - e) / (f - e) * (log(v + o) - log(u + o)))
    }'
}
# Speeds differ by block: 1.1 in the median one.
ok 'METG: two microseconds of overhead' near \
    "$(at granularity threads metg50 '' metg_s)" \
    "$(awk -v m="$(metg_by_awk)" 'BEGIN { printf "%.15g", 1.1 * m }')" 1e-8
is 'METG: below what was measured' \
    "$(at granularity coroutines metg50 '' metg_s)" -inf
like 'METG: and how short that was' \
    "$(at granularity coroutines metg50 '' note)" \
    'below what was measured: half efficient with tasks of 70.4 ns'
is 'METG: not reached' "$(at granularity gil metg50 '' metg_low_s)" inf
like 'METG: and how long that was' "$(at granularity gil metg50 '' note)" \
    'not reached: less than half efficient with tasks of'

"$stats" rows "$exact" fits > "$scratch/rows"
row() { # STRATEGY KERNEL
    grep "^$1	$2	" "$scratch/rows"
}
like 'rows: the share' "$(row pool gcd)" '	0\.2 \[0\.2, 0\.2\]	'
like 'rows: e(n) at the most workers' "$(row threads gcd)" \
    '	n = 8: 0\.066 \[0\.066, 0\.066\]	'
like 'rows: the USL' "$(row threads gcd)" 'alpha 0\.05 .*beta 0\.002 .*peak 21\.8'
like 'rows: words in place of a fit' "$(row gil gcd)" \
    '	not identifiable: 2 worker counts, 3 are needed	'
like 'rows: METG' "$(row threads hash)" '	[0-9.]+ us \[[0-9.]+ us, [0-9.]+ us\]$'
is 'rows: as many cells in each' \
    "$(awk -F '\t' '{ print NF }' "$scratch/rows" | sort -u)" 9
is 'rows: each line once' "$(cut -f 1-3 "$scratch/rows" | sort | uniq -d)" ''

# ------------------------------------------------ noise, holes, few blocks

# The k-th of sorted numbers, and their median.
sorted() { # K, numbers on stdin
    sort -g | awk -v k="$1" '{ x[NR] = $1 } END {
        m = NR % 2 ? x[(NR + 1) / 2] : (x[NR / 2] + x[NR / 2 + 1]) / 2
        printf "%.15g %.15g %.15g\n", m, x[k], x[NR + 1 - k]
    }'
}

# "n,x" of one strategy and block.
block_csv() { # DIRECTORY STRATEGY KERNEL BLOCK
    echo n,x
    awk -v s="$2" -v k="$3" '$2 == s && $3 == k && $4 <= 8 {
        print "a" NR, $4 }' "$scratch/arms" |
        while read -r arm n; do
            jq -r "select(.block == $4 and .arm == \"$arm\") |
                \"$n,\" + (.inside.items / .inside.wall_ns * 1e9 | tostring)" \
                "$1/samples.jsonl"
        done
}

noisy=$scratch/noisy
run_of "$noisy" 9 0.02
ok 'noise: summary' "$stats" summary "$noisy"
for block in 1 2 3 4 5 6 7 8 9; do
    block_csv "$noisy" threads gcd "$block" > "$scratch/block.csv"
    gauss_newton "$scratch/block.csv" relative 0.05 0.002 1000
    awk -F , '{ x[$1] = $2 } END {
        printf "%.15g\n", (x[1] / x[8] - 1 / 8) / (1 - 1 / 8)
    }' "$scratch/block.csv" >> "$scratch/e8"
done > "$scratch/usl"
held() { # WHAT METHOD N COLUMN MEDIAN LOW HIGH
    local part
    for part in '' _low _high; do
        case $part in
        '') near "$(cell "$noisy" speedup threads "$2" "$3" "$4")" "$5" ;;
        _low) near "$(cell "$noisy" speedup threads "$2" "$3" "$4_low")" "$6" ;;
        *) near "$(cell "$noisy" speedup threads "$2" "$3" "$4_high")" "$7" ;;
        esac || return 1
    done
}
# Of nine blocks the second from each end is the bound of the sign interval.
# shellcheck disable=SC2046
ok 'noise: e(8) and its interval, as awk has them' held e karp_flatt 8 s \
    $(sorted 2 < "$scratch/e8")
# shellcheck disable=SC2046
ok 'noise: alpha and its interval, as awk has them' held alpha usl '' s \
    $(cut -d ' ' -f 1 "$scratch/usl" | sorted 2)
# shellcheck disable=SC2046
ok 'noise: beta, too' held beta usl '' beta \
    $(cut -d ' ' -f 2 "$scratch/usl" | sorted 2)

run_of "$scratch/five" 5 0
"$stats" summary "$scratch/five"
ok 'five blocks: a share' near \
    "$(cell "$scratch/five" speedup pool amdahl '' s)" 0.2
is 'five blocks: no interval' \
    "$(cell "$scratch/five" speedup pool amdahl '' s_low)" ''

# A point that failed in three of seven blocks, and one that never worked.
run_of "$scratch/holes" 7 0
pool4=$(awk '$2 == "pool" && $4 == 4 { print "a" NR }' "$scratch/arms")
pool1=$(awk '$2 == "pool" && $4 == 1 { print "a" NR }' "$scratch/arms")
thr8=$(awk '$2 == "threads" && $3 == "gcd" && $4 == 8 { print "a" NR }' \
    "$scratch/arms")
late4=$(awk '$2 == "late" && $4 == 4 { print "a" NR }' "$scratch/arms")
sed -i -e "/\"block\":[135],.*\"$pool4\"/s/\"ok\"/\"signal-9\"/" \
    -e "/\"block\":[26],.*\"$thr8\"/s/\"ok\"/\"signal-9\"/" \
    -e "/\"$late4\"/s/\"ok\"/\"signal-9\"/" "$scratch/holes/samples.jsonl"
"$stats" summary "$scratch/holes"
is 'holes: blocks with all three points count' \
    "$(cell "$scratch/holes" speedup pool amdahl '' blocks)" 4
ok 'holes: and give the share' near \
    "$(cell "$scratch/holes" speedup pool amdahl '' s)" 0.2
is 'holes: USL asks for six points in every block' \
    "$(cell "$scratch/holes" speedup threads usl '' blocks)" 5
ok 'holes: where it finds what is there' near \
    "$(cell "$scratch/holes" speedup threads usl '' beta)" 0.002
is 'holes: a point without any time is no point' \
    "$(cell "$scratch/holes" speedup late amdahl '' points)" 2
sed -i "/\"$pool1\"/s/\"ok\"/\"signal-9\"/" "$scratch/holes/samples.jsonl"
"$stats" summary "$scratch/holes"
is 'holes: without one worker there is no e(n)' \
    "$(cell "$scratch/holes" speedup pool karp_flatt '' note)" \
    '"not identifiable: no run with one worker"'

# ------------------------------------------------------------------ the plan

grains() { # OPTION...: task sizes of the plan's granularity arms
    "$BUILD/sweep" plan --kernels=null --strategies=threads --cores=1 "$@" \
        2> /dev/null | awk -F '\t' '$2 == "granularity" && $4 == "threads" {
            split($1, part, "/"); print part[4], $9 }'
}
if command -v hyperfine > /dev/null; then
    is 'plan: no tasks of many sizes by itself' "$(grains)" ''
    grains --granularity > "$scratch/grains"
    is 'plan: seven sizes over five decades' \
        "$(awk 'NR == 1 { first = $1 } END { print NR, ($1 / first > 1e5) }' \
            "$scratch/grains")" '7 1'
    # Arms of equal items are compared with each other, so none may be equal.
    is 'plan: fewer tasks with every step to longer ones' \
        "$(cut -d ' ' -f 2 "$scratch/grains")" \
        "$(cut -d ' ' -f 2 "$scratch/grains" | sort -rnu)"
else
    skip 'plan: tasks of many sizes' 'hyperfine is not installed'
fi

finish
