# rules_once.awk - holds a chart of what was run once (kinds costs, timeline
# and occupancy) against the rules.
#
# Such a chart has no blocks and stands in no table. So what is held here is
# that it says so, and on which machine; that costs have the intervals of their
# own blocks, or a reason; that values are those of the data; and that the
# picture shows what gnuplot was told to draw.
#
# Loaded with rules.awk and rules_chart.awk, which read and share.
# SPDX-License-Identifier: MIT

# NAME[2] = 'text': what stands above the second panel.
/^[A-Z_]+\[[0-9]+\] = '/ && !block {
    name = $1
    sub(/^[A-Z_]+\[[0-9]+\] = /, "")
    said[name] = substr($0, 2, length($0) - 2)
}

function once_footers()
{
    gsub(/'/, "\342\200\231", cpu)
    if (said["footer_machine"] ~ /unknown machine/ ||
        !index(said["footer_machine"], substr(cpu, 1, 60)))
        broken(9, dat, "does not say on which machine")
    if (said["footer_plan"] !~ /run once, after the last block/)
        broken(10, dat, "does not say how often it was run")
}

# Cells: row, value, low, high, name, value in words; times in seconds.
function cost_check(cell,    what)
{
    what = cell[5]
    points++
    if (!seconds_shown(cell[6], cell[2]))
        broken(12, dat, what " is " cell[2] " s, and said to be " cell[6])
    if (cell[3] + 0 > cell[2] + 0 || cell[4] + 0 < cell[2] + 0)
        broken(5, dat, what " has no interval around it")
    if (cell[3] + 0 < said["x_low"] + 0 || cell[4] + 0 > said["x_high"] + 0)
        broken(12, dat, what " lies outside the axis")
    if (before != "" && cell[2] + 0 < before + 0)
        broken(12, dat, what " is not in its place")
    before = cell[2]
    once_shows(what)
    once_shows(cell[6])
}

function once_costs(    i, cell, text)
{
    for (i = 1; i <= lines["costs"]; i++) {
        split(line["costs", i], cell, "\t")
        cost_check(cell)
    }
    if (points < 1 || points != said["costs_n"])
        broken(12, dat, points + 0 " costs, and " said["costs_n"] " are drawn")
    text = said["footer_noise"]
    if (text !~ /median of [0-9]+ blocks/)
        broken(10, dat, "does not say how many blocks there are")
    sub(/^.*median of /, "", text)
    if (text + 0 >= 6 ? text !~ /bar: 95 %/ : text !~ /too few/)
        broken(5, dat, "does not say what its bars are, or why there are none")
    if (said["x_tics"] !~ /"[0-9.]+ (ns|us|ms|s)" .*"[0-9.]+ (ns|us|ms|s)" /)
        broken(12, dat, "the axis has fewer than two numbers with a unit")
}

# Panels above each other on one axis of time, each with its own time.
function once_panels(    p, key)
{
    for (p = 1; ("HEADING[" p "]") in said; p++) {
        key = "HEADING[" p "]"
        if (said[key] !~ /: [0-9.]+ (ns|us|ms|s)$/)
            broken(4, dat, "panel " p " does not say how long it took")
        once_shows(said[key])
    }
    if (p == 1 || p - 1 != said["panels_n"])
        broken(12, dat, p - 1 " headings for " said["panels_n"] " panels")
    for (p = 1; ("KEY[" p "]") in said; p++)
        once_shows(said["KEY[" p "]"])
    once_shows("ms")
}

function once_shows(text)
{
    gsub(/  +/, " ", text)
    if (!index(all_texts " ", " " text " "))
        broken(12, svg, "does not show \"" text "\"")
}

function once_check(    picture, marks)
{
    once_footers()
    picture = whole_file(svg)
    if (picture !~ /<\/svg>/) {
        broken(12, svg, "is not a whole picture")
        return
    }
    marks = gsub(/<use [^>]*#gpPt[0-9]/, "&", picture)
    texts_read(picture)
    text_check(12, "title_text")
    text_check(12, "lines_head")
    text_check(9, "footer_machine")
    text_check(10, "footer_plan")
    text_check(10, "footer_noise")
    text_check(12, "footer_warning")
    if (kind == "costs")
        once_costs()
    else
        once_panels()
    if (marks < points)
        broken(12, svg, marks " marks for " points " costs")
}
