#!/usr/bin/env bash
# doctor.sh - what `sweep doctor` says, here and on machines that are not here.
# SPDX-License-Identifier: MIT
#
# Machines are directories handed over as MANYWAYS_ROOT; what a kernel refuses
# is refused by strace, from the side. Figures of this machine are held against
# each other, never against a clock.
set -u
# shellcheck source=bench/tests/tap.inc
. "$(dirname "$0")/tap.inc"

sweep=$BUILD/sweep
root=$scratch/root
cpus=sys/devices/system/cpu
mkdir "$scratch/results"

# Asks the doctor; the answers stand in out, its exit status in status.
out='' status=0
ask() { # COMMAND...: with its own doctor at the end
    status=0
    "$@" doctor --results "$scratch/results" > "$scratch/out" \
        2> "$scratch/err" || status=$?
    out=$(cat "$scratch/out")
}

# The answer to one question is this word, and its text is like that.
answers() { # NAME TOPIC WORD EXTENDED-REGEX
    local line
    line=$(grep -E "^[a-z]+ +$2 " "$scratch/out")
    like "$1" "$line" "^$3 +$2 +.*$4"
}

# ------------------------------------------------------------ this machine

ask "$sweep"
is "all that a sweep needs is here" "$status" 0
is "every line is an answer in columns" \
    "$(grep -vE '^(yes |no  |note)  [a-z_0-9 ]{12}  [^ ]' "$scratch/out")" ''
for topic in cores kinds smt amdahl usl machine noise clock perf io_uring \
    descriptors threads stacks fsync hyperfine gnuplot jq; do
    is "it answers for $topic" "$(grep -cE "^[a-z]+ +$topic " \
        "$scratch/out" | sed 's/^[1-9][0-9]*$/1/')" 1
done
is "it says nothing else" "$(cat "$scratch/err")" ''
like "cores are those of the description" "$out" \
    "cores +$(MANYWAYS_ROOT=/ "$sweep" machine 2> "$scratch/err" |
        jq -r '.effective_cores * 100 | round / 100 | tostring' |
        sed 's/\./\\./')[.0]* effective \(affinity $(nproc), "

# yes  noise  equal runs seem to differ by +0.1 % (-0.2 to +0.3): differences
# below 0.4 % mean nothing here, now
is "the noise is the far end of its interval, and its word fits" \
    "$(awk '$2 == "noise" { gsub(/[(:)%]/, " ")
        for (i = 1; i <= NF; i++) {
            if ($i == "to") { low = $(i - 1); high = $(i + 1) }
            if ($i == "by") middle = $(i + 1)
            if ($i == "below") bound = $(i + 1)
        }
        far = -low > high ? -low : high
        if (low > middle || middle > high) print "no interval: " $0
        if (bound < far - 0.051 || bound > far + 0.151) print "bound: " $0
        word = bound <= 2 ? "yes" : bound <= 10 ? "note" : "no"
        if ($1 != word || bound == "") print "word: " $0
    }' "$scratch/out")" ''

is "usage names it" "$("$sweep" --help | grep -c 'sweep doctor')" 1
ask "$sweep" --nonsense
is "a wrong option is wrong" "$status" 2

# ------------------------------------------------------ machines made up

put() { # FILE TEXT
    mkdir -p "$root/$(dirname "$1")"
    printf '%s\n' "$2" > "$root/$1"
}

# N CPUs on CORES cores, the second threads last.
new_machine() { # N CORES
    local cpu n=$1 cores=$2
    rm -rf "$root"
    put proc/self/status "Cpus_allowed_list: 0-$((n - 1))"
    put $cpus/smt/active $((n > cores))
    for ((cpu = 0; cpu < n; cpu++)); do
        put $cpus/cpu$cpu/topology/thread_siblings_list \
            "$((cpu % cores))$([ "$n" -eq "$cores" ] ||
                echo ",$((cpu % cores + cores))")"
    done
}

