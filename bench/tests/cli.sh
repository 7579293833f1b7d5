#!/usr/bin/env bash
# cli.sh - the command line: what is accepted, refused, printed and written.
# SPDX-License-Identifier: MIT
#
# The promises: exit status 0 right, 1 wrong or failed, 2 usage, 77 cannot
# run here; an error is one line `<strategy>: <what>: <why>` on stderr and
# nothing on stdout; a wrong answer never gets a time.
set -u
# shellcheck source=bench/tests/tap.inc
. "$(dirname "$0")/tap.inc"

strategies=$(cat "$BUILD/strategies")
kernels=$("$BUILD/sequential" --list --json | jq -r 'select(.kernel).kernel')
threads=$BUILD/threads
cores=$("$BUILD/sequential" --topology | tr ',' '\n' | wc -l)

# Runs a program; its exit status, output and errors stand in status, out
# and err. At most a minute: what hangs has failed.
status=0 out='' err=''
run() { # COMMAND...
    status=0
    timeout -k 5 60 "$@" > "$scratch/out" 2> "$scratch/err" || status=$?
    out=$(cat "$scratch/out")
    err=$(cat "$scratch/err")
}

# After run: the status is one of those allowed, and stderr holds one line
# in the agreed form.
one_line_error() { # NAME PROGRAM STATUS...
    local name=$1 program=$2 allowed
    shift 2
    allowed=" $* "
    if [[ $allowed == *" $status "* ]] && [ -z "$out" ] &&
        [ "$(wc -l < "$scratch/err")" -eq 1 ] &&
        [[ $err =~ ^"$program: ".*[^\ ].* ]]; then
        pass "$name"
    else
        fail "$name" "status $status, wanted one of$allowed
stdout: $out
stderr: $err"
    fi
}

refused() { # ARGUMENTS...: usage, by any strategy
    run "$threads" "$@"
    one_line_error "refused: '$*'" threads 2
}

# ------------------------------------------------------------- bad input

refused
refused nope
refused ''
refused gcd hash
refused gcd 4
refused gcd -- hash
refused --nope gcd
refused gcd -x
refused gcd --workers
refused gcd -w
refused gcd --log
refused gcd --json=1
refused gcd --s 4 # --size or --seed?
refused gcd --mode lines
refused gcd --cutoff 4
refused gcd --switch-interval 1ms
refused gcd --inflight 4
refused files --mode nope
refused files --mode ''
refused gcd --topology=sideways
refused gcd --cores "$((cores + 1))"
refused gcd --attach 3
for digest in '' 0 12 0123456789abcde 0123456789abcdef0 0x23456789abcdef \
    0123456789abcdeg; do
    refused gcd --expect "$digest"
done
for option in workers cores items size rounds seed; do
    for value in '' ' ' -1 +1 1x x 0x10 1e3 1.5 ' 1' '1 ' 1,000 nan \
        18446744073709551615 18446744073709551616 \
        -18446744073709551615 99999999999999999999999999; do
        refused hash "--$option" "$value"
    done
done
for option in workers cores items size rounds; do
    refused hash "--$option" 0
done
refused wait --size 18446744073709551615
refused null --items 134217728 --rounds 18446744073709551615

run "$BUILD/gil" gcd --switch-interval 0ms
one_line_error "refused: gil --switch-interval 0ms" gil 2
for value in '' 5 ms -1ms 1h 1e3s 99999999999999999999s; do
    run "$BUILD/gil" gcd --switch-interval "$value"
    one_line_error "refused: gil --switch-interval '$value'" gil 2
done
for strategy in $strategies; do
    run "$BUILD/$strategy" gcd --items 0
    one_line_error "$strategy refuses --items 0" "$strategy" 2
    run "$BUILD/$strategy" nope
    one_line_error "$strategy refuses an unknown kernel" "$strategy" 2
done
run "$BUILD/subprocess" gcd --attach 0
one_line_error "subprocess refuses to attach to nothing" subprocess 1 2

# A thread sets aside addresses for a stack of the size that the limit says, and
# uses little of it.
if grep -q fsanitize "$BUILD/flags"; then
    skip "what a thread takes" "sanitizers take more"
