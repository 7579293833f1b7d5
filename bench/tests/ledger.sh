#!/usr/bin/env bash
# ledger.sh - what a sample says of its surroundings is what went on there.
# SPDX-License-Identifier: MIT
#
# Machines are directories (MANYWAYS_ROOT) and runs are the oracle's. A
# hyperfine in front of it lets something happen while one block lasts: time of
# others, stolen, throttled, a smaller quota. The samples must say so to the
# nanosecond, carry the flag, and the block must be run again.
# shellcheck disable=SC2016 # quoted commands are for the hyperfine below
set -u
# shellcheck source=bench/tests/tap.inc
. "$(dirname "$0")/tap.inc"
# shellcheck source=bench/tests/oracle.inc
. "$(dirname "$0")/oracle.inc"

o=$scratch/o
ok "the oracle and its build directory" oracle_build "$o" sequential threads

mkdir "$o/eventful"
cat > "$o/eventful/hyperfine" << SCRIPT
#!/usr/bin/env bash
while [ "\${at:-}" = '' ] && [ \$# -gt 1 ]; do
    [ "\$1" != --export-json ] || at=\${2%/*}
    more+=("\$1")
    shift
done
lines=\$(wc -l < "\$at/samples.jsonl" 2> /dev/null || echo 0)
[ "\$lines" -lt 10 ] || [ "\$lines" -gt 11 ] || (cd "\$MANYWAYS_ROOT" && eval "\$EVENT")
exec "$o/bin/hyperfine" "\${more[@]}" "\$@"
SCRIPT
chmod +x "$o/eventful/hyperfine"

# cores N - the machine has so many, no control groups and nothing to do.
machine() {
    rm -rf "$o/root"
    mkdir -p "$o/root/proc/self" "$o/root/proc/pressure" "$o/root/sys/fs/cgroup"
    printf 'Cpus_allowed_list:\t0-3\n' > "$o/root/proc/self/status"
    printf 'cpu  1000 0 1000 100000 0 0 0 50 0 0\n' > "$o/root/proc/stat"
    echo '0.25 0.20 0.10 1/100 4711' > "$o/root/proc/loadavg"
    echo 'some avg10=0.00 avg60=0.00 avg300=0.00 total=1000' \
        > "$o/root/proc/pressure/cpu"
}
# One group inside another; the outer one may compute on 2 of the 4 cores.
machine_v2() {
    machine
    local box=$o/root/sys/fs/cgroup/box
    mkdir -p "$box/inner"
    echo '0::/box/inner' > "$o/root/proc/self/cgroup"
    echo '30 24 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw' \
        > "$o/root/proc/self/mountinfo"
    echo '200000 100000' > "$box/cpu.max"
    echo 'max 100000' > "$box/inner/cpu.max"
    printf 'nr_throttled 7\nthrottled_usec 900\n' |
        tee "$box/cpu.stat" > "$box/inner/cpu.stat"
}
machine_v1() {
    machine
    local cpu=$o/root/sys/fs/cgroup/cpu,cpuacct
    mkdir -p "$cpu/box"
    echo '4:cpu,cpuacct:/box' > "$o/root/proc/self/cgroup"
    echo '30 24 0:26 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct' \
        > "$o/root/proc/self/mountinfo"
    echo 200000 > "$cpu/box/cpu.cfs_quota_us"
    echo 100000 > "$cpu/box/cpu.cfs_period_us"
    printf 'nr_throttled 7\nthrottled_time 900000\n' > "$cpu/box/cpu.stat"
    echo 5000000000 > "$cpu/cpuacct.usage"
    echo 0 > "$cpu/release_agent"
}

# sweep EVENT - what happens before the run when the ledger has 10 or 11 lines:
# in block 2, of which two samples are hit.
sweep() {
    rm -rf "$o/results"
    EVENT=$1 PATH="$o/eventful:$PATH" MANYWAYS_ROOT="$o/root" "$o/build/sweep" \
        run --build "$o/build" --results "$o/results" --kernels law \
        --strategies threads --cores 1 --blocks 4 > /dev/null 2> "$scratch/err"
    ledger=$o/results/latest/samples.jsonl
}
sum() { # KEY - over all samples; hit ones are the only ones that can have any
    jq -s "map(.outside.$1) | add" "$ledger"
}
flagged() {
    jq -r 'select(.flags != []) | "\(.block) \(.flags | join(","))"' "$ledger" |
        uniq -c | awk '{ print $1 " in block " $2 ": " $3 }' | paste -sd ';'
}
last_block() {
    jq -s 'map(.block) | max' "$ledger"
}

machine_v2
sweep true
is "cores are the outer group's quota" \
    "$(jq -s 'map(.outside.effective_cores * 2) | unique | tostring' -r \
        "$ledger")" '[4]'
is "nothing happens, nothing is flagged" "$(flagged)" ''
is "as many blocks as were asked for" "$(last_block)" 4
is "nothing is throttled or stolen" "$(sum throttled) $(sum throttled_ns) $(sum \
    steal_ns)" '0 0 0'
is "pressure is known and did not grow" "$(sum pressure_ns)" 0
is "load is the machine's" "$(jq -s 'map(.outside.load1) | unique | tostring' -r \
    "$ledger")" '[0.25]'
ok "time of others is the negative of one's own" jq -es \
    'map(.outside.foreign_cpu_ns) | max < 0' "$ledger"

# Somebody computes for 0.5 s, twice.
count='stat=($(cat proc/stat)); stat[AT]=$((stat[AT] + 50))
echo "${stat[*]}" > proc/stat'
sweep "AT=1; $count"
is "time of others: two samples in one block" "$(flagged)" \
    '2 in block 2: foreign'
ok "of half a second each, less one's own" jq -es '[.[].outside.foreign_cpu_ns |
    select(. > 0)] | length == 2 and max < 500000000 and min > 400000000' \
    "$ledger"
is "the block is run again" "$(last_block)" 5
like "and the sweep says why" "$(cat "$scratch/err")" \
    'block 5 of 4 \+ 1 again: foreign CPU.*1 of 5 blocks disturbed: foreign CPU'
sweep "AT=8; $count"
is "stolen time" "$(flagged) $(sum steal_ns)" '2 in block 2: steal 1000000000'
is "the block is run again" "$(last_block)" 5
sweep 'total=$(cut -d = -f 5 proc/pressure/cpu)
echo "some avg10=1 avg60=1 avg300=1 total=$((total + 250))" > proc/pressure/cpu'
is "pressure is booked, and no flag" "$(flagged) $(sum pressure_ns)" ' 500000'

# The quota is used up, in the outer group and in the inner one.
sweep 'for group in box box/inner; do
    file=sys/fs/cgroup/$group/cpu.stat
    while read -r key n; do
        case $key in
        nr_throttled) n=$((n + 2)) ;;
        throttled_usec) n=$((n + 30000)) ;;
        esac
        echo "$key $n"
    done < $file > new
    cat new > $file
done'
is "throttled groups, of version 2" \
    "$(flagged) $(sum throttled) $(sum throttled_ns)" \
    '2 in block 2: throttled 8 120000000'
is "the block is run again" "$(last_block)" 5

# From block 2 on there are fewer cores: no block after that is like the first.
sweep 'echo "100000 100000" > sys/fs/cgroup/box/cpu.max'
is "fewer cores" "$(jq -s 'map(.outside.effective_cores * 2) | unique |
    tostring' -r "$ledger")" '[2,4]'
is "all samples from there on are flagged" "$(jq -rs 'map(.flags | join(",")) |
    (index("cores") | tostring) + " " + (.[index("cores"):] | unique |
    tostring)' "$ledger")" '10 ["cores"]'
is "no more than a third is run again" "$(last_block)" 6
like "and the sweep says how it stands" "$(cat "$scratch/err")" \
    '5 of 6 blocks disturbed: cores'

machine_v1
sweep 'file=sys/fs/cgroup/cpu,cpuacct/box/cpu.stat
echo "nr_throttled $(($(wc -c < $file) + 1))" > new
echo "throttled_time $(($(tail -n 1 $file | cut -d " " -f 2) + 40000000))" >> new
cat new > $file'
is "throttled groups, of version 1" "$(flagged) $(sum throttled_ns)" \
    '2 in block 2: throttled 80000000'

# The clock of version 1's accounting is the finer one: /proc/stat says
# nothing here.
sweep 'file=sys/fs/cgroup/cpu,cpuacct/cpuacct.usage
echo $(($(cat $file) + 400000001)) > $file'
is "time of others by the finer clock" "$(flagged)" '2 in block 2: foreign'
# Without release_agent the group is a container's, and counts only that.
rm "$o/root/sys/fs/cgroup/cpu,cpuacct/release_agent"
sweep 'file=sys/fs/cgroup/cpu,cpuacct/cpuacct.usage
echo $(($(cat $file) + 400000001)) > $file'
is "a container's own clock is not the machine's" "$(flagged)" ''

machine
rm -r "$o/root/proc/pressure" "$o/root/proc/loadavg" "$o/root/proc/stat"
sweep true
is "what cannot be read is null or 0" "$(jq -r '"\(.outside.pressure_ns) \(
    .outside.load1 * 2) \(.outside.steal_ns)"' "$ledger" | sort -u)" 'null 0 0'

# ---------------------------------------------------------------- resume

# What was decided with the samples of an earlier part is decided again.
machine_v2
sweep "AT=1; $count"
jq -c '[.block, .position, .arm]' "$ledger" > "$scratch/wanted"
for keep in 12 20 29; do
    head -n $keep "$ledger" > "$scratch/kept"
    run=$(readlink -f "$o/results/latest")
    cp "$scratch/kept" "$run/samples.jsonl"
    PATH="$o/bin:$PATH" MANYWAYS_ROOT="$o/root" "$o/build/sweep" run \
        --build "$o/build" --results "$o/results" --kernels law \
        --strategies threads --cores 1 --blocks 4 --resume > /dev/null 2>&1
    is "resumed after $keep samples: the same blocks, the same order" \
        "$(jq -c '[.block, .position, .arm]' "$run/samples.jsonl" | sort)" \
        "$(sort "$scratch/wanted")"
done

finish
