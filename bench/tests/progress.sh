#!/usr/bin/env bash
# progress.sh - the line that says how far a sweep has come.
# SPDX-License-Identifier: MIT
#
# Run on a terminal that script(1) makes; what came to it is taken apart at
# each return of the carriage. No time is compared with another one but by
# its order: the sweep only waits.
set -u
# shellcheck source=bench/tests/tap.inc
. "$(dirname "$0")/tap.inc"

if ! command -v hyperfine > /dev/null || ! command -v script > /dev/null; then
    skip "progress" "no hyperfine, or no script, here"
    finish
fi

escape=$(printf '\033')
mkdir "$scratch/experiments"
cat > "$scratch/experiments/short.experiment" << 'END'
title: Short
question: How far has it come?
chart: none
arm: kernel=wait strategy=threads,sequential items=2 size=20 workers=2
once: here.txt = echo here
once: fails.txt = echo why >&2; exit 3
END
sweep=("$BUILD/sweep" run --build "$BUILD" --blocks 2 --cores 1
    --directory "$scratch/experiments" --results "$scratch/results")

# What a terminal of so many columns gets, without what script adds.
shown() { # COLUMNS COMMAND...
    local columns=$1
    shift
    printf '%q ' "$@" > "$scratch/command"
    env -u COLUMNS -u NO_PROGRESS TERM=xterm script -qefc \
        "stty cols $columns; exec $(cat "$scratch/command")" \
        "$scratch/typescript" > /dev/null 2> "$scratch/err" < /dev/null
    sed '1d;$d' "$scratch/typescript" > "$scratch/shown"
}
# The lines that were drawn in place, each as it stood.
drawn() {
    tr '\r' '\n' < "$scratch/shown" | sed -n "s/^\(.\{1,\}\)$escape\[K.*/\1/p"
}
longest() {
    drawn | awk '{ if (length > n) n = length } END { print n + 0 }'
}

shown 100 "${sweep[@]}"
like "on a terminal: a share, a bar, the time left, the block, the arm" \
    "$(drawn | grep 'block 2')" \
    '^ *[0-9]+ % \[#+-*\] [0-9]+:[0-9][0-9] left, block 2 of 2.*, short/wait/'
is "the bar is as long as the share says" "$(drawn | grep '%' | awk -F '[][%]' '
    { full = gsub(/#/, "", $3); if (full != int(24 * $1 / 100) &&
        full != int(24 * ($1 + 1) / 100)) print }')" ''
is "it begins with nothing done" "$(drawn | grep -m 1 '%' | cut -c 1-5)" '  0 %'
is "and shares are shares" "$(drawn | grep '%' |
    awk '$1 < 0 || $1 > 100 { print }')" ''
is "less is left at the end than at the beginning" "$(drawn | grep '%' |
    sed 's/.* \([0-9]*\):\([0-9]*\) left.*/\1 \2/' | awk '
        NR == 1 { first = 60 * $1 + $2 } { last = 60 * $1 + $2 }
        END { print(last <= first) }')" 1
like "before that it names what it looks for" "$(drawn)" \
    'sweep: right answer of wait, --items 2 --size 20'
like "and then what is run once" "$(drawn)" 'sweep: once, here.txt'
is "what else is said has a line of its own" "$(tr '\r' '\n' < "$scratch/shown" |
    sed "s/$escape\[K//" | grep -c '^sweep: once: fails.txt: not made: exit')" 1
is "nothing is said behind it" "$(tr '\r' '\n' < "$scratch/shown" |
    grep -c ".$escape\[K.")" 0
like "nothing is left on the line" "$(tr '\r' '\n' < "$scratch/shown" |
    grep "$escape" | tail -n 1)" "^$escape\[K"

shown 40 "${sweep[@]}"
ok "a narrow terminal: no longer than it is" [ "$(longest)" -lt 40 ]
like "but the share and the time" "$(drawn | grep -m 1 '%')" '^ *[0-9]+ % [0-9]+:[0-9][0-9] left'
shown 200 env COLUMNS=20 "${sweep[@]}"
ok "COLUMNS says how wide it is" [ "$(longest)" -lt 20 ]
like "and something is left of it" "$(drawn | grep -m 1 '%')" '^ *[0-9]+ % [0-9]+:[0-9][0-9]'

plain() { # NAME COMMAND...: no line in place, a line for each block
    local name=$1
    shift
    shown 100 "$@"
    is "$name: nothing in place" "$(grep -c "$escape" "$scratch/shown")" 0
    is "$name: a line for each block" "$(grep -oE 'sweep: block [0-9]+ of 2' \
        "$scratch/shown" | head -n 3 | paste -sd ,)" \
        'sweep: block 0 of 2,sweep: block 1 of 2,sweep: block 2 of 2'
}
plain "NO_PROGRESS" env NO_PROGRESS=1 "${sweep[@]}"
plain "--progress=never" "${sweep[@]}" --progress=never
plain "a terminal that cannot" env TERM=dumb "${sweep[@]}"
plain "no terminal" sh -c "\"\$@\" 2>&1 | cat" sh "${sweep[@]}"
"${sweep[@]}" --progress=always 2> "$scratch/shown" > "$scratch/out"
like "--progress=always: also where there is no terminal" "$(drawn)" \
    'left, block 1 of 2'
status=0
"${sweep[@]}" --progress=loud > "$scratch/out" 2> "$scratch/err" || status=$?
is "and nothing else" "$status $(cat "$scratch/err")" \
    "2 sweep: --progress: 'loud': not auto, always or never"

# ------------------------------------------------------- what comes after it

# A tree in which every program but the sweep is a word and a complaint.
mkdir -p "$scratch/tree/scripts" "$scratch/tree/build"
cp scripts/bench "$scratch/tree/scripts/"
printf '#!/bin/sh\necho "%s"\n' "$scratch" > "$scratch/tree/build/sweep"
# shellcheck disable=SC2016 # the program's $1
for tool in build/stats scripts/plot scripts/report scripts/rules; do
    printf '#!/bin/sh\necho "%s: so be it" >&2\necho "%s $1"\n' \
        "${tool#*/}" "${tool#*/}" > "$scratch/tree/$tool"
done
chmod +x "$scratch"/tree/*/*
mkdir -p "$scratch/charts"
: > "$scratch/charts/one.dat"
bench=(env "BUILD=$scratch/tree/build" "$scratch/tree/scripts/bench")
shown 100 "${bench[@]}"
is "statistics, charts, report: each is named while it goes on" \
    "$(tr '\r' '\n' < "$scratch/shown" | sed -n 's/^bench: //p' | paste -sd ,)" \
    'statistics,lessons,charts,report,rules'
is "and what they say has lines of its own" "$(tr '\r' '\n' < "$scratch/shown" |
    sed "s/$escape\[K//" | grep -c '^[a-z]*: so be it')" 6
shown 100 env PROGRESS=never "${bench[@]}"
is "not with PROGRESS=never" "$(grep -c "$escape\|bench:" "$scratch/shown")" 0

# A sweep of lessons alone.
rm "$scratch/charts/one.dat"
shown 100 "${bench[@]}"
is "no rules where there are no charts" \
    "$(tr '\r' '\n' < "$scratch/shown" | sed -n 's/^bench: //p' | paste -sd ,)" \
    statistics,lessons,charts,report

finish
