#!/usr/bin/env bash
# lessons.sh - tests of `stats lessons`, and of every file of scripts/lessons.
# SPDX-License-Identifier: MIT
#
# For each lesson, runs are made up from its own selections and bounds: in one
# it holds, in others each of its comparisons fails, is open, has too few
# blocks, lacks an arm or has one that failed. So no verdict is written
# anywhere: every lesson is seen to say each of them. What is found is computed
# a second time by awk. Left out: real runs, whose verdicts depend on the
# machine.
# shellcheck disable=SC2317 # some functions are called by name
set -u
# shellcheck source=bench/tests/tap.inc
. "$(dirname "$0")/tap.inc"

build=$(cd -- "$BUILD" && pwd) || exit 1
stats=$build/stats
lessons=scripts/lessons
cores=4 # of the machine in all made-up runs

# key FILE KEY - the value of its first line with this key.
key() {
    sed -n "s/^$2: *//p" "$1" | head -n 1
}

# The columns of one lesson's row, which holds no tab.
row() { # RUN LESSONS COLUMN
    "$stats" rows "$1" lessons --lessons "$2" 2>"$scratch/err" |
        awk -F '\t' -v c="$3" 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i
            next } { print $at[c] }'
}

verdict() { # RUN LESSONS
    row "$1" "$2" verdict
}

# ------------------------------------------------------------ made-up runs

# The comparisons of a lesson, one a line: a, b or -, quantity, form, what it
# may be: low or -, high or -; and holds, or given where it is only presumed.
# Expressions are for awk, not for the program.
comparisons() { # FILE
    local value bound word expression low high
    while IFS=$'\t' read -r a b quantity form bound kind; do
        low=- high=-
        bound=${bound// and /$'\n'}
        while read -r word expression; do
            value=$(awk -v cores=$cores "BEGIN { printf \"%.17g\", $expression }")
            case $word in
            '<' | '<=') high=$value ;;
            '>' | '>=') low=$value ;;
            '=') low=$value high=$value ;;
            esac
        done <<<"$bound"
        printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$a" "$b" "$quantity" \
            "$form" "$low" "$high" "$kind"
    done < <(awk '
        function flush() {
            if (a == "") return
            if (form == "") form = b == "-" ? "a" : "a / b"
            printf "%s\t%s\t%s\t%s\t%s\t%s\n", a, b, quantity, form, holds,
                kind
        }
        { at = index($0, ":"); key = substr($0, 1, at - 1)
          value = substr($0, at + 1); sub(/^ */, "", value) }
        key == "a" { flush(); a = value; b = "-"; form = ""
                     quantity = "elapsed_s" }
        key == "b" { b = value }
        key == "quantity" { quantity = value }
        key == "form" { form = value }
        key == "holds" || key == "given" { holds = value; kind = key }
        END { flush() }' "$1")
}

