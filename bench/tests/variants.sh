#!/usr/bin/env bash
# variants.sh - options that change how something is run, not what comes out.
# SPDX-License-Identifier: MIT
#
# matrix.sh runs every strategy x every kernel as they come. Here each such
# option of a strategy meets every kernel, each such option of a kernel every
# strategy, and the digest is that of `sequential` without it.
set -u
# shellcheck source=bench/tests/tap.inc
. "$(dirname "$0")/tap.inc"

SECONDS_A_CELL=${SECONDS_A_CELL:-60}
strategies=$(cat "$BUILD/strategies")

digest_of() { # KERNEL ARGUMENT...
    "$BUILD/sequential" "$@" --json | jq -r .digest
}

# Exit status 0 and nothing on stderr, or 77 and a reason.
same() { # DIGEST STRATEGY KERNEL ARGUMENT...
    local digest=$1 strategy=$2 status=0
    shift 2
    [ -x "$BUILD/$strategy" ] || return
    timeout -k 5 "$SECONDS_A_CELL" "$BUILD/$strategy" "$@" \
        --expect "$digest" < /dev/null > "$scratch/out" 2> "$scratch/err" ||
        status=$?
    if [ "$status" -eq 77 ]; then
        skip "$strategy $*" "$(head -n 1 "$scratch/err")"
    else
        is "$strategy $*" "$status $(cat "$scratch/err")" "0 "
    fi
}

# ------------------------------------------------------- of strategies

"$BUILD/sequential" --list --json |
    jq -r 'select(.kernel) | "\(.kernel) \(.small)"' > "$scratch/kernels"
while read -r kernel small; do
    # shellcheck disable=SC2086  # several words
    digest=$(digest_of "$kernel" $small)
    while read -r strategy option; do
        # shellcheck disable=SC2086
        same "$digest" "$strategy" "$kernel" $small $option --workers 3
    done << 'END'
threads --thread-per item
pool --results completed
process_pool --results completed
END
done < "$scratch/kernels"

# ---------------------------------------------------------- of kernels

while read -r plain; do
    read -r option
    # shellcheck disable=SC2086
    digest=$(digest_of $plain)
    for strategy in $strategies; do
        # shellcheck disable=SC2086
        same "$digest" "$strategy" $plain $option --workers 3
    done
done << 'END'
wait --items 8 --size 1
--first-slow 9
payload --items 9 --size 70001 --rounds 2
--memory shared
accounts --items 9 --size 700
--locks 1
accounts --items 9 --size 5000 --held 0
--locks 7
END

# ------------------------------------------------- a thread for each item

# What tells the two apart is that threads come and go.
threads_made() { # ARGUMENT...
    strace -f -qq -o "$scratch/trace" -e trace=clone,clone3 \
        "$BUILD/threads" null --items 40 --workers 2 "$@" \
        > "$scratch/out" 2>&1 || return
    grep -cE 'clone3?(\(.*| resumed.*)\) = [0-9]+$' "$scratch/trace"
}
if [ "$BUILD" != build ] || ! command -v strace > "$scratch/which"; then
    skip "threads made" "needs the plain build and strace"
else
    is "a thread for each worker" "$(threads_made)" 2
    is "a thread for each worker, and one for each item" \
        "$(threads_made --thread-per item)" 42
fi
"$BUILD/threads" null --items 40 --workers 2 --thread-per item \
    --trace "$scratch/items.trace" > "$scratch/out" 2>&1
ok "their trace has every item once" "$BUILD/timeline" --check \
    "$scratch/items.trace"

finish
