#!/usr/bin/env bash
# fetch.sh - downloads under every strategy: what came, what failed, what the
# server counted.
# SPDX-License-Identifier: MIT
#
# A digest tells which flags came and what became of the others, so equal
# digests are equal outcomes. Of time, only lower bounds are asserted; the
# deadlines are long enough for a machine that is busy with other things.
set -u
# shellcheck source=bench/tests/tap.inc
. "$(dirname "$0")/tap.inc"

if [ ! -x "$BUILD/origin" ] ||
    ! "$BUILD/sequential" --list | grep -qw fetch; then
    skip "downloads" "fetch or its server is not built here"
    finish
fi
read -ra strategies <<< "$(paste -sd ' ' "$BUILD/strategies")"
# ThreadSanitizer and libgomp do not know each other.
if [[ $BUILD = *thread* ]]; then
    read -ra strategies <<< "$(printf '%s\n' "${strategies[@]}" |
        grep -vx openmp | paste -sd ' ')"
fi

# Runs it; the JSON object is in `json`, the exit status in `status`.
fetch() { # STRATEGY OPTIONS...
    local strategy=$1
    shift
    status=0
    json=$(timeout -k 5 60 "$BUILD/$strategy" fetch --json "$@" \
        2> "$scratch/err") || status=$?
}

field() { # JQ-EXPRESSION
    jq -r "$1" <<< "$json" 2> "$scratch/jq"
}

# Whether it ran, or said that it cannot.
ran() { # NAME
    if [ "$status" -eq 77 ]; then
        skip "$1" "$(head -n 1 "$scratch/err")"
        return 1
    fi
    if [ "$status" -ne 0 ]; then
        fail "$1" "exit status $status"$'\n'"$(cat "$scratch/err")"$'\n'"$json"
        return 1
    fi
}

# Every strategy comes to the digest that the first one did, and to these
# figures.
everywhere() { # NAME FIGURES OPTIONS...
    local name=$1 figures=$2 digest='' strategy
    shift 2
    for strategy in "${strategies[@]}" libcurl_multi; do
        if [ ! -x "$BUILD/$strategy" ]; then
            skip "$name: $strategy" "not built here"
            continue
        fi
        fetch "$strategy" --workers 4 "$@"
        ran "$name: $strategy" || continue
        digest=${digest:-$(field .digest)}
        is "$name: $strategy" "$(field '"\(.digest) \(.came) \(.not_found)" +
            " \(.gave_up) \(.stalled) \(.broken) \(.requests)"')" \
            "$digest $figures"
    done
}

# The figures that the server foretells for so many items and two retries:
# came, not found, gave up, stalled, broken, requests.
foretold() { # ITEMS SERVER'S-OPTIONS...
    local items=$1
    shift
    "$BUILD/origin" --fates "$items" "$@" | awk '
        { last = 2
          while (last < 4 && $last == "unavailable") last++
          requests += last - 1
          count[$last]++ }
        END { print count["ok"] + 0, count["missing"] + 0,
              count["unavailable"] + 0, count["stall"] + 0,
              count["malformed"] + count["endless"] + count["cut"],
              requests }'
}

# ---------------------------------------------------------------- outcomes

fates=(--missing 20 --unavailable 50)
everywhere "missing and unavailable" "$(foretold 40 "${fates[@]}")" \
    --items 40 --latency 2ms --backoff 1ms --retries 2 "${fates[@]}"
fates=(--stall 5 --malformed 10 --endless 10 --cut 10)
everywhere "stalled and broken" "$(foretold 40 "${fates[@]}")" \
    --items 40 --latency 2ms --timeout 400ms --retries 2 "${fates[@]}"
fates=(--missing 10 --unavailable 20 --cut 10 --malformed 5)
everywhere "kept connections" "$(foretold 60 "${fates[@]}")" --items 60 \
    --latency 1ms --connections kept --backoff 1ms --retries 2 "${fates[@]}"

fetch sequential --items 6 --latency 2ms
one=$(field .digest)
fetch sequential --items 6 --latency 2ms --seed 2
ok "another seed, other flags" test "$(field .digest)" != "$one"
fetch sequential --items 6 --latency 2ms --seed 2 --expect "$one"
is "the wrong digest is refused" "$status" 1
fetch event_loop --items 6 --latency 3s --timeout 50ms
is "an answer later than the deadline never comes" \
    "$(field '"\(.stalled) \(.came)"')" "6 0"
fetch uring --items 6 --latency 3s --timeout 50ms
if ran "the same under uring"; then
    is "the same under uring" "$(field .stalled)" 6
fi

# ------------------------------------------------- what the server counted

# In flight, and under way at once by the server's count.
together() { # WANTED STRATEGY OPTIONS...
    local wanted=$1
    shift
    fetch "$@" --items 40 --latency 100ms
    ran "$*: requests at once" &&
        is "$*: requests at once" "$(field .peak_requests)" "$wanted"
}
together 1 sequential
together 5 threads --workers 5
together 5 gil --workers 5
together 5 pool --workers 5
together 5 processes --workers 5
together 40 event_loop
together 7 event_loop --inflight 7
together 7 uring --inflight 7
together 7 coroutines --inflight 7