else
    is "what a thread takes: its stack's addresses, and little memory" \
        "$(ulimit -Ss 2000 && "$threads" wait --items 100 --workers 100 \
            --size 20 --json | jq '.item_address_bytes / 1024 |
                . >= 2000 and . < 4000')" true
    is "and coroutines" "$("$BUILD/event_loop" wait --items 1000 --size 20 \
        --json | jq '.item_address_bytes < 100000')" true
fi

# A size that is not refused may still be too large for the memory. Sanitizers
# want terabytes of address space for themselves.
little=(bash -c 'ulimit -v 1000000; exec "$@"' little "$threads")
if "${little[@]}" --version > "$scratch/v" 2>&1; then
    run "${little[@]}" triad --items 16777216 --size 268435456 --workers 2
    one_line_error "more memory than there is" threads 1 2
else
    skip "more memory than there is" "cannot run with little memory here"
fi

# ------------------------------------------------------- what cannot be had

for option in log trace; do
    for file in "$scratch/none/such" "$scratch" ''; do
        run "$threads" gcd --items 4 --size 100 "--$option" "$file"
        one_line_error "--$option '${file##*/}' cannot be written" threads 1 2
    done
    run "$threads" gcd --items 4 --size 100 "--$option" /dev/full
    one_line_error "--$option on a full disk" threads 1
done
status=0
"$threads" gcd --items 4 --size 100 --json > /dev/full 2> "$scratch/err" ||
    status=$?
is "a full disk under stdout is exit status 1" "$status" 1

# A user who may have few processes: root becomes one, others limit
# themselves.
if [ "$(id -u)" -eq 0 ]; then
    limited=(setpriv --reuid=54321 --regid=54321 --clear-groups
        prlimit --nproc=60)
else
    limited=(prlimit --nproc=1)
fi
for strategy in $strategies; do
    name="$strategy: more workers than can be started"
    if ! "${limited[@]}" "$BUILD/$strategy" --version > "$scratch/v" 2>&1; then
        skip "$name" "cannot run with few processes here"
        continue
    fi
    # Without a shell in between, which would need a process itself.
    status=0
    "${limited[@]}" "$BUILD/$strategy" null --items 1000 --workers 200000 \
        > "$scratch/out" 2> "$scratch/err" || status=$?
    out=$(cat "$scratch/out")
    err=$(cat "$scratch/err")
    if "$BUILD/$strategy" --list --json | head -n 1 | jq -e .one_worker \
        > /dev/null; then
        is "$name (it has one)" "$status" 0
    else
        one_line_error "$name" "$strategy" 1 2
    fi
done

# ---------------------------------------------------------- what is accepted

accepted() { # WORKERS-EXPECTED ARGUMENTS...
    local workers=$1
    shift
    run "$threads" "$@" --json
    is "accepted: '$*'" "$status $(jq -r .workers <<< "$out") $err" \
        "0 $workers "
}
accepted 2 gcd --items 4 --size 100 --workers 2
accepted 2 gcd --items=4 --size=100 --workers=2
accepted 2 gcd -i4 -s100 -w2
accepted 2 -w 2 -i 4 -s 100 gcd
accepted 2 gcd -i 4 -s 100 -w 7 --workers 2
accepted 2 gcd --it 4 --si 100 --work 2
accepted 7 gcd --items 4 --size 100 --workers 7
accepted 7 gcd --items 4 --size 100 --workers 007 --cores 1
is "--seed changes what is computed" \
    "$(for seed in 1 2 1; do
        "$threads" hash --items 4 --size 100 --seed $seed --json |
            jq -r .digest
    done | awk '{ d[NR] = $0 } END { print d[1] == d[3], d[1] == d[2] }')" "1 0"

# -------------------------------------------------------------------- JSON

