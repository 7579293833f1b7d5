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
set label 11 lines_axis at screen (lines_left + lines_right) / 2, \
    screen panel_bottom - 36.0 / height center font text_font textcolor rgb ink
eval "set xtics (" . thinned(x_tics, x_low, x_high, \
    width * (lines_right - lines_left), 0) . ")"
set ytics
set grid ytics linecolor rgb pale linetype 1
bound_place = "right offset -1, 0.5"
load scripts . "/lines.gp"

dots_mark = 1
dots_log = 0
load scripts . "/rows.gp"
unset multiplot
