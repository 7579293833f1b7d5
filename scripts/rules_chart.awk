# rules_chart.awk - holds one chart against the rules: what gnuplot drew
# against summary.csv, and the picture against what gnuplot was told to draw.
#
# Set: chart (its name), effective (cores there really are, or ""), cpu (the
# processor), disturbed (blocks that the page says were, or "").
# Read: charts/NAME.dat on standard input, charts/NAME.svg, summary.csv.
# SPDX-License-Identifier: MIT

# ----------------------------------------------------------------- reading

# name = 'text' or name = number
/^[a-z_]+ = / && !block {
    name = $1
    sub(/^[a-z_]+ = /, "")
    if ($0 ~ /^'.*'$/)
        $0 = substr($0, 2, length($0) - 2)
    said[name] = $0
    next
}

/^\$[a-z_]+ << END$/ {
    block = substr($1, 2)
    there[block] = 1
    next
}

$0 == "END" {
    block = ""
    next
}

block { line[block, ++lines[block]] = $0 }

# ------------------------------------------------------------------ points

# Whether a row of the summary is a point of this chart, measured or not.
function belongs(r)
{
    return row[r, "role"] == "plan" && row[r, "chart"] == kind &&
        (kind == "counters" || safe(row[r, "kernel"]) == kernel)
}

# A kernel's name as it stands in a file name.
function safe(name)
{
    gsub(/[^A-Za-z0-9_-]/, "_", name)
    return name
}

function value(r, end)
{
    return kind == "speedup" ? row[r, "speedup" end] : \
        kind == "inflight" ? row[r, "elapsed" end "_s"] : \
        row[r, "cost" end "_ns"]
}

# More workers than cores, where cores are what the chart is about.
function beyond(r)
{
    return kind == "speedup" && row[r, "workers"] + 0 > row[r, "cores"] + 0
}

function x_of(r)
{
    if (kind == "speedup") # workers beyond the cores stand where so many would
        return beyond(r) ? row[r, "workers"] : row[r, "cores"]
    return kind == "inflight" ? row[r, "inflight"] : row[r, "workers"]
}

# The row of the summary that a line of $lines comes from, or 0.
function origin(cell,    r)
{
    for (r = 1; r <= rows; r++)
        if (belongs(r) && row[r, "strategy"] == cell[6] &&
            row[r, "kernel"] == cell[7] && row[r, "workers"] == cell[8] &&
            row[r, "cores"] == cell[9] && row[r, "items"] == cell[10] &&
            near(cell[1], x_of(r)) && !(r in drawn))
            return r
    return 0
}

# Low and high around a value, equal to those of the table; or none in both,
# and the chart says why.
function interval_check(what, y, low, high, r, end_low, end_high)
{
    if (end_low == "" || end_high == "") {
        if (!near(low, y) || !near(high, y))
            broken(5, dat, what " has an interval that summary.csv has not")
        if (row[r, "blocks"] >= 6)
            broken(5, dat, what " has " row[r, "blocks"] \
                " blocks and no interval")
        if (said["footer_plan"] !~ /too few for intervals/ &&
            said["footer_warning"] !~ /without a bar: fewer than 6/)
            broken(5, dat, what " has no interval, and nothing says why")
        return
    }
    if (!near(low, end_low) || !near(high, end_high))
        broken(5, dat, what " has another interval than in summary.csv")
    if (row[r, "strategy"] == "sequential" && kind == "speedup")
        return # the base over itself is 1, always
    if (!(low + 0 < high + 0) || low > y + 0 || high < y + 0)
        broken(5, dat, what " has no interval around it")
}

# A point that summary.csv calls impossible has a ring.
function ring_check(what, cell, r,    i, part)
{
    if (row[r, "alarm"] == "")
        return
    for (i = 1; i <= lines["alarms"]; i++) {
        split(line["alarms", i], part, "\t")
        if (near(part[1], cell[1]) && near(part[2], cell[2]))
            return
    }
    broken(12, dat, what " cannot be true (" row[r, "alarm"] \
        ") and has no ring")
}

