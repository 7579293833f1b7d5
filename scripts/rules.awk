# rules.awk - what the parts of scripts/rules share: reading a table, a chart
# and a page, and comparing numbers as they are printed.
#
# SPDX-License-Identifier: MIT

# One line for scripts/rules to sort: which rule, where, what is wrong.
function broken(rule, where, what)
{
    printf "%02d\t%s: %s\n", rule, where, what
}

# ---------------------------------------------------------------- numbers

function size(x)
{
    return x < 0 ? -x : x
}

# Whether two numbers agree to nine digits: charts keep ten, tables twelve.
function near(a, b)
{
    return size(a - b) <= 1e-9 * size(b) + 1e-300
}

function is_number(text)
{
    return text ~ /^[-+]?[0-9.]+(e[-+]?[0-9]+)?$/
}

# Whether `text` is what `value` looks like when printed with so few digits.
function shown_as(text, value,    digits, point)
{
    if (!is_number(text) || !is_number(value))
        return 0
    point = index(text, ".")
    digits = point ? length(text) - point : 0
    return size(text - value) <= 0.5000001 * 10 ^ -digits
}

# What a second is in this unit; 0 for what is no unit.
function per_second(unit)
{
    return unit == "s" ? 1 : unit == "ms" ? 1e3 : unit == "us" ? 1e6 : \
        unit == "ns" ? 1e9 : 0
}

# Whether a text like "134 ms" says that many seconds.
function seconds_shown(text, seconds,    part)
{
    return split(text, part, " ") == 2 && per_second(part[2]) &&
        shown_as(part[1], seconds * per_second(part[2]))
}

# The same for "134 ms [131, 139]"; without ends in the table there must be
# none in the text, but the reason.
function interval_shown(text, middle, low, high,    part, unit)
{
    split(text, part, /[][ ,]+/)
    unit = per_second(part[2])
    if (!seconds_shown(part[1] " " part[2], middle))
        return 0
    if (low == "")
        return text ~ /\(no interval: fewer than 6 blocks\)/
    return text ~ /^[^[]*\[[^]]*\]/ && shown_as(part[3], low * unit) &&
        shown_as(part[4], high * unit)
}

# ------------------------------------------------------------------ tables

# Splits a line of comma-separated values (RFC 4180).
function csv_split(line, cells,    n, c, quoted, i, text)
{
    n = 1
    text = ""
    for (i = 1; i <= length(line); i++) {
        c = substr(line, i, 1)
        if (quoted && c == "\"" && substr(line, i + 1, 1) == "\"") {
            text = text c
            i++
        } else if (c == "\"") {
            quoted = !quoted
        } else if (c == "," && !quoted) {
            cells[n++] = text
            text = ""
        } else {
            text = text c
        }
    }
    cells[n] = text
    return n
}

# Fills row[1..rows, column name] and answers how many rows there are. What
# looks like a number is one: awk would compare texts letter by letter.
function summary_read(file, row,    line, n, i, names, cells, count)
{
    while ((getline line < file) > 0) {
        n = csv_split(line, cells)
        for (i = 1; i <= n; i++)
            if (!count)
                names[i] = cells[i]
            else
                row[count, names[i]] = is_number(cells[i]) ? cells[i] + 0 : \
                    cells[i]
        count++
    }
    close(file)
    return count - 1
}

# ------------------------------------------------------------------- text

# The text of a page or picture without its tags.
function plain(text)
{
    gsub(/<[^>]*>/, " ", text)
    gsub(/&lt;/, "<", text)
    gsub(/&gt;/, ">", text)
    gsub(/&quot;/, "\"", text)
    gsub(/&nbsp;|&#160;/, " ", text)
    gsub(/&#39;/, "'", text)
    gsub(/&amp;/, "\\&", text)
    gsub(/[ \t\n]+/, " ", text)
    return text
}

function whole_file(file,    line, text)
{
    text = ""
    while ((getline line < file) > 0)
        text = text line "\n"
    close(file)
    return text
}

# A word of `list` (separated by |) that the text has, or "".
function word_found(text, list,    words, n, i)
{
    text = " " tolower(text) " "
    gsub(/[^a-z0-9%+\/-]+/, " ", text)
    n = split(list, words, "|")
    for (i = 1; i <= n; i++)
        if (index(text, " " words[i] " "))
            return words[i]
    return ""
}

# Words that no chart or page may have, by rule: nothing here is summarised by
# a mean, and no normal distribution is taken for granted.
function words_check(text, where,    word)
{
    text = tolower(text)
    word = word_found(text, "mean speedup|mean ratio|average speedup|" \
        "average ratio|geometric mean|mean of ratios|mean of the ratios|" \
        "average of ratios|mean of speedups|mean of the speedups")
    if (word != "") {
        broken(4, where, "says \"" word "\": ratios are not summarised so")
        gsub(word, "", text)
    }
    word = word_found(text, "mean rate|mean throughput|average|averaged|" \
        "averages|arithmetic mean|the mean|a mean|mean time|mean of|mean over")
    if (word != "")
        broken(3, where, "says \"" word "\": times and rates are medians here")
    word = word_found(text, "standard deviation|standard error|stddev|sigma|" \
        "t-test|t test|+/-|student")
    if (word == "" && index(text, "\302\261"))
        word = "\302\261"
    if (word != "")
        broken(6, where, "says \"" word "\": that assumes a distribution")
}
