#!/usr/bin/env bash
# matrix.sh - every strategy x every kernel x 1, 2, 3 and 7 workers.
# SPDX-License-Identifier: MIT
#
# A cell is right when the program exits 0 with the digest that `sequential`
# has, or exits 77 and says why. The kernels' own `small` arguments keep a
# cell to milliseconds. STRATEGIES=, KERNELS= and WORKERS= narrow the matrix.
set -u
# shellcheck source=bench/tests/tap.inc
. "$(dirname "$0")/tap.inc"

STRATEGIES=${STRATEGIES:-$(cat "$BUILD/strategies")}
WORKERS=${WORKERS:-1 2 3 7}
SECONDS_A_CELL=${SECONDS_A_CELL:-60}
export BUILD SECONDS_A_CELL

STRATEGIES=${STRATEGIES//,/ }
KERNELS=${KERNELS:-}
KERNELS=${KERNELS//,/ }

# Where items wait: their percentiles ascend, and neither an item nor all of
# them are faster than what they wait for. Called through xargs.
# shellcheck disable=SC2317
latencies_are_possible() { # JSON
    [[ $1 != *'"item_p50_ns":'* ]] || jq -e '
        ((.item_least_ns // 0) * 0.99) as $least |
        $least <= .item_p50_ns and .item_p50_ns <= .item_p90_ns and
        .item_p90_ns <= .item_p99_ns and .item_p99_ns <= .item_max_ns and
        .item_max_ns > 0 and .item_max_ns <= .wall_ns and
        .wall_ns * .inflight >= .items * .rounds * $least' \
        <<< "$1" > /dev/null
}
export -f latencies_are_possible

# One line of TAP, not yet numbered, for one cell. Called through xargs.
# shellcheck disable=SC2317
cell() { # STRATEGY WORKERS DIGEST KERNEL SMALL...
    local strategy=$1 workers=$2 digest=$3 kernel=$4 status=0 out err
    shift 4
    local name="$strategy $kernel $* --workers $workers"
    err=$(mktemp "$CELLS/XXXXXX")
    out=$(timeout -k 5 "$SECONDS_A_CELL" "$BUILD/$strategy" "$kernel" "$@" \
        --workers "$workers" --json --expect "$digest" 2> "$err") || status=$?
    if [ "$status" -eq 77 ] && [ -s "$err" ] && [ -z "$out" ]; then
        echo "ok - $name # SKIP $(head -n 1 "$err")"
    elif [ "$status" -eq 0 ] && [ ! -s "$err" ] &&
        [[ $out == *"\"digest\":\"$digest\",\"ok\":true,"* ]] &&
        latencies_are_possible "$out"; then
        echo "ok - $name"
    else
        echo "not ok - $name: exit status $status, wanted digest $digest;" \
            "${out:0:300} $(head -n 3 "$err" | tr '\n' ' ')"
    fi
    rm -f "$err"
}
export -f cell
export CELLS=$scratch

# The cells, one a line, after the digest that each kernel must have.
cells() {
    local kernel arguments digest strategy workers
    while read -r kernel arguments; do
        case " ${KERNELS:-$kernel} " in
        *" $kernel "*) ;;
        *) continue ;;
        esac
        # The arguments are several words.
        # shellcheck disable=SC2086
        digest=$("$BUILD/sequential" "$kernel" $arguments --json |
            jq -r .digest)
        for strategy in $STRATEGIES; do
            for workers in $WORKERS; do
                echo "$strategy $workers ${digest:-none} $kernel $arguments"
            done
        done
    done < <("$BUILD/sequential" --list --json |
        jq -r 'select(.kernel) | "\(.kernel) \(.small)"')
}

cells > "$scratch/cells"
if [ ! -s "$scratch/cells" ]; then
    echo "matrix: no such kernel or strategy" >&2
    exit 1
fi
# Two at a time: one that sleeps leaves room for one that computes.
xargs -P 2 -I {} bash -c 'cell {}' < "$scratch/cells" |
    awk -v wanted="$(wc -l < "$scratch/cells")" '
        { sub(/ok /, "ok " NR " "); print; fflush(); bad += /^not / }
        END { print "1.." wanted; exit bad > 0 }'
