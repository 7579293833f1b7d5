#!/usr/bin/env bash
# readme.sh - what README.md shows is true.
# SPDX-License-Identifier: MIT
#
# Every line of a ```sh block is a command that must succeed: build/X as it
# stands, `make bench` with as little to measure as possible, `make test` by
# what it would do. A ```c block that names kernels/X.c or bench/X.c in its
# first two lines is the file of that name in fixtures/, which house.sh
# builds and runs; a ```text block that begins with an id is that lesson.
# Links to files lead somewhere.
set -u
# shellcheck source=bench/tests/tap.inc
. "$(dirname "$0")/tap.inc"

if [ ! -e README.md ]; then
    echo "1..0 # SKIP there is no README.md"
    exit 0
fi

# The lines of the blocks of one language; each block ends in a line `---`.
blocks() { # LANGUAGE
    awk -v fence="\`\`\`$1" '
        /^```/ { if (on) print "---"; on = !on && $0 == fence; next }
        on' README.md
}

# ---------------------------------------------------------------- commands

if [ "$BUILD" = build ]; then
    export KERNELS=gcd STRATEGIES=sequential,threads BLOCKS=1
    export RESULTS=$scratch/results
    while read -r command; do
        case $command in
        --- | '' | '#'*) continue ;;
        'make test'*) run="make -n ${command#make }" ;;
        # The lessons want all kernels; the short arms of each will do.
        'make bench EXPERIMENT=lessons'*)
            run="env -u KERNELS -u STRATEGIES ${command% PLAN=full}"
            ;;
        'git clone'* | 'sudo '* | 'apt'*)
            skip "$command" "not for a test to do"
            continue
            ;;
        *) run=$command ;;
        esac
        if timeout -k 5 150 bash -c "$run" > "$scratch/out" 2>&1 < /dev/null
        then
            pass "$command"
        else
            fail "$command" "status $?"$'\n'"$(tail -n 15 "$scratch/out")"
        fi
    done < <(blocks sh)
    ok "it has commands" test "$tap_count" -gt 3
else
    skip "the commands" "only tried in the plain build"
fi

# ---------------------------------------------------------------- examples

blocks c | awk -v base="$scratch/block" '
    /^---$/ { n++; next } { print > (base "." n + 0) }'
compared=0
for block in "$scratch"/block.*; do
    path=$(head -n 2 "$block" | grep -oE '(kernels|bench)/[a-z_]+\.c')
    name=$(basename "${path:-none}" .c)
    case $path in
    kernels/*) fixture=bench/tests/fixtures/kernel_$name.c ;;
    bench/*) fixture=bench/tests/fixtures/strategy_$name.c ;;
    *) continue ;;
    esac
    ok "$path is ${fixture##*/}" diff "$fixture" "$block"
    compared=$((compared + 1))
done
ok "it has a kernel and a strategy to copy" test "$compared" -ge 2

blocks text > "$scratch/lesson"
lesson=$(sed -n '1s/^id: //p' "$scratch/lesson")
ok "the lesson $lesson is as it stands here" \
    diff "scripts/lessons/$lesson.lesson" <(sed '/^---$/,$d' "$scratch/lesson")

# What the sample says, as it says it.
ok "its first figures are those of results/sample" grep -qxF -- \
    "> $("$BUILD/stats" words results/sample headline | head -n 1)" README.md

# ------------------------------------------------------------------- links

while read -r link; do
    ok "there is $link" test -e "$link"
done < <(grep -oE '\]\([^)#]+' README.md | cut -c 3- | grep -v '^[a-z]*:' |
    sort -u)

finish