function point_check(text,    cell, r, what)
{
    split(text, cell, "\t")
    cell[1] += 0
    cell[2] += 0
    what = cell[6] " " cell[7] " at " cell[1]
    r = origin(cell)
    if (!r) {
        broken(12, dat, what " is no point of summary.csv")
        return 0
    }
    drawn[r] = 1
    points++
    if (!near(cell[2], value(r, "")))
        broken(12, dat, what " is " cell[2] ", in summary.csv " value(r, ""))
    interval_check(what, cell[2], cell[3], cell[4], r, value(r, "_low"), \
        value(r, "_high"))
    ring_check(what, cell, r)
    if (cell[2] > said["y_high"] + 0 || cell[2] < said["y_low"] + 0 ||
        cell[1] > said["x_high"] + 0 || cell[1] < said["x_low"] + 0)
        broken(12, dat, what " lies outside the axes")
    return r
}

# What the plan steps over: the items in flight that a command names, or the
# workers. The rows of the summary are those of the plan, in its order.
function step(r,    at)
{
    at = index(command[r], " --inflight ")
    return at ? substr(command[r], at + 12) + 0 : row[r, "workers"] + 0
}

function commands_read(    line, n, cell, i, column)
{
    while ((getline line < "plan.tsv") > 0) {
        split(line, cell, "\t")
        for (i = 1; !column; i++)
            if (cell[i] == "command")
                column = i
            else if (!(i in cell))
                return
        command[n++] = cell[column]
    }
    close("plan.tsv")
}

# Whether a point of the same strategy between two rows was not measured.
function hole_between(a, b,    r)
{
    for (r = 1; r <= rows; r++)
        if (belongs(r) && row[r, "verdict"] != "ok" &&
            row[r, "strategy"] == row[a, "strategy"] &&
            row[r, "kernel"] == row[a, "kernel"] &&
            step(r) > step(a) && step(r) < step(b))
            return 1
    return 0
}

# Two points that a line joins: of one series, in ascending x, with the same
# work, and nothing missing between them.
function joined_check(a, b)
{
    if (row[a, "strategy"] != row[b, "strategy"] ||
        row[a, "kernel"] != row[b, "kernel"])
        broken(12, dat, "a line joins " row[a, "strategy"] " and " \
            row[b, "strategy"])
    else if (!(x_of(a) + 0 < x_of(b) + 0))
        broken(12, dat, row[a, "strategy"] ": a line does not go from less " \
            "to more " said["lines_axis"])
    else if (row[a, "items"] != row[b, "items"])
        broken(12, dat, row[a, "strategy"] ": a line joins different work")
    else if (hole_between(a, b))
        broken(12, dat, row[a, "strategy"] ": a line crosses a missing point")
}

# One empty line interrupts a line, two end it.
function lines_check(    i, last, r, empty, series, key)
{
    empty = 2
    for (i = 1; i <= lines["lines"]; i++) {
        if (line["lines", i] == "") {
            last = 0
            empty++
            continue
        }
        r = point_check(line["lines", i])
        if (!r)
            continue
        key = row[r, "strategy"] "\t" row[r, "kernel"]
        if (empty >= 2) {
            series++
            if (key in known)
                broken(12, dat, row[r, "strategy"] " has two lines")
        } else if (last) {
            joined_check(last, r)
        }
        known[key] = series
        last = r
        empty = 0
    }
    if (series != said["lines_n"])
        broken(12, dat, series " lines, and " said["lines_n"] " are drawn")
}

# Nothing that was measured is kept from the reader.
function complete_check(    r, i, part, found)
{
    for (r = 1; r <= rows; r++) {
        if (!belongs(r) || (r in drawn))
            continue
        if (row[r, "verdict"] == "ok" && value(r, "") > 0)
            broken(2, dat, row[r, "strategy"] " " row[r, "kernel"] " at " \
                x_of(r) " was measured and is not drawn")
        if ((row[r, "strategy"] "\t" row[r, "kernel"]) in known)
            continue
        found = 0
        for (i = 1; i <= lines["missing"]; i++) {
            split(line["missing", i], part, "\t")
            found = found || index(part[2], row[r, "strategy"]) ||
                kind == "counters"
        }
        if (!found)
            broken(2, dat, row[r, "strategy"] \
                " is missing, and no row says so")
    }
}