ask_there() {
    ask env MANYWAYS_ROOT="$root" "$sweep"
}

new_machine 1 1
ask_there
answers "one core is too few" cores note 'too few for a speedup chart'
answers "and no law can be fitted" amdahl no 'wants 3 worker counts and here are 1;'
new_machine 2 2
ask_there
answers "two cores" cores yes '2.00 effective \(affinity 2, no quota\); not tried'
answers "give two counts: no serial share" amdahl no 'here are 2'
answers "of their own" smt yes 'up to 2 workers'
new_machine 4 4
ask_there
answers "four cores give three quick counts" amdahl yes 'there are 3'
answers "and four in all" usl no 'wants 6 worker counts and here are 4'
answers "nothing spoils figures there" machine yes 'nothing known'
new_machine 8 8
ask_there
answers "eight cores give six counts only when asked" usl note \
    'quick plan has 4; PLAN=full has 8'
new_machine 32 32
ask_there
answers "thirty-two give six at once" usl yes 'there are 6'
ask env HWLOC_XMLFILE=bench/tests/fixtures/topologies/x86-i7-1370p-6p2smt-8e.xml \
    MANYWAYS_ROOT="$root" "$sweep"
answers "kinds of cores, the fastest first" kinds note \
    '2 kinds of cores, with 12, 8 CPUs'
new_machine 16 8
ask_there
answers "threads are no cores" smt note '16 usable CPUs are 8 cores.*CORES= up to 8'
answers "and no worker counts" usl note 'quick plan has 4; PLAN=full has 8'
answers "and are warned about" machine note 'SMT is on and 16 workers'
new_machine 4 4
put proc/self/mountinfo '30 24 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw'
put proc/self/cgroup 0::/job
put sys/fs/cgroup/job/cpu.max '150000 100000'
put sys/fs/cgroup/job/pids.max 50
put $cpus/cpu0/cpufreq/scaling_governor powersave
put sys/devices/system/clocksource/clocksource0/current_clocksource hpet
put proc/sys/vm/max_map_count 65530
put proc/sys/kernel/perf_event_paranoid 4
ask_there
answers "a quota" cores note '1.50 effective \(affinity 4, quota 1.50\)'
answers "a limit on threads" threads note 'up to 50 waiting'
answers "the clock's name" clock '(yes|note)' 'hpet counts in steps'
answers "the level of perf" perf '[a-z]+' 'perf_event_paranoid is 4'
is "all that is known against it is said" \
    "$(grep -cE '^note +machine +(governor|quota)' "$scratch/out")" 2
is "a poor machine can be swept" "$status" 0

# ---------------------------------------------------- what a kernel refuses

# From here on this machine's files are read, and nothing is tried.
export MANYWAYS_ROOT=/

ask prlimit --nofile=100:100 "$sweep"
answers "few descriptors" descriptors note 'up to 100 connections'