# shellcheck disable=SC2016
fields='
def whole: type == "number" and . == floor and . >= 0;
def text: type == "string" and length > 0;
(.schema | whole) and .strategy == $strategy and (.kernel | text) and
(.items | whole) and (.rounds | whole) and (.size | whole) and
(.seed | whole) and .workers == $workers and (.cores | whole) and
.cores >= 1 and (.inflight | whole) and .inflight >= 1 and
(.digest | type == "string" and test("^[0-9a-f]{16}$")) and
(.options | type) == "object" and
(.host | text) and
(.started_at | test("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z$"))'
# shellcheck disable=SC2016
times='
def whole: type == "number" and . == floor and . >= 0;
.ok == true and (.wall_ns | whole) and .wall_ns > 0 and
(.setup_ns | whole) and (.user_ns | whole) and (.sys_ns | whole) and
(.max_rss_bytes | whole) and .max_rss_bytes > 100000 and
(.item_bytes | whole) and (.item_address_bytes | whole) and
(.voluntary_switches | whole) and
(.involuntary_switches | whole) and
(.worker_busy_ns | type == "array" and length == $workers and all(whole)) and
(has("error") | not)'
timeless='.ok == false and (.error | type == "string" and length > 0) and
([keys[] | select(endswith("_ns"))] | length == 0)'

for strategy in $strategies; do
    workers=3
    "$BUILD/$strategy" --list --json | head -n 1 | jq -e .one_worker \
        > /dev/null && workers=1
    run "$BUILD/$strategy" gcd --items 5 --size 100 --workers 3 --json \
        --log "$scratch/one.log"
    if [ "$status" -eq 77 ]; then
        skip "$strategy: JSON" "$err"
        continue
    fi
    ok "$strategy: JSON is complete" jq -e --arg strategy "$strategy" \
        --argjson workers "$workers" "$fields and $times" "$scratch/out"
    is "$strategy: --log has the same object" "$(cat "$scratch/one.log")" \
        "$out"
    rm -f "$scratch/one.log"
    is "$strategy: nothing on stderr" "$err" ''
    digest=$(jq -r .digest "$scratch/out")
    run "$BUILD/$strategy" gcd --items 5 --size 100 --expect "${digest^^}"
    is "$strategy: the expected digest" "$status" 0
    run "$BUILD/$strategy" gcd --items 5 --size 100 --expect 0123456789abcdef
    one_line_error "$strategy: another digest is wrong, without a time" \
        "$strategy" 1
    like "$strategy: and both are named" "$err" "$digest.*0123456789abcdef"
    run "$BUILD/$strategy" gcd --items 5 --size 100 --workers 3 --json \
        --expect 0123456789abcdef
    ok "$strategy: nor has its JSON a time" jq -e --arg strategy "$strategy" \
        --argjson workers "$workers" "$fields and $timeless" "$scratch/out"
    is "$strategy: wrong is exit status 1" "$status" 1
done
run "$threads" minimize --items 5 --size 100 --workers 3 --json \
    --expect 0123456789abcdef
ok "nor do a kernel's own figures tell one" jq -e --arg strategy threads \
    --argjson workers 3 "$fields and $timeless" "$scratch/out"
run "$threads" gcd --items 5 --size 100
like "a run for people tells digest and time" "$out" 'digest [0-9a-f]{16}.*wall'

# ----------------------------------------------------------------- the log

# Many at once, appending to the same file: one whole line for each.
for round in 1 2 3; do
    for strategy in $strategies; do
        "$BUILD/$strategy" null --items 50 --workers 2 --seed $round \
            --log "$scratch/log" > "$scratch/out" 2>&1 &
    done
    wait
done
is "concurrent runs append a line each" "$(wc -l < "$scratch/log")" \
    "$((3 * $(wc -w <<< "$strategies")))"
is "and no line is mixed with another" \
    "$(jq -r '"\(.strategy) \(.seed)"' "$scratch/log" 2>&1 | sort)" \
    "$(for round in 1 2 3; do
        for strategy in $strategies; do echo "$strategy $round"; done
    done | sort)"
run "$threads" gcd --items 4 --size 100 --expect 0123456789abcdef \
    --log "$scratch/wrong.log"
ok "a wrong run is logged without a time" jq -e "$timeless" \
    "$scratch/wrong.log"

# --------------------------------------------------- list, topology, version

run "$threads" --list
listed=$out
is "--list ends well" "$status $err" "0 "
for name in $kernels $strategies; do
    like "--list names $name" "$listed" "(^|[[:space:]])$name([[:space:]]|\$)"
done
for file in kernels/*.c; do
    name=${file##*/}
    name=${name%.c}
    # One with a sidecar may have been left out for want of a library.
    if [[ " ${kernels//$'\n'/ } " != *" $name "* ]] &&
        [ ! -e "${file%.c}.mk" ]; then
        fail "$name is missing from --list"
    fi