for strategy in threads event_loop uring; do
    fetch $strategy --workers 4 --items 50 --latency 1ms
    ran "$strategy, fresh connections" &&
        is "$strategy: a fresh connection for each request" \
            "$(field .opened_connections)" 50
done
for strategy in threads pool processes process_pool event_loop hybrid uring; do
    limit=(--workers 4)
    case $strategy in event_loop | hybrid | uring)
        limit+=(--inflight 4) ;;
    esac
    fetch $strategy "${limit[@]}" --items 50 --latency 1ms --connections kept
    ran "$strategy, kept connections" &&
        is "$strategy: no more kept connections than items in flight" \
            "$(field '.opened_connections <= 4')" true
done

# ------------------------------------------------------------------- time

at_least() { # NAME MILLISECONDS
    ran "$1" && ok "$1" test "$(field .wall_ns)" -ge "$(($2 * 1000000))"
}
fetch sequential --items 10 --latency 20ms
at_least "ten flags one after the other take ten latencies" 200
fetch event_loop --items 10 --latency 20ms
at_least "all at once they take one" 20
fetch event_loop --items 2 --latency 1ms --bandwidth 40960
at_least "8 KiB at 40 KiB a second take the better part of 200 ms" 150
fetch event_loop --items 3 --latency 1ms --unavailable 100 --retries 3 \
    --backoff 20ms
at_least "pauses double" 140
is "and then it is given up" "$(field '"\(.gave_up) \(.requests)"')" "3 12"
fetch threads --workers 3 --items 3 --latency 1ms --stall 100 --timeout 150ms
at_least "a stalled peer is waited for until the deadline" 150

# ------------------------------------------------------------ descriptors

# A leak of one for each request would soon meet this limit.
few_descriptors() { # STRATEGY OPTIONS...
    (
        ulimit -n 64
        fetch "$@" --items 600 --latency 0ms --missing 10 --unavailable 10 \
            --backoff 1ms --cut 10 --malformed 10
        if ran "$*: no descriptor leaks"; then
            is "$*: no descriptor leaks" "$(field .ok)" true
        fi
        exit $((tap_failed > 0))
    )
    tap_count=$((tap_count + 1)) tap_failed=$((tap_failed + $?))
}
for how in fresh kept; do
    few_descriptors sequential --timeout 2s --connections $how
    few_descriptors threads --workers 8 --connections $how
    few_descriptors event_loop --inflight 8 --connections $how
    few_descriptors uring --inflight 8 --connections $how
done

# --------------------------------------------------- what keeps it from going

refused() { # NAME OPTIONS...
    local name=$1
    shift
    fetch sequential "$@"
    is "$name" "$status $(wc -l < "$scratch/err") $(wc -c <<< "$json")" "2 1 1"
}
refused "a flag of 100 bytes" --size 100
refused "more than all" --missing 60 --stall 60
refused "a bandwidth too small for the timeout" --bandwidth 1000 --timeout 5s
refused "a percentile below the median" --latency 20ms --p99 10ms

cp "$BUILD/sequential" "$scratch/sequential"
status=0
"$scratch/sequential" fetch > "$scratch/out" 2> "$scratch/err" || status=$?
is "without the server: status" "$status" 77
like "without the server: why" "$(cat "$scratch/err")" \
    '^sequential: cannot run here: .*origin server'

# The server is killed in the middle: no time for that, and no hanging.
"$BUILD/sequential" fetch --items 50 --latency 100ms \
    > "$scratch/out" 2> "$scratch/err" &
run=$!
server=''
for _ in $(seq 100); do
    server=$(pgrep -P "$run" -x origin) && break
    sleep 0.05
done
sleep 0.5
kill -KILL "$server"
status=0
wait "$run" || status=$?
is "the server is killed: status" "$status $(wc -c < "$scratch/out")" "1 0"
like "the server is killed: why" "$(cat "$scratch/err")" \
    '^sequential: fetch: (item|wrong answer)'

if [ -x "$BUILD/libcurl_multi" ]; then
    status=0
    "$BUILD/libcurl_multi" wait > "$scratch/out" 2> "$scratch/err" || status=$?
    is "libcurl_multi runs nothing else" "$status" 77
    is "and is no strategy" "$(grep -c libcurl "$BUILD/strategies")" 0
else
    skip "libcurl_multi runs nothing else" "not built here"
fi

# --------------------------------------------------------------- the bar

if command -v script > "$scratch/which"; then
    for strategy in pool process_pool event_loop; do
        script -qec "$BUILD/$strategy fetch --items 12 --latency 150ms \
            --workers 3 --progress" "$scratch/typed" \
            < /dev/null > "$scratch/out"
        like "$strategy --progress draws a bar" \
            "$(tr '\r' '\n' < "$scratch/out" | grep '^\[')" \
            '\[#* *\] [0-9]+/12 items'
    done
else
    skip "--progress draws a bar" "no script(1) here"
fi
fetch pool --progress
is "--progress without a terminal is silent" "$(wc -c < "$scratch/err")" 0

finish
