# terminal.awk - one chart as text, for those who have no more than a terminal.
#
# Teaches: a chart is places on two axes, and text has places too: here one
# sign is the least step, so the numbers stand beside the picture.
# Look at: put_points. Where lines meet, their letters stand side by side, as
# far as the next place on the axis is away; what is left over becomes a &.
# Left out: bands around the lines. The rows have the intervals.
#
# A strategy has the same letter in every chart of a run: it is that of its
# colour and mark in the pictures.
#
# Set: columns (how wide the text may be), ascii (no other signs), small (letters
# that stand for other things than strategies are small ones), colours
# (whether the terminal shows any).
# Read: the chart's .gp file, its .dat file and, for a chart without lines,
# its numbers as `stats rows` prints them; each named after its part=gp,
# part=dat or part=rows. All in bytes: run with LC_ALL=C.
# SPDX-License-Identifier: MIT

# ----------------------------------------------------------------- reading

# What a chart file says of its axes.
part == "gp" && /^number_head_[12] = "/ {
    split($0, cell, "\"")
    said[$1] = cell[2]
}

part == "gp" && /^dots_(mark|log) = / { said[$1] = $3 }

part == "gp" && /^set logscale [xy]+$/ {
    if ($3 ~ /x/)
        said["x_log"] = 1
    if ($3 ~ /y/)
        said["y_log"] = 1
}

part == "gp" { next }

part == "rows" {
    numbers[++numbers_n] = $0
    next
}

# name = 'text' or name = number
/^[a-z_0-9]+ = / && !block {
    name = $1
    sub(/^[a-z_0-9]+ = /, "")
    if ($0 ~ /^'.*'$/)
        $0 = substr($0, 2, length($0) - 2)
    said[name] = $0
    next
}

/^\$[a-z_0-9]+ << END$/ {
    block = substr($1, 2)
    next
}

$0 == "END" {
    block = ""
    next
}

block { line[block, ++lines[block]] = $0 }

# ------------------------------------------------------------------- texts

# How many signs a text has: bytes that begin one.
function signs(text)
{
    gsub(/[\200-\277]/, "", text)
    return length(text)
}

# The first n signs.
function first_signs(text, n,    i, c)
{
    for (i = 1; i <= length(text); i++) {
        c = substr(text, i, 1)
        if (c !~ /[\200-\277]/ && n-- == 0)
            break
    }
    return substr(text, 1, i - 1)
}

function plain(text)
{
    if (!ascii)
        return text
    gsub(/\342\200\231/, "'", text)
    gsub(/\302\265/, "u", text)
    gsub(/[\300-\377][\200-\277]+/, "?", text)
    return text
}

function spaces(n)
{
    return n > 0 ? sprintf("%" n "s", "") : ""
}

function left(text, n)
{
    text = signs(text) > n ? first_signs(text, n - 3) "..." : text
    return text spaces(n - signs(text))
}

function right(text, n)
{
    return spaces(n - signs(text)) text
}

# A paragraph, broken at blanks; a word too long for a line is cut.
function wrap(text,    word, n, i, out)
{
    n = split(plain(text), word, " ")
    for (i = 1; i <= n; i++) {
        if (out != "" && signs(out) + 1 + signs(word[i]) > columns) {
            print out
            out = ""
        }
        if (signs(word[i]) > columns)
            word[i] = first_signs(word[i], columns - 3) "..."
        out = out (out == "" ? "" : " ") word[i]
    }
    if (out != "")
        print out
}

# Bold, or in the colour of a style; nothing for a plain terminal.
function in_ink(text, ink)
{
    return colours && ink != "" ? "\033[" ink "m" text "\033[0m" : text
}

# The seven colours of style.gp as a terminal of 256 colours has them; black
# is left to the terminal, whose ground may be black.
function ink_of(style,    ink)
{
    split("38;5;166 38;5;32 38;5;36 38;5;178 38;5;74 38;5;175 1", ink, " ")
    return ink[style % 7 + 1]
}

function letter(style)
{
    if (small)
        style = (style + 26) % 52
    return style < 26 ? sprintf("%c", 65 + style) : \
        style < 52 ? sprintf("%c", 71 + style) : "?"
}

# -------------------------------------------------------------------- axes

# Of two words, a number or the name of one.
function setting(name,    value)
{
    value = said[name]
    return value in said ? said[value] + 0 : value + 0
}

