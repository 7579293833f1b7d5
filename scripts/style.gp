# style.gp - how every chart looks: paper, fonts, colours, marks, panels.
#
# A chart is four panels of one height. From left to right: lines, leaders
# that spread the line ends to evenly spaced rows, a panel of dots with one
# value for each row, and two columns of numbers.
#
# Teaches: paper is as narrow as a phone, 480 units, so that letters of 12 stay
# letters of 10 pixels on a screen of 400. What does not fit is not made
# smaller: sentences are broken into lines, and panels share what names leave.
# Look at: the panels, laid out from the texts that stand in them; wrap.
# Left out: the true widths of letters. gnuplot does not know which font the
# reader has; `letter` is the average of a wide one, so that others fit too.
#
# Colours are those of Okabe and Ito, which the colour-blind tell apart; the
# yellow is left out, being too light for lines on white. Seven colours and
# six marks repeat with different periods, so 42 lines differ. Which pair a
# strategy has follows from its place among all strategies sorted by name.
# Greys of letters have a contrast to white of at least 4.5 to 1.
#
# Called by the chart files: style.gp is loaded after the chart's data, and
# finds `height` and other sizes there, `format` and `output` set before.
# A chart file may set `width`, and number_head_1 and number_head_2, before.
#
# SPDX-License-Identifier: MIT

set encoding utf8
if (!exists("width")) width = 480
array COLOUR[7] = [0xD55E00, 0x0072B2, 0x009E73, 0xE69F00, 0x56B4E9, \
                   0xCC79A7, 0x000000]
array MARK[6] = [7, 5, 9, 13, 11, 15]
colour(style) = COLOUR[int(style) % 7 + 1]
mark(style) = MARK[int(style) % 6 + 1]
grey = "#606060"
pale = "#dddddd"
ink = "#333333"
text_font = ",12"

# ------------------------------------------------------------------ texts

letter = 6.8 # of a word; sentences have more blanks
sentence = 6.3
line_pixels = 15
min(a, b) = a < b ? a : b
max(a, b) = a > b ? a : b
# The n-th of several cells separated by tabs.
cell(t, n) = strstrt(t, "\t") == 0 ? (n == 1 ? t : "") : \
    n == 1 ? t[1:strstrt(t, "\t") - 1] : cell(t[strstrt(t, "\t") + 1:*], n - 1)
# The last blank among the first i signs, or 0.
blank_before(t, i) = i < 2 ? 0 : t[i:i] eq " " ? i : blank_before(t, i - 1)
break_at(t, n) = strlen(t) <= n ? 0 : blank_before(t, n + 1)
# Text in lines of at most n signs, each with a newline after it.
wrap(t, n) = t eq "" ? "" : break_at(t, n) == 0 ? t . "\n" : \
    t[1:break_at(t, n) - 1] . "\n" . wrap(t[break_at(t, n) + 1:*], n)
cut(t, n) = strlen(t) <= n ? t : t[1:n - 3] . "..."
first_line(t) = t[1:strstrt(t, "\n") - 1]
other_lines(t) = t[strstrt(t, "\n") + 1:*]
count_lines(t) = t eq "" ? 0 : 1 + count_lines(other_lines(t))

edge = 6.0
signs = int((width - 2 * edge) / sentence)
if (!exists("note_text")) note_text = ""
title_lines = wrap(title_text, int((width - 2 * edge) / 9.0))
head_lines = wrap(base_text, signs) . wrap(note_text, signs)
foot_lines = wrap(footer_machine, signs) . wrap(footer_plan, signs) . \
    wrap(footer_noise, signs)
warning_lines = wrap(footer_warning, signs)

# ----------------------------------------------------------------- panels

# Widths in pixels, from the texts that stand in the columns. Charts of another
# kind, without rows, place their panels themselves.
rows_n = 0
name_signs = 8
value_1_signs = exists("number_head_1") ? strlen(number_head_1) : 9
value_2_signs = exists("number_head_2") ? strlen(number_head_2) : 9
if (exists("$rows")) {
    rows_n = |$rows| + missing_n
    do for [i = 1:|$rows|] {
        name_signs = max(name_signs, strlen(cell($rows[i], 6)))
        value_1_signs = max(value_1_signs, strlen(cell($rows[i], 7)))
        value_2_signs = max(value_2_signs, strlen(cell($rows[i], 8)))
    }
}
name_most = min(name_signs, 22)

# Labels of the upright axis: those of y_tics, or short numbers.
tics_signs = 4
if (exists("y_tics")) {
    tics_signs = 0
    rest = y_tics . ", "
    while (strlen(rest) > 2) {
        tics_signs = max(tics_signs, strlen(word(rest, 1)))
        rest = rest[strstrt(rest, ", ") + 2:*]
    }
}
part(pixels) = pixels / real(width)
lines_left = part(edge + letter * tics_signs + 15)
numbers_right = part(width - edge)
numbers_first = numbers_right - part(letter * value_2_signs + 9)
dots_right = numbers_first - part(letter * value_1_signs + 10)
leaders_part = part(22)
names_part = part(letter * name_most + 10)
free_part = dots_right - lines_left - leaders_part - names_part
dots_left = dots_right - max(0.4 * free_part, part(48))
names_left = dots_left - names_part
lines_right = names_left - leaders_part