done
run "$threads" --list --json
ok "--list --json describes the strategy" jq -se '.[0] |
    .strategy == "threads" and (.summary | length > 0) and
    .one_worker == false and (.for_waiting | type) == "boolean"' "$scratch/out"
ok "--list --json describes each kernel" jq -se '.[1:] | length > 0 and all(
    (.kernel | length > 0) and (.summary | length > 0) and
    (.bound | IN("none", "cpu", "memory", "shared", "io")) and
    .items > 0 and .size >= 0 and .rounds > 0 and
    (.quick | type == "string") and (.small | length > 0))' "$scratch/out"
"$threads" --list | head -n 1 > "$scratch/out" 2> "$scratch/err"
is "a reader that has seen enough is no error" "$(cat "$scratch/err")" ''

fixture() { # FILE ORDER...
    HWLOC_XMLFILE=bench/tests/fixtures/$1 "$threads" "$2"
}
is "--topology of a machine in HWLOC_XMLFILE" \
    "$(fixture fast_first.xml --topology)" 0,2,4,6,8,10,1,3
is "--topology takes fast cores first" \
    "$(fixture slow_first.xml --topology)" 4,5,0,1,2,3
is "--topology=scatter alternates packages" \
    "$(HWLOC_SYNTHETIC='package:2 core:2 pu:1' "$threads" --topology=scatter)" \
    0,2,1,3
is "--topology=compact fills one first" \
    "$(HWLOC_SYNTHETIC='package:2 core:2 pu:1' "$threads" --topology=compact)" \
    0,1,2,3
like "--topology of this machine" "$("$threads" --topology)" '^[0-9]+(,[0-9]+)*$'
like "--version" "$("$threads" --version)" '^threads \(manyways\) [^ ]+$'

# -------------------------------------------------------------------- help

# The options that a source file declares for its users.
declared() { # FILE
    tr '\n' ' ' < "$1" | grep -o '{ *\.name = "[a-z-]*"[^}]*' |
        grep -v 'hidden = true' | sed 's/{ *\.name = "\([a-z-]*\)".*/\1/'
    ! grep -q CREW_OPTION "$1" || echo inflight
    ! grep -q INTERPRETER_OPTION "$1" || echo switch-interval
}
common="workers cores items size rounds seed expect json log trace progress
    list topology version help"
for strategy in $strategies; do
    run "$BUILD/$strategy" --help
    missing=''
    for option in $common $(declared "bench/$strategy.c"); do
        [[ $out =~ --${option}[[:space:]] ]] || missing+=" --$option"
    done
    is "$strategy --help tells all options" "$status$missing$err" 0
    [[ $out != *--attach* && $out != *--part* ]] ||
        fail "$strategy --help shows internal options"
done
for kernel in $kernels; do
    run "$threads" "$kernel" --help
    missing=''
    for option in $(declared "kernels/$kernel.c"); do
        [[ $out =~ --${option}[[:space:]] ]] || missing+=" --$option"
    done
    is "$kernel --help tells all options" "$status$missing$err" 0
done
for strategy in $strategies; do
    "$BUILD/$strategy" files --items 2 --size 10 --json > "$scratch/out"
    is "$strategy: the JSON has all declared options" \
        "$(jq -r '.options | keys[]' "$scratch/out")" \
        "$({ declared "bench/$strategy.c"; declared kernels/files.c; } | sort)"
done

# ------------------------------------------------- children and their ends

# Waits until no process of session SID is left but dead ones that init has
# not yet noticed; fails after a while.
# shellcheck disable=SC2009,SC2317
session_gone() { # SID
    local tries
    for ((tries = 0; tries < 200; tries++)); do
        ps -o stat= -s "$1" | grep -qv '^Z' || return 0
        sleep 0.05
    done
    ps -o pid,stat,args -s "$1"
    return 1
}

