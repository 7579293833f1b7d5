# lines.gp - the left panel: the bound in grey, intervals as bands, lines,
# marks, and a dotted leader from a line's last point to the edge of the
# panel, where it goes on to the name. Leaders say nothing but which name
# belongs to which line. A point that cannot be true is ringed.
#
# Lines join the points of one strategy that are neighbours in the plan; where
# one between them is missing, the data have an empty line and the line a gap.
# A law of scaling is a dashed curve with its band, in the colour of its line.
# Where there are more workers than cores, the paper is shaded.
#
# SPDX-License-Identifier: MIT

if (!exists("law_n")) law_n = 0
if (!exists("cores_edge")) cores_edge = 0
if (bound_n > 0) {
    do for [i = 1:|$bound_names|] {
        set label 20 + i word($bound_names[i], 3) \
            at real(word($bound_names[i], 1)), real(word($bound_names[i], 2)) \
            @bound_place front textcolor rgb grey
    }
}
bound = bound_n == 0 ? "" : \
    "$bound using 1:2 with lines linewidth 3 linecolor rgb \"#bbbbbb\","
band = law_n == 0 ? "" : \
    "$law using 1:3:4 with filledcurves fillstyle transparent solid 0.25 " . \
    "noborder linecolor rgb colour(law_style),"
law = law_n == 0 ? "" : \
    ", $law using 1:2 with lines linewidth 1 dashtype (8,4) " . \
    "linecolor rgb colour(law_style)"
rings = alarms_n == 0 ? "" : \
    ", $alarms using 1:2 with points pointtype 6 linewidth 2 " . \
    "pointsize 2.4 * mark_size linecolor rgb \"black\""
plot @bound @band \
     for [i = 1:lines_n] $lines index i - 1 using 1:3:4 \
         with filledcurves linecolor rgb colour(word(line_styles, i)), \
     $tails using 1:2:3:4:(colour($5)) with vectors nohead dashtype 3 \
         linewidth 0.7 linecolor rgb variable, \
     for [i = 1:lines_n] $lines index i - 1 using 1:2 \
         with lines linewidth 2 linecolor rgb colour(word(line_styles, i)), \
     $lines using 1:2:3:4:(colour($5)) with yerrorbars pointtype 0 \
         linewidth 1.2 linecolor rgb variable, \
     $lines using 1:2:(0.9 * mark_size):(mark($5)):(colour($5)) with points \
         pointsize variable pointtype variable linecolor rgb variable \
     @law @rings
