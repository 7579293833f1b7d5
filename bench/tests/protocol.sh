#!/usr/bin/env bash
# protocol.sh - tests of build/protocol: the order of the books' programs.
# SPDX-License-Identifier: MIT
#
# Each program is also linked against a queue, futures or generators with one
# mistake; then it must say that the order is not the book's.
set -u
# shellcheck source=bench/tests/tap.inc
. "$(dirname "$0")/tap.inc"

protocol=$BUILD/protocol

printed() { # PROGRAM - its lines, joined, and its exit status
    "$protocol" "$1" 2> "$scratch/err" | paste -sd ,
    echo "${PIPESTATUS[0]}"
}
is "bounded: a put into a full queue waits" "$(printed bounded)" \
    "Producer put 1,Consumer got 1,Producer put 2,Producer done,Consumer got 2,Consumer done
0"
is "join: waits for what was put to be done" "$(printed join)" \
    "Consumer waiting,Producer putting,Producer waiting,Consumer working,Consumer done,Producer done
0"
future='done: no,called back: no,result: timed out,result: 42,done: yes,called back: once'
is "future: not done, then done, and calls back" "$(printed future)" \
    "threads,$future,processes,$future
0"
is "minimize: the least so far" "$(printed minimize)" "10,4,4,-1
0"
is "the same order each time" "$(for ((try = 0; try < 10; try++)); do
    printed bounded
    printed join
done | sort | uniq -c | awk '{ print $1 }' | sort -u | paste -sd ' ')" '10 20'
for arguments in '' 'none' 'bounded join' '--fast'; do
    # shellcheck disable=SC2086 # none or several words
    "$protocol" $arguments > "$scratch/out" 2> "$scratch/err"
    is "refused: '$arguments'" "$? $(wc -c < "$scratch/out") $(head -c 16 \
        "$scratch/err")" '2 0 Usage: protocol '
done
like "--help" "$("$protocol" --help)" '^Usage: protocol .*bounded'

# ------------------------------------------------------------- mistakes

# wrong PROGRAM FILE SED-SCRIPT WHAT - the program with a mistake in a file of
# bench/lib, which is linked in place of the right one.
wrong() {
    local file=bench/lib/$2
    sed "$3" "$file" > "$scratch/$2"
    if cmp -s "$file" "$scratch/$2"; then
        fail "$1: $4" "the script changes nothing: $3"
        return
    fi
    # shellcheck disable=SC2046 # several words
    if ! "${CC:-cc}" -std=gnu11 -D_GNU_SOURCE -O1 -pthread -Ibuild \
        -Ibench/lib -o "$scratch/wrong" scripts/protocol.c "$scratch/$2" \
        "$BUILD/lib.a" $(pkg-config --libs jansson hwloc) \
        > "$scratch/out" 2>&1; then
        fail "$1: $4" "$(cat "$scratch/out")"
        return
    fi
    "$scratch/wrong" "$1" > "$scratch/out" 2> "$scratch/err"
    is "$1: $4" "$? $(cat "$scratch/err")" \
        "1 wrong: $1: not the order of the book"
}
if grep -q fsanitize "$BUILD/flags"; then
    skip "mistakes" "only in the plain build"
else
    wrong bounded queue.c 's/queue->capacity = capacity/queue->capacity = 0/' \
        "a queue without its bound"
    wrong join queue.c '/^void queue_join/,/^}/s/while (.*)/while (0)/' \
        "a join that does not wait"
    wrong future future.c 's/return -ETIMEDOUT/return 0/' \
        "a wait that does not say it was too short"
fi

finish