# Where a value stands on an axis, 0 to 1.
function share(value, low, high, logarithmic)
{
    if (high <= low)
        return 0
    return logarithmic ? log(value / low) / log(high / low) : \
        (value - low) / (high - low)
}

# tic_at and tic_text, from a list as gnuplot takes it; how many.
function tics_read(list,    item, n, i, at)
{
    n = split(list, item, /, /)
    for (i = 1; i <= n; i++) {
        tic_text[i] = tic_at[i] = item[i]
        if (item[i] ~ /^"/) {
            at = index(substr(item[i], 2), "\"")
            tic_text[i] = substr(item[i], 2, at - 1)
            tic_at[i] = substr(item[i], at + 3) + 0
        }
    }
    return n
}

# At most eight steps of 1, 2 or 5 times a power of ten, up to high.
function linear_tics(high,    step, list, i)
{
    step = 10 ^ int(log(high / 8) / log(10) + 100)  / 10 ^ 100
    step *= high / step <= 8 ? 1 : high / step <= 16 ? 2 : \
        high / step <= 40 ? 5 : 10
    for (i = 0; i * step <= high; i++)
        list = list (i ? ", " : "") sprintf("%.6g", i * step)
    return list
}

# A line of tic labels, centred at their places from `from` on, those left out
# that would touch the one before.
function tic_line(n, low, high, logarithmic, from, width,    i, out, at)
{
    out = ""
    for (i = 1; i <= n; i++) {
        at = from + int((width - 1) * share(tic_at[i], low, high, \
            logarithmic) + 0.5) - int(signs(tic_text[i]) / 2)
        if (tic_at[i] < low || tic_at[i] > high || at < signs(out) + \
                (out == "" ? 0 : 1) || at + signs(tic_text[i]) > columns)
            continue
        out = out spaces(at - signs(out)) tic_text[i]
    }
    return out
}

# ------------------------------------------------------------------ canvas

function put(column, row, sign)
{
    if (column >= 0 && column < width && row >= 0 && row < height)
        at[column, row] = sign
}

function column_of(x)
{
    return int((inner - 1) * share(x, x_low, x_high, x_log) + 0.5)
}

function row_of(y)
{
    return height - 1 - int((height - 1) * share(y, y_low, y_high, y_log) + 0.5)
}

# A straight piece of a line, sign by sign.
function put_piece(x1, y1, x2, y2, sign,    c, r, c2, r2, steps, i)
{
    c = column_of(x1)
    r = row_of(y1)
    c2 = column_of(x2)
    r2 = row_of(y2)
    steps = c2 - c > 0 ? c2 - c : 1
    if (r2 - r > steps)
        steps = r2 - r
    if (r - r2 > steps)
        steps = r - r2
    for (i = 0; i <= steps; i++)
        put(int(c + (c2 - c) * i / steps + 0.5), \
            int(r + (r2 - r) * i / steps + 0.5), sign)
}

# The lines of a block, interrupted by empty ones.
function put_lines(name, sign,    i, cell, x, y, joined)
{
    for (i = 1; i <= lines[name]; i++) {
        if (split(line[name, i], cell, "\t") < 2) {
            joined = 0
            continue
        }
        if (joined)
            put_piece(x, y, cell[1] + 0, cell[2] + 0, sign)
        x = cell[1] + 0
        y = cell[2] + 0
        joined = 1
    }
}

# How far it is from a column to the next that has points.
function room_after(column,    c)
{
    for (c = column + 1; c < width && !(c in has_points); c++)
        ;
    return c - column - (c < width)
}

# Points are letters, in the order of the rows.
function put_points(    i, cell, c, r, room, sign)
{
    for (i = 1; i <= lines["lines"]; i++)
        if (split(line["lines", i], cell, "\t") > 4)
            has_points[column_of(cell[1] + 0)] = 1
    for (i = 1; i <= lines["lines"]; i++) {
        if (split(line["lines", i], cell, "\t") < 5)
            continue
        c = column_of(cell[1] + 0)
        r = row_of(cell[2] + 0)
        sign = letter(cell[5] + 0)
        for (room = room_after(c); room > 1 && is_letter[c, r]; room--)
            c++
        if (is_letter[c, r]) {
            sign = "&"
            several = 1
        } else {
            ink[c, r] = cell[5] + 0
        }
        is_letter[c, r] = 1
        put(c, r, sign)
    }
}

