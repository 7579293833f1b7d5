#!/usr/bin/env bash
# spawn.sh - child processes: right digests, kept deadlines, nothing left.
# SPDX-License-Identifier: MIT
#
# Every strategy runs items whose children hang, and reports what ended them.
# The digest of one item is made again by the openssl command in a shell.
# Whatever happens, no child stays: after a run, after a missed deadline, and
# when the program is killed.
set -u
# shellcheck source=bench/tests/tap.inc
. "$(dirname "$0")/tap.inc"

strategies=${STRATEGIES:-$(cat "$BUILD/strategies")}
strategies=${strategies//,/ }
sequential=$BUILD/sequential
threads=$BUILD/threads

if ! "$sequential" --list --json | grep -q '"kernel":"spawn"'; then
    skip "spawn" "left out of this build"
    finish
fi
if ! command -v openssl > "$scratch/which"; then
    skip "spawn" "no openssl command here"
    finish
fi

# Runs a program in a session of its own; its exit status, output and errors
# stand in status, out and err, and in left what of the session is still
# there. At most a minute and a half: what hangs has failed.
status=0 out='' err='' left=''
run() { # COMMAND...
    local session
    setsid timeout -k 5 90 "$@" > "$scratch/out" 2> "$scratch/err" &
    session=$!
    status=0
    wait "$session" || status=$?
    left=$(living "$session")
    out=$(cat "$scratch/out")
    err=$(cat "$scratch/err")
}

# Commands of a session's processes, but of dead ones that init has not yet
# noticed.
# shellcheck disable=SC2009
living() { # SID
    ps -o stat=,comm= -s "$1" | grep -v '^Z'
}

# Waits until none of them is left; fails after ten seconds.
# shellcheck disable=SC2317
gone() { # SID
    local tries
    for ((tries = 0; tries < 200; tries++)); do
        [ -n "$(living "$1")" ] || return 0
        sleep 0.05
    done
    living "$1"
    return 1
}

figures() { # NAME...: after run, of its JSON, in one line
    jq -r "[$(printf '.%s,' "$@" | sed 's/,$//')] | map(tostring) | join(\" \")" \
        <<< "$out"
}

# -------------------------------------------------------------- the digests

run "$sequential" spawn --items 3 --size 200000 --json
is "digests are those of libcrypto" "$status $(figures ok)" "0 true"

# What one item feeds, and under which key, is seen by openssl commands in
# front of the real one, which keep a copy.
mkdir "$scratch/bin"
cat > "$scratch/bin/openssl" <<'END'
#!/bin/sh
case $1 in
enc)
    echo "$*" > "$SPAWN_SEEN/arguments"
    tee "$SPAWN_SEEN/text" | "$SPAWN_OPENSSL" "$@"
    ;;
*) "$SPAWN_OPENSSL" "$@" | tee "$SPAWN_SEEN/digest" ;;
esac
END
chmod +x "$scratch/bin/openssl"
SPAWN_OPENSSL=$(command -v openssl) SPAWN_SEEN=$scratch \
    PATH="$scratch/bin:$PATH" run "$sequential" spawn --items 1 \
    --size 200000 --deadline 30s --json
is "the command is found along PATH" "$status $err" "0 "
is "an item feeds as many bytes as it says" \
    "$(wc -c < "$scratch/text")" 200000
# shellcheck disable=SC2046  # the arguments are words
openssl $(cat "$scratch/arguments") -in "$scratch/text" |
    openssl dgst -sha256 -binary > "$scratch/again"
ok "and gets the digest that a shell's pipe gives" \
    cmp "$scratch/digest" "$scratch/again"

# A command that garbles, one that fails, one that says nothing.
instead() { # NAME SCRIPT DEADLINE REASON
    printf '#!/bin/sh\n%s\n' "$2" > "$scratch/bin/openssl"
    PATH="$scratch/bin:$PATH" run "$threads" spawn --items 4 --size 200000 \
        --workers 2 --deadline "$3"
    is "$1: exit status 1, no time, nothing left" "$status$out$left" 1
    like "$1: says why" "$err" "^threads: spawn: $4"
}
instead "a wrong digest" 'cat > /dev/null; printf %032d 0' 20s \
    'wrong answer: item 0: not libcrypto'
instead "a digest too long" 'cat > /dev/null; printf %064d 0' 20s \
    'item [0-9] failed: Input/output error'