# -------------------------------------------------------------------- rows

# What stands beside the lines: a value with its interval, its cost in time.
function rows_check(    i, cell, n)
{
    for (i = 1; i <= lines["rows"]; i++) {
        n = split(line["rows", i], cell, "\t")
        if (n != 8)
            broken(12, dat, "row " i " has " n " cells, not 8")
        else
            row_check(cell)
    }
    if (lines["rows"] != said["lines_n"])
        broken(12, dat, lines["rows"] + 0 " names for " said["lines_n"] \
            " lines")
}

# The order of points: those within the cores last, since rows are about them;
# then by x, then by workers.
function comes_after(r, s,    x, y)
{
    if (beyond(r) != beyond(s))
        return beyond(s)
    x = x_of(r) + 0
    y = x_of(s) + 0
    return x > y || (x == y && row[r, "workers"] + 0 > row[s, "workers"] + 0)
}

# The last point of a line: the one its row is about.
function row_check(cell,    r, found, cost, name)
{
    name = cell[6]
    sub(/ \(!\)$/, "", name)
    for (r in drawn)
        if (row_is(r, name) && (!found || comes_after(r, found)))
            found = r
    if (!found) {
        broken(12, dat, "row " name " is about no line")
        return
    }
    cost = kind == "counters" ? row[found, "cost_ns"] / 1e9 : \
        row[found, "elapsed_s"]
    if (!seconds_shown(cell[8], cost))
        broken(4, dat, "row " name ": the time beside the ratio is " \
            cell[8] ", in summary.csv " cost " s")
    if (kind == "speedup")
        right_check(name, cell, found, "speedup", "")
    else if (kind == "inflight")
        right_check(name, cell, found, "rate", "_per_s")
    else
        lost_check(name, cell, found)
}

# Whether a row is called after what the table says: the strategy, or the
# kernel's last words and the strategy.
function row_is(r, name,    kernel_part)
{
    if (kind != "counters")
        return row[r, "strategy"] == name
    kernel_part = name
    if (sub(/ \(.*\)$/, "", kernel_part) &&
        index(name, "(" row[r, "strategy"] ")") == 0)
        return 0
    return substr(row[r, "kernel"], length(row[r, "kernel"]) - \
        length(kernel_part) + 1) == kernel_part
}

# A rate is that of the time: work / elapsed, not a sum of rates. So the ends
# of both intervals belong together, and the middle lies between them.
function right_check(name, cell, r, of, unit,    work, low, high)
{
    low = row[r, of "_low" unit]
    high = row[r, of "_high" unit]
    if (!near(cell[3], row[r, of unit]))
        broken(of == "rate" ? 3 : 12, dat, "row " name " is " cell[3] \
            ", in summary.csv " row[r, of unit])
    interval_check("row " name, cell[3], cell[4], cell[5], r, low, high)
    if (of == "speedup" || low == "")
        return
    work = low * row[r, "elapsed_high_s"]
    if (!near(high * row[r, "elapsed_low_s"], work) ||
        row[r, "rate_per_s"] * row[r, "elapsed_low_s"] > work * (1 + 1e-9) ||
        row[r, "rate_per_s"] * row[r, "elapsed_high_s"] < work * (1 - 1e-9))
        broken(3, dat, "row " name ": the rate is not that of the times")
}

# Lost updates: the median, and a bar to the most, since one is too many.
function lost_check(name, cell, r)
{
    if (row[r, "lost_runs"] == "")
        return
    if (!near(cell[3], 100 * row[r, "lost_share"]) ||
        !near(cell[5], 100 * row[r, "lost_most"]))
        broken(8, dat, "row " name \
            " does not show the median and the most of what was lost")
}

# ----------------------------------------------------- base, bound, footers

# The row of sequential that the ratios are over, or 0.
function base_row(    r)
{
    for (r = 1; r <= rows; r++)
        if (belongs(r) && row[r, "strategy"] == "sequential" &&
            row[r, "elapsed_s"] != "")
            return r
    return 0
}

