# rules_page.awk - holds report.html against the rules: what it says of the
# run as a whole against plan.tsv, summary.csv, machine.json and session.json.
#
# Set: facts, a file with what is known of machine and session, one "key, tab,
# value" a line. Read: report.html on standard input, plan.tsv, summary.csv.
# SPDX-License-Identifier: MIT

# The page as lines, cut at heads: section[id] has tags, text_of(id) has not.
{
    if (match($0, /<h[123] id="[^"]*"/)) {
        id = substr($0, RSTART, RLENGTH)
        sub(/.*="/, "", id)
        sub(/"$/, "", id)
        there[id] = 1
    }
    section[id] = section[id] $0 "\n"
    if (/ href="/)
        links = links $0 "\n"
}

# Kept, since many rules ask for the same long section.
function text_of(id)
{
    if (!(id in texts))
        texts[id] = plain(section[id])
    return texts[id]
}

# Whether a text has `word` standing alone: "2" is not in "20".
function has_word(text, word,    at, before, after, rest)
{
    rest = text
    while ((at = index(rest, word)) > 0) {
        before = at == 1 ? " " : substr(rest, at - 1, 1)
        after = substr(rest, at + length(word), 1)
        if (before !~ /[A-Za-z0-9_.]/ && after !~ /[A-Za-z0-9_]/)
            return 1
        rest = substr(rest, at + length(word))
    }
    return 0
}

function need_section(rule, id, what)
{
    if (!(id in there))
        broken(rule, "report.html", "has no section on " what)
    return id in there
}

# ------------------------------------------------------------------- facts

function facts_read(    line, tab, key)
{
    while ((getline line < facts) > 0) {
        tab = index(line, "\t")
        key = substr(line, 1, tab - 1)
        n_of[key]++
        fact[key, n_of[key]] = substr(line, tab + 1)
    }
    close(facts)
}

# plan.tsv: the levels of each column, and the greatest number of cores.
function plan_read(    line, cell, name, n, i, count)
{
    while ((getline line < "plan.tsv") > 0) {
        n = split(line, cell, "\t")
        for (i = 1; i <= n && !count; i++)
            name[i] = cell[i]
        for (i = 1; i <= n && count; i++)
            arm[count, name[i]] = cell[i]
        count++
    }
    close("plan.tsv")
    return count - 1
}

# ------------------------------------------------------------------- rules

# Rule 2: what is not there, and why.
function left_out_check(    i, text, r, used, key, name)
{
    if (!need_section(2, "left_out", "what was left out"))
        return
    text = text_of("left_out")
    for (i = 1; i <= n_of["left_out"]; i++) {
        key = fact["left_out", i]
        sub(/: .*/, "", key)
        if (!index(text, key))
            broken(2, "report.html", "does not list as left out: " key)
    }
    split("kernels strategies", name, " ")
    for (i = 1; i <= 2; i++)
        if (n_of["asked." name[i]] && !index(text, name[i] " but: "))
            broken(2, "report.html", "does not say that only some " name[i] \
                " were asked for")
    if (text !~ /block 0/)
        broken(2, "report.html", "does not say that block 0 is left out")
    for (i = 1; i <= arms; i++)
        if (arm[i, "cores"] + 0 > used)
            used = arm[i, "cores"] + 0
    if (fact["machine.hardware_threads", 1] + 0 > used &&
        text !~ /[0-9]+ of [0-9]+ processors/)
        broken(2, "report.html", "does not say that it used " used " of " \
            fact["machine.hardware_threads", 1] " processors")
    missing_check()
}

function missing_check(    r, text, label)
{
    if (!need_section(2, "missing", "what is missing"))
        return
    text = text_of("missing")
    for (r = 1; r <= rows; r++) {
        if (row[r, "verdict"] == "ok")
            continue
        label = row[r, "strategy"] " " row[r, "kernel"] " " \
            row[r, "workers"] " " row[r, "verdict"]
        if (!index(text, label))
            broken(2, "report.html", "does not list as missing: " label)
    }
}

# Rule 6 and 7: which distribution is assumed, how strategies are compared.
function compare_check(    text)
{
    text = text_of("method")
    if (text !~ /sign test/ || text !~ /no normal distribution/)
        broken(6, "report.html", \
            "does not say what its intervals assume of the times")
    if (text !~ /block by block/ || text !~ /Many comparisons/)
        broken(7, "report.html", "does not say how strategies are compared")
    if (!need_section(7, "trust", "whether it can be trusted"))
        return
    text = text_of("trust")
    if (text !~ /measured twice/ && text !~ /noise not known/)
        broken(7, "report.html", "does not say how much two equal arms differ")
    if (text !~ /blocks? counts?\./)
        broken(10, "report.html", "does not say which blocks count")
    alarms_check()
}

# Every alarm of every arm stands in the warning, behind the arm's name.
function alarms_check(    r, i, n, part, text, arm_name, at)
{
    for (r = 1; r <= rows; r++) {
        text = text_of("trust")
        arm_name = row[r, "strategy"] " " row[r, "kernel"] " with " \
            row[r, "workers"] " worker"
        at = index(text, arm_name)
        text = at ? substr(text, at + length(arm_name)) : ""
        sub(/ with [0-9]+ worker.*/, "", text)
        n = split(row[r, "alarm"], part, "; ")
        for (i = 1; i <= n; i++)
            if (!index(text, part[i]))
                broken(7, "report.html", "does not warn of " arm_name \
                    "(s): " part[i])
    }
}

# Rule 9: every factor with all its levels; the machine; the raw data.
function factors_check(    columns, c, i, n, seen, text)
{
    if (!need_section(9, "factors", "what was varied"))
        return
    n = split("kernel strategy workers cores items", columns, " ")
    for (c = 1; c <= n; c++) {
        text = factor_row(columns[c])
        for (i = 1; i <= arms; i++) {
            if (arm[i, "role"] == "blank" ||
                (columns[c], arm[i, columns[c]]) in seen)
                continue
            seen[columns[c], arm[i, columns[c]]] = 1
            if (!has_word(text, arm[i, columns[c]]))
                broken(9, "report.html", "does not list " columns[c] " " \
                    arm[i, columns[c]] " among the factors' levels")
        }
    }
}

# The text of a factor's row after its name and number of levels.
function factor_row(name,    text, at)
{
    text = section["factors"]
    at = index(text, "<td>" name "</td>")
    if (!at)
        return ""
    text = substr(text, at + length(name) + 9)
    at = index(text, "</tr>")
    text = substr(text, 1, at)
    sub(/<td>[0-9]+<\/td>/, "", text)
    return plain(text)
}

function machine_check(    keys, n, i, text)
{
    if (!need_section(9, "machine", "the machine"))
        return
    n = split("cpu cores kernel compiler flags libraries governor smt " \
        "virtualisation hyperfine gnuplot", keys, " ")
    for (i = 1; i <= n; i++) {
        if (!n_of["machine." keys[i]])
            broken(9, "machine.json", "does not say: " keys[i])
        else if (!index(section["machine"], "<td>" keys[i] "</td>"))
            broken(9, "report.html", "does not say of the machine: " keys[i])
    }
    text = text_of("machine")
    if (n_of["machine.cpu"] && !index(text, fact["machine.cpu", 1]))
        broken(9, "report.html", "describes another machine")
}

function links_check(    files, n, i)
{
    n = split("samples.jsonl plan.tsv machine.json summary.csv", files, " ")
    for (i = 1; i <= n; i++) {
        if (!index(links, "href=\"" files[i] "\""))
            broken(9, "report.html", "has no link to " files[i])
    }
}

# Rule 10: how times were taken, started and summarised. Rule 8: why so.
function method_check(    text, what, i, n, pair)
{
    if (!need_section(10, "method", "how this was measured"))
        return
    text = text_of("method")
    n = split("CLOCK_MONOTONIC=clock|What is timed=timed span|" \
        "Start of the workers=start of the workers|" \
        "slowest=end of a parallel time|Block 0=blocks|" \
        "order is random=order|median=summary|95 %=interval|" \
        "hyperfine=timer outside", what, "|")
    for (i = 1; i <= n; i++) {
        split(what[i], pair, "=")
        if (!index(text, pair[1]))
            broken(10, "report.html", "does not tell the " pair[2])
    }
    if (!index(text, "skewed"))
        broken(8, "report.html", "does not say why it reports medians")
    if (!n_of["latencies"] && !index(text, "tells no latencies"))
        broken(8, "report.html", "does not say that percentiles are not known")
}

# -------------------------------------------------------------- one chart

# The part of the page about a chart: the same picture, the base in words, an
# interval beside each ratio, percentiles where items wait.
function chart_check(name, kind,    text, caption, head)
{
    if (!need_section(2, name, "the chart " name))
        return
    text = text_of(name)
    if (section[name] !~ /<svg/)
        broken(2, "report.html", name ": the chart is not in it")
    if (!index(text, plain_base[name]))
        broken(1, "report.html", name ": shows another base than the chart")
    caption = section[name]
    sub(/.*<figcaption>/, "", caption)
    sub(/<\/figcaption>.*/, "", caption)
    caption = plain(caption)
    if (caption ~ /[0-9] times as (fast|much)/ &&
        caption !~ /95 % interval [0-9.]+ to [0-9.]+/ &&
        caption !~ /no interval: /)
        broken(7, "report.html", name ": a ratio in words has no interval")
    if (kind == "speedup" && caption ~ /times as fast as sequential/ &&
        caption !~ /instead of [0-9.]+ (s|ms|us|ns)/)
        broken(1, "report.html", name ": a ratio in words names no time")
    words_check(caption, "report.html, " name)
    numbers_check(name, kind)
}

# Every time in the numbers has its interval, where there are blocks enough.
function cells_check(name, table,    lines, n, i, cell, at)
{
    n = split(table, lines, /<tr>/)
    i = split(lines[2], cell, /<th[^>]*>/)
    while (i > 1 && plain(cell[i]) !~ /^ *blocks *$/)
        i--
    at = i # what is timed stands right of the blocks
    for (i = 3; i <= n; i++) {
        split(lines[i], cell, /<td>/)
        if (plain(cell[at]) + 0 >= 6 && cell[at + 1] != "" &&
            cell[at + 1] !~ /\[[^]]*\]/)
            broken(5, "report.html", name ": " plain(cell[2]) \
                " has a time without its interval")
    }
}

# The table of a chart's numbers.
function numbers_check(name, kind,    head, table)
{
    head = section[name]
    if (!sub(/.*<details>/, "", head)) {
        broken(9, "report.html", name ": has no table of its numbers")
        return
    }
    table = head
    sub(/<\/table>.*/, "", table)
    cells_check(name, table)
    sub(/<\/tr>.*/, "", head)
    head = plain(head)
    if (head !~ / elapsed / || head !~ / blocks /)
        broken(4, "report.html", name \
            ": the times behind the ratios are not in its numbers")
    if (kind == "inflight" && n_of["latencies"] &&
        head !~ /an item, median .*an item, 99 of 100 .*an item, longest/)
        broken(8, "report.html", name ": has no percentiles of latency")
}

# Whether any section's tables have these cells side by side.
function in_numbers(cells,    name)
{
    for (name in section)
        if (index(text_of(name), cells))
            return 1
    return 0
}

# What has no chart of its own stands among the laws, a row for each strategy,
# in the numbers of an experiment's chart, or among the further experiments, a
# row for each arm.
function law_check(r)
{
    if (row[r, "chart"] ~ /^(lines|none)$/) {
        if (!in_numbers(" " row[r, "kernel"] " " row[r, "strategy"] " " \
                row[r, "workers"] " " row[r, "cores"] " "))
            broken(2, "report.html", row[r, "strategy"] " " \
                row[r, "kernel"] " was measured and is not in it")
        return
    }
    if (!index(text_of("fits"), row[r, "strategy"] " " row[r, "kernel"] " " \
            row[r, "chart"] " "))
        broken(2, "report.html", row[r, "strategy"] " " row[r, "kernel"] \
            " was measured for " row[r, "chart"] " and is not in it")
}

function charts_check(    r, name, line, done)
{
    for (r = 1; r <= rows; r++) {
        name = row[r, "kernel"]
        gsub(/[^A-Za-z0-9_-]/, "_", name)
        name = row[r, "chart"] == "counters" ? "counters" : \
            row[r, "chart"] "-" name
        if (row[r, "role"] != "plan" || row[r, "verdict"] != "ok")
            continue
        if (row[r, "chart"] !~ /^(speedup|inflight|counters)$/) {
            law_check(r)
            continue
        }
        if (name in done)
            continue
        done[name] = 1
        if ((getline line < ("charts/" name ".dat")) <= 0) {
            if (!has_word(text_of("left_out"), "chart " name))
                broken(2, "charts/" name ".dat", \
                    "was measured and is not drawn")
            continue
        }
        do
            if (sub(/^base_text = '/, "", line)) {
                sub(/'$/, "", line)
                plain_base[name] = line
            }
        while ((getline line < ("charts/" name ".dat")) > 0)
        close("charts/" name ".dat")
        chart_check(name, row[r, "chart"])
    }
}

END {
    facts_read()
    arms = plan_read()
    rows = summary_read("summary.csv", row)
    charts_check()
    left_out_check()
    compare_check()
    factors_check()
    machine_check()
    links_check()
    method_check()
    split("method trust left_out factors fits", ids, " ")
    for (i = 1; i in ids; i++)
        words_check(text_of(ids[i]), "report.html, " ids[i])
}
