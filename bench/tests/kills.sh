#!/usr/bin/env bash
# kills.sh - a sweep that is killed at any moment loses nothing, counts nothing
# twice, and leaves nothing running.
# SPDX-License-Identifier: MIT
#
# Usage: [KILLS=N] bench/tests/kills.sh        prints TAP
#   KILLS   how many times a sweep is killed (default 40); from 1000 on, the
#           ledger is also cut at every byte, and two sweeps start at once 50
#           times
#
# The programs are real but for hyperfine, which is the oracle of oracle.inc, so
# that a sweep takes a fraction of a second. In every one of them a neighbour
# disturbs one block, so that blocks which are queued again are killed, too.
set -u
# shellcheck source=bench/tests/tap.inc
. "$(dirname "$0")/tap.inc"
# shellcheck source=bench/tests/oracle.inc
. "$(dirname "$0")/oracle.inc"

KILLS=${KILLS:-40}
BLOCKS=6

ok "the oracle and its build directory" \
    oracle_build "$scratch/o" sequential threads
o=$scratch/o
export ORACLE_NEIGHBOUR=16-18:40 # while the ledger has 16 to 18 lines

# sweep RESULTS OPTION... - the sweep proper, so that $! is its process.
sweep() {
    local results=$1
    shift
    PATH="$o/bin:$PATH" MANYWAYS_ROOT=$o/root exec "$o/build/sweep" run \
        --build "$o/build" --results "$results" --kernels law --blocks $BLOCKS \
        "$@"
}

# What a finished run comes to: its plan and the sequence of its samples.
outcome() { # RUN
    sed "s|$1|RUN|g" "$1/plan.tsv"
    jq -r '"\(.block) \(.position) \(.arm) \(.verdict)"' "$1/samples.jsonl"
}

# The run that `latest` names, or nothing.
latest() { # RESULTS
    [ -e "$1/latest/session.json" ] && readlink -f "$1/latest"
}

# ------------------------------------------------------- without a kill

(sweep "$scratch/whole" --seed 11) > "$scratch/said" 2> "$scratch/err"
is "a sweep that nobody disturbs ends well" "$?" 0
whole=$(latest "$scratch/whole")
outcome "$whole" > "$scratch/wanted"
is "it runs the disturbed block once more" \
    "$(jq -s 'map(.block) | max' "$whole/samples.jsonl")" $((BLOCKS + 1))
like "and says so" "$(cat "$scratch/err")" \
    "block 7 of 6 \\+ 1 again: foreign CPU"
is "the samples in which the neighbour was there carry the flag" "$(jq -r \
    '"\(.flags) \(.block)"' "$whole/samples.jsonl" | grep foreign | uniq -c |
    tr -s ' ')" ' 3 ["foreign"] 3'
# How long a sweep takes, and how much of that before its first sample.
since() { # MOMENT
    awk -v a="$1" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }'
}
started=$EPOCHREALTIME
(sweep "$scratch/again" --seed 11) > /dev/null 2>&1 &
until [ -s "$scratch/again/latest/samples.jsonl" ] || ! kill -0 $!; do
    sleep 0.005
done 2> /dev/null
early_s=$(since "$started")
wait $!
whole_s=$(since "$started")
outcome "$(latest "$scratch/again")" | cmp -s - "$scratch/wanted"
is "the same seed gives the same sequence" $? 0

# ------------------------------------------------------------- the kills

# Lines with an end are what counts as finished.
whole_lines() { # LEDGER
    [ -e "$1" ] && head -c "$(awk '{ n += length($0) + 1 }
        END { print n + 0 }' < <(head -n "$(wc -l < "$1")" "$1"))" "$1"
}

# A machine that was slow a minute ago may be fast now, and a kill that comes
# after the end kills nobody: the span grows a little with every kill and
# shrinks with every sweep that got away.
stretch() { # FACTOR
    read -r early_s whole_s < <(awk -v e="$early_s" -v w="$whole_s" -v f="$1" \
        'BEGIN { print e * f, w * f }')
}

