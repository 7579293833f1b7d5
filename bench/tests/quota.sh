#!/usr/bin/env bash
# quota.sh - effective cores under quotas and cpusets, real and made up.
# SPDX-License-Identifier: MIT
#
# Where control groups (v1) may be made, the sweep is put into some and has to
# find their limits twice: in files, and by trying. Trying may give less than
# the quota when others use the machine, never more; so the test bounds it
# above alone and prints what it was. v2, containers and broken files are
# directories that stand for the root of a file system.
# Left out: real v2 groups. Making one means changing what a system's own
# groups hand on.
set -u
# shellcheck source=bench/tests/tap.inc
. "$(dirname "$0")/tap.inc"

sweep=$BUILD/sweep
name=manyways-quota-$$

# ------------------------------------------------------------ groups of v1

# Where the hierarchy of a controller shows the own group; nothing without.
own_directory() { # CONTROLLER
    local way point
    way=$(awk -F : -v c="$1" '{ n = split($2, list, ",")
        for (i = 1; i <= n; i++) if (list[i] == c) print $3 }' \
        /proc/self/cgroup)
    point=$(awk -v c="$1" '{ for (i = 7; i < NF; i++) if ($i == "-") break
        n = split($(i + 3), list, ",")
        for (k = 1; k <= n; k++)
            if ($(i + 1) == "cgroup" && list[k] == c) { print $5; exit } }' \
        /proc/self/mountinfo)
    if [ -n "$way" ] && [ -n "$point" ]; then
        printf '%s\n' "$point${way%/}"
    fi
}

groups=()

