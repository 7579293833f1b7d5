# curves.gp - lines of any quantity over any other, as an experiment asks.
#
# Teaches: read the axes first. Either may be logarithmic: there equal steps
# are equal factors, and a straight line is a power.
# Look at: where lines cross, where they bend, and the grey line, which says
# how good it could be.
# Left out: what the quantities are; the chart's texts and the report say it.
#
# Usage: gnuplot -c curves.gp SCRIPTS DATA OUTPUT svg|png
# SPDX-License-Identifier: MIT

scripts = ARG1
data = ARG2
output = ARG3
format = ARG4
load data
load scripts . "/style.gp"

set multiplot
set lmargin at screen lines_left
set rmargin at screen lines_right
if (x_log) {
    set logscale x
}
if (y_log) {
    set logscale y
}
set xrange [x_low:x_high]
set yrange [y_low:y_high]
# Below its axis, and on the paper.
axis_half = 3.4 * strlen(lines_axis) / width
axis_at = (lines_left + lines_right) / 2
axis_at = axis_at - axis_half < 0.012 ? axis_half + 0.012 : axis_at
set label 11 lines_axis at screen axis_at, \
    screen panel_bottom - 36.0 / height center textcolor rgb "#333333"
eval "set xtics (" . x_tics . ")"
eval "set ytics (" . y_tics . ")"
set grid ytics linecolor rgb pale linetype 1
bound_place = "center"
if (bound_n > 0) {
    set label 20 bound_text at bound_x, bound_y center front \
        textcolor rgb grey
}
load scripts . "/lines.gp"

dots_mark = 0
dots_log = right_log
numbers_1 = 0.885
load scripts . "/rows.gp"
unset multiplot