# make_run RUN FILE KIND WHICH - a run of a lesson. In it comparison WHICH
# (from 1) is: inside, outside, astride, few (five blocks), lacking (its arm a
# is not in the plan), failed, unsupported; the others hold. Values vary from
# block to block. What was put in is kept in RUN/values, a line for each value:
# arm, quantity, block, value. Costs stand in costs.json instead: one that has
# failed has no times there, and one that is unsupported is no number.
make_run() {
    local run=$1 file=$2 experiment
    experiment=$(key "$file" experiment)
    mkdir -p "$run"
    echo "{\"usable_cores\": $cores, \"effective_cores\": $cores}" \
        >"$run/machine.json"
    : >"$run/values"
    comparisons "$file" | awk -F '\t' -v kind="$3" -v which="$4" \
        -v experiment="${experiment:-$(key "$file" id)}" -v run="$run" \
        -v cores=$cores '
        function arm_of(selection,    n, i, word, kv) {
            if (!(selection in number)) {
                number[selection] = ++arms
                if (selection ~ /^cost=/) cost[arms] = substr(selection, 6)
                name[arms] = "arm" arms
                kernel[arms] = "k"; strategy[arms] = "s"
                workers[arms] = items[arms] = 1
                n = split(selection, word, / +/)
                for (i = 1; i <= n; i++) {
                    split(word[i], kv, "=")
                    if (kv[1] == "kernel") kernel[arms] = kv[2]
                    if (kv[1] == "strategy") strategy[arms] = kv[2]
                    if (kv[1] == "workers")
                        workers[arms] = kv[2] == "@most" ? cores : kv[2]
                    if (kv[1] == "items") items[arms] = kv[2]
                    if (kv[1] == "size") size[arms] = kv[2]
                    if (kv[1] == "series") series[arms] = kv[2]
                    if (kv[1] == "x") x[arms] = kv[2]
                    if (kv[1] == "inflight") inflight[arms] = kv[2]
                }
            }
            return number[selection]
        }
        # Well inside what is allowed, or well outside.
        function inside_of(low, high) {
            if (low != "-" && high != "-") return (low + high) / 2
            if (high != "-") return 0.8 * high
            return low > 0 ? 1.25 * low : 1
        }
        function outside_of(low, high) {
            if (high != "-") return 2 * high + 1
            return low / 2
        }
        function target(i, block) {
            if (i == which && (kind == "outside" ||
                (kind == "astride" && block % 2)))
                return outside_of(low[i], high[i])
            return inside_of(low[i], high[i])
        }
        function put(arm, quantity, value) {
            if ((arm, quantity) in v)
                return
            v[arm, quantity] = value
            printf "%s\t%s\t%d\t%.17g\n", name[arm], quantity, block, value \
                >>(run "/values")
        }
        function shake(i) {
            return low[i] == high[i] ? 1 : 1 + 0.01 * (rand() - 0.5)
        }
        # Gives both sides of a comparison values that make its target.
        function fill(i,    t, q, a, b) {
            t = target(i, block) * shake(i); q = quantity[i]
            a = side_a[i]; b = side_b[i]
            if (!b) { if ((a, q) in v) clash = 1; put(a, q, t); return }
            if ((a, q) in v && (b, q) in v) clash = 1
            if ((a, q) in v)
                put(b, q, form[i] == "a - b" ? v[a, q] - t : v[a, q] / t)
            else {
                put(b, q, (1 + 0.1 * (block % 3)) * (1 + 0.01 * rand()))
                put(a, q, form[i] == "a - b" ? v[b, q] + t : v[b, q] * t)
            }
        }
        function sample(arm,    key, part, fields, elapsed, cpu, verdict) {
            elapsed = (arm, "elapsed_s") in v ? v[arm, "elapsed_s"] : 1
            cpu = (arm, "cpu_s") in v ? v[arm, "cpu_s"] : 1
            fields = sprintf("\"rounds\":1,\"wall_ns\":%.17g", elapsed * 1e9)
            if (!((arm, "item_s") in v)) fields = fields ",\"items\":1"
            for (key in v) {
                split(key, part, SUBSEP)
                if (part[1] != arm) continue
                if (part[2] ~ /^item_p/)
                    fields = fields sprintf(",\"%s\":%.17g",
                        substr(part[2], 1, length(part[2]) - 1) "ns",
                        v[key] * 1e9)
                if (part[2] == "busy_s" || part[2] == "busy_share")
                    fields = fields sprintf(",\"worker_busy_ns\":[%.17g,0]",
                        v[key] * 1e9 * (part[2] == "busy_s" ? 1 : elapsed))
                if (part[2] == "item_s") # so many of them
                    fields = fields sprintf(",\"items\":%.17g",
                        elapsed / v[key])
                if (part[2] == "unit_s")
                    fields = fields sprintf(",\"size\":%.17g",
                        v[key] > 0 ? elapsed / v[key] : 0)
                if (part[2] ~ /^inside\./)
                    fields = fields sprintf(",\"%s\":%.17g",
                        substr(part[2], 8),
                        v[key] * (part[2] ~ /_ns$/ ? 1e9 : 1))
            }
            verdict = arm == side_a[which] && (kind == "failed" ||
                kind == "unsupported") ? kind == "failed" ? "timeout" : \
                "unsupported" : "ok"
            printf "{\"schema\":1,\"session\":\"s\",\"block\":%d,", block
            printf "\"arm\":\"%s\",\"role\":\"plan\",", name[arm]
            printf "\"verdict\":\"%s\",\"reason\":\"told\",", verdict
            printf "\"wall_ns\":%.17g,", (elapsed + 0.01) * 1e9
            printf "\"user_ns\":%.17g,\"sys_ns\":0,\"inside\":{%s}}\n", \
                cpu * 1e9, fields
        }
        # Of the blocks after the warm-up.
        function costs_write(    file, arm, block, comma, few) {
            file = run "/costs.json"
            printf "{\"measurements\":[{\"name\":null,\"ns\":[1]}" >file
            for (arm = 1; arm <= arms; arm++) {
                if (!(arm in cost) || kind == "lacking" && arm == side_a[which])
                    continue
                printf ",{\"name\":\"%s\",\"ns\":[", cost[arm] >file
                few = kind == "failed" && arm == side_a[which]
                for (block = 1; block <= last && !few; block++)
                    printf "%s%s", block == 1 ? "" : ",", \
                        kind == "unsupported" && arm == side_a[which] && \
                        block == 3 ? "null" : sprintf("%.17g", \
                            kept[arm, block] * 1e9) >file
                printf "]}" >file
            }
            print "]}" >file
        }
        { n = NR; side_a[n] = arm_of($1); side_b[n] = $2 == "-" ? 0 : arm_of($2)
          quantity[n] = $3; form[n] = $4; low[n] = $5; high[n] = $6 }
        END {
            srand(7)
            plan = run "/plan.tsv"
            printf "arm\tchart\trole\tstrategy\tkernel\tbound\tworkers\t" \
                "cores\titems\tcommand\texperiment\tseries\tx\tsize\n" >plan
            printf "other\tlessons\tplan\ts\tk\tio\t1\t1\t1\tother\t" \
                "another\ts\t\t\n" >plan
            for (i = 1; i <= arms; i++)
                if (!(kind == "lacking" && i == side_a[which]) && !(i in cost))
                    printf "%s\tlessons\tplan\t%s\t%s\tio\t%d\t%d\t%d\t" \
                        "command %d%s\t%s\t%s\t%s\t%s\n", name[i], \
                        strategy[i], kernel[i], workers[i], cores, items[i], \
                        i, i in inflight ? " --inflight " inflight[i] : "", \
                        experiment, series[i], x[i], size[i] >plan
            last = kind == "few" ? 5 : 12
            for (block = 0; block <= last; block++) {
                split("", v)
                for (i = 1; i <= n; i++) fill(i)
                for (i = 1; i <= arms; i++)
                    if (i in cost) kept[i, block] = v[i, "elapsed_s"]
                    else sample(i)
                print "{\"session\":\"s\",\"block\":" block \
                    ",\"arm\":\"other\",\"verdict\":\"ok\",\"wall_ns\":1}"
            }
            costs_write()
            exit clash
        }' >"$run/samples.jsonl"
}

