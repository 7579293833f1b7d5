#!/usr/bin/env bash
# machine.sh - what the sweep says about machines that are not here.
# SPDX-License-Identifier: MIT
#
# Each machine is a directory that stands for the root of its file system,
# handed over as MANYWAYS_ROOT: first one of which nothing bad can be said,
# then the same with one thing changed. Core orders are held against the trees
# of real machines, read a second time by fixtures/order.awk.
set -u
# shellcheck source=bench/tests/tap.inc
. "$(dirname "$0")/tap.inc"

sweep=$BUILD/sweep
root=$scratch/root
cpus=sys/devices/system/cpu

# ------------------------------------------------------- machines made up

put() { # FILE TEXT: below the root, with the directories on the way
    mkdir -p "$root/$(dirname "$1")"
    printf '%s\n' "$2" > "$root/$1"
}

# Four cores without SMT or turbo at a fixed clock, idle, on mains.
clean_machine() {
    local cpu
    rm -rf "$root"
    put proc/self/status $'Name:\tsweep\nCpus_allowed_list:\t0-3'
    put $cpus/online 0-3
    put proc/cpuinfo $'model name\t: Example 4000\nflags\t\t: fpu tsc'
    put proc/loadavg '0.25 0.10 0.05 1/100 4242'
    put proc/meminfo $'MemTotal: 16000000 kB\nMemAvailable: 12000000 kB
SwapTotal: 1000000 kB\nSwapFree: 1000000 kB'
    put sys/class/dmi/id/sys_vendor 'Example Corporation'
    put sys/class/dmi/id/product_name 'Workstation 4000'
    put sys/class/power_supply/AC/online 1
    put $cpus/smt/active 0
    put $cpus/intel_pstate/no_turbo 1
    for cpu in 0 1 2 3; do
        put $cpus/cpu$cpu/cpufreq/scaling_governor performance
        put $cpus/cpu$cpu/topology/thread_siblings_list $cpu
    done
}

# Runs `sweep machine` there; JSON and warnings stand in out and err.
out='' err=''
look() { # OPTION...
    MANYWAYS_ROOT=$root "$sweep" machine "$@" > "$scratch/out" \
        2> "$scratch/err" || echo "status $?" >> "$scratch/err"
    out=$(cat "$scratch/out")
    err=$(cat "$scratch/err")
}

value() { # KEY
    jq -c ".$1" <<< "$out"
}

# The machine is warned about in one line, which begins so and, after a colon,
# says why, and what to do.
warned() { # NAME BEGINNING MUST-SAY
    if [ "$(wc -l < "$scratch/err")" -eq 1 ] &&
        [[ $err =~ ^sweep:\ $2 ]] && [[ $err == *': '*'; '* ]] &&
        [[ $err =~ $3 ]] &&
        [ "$(jq -r '.warnings[]' <<< "$out")" = "${err#sweep: }" ]; then
        pass "$1"
    else
        fail "$1" "$err"$'\n'"$(value warnings)"
    fi
}

silent() { # NAME
    is "$1" "$err$(value warnings)" '[]'
}

clean_machine
look
silent "nothing bad is said of a clean machine"
is "it is described" "$(jq -c '[.affinity_cores, .cpu_quota, .effective_cores,
    .usable_cores, .physical_cores, .probe_cores, .governor, .turbo, .smt,
    .virtualisation, .battery, .memory_short, .background_cpu, .load1, .cpu]' \
    <<< "$out")" \
    '[4,0,4,4,4,null,"performance",false,false,"none",false,false,null,0.25,"Example 4000"]'

rm -rf "$root"
mkdir -p "$root"
look
silent "a machine that says nothing is not suspected"
is "and what cannot be told is null" "$(jq -c '[.governor, .turbo, .smt,
    .physical_cores, .battery, .memory_short, .background_cpu, .load1]' \
    <<< "$out")" '[null,null,null,null,null,null,null,null]'

# ----------------------------------------------------------------- clocks

clean_machine
for cpu in 0 1 2 3; do
    put $cpus/cpu$cpu/cpufreq/scaling_governor powersave
done
look
warned "a governor that follows the load" 'governor is powersave: ' cpupower
clean_machine
put $cpus/cpu3/cpufreq/scaling_governor schedutil
look
is "governors that differ are mixed" "$(value governor)" '"mixed"'
warned "and warned about" 'governor is mixed: ' cpupower
clean_machine
put $cpus/intel_pstate/no_turbo 0
look
is "turbo through intel_pstate" "$(value turbo)" true
warned "turbo is on" 'turbo is on: ' 'more cores work.*no_turbo'
clean_machine
rm "$root/$cpus/intel_pstate/no_turbo"
put $cpus/cpufreq/boost 1
look
is "turbo through cpufreq" "$(value turbo)" true
warned "boost is on" 'turbo is on: ' cpufreq/boost
put $cpus/cpufreq/boost 0
look
is "no boost" "$(value turbo)" false
silent "is nothing to warn about"
clean_machine
put sys/class/power_supply/AC/online 0
look
is "no mains" "$(value battery)" true
warned "on battery" 'on battery: ' 'plug'
put sys/class/power_supply/USBC/online 1
look
silent "one of two supplies is enough"

