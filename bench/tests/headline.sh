#!/usr/bin/env bash
# headline.sh - the sentences that a report begins with, and the best of each
# kernel, on runs made up here whose speedups are known.
#
# Each run is four arms or fewer: sequential and threads under a lock, computing
# and waiting. What differs is how fast they are and how they scatter, so that
# every choice of words is seen, and the wrong ones are not.
# SPDX-License-Identifier: MIT
set -u
# shellcheck source=bench/tests/tap.inc
. "$(dirname "$0")/tap.inc"

stats=$BUILD/stats
run=$scratch/run
mkdir "$run"

# The plan, and samples: on each line of standard input an arm's name and its
# milliseconds, one number a block, the last one again and again.
made() { # BLOCKS
    cat > "$run/plan.tsv" << 'PLAN'
arm	chart	role	strategy	kernel	bound	workers	cores	items	command
seq	speedup	plan	sequential	factorize	cpu	1	1	8	a
gil1	speedup	plan	gil	factorize	cpu	1	1	8	b
gil	speedup	plan	gil	factorize	cpu	2	2	8	c
thr	speedup	plan	threads	factorize	cpu	2	2	8	d
crowd	speedup	plan	threads	factorize	cpu	8	2	8	d8
pool	speedup	plan	pool	factorize	cpu	2	2	8	e
gcdseq	speedup	plan	sequential	gcd	cpu	1	1	8	a1
gcdgil	speedup	plan	gil	gcd	cpu	2	2	8	c1
iseq	inflight	plan	sequential	wait	io	1	2	20	f
igil	inflight	plan	gil	wait	io	20	2	20	g
iloop	inflight	plan	event_loop	wait	io	1	2	20	h
PLAN
    echo '{"usable_cores": 2}' > "$run/machine.json"
    awk -v blocks="$1" '
        { name[NR] = $1; for (i = 2; i <= NF; i++) ms[NR, i - 2] = $i
          n[NR] = NF - 1 }
        END {
            for (block = 0; block <= blocks; block++)
                for (r = 1; r <= NR; r++) {
                    at = block - 1
                    at = at < 0 ? 0 : at >= n[r] ? n[r] - 1 : at
                    printf "{\"session\":\"s\",\"block\":%d,\"arm\":\"%s\",", \
                        block, name[r]
                    printf "\"verdict\":\"ok\",\"wall_ns\":%.0f,", \
                        (ms[r, at] + 1) * 1e6
                    printf "\"inside\":{\"wall_ns\":%.0f,\"items\":20,", \
                        ms[r, at] * 1e6
                    printf "\"rounds\":1,\"inflight\":%d}}\n", \
                        name[r] ~ /^i(gil|loop)/ ? 20 : 2
                }
        }' > "$run/samples.jsonl"
}

headline() {
    "$stats" words "$run" headline
}

both() { # MS OF THE LOCK, COMPUTING... : waiting is always 20 times as fast
    made 6 << ARMS
seq 100
gil1 100
gil $*
iseq 200
igil 10
ARMS
    headline
}

# -------------------------------------------------------------- the lock

is 'no faster, but waits at once' "$(both 102)" \
    'Threads under a global lock did not speed up factorize (0.98x [0.98, 0.98]) but did speed up wait (20.0x [20.0, 20.0]).'
is '4 % is not said to be faster' "$(both 96)" \
    'Threads under a global lock did not speed up factorize (1.04x [1.04, 1.04]) but did speed up wait (20.0x [20.0, 20.0]).'
is 'slower' "$(both 125)" \
    'Threads under a global lock slowed down factorize (0.80x [0.80, 0.80]) but did speed up wait (20.0x [20.0, 20.0]).'
is 'faster, against all books' "$(both 50)" \
    'Threads under a global lock sped up factorize (2.00x [2.00, 2.00]) and sped up wait (20.0x [20.0, 20.0]).'
is 'an interval from slower to faster decides nothing' \
    "$(both 125 80 100 100 100 100)" \
    'Threads under a global lock may or may not have sped up factorize (1.00x [0.80, 1.25]) but did speed up wait (20.0x [20.0, 20.0]).'
is 'an interval from 1.02 to 1.25 is faster' "$(both 98 80 90 90 90 90)" \
    'Threads under a global lock sped up factorize (1.11x [1.02, 1.25]) and sped up wait (20.0x [20.0, 20.0]).'

made 6 << 'ARMS'
seq 100
gil 102
iseq 200
igil 210
ARMS
is 'neither' "$(headline)" \
    'Threads under a global lock did not speed up factorize (0.98x [0.98, 0.98]) and did not speed up wait (0.95x [0.95, 0.95]).'