# The first comparison of a lesson that is not only presumed a second time, from
# what was put in: median and sign interval, of logs where it is a ratio.
found_by_awk() { # RUN FILE
    comparisons "$2" | awk -F '\t' '
        function arm(selection) {
            if (!(selection in number)) number[selection] = "arm" ++arms
            return number[selection]
        }
        NR == FNR {
            first = arm($1); second = $2 == "-" ? "" : arm($2)
            if ($7 == "holds" && a == "") {
                a = first; b = second; q = $3; form = $4
            }
            next
        }
        FILENAME ~ /plan.tsv$/ { next }
        $2 == q && $3 > 0 { value[$1, $3] = $4 }
        function rank(n,    k, i, term, sum) {
            term = 2 ^ -n; sum = term; k = 0
            while (sum <= 0.025) { k++; term *= (n - k + 1) / k; sum += term }
            return k
        }
        END {
            for (block = 1; (a, block) in value; block++) {
                r = value[a, block]
                if (form == "a / b") r = log(r / value[b, block])
                if (form == "a - b") r -= value[b, block]
                for (i = n++; i > 0 && s[i] > r; i--) s[i + 1] = s[i]
                s[i + 1] = r
            }
            k = rank(n)
            middle = n % 2 ? s[(n + 1) / 2] : (s[n / 2] + s[n / 2 + 1]) / 2
            low = s[k]; high = s[n + 1 - k]
            if (form == "a / b") {
                low = exp(low); middle = exp(middle); high = exp(high)
            }
            printf "%.17g %.17g %.17g\n", middle, low, high
        }' - "$1/values"
}

# Whether ratio, low and high of lessons.csv are these, to nine digits. The
# numbers are the first cells that are not quoted.
same_numbers() { # RUN "MIDDLE LOW HIGH"
    awk -v wanted="$2" 'NR == 2 {
        gsub(/"([^"]|"")*"/, "")
        split($0, cell, ",")
        split(wanted, want, " ")
        for (i = 1; i <= 3; i++) {
            d = cell[4 + i] - want[i]
            if (cell[4 + i] == "" || (d < 0 ? -d : d) > 1e-9 * \
                (want[i] < 0 ? -want[i] : want[i]) + 1e-15) {
                print cell[4 + i] " is not " want[i]
                exit 1
            }
        }
    }' "$1/lessons.csv"
}

# ---------------------------------------------------------- every lesson

# A directory with a copy of one lesson, that can run.
alone() { # FILE
    rm -rf "$scratch/alone"
    mkdir "$scratch/alone"
    if grep -q '^a:' "$1"; then
        sed '/^lacks:/d' "$1" >"$scratch/alone/${1##*/}"
    else
        cp "$1" "$scratch/alone/"
    fi
}

# The verdicts of a lesson in runs of each kind, as one line.
tries() { # ID FILE
    local file=$2 n i kind said="" wanted=""
    n=$(comparisons "$file" | wc -l)
    for ((i = 1; i <= n; i++)); do
        for kind in outside astride few lacking failed unsupported; do
            rm -rf "$scratch/run"
            make_run "$scratch/run" "$file" $kind "$i" || echo "clash"
            said="$said$i $kind: $(verdict "$scratch/run" "$scratch/alone")"
            case $kind.$(comparisons "$file" | sed -n "${i}p") in
            outside.*given) wanted="$wanted$i $kind: not decided" ;;
            outside.*) wanted="$wanted$i $kind: does not hold here" ;;
            unsupported.cost=*) wanted="$wanted$i $kind: not decided" ;;
            unsupported.*) wanted="$wanted$i $kind: cannot run here" ;;
            *) wanted="$wanted$i $kind: not decided" ;;
            esac
            said=$said$'\n' wanted=$wanted$'\n'
        done
    done
    is "$1: fails, or is not decided, as the run is" "$said" "$wanted"
}

compared=0 checked=0 lacking=0
for file in "$lessons"/*.lesson; do
    id=$(basename "$file" .lesson)
    alone "$file"
    if grep -q '^lacks:' "$file"; then
        lacking=$((lacking + 1))
        rm -rf "$scratch/all" "$scratch/run"
        mkdir "$scratch/all"
        cp "$file" "$scratch/all/"
        make_run "$scratch/run" "$file" inside 0
        echo '{"session":"s","block":1,"arm":"other","verdict":"ok","wall_ns":1}' \
            >>"$scratch/run/samples.jsonl"
        is "$id: says what is missing" \
            "$(verdict "$scratch/run" "$scratch/all") $(row "$scratch/run" \
                "$scratch/all" why)" "cannot run here $(key "$file" lacks)"
    fi
    if grep -q '^check:' "$file"; then
        checked=$((checked + 1))
        rm -rf "$scratch/run"
        make_run "$scratch/run" "$file" inside 0
        wanted=$(key "$file" exit)
        said=""
        for status in "${wanted:-0}" 99 124 77 127; do
            printf '%s\t%s\t%s\n' "$id" "$status" "$(key "$file" check)" \
                >"$scratch/run/checks.tsv"
            said="$said$(verdict "$scratch/run" "$scratch/alone"), "
        done
        rm "$scratch/run/checks.tsv"
        is "$id: by the exit status alone" \
            "$said$(verdict "$scratch/run" "$scratch/alone")" \
            "holds here, does not hold here, not decided, cannot run here, cannot run here, not decided"
        ok "$id: its check is tried" "$stats" lessons "$scratch/run" \
            --lessons="$scratch/alone"
        is "$id: and holds" "$(verdict "$scratch/run" "$scratch/alone")" \
            'holds here'
    fi
    grep -q '^a:' "$file" || continue
    compared=$((compared + 1))
    rm -rf "$scratch/run"
    ok "$id: a run can be made up" make_run "$scratch/run" "$file" inside 0
    ok "$id: is read" "$stats" lessons "$scratch/run" \
        --lessons="$scratch/alone"
    is "$id: holds" "$(verdict "$scratch/run" "$scratch/alone")" 'holds here'
    ok "$id: what was found, a second time" same_numbers "$scratch/run" \
        "$(found_by_awk "$scratch/run" "$file")"
    tries "$id" "$file"
    if grep -q '^needs: *cores >= 2$' "$file"; then
        rm -rf "$scratch/run"
        make_run "$scratch/run" "$file" inside 0
        echo '{"usable_cores": 2, "effective_cores": 1.5}' \
            >"$scratch/run/machine.json"
        is "$id: needs two cores" \
            "$(verdict "$scratch/run" "$scratch/alone")" 'cannot run here'
    fi
done
is "every lesson compares, checks or says what it lacks" \
    "$(find "$lessons" -name '*.lesson' | wc -l)" \
    "$(find "$lessons" -name '*.lesson' -exec grep -lE '^(a|check|lacks):' {} + |
        wc -l)"
ok "there are sixty of them and one" \
    [ "$(find "$lessons" -name '*.lesson' | wc -l)" -ge 61 ]
ok "most compare ($compared), some check ($checked)" \
    [ "$((compared + checked + lacking))" -ge 61 ]
is "each is named as it names itself" "$(for file in "$lessons"/*.lesson; do
    [ "$(key "$file" id).lesson" = "${file##*/}" ] || echo "$file"
