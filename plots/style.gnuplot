# SPDX-License-Identifier: GPL-2.0-only
# What all plots share: terminal, colours, captions. Loaded for each plot by panel.gp, which says what
# there is to draw; starts anew, whatever the plot before it has set.

set output
reset
set encoding utf8
width = 1000
# Many series need room in the legend, which gnuplot otherwise cuts, and as rows of the phases.
height = 640 + 46 * (series_count > 12 ? series_count - 12 : 0)
if (output[strlen(output)-3:] eq ".svg") {
	set terminal svg noenhanced size width,height background "white" \
		font "DejaVu Sans,Verdana,Helvetica,sans-serif,13"
} else {
	set terminal pngcairo noenhanced size 2*width,2*height background "white" \
		font "DejaVu Sans,13" fontscale 1.5 linewidth 2 pointscale 1.6
}
# faultline has a suffix until the file is whole.
set output output . (exists("suffix") ? suffix : "")

# A mode has its colour and its shape of points in every plot; further series of the same mode take
# the next shade, point and dashes. uffd has more points than shades: a pair comes again after 42.
# The hues are Okabe and Ito's, told apart by colour-blind eyes.
colours(m) = m eq "kernel" ? "#6b6b6b #9a9a9a" : \
	m eq "uffd" ? "#0072b2 #56b4e9 #003f63 #7a9bb0 #1f3fd0 #8fd0f0" : \
	m eq "uffd+exit" ? "#e69f00 #a87400 #f3c766" : \
	m eq "userfault" ? "#d13f00 #8f2b00 #f08a5c" : \
	m eq "userfault+uffd" ? "#009e73 #00634a #66c9ad" : \
	m eq "async-pf" ? "#7b3fb0 #b58ad6 #4b1f73 #d9b8f0" : \
	m eq "attributes" ? "#8a7000 #c9b04a #5c4a00" : "#cc79a7 #8a4a6d #5c5c00"
points(m) = m eq "kernel" ? "2 1" : \
	m eq "uffd" ? "5 4 15 14 3 12 10" : \
	m eq "uffd+exit" ? "9 8 1" : \
	m eq "userfault" ? "7 6 3" : \
	m eq "userfault+uffd" ? "13 12 3" : \
	m eq "async-pf" ? "11 10 3" : \
	m eq "attributes" ? "15 14 1" : "11 10 3"
shade(m, v) = word(colours(m), v % words(colours(m)) + 1)
point_type(m, v) = word(points(m), v % words(points(m)) + 1) + 0
# Solid, dashed, ...: 3 is too faint in print.
dashes(v) = word("1 2 4 5", v % 4 + 1) + 0
do for [i=1:series_count] {
	set style line i linecolor rgb shade(mode[i], variant[i]) \
		pointtype point_type(mode[i], variant[i]) dashtype dashes(variant[i]) \
		linewidth (mode[i] eq "userfault" ? 2.6 : 1.9) pointsize 1.1
}

set border 3 linecolor rgb "#444444"
set grid linecolor rgb "#d8d8d8" linetype 1 linewidth 0.7
set tics nomirror textcolor rgb "#222222"

# The heading of a plot, in red when the run is not whole.
draw_heading(text) = sprintf("set label 1000 '%s, tier %s%s' at screen 0.015,0.955 left " . \
	"font ',17' textcolor rgb '%s'", text, tier, incomplete eq "" ? "" : ". " . incomplete, \
	incomplete eq "" ? "black" : "#b00000")

# The caption, in which every plot says what it is worth: as many lines as there are texts.
caption_count = 5
array caption[caption_count] = [caption_tier, caption_limits, caption_kernel, caption_conditions, \
	caption_faultline . (repeats ? "; " . caption_repeats : "")]
line_y = 0.165
do for [i=1:caption_count] {
	if (caption[i] ne "") {
		set label 1000+i caption[i] at screen 0.015,line_y left font ",12" \
			textcolor rgb "#222222"
		line_y = line_y - 0.033
	}
}

# The legend stands beside the plot, with room for its longest label.
mark_label = "marked in the table"
label_longest = strlen(mark_label)
do for [i=1:series_count] {
	label_longest = strlen(label[i]) > label_longest ? strlen(label[i]) : label_longest
}
left_edge = 0.09
right_edge = 0.91 - 0.0076 * label_longest
set lmargin at screen left_edge
set rmargin at screen right_edge
set tmargin at screen 0.90
set bmargin at screen 0.30
set key at screen right_edge+0.02,0.9 left top vertical Left reverse samplen 3 spacing 1.35

# Powers of two for the vCPU axis, with a little air on both sides.
vcpu_axis = 'set logscale x 2; set xrange [vcpus_min/1.15:vcpus_max*1.15]; set xlabel "vCPUs"; ' . \
	'set xtics 1,2,1024; set format x "%.0f"'

# A logarithmic y axis from low to high with some air; below two decades, powers of ten alone label
# too little of it.
log_axis = 'set logscale y 10; set yrange [low/1.4:high*1.4]; if (high / low < 100) { ' . \
	'do for [decade=floor(log10(low)):ceil(log10(high))] { ' . \
	'set ytics add (2*10**decade, 5*10**decade) } }'