# Starts a command in a session of its own; its id, which is also the
# process id of the command, stands in session.
in_session() { # COMMAND...
    # exec keeps the process, and with it the session's id. A shell makes
    # what runs beside it deaf to SIGINT; env undoes that.
    # shellcheck disable=SC2016
    setsid env --default-signal=INT bash -c 'echo $$ > "$0"; exec "$@"' "$scratch/sid" "$@" \
        > "$scratch/out" 2> "$scratch/err" &
    job=$!
    until [ -s "$scratch/sid" ]; do sleep 0.01; done
    session=$(cat "$scratch/sid")
    rm -f "$scratch/sid"
}

if [[ " ${strategies//$'\n'/ } " == *" subprocess "* ]]; then
    run "$BUILD/subprocess" null --items 10 --workers 3 --chatter 5000000
    is "subprocess: children that print 5 MB each do not block" "$status" 0

    started=$SECONDS
    in_session "$BUILD/subprocess" wait --items 2 --size 5000 --workers 2 \
        --end-after 100ms
    status=0
    wait "$job" || status=$?
    out=$(cat "$scratch/out") err=$(cat "$scratch/err")
    one_line_error "subprocess: a late child is ended" subprocess 1
    ok "subprocess: and that long before it would have" \
        test $((SECONDS - started)) -lt 4
    ok "subprocess: no child is left" session_gone "$session"
fi
for strategy in $strategies; do
    for signal in INT TERM KILL; do
        in_session "$BUILD/$strategy" wait --items 3 --size 30000 --workers 3
        sleep 0.1
        kill -s "$signal" "$session"
        wait "$job" 2> "$scratch/err"
        ok "$strategy: SIG$signal leaves no process" session_gone "$session"
    done
done

# ---------------------------------------------------------------- counters

lost() { # KERNEL ARGUMENTS...
    "$threads" "$@" --json | jq .lost
}
if [ "$cores" -lt 2 ]; then
    skip "counter_racy loses increments" "only one core"
else
    for ((try = 0; try < 10; try++)); do
        [ "$(lost counter_racy --workers 2)" -eq 0 ] || break
    done
    ok "counter_racy loses increments" test "$try" -lt 10
fi
is "one worker loses none" "$(lost counter_racy --workers 1)" 0
racing_under_gil() { # ARGUMENTS...
    "$BUILD/gil" counter_racy --workers 2 --switch-interval 1ms "$@" --json |
        jq .lost
}
is "gil: no worker is stopped between load and store" \
    "$(for ((try = 0; try < 5; try++)); do racing_under_gil; done | sort -u)" 0
for ((try = 0; try < 10; try++)); do
    [ "$(racing_under_gil --checkpoint 1)" -eq 0 ] || break
done
ok "gil: but where it may change hands there, increments are lost" \
    test "$try" -lt 10
for kernel in $kernels; do
    case $kernel in
    counter_racy) ;;
    counter_*)
        is "$kernel never loses one" \
            "$(for ((try = 0; try < 20; try++)); do
                lost "$kernel" --items 8 --size 5000 --workers 4
            done | sort -u)" 0
        ;;
    esac
done

# ---------------------------------------------------------- guards of stacks

# Kernels before 6.13 know no guard marks: every guard is a mapping, of which
# there are 65,530. strace plays such a kernel.
if [ "$BUILD" != build ] || ! command -v strace > "$scratch/which"; then
    skip "many stacks without guard marks" "needs the plain build and strace"
else
    for strategy in event_loop hybrid; do
        ok "$strategy: 100000 stacks where every guard is a mapping" \
            timeout -k 5 60 strace -f -qq -o "$scratch/trace" \
            -e trace=madvise -e inject=madvise:error=EINVAL \
            "$BUILD/$strategy" null --items 100000 --workers 2
    done
fi

# A kernel, or a container's filter, that refuses io_uring.
for refusal in ENOSYS EPERM; do
    name="uring where the kernel says $refusal"
    if [ "$BUILD" != build ] || [ ! -x "$BUILD/uring" ] ||
        ! command -v strace > "$scratch/which"; then
        skip "$name" "needs the plain build, liburing and strace"
        continue
    fi
    run strace -qq -o "$scratch/strace" -e trace=io_uring_setup \
        -e inject=io_uring_setup:error=$refusal "$BUILD/uring" wait
    one_line_error "$name: exit status 77 and the reason" uring 77
    like "$name: names it" "$err" 'io_uring: (Function not|Operation not)'
done

finish