done)" ''

# The arms that a lesson lists are those that its sides, and those of lessons
# that borrow them, select: one each, on any number of cores.
plan_of_arms() { # RUN MOST quick|full
    mkdir -p "$1"
    echo "{\"usable_cores\": $2, \"effective_cores\": $2}" >"$1/machine.json"
    echo '{"session":"s","block":1,"arm":"1","verdict":"ok","wall_ns":1}' \
        >"$1/samples.jsonl"
    awk -v most="$2" -v plan="$3" '
        function list(name, otherwise) { return name in v ? v[name] : otherwise }
        FNR == 1 { id = FILENAME; sub(/.*\//, "", id); sub(/\.lesson$/, "", id) }
        BEGIN { printf "arm\tchart\trole\tstrategy\tkernel\tbound\tworkers\t" \
            "cores\titems\tcommand\texperiment\tseries\tx\tsize\n" }
        /^arm:/ || index($0, plan " arm:") == 1 {
            line = $0; sub(/^[a-z ]*: */, "", line)
            split("", v); options = ""
            if (match(line, /options="[^"]*"/)) {
                options = substr(line, RSTART + 9, RLENGTH - 10)
                line = substr(line, 1, RSTART - 1) \
                    substr(line, RSTART + RLENGTH)
            }
            n = split(line, word, / +/)
            for (i = 1; i <= n; i++)
                if (split(word[i], kv, "=") == 2) v[kv[1]] = kv[2]
            nk = split(v["kernel"], kernel, ",")
            ns = split(v["strategy"], strategy, ",")
            nw = split(list("workers", 1), workers, ",")
            for (k = 1; k <= nk; k++)
                for (s = 1; s <= ns; s++)
                    for (w = 1; w <= nw; w++)
                        printf "%d\tlessons\tplan\t%s\t%s\tio\t%s\t%s\t%s\t" \
                            "%s %s %s %s %s %s\t%s\t%s\t%s\t%s\n", ++arm, \
                            strategy[s], kernel[k], \
                            workers[w] == "@most" ? most : workers[w], \
                            list("cores", most), list("items", 0), \
                            strategy[s], kernel[k], workers[w], \
                            list("cores", most), v["size"] v["items"], \
                            options, id, list("series", ""), \
                            list("x", ""), list("size", "")
        }' "$lessons"/*.lesson >"$1/plan.tsv"
}

# Lessons that lack something are read as if they did not.
mkdir "$scratch/able"
cp "$lessons"/*.lesson "$scratch/able/"
grep -lE '^a:' "$scratch"/able/* | xargs sed -i '/^lacks:/d'
# Those that borrow the arms of an experiment are left to the next part.
borrowing=
for file in "$scratch"/able/*.lesson; do
    experiment=$(key "$file" experiment)
    if [ -n "$experiment" ] && [ ! -e "$lessons/$experiment.lesson" ]; then
        borrowing="$borrowing ${file##*/}"
        rm "$file"
    fi
done
for plan in quick full; do
    for most in 1 2 4 20; do
        rm -rf "$scratch/run"
        plan_of_arms "$scratch/run" $most $plan
        ok "$plan, $most cores: each side is one arm at the most" "$stats" \
            rows "$scratch/run" lessons --lessons="$scratch/able"
        is "$plan, $most cores: no side is missing" "$("$stats" rows \
            "$scratch/run" lessons --lessons="$scratch/able" |
            grep 'this run has no arm')" ''
    done
done

# Programs know the kernels and options that the arms ask for, but for those of
# lessons that lack something; and these do lack it.
unknown_options() {
    local id strategy kernel option
    awk -F '\t' 'NR > 1 { n = split($10 " --", word, " ")
        for (i = 1; i <= n; i++) if (word[i] ~ /^--/)
            print $11, $4, $5, word[i] }' "$scratch/run/plan.tsv" | sort -u |
        while read -r id strategy kernel option; do
            [ -x "$build/$strategy" ] || continue
            { "$build/$strategy" "$kernel" --help &&
                "$build/$strategy" --help; } 2>/dev/null |
                grep -q -- "$option" || echo "$id"
        done | sort -u
}
is "who asks for what the programs do not know says so, and nobody else" \
    "$(unknown_options)" "$(grep -lE '^arm:' "$lessons"/*.lesson |
        xargs grep -l '^lacks:' | sed 's/.*\///; s/\.lesson$//' | sort)"

# Lessons that borrow the arms of an experiment find them in the quick plan, also
# when that is short of time; costs are no arms.
mkdir "$scratch/borrowing"
for file in $borrowing; do
    grep -q '^a: cost=' "$lessons/$file" ||
        cp "$lessons/$file" "$scratch/borrowing/"
done
experiments=$(cat "$scratch/borrowing"/* | sed -n 's/^experiment: *//p' |
    sort -u | paste -sd ,)
