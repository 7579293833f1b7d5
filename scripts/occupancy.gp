# occupancy.gp - how full the queues of a pipeline are, against time.
#
# Teaches: where items pile up is where the time goes. A queue that is always
# full stands before a stage that is too slow, one that is always empty before
# a stage that has to wait.
# Look at: the order in which bounded queues fill, from the last to the first.
#
# Usage: gnuplot -c occupancy.gp SCRIPTS DATA OUTPUT svg|png
# SPDX-License-Identifier: MIT

scripts = ARG1
data = ARG2
output = ARG3
format = ARG4
width = 480
lines_head = "items in each queue, against time"
dots_head = ""
dots_left = 0
load data
load scripts . "/style.gp"

# Where two lines are at the same height, the wider one is seen beside the
# narrower one.
array QUEUE_COLOUR[3] = [COLOUR[5], COLOUR[1], COLOUR[2]]
array QUEUE_WIDTH[3] = [4, 2.2, 1]

# The key stands above the first panel; places in pixels.
key_y = panel_top + 13.0 / height
key_at = 6.0
do for [q = 1:queues_n] {
    set arrow q from screen key_at / width, screen key_y \
        to screen (key_at + 16) / width, screen key_y nohead \
        linewidth QUEUE_WIDTH[q] linecolor rgb QUEUE_COLOUR[q]
    set label 10 + q KEY[q] at screen (key_at + 21) / width, screen key_y \
        left font ",12" textcolor rgb "#333333"
    key_at = key_at + 36 + 6.8 * strlen(KEY[q])
}

plot_left = 46.0 / width
plot_right = 1 - 18.0 / width
set lmargin at screen plot_left
set rmargin at screen plot_right
set border 1
set xtics x_step
set xlabel "ms" textcolor rgb "#333333" offset 0, 0.5
set xrange [0:x_high]
set yrange [0:plot_height]
set clip two
set ytics scale 0 font ",12" textcolor rgb "#333333" offset 0.5, 0
do for [p = 1:panels_n] {
    set label 100 + p HEADING[p] at screen 6.0 / width, first HEADING_Y[p] \
        left font ",13" textcolor rgb "black"
    set label 120 + p REMARK[p] at screen plot_right, first HEADING_Y[p] \
        right font ",12" textcolor rgb grey
}

plot $floors using (0):1:(x_high):(0) with vectors nohead linewidth 0.7 \
         linecolor rgb "#999999", \
     $bounds using (0):1:(x_high):(0) with vectors nohead linewidth 0.9 \
         dashtype 2 linecolor rgb "#777777", \
     $queue_1 using 1:2 with steps linewidth QUEUE_WIDTH[1] \
         linecolor rgb QUEUE_COLOUR[1], \
     $queue_2 using 1:2 with steps linewidth QUEUE_WIDTH[2] \
         linecolor rgb QUEUE_COLOUR[2], \
     $queue_3 using 1:2 with steps linewidth QUEUE_WIDTH[3] \
         linecolor rgb QUEUE_COLOUR[3], \
     $tics using (0):1:ytic(2) with points pointtype 0 linecolor rgb "white"
