# report_lessons.awk - the rows of `stats rows RUN lessons`, escaped for HTML,
# as the report's table: a group for each chapter, a line for each lesson.
#
# asked: "yes" for the lessons that the run has anything of, "no" for the
# others. In the environment: caption. Columns are found by their names in the first row. Roles are named
# since a table that is drawn as cards is none for a screen reader otherwise.
# SPDX-License-Identifier: MIT

BEGIN { FS = "\t" }

NR == 1 {
    for (i = 1; i <= NF; i++)
        at[$i] = i
    next
}

function cell(name)
{
    return $at[name]
}

# ">= 0.95", or "<= 1.1 / cores, here <= 0.55", with proper signs.
function bound(text)
{
    gsub(/&gt;=/, "\\&ge;", text)
    gsub(/&lt;=/, "\\&le;", text)
    return text
}

function head()
{
    print "<table class=\"lessons\" role=\"table\">"
    print "<caption>" ENVIRON["caption"] "</caption>"
    print "<thead role=\"rowgroup\"><tr role=\"row\">" \
        "<th role=\"columnheader\" scope=\"col\">The book says</th>" \
        "<th role=\"columnheader\" scope=\"col\">Verdict</th>" \
        "<th role=\"columnheader\" scope=\"col\">Measured here</th>" \
        "<th role=\"columnheader\" scope=\"col\">Figure there</th></tr></thead>"
}

# A chapter begins another group. What the source says after item or chapter
# stands with the figure.
function group(chapter)
{
    if (n)
        print "</tbody>"
    print "<tbody role=\"rowgroup\"><tr class=\"source\" role=\"row\">" \
        "<th role=\"rowheader\" scope=\"rowgroup\" colspan=\"4\">" chapter \
        "</th></tr>"
}

# What was found in words. Where there are some, they say what the figure means;
# which arms were divided is said before them, and in lessons.csv.
function meaning(    text)
{
    text = cell("why")
    if (cell("here") != "-")
        sub(/^[^;]* blocks; /, "", text)
    if (tried() != "")
        text = "tried by a command"
    return text
}

# "exit status 2", where a command has decided.
function tried(    text)
{
    text = cell("why")
    if (cell("verdict") !~ /^(holds|does)/ || !match(text, /^exit status [0-9]+/))
        return ""
    return substr(text, 1, RLENGTH)
}

function verdict(    kind, sign)
{
    kind = cell("verdict")
    class = kind ~ /^holds/ ? "holds" : kind ~ /^does/ ? "fails" : \
        kind ~ /^not/ ? "open" : "unable"
    sign = class == "holds" ? "\342\234\223" : class == "fails" ? \
        "\342\234\227" : class == "open" ? "?" : "\342\200\223"
    return "<span class=\"sign\" aria-hidden=\"true\">" sign "</span>" kind
}

cell("asked") == asked {
    source = cell("source")
    rest = ""
    if (match(source, /^[^,]*, [^,]*, /)) {
        rest = substr(source, RLENGTH + 1)
        source = substr(source, 1, RLENGTH - 2)
    }
    if (!n)
        head()
    if (!n || source != chapter)
        group(source)
    chapter = source
    n++
    said = verdict()
    figure = cell("here") == "-" ? tried() : cell("here")
    if (figure != "")
        figure = figure " "
    if (cell("bound") != "")
        figure = figure "<span class=\"soft bound\">claimed: " \
            bound(cell("bound")) "</span>"
    printf "<tr class=\"%s\" role=\"row\" id=\"lesson-%s\">" \
        "<th role=\"rowheader\" scope=\"row\">%s</th>" \
        "<td role=\"cell\" class=\"verdict\">%s</td>" \
        "<td role=\"cell\" class=\"here\">%s<small>%s</small></td>" \
        "<td role=\"cell\" class=\"book\">%s%s</td></tr>\n", class, \
        cell("lesson"), cell("claim"), said, figure, meaning(), \
        cell("then"), rest == "" ? "" : " <small>(" rest ")</small>"
}

END {
    if (n)
        print "</tbody>\n</table>"
}