"$build/sweep" plan --build "$build" --directory scripts/experiments \
    --experiment "$experiments" >"$scratch/run/plan.tsv" 2>"$scratch/err"
usable=$("$build/sequential" --topology | tr ',' '\n' | wc -l)
echo "{\"usable_cores\": $usable, \"effective_cores\": 2}" \
    >"$scratch/run/machine.json"
ok "the quick plan of $experiments has one arm for each side" "$stats" rows \
    "$scratch/run" lessons --lessons="$scratch/borrowing"
if [ "$usable" -ge 2 ]; then
    is "and lacks none of them" "$("$stats" rows "$scratch/run" lessons \
        --lessons="$scratch/borrowing" | grep 'this run has no arm')" ''
else
    skip "and lacks none of them" "only one core"
fi
if grep -q '\.name = "' scripts/costs_*.c; then
    is "costs are of those that build/costs knows" "$(sed -n \
        's/^[ab]: cost=//p' "$lessons"/*.lesson | sort -u |
        while read -r name; do
            grep -q "\.name = \"$name\"" scripts/costs_*.c || echo "$name"
        done)" ''
else
    skip "costs are of those that build/costs knows" "it has no names"
fi

# ------------------------------------------------------------ one by hand

# A lesson whose figures can be worked out in the head: a takes half of b.
mkdir "$scratch/hand"
good() {
    cat <<'LESSON'
# An example.
id: half
claim: It takes "half", with a comma.
source: A book, item 1
then: 0.5 s
needs: cores >= 2
arm: kernel=wait strategy=threads,sequential workers=1
a: strategy=threads
b: strategy=sequential
holds: <= 1 / cores + 0.3
say: it took %r of it
LESSON
}
good >"$scratch/hand/half.lesson"
rm -rf "$scratch/run"
make_run "$scratch/run" "$scratch/hand/half.lesson" inside 0
halves() { # ELAPSED-OF-A... each in a block of its own; b takes 1 s
    local block=0 a
    for a in 9 "$@"; do
        printf '{"session":"s","block":%d,"arm":"arm%d","verdict":"ok","wall_ns":2e9,"inside":{"wall_ns":%s}}\n' \
            $block 1 "${a}e9" $block 2 1e9
        block=$((block + 1))
    done >"$scratch/run/samples.jsonl"
}
hand() { # COLUMN
    row "$scratch/run" "$scratch/hand" "$1"
}
halves 0.5 0.5 0.5 0.5 0.5 0.5
is "half is half" "$(hand here)" '0.5 [0.5, 0.5]'
is "the bound with its number" "$(hand bound)" '<= 1 / cores + 0.3, here <= 0.55'
is "on the bound's side" "$(hand verdict)" 'holds here'
is "in words" "$(hand why)" \
    'elapsed_s of threads k / sequential k, 6 blocks; it took 0.5 of it'
halves 0.5 0.5 0.5 0.5 0.5 0.5
sed -i 's/"block":[12],/&"outside":{"window_ns":1e9,"foreign_cpu_ns":9e8},/' \
    "$scratch/run/samples.jsonl"
like "and what was disturbed" "$(hand why)" \
    '; 2 of 6 blocks were disturbed from outside$'
halves 0.6 0.6 0.6 0.6 0.6 0.6
is "more than the bound" "$(hand verdict)" 'does not hold here'
halves 0.5 0.5 0.5 0.5 0.5 0.6
is "one of six blocks beyond: open" "$(hand verdict)" 'not decided'
halves 0.5 0.5 0.5 0.5 0.5 0.6 0.5 0.5 0.5
is "one of nine blocks beyond: not open" "$(hand verdict)" 'holds here'
halves 0.5 0.5 0.5 0.5 0.5
is "five blocks" "$(hand why)" '5 blocks with both sides, 6 are needed'
halves 0.25 0.25 0.25 1 1 1
is "a median of ratios is of their logs" "$(hand here)" '0.5 [0.25, 1]'
halves 0.55 0.55 0.55 0.55 0.55 0.55
is "a bound is itself allowed" "$(hand verdict)" 'holds here'

"$stats" lessons "$scratch/run" --lessons "$scratch/hand"
is "lessons.csv: its head" "$(head -n 1 "$scratch/run/lessons.csv")" \
    'id,claim,source,then,ratio,low,high,bound,verdict,why'
like "lessons.csv: its row" "$(sed -n 2p "$scratch/run/lessons.csv")" \
    '^half,"It takes ""half"", with a comma\.","A book, item 1","0\.5 s",0\.55[0-9]*,0\.55[0-9]*,0\.55[0-9]*,"<= 1 / cores [+] 0\.3, here <= 0\.55",holds here,"'
tabled() {
    "$stats" table "$scratch/run" --lessons="$scratch/hand" | head -n 2 |
        tr '\n' '|'
}
like "the table has how many hold, and a line for each" "$(tabled)" \
    '^1 of 1 lessons holds here:[|] +yes +half +0\.55 \[0\.55, 0\.55\] +<= 0\.55[|]'
is "the same in a sentence" "$("$stats" words "$scratch/run" lessons \
    --lessons="$scratch/hand")" '1 of 1 lessons holds here.'
halves 0.6 0.6 0.6 0.6 0.6 0.6
like "the table: one that does not hold" "$(tabled)" \
    '^0 of 1 lessons hold here, 1 does not:[|] +no +half +0\.6 '
halves 0.5 0.5 0.5 0.5 0.5 0.6
like "the table: one that is not decided" "$(tabled)" \
    '^0 of 1 lessons hold here, 1 is not decided:[|] +open +half +0\.5 '
halves 0.5
like "the table: and why" "$(tabled)" '[|] +open +half +0\.5, 1 block with both sides'
mkdir "$scratch/elsewhere"
sed 's/arm: .*/arm: kernel=none strategy=none/; s/^\([ab]\): .*/\1: kernel=none/' \
    "$scratch/hand/half.lesson" >"$scratch/elsewhere/half.lesson"