kills=0 early=0 rounds=0 lost=0 different=0 doubled=0 orphans=0 failed=0
worst=''
RANDOM=$$
while [ $kills -lt "$KILLS" ]; do
    rounds=$((rounds + 1))
    results=$scratch/killed$rounds before=$kills
    : > "$scratch/kept"
    while :; do
        (sweep "$results" --seed 11 --resume) > /dev/null 2> "$scratch/err" &
        victim=$!
        # One kill in four while it starts up, the others while it measures.
        sleep "$(awk -v r=$RANDOM -v start=$((RANDOM % 4 == 0)) \
            -v early="$early_s" -v whole="$whole_s" 'BEGIN { r /= 32768
            printf "%.4f", start ? r * early : early + r * (whole - early) }')"
        [ $kills -ge "$KILLS" ] || kill -KILL $victim 2> /dev/null
        wait $victim 2> /dev/null
        status=$?
        # Whatever it left running holds .running open until it has ended.
        if [ -e "$results/.running" ] &&
            ! flock -w 5 "$results/.running" true; then
            orphans=$((orphans + 1))
        fi
        run=$(latest "$results")
        if [ -n "$run" ] && [ -e "$run/samples.jsonl" ]; then
            # What was whole before is there, byte for byte.
            if ! cmp -s -n "$(stat -c %s "$scratch/kept")" "$scratch/kept" \
                "$run/samples.jsonl"; then
                lost=$((lost + 1))
            fi
            whole_lines "$run/samples.jsonl" > "$scratch/kept"
        elif [ -s "$scratch/kept" ]; then
            lost=$((lost + 1))
        fi
        [ $status -eq 137 ] || break
        kills=$((kills + 1))
        stretch 1.02
        [ -s "$scratch/kept" ] || early=$((early + 1))
    done
    if [ "$status" -ne 0 ]; then
        failed=$((failed + 1))
        worst=$(cat "$scratch/err")
    fi
    [ $kills -gt $before ] || stretch 0.8
    twice=$(jq -r '"\(.block) \(.arm)"' "$run/samples.jsonl" | sort | uniq -d)
    [ -z "$twice" ] || doubled=$((doubled + 1))
    if ! outcome "$run" | cmp -s - "$scratch/wanted"; then
        different=$((different + 1))
        worst=$(outcome "$run" | diff - "$scratch/wanted" | head -n 10)
    fi
    rm -rf "$results"
done
echo "# $kills kills in $rounds sweeps, $early before the first sample"
is "$KILLS kills: every sweep came to its end" "$failed $worst" "0 $worst"
is "no sample that was finished is lost or changed" $lost 0
is "no arm has two samples in one block" $doubled 0
is "plan and sequence are those of a sweep that nobody killed" \
    "$different $worst" "0 $worst"
is "nothing is left running" $orphans 0

# ------------------------------------------------------------ torn writes

# The ledger is cut inside its last two lines; the sweep goes on.
size=$(stat -c %s "$whole/samples.jsonl")
tail_bytes=$(tail -n 2 "$whole/samples.jsonl" | wc -c)
last_bytes=$(tail -n 1 "$whole/samples.jsonl" | wc -c)
step=61
[ "$KILLS" -lt 1000 ] || step=1
cuts() {
    seq $((size - tail_bytes)) $step "$size"
    seq $((size - last_bytes - 2)) $((size - last_bytes + 2))
    seq $((size - 2)) "$size"
}
torn=0 cut_count=0
cp "$whole/samples.jsonl" "$scratch/ledger"
for at in $(cuts | sort -nu); do
    cut_count=$((cut_count + 1))
    head -c "$at" "$scratch/ledger" > "$whole/samples.jsonl"
    (sweep "$scratch/whole" --seed 11 --resume) > /dev/null 2> "$scratch/err"
    status=$?
    lines=$(head -c "$at" "$scratch/ledger" | wc -l)
    if [ $status -ne 0 ] || ! outcome "$whole" | cmp -s - "$scratch/wanted" ||
        ! cmp -s <(head -n "$lines" "$whole/samples.jsonl") \
            <(head -n "$lines" "$scratch/ledger"); then
        torn=$((torn + 1))
        worst="cut at $at: status $status: $(cat "$scratch/err")"
    fi
done
is "$cut_count ledgers cut short within their last two lines are mended" \
    "$torn" 0
[ $torn -eq 0 ] || echo "# $worst"

# --------------------------------------------------------------- two at once

rounds=10
[ "$KILLS" -lt 1000 ] || rounds=50
bad=0
for round in $(seq $rounds); do
    results=$scratch/both$round
    (sweep "$results" --seed 11 --resume) > /dev/null 2>&1 &
    first=$!
    (sweep "$results" --seed 11 --resume) > /dev/null 2>&1 &
    second=$!
    wait $first && wait $second &&
        [ "$(find "$results" -mindepth 1 -maxdepth 1 -type d | wc -l)" -eq 1 ] &&
        outcome "$(latest "$results")" | cmp -s - "$scratch/wanted" ||
        bad=$((bad + 1))
    rm -rf "$results"
