# timeline.gp - workers against time: who runs, who waits, who could run.
#
# Teaches: concurrency is several rows that are under way at once, parallelism
# several rows that run at once. Several panels have one axis of time.
# Look at: how many rows run at the same moment; what a row that does not run
# is waiting for, or, where it could run, who has what it needs.
# Left out: at which moments a thread had lost its core within a run. The time
# without it is known, and drawn at the end of the run.
#
# Usage: gnuplot -c timeline.gp SCRIPTS DATA OUTPUT svg|png
# SPDX-License-Identifier: MIT

scripts = ARG1
data = ARG2
output = ARG3
format = ARG4
lines_head = "Each row is a worker or a coroutine, each number an item."
dots_head = ""
dots_left = 0
width = 480
footer_plan = "White: no item under way. A triangle marks a change of core."
footer_warning = ""
base_text = ""
footer_noise = "Time that a run was without its core is drawn at its end."
load data
load scripts . "/style.gp"

running = COLOUR[2]
waiting = 0xCCCCCC
runnable = COLOUR[4]
state(kind) = int(kind) == 0 ? running : int(kind) == 1 ? waiting : runnable

# The key stands above the first panel; places in pixels.
array KEY[3] = ["running", "waiting", "runnable: could run, does not"]
array KEY_AT[3] = [6.0, 84.0, 162.0]
key_low = panel_top + 8.0 / height
key_high = panel_top + 20.0 / height
do for [k = 1:3] {
    set object k rectangle from screen KEY_AT[k] / width, screen key_low \
        to screen (KEY_AT[k] + 12) / width, screen key_high \
        fillcolor rgb state(k - 1) fillstyle solid 1 noborder
    set label 10 + k KEY[k] at screen (KEY_AT[k] + 17) / width, \
        screen (key_low + key_high) / 2 \
        left font ",12" textcolor rgb "#333333"
}

set lmargin at screen plot_left
set rmargin at screen plot_right
set border 1
unset ytics
set xtics x_step
set xlabel "ms" textcolor rgb "#333333" offset 0, 0.5
set xrange [x_low:x_high]
set yrange [0:plot_height]
set style fill solid 1 noborder
set clip two

# Names of rows are tics of the upright axis, which itself is not drawn.
set ytics scale 0 font ",12" textcolor rgb "#333333" offset 0.5, 0
do for [p = 1:panels_n] {
    set label 100 + p HEADING[p] at screen 0.012, first HEADING_Y[p] \
        left font ",13" textcolor rgb "black"
    set label 200 + p COMMAND[p] at screen plot_right, first HEADING_Y[p] \
        right font ",11" textcolor rgb grey
}

plot $grid using 1:2:(0):3 with vectors nohead linewidth 0.7 \
         linecolor rgb pale, \
     $rounds using 1:2:(0):3 with vectors nohead \
         linewidth 1 dashtype 3 linecolor rgb "black", \
     $bars using 1:4:2:3:4:5:(state($6)) \
         with boxxyerror linecolor rgb variable, \
     $edges using 1:4:(0):($5 - $4) with vectors nohead \
         linewidth 1 linecolor rgb "white", \
     $ticks using 1:4:2:3:4:5:(state($6)) \
         with boxxyerror linecolor rgb variable, \
     $moves using 1:5 with points pointtype 11 \
         pointsize 0.6 * mark_size linecolor rgb "black", \
     $texts using 1:2:3:(int($4) == 1 ? 0xFFFFFF : 0) \
         with labels font ",11" textcolor rgb variable, \
     $more using (x_low):1:2 with labels left \
         font ",12" textcolor rgb grey, \
     $labels using (x_low):2:ytic(3) with points pointtype 0 \
         linecolor rgb "white"