is "no such part where the run has nothing of any" "$("$stats" table \
    "$scratch/run" --lessons="$scratch/elsewhere" | grep -c lessons)" 0
is "but a sentence" "$("$stats" words "$scratch/run" lessons \
    --lessons="$scratch/elsewhere")" \
    '0 of 1 lessons hold here, 1 was not in this run.'
is "and a mark in the rows" "$("$stats" rows "$scratch/run" lessons \
    --lessons="$scratch/elsewhere" | cut -f 7,9 | tail -n 1)" 'not decided	no'

# Costs: a takes 300 ns, b 3 ns; each has a list by block.
mkdir "$scratch/costs"
cat >"$scratch/costs/dear.lesson" <<'LESSON'
id: dear
claim: One is dearer.
source: A book, item 1
then: said
experiment: costs
a: cost=dear
b: cost=cheap
holds: >= 50
say: %r times
LESSON
priced() { # NS-OF-DEAR NS-OF-CHEAP, lists
    printf '{"measurements":[{"name":"dear","ns":[%s]},{"group":"other"},' "$1"
    printf '{"name":"cheap","ns":[%s]}]}' "$2"
}
cost() { # COLUMN
    row "$scratch/run" "$scratch/costs" "$1"
}
rm -f "$scratch/run/costs.json"
is "no costs.json: said" "$(cost verdict): $(cost why)" \
    'not decided: this run has no costs.json: EXPERIMENT=costs makes one'
is "nobody asked" "$(cost asked)" no
priced 300,600,300,300,300,300 3,6,3,3,3,3 >"$scratch/run/costs.json"
is "costs are divided block by block" "$(cost here)" '100 [100, 100]'
is "and said" "$(cost why)" 'cost of dear / cheap, 6 blocks; 100 times'
is "which decides" "$(cost verdict)" 'holds here'
priced 200,300,300,300,300,300,400 3,3,3,3,3,6 >"$scratch/run/costs.json"
is "not as many blocks: medians, and the worse ends" "$(cost here)" \
    '100 [33.3, 133]'
is "and said, too" "$(cost why)" \
    'cost of dear / cheap, medians of 7 and 6 blocks; 100 times'
is "which leaves it open" "$(cost verdict)" 'not decided'
priced 30,30,30,30,30,30 3,3,3,3,3,3 >"$scratch/run/costs.json"
is "too little of a difference" "$(cost verdict)" 'does not hold here'
priced 300,300,300,300,300 3,3,3,3,3 >"$scratch/run/costs.json"
is "five blocks of costs" "$(cost verdict): $(cost why)" \
    'not decided: costs.json: 5 blocks, 6 are needed'
priced 300,300,300,300,300,300 3,3,0,3,3,3 >"$scratch/run/costs.json"
is "a cost of nothing" "$(cost verdict): $(cost why)" \
    'not decided: costs.json: cheap: ns of block 2: no time'
priced '"x"' 3 >"$scratch/run/costs.json"
is "a cost that is no number" "$(cost why)" \
    'costs.json: dear: ns of block 0: no time'
for broken in '' '[' '{"measurements":[' '[]' '{"measurements":{}}' \
    '{"measurements":[{"name":7}]}' '{"measurements":[{"name":"dear"}]}'; do
    echo "$broken" >"$scratch/run/costs.json"
    like "broken costs: '$broken'" "$(cost verdict): $(cost why)" \
        '^not decided: costs\.json: [a-z]'
done
rm "$scratch/run/costs.json"

# From which size on: at x the sides take so many seconds.
mkdir "$scratch/even"
sed -e 's/^id: .*/id: even/; s/^\([ab]: .*\)/\1 x=1/' -e 's/^holds:.*/holds: > 1/' \
    -e 's/^say:.*/even: work\nsay: pays %e/' <<<"$(good)" \
    >"$scratch/even/even.lesson"
sizes() { # X:A:B... seconds; four items each
    local x a b block
    head -n 1 "$scratch/run/plan.tsv" >"$scratch/run/plan.new"
    : >"$scratch/run/samples.jsonl"
    for size in "$@"; do
        IFS=: read -r x a b <<<"$size"
        printf '%s\tlessons\tplan\t%s\tk\tio\t1\t4\t4\t%s\teven\t\t%s\t\n' \
            "a$x" threads "a $x" "$x" "b$x" sequential "b $x" "$x" \
            >>"$scratch/run/plan.new"
        for block in 0 1 2 3 4 5 6; do
            printf '{"session":"s","block":%d,"arm":"%s","verdict":"ok","wall_ns":9e9,"inside":{"wall_ns":%s}}\n' \
                $block "a$x" "${a}e9" $block "b$x" "${b}e9"
        done >>"$scratch/run/samples.jsonl"
    done
    cp "$scratch/run/plan.tsv" "$scratch/run/plan.old"
    mv "$scratch/run/plan.new" "$scratch/run/plan.tsv"
    row "$scratch/run" "$scratch/even" why | sed 's/.*; //'
    mv "$scratch/run/plan.old" "$scratch/run/plan.tsv"
}
is "even between two sizes" "$(sizes 1:0.5:0.25 2:1:2 3:1:4)" \
    'pays from between 250 ms and 2 s on'
is "in any order of the plan" "$(sizes 3:1:4 1:0.5:0.25 2:1:2)" \
    'pays from between 250 ms and 2 s on'
is "the last passage counts" "$(sizes 1:2:1 2:1:2 3:4:3 4:2:4)" \
    'pays from between 3 s and 4 s on'