function base_check(base,    text)
{
    text = said["base_text"]
    if (kind == "counters")
        return
    if (!base) {
        if (text !~ /^no ideal: sequential was not measured/)
            broken(1, dat, "does not say that there is no base")
        return
    }
    if (!sub(/^1x = sequential, /, "", text) &&
        !sub(/^sequential takes /, "", text)) {
        broken(1, dat, "does not name its base and the base's time")
        return
    }
    sub(/; ideal: .*/, "", text)
    if (!interval_shown(text, row[base, "elapsed_s"], \
            row[base, "elapsed_low_s"], row[base, "elapsed_high_s"]))
        broken(1, dat, "the base takes \"" text "\", in summary.csv " \
            row[base, "elapsed_s"] " s")
}

# The cheapest counter of one worker, or 0.
function alone_row(    r, best)
{
    for (r = 1; r <= rows; r++)
        if (belongs(r) && row[r, "workers"] == 1 && value(r, "") > 0 &&
            (!best || value(r, "") < value(best, "")))
            best = r
    return best
}

function bound_at(x, base)
{
    if (kind == "speedup")
        return effective != "" && effective + 0 > 0 && effective + 0 < x ? \
            effective : x
    if (kind == "inflight")
        return row[base, "elapsed_s"] / x
    return value(base, "") / (x < row[base, "cores"] ? x : row[base, "cores"])
}

function bound_check(base,    i, part, good, n)
{
    if (kind == "counters")
        base = alone_row()
    if (!base) {
        if (said["base_text"] !~ /^no ideal: /)
            broken(11, dat, "has no bound, and does not say why")
        return
    }
    for (i = 1; i <= lines["bound"]; i++) {
        if (line["bound", i] == "")
            continue
        split(line["bound", i], part, "\t")
        n++
        # With several amounts of work there is a bound for each.
        good += near(part[2], bound_at(part[1], base))
    }
    if (n < 2 || said["bound_n"] < 1)
        broken(11, dat, "has no line for what would be ideal")
    else if (good < 2 || (said["bound_n"] == 1 && good < n))
        broken(11, dat, "its ideal is not that of " \
            (kind == "speedup" ? "the cores" : "its base"))
}

