# rows.gp - the three panels right of the lines: leaders and names, dots with
# intervals, numbers. The same for every chart; loaded inside `multiplot`
# after the lines were drawn on the range y_low..y_high.
#
# Set by the chart before: dots_axis (the label below the dots), dots_log,
# dots_mark (x of a grey line, or 0), number_heads (of the two columns of
# numbers). A tick beside a dot stands for another value of the same row.
#
# SPDX-License-Identifier: MIT

unset label
unset grid
unset xlabel
unset ylabel
unset arrow
unset object
set border 0
unset tics
unset logscale x

# Leaders and names: x runs from 0 at the end of the lines to 1.
set lmargin at screen lines_right
set rmargin at screen names_left
set xrange [0:1]
plot $leaders using 1:2:3:4:(colour($5)) with vectors nohead \
         linewidth 0.7 linecolor rgb variable

# Dots. Rows without data say why, in grey.
set lmargin at screen dots_left
set rmargin at screen dots_right
set border 1 linecolor rgb grey
set xtics out nomirror scale 0.5 font text_font textcolor rgb ink
right_tics = thinned(right_tics, right_low, right_high, \
    width * (dots_right - dots_left), dots_log)
eval "set xtics (" . right_tics . ")"
dots_axis_at = min((dots_left + dots_right) / 2, \
    numbers_right - part(letter * strlen(dots_axis) / 2))
set label 1 dots_axis at screen dots_axis_at, \
    screen panel_bottom - 36.0 / height center font text_font textcolor rgb ink
if (dots_log) {
    set logscale x
}
set xrange [right_low:right_high]
# It ends above the rows that have words in place of dots.
mark_from = missing_n / real(lines_n + missing_n)
if (dots_mark > 0) {
    set arrow 1 from dots_mark, graph mark_from to dots_mark, graph 1 nohead back \
        linecolor rgb "#aaaaaa" dashtype 2
}
row_high = (y_high - y_low) / rows_n
tick = row_high * min(0.8, 16 * rows_n / real(panel_pixels))
ticks = !exists("$selfs") ? "" : ", $selfs using 1:" . \
    "(y_high - ($0 + 0.5) * row_high - tick / 2):(0):(tick):" . \
    "(colour(word(line_styles, int($0) + 1))) with vectors nohead " . \
    "linewidth 1.2 linecolor rgb variable"
plot $rows using 3:1:4:5:(colour($2)) with xerrorbars pointtype 0 \
         linewidth 2.5 linecolor rgb variable, \
     $rows using 3:1:(mark_size):(mark($2)):(colour($2)) with points \
         pointsize variable pointtype variable linecolor rgb variable @ticks

# Texts: one panel over the whole right side, x as parts of the paper.
unset arrow
unset label
unset logscale x
unset xtics
set border 0
set lmargin at screen 0
set rmargin at screen 1
set xrange [0:1]
set label 6 number_head_1 at screen numbers_first, \
    screen panel_top + 12.0 / height right font text_font textcolor rgb grey
set label 7 number_head_2 at screen numbers_right, \
    screen panel_top + 12.0 / height right font text_font textcolor rgb grey
name_at = names_left + part(4)
plot $rows using (name_at):1:(cut(strcol(6), name_most)) \
         with labels left font text_font, \
     $rows using (numbers_first):1:7 with labels right font text_font, \
     $rows using (numbers_right):1:8 with labels right font text_font
unset label
if (missing_n > 0) {
    why_signs = int((numbers_right - name_at) * width / letter)
    plot $missing using (name_at):1: \
             (cut(strcol(2) . ", " . strcol(3), why_signs)) \
             with labels left font text_font textcolor rgb grey
}
