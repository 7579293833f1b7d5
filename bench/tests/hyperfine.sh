#!/usr/bin/env bash
# hyperfine.sh - exports of several versions of hyperfine are read; broken ones
# never become a time.
# SPDX-License-Identifier: MIT
#
# The exports are those of the oracle, rewritten to the shapes that versions
# 1.15 to 2.0 write, and to shapes that no version should.
# shellcheck disable=SC2016 # quoted commands are for the hyperfine below
set -u
# shellcheck source=bench/tests/tap.inc
. "$(dirname "$0")/tap.inc"
# shellcheck source=bench/tests/oracle.inc
. "$(dirname "$0")/oracle.inc"

o=$scratch/o
ok "the oracle and its build directory" oracle_build "$o" sequential threads

# In front of the oracle: a hyperfine that edits the exports of `threads`. EDIT
# is a jq program, or a command on the file; CLAIM is its own exit status.
mkdir "$o/edited"
cat > "$o/edited/hyperfine" << SCRIPT
#!/usr/bin/env bash
"$o/bin/hyperfine" "\$@" || exit
case \${*: -1} in
*/threads*) ;;
*) exit 0 ;;
esac
while [ "\$1" != --export-json ]; do shift; done
if [ -n "\${EDIT:-}" ]; then
    jq "\$EDIT" "\$2" > "\$2.new" && mv "\$2.new" "\$2"
fi
[ -z "\${SPOIL:-}" ] || (export FILE=\$2 && eval "\$SPOIL")
exit "\${CLAIM:-0}"
SCRIPT
chmod +x "$o/edited/hyperfine"

# edited SETTING... - a sweep; its samples of threads as `verdict wall exit`,
# all different ones, in one line each.
edited() {
    rm -rf "$o/results"
    env "$@" PATH="$o/edited:$PATH" MANYWAYS_ROOT="$o/root" "$o/build/sweep" \
        run --build "$o/build" --results "$o/results" --kernels law \
        --strategies threads --cores 1 --blocks 1 > /dev/null 2> "$scratch/err"
    jq -r 'select(.arm == "speedup/law/threads/1") |
        "\(.verdict) \(.wall_ns) \(.exit): \(.reason)"' \
        "$o/results/latest/samples.jsonl" | sort -u
}

right='ok 102000000 0: '
is "as version 1.15 writes it" "$(edited A=1)" "$right"
is "as 1.19 does, with memory" "$(edited EDIT='.results[0] +=
    {memory_usage_byte: [4000000]}')" "$right"
# What version 2 has for one run.
two='{schema_version: 2, metadata: {hyperfine_version: "2.0.0"},
    primary_metric: "time_wall_clock", results: [.results[0] |
    {command, measurements: [{
        time_wall_clock: {value: .times[0], unit: "second"},
        time_cpu: {value: .user, unit: "second"},
        time_user: {value: .user, unit: "second"},
        time_system: {value: .system, unit: "second"},
        memory_peak_resident: {value: 4000000, unit: "byte"},
        exit_code: .exit_codes[0]}], summary: {}}]}'
is "as 2.0 does" "$(edited EDIT="$two")" "$right"
is "2.0, processor time" "$(jq -s '.[-1] | .user_ns >= 0 and .sys_ns >= 0' \
    "$o/results/latest/samples.jsonl")" true

# No exit code: a signal ended the program. Here it does well when it is run
# once more, so which one is not known.
lost='signal null null: gave no reason'
is "no exit code, 1.x" "$(edited EDIT='.results[0].exit_codes = [null]')" \
    "$lost"
is "no exit code, 2.0" \
    "$(edited EDIT="$two | .results[0].measurements[0].exit_code = null")" \
    "$lost"

broken() { # WHAT SETTING...
    local what=$1
    shift
    like "$what: no time" "$(edited "$@")" \
        '^harness-error null (null|0): hyperfine: no usable export: [^'$'\n'']*$'
}
broken "an empty export" SPOIL='true > "$FILE"'
broken "no export" SPOIL='rm "$FILE"'
broken "half an export" SPOIL='truncate -s 100 "$FILE"'
broken "something after it" SPOIL='echo "{}" >> "$FILE"'
broken "a time that is none" SPOIL='sed -i "s/\"times\":\[[^]]*/\"times\":[NaN/" "$FILE"'
broken "a time as text" EDIT='.results[0].times = ["0.1"]'
broken "a time of nothing" EDIT='.results[0].times = [0]'
broken "a time below nothing" EDIT='.results[0].times = [-0.1]'
broken "two times" EDIT='.results[0].times += [0.1]'
broken "two results" EDIT='.results += .results'
broken "no result" EDIT='.results = []'
broken "no processor time" EDIT='del(.results[0].user)'
broken "another schema" EDIT="$two | .schema_version = 3"
broken "another unit" \
    EDIT="$two | .results[0].measurements[0].time_wall_clock.unit = \"hour\""
broken "two runs of 2.0" \
    EDIT="$two | .results[0].measurements |= . + ."
broken "an exit status of its own" CLAIM=1
is "and the sweep says that something failed" "$(grep -c harness-error \
    "$scratch/err")" 1

finish