# A quote in a name is a typographic one in a chart.
function footers_check(    r, n, text)
{
    gsub(/'/, "\342\200\231", cpu)
    if (said["footer_machine"] !~ /[0-9]/ ||
        said["footer_machine"] ~ /unknown machine/ ||
        !index(said["footer_machine"], substr(cpu, 1, 60)))
        broken(9, dat, "does not say on which machine")
    for (r = 1; r <= rows; r++)
        if (row[r, "blocks"] > n)
            n = row[r, "blocks"]
    text = said["footer_plan"]
    if (text !~ /[0-9]+ blocks?/)
        broken(10, dat, "does not say how many blocks count")
    else {
        sub(/ blocks?.*/, "", text)
        sub(/.* /, "", text)
        if (text + 0 < n + 0)
            broken(10, dat, "says " text " blocks, summary.csv has " n)
    }
    if (disturbed + 0 > 0 &&
        said["footer_plan"] !~ (disturbed " (more|of them|of it) disturbed"))
        broken(10, dat, "does not say that blocks were disturbed")
    noise_check()
}

# The noise is that of an arm measured twice, as the table has it.
function noise_check(    text, r, twins, part)
{
    text = said["footer_noise"]
    for (r = 1; r <= rows; r++) {
        if (row[r, "role"] != "twin" || row[r, "twin_ratio"] == "")
            continue
        twins++
        split(text, part, /measured twice: | %/)
        if (index(text, row[r, "strategy"]) &&
            index(text, row[r, "kernel"]) &&
            shown_as(part[2], 100 * (row[r, "twin_ratio"] - 1)))
            return
    }
    if (!twins && text ~ /noise not known/)
        return
    broken(7, dat, "does not say how much two equal arms differ")
}

# -------------------------------------------------------------------- axes

# Tics of a time carry a unit each; other axes say theirs in words.
function axes_check(    i, n, part, units)
{
    units["speedup"] = "cores"
    units["inflight"] = "items in flight"
    units["counters"] = "workers"
    if (said["lines_axis"] != units[kind])
        broken(12, dat, "the x axis does not say what it counts")
    if (kind == "speedup" && said["lines_head"] !~ /times/)
        broken(12, dat, "the y axis does not say what it shows")
    if (kind != "speedup") {
        if (said["lines_head"] !~ /time/)
            broken(12, dat, "the y axis does not say what it shows")
        n = split(said["y_tics"], part, ", ")
        for (i = 1; i <= n; i++)
            if (part[i] !~ /^"[0-9.e+-]+ (s|ms|us|ns)" /)
                broken(12, dat, "a number on the y axis has no unit: " part[i])
        if (n < 2)
            broken(12, dat, "the y axis has fewer than two numbers")
    }
    if (said["dots_axis"] !~ /times|a second|%/)
        broken(12, dat, "the axis of the dots has no unit")
    y_check()
}

# Heights that are compared by eye begin at 0; a logarithmic axis begins not
# far below what it shows.
function y_check(    i, part, least)
{
    if (kind == "speedup" && said["y_low"] + 0 != 0)
        broken(12, dat, "the y axis does not begin at 0")
    least = ""
    for (i = 1; i <= lines["lines"] + lines["bound"]; i++) {
        split(i <= lines["lines"] ? line["lines", i] : \
            line["bound", i - lines["lines"]], part, "\t")
        if (part[2] != "" && (least == "" || part[2] + 0 < least))
            least = part[2] + 0
    }
    if (kind != "speedup" && (said["y_low"] + 0 > least || \
        said["y_low"] + 0 < least / 3))
        broken(12, dat, "the y axis begins at " said["y_low"] \
            ", what it shows at " least)
}

# ----------------------------------------------------------------- picture

# The texts of a picture, each as it stands: in_picture[text]; and all of them
# in their order, since a long one stands in several lines: all_texts.
function texts_read(picture,    n, i, parts, text)
{
    n = split(picture, parts, /<text/)
    for (i = 2; i <= n; i++) {
        sub(/<\/text>.*/, "", parts[i])
        text = plain("<" parts[i])
        gsub(/^ | $/, "", text)
        in_picture[text] = 1
        all_texts = all_texts " " text
    }
}

function text_check(rule, name,    text)
{
    text = said[name]
    gsub(/  +/, " ", text)
    if (text != "" && !index(all_texts " ", " " text " "))
        broken(rule, svg, "does not show \"" text "\"")
}

function picture_check(    i, cell, picture, marks)
{
    picture = whole_file(svg)
    if (picture !~ /<\/svg>/) {
        broken(12, svg, "is not a whole picture")
        return
    }
    marks = gsub(/<use [^>]*#gpPt[0-9]/, "&", picture)
    texts_read(picture)
    text_check(1, "base_text")
    text_check(9, "footer_machine")
    text_check(10, "footer_plan")
    text_check(7, "footer_noise")
    text_check(12, "footer_warning")
    text_check(12, "title_text")
    text_check(12, "lines_head")
    text_check(12, "lines_axis")
    text_check(12, "dots_axis")
    if (kind != "curves" && said["bound_n"] > 0 && !("ideal" in in_picture))
        broken(11, svg, "does not name its ideal")
    for (i = 1; i <= lines["rows"]; i++) {
        split(line["rows", i], cell, "\t")
        if (!(cell[6] in in_picture) || !(cell[7] in in_picture) ||
            !(cell[8] in in_picture))
            broken(12, svg, "does not show row " cell[6])
    }
    if (marks < points)
        broken(12, svg, marks " marks for " points " points")
}

# A chart of speedups, of items in flight or of counters.
function special_check(    base)
{
    base = base_row()
    lines_check()
    complete_check()
    rows_check()
    base_check(base)
    bound_check(base)
    footers_check()
    axes_check()
    picture_check()
}

END {
    dat = "charts/" chart ".dat"
    svg = "charts/" chart ".svg"
    kind = chart
    sub(/-.*/, "", kind)
    if ("kind" in said)
        kind = said["kind"]
    kernel = chart
    sub(/^[a-z]+-/, "", kernel)
    rows = summary_read("summary.csv", row)
    commands_read()
    if (kind == "curves")
        curve_check()
    else if (kind == "costs" || kind == "timeline" || kind == "occupancy")
        once_check()
    else
        special_check()
    for (name in said)
        words_check(said[name], dat)
}