# Above the panels stand the title, what the chart compares, its headings and
# those of the numbers; below them the axes and the foot.
screen(pixels) = 1 - pixels / real(height)
if (!exists("lines_head")) lines_head = ""
if (!exists("dots_head")) dots_head = ""
head_top = 10 + 20 * count_lines(title_lines) + \
    line_pixels * count_lines(head_lines) + 8
# Both headings share a line if that is wide enough.
dots_head_at = min(dots_left, numbers_right - part(sentence * strlen(dots_head)))
dots_head_down = part(edge + sentence * strlen(lines_head) + 8) > dots_head_at ? \
    line_pixels : 0
panel_pixels = rows_n > 0 ? max(21 * rows_n, 210) : height - 198
heads_pixels = rows_n > 0 ? head_top + dots_head_down + 41 : \
    92 + 20 * (count_lines(title_lines) - 1) + \
    line_pixels * max(count_lines(head_lines) - 1, 0)
foot_n = count_lines(foot_lines) + count_lines(warning_lines)
foot_pixels = 56 + line_pixels * (rows_n > 0 ? foot_n : max(foot_n, 3)) + \
    (rows_n > 0 ? 0 : 5)
height = int(ceil(panel_pixels + heads_pixels + foot_pixels))
panel_top = screen(heads_pixels)
panel_bottom = foot_pixels / real(height)

# Tics whose labels would touch are left out. `tics` is a list as `set xtics`
# takes it, the axis runs over so many pixels.
tic_of(tics) = strstrt(tics, ", ") ? tics[1:strstrt(tics, ", ") - 1] : tics
tics_after(tics) = strstrt(tics, ", ") ? tics[strstrt(tics, ", ") + 2:*] : ""
tic_value(tic) = real(word(tic, words(tic)))
tic_half(tic) = 0.56 * letter * strlen(word(tic, 1))
tic_at(tic, low, high, pixels, islog) = pixels * (islog ? \
    log(tic_value(tic) / low) / log(high / real(low)) : \
    (tic_value(tic) - low) / (high - low))
thin(tics, low, high, pixels, islog, from) = tics eq "" ? "" : \
    tic_at(tic_of(tics), low, high, pixels, islog) - tic_half(tic_of(tics)) < \
        from ? thin(tics_after(tics), low, high, pixels, islog, from) : \
    ", " . tic_of(tics) . thin(tics_after(tics), low, high, pixels, islog, \
        tic_at(tic_of(tics), low, high, pixels, islog) + \
        tic_half(tic_of(tics)) + 4)
thinned(tics, low, high, pixels, islog) = \
    thin(tics, low, high, pixels, islog, -width)[3:*]

# ------------------------------------------------------------------ paper

if (format eq "png") {
    # A slide is 1600 pixels wide; cairo counts fonts in points.
    zoom = 1600.0 / width
    mark_size = 1
    set terminal pngcairo noenhanced size 1600, int(zoom * height) \
        fontscale 0.75 * zoom linewidth zoom pointscale zoom \
        font "sans-serif,12" background "white"
} else {
    set terminal svg noenhanced size width, height dynamic \
        font "sans-serif,12" background "white" name "chart"
    mark_size = 0.75
}
set output output

set style fill transparent solid 0.08 noborder
set border 3 linecolor rgb grey
set tics nomirror textcolor rgb ink
set tics out scale 0.5 font text_font format "%h"
unset key
set tmargin at screen panel_top
set bmargin at screen panel_bottom
set datafile separator "\t"
set bars 0

# Titles belong to the paper, not to a panel; they are set once, drawn with
# the first panel, and taken away by `unset label`.
tag = 900
from_top = 0.0
lines_of = title_lines
while (lines_of ne "") {
    from_top = from_top + 20
    set label tag first_line(lines_of) at screen part(edge), \
        screen screen(from_top) left font ",16" textcolor rgb "black"
    tag = tag + 1
    lines_of = other_lines(lines_of)
}
from_top = from_top + 5
lines_of = head_lines
while (lines_of ne "") {
    from_top = from_top + line_pixels
    set label tag first_line(lines_of) at screen part(edge), \
        screen screen(from_top) left font text_font textcolor rgb ink
    tag = tag + 1
    lines_of = other_lines(lines_of)
}
from_bottom = 8.0 + line_pixels * foot_n
foot_ink = grey
lines_of = foot_lines . "\f" . warning_lines
while (lines_of ne "\f" && lines_of ne "") {
    if (lines_of[1:1] eq "\f") {
        lines_of = lines_of[2:*]
        foot_ink = "black"
    }
    from_bottom = from_bottom - line_pixels
    set label tag first_line(lines_of) at screen part(edge), \
        screen from_bottom / real(height) left font text_font \
        textcolor rgb foot_ink
    tag = tag + 1
    lines_of = other_lines(lines_of)
}
set label 4 lines_head at screen part(edge), screen screen(head_top + 12) \
    left font text_font textcolor rgb ink
set label 5 dots_head at screen dots_head_at, \
    screen screen(head_top + 12 + dots_head_down) left font text_font \
    textcolor rgb ink
