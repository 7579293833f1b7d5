# costs.gp - what primitives cost, each as a dot on one logarithmic axis.
#
# Teaches: from a call to a process are six powers of ten; each step of the
# axis is ten times the one before.
# Look at: where the dots jump. There the kernel, another thread or another
# program comes in.
#
# Usage: gnuplot -c costs.gp SCRIPTS DATA OUTPUT svg|png
# SPDX-License-Identifier: MIT

scripts = ARG1
data = ARG2
output = ARG3
format = ARG4
width = 480
lines_head = "time of one, logarithmic: each line is ten times as long"
dots_head = ""
dots_left = 0
load data
load scripts . "/style.gp"

# The longest name and the longest value leave the rest to the axis.
stats $costs using (strlen(strcol(5))) name "name" nooutput
stats $costs using (strlen(strcol(6))) name "value" nooutput
plot_left = (name_max * 6.9 + 18) / width
plot_right = 1 - (value_max * 6.9 + 18) / width

set lmargin at screen plot_left
set rmargin at screen plot_right
set border 1 linecolor rgb grey
set logscale x
set xrange [x_low:x_high]
set yrange [0.5:costs_n + 0.5]
unset ytics
eval "set xtics (" . x_tics . ")"
set grid xtics linetype 1 linewidth 0.7 linecolor rgb pale

plot $costs using 2:1:3:4 with xerrorbars pointtype 0 linewidth 2.5 \
         linecolor rgb COLOUR[2], \
     $costs using 2:1 with points pointtype 7 pointsize mark_size \
         linecolor rgb COLOUR[2], \
     $costs using (x_low):1:5 with labels right offset -0.8, 0 font ",12", \
     $costs using (x_high):1:6 with labels left offset 0.8, 0 font ",12"