# Labels of the rows beside the upright axis.
function labels_read(    n, i, r)
{
    n = tics_read("y_tics" in said ? said["y_tics"] : linear_tics(y_high))
    for (i = 1; i <= n; i++) {
        r = row_of(tic_at[i])
        if (tic_at[i] < y_low || tic_at[i] > y_high || (r in label))
            continue
        label[r] = plain(tic_text[i])
        if (signs(label[r]) > label_signs)
            label_signs = signs(label[r])
    }
}

function canvas_print(    r, c, out, sign)
{
    for (r = 0; r < height; r++) {
        out = r in label ? right(label[r], label_signs) " " TICK : \
            spaces(label_signs + 1) WALL
        for (c = 0; c < width; c++) {
            sign = (c, r) in at ? at[c, r] : " "
            if (is_letter[c, r] && sign != "&")
                sign = in_ink(sign, ink_of(ink[c, r]))
            out = out sign
        }
        sub(/ +$/, "", out)
        print out
    }
    out = spaces(label_signs + 1) CORNER
    for (c = 0; c < width; c++)
        out = out (c in has_points ? DOWN : FLOOR)
    print out
}

# What the signs of the canvas mean.
function key_print(    out)
{
    out = said["bound_n"] > 0 ? BOUND " " bound_name() : ""
    if (said["law_n"] > 0)
        out = out (out == "" ? "" : "   ") LAW " law"
    if (several)
        out = out (out == "" ? "" : "   ") "& several lines"
    if (said["alarms_n"] > 0)
        out = out (out == "" ? "" : "   ") "(!) cannot be true"
    if (out != "")
        print spaces(label_signs + 2) out
}

function bound_name(    cell)
{
    if (said["bound_text"] != "")
        return plain(said["bound_text"])
    return split(line["bound_names", 1], cell, "\t") > 2 ? cell[3] : "bound"
}

function canvas(    n, c, r, out)
{
    x_low = said["x_low"] + 0
    x_high = said["x_high"] + 0
    y_low = said["y_low"] + 0
    y_high = said["y_high"] + 0
    x_log = setting("x_log")
    y_log = setting("y_log")
    height = 17
    labels_read()
    width = columns - label_signs - 2
    # Letters of the last points stand side by side on the right.
    inner = width - (said["lines_n"] > 12 ? 12 : said["lines_n"])
    if (said["cores_edge"] > 0)
        for (r = 0; r < height; r++)
            put(column_of(said["cores_edge"]), r, EDGE)
    put_lines("bound", BOUND)
    put_lines("lines", STROKE)
    put_lines("law", LAW)
    put_points()
    wrap(said["lines_head"])
    canvas_print()
    n = tics_read(said["x_tics"])
    print tic_line(n, x_low, x_high, x_log, label_signs + 2, inner)
    out = plain(said["lines_axis"])
    if (said["cores_edge"] > 0)
        out = out ", workers right of " EDGE
    print right(out, label_signs + 2 + int((inner + signs(out)) / 2))
    key_print()
}

# -------------------------------------------------------------------- rows

# A bar from low to high with the letter at the value, in so many signs.
function bar(value, low, high, style, self, n,    c, out, b, e, m, s, mark)
{
    if (value == "nan")
        return spaces(n)
    b = place(low, n)
    e = place(high, n)
    m = place(value, n)
    s = self == "" || self == "nan" ? -1 : place(self, n)
    mark = setting("dots_mark") > 0 ? place(said["dots_mark"], n) : -1
    for (c = 0; c < n; c++)
        out = out (c == m ? in_ink(letter(style), ink_of(style)) : \
            c == s ? SELF : c >= b && c <= e ? BAR : c == mark ? EDGE : " ")
    return out
}

function place(value, n,    c)
{
    c = int((n - 1) * share(value + 0, right_low, right_high, dots_log) + 0.5)
    return c < 0 ? 0 : c >= n ? n - 1 : c
}

function widest(column, least,    i, cell)
{
    for (i = 1; i <= lines["rows"]; i++) {
        split(line["rows", i], cell, "\t")
        if (signs(cell[column]) > least)
            least = signs(cell[column])
    }
    return least
}