# ------------------------------------------------------------------ cores

# Four cores of two threads each, as Linux mostly numbers them.
smt_machine() {
    local cpu
    clean_machine
    put proc/self/status $'Cpus_allowed_list:\t0-7'
    put $cpus/online 0-7
    put $cpus/smt/active 1
    for cpu in 0 1 2 3 4 5 6 7; do
        put $cpus/cpu$cpu/topology/thread_siblings_list \
            "$((cpu % 4)),$((cpu % 4 + 4))"
    done
}
smt_machine
look
is "threads are told from cores" "$(jq -c \
    '[.smt, .physical_cores, .effective_cores]' <<< "$out")" '[true,4,8]'
warned "more workers than cores" 'SMT is on and 8 workers' 'the 4 cores.*CORES='
look --cores 1,2,4
silent "as many workers as cores"
put proc/self/status $'Cpus_allowed_list:\t1,5'
look
is "a mask of one core's threads" "$(value physical_cores)" 1
warned "is one core" 'SMT is on and 2 workers' 'the 1 cores'

# v2 with a quota for the own group; mask of four.
quota_machine() { # QUOTA PERIOD
    clean_machine
    put proc/self/mountinfo \
        '30 24 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw'
    put proc/self/cgroup 0::/team/job
    put sys/fs/cgroup/team/job/cpu.max 'max 100000'
    put sys/fs/cgroup/team/cpu.max "$1 $2"
}
quota_machine 150000 100000
look
is "a quota further up" "$(jq -c '[.affinity_cores, .cpu_quota,
    .effective_cores, .usable_cores]' <<< "$out")" '[4,1.5,1.5,1]'
warned "is no whole number" 'quota is 1.50 cores' 'short runs.*whole cores'
quota_machine 200000 100000
look
silent "two whole cores are fine"
is "and counted" "$(value effective_cores)" 2
quota_machine 450000 100000
look
silent "a quota beyond the mask does not matter"
is "and the mask counts" "$(value effective_cores)" 4
put sys/fs/cgroup/team/cpuset.cpus.effective 2-3
look
is "a cpuset does, too" "$(value effective_cores)" 2

# ------------------------------------------------------------------ guests

clean_machine
put proc/cpuinfo $'model name\t: Example\nflags\t\t: fpu hypervisor tsc'
put sys/class/dmi/id/sys_vendor 'Example Cloud'
look
is "a guest, by the processor's flag" "$(value virtualisation)" \
    '"guest of Example Cloud"'
warned "steal may hide" 'virtual machine \(guest of Example Cloud\): ' 'steal'
clean_machine
put sys/hypervisor/type xen
look
warned "a guest, by the hypervisor's own word" 'virtual machine' 'of xen'
clean_machine
put sys/class/dmi/id/product_name 'KVM Virtual Machine'
look
warned "a guest, by its maker" 'virtual machine' 'steal'
clean_machine
put proc/1/cgroup 0::/system.slice/docker-abc.scope
look
is "a container" "$(value virtualisation)" '"none, in a container"'
silent "is nothing to warn about"

# ------------------------------------------------------------------ memory

clean_machine
put proc/meminfo $'MemTotal: 16000000 kB\nMemAvailable: 800000 kB
SwapTotal: 1000000 kB\nSwapFree: 400000 kB'
look
warned "little memory and swap in use" 'memory is short' 'disk'
put proc/meminfo $'MemTotal: 16000000 kB\nMemAvailable: 9000000 kB
SwapTotal: 1000000 kB\nSwapFree: 400000 kB'
look
silent "swap in use and much memory"

# -------------------------------------------------------------- background

# A machine on which time goes by, in steps as fast as the shell can write:
# of ten ticks six are busy and two stolen; 77 uses most, 80 least.
run_time() {
    local step=0 id
    while :; do
        step=$((step + 1))
        put proc/stat.new "cpu $((500 + 4 * step)) 0 $((2 * step)) \
$((900 + 2 * step)) 0 0 0 $((2 * step)) 0 0"
        mv "$root/proc/stat.new" "$root/proc/stat"
        for id in 77 78 79 80; do
            put proc/$id.new "$id (a (b) c) R 1 1 1 0 -1 0 0 0 0 0 \
$((400 + step * 9 ** (80 - id))) $((step * 9 ** (80 - id))) 0 0"
            mkdir -p "$root/proc/$id"
            mv "$root/proc/$id.new" "$root/proc/$id/stat"
        done
        sleep 0.01
    done
}
clean_machine
run_time &
time_goes_by=$!
while [ ! -e "$root/proc/80/stat" ]; do
    sleep 0.05
