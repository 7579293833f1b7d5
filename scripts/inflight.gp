# inflight.gp - elapsed time of waiting work, against items under way at once.
#
# Teaches: waiting costs no processor, so a strategy is as good at it as it
# can have many waits under way. The grey line is the ideal, the time of
# sequential divided by the items in flight. Both axes are logarithmic: there
# the ideal is straight.
# Look at: where lines leave the ideal (the disk, the locks), and single
# points at the right: one thread with every item under way.
# Left out: memory per waiting item; it is in the samples.
#
# Usage: gnuplot -c inflight.gp SCRIPTS DATA OUTPUT svg|png
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
set logscale xy
set xrange [x_low:x_high]
set yrange [y_low:y_high]
set xlabel lines_axis textcolor rgb "#333333" offset 0, 0.2
eval "set xtics (" . x_tics . ")"
eval "set ytics (" . y_tics . ")"
set grid ytics linecolor rgb pale linetype 1
bound_place = "right offset -1, -0.5"
load scripts . "/lines.gp"

dots_mark = 0
dots_log = 1
number_head_1 = "in flight"
number_head_2 = "elapsed"
numbers_1 = 0.885
load scripts . "/rows.gp"
unset multiplot
