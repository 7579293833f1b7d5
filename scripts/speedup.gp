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
load scripts . "/style.gp"

set multiplot
set lmargin at screen lines_left
set rmargin at screen lines_right
set xrange [x_low:x_high]
set yrange [y_low:y_high]
set xlabel lines_axis textcolor rgb "#333333" offset 0, 0.2
eval "set xtics (" . x_tics . ")"
set ytics
set grid ytics linecolor rgb pale linetype 1
bound_place = "right offset -1, 0.5"
load scripts . "/lines.gp"

dots_mark = 1
dots_log = 0
number_head_1 = "speedup"
number_head_2 = "elapsed"
numbers_1 = 0.885
load scripts . "/rows.gp"
unset multiplot