done
look
kill $time_goes_by
wait $time_goes_by 2> "$scratch/wait"
is "a share of six tenths is busy" \
    "$(jq '.background_cpu | . > 0.59 and . < 0.61' <<< "$out")" true
like "others are named, most busy first, and no more than three" "$err" \
    'other programs keep 60 % of the processors busy \(in cores: a \(b\) c \(77\) [0-9.]+, a \(b\) c \(78\) [0-9.]+, a \(b\) c \(79\) [0-9.]+\): '
like "two tenths are stolen" "$err" 'the hypervisor gives 20 % .*steal'
is "in two lines" "$(wc -l < "$scratch/err")" 2
look
silent "a machine on which nothing moves is idle"

# ------------------------------------------------------------ this machine

is "MANYWAYS_ROOT=/ reads this machine and tries nothing" \
    "$(MANYWAYS_ROOT=/ "$sweep" machine 2> "$scratch/err" | jq -c \
        '[.affinity_cores, .probe_cores]')" "[$(nproc),null]"
is "a mask narrows it" "$(MANYWAYS_ROOT='' taskset -c "$("$BUILD/sequential" \
    --topology | cut -d , -f 1)" "$sweep" machine 2> "$scratch/err" | jq -c \
    '[.affinity_cores, .effective_cores, .probe_cores <= 1.02,
    .probe_cores > 0]')" '[1,1,true,true]'

# Two busy neighbours for each CPU leave a third of it, however fast it is.
neighbours=()
for ((i = 0; i < 2 * $(nproc); i++)); do
    timeout 20 sh -c 'while :; do :; done' &
    neighbours+=($!)
done
"$sweep" machine > "$scratch/out" 2> "$scratch/err"
kill "${neighbours[@]}"
wait "${neighbours[@]}" 2> "$scratch/wait"
like "busy neighbours are found by trying" "$(cat "$scratch/err")" \
    "a second of trying got [0-9.]+ of [0-9.]+ cores: (other programs used|a quota was)"
like "and named" "$(cat "$scratch/err")" \
    'keep [0-9]+ % of the processors busy \(in cores: [^)]+\([0-9]+\)'

# What a whole look takes, at least 2.2 s of it asleep.
start=${EPOCHREALTIME/./}
look_here=$("$sweep" machine 2> "$scratch/err")
whole=$((${EPOCHREALTIME/./} - start))
like "this machine can be tried" "$(jq .probe_cores <<< "$look_here")" '^[0-9.]+$'

# While it is watched or tried, a signal ends the sweep and nothing is kept.
for pause in 0.4 1.4; do
    start=${EPOCHREALTIME/./}
    "$sweep" run --kernels gcd --strategies threads --blocks 1 \
        --results "$scratch/results" > "$scratch/out" 2> "$scratch/err" &
    swept=$!
    sleep $pause
    kill -TERM $swept
    wait $swept
    is "ended by a signal after $pause s" \
        "$? $(find "$scratch/results" -name samples.jsonl | wc -l)" '143 0'
    is "and half a second sooner than without" \
        "$((${EPOCHREALTIME/./} - start < whole - 500000))" 1
done

# -------------------------------------------------------------- core order

for xml in bench/tests/fixtures/topologies/*.xml bench/tests/fixtures/*.xml; do
    for order in compact scatter; do
        HWLOC_XMLFILE=$xml "$BUILD/threads" --topology=$order \
            > "$scratch/order"
        is "$order on $(basename "$xml" .xml)" "$(awk -v mode=$order \
            -f bench/tests/fixtures/order.awk "$xml" "$scratch/order")" ''
    done
done

big=bench/tests/fixtures/topologies/x86-epyc9654-2x96x2smt.xml
if command -v hwloc-calc > "$scratch/which" &&
    command -v hwloc-distrib > "$scratch/which"; then
    is "hwloc-calc takes first threads of cores in the same order" \
        "$(HWLOC_XMLFILE=$big "$BUILD/threads" --topology |
            cut -d , -f 1-192)" \
        "$(hwloc-calc -i $big --po -I pu core:all.pu:0)"
    for n in 2 5 24 100; do
        # shellcheck disable=SC2046  # one word for each thread
        is "$n threads reach as many caches as hwloc-distrib's" \
            "$(hwloc-calc -i $big --pi -N l3 $(HWLOC_XMLFILE=$big \
                "$BUILD/threads" --topology=scatter | cut -d , -f 1-$n |
                tr , '\n' | sed 's/^/pu:/'))" \
            "$(hwloc-calc -i $big -N l3 $(hwloc-distrib -i $big --single $n))"
    done
else
    skip "orders against hwloc's own programs" "no hwloc-calc here"
fi

finish