is "never" "$(sizes 1:2:1 2:3:2)" 'pays not even at 2 s, the most that was measured'
is "only one size" "$(sizes 1:2:1)" 'pays not even at 1 s, the most that was measured'
is "always" "$(sizes 1:0.001:0.002 2:1:3)" 'pays at all sizes that were measured'
sed -i 's/^even:.*/even: item/' "$scratch/even/even.lesson"
is "for each item" "$(sizes 1:0.004:0.002 2:1:2)" \
    'pays from between 500 us and 500 ms on'

# What is presumed decides nothing, and all that holds is said.
mkdir "$scratch/given"
{
    good | sed 's/^id: .*/id: given/; s/^experiment.*//'
    printf 'a: strategy=sequential\ngiven: >= 1\nsay: b took %%t\n'
} >"$scratch/given/given.lesson"
given() { # COLUMN, with a in half the time, and B seconds
    sed -i "s/\thalf\t/\tgiven\t/" "$scratch/run/plan.tsv"
    for block in 0 1 2 3 4 5 6; do
        printf '{"session":"s","block":%d,"arm":"arm%d","verdict":"ok","wall_ns":9e9,"inside":{"wall_ns":%s}}\n' \
            $block 1 "$(awk "BEGIN { print $2 / 2 }")e9" $block 2 "${2}e9"
    done >"$scratch/run/samples.jsonl"
    row "$scratch/run" "$scratch/given" "$1"
    sed -i "s/\tgiven\t/\thalf\t/" "$scratch/run/plan.tsv"
}
is "presumed, and so" "$(given verdict 2)" 'holds here'
is "found is what decides" "$(given here 2)" '0.5 [0.5, 0.5]'
is "all sentences are said" "$(given why 2)" \
    'elapsed_s of threads k / sequential k, 6 blocks; it took 0.5 of it; b took 2 s'
is "presumed, and not so" "$(given verdict 0.25)" 'not decided'
is "with its reason" "$(given why 0.25)" \
    'elapsed_s of sequential k, 6 blocks; b took 250 ms'
halves 0.5

# ---------------------------------------------- arms that are not one arm

# fails STATUS COMMAND... - with this status and one line that says why.
fails() {
    local wanted=$1 got=0
    shift
    "$@" >/dev/null 2>"$scratch/err" || got=$?
    cat "$scratch/err"
    [ "$got" -eq "$wanted" ] && [ "$(wc -l <"$scratch/err")" -eq 1 ] &&
        grep -q '^stats: .*: .' "$scratch/err"
}

printf 'arm3\tlessons\tplan\tthreads\tk\tio\t2\t4\t1\tother command\thalf\t\t\t\n' \
    >>"$scratch/run/plan.tsv"
for form in lessons 'rows lessons' table; do
    # shellcheck disable=SC2086 # two words
    set -- $form
    ok "$form: two arms that match end it" fails 1 "$stats" "$1" \
        "$scratch/run" ${2:+"$2"} --lessons="$scratch/hand"
done
like "and both are named" "$(cat "$scratch/err")" 'half\.lesson:8: a: .*arm1.*arm3'
sed -i 's/other command/command 1/' "$scratch/run/plan.tsv"
ok "one command that stands there twice is one arm" "$stats" lessons \
    "$scratch/run" --lessons="$scratch/hand"
ok "no such directory" fails 1 "$stats" lessons "$scratch/run" \
    --lessons="$scratch/none"
mkdir "$scratch/empty"
ok "nothing in it" fails 1 "$stats" lessons "$scratch/run" \
    --lessons="$scratch/empty"

# ------------------------------------------------------- malformed lessons

# malformed WHAT SED-SCRIPT - the good lesson with a change is refused.
malformed() {
    good | sed "$2" >"$scratch/hand/half.lesson"
    if good | cmp -s - "$scratch/hand/half.lesson"; then
        fail "malformed: $1" "the script changes nothing: $2"
        return
    fi
    ok "malformed: $1" fails 2 "$stats" rows "$scratch/run" lessons \
        --lessons="$scratch/hand"
}

for name in id claim source "then" holds; do
    malformed "no $name" "/^$name:/d"
done
for name in id claim source "then" needs holds b say; do
    malformed "two of $name" "/^$name:/p"
done
malformed 'another id' 's/^id: half/id: third/'
malformed 'an unknown key' 's/^then:/than:/'
malformed 'no colon' 's/^then: /then /'
malformed 'an empty value' 's/^then:.*/then:/'
malformed 'no side' '/^a:/d; /^b:/d; /^holds:/d; /^say:/d'
malformed 'b before a' '/^a:/d'
malformed 'an unknown selection' 's/^a: strategy/a: stratagem/'
malformed 'a list as selection' 's/^a: strategy=threads/&,gil/'
malformed 'a selection without a value' 's/^a: strategy=threads/a: strategy/'
malformed 'an unknown quantity' 's/^holds:/quantity: joy\n&/'
malformed 'inside. without a field' 's/^holds:/quantity: inside.\n&/'
malformed 'an unknown form' 's/^holds:/form: b \/ a\n&/'
malformed 'a form without its b' '/^b:/d; s/^holds:/form: a \/ b\n&/'
malformed 'a b without its form' 's/^holds:/form: a\n&/'
malformed 'a bound without comparison' 's/^holds: <=/holds:/'
malformed 'a bound with an unknown name' 's/cores + 0.3/course/'
malformed 'a bound that nothing meets' 's/^holds:.*/holds: >= 2 and <= 1/'
malformed 'a condition that is none' 's/^needs:.*/needs: two cores/'
malformed 'no arms' '/^arm:/d'
malformed 'an arm without a kernel' 's/kernel=wait //'
malformed 'an arm with an unknown name' 's/workers=1/walkers=1/'
malformed 'arms and an experiment' 's/^arm:/experiment: speedup\n&/'
malformed 'two checks' 's/^a:/check: true\ncheck: false\n&/'
malformed 'nothing that decides' 's/^holds:/given:/'
malformed 'holds and given' 's/^holds:.*/&\ngiven: > 0/'
malformed 'a cost beside a selection' 's/^a: /a: cost=fork /'
malformed 'a cost against an arm' 's/^a: .*/a: cost=fork/'
malformed 'a quantity of a cost' \
    's/^[ab]: .*/b: cost=fork/; 0,/^b:/s//quantity: cpu_s\na:/'
