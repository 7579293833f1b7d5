# style.gp - how every chart looks: paper, fonts, colours, marks, panels.
#
# A chart is four panels of one height. From left to right: lines, leaders
# that spread the line ends to evenly spaced rows, a panel of dots with one
# value for each row, and two columns of numbers.
#
# Colours are those of Okabe and Ito, which the colour-blind tell apart; the
# yellow is left out, being too light for lines on white. Seven colours and
# six marks repeat with different periods, so 42 lines differ. Which pair a
# strategy has follows from its place among all strategies sorted by name.
#
# Called by the chart files: style.gp is loaded after the chart's data, and
# finds `height` and other sizes there, `format` and `output` set before.
#
# SPDX-License-Identifier: MIT

set encoding utf8
width = 640
# A line about what is unusual stands below the others, if there is one.
foot = footer_warning eq "" ? 0 : 14
height = height + foot
if (format eq "png") {
    # A slide is 1600 pixels wide; cairo counts fonts in points.
    zoom = 2.5
    mark_size = 1
    set terminal pngcairo noenhanced size zoom * width, zoom * height \
        fontscale 0.75 * zoom linewidth zoom pointscale zoom \
        font "sans-serif,12" background "white"
} else {
    set terminal svg noenhanced size width, height dynamic \
        font "sans-serif,12" background "white" name "chart"
    mark_size = 0.75
}
set output output

array COLOUR[7] = [0xD55E00, 0x0072B2, 0x009E73, 0xE69F00, 0x56B4E9, \
                   0xCC79A7, 0x000000]
array MARK[6] = [7, 5, 9, 13, 11, 15]
colour(style) = COLOUR[int(style) % 7 + 1]
mark(style) = MARK[int(style) % 6 + 1]
grey = "#777777"
pale = "#dddddd"

# Panels, as parts of the width; heights as pixels, for any number of rows.
# Where the dots begin, dots_left, depends on the names: it is in the data.
lines_left = 0.105
lines_right = 0.39
names_left = 0.45
dots_right = 0.79
numbers_right = 0.995
panel_top = 1 - 92.0 / height
panel_bottom = (106.0 + foot) / height
screen(pixels) = 1 - pixels / height

set style fill transparent solid 0.08 noborder
set border 3 linecolor rgb grey
set tics nomirror textcolor rgb "#333333"
set tics out scale 0.5 font ",11"
unset key
set tmargin at screen panel_top
set bmargin at screen panel_bottom
set datafile separator "\t"
set bars 0

# Titles belong to the paper, not to a panel; they are set once, drawn with
# the first panel, and taken away by `unset label`.
set label 1 title_text at screen 0.012, screen screen(20.0) left \
    font ",17" textcolor rgb "black"
set label 2 footer_machine at screen 0.012, screen (36.0 + foot) / height left \
    font ",11" textcolor rgb grey
set label 3 footer_plan at screen 0.012, screen (22.0 + foot) / height left \
    font ",11" textcolor rgb grey
set label 8 footer_noise at screen 0.012, screen (8.0 + foot) / height left \
    font ",11" textcolor rgb grey
set label 9 footer_warning at screen 0.012, screen 8.0 / height left \
    font ",11" textcolor rgb "black"
set label 10 base_text at screen 0.012, screen screen(40.0) left \
    font ",12" textcolor rgb "#333333"
set label 4 lines_head at screen 0.012, screen screen(62.0) left \
    font ",12" textcolor rgb "#333333"
set label 5 dots_head at screen dots_left, screen screen(62.0) left \
    font ",12" textcolor rgb "#333333"
