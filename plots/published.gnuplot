# SPDX-License-Identifier: GPL-2.0-only
# Published figures (thick, filled) and simulated ones of the same kind (thin, open), both tables.
# data: file with a block a series: vCPUs, published, simulated without and with a coherence charge.

set encoding utf8
set terminal svg noenhanced size 1400,720 background "white" \
	font "DejaVu Sans,Verdana,Helvetica,sans-serif,12"
set output output
set border 3 linecolor rgb "#444444"
set grid linecolor rgb "#d8d8d8" linetype 1 linewidth 0.7
set tics nomirror
set logscale x 2
set logscale y 10
set xtics 1,2,1024
set format x "%.0f"
set format y "%.0s%c"
set xlabel "vCPUs"
set ylabel "pages per second, all vCPUs"
set lmargin at screen 0.07
set rmargin at screen 0.62
set key at screen 0.63,0.92 left top vertical Left reverse samplen 3 noenhanced
set title "PUBLISHED on hardware by others (thick), and SIMULATED: shapes and ratios, no predictions\n" . \
	"simulated: squares, dotted: P=0; circles, dashed: P=70 ns to move a cache line"
stats data using 1 nooutput
plot for [i=0:STATS_blocks-1] data index i using 1:2 with linespoints linecolor i+1 linewidth 2.6 \
	pointtype 7 title columnheader(1)." published", \
	for [i=0:STATS_blocks-1] data index i using 1:3 with linespoints linecolor i+1 linewidth 1.2 \
	dashtype 3 pointtype 4 title "", \
	for [i=0:STATS_blocks-1] data index i using 1:4 with linespoints linecolor i+1 linewidth 1.2 \
	dashtype 2 pointtype 6 title ""