malformed 'even of what' 's/^say:/even: price\n&/'
malformed 'even without x' 's/^say:.*/even: work\nsay: %e/'
malformed 'even that nobody says' 's/^[ab]: .*/& x=1/; s/^say:/even: work\n&/'
malformed 'an exit status without a check' 's/^a:/exit: 1\n&/'
check_instead='/^a:/d; /^b:/d; /^say:/d; s/^holds:.*/check: true/'
malformed 'an exit status that is none' "$check_instead; s/^then/exit: soon\n&/"
malformed 'an exit status too high' "$check_instead; s/^then/exit: 126\n&/"

# ---------------------------------------------------------- checks are run

good | sed "$check_instead" |
    sed "s|^check:.*|check: echo ran >>'$scratch/ran'; exit 3|; s|^then|exit: 3\n&|" \
        >"$scratch/hand/half.lesson"
is "rows do not run a check" "$(hand verdict)" 'not decided'
ok "lessons do" "$stats" lessons "$scratch/run" --lessons="$scratch/hand"
is "and keep what came of it" "$(hand verdict)" 'holds here'
"$stats" lessons "$scratch/run" --lessons="$scratch/hand"
is "it was run once" "$(cat "$scratch/ran")" ran
sed -i 's/exit 3/exit 4/' "$scratch/hand/half.lesson"
is "another command is another check" "$(hand verdict)" 'not decided'
"$stats" lessons "$scratch/run" --lessons="$scratch/hand"
is "which fails" "$(hand verdict)" 'does not hold here'
sed -i 's/exit 4/exit 77/' "$scratch/hand/half.lesson"
"$stats" lessons "$scratch/run" --lessons="$scratch/hand"
is "or cannot run" "$(hand verdict)" 'cannot run here'
"$stats" lessons "$scratch/run" --lessons="$scratch/hand"
is "and then is tried again" "$(wc -l <"$scratch/ran")" 4

check_of() { # COMMAND - the reason that a lesson with this check has
    good | sed "$check_instead" | sed "s|^check:.*|check: $1|" \
        >"$scratch/hand/half.lesson"
    "$stats" lessons "$scratch/run" --lessons="$scratch/hand"
    hand why
}
is "what it prints is told" "$(check_of 'echo one; seq 2 \| paste - -')" \
    'one; 1 2; exit status 0 of echo one; seq 2 | paste - -'
is "but not when it is long" "$(check_of 'seq 1000')" \
    'exit status 0 of seq 1000'
is "nor what goes to standard error" "$(check_of 'echo one >\&2')" \
    'exit status 0 of echo one >&2'
beside() { # CHECK A... - of a lesson that also compares
    local check=$1
    shift
    good | sed "s|^a:|check: $check\n&|" >"$scratch/hand/half.lesson"
    halves "$@"
    "$stats" lessons "$scratch/run" --lessons "$scratch/hand"
    hand verdict
}
less='0.4 0.4 0.4 0.4 0.4 0.4' more='0.9 0.9 0.9 0.9 0.9 0.9'
# shellcheck disable=SC2086 # several words
{
    is "check and sides hold" "$(beside true $less)" 'holds here'
    is "and both is said" "$(hand why)" 'elapsed_s of threads k / sequential k, 6 blocks; it took 0.4 of it; and its check holds'
    is "the check alone" "$(beside true $more)" 'does not hold here'
    is "the sides alone" "$(beside false $less)" 'does not hold here'
    is "the sides, and the check cannot run" "$(beside 'exit 77' $less)" \
        'cannot run here'
    is "the check, and the sides are open" "$(beside true 0.4 0.9)" \
        'not decided'
    is "neither" "$(beside false $more)" 'does not hold here'
}

# ----------------------------------------------------- whose base an arm is

# Two arms of a lesson that differ in an option alone: neither is what the
# other is divided by, and three times as fast is no wonder.
rm -rf "$scratch/run"
mkdir "$scratch/run"
echo '{"usable_cores": 2, "effective_cores": 2}' >"$scratch/run/machine.json"
{
    printf 'arm\tchart\trole\tstrategy\tkernel\tbound\tworkers\tcores\titems\t'
    printf 'command\texperiment\tseries\tx\tsize\n'
    for series in fast slow; do
        printf '%s\tnone\tplan\tsequential\tk\tcpu\t1\t1\t1\t%s\town\t%s\t1\t1\n' \
            $series "sequential k --way $series" $series
    done
} >"$scratch/run/plan.tsv"
for block in 1 2 3 4 5 6; do
    for arm in fast:1 slow:3; do
        printf '{"session":"s","block":%d,"arm":"%s","role":"plan",' $block \
            ${arm%:*}
        printf '"verdict":"ok","wall_ns":%d000000000,"inside":{"items":1,' \
            ${arm#*:}
        printf '"wall_ns":%d000000000}}\n' ${arm#*:}
    done
done >"$scratch/run/samples.jsonl"
is "arms of lessons raise no alarm by what others of theirs take" \
    "$("$stats" summary "$scratch/run" 2>&1)" ''
is "each is its own base" "$(awk -F , 'NR == 1 { for (i = 1; i <= NF; i++)
    at[$i] = i; next } { print $at["elapsed_s"], $at["speedup"] }' \
    "$scratch/run/summary.csv" | paste -sd ,)" '1 1,3 1'

finish
