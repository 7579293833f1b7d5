#!/usr/bin/env bash
# house.sh - one file is all that a kernel or a strategy costs.
# SPDX-License-Identifier: MIT
#
# Copies the tree to a directory with an awkward name, drops in the README's
# kernel and strategy, and some that lie; builds; and finds the honest ones
# in the list, in the matrix and in a sweep, and the liars refused.
set -u
# shellcheck source=bench/tests/tap.inc
. "$(dirname "$0")/tap.inc"

fixtures=bench/tests/fixtures

# --------------------------------------------------------------- the rules

is "the top level holds nothing but what it should" \
    "$(find . -mindepth 1 -maxdepth 1 ! -name '.*' -printf '%f\n' |
        grep -vxE 'bench|kernels|scripts|results|Makefile|README.md|LICENSE|build')" \
    ''

# C without its comments; line numbers are lost.
code() { # FILE
    "${CC:-cc}" -fpreprocessed -dD -E -P -x c "$1" 2> "$scratch/cc"
}

names=$(for file in kernels/*.c; do basename "$file" .c; done | paste -sd '|')
for file in bench/*.c; do
    is "$file knows no kernel by name" \
        "$(code "$file" |
            grep -nE "\"($names)\"|kernels_find|kernel->name|kernels/[a-z_]+\.c")" \
        ''
done
for file in kernels/*.c; do
    is "$file has no threads, processes, epoll, time or printing" \
        "$(code "$file" | sed 's/"[^"]*"/""/g' | grep -nwE \
            'pthread_[a-z_]+|v?fork|posix_spawnp?|exec[lv]p?e?|epoll_[a-z0-9]+|io_uring_[a-z_]+|clock_gettime|gettimeofday|f?printf|puts|fputs|putchar|perror|sleep|usleep|nanosleep|_Thread_local')" \
        ''
done

if [ "$BUILD" != build ]; then
    skip "a kernel and a strategy dropped in" "only tried in the plain build"
    finish
fi

# ---------------------------------------------------------------- the copy

copy="$scratch/it's a copy"
mkdir "$copy"
tar -cf - --exclude=./results --exclude=./.git . | tar -xf - -C "$copy"
cp $fixtures/kernel_squares.c "$copy/kernels/squares.c"
cp $fixtures/kernel_deadlines.c "$copy/kernels/deadlines.c"
cp $fixtures/strategy_backwards.c "$copy/bench/backwards.c"
cp $fixtures/liar_fails.c $fixtures/liar_wrong.c "$copy/kernels/"
cp $fixtures/liar_skips.c $fixtures/liar_doubles.c $fixtures/liar_swaps.c \
    "$copy/bench/"
cd "$copy" || exit 1

ok "it builds with them" make -j2 all
if [ ! -x build/backwards ]; then
    finish
fi

for name in squares backwards; do
    like "--list names $name" "$(build/threads --list)" \
        "(^|[[:space:]])$name([[:space:]]|\$)"
done
is "--list --json has the kernel" "$(build/backwards --list --json |
    jq -r 'select(.kernel == "squares").small')" '--items 50'
is "--list --json has the strategy" "$(build/backwards --list --json |
    jq -r 'select(.strategy).strategy')" backwards
ok "the first kernel's numbers are right" test "$(build/backwards squares \
    --items 3 --json | jq .ok)" = true

# The real matrix, in the copy: its lines are those of the table.
matrix() { # NAME CELLS SETTING...
    local name=$1 cells=$2
    shift 2
    env "$@" bash bench/tests/matrix.sh > "$scratch/matrix" 2>&1
    is "$name" "$(grep -c '^ok [0-9]* - ' "$scratch/matrix") $(grep -c \
        '^not ok' "$scratch/matrix")" "$cells 0"
}
honest=$(grep -v '^liar_' build/strategies | paste -sd ' ')
honest_kernels=$(build/sequential --list --json |
    jq -r 'select(.kernel).kernel | select(startswith("liar_") | not)' |
    paste -sd ' ')
matrix "every strategy gives ops up at a deadline, and runs them in order" \
    "$((4 * $(wc -w <<< "$honest")))" STRATEGIES="$honest" KERNELS=deadlines
matrix "every strategy runs the new kernel" \
    "$((4 * $(wc -w <<< "$honest")))" STRATEGIES="$honest" KERNELS=squares
matrix "the new strategy runs every kernel" \
    "$((4 * $(wc -w <<< "$honest_kernels")))" STRATEGIES=backwards \
    KERNELS="$honest_kernels"

# --------------------------------------------------------------- the sweep

if ! command -v hyperfine > "$scratch/which"; then
    skip "the sweep measures both" "no hyperfine here"
else
    ok "a sweep with them" build/sweep run --kernels squares \
        --strategies sequential,backwards --blocks 1 --results sweeps
    is "and its samples" "$(jq -r 'select(.verdict == "ok").inside |
        "\(.strategy) \(.kernel)"' sweeps/latest/samples.jsonl |
        grep squares | sort -u)" \
        $'backwards squares\nsequential squares'
fi

# --------------------------------------------------------------- the liars

# Exit status 1, one line that says what is wrong, and nowhere a time.
caught() { # STRATEGY KERNEL WHY
    local status=0 json
    build/"$1" "$2" --items 20 > out 2> err || status=$?
    json=$(build/"$1" "$2" --items 20 --json --log log 2> err2)
    if [ "$status" -eq 1 ] && [ ! -s out ] && [ "$(wc -l < err)" -eq 1 ] &&
        [[ $(cat err) =~ ^$1:\ $2:\ $3 ]] && [ "$json" = "$(cat log)" ] &&
        jq -e '.ok == false and ([keys[] | select(endswith("_ns"))] == [])' \
            <<< "$json" > jq.out; then
        pass "$1 $2: $3"
    else
        fail "$1 $2: $3" "status $status"$'\n'"$(cat out err)"$'\n'"$json"
    fi
    rm -f log
}
for kernel in squares null; do
    caught liar_skips $kernel '15 items ran instead of 20'
    caught liar_doubles $kernel 'item 3 ran twice'
    caught liar_swaps $kernel 'some items ran twice'
done
for strategy in $honest; do
    caught "$strategy" liar_fails 'item 7 failed: No space left on device'
    caught "$strategy" liar_wrong 'wrong answer: nothing is ever right'
done

finish
