# SPDX-License-Identifier: GPL-2.0-only
# Published figures and simulated ones of the same kind, a panel a series, both tables on one figure.
# data: file with a block a series: its name, then vCPUs, published, simulated without and with a
# coherence charge. charges: these two, in ns. output: the SVG file. caption: how the simulated ones
# came about.

set encoding utf8
stats data using 1 nooutput
columns = 4
rows = (STATS_blocks + 1 + columns - 1) / columns # one cell is the legend's
height = 280*rows+100
set terminal svg noenhanced size 1400,height background "white" \
	font "DejaVu Sans,Verdana,Helvetica,sans-serif,12"
set output output
set multiplot layout rows,columns margins 0.05,0.99,45.0/height,1-95.0/height spacing 0.035,75.0/height \
	title "PUBLISHED on hardware by others, and SIMULATED: shapes and ratios, no predictions\n" . caption \
	font ",14"
set border 3 linecolor rgb "#444444"
set grid linecolor rgb "#d8d8d8" linetype 1 linewidth 0.7
set tics nomirror
set logscale x 2
set logscale y 10
set xrange [0.9:290]
set yrange [2e4:3e7]
set xtics ("1" 1, "4" 4, "16" 16, "64" 64, "256" 256)
set format y "%.0s%c"
set style line 1 linecolor rgb "black" linewidth 2.6 pointtype 7 pointsize 0.8
set style line 2 linecolor rgb "#56b4e9" linewidth 1.6 pointtype 4 pointsize 0.8 dashtype 4
set style line 3 linecolor rgb "#d13f00" linewidth 1.6 pointtype 6 pointsize 0.9
name(i) = system(sprintf("grep '^\"' '%s' | sed -n '%ds/\"//gp'", data, i + 1))
unset key
do for [i=0:STATS_blocks-1] {
	set title name(i) font ",10" offset 0,-0.5
	plot data index i using 1:2 with linespoints linestyle 1, \
		data index i using 1:3 with linespoints linestyle 2, \
		data index i using 1:4 with linespoints linestyle 3
}
unset border
unset tics
unset grid
set title "x: vCPUs, y: pages per second of all vCPUs" font ",12"
set key center center Left reverse samplen 4 spacing 1.6
plot NaN with linespoints linestyle 1 title "published", \
	NaN with linespoints linestyle 2 title sprintf("simulated, P=%s: cache lines move for free", word(charges, 1)), \
	NaN with linespoints linestyle 3 title sprintf("simulated, P=%s ns to move a cache line", word(charges, 2))
unset multiplot
