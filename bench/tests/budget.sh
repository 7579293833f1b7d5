#!/usr/bin/env bash
# budget.sh - the quick plan has everything, and the time for it.
# SPDX-License-Identifier: MIT
#
# The plan is made for two cores by programs that compute nothing: they say that
# they took what fixtures/trials says, so that this machine's speed, and what
# else goes on, decide nothing. Of a command that is not in there 0.1 s is
# taken. REWRITE=1 bench/tests/budget.sh measures all of them anew: the time
# of the processor for what computes, that of the clock for what waits.
set -u
# shellcheck source=bench/tests/tap.inc
. "$(dirname "$0")/tap.inc"

two=$(taskset -cp $$ | sed 's/.*: //' | tr ',' '\n' | awk -F - '
    { for (i = $1; i <= $NF; i++) print i }' | head -n 2 | paste -sd ,)
if [[ $two != *,* ]]; then
    skip "the quick plan has the time it needs" "the figures are of two cores"
    finish
fi

trials=bench/tests/fixtures/trials
real=$(cd "$BUILD" && pwd)
mkdir "$scratch/build" "$scratch/bin"
cp "$BUILD/strategies" "$BUILD/sweep" "$scratch/build/"

# A strategy: what it can do it asks the real one; a run is a line of the list.
# Items that are in flight all at once are told by its own name.
cat > "$scratch/strategy" << END
#!/usr/bin/env bash
name=\${0##*/}
case "\$*" in
*--list* | *--version* | *--help*) exec "$real/\$name" "\$@" ;;
esac
key="\$name \$*" items=1 size=1 wall=100 around=5
key=\${key% --json}
while IFS=\$'\\t' read -r a b what; do
    [ "\$what" != "\$key" ] || wall=\$a around=\$b known=1
done < "$PWD/$trials"
echo "\${known:-0} \$wall \$around \$key" >> "$scratch/asked"
while [ \$# -gt 0 ]; do
    [ "\$1" != --items ] || items=\$2
    [ "\$1" != --size ] || size=\$2
    shift
done
printf '{"digest":"0123456789abcdef","items":%d,"size":%d,' "\$items" "\$size"
printf '"wall_ns":%s000000,"setup_ns":%s000000}\\n' "\$wall" "\$around"
END
# It reports a longer time than it took, so that it seems to add nothing.
cat > "$scratch/bin/hyperfine" << 'END'
#!/bin/sh
while [ "$1" != --export-json ]; do shift; done
echo '{"results": [{"user": 1, "system": 1, "times": [1000],
    "exit_codes": [0]}]}' > "$2"
END
chmod +x "$scratch/strategy" "$scratch/bin/hyperfine"
while read -r name; do
    ln "$scratch/strategy" "$scratch/build/$name"
done < "$BUILD/strategies"

planned() { # OPTION...
    : > "$scratch/asked"
    PATH=$scratch/bin:$PATH taskset -c "$two" "$BUILD/sweep" plan \
        --build "$scratch/build" --budget 1000000 "$@" 2> "$scratch/err"
}

if [ -n "${REWRITE:-}" ]; then
    planned > "$scratch/plan"
    kinds=$("$BUILD/sequential" --list --json |
        jq -s 'map(select(.kernel) | {(.kernel): .bound}) | add')
    TIMEFORMAT='%U %S'
    sort -u "$scratch/asked" | cut -d ' ' -f 4- | while read -r name words; do
        for _ in 1 2 3; do
            { time eval "\"$BUILD/$name\" $words --json" > "$scratch/row" \
                2> "$scratch/err"; } 2> "$scratch/time"
            jq -c --argjson all "$(awk '{ print ($1 + $2) * 1e9 }' \
                "$scratch/time")" '. + {all_ns: $all}' "$scratch/row"
        done | jq -rs --arg key "$name $words" --argjson kinds "$kinds" '
            def least(f): [.[] | f] | min;
            def ms: if . < 0 then 0 else . / 1e6 | ceil end;
            (.[0].kernel | $kinds[.]) as $bound |
            [(least(if $bound == "io" then .wall_ns
                else [.wall_ns, .user_ns + .sys_ns] | min end) | ms),
            (least([.setup_ns + (.check_ns // 0),
                .all_ns - .user_ns - .sys_ns] | min) | ms), $key] | @tsv'
    done > "$scratch/trials"
    LC_ALL=C sort -k 3 "$scratch/trials" > "$trials"
fi

# --------------------------------------------------------------- quick

planned > "$scratch/plan"
is "all experiments and lessons with arms are in the quick plan" \
    "$(awk -F '\t' 'NR > 1 && $11 != "" { print $11 }' "$scratch/plan" | sort -u)" \
    "$(grep -lE '^(quick )?arm:' scripts/experiments/*.experiment \
        scripts/lessons/*.lesson | xargs grep -L '^lacks:' |
        sed 's/.*\///; s/\.[a-z]*$//' | sort)"
is "what readers are promised" "$(for name in speedup efficiency inflight races queues \
    coroutines futures-first futures-grain futures-payload convoy granularity \
    memory uneven; do
    [ -e scripts/experiments/$name.experiment ] || echo "$name"
done)" ''
is "no lesson asks for an experiment whose arms are not planned" \
    "$(sed -n 's/^experiment: //p' scripts/lessons/*.lesson | sort -u |
        while read -r name; do
            awk -F '\t' -v name="$name" '$11 == name { n++ }
                END { exit !n }' "$scratch/plan" ||
                ! grep -q arm: scripts/*/"$name".{experiment,lesson} \
                    2> "$scratch/err2" || echo "$name"
        done)" ''

# What a block takes: the arms by the list, 9 ms for each start of a process
# and of hyperfine, and before the blocks each right answer once.
block=$(sed -n 's/.*about \([0-9.]*\) s a block.*/\1/p' "$scratch/err")
budget=$("$BUILD/sweep" --help | grep -oE 'quick: [0-9]+' | cut -d ' ' -f 2)
awk -F '\t' -v block="$block" -v budget="$budget" -v asked="$scratch/asked" '
    NR > 1 && $16 == "" { arms++ }
    END {
        while ((getline line < asked) > 0) {
            split(line, part, " ")
            before += (part[2] + part[3] + 5) / 1000
            unknown += !part[1]
        }
        whole = block + 0.009 * arms
        all = before + 6.1 * whole
        printf "%d arms, %.1f s a block, %.0f s before: %.0f of %d s", arms,
            whole, before, all, budget
        printf " (%d commands without a figure)\n", unknown
        print (arms == 0 ? "no plan" : all <= budget ? "fits" : "too long") \
            > "/dev/stderr"
    }' "$scratch/plan" 2> "$scratch/verdict" > "$scratch/sum"
echo "# $(cat "$scratch/sum")"
is "a warm-up and six blocks of it fit into the budget" \
    "$(cat "$scratch/verdict")" fits
if [ "$(cat "$scratch/verdict")" != fits ]; then
    planned --costs | head -n 40 | sed 's/^/#   /'
fi

finish
