# rows.gp - the three panels right of the lines: leaders and names, dots with
# intervals, numbers. The same for every chart; loaded inside `multiplot`
# after the lines were drawn on the range y_low..y_high.
#
# Set by the chart before: dots_axis (the label below the dots), dots_mark
# (x of a grey line, or 0), number_heads (of the two columns of numbers).
#
# SPDX-License-Identifier: MIT

unset label
unset grid
unset xlabel
unset ylabel
unset arrow
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
set xtics out nomirror scale 0.5 font ",11" textcolor rgb "#333333"
set xlabel dots_axis textcolor rgb "#333333" offset 0, 0.2
eval "set xtics (" . right_tics . ")"
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
plot $rows using 3:1:4:5:(colour($2)) with xerrorbars pointtype 0 \
         linewidth 2.5 linecolor rgb variable, \
     $rows using 3:1:(mark_size):(mark($2)):(colour($2)) with points \
         pointsize variable pointtype variable linecolor rgb variable

# Texts: one panel over the whole right side, x as parts of the paper.
unset arrow
unset logscale x
unset xtics
unset xlabel
set border 0
set lmargin at screen 0
set rmargin at screen 1
set xrange [0:1]
set label 6 number_head_1 at screen numbers_1, screen screen(78.0) right \
    font ",11" textcolor rgb grey
set label 7 number_head_2 at screen numbers_right, screen screen(78.0) right \
    font ",11" textcolor rgb grey
plot $rows using (names_left + 0.006):1:6 with labels left font ",12", \
     $rows using (numbers_1):1:7 with labels right font ",12", \
     $rows using (numbers_right):1:8 with labels right font ",12"
unset label
if (missing_n > 0) {
    plot $missing using (names_left + 0.006):1:2 \
             with labels left font ",12" textcolor rgb grey, \
         $missing using (dots_left):1:3 \
             with labels left font ",11" textcolor rgb grey
}