made 5 << 'ARMS'
seq 100
gil 102
ARMS
is 'five blocks decide nothing' "$(headline)" \
    'Threads under a global lock ran factorize 0.98 times as fast (no interval: 5 blocks) on 2 cores.'

# ---------------------------------------------------------- what is missing

made 6 << 'ARMS'
iseq 200
igil 10
ARMS
is 'only waiting' "$(headline)" \
    'Threads under a global lock sped up wait (20.0x [20.0, 20.0]).'
made 6 << 'ARMS'
seq 100
gil1 100
thr 51
crowd 20
ARMS
is 'on as many cores as there are, no crowd' "$(headline | tail -n 1)" \
    'Without the lock, threads sped up factorize (1.96x [1.96, 1.96]) on 2 cores.'
is 'and with the lock on those that were measured' "$(headline | head -n 1)" \
    'Threads under a global lock did not speed up factorize (1.00x [1.00, 1.00]) on 1 core.'
made 6 << 'ARMS'
seq 100
thr 51
iseq 200
iloop 10
ARMS
is 'without a lock, and one thread that waits for all' "$(headline)" \
    'Threads sped up factorize (1.96x [1.96, 1.96]) on 2 cores.
One thread with an event loop sped up wait (20.0x [20.0, 20.0]).'
made 6 << 'ARMS'
gcdseq 100
gcdgil 102
ARMS
is 'another kernel' "$(headline)" \
    'Threads under a global lock did not speed up gcd (0.98x [0.98, 0.98]) on 2 cores.'
made 6 <<< 'gil 100'
is 'nothing to compare with' "$(headline)" ''
like 'then the table begins with something else' \
    "$("$stats" table "$run" --lessons=/dev/null/none 2>&1 | head -n 1)" '.'

# --------------------------------------------------------------- the best

made 6 << 'ARMS'
seq 100
gil 102
thr 51
pool 52
iseq 200
igil 12
iloop 10
ARMS
is 'the best of each kernel' "$("$stats" rows "$run" best | cut -f 1,2,5,6)" \
    "$(printf '%s\t%s\t%s\t%s\n' kernel strategy 'in flight' speedup \
        factorize threads 2 '1.96x [1.96, 1.96]' \
        wait event_loop 20 '20.0x [20.0, 20.0]')"
table=$("$stats" table "$run" --lessons "$scratch" 2>&1)
like 'lessons that are none end it' "$table" '^stats: '
cp -r scripts/lessons "$scratch/lessons"
"$stats" table "$run" --lessons "$scratch/lessons" > "$scratch/table"
like 'the table has it' "$(grep '^  wait' "$scratch/table")" \
    '^  wait +event_loop +20\.0x \[20\.0, 20\.0\] +20 at once +10\.0 ms +[0-9]+$'
is 'and begins with the headline' "$(sed -n '/^$/q;p' "$scratch/table" |
    tr '\n' ' ')" "$(headline | tr '\n' ' ')"
ok 'no line is longer than 79' awk 'length > 79 { exit 1 }' "$scratch/table"
if command -v script > /dev/null; then
    coloured() {
        script -qec "$1 $stats table $run --lessons $scratch/lessons" /dev/null |
            grep -c "$(printf '\033')"
    }
    ok 'colours on a terminal' test "$(coloured 'TERM=xterm NO_COLOR=')" -gt 0
    is 'unless refused' "$(coloured 'TERM=xterm NO_COLOR=1')" 0
    is 'or it has none' "$(coloured 'TERM=dumb')" 0
else
    skip 'colours' 'there is no script(1)'
fi

# ------------------------------------------------- several answers at once

"$stats" answers "$run" words headline rows best words noise > "$scratch/all"
is 'what was asked stands before each answer' \
    "$(sed -n 's/^\f//p' "$scratch/all")" \
    "$(printf '%s\n' 'words headline' 'rows best' 'words noise')"
is 'and the answers are the same' "$(grep -v $'^\f' "$scratch/all")" \
    "$(headline; "$stats" rows "$run" best; "$stats" words "$run" noise)"
refused() { # WORD...
    "$stats" answers "$run" "$@" > /dev/null 2>&1
    is "answers $*: usage" "$?" 2
}
refused words
refused words noise rows
refused tables noise
"$stats" answers "$run" words noise rows nonesuch > /dev/null 2> "$scratch/err"
is 'one that is not known: exit 1' "$?" 1
like 'and one line says which' "$(cat "$scratch/err")" '^stats: nonesuch: '
"$stats" rows "$run" best --all > /dev/null 2>&1
is '--all belongs to the table' "$?" 2

finish
