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
number_head_1 = "in flight"
number_head_2 = "elapsed"
load scripts . "/style.gp"

set multiplot
set lmargin at screen lines_left
set rmargin at screen lines_right
set logscale xy
set xrange [x_low:x_high]
set yrange [y_low:y_high]
set label 11 lines_axis at screen (lines_left + lines_right) / 2, \
    screen panel_bottom - 36.0 / height center font text_font textcolor rgb ink
eval "set xtics (" . thinned(x_tics, x_low, x_high, \
    width * (lines_right - lines_left), 1) . ")"
eval "set ytics (" . y_tics . ")"
set grid ytics linecolor rgb pale linetype 1
bound_place = "right offset -1, -0.5"
load scripts . "/lines.gp"

dots_mark = 0
dots_log = 1
load scripts . "/rows.gp"
unset multiplot
