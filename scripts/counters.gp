# counters.gp - what one increment of a shared counter costs, and whether it
# counts.
#
# Teaches: sharing is what costs. A counter that several cores write moves
# its cache line to and fro; counters of their own, far enough apart, do not.
# Look at: which lines rise from one thread to two; what the cheapest shared
# one loses. The left axis is logarithmic.
# Left out: reading the counter. A sharded one must be summed for that.
#
# Usage: gnuplot -c counters.gp SCRIPTS DATA OUTPUT svg|png
# SPDX-License-Identifier: MIT

scripts = ARG1
data = ARG2
output = ARG3
format = ARG4
load data
number_head_1 = "lost"
number_head_2 = "increment"
load scripts . "/style.gp"

set multiplot
set lmargin at screen lines_left
set rmargin at screen lines_right
set logscale y
set xrange [x_low:x_high]
set yrange [y_low:y_high]
set label 11 lines_axis at screen (lines_left + lines_right) / 2, \
    screen panel_bottom - 36.0 / height center font text_font textcolor rgb ink
eval "set xtics (" . thinned(x_tics, x_low, x_high, \
    width * (lines_right - lines_left), 0) . ")"
eval "set ytics (" . y_tics . ")"
set grid ytics linecolor rgb pale linetype 1
bound_place = "right offset -0.5, -0.6"
load scripts . "/lines.gp"

dots_mark = 0
dots_log = 0
load scripts . "/rows.gp"
unset multiplot
