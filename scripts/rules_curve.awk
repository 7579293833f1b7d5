# rules_curve.awk - holds a chart of an experiment that says itself what it
# draws (kind 'curves' in its data) against the rules.
#
# Its figures are any quantity, which summary.csv may not have; so what is held
# here is that nothing is kept back, that what varies has an interval or a
# reason, that axes say what they show, and that the picture shows it.
#
# Loaded with rules.awk and rules_chart.awk, which read and share.
# SPDX-License-Identifier: MIT

function curve_point(text, before,    cell, what)
{
    split(text, cell, "\t")
    what = cell[6] " " cell[7] " at " cell[1]
    points++
    drawn_line[cell[6] "\t" cell[7]] = 1
    if (cell[2] + 0 > said["y_high"] + 0 || cell[2] + 0 < said["y_low"] + 0 ||
        cell[1] + 0 > said["x_high"] + 0 || cell[1] + 0 < said["x_low"] + 0)
        broken(12, dat, what " lies outside the axes")
    if (before != "" && !(cell[1] + 0 > before + 0))
        broken(12, dat, what ": a line does not go from less to more " \
            said["lines_axis"])
    if (cell[3] + 0 > cell[2] + 0 || cell[4] + 0 < cell[2] + 0)
        broken(5, dat, what " has no interval around it")
    if (cell[11] + 0 < 6 && said["footer_plan"] !~ /too few for intervals/ &&
        said["footer_warning"] !~ /without a bar: fewer than 6/)
        broken(5, dat, what " has no interval, and nothing says why")
    return cell[1]
}

# One empty line interrupts a line, two end it.
function curve_lines(    i, before, empty, series)
{
    empty = 2
    for (i = 1; i <= lines["lines"]; i++) {
        if (line["lines", i] == "") {
            before = ""
            empty++
            continue
        }
        if (empty >= 2)
            series++
        empty = 0
        before = curve_point(line["lines", i], before)
    }
    if (series != said["lines_n"] || lines["rows"] != said["lines_n"])
        broken(12, dat, series " lines and " lines["rows"] + 0 \
            " names, and " said["lines_n"] " are drawn")
}

# Each line of the experiment is drawn, or a row says why it is not.
function curve_complete(    text, n, cell, i, at, whole, missing)
{
    for (i = 1; i <= lines["missing"]; i++)
        missing = missing "\t" line["missing", i]
    while ((getline text < "plan.tsv") > 0) {
        n = split(text, cell, "\t")
        if (!whole) {
            for (i = 1; i <= n; i++)
                at[cell[i]] = i
            whole = 1
            continue
        }
        if (!("experiment" in at) || cell[at["role"]] != "plan" ||
            cell[at["experiment"]] != said["experiment"] ||
            (said["kernels"] != "" && !index("," said["kernels"] ",", \
                "," cell[at["kernel"]] ",")))
            continue
        if ((cell[at["strategy"]] "\t" cell[at["kernel"]]) in drawn_line)
            continue
        if (!index(missing, cell[at["series"]]) &&
            !index(missing, cell[at["kernel"]]))
            broken(2, dat, cell[at["series"]] \
                " is missing, and no row says so")
    }
    close("plan.tsv")
}

function curve_axes(    part)
{
    if (said["lines_axis"] == "")
        broken(12, dat, "the x axis does not say what it counts")
    if (said["lines_head"] == "")
        broken(12, dat, "the y axis does not say what it shows")
    if (said["dots_head"] == "" || said["dots_axis"] !~ /%/)
        broken(12, dat, "the dots do not say what they show")
    if (split(said["y_tics"], part, ", ") < 2)
        broken(12, dat, "the y axis has fewer than two numbers")
    if (!(said["y_log"] + 0) && said["y_low"] + 0 > 0)
        broken(12, dat, "the y axis does not begin at 0")
}

function curve_check()
{
    curve_lines()
    curve_complete()
    curve_axes()
    if (said["bound_text"] != "" && said["bound_n"] < 1)
        broken(11, dat, "has no line for " said["bound_text"])
    footers_check()
    picture_check()
    if (said["bound_n"] > 0)
        text_check(11, "bound_text")
}
