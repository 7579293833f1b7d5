# lines.gp - the left panel: intervals as bands, lines, marks, and a
# dotted tail from a line's last point to the edge where its leader begins.
# A strategy that always has one worker has one point and a tail: more cores
# change nothing for it.
#
# SPDX-License-Identifier: MIT

plot for [i = 1:lines_n] $lines index i - 1 using 1:3:4 \
         with filledcurves linecolor rgb colour(word(line_styles, i)), \
     $tails using 1:2:3:4:(colour($5)) with vectors nohead dashtype 3 \
         linecolor rgb variable, \
     for [i = 1:lines_n] $lines index i - 1 using 1:2 \
         with lines linewidth 2 linecolor rgb colour(word(line_styles, i)), \
     $lines using 1:2:3:4:(colour($5)) with yerrorbars pointtype 0 \
         linewidth 1.2 linecolor rgb variable, \
     $lines using 1:2:(0.9 * mark_size):(mark($5)):(colour($5)) with points \
         pointsize variable pointtype variable linecolor rgb variable