instead "a child that fails" 'cat > /dev/null; printf %032d 0; exit 3' 20s \
    'item [0-9] failed: Input/output error'
instead "a child that does not read" 'exit 0' 20s 'item [0-9] failed: Broken pipe'
instead "a child that is late" 'exec sleep 5' 300ms \
    'item [0-9] failed: not done by its deadline'

is "without openssl it cannot run" "$(
    PATH=$scratch "$threads" spawn 2>&1
    echo $?
)" $'threads: cannot run here: no program openssl along PATH\n77'
# Pipes then get the numbers of the descriptors that children are given.
is "with standard input and output closed, only the report fails" "$("$threads" \
    spawn --items 2 --hang 2 --deadline 500ms 2>&1 <&- >&-)" \
    'threads: standard output: Bad file descriptor'
# ----------------------------------------------------------------- hanging

run "$sequential" spawn --items 8 --hang 4 --deadline 1s --grace 500ms --json
digest=$(figures digest)
is "sequential: one child hung to each signal" \
    "$status $(figures hung ended_by_sigterm ended_by_sigkill)" "0 2 1 1"
ok "sequential: each took its deadline, one its grace" \
    test "$(figures wall_ns)" -ge 2500000000
for strategy in $strategies; do
    run "$BUILD/$strategy" spawn --items 8 --hang 4 --deadline 1s \
        --grace 500ms --workers 4 --expect "$digest" --json
    if [ "$status" -eq 77 ]; then
        skip "$strategy: children that hang" "$err"
        continue
    fi
    is "$strategy: children that hang are ended by signals 15 and 9" \
        "$status $err $(figures hung ended_by_sigterm ended_by_sigkill)" \
        "0  2 1 1"
    is "$strategy: no zombie, no descriptor and no process is left" \
        "$(figures zombies leaked_descriptors) $left" "0 0 "
done

run "$threads" spawn --items 8 --hang 4 --deadline 300ms --workers 4
like "the note reports like the book's -15" "$out" \
    '2 of 8 children hung: 1 ended at status -15, 1 at -9'

# SIGTERM ignored by the program that starts them all is not inherited.
run env --ignore-signal=TERM --ignore-signal=PIPE "$threads" spawn --items 4 \
    --hang 4 --deadline 500ms --json
is "children hear SIGTERM even if this program's parent did not" \
    "$status $(figures ended_by_sigterm)" "0 1"

# ------------------------------------------------------ through a file

run "$sequential" spawn --items 4 --size 200000 --deadline 20s --json
digest=$(figures digest)
for strategy in $strategies; do
    run "$BUILD/$strategy" spawn --between file --items 4 --size 200000 \
        --deadline 20s --workers 2 --expect "$digest" --json
    if [ "$status" -eq 77 ]; then
        skip "$strategy: staged through a file" "$err"
        continue
    fi
    is "$strategy: staged through a file the digests are the same" \
        "$status $err $(figures zombies leaked_descriptors) $left" "0  0 0 "
done
run "$threads" spawn --between file --items 8 --hang 4 --deadline 1s \
    --workers 4 --json
is "staged: children that hang are ended" "$status $(figures hung \
    ended_by_sigterm ended_by_sigkill zombies leaked_descriptors)" "0 2 1 1 0 0"

# ------------------------------------------------------------------ killed

for strategy in $strategies; do
    setsid "$BUILD/$strategy" spawn --items 8 --hang 2 --deadline 60s \
        --workers 8 > "$scratch/out" 2> "$scratch/err" &
    job=$! there=0
    for ((tries = 0; tries < 200 && there < 2; tries++)); do
        sleep 0.05
        there=$(living "$job" | grep -c openssl)
        kill -0 "$job" 2> "$scratch/kill" || break
    done
    kill -KILL "$job" 2> "$scratch/kill"
    status=0
    wait "$job" 2> "$scratch/wait" || status=$?
    if [ "$status" -eq 77 ]; then
        skip "$strategy: killed" "$(cat "$scratch/err")"
        continue
    fi
    ok "$strategy: children hang" test "$there" -ge 2
    ok "$strategy: killed, it leaves no child" gone "$job"
done

# --------------------------------------------------------------- sleeping