done
is "of two that start at once, one waits: $rounds rounds" $bad 0

flock "$scratch/whole/.lock" sleep 60 &
sleeper=$!
while flock -n "$scratch/whole/.lock" true; do
    sleep 0.05
done
said=$( (sweep "$scratch/whole" --seed 11) 2>&1)
is "one that waits too long gives up" $? 1
like "and says whom it waits for" "$said" 'locked by process [0-9]+: another'
pkill -P $sleeper
wait $sleeper

# ----------------------------------------------------------- what changed

# resumed WHY SETTING... - a run is not taken up when that has changed.
begins_anew() { # TITLE MESSAGE ENVIRONMENT...
    local said
    said=$( (export "${@:3}" && sweep "$scratch/whole" --seed 11 --resume) 2>&1)
    like "$1" "$said" "resume: .*$2.* begins a new run"
}
cut -f 1-10 "$scratch/whole/latest/plan.tsv" > "$scratch/plan"
cp "$scratch/plan" "$scratch/whole/latest/plan.tsv"
begins_anew "a plan with other columns: a new run" \
    "plan.tsv: made by another version of the sweep:" ORACLE_START_MS=2
begins_anew "another hyperfine: a new run" "hyperfine changed" \
    ORACLE_VERSION="hyperfine 1.19.0"
echo >> "$o/build/threads"
begins_anew "another program: a new run" "program" ORACLE_START_MS=2

# ----------------------------------------------------------------- orphans

if ! command -v hyperfine > /dev/null; then
    skip "a program that is under way when the sweep is killed" "no hyperfine"
    finish
fi

# A strategy that leaves its number behind and does not end by itself, nor does
# its daemon.
mkdir "$scratch/slow"
cp "$o/build/sequential" "$o/build/sweep" "$scratch/slow"
printf 'sequential\nthreads\n' > "$scratch/slow/strategies"
cat > "$scratch/slow/threads" << SCRIPT
#!/bin/sh
[ "\$1" != --list ] || exec -a threads "$o/bin/threads" "\$@"
setsid sleep 300 &
echo \$! > $scratch/daemon
echo \$\$ > $scratch/program
exec sleep 300
SCRIPT
sed -i '1s/sh$/bash/' "$scratch/slow/threads"
chmod +x "$scratch/slow/threads"
ln -s hyperfine "$o/bin/threads"

slow_sweep() {
    exec "$scratch/slow/sweep" run --build "$scratch/slow" --kernels law \
        --results "$scratch/orphans" --blocks 1 "$@"
}
# Whether a process still runs: one that has ended may wait to be reaped.
# shellcheck disable=SC2317 # called through ok
lives() { # ID
    grep -q '^State:[[:space:]]*[RSDTtI]' "/proc/$1/status" 2> /dev/null
}
# shellcheck disable=SC2317 # called through ok
gone() { # WITHIN-SECONDS
    local i id
    for id in "$(cat "$scratch/program")" "$(cat "$scratch/daemon")"; do
        for ((i = 0; i < 20 * $1; i++)); do
            lives "$id" || continue 2
            sleep 0.05
        done
        echo "process $id lives"
        return 1
    done
}
# Kills the guard of the sweep that runs as EXECUTABLE.
kill_guard() { # EXECUTABLE
    local id
    for id in $(pgrep -x sweep-guard); do
        [ "$(readlink "/proc/$id/exe")" != "$1" ] || kill -KILL "$id"
    done
}
killed_with() { # WHAT-ELSE
    rm -f "$scratch/program" "$scratch/daemon"
    (slow_sweep --strategies threads) > /dev/null 2>&1 &
    victim=$!
    for _ in $(seq 200); do
        [ ! -s "$scratch/program" ] || break
        sleep 0.05
    done
    [ "$1" != guard ] || kill_guard "$scratch/slow/sweep"
    kill -KILL $victim
    wait $victim 2> /dev/null
}
killed_with sweep
ok "the guard ends what a killed sweep leaves running" gone 5
killed_with guard
ok "without a guard it lives on" lives "$(cat "$scratch/program")"
(slow_sweep --strategies sequential) > /dev/null 2> "$scratch/err"
is "the next sweep works" "$? $(grep -- -error "$scratch/err")" '0 '
ok "and has ended it" gone 1
(slow_sweep --strategies sequential --blocks 20) > "$scratch/said" 2>&1 &
victim=$!
until [ -s "$scratch/said" ] || ! lives $victim; do
    sleep 0.01
done
kill_guard "$scratch/slow/sweep"
wait $victim
is "a sweep whose guard is killed goes on" $? 0

finish