# Removes what was made, the last first. A group counts its processes for a
# moment after they have ended.
# shellcheck disable=SC2317  # a trap calls it
clean_up() {
    local i try
    for ((i = ${#groups[@]} - 1; i >= 0; i--)); do
        for try in $(seq 100); do
            if [ ! -d "${groups[i]}" ] ||
                rmdir "${groups[i]}" 2> "$scratch/rmdir"; then
                break
            fi
            if [ "$try" -eq 50 ]; then # what hangs in it
                xargs -r kill -KILL < "${groups[i]}/cgroup.procs"
            fi
            sleep 0.05
        done
    done
    rm -rf "$scratch"
}
trap clean_up EXIT

new_group() { # DIRECTORY: false when that is not allowed
    mkdir "$1" 2> "$scratch/mkdir" || return 1
    groups+=("$1")
}

set_quota() { # DIRECTORY QUOTA-US
    echo 100000 > "$1/cpu.cfs_period_us" && echo "$2" > "$1/cpu.cfs_quota_us"
}

# Runs a command inside a group.
inside() { # DIRECTORY COMMAND...
    # shellcheck disable=SC2016  # for the inner shell
    sh -c 'echo $$ > "$1/cgroup.procs" && shift && exec "$@"' sh "$@"
}

# What there is without any group of ours.
all=$(MANYWAYS_ROOT=/ "$sweep" machine 2> "$scratch/err" |
    jq .effective_cores)

# Describes the machine from inside a group and holds it against `cores`.
limited_to() { # NAME DIRECTORY CORES
    inside "$2" "$sweep" machine > "$scratch/out" 2> "$scratch/err"
    echo "# $1: effective $(jq .effective_cores "$scratch/out")," \
        "by trying $(jq .probe_cores "$scratch/out")," \
        "nproc $(inside "$2" nproc)"
    is "$1: effective cores" "$(jq --argjson c "$3" --argjson n "$all" \
        '([$c, $n] | min) as $true | .effective_cores / $true |
        . > 0.95 and . < 1.05' "$scratch/out")" true
    is "$1: trying gives no more" "$(jq --argjson c "$3" \
        '.probe_cores > 0 and .probe_cores <= 1.05 * $c' "$scratch/out")" true
}

cpu=$(own_directory cpu)
if [ -z "$cpu" ] || ! new_group "$cpu/$name"; then
    skip "quotas of real groups" \
        "no groups may be made: ${cpu:-no v1 cpu hierarchy}"
else
    for quota in 50000 100000 150000; do
        set_quota "$cpu/$name" $quota
        limited_to "quota of $quota us in 100000" "$cpu/$name" \
            "$(jq -n "$quota / 100000")"
    done
    new_group "$cpu/$name/child"
    is "a child has no quota of its own" \
        "$(cat "$cpu/$name/child/cpu.cfs_quota_us")" -1
    limited_to "child of a group with 1.5" "$cpu/$name/child" 1.5
    if jq -en "$all > 1.5" > "$scratch/jq"; then
        like "the quota is no whole number" "$(cat "$scratch/err")" \
            'quota is 1.50 cores'
    fi

    # With the groups' files out of sight only trying finds the quota.
    set_quota "$cpu/$name" 50000
    if unshare --mount sh -c 'mount -t tmpfs none /sys/fs/cgroup' \
        2> "$scratch/unshare"; then
        # shellcheck disable=SC2016  # for the inner shell
        inside "$cpu/$name" unshare --mount sh -c \
            'mount -t tmpfs none /sys/fs/cgroup && exec "$0" machine' \
            "$sweep" > "$scratch/out" 2> "$scratch/err"
        is "a quota that no file shows is found by trying" "$(jq -c \
            '[.cpu_quota, .probe_cores > 0, .probe_cores <= 0.525]' \
            "$scratch/out")" '[0,true,true]'
        like "and warned about" "$(cat "$scratch/err")" \
            'a second of trying got 0\.[0-9]+ of [0-9.]+ cores: '
    else
        skip "a quota that no file shows" "no mount namespace here"
    fi
fi

cpuset=$(own_directory cpuset)
if [ -z "$cpuset" ] || ! new_group "$cpuset/$name"; then
    skip "a cpuset" "no groups may be made: ${cpuset:-no v1 cpuset hierarchy}"
else
    # Both must be set before anything can be put in.
    cat "$cpuset/cpuset.mems" > "$cpuset/$name/cpuset.mems"
    "$BUILD/sequential" --topology | cut -d , -f 1 \
        > "$cpuset/$name/cpuset.cpus"
    limited_to "a cpuset of one CPU" "$cpuset/$name" 1
fi

# --------------------------------------------------------- groups made up

root=$scratch/root

put() { # FILE TEXT
    mkdir -p "$root/$(dirname "$1")"
    printf '%s\n' "$2" > "$root/$1"
}

# A machine of four CPUs, with the lines of mountinfo and of cgroup.
new_root() { # MOUNTINFO CGROUP
    rm -rf "$root"
    put proc/self/status $'Cpus_allowed_list:\t0-3'
    put $'proc/self/mountinfo' "$1"
    put proc/self/cgroup "$2"
}

v1_quota() { # DIRECTORY QUOTA [PERIOD]
    put "$1/cpu.cfs_quota_us" "$2"
    put "$1/cpu.cfs_period_us" "${3:-100000}"
}

cores_are() { # NAME CORES
    is "made up: $1" "$(MANYWAYS_ROOT=$root "$sweep" machine \
        2> "$scratch/err" | jq -c .effective_cores)" "$2"
}

v1='31 23 0:27 / /sys/fs/cgroup rw - tmpfs tmpfs rw
32 31 0:28 / /sys/fs/cgroup/cpu,cpuacct rw shared:4 - cgroup cgroup rw,cpuacct,cpu
33 31 0:29 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset'
v2='30 24 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw'

for quota in 50000 100000 150000; do
    new_root "$v2" 0::/job
    put sys/fs/cgroup/job/cpu.max "$quota 100000"
    cores_are "v2, $quota" "$(jq -n "$quota / 100000")"
    new_root "$v1" $'4:cpuset:/\n3:cpu,cpuacct:/job'
    v1_quota sys/fs/cgroup/cpu,cpuacct/job $quota
    cores_are "v1, $quota" "$(jq -n "$quota / 100000")"
done
new_root "$v2" 0::/team/job
put sys/fs/cgroup/team/job/cpu.max 'max 100000'
put sys/fs/cgroup/team/cpu.max '150000 100000'
cores_are "v2, only the parent has a quota" 1.5
new_root "$v1" 3:cpu,cpuacct:/team/job
v1_quota sys/fs/cgroup/cpu,cpuacct/team/job -1
v1_quota sys/fs/cgroup/cpu,cpuacct/team 75000 50000
cores_are "v1, only the parent has a quota" 1.5
new_root "$v2" 0::/job
put sys/fs/cgroup/job/cpuset.cpus.effective 3
cores_are "v2, a cpuset of one CPU" 1
new_root "$v1" $'4:cpuset:/job\n3:cpu,cpuacct:/'
put sys/fs/cgroup/cpuset/job/cpuset.cpus 1-2
cores_are "v1, a cpuset of two CPUs" 2

new_root '30 24 0:26 /docker/abc /sys/fs/cgroup ro - cgroup2 cgroup rw' \
    0::/docker/abc
put sys/fs/cgroup/cpu.max '125000 100000'
cores_are "v2, a container that sees the path on its host" 1.25
new_root '30 24 0:26 /../.. /sys/fs/cgroup ro - cgroup2 cgroup rw' 0::/
put sys/fs/cgroup/cpu.max '250000 100000'
cores_are "v2, a container with a namespace of its own" 2.5
new_root "$v1
$v2" $'3:cpu,cpuacct:/job\n0::/job'
sed -i 's|/sys/fs/cgroup rw,nosuid|/sys/fs/cgroup/unified rw|' \
    "$root/proc/self/mountinfo"
v1_quota sys/fs/cgroup/cpu,cpuacct/job 50000
put sys/fs/cgroup/unified/job/cgroup.procs ''
cores_are "v1 beside a v2 without controllers" 0.5
new_root '30 24 0:26 / /mnt/my\040own\011groups rw - cgroup2 cgroup2 rw' \
    $'0::/my job'
put $'mnt/my own\tgroups/my job/cpu.max' '150000 100000'
cores_are "blanks in mount point and group" 1.5

for text in '' garbage max 150000 '150000 0' '150000 -1' '-1 100000' \
    'max max' '0 100000' 'nan nan'; do
    new_root "$v2" 0::/job
    put sys/fs/cgroup/job/cpu.max "$text"
    cores_are "v2, '$text' is no limit" 4
done
new_root "$v1" 3:cpu,cpuacct:/job
v1_quota sys/fs/cgroup/cpu,cpuacct/job 150000 0
cores_are "v1, a period of zero is no limit" 4
rm "$root/sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us"
cores_are "v1, a missing period is no limit" 4
new_root 'garbage' 'more of it'
cores_are "no sense in mountinfo and cgroup" 4

finish