function rows_print(    i, cell, n, names, firsts, seconds, out)
{
    right_low = said["right_low"] + 0
    right_high = said["right_high"] + 0
    dots_log = setting("dots_log")
    names = widest(6, 8)
    if (names > columns / 3)
        names = int(columns / 3)
    firsts = widest(7, signs(said["number_head_1"]))
    seconds = widest(8, signs(said["number_head_2"]))
    for (n = columns - names - firsts - seconds - 6; n < 12 && names > 8; n++)
        names--
    if (n < 3)
        n = 3
    wrap(said["dots_head"] ": " said["dots_axis"])
    tics = tics_read(said["right_tics"])
    out = tic_line(tics, right_low, right_high, dots_log, names + 3, n)
    print left(out, columns - firsts - seconds - 1) \
        right(said["number_head_1"], firsts) " " \
        right(said["number_head_2"], seconds)
    for (i = 1; i <= lines["rows"]; i++) {
        split(line["rows", i], cell, "\t")
        print in_ink(letter(cell[2] + 0), ink_of(cell[2])) " " \
            left(plain(cell[6]), names) " " \
            bar(cell[3], cell[4], cell[5], cell[2] + 0, line["selfs", i], n) \
            "  " right(plain(cell[7]), firsts) " " \
            right(plain(cell[8]), seconds)
    }
    for (i = 1; i <= lines["missing"]; i++) {
        split(line["missing", i], cell, "\t")
        out = left("- " plain(cell[2]) ", " plain(cell[3]), columns)
        sub(/ +$/, "", out)
        print out
    }
}

# ---------------------------------------------------- charts without lines

# A table, its widest columns cut as long as it is wider than the terminal.
function table_print(    i, c, n, cell, wide, all, most, out)
{
    for (i = 1; i <= numbers_n; i++) {
        n = split(plain(numbers[i]), cell, "\t")
        for (c = 1; c <= n; c++)
            if (signs(cell[c]) > wide[c]) {
                all += signs(cell[c]) - wide[c]
                wide[c] = signs(cell[c])
            }
        heads = n > heads ? n : heads
    }
    # Long cells are cut to 20 signs, the names at the left last of all; where
    # that is not enough, columns at the right are left out.
    while (all + 2 * (heads - 1) > columns) {
        most = heads > 1 ? 2 : 1
        for (c = 3; c <= heads; c++)
            if (wide[c] > wide[most])
                most = c
        if (most > 1 && wide[most] <= 20 && heads > 2) {
            all -= wide[heads--]
            continue
        }
        if (wide[most] <= 5)
            most = 1
        if (wide[most] <= 5)
            break
        wide[most]--
        all--
    }
    for (i = 1; i <= numbers_n; i++) {
        n = split(plain(numbers[i]), cell, "\t")
        out = ""
        for (c = 1; c <= n && c <= heads; c++)
            out = out (c > 1 ? "  " : "") left(cell[c], wide[c])
        out = first_signs(out, columns)
        sub(/ +$/, "", out)
        print out
    }
}

# -------------------------------------------------------------------- text

# The signs that the picture explains, as the ones that stand for them here.
function note(text)
{
    sub(/Dot:/, "Letter:", text)
    sub(/tick:/, SELF ":", text)
    sub(/Dashed:/, LAW ":", text)
    sub(/Shaded:/, "Right of the line of " EDGE " are", text)
    return text
}

function title(    text)
{
    text = plain(said["title_text"])
    if (signs(text) > columns)
        wrap(text)
    else
        print in_ink(text, "1")
}

function signs_choose()
{
    WALL = ascii ? "|" : "\342\224\202"
    TICK = ascii ? "+" : "\342\224\244"
    CORNER = ascii ? "+" : "\342\224\224"
    FLOOR = ascii ? "-" : "\342\224\200"
    DOWN = ascii ? "+" : "\342\224\254"
    STROKE = ascii ? "." : "\302\267"
    BOUND = ascii ? "#" : "\342\226\221"
    LAW = "~"
    EDGE = ascii ? ":" : "\342\224\212"
    BAR = ascii ? "-" : "\342\224\201"
    SELF = "!"
}

END {
    columns += 0
    signs_choose()
    title()
    wrap(said["base_text"])
    wrap(note(said["note_text"]))
    print ""
    if (lines["lines"] > 0) {
        canvas()
        print ""
        rows_print()
    } else {
        wrap(said["lines_head"])
        table_print()
    }
    print ""
    wrap(said["footer_machine"])
    wrap(said["footer_plan"])
    wrap(said["footer_noise"])
    wrap(said["footer_warning"])
}