run "$sequential" spawn --mode sleep --json
is "ten children sleep" "$status $(figures items size zombies)" "0 10 100 0"
ok "one after the other" test "$(figures wall_ns)" -ge 1000000000
alone=$(figures wall_ns)
for strategy in threads event_loop uring; do
    [ -x "$BUILD/$strategy" ] || continue
    run "$BUILD/$strategy" spawn --mode sleep --workers 10 --json
    [ "$status" -ne 77 ] || continue
    ok "$strategy: or at the same time" \
        test "$status $(($(figures wall_ns) < alone))" = "0 1"
done

# How one waits changes nothing but what is done meanwhile.
for strategy in $strategies; do
    for how in poll nap work; do
        run "$BUILD/$strategy" spawn --mode sleep --items 3 --size 60 \
            --wait $how --workers 3 --json
        [ "$status" -ne 77 ] || continue
        is "$strategy: children awaited by --wait $how leave nothing" \
            "$status $err $(figures zombies leaked_descriptors) $left" "0  0 0 "
    done
done
run "$sequential" spawn --mode sleep --items 2 --size 200 --json
is "--wait block never asks, and works nothing" \
    "$(figures polls worked_steps)" "0 0"
run "$sequential" spawn --mode sleep --items 2 --size 200 --wait nap --json
naps=$(figures polls)
ok "--wait nap asks every 10 ms ($naps times)" test "$naps" -ge 2 -a \
    "$((naps * 10000000))" -le "$(figures wall_ns)"
run "$sequential" spawn --mode sleep --items 2 --size 200 --wait poll --json
ok "--wait poll asks all the time" test "$(figures polls)" -gt "$naps"
is "and works nothing" "$(figures worked_steps)" 0
run "$sequential" spawn --mode sleep --items 2 --size 200 --wait work --json
ok "--wait work works between two looks" test "$(figures worked_steps)" -eq \
    "$(($(figures polls) * 16384))" -a "$(figures worked_steps)" -gt 0

# --------------------------------------------------------------- mistakes

# Below the size of a pipe all is well; one byte above, it hangs.
run "$threads" spawn --wrong waits-first --items 2 --size 65536 --deadline 20s \
    --json
is "waits-first: well up to a pipe's size" "$status $(figures lost timed_out)" \
    "0 0 0"
run "$threads" spawn --wrong waits-first --items 2 --size 65537 \
    --deadline 500ms --json
is "waits-first: hangs from 65,537 bytes on" \
    "$status $(figures lost timed_out zombies leaked_descriptors)" "0 2 2 0 0"
run "$threads" spawn --wrong waits-first --between file --items 2 \
    --size 1000000 --deadline 20s --json
is "waits-first: with a file it does not hang" \
    "$status $(figures lost timed_out zombies leaked_descriptors)" "0 0 0 0 0"
run "$threads" spawn --wrong waits-first --items 2 --fill just --deadline 20s \
    --json
full=$(figures size)
is "--fill just: what a pipe holds is no trouble" \
    "$status $(figures lost timed_out)" "0 0 0"
run "$threads" spawn --wrong waits-first --items 2 --fill over \
    --deadline 500ms --json
is "--fill over: one byte over is" "$status $(figures size lost timed_out)" \
    "0 $((full + 1)) 2 2"
run "$threads" spawn --items 2 --fill over --deadline 20s --json
is "the right way takes it, and loses nothing" \
    "$status $(figures size lost)" "0 $((full + 1)) 0"
run "$threads" spawn --wrong keeps-open --items 2 --deadline 500ms --json
is "keeps-open: the pipe never ends" \
    "$status $(figures lost timed_out zombies leaked_descriptors)" "0 2 2 0 0"
run "$threads" spawn --wrong reads-too --items 20 --size 10 --deadline 20s \
    --json
is "reads-too: nothing hangs" \
    "$status $(figures timed_out zombies leaked_descriptors)" "0 0 0 0"
ok "reads-too: but digests are lost" test "$(figures lost)" -gt 0

for refused in '--wait poll' '--mode sleep --between file' \
    '--between file --wrong keeps-open' '--between file --wrong reads-too' \
    '--mode sleep --hang 2' '--mode sleep --wrong keeps-open' \
    '--hang 2 --wrong keeps-open' '--mode sleep --size 10001' \
    '--fill just --size 9' '--mode sleep --fill over' '--fill all'; do
    # shellcheck disable=SC2086  # several words
    run "$threads" spawn $refused
    is "refused: $refused" "$status $(wc -l <<< "$err")" "2 1"
done

finish
