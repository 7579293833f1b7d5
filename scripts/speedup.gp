# speedup.gp - speedup of every strategy over sequential, against cores.
#
# Teaches: what a strategy makes of the cores it is given. The grey line is
# the ideal, as many times as fast as there are cores.
# Look at: lines that stay at 1 (one worker, or one lock), lines that leave
# the ideal early (memory, uneven items), and intervals that overlap.
# Left out: the fixed cost of starting; it is in the table of the report.
#
# Usage: gnuplot -c speedup.gp SCRIPTS DATA OUTPUT svg|png
# SPDX-License-Identifier: MIT

scripts = ARG1
data = ARG2
output = ARG3
format = ARG4
load data
number_head_1 = "speedup"
number_head_2 = "elapsed"
load scripts . "/style.gp"

set multiplot
set lmargin at screen lines_left
set rmargin at screen lines_right
set xrange [x_low:x_high]
set yrange [y_low:y_high]
if (!exists("x_log")) x_log = 0
if (!exists("cores_edge")) cores_edge = 0
if (x_log) {
    set logscale x
}
# Where the cores end, each part of the lower axis has a name of its own.
edge_at = cores_edge == 0 ? lines_right : lines_left + \
    (lines_right - lines_left) * log(cores_edge / x_low) / log(x_high / x_low)
axis_down = panel_bottom - 36.0 / height
set label 11 lines_axis at screen (lines_left + edge_at) / 2, \
    screen axis_down center font text_font textcolor rgb ink
if (cores_edge > 0) {
    set object 1 rectangle from cores_edge, graph 0 to graph 1, graph 1 \
        fillcolor rgb "#efefef" fillstyle solid 1 noborder behind
    set label 12 "workers" at screen min((edge_at + lines_right) / 2, \
        lines_right - part(20)), screen axis_down center \
        font text_font textcolor rgb ink
}
eval "set xtics (" . thinned(x_tics, x_low, x_high, \
    width * (lines_right - lines_left), x_log) . ")"
set ytics
set grid ytics linecolor rgb pale linetype 1
bound_place = "right offset -1, 0.5"
load scripts . "/lines.gp"

dots_mark = 1
dots_log = 0
load scripts . "/rows.gp"
unset multiplot