if strace -qq -o "$scratch/strace" true 2> "$scratch/err"; then
    # What is traced cannot be searched for leaks.
    refusing() { # INJECTION...
        local each=()
        while [ $# -gt 0 ]; do
            each+=(-e "inject=$1")
            shift
        done
        ask env ASAN_OPTIONS=detect_leaks=0 strace -qq \
            -o "$scratch/strace" "${each[@]}" "$sweep"
    }
    refusing io_uring_setup:error=ENOSYS perf_event_open:error=EACCES \
        madvise:error=EINVAL
    answers "no io_uring in the kernel" io_uring no 'not implemented.*5\.1'
    answers "counters forbidden" perf no 'forbidden \(kernel.perf_event_para'
    answers "no marked guards" stacks '(yes|note)' \
        "up to $(($(cat /proc/sys/vm/max_map_count) / 2)) coroutines"
    is "a sweep can do without" "$status" 0
    refusing io_uring_setup:error=EPERM perf_event_open:error=ENOENT
    answers "io_uring forbidden" io_uring no 'not permitted: .*(filter|sysctl)'
    answers "no hardware counters" perf no 'no hardware counters'
    refusing io_uring_setup:error=ENOMEM perf_event_open:retval=1000 \
        fsync:error=ENOSPC
    answers "io_uring without memory" io_uring no 'ulimit -l'
    answers "counters that work" perf yes 'can be counted'
    answers "a full disk" results no 'No space left'
    is "and a sweep cannot run" "$status" 1
    rm -rf "$root"
    put proc/sys/kernel/io_uring_disabled 2
    MANYWAYS_ROOT=$root refusing io_uring_setup:error=EPERM
    answers "io_uring switched off" io_uring no \
        'the sysctl forbids it.*io_uring_disabled is 2'
else
    skip "what a kernel refuses" "strace cannot trace here"
fi

# ---------------------------------------------------------- what is missing

# A PATH with everything but the named programs.
without() { # PROGRAM...
    local directory program
    mkdir "$scratch/bin"
    for directory in /usr/local/bin /usr/bin /bin; do
        [ ! -d "$directory" ] ||
            cp -sn "$directory"/* "$scratch/bin" 2> "$scratch/cp"
    done
    for program in "$@"; do
        rm -f "$scratch/bin/$program"
    done
    ask env PATH="$scratch/bin" "$sweep"
}
without hyperfine gnuplot jq
for tool in hyperfine gnuplot jq; do
    answers "without $tool" $tool no 'is missing; run: .*(install|setup|add|-S)'
done
is "something needed is missing" "$status" 1

: > "$scratch/file"
"$sweep" doctor --results "$scratch/file" > "$scratch/out" 2> "$scratch/err"
is "results that cannot be kept" \
    "$? $(grep -cE '^no +results +.*Not a directory' "$scratch/out")" '1 1'

if [ "$(stat -f -c %T /dev/shm 2> "$scratch/err")" = tmpfs ]; then
    "$sweep" doctor --results /dev/shm > "$scratch/out" 2> "$scratch/err"
    answers "results in memory" fsync note 'memory, no disk'
else
    skip "results in memory" "/dev/shm is none"
fi

mkdir "$scratch/build"
ask "$sweep" --build "$scratch/build"
answers "nothing built" programs no 'run make'
answers "nothing known of it" build note 'run make'
is "nothing can be swept" "$status" 1
ln -s "$(readlink -f "$BUILD/sequential")" "$scratch/build/sequential"
printf '%s\n' 'bench/uring.c: liburing not found' \
    'kernels/support/origin: gdlib not found' > "$scratch/build/left_out"
ask "$sweep" --build "$scratch/build"
answers "a strategy left out" uring no 'liburing not found; scripts/setup'
answers "a helper left out" origin no 'gdlib not found'
is "others can be swept" "$status" 0

# The build itself keeps that list.
# shellcheck disable=SC2016  # for the fake
printf '#!/bin/sh\ncase $* in *liburing*) exit 1 ;; esac\nexec %s "$@"\n' \
    "$(command -v pkg-config)" > "$scratch/build/pkg-config"
chmod +x "$scratch/build/pkg-config"
PATH=$scratch/build:$PATH make BUILD="$scratch/made" SAN= \
    "$scratch/made/left_out" > "$scratch/out" 2>&1
is "make writes what it leaves out" \
    "$(grep uring "$scratch/made/left_out")" 'bench/uring.c: liburing not found'

# --------------------------------------------------------------- make doctor

like "make help names it" "$(make help)" 'make doctor +say what'
if [ "$BUILD" = build ]; then
    make doctor > "$scratch/out" 2> "$scratch/err"
    is "make doctor builds and asks" \
        "$? $(grep -cE '^[a-z]+ +(cores|noise) ' "$scratch/out")" '0 2'
else
    skip "make doctor" "only tried in the plain build"
fi

finish
