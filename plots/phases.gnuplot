# SPDX-License-Identifier: GPL-2.0-only
# Where the time of a mean fault goes, at the fewest vCPUs and at many: a row a series, each bar a whole
# fault. Totals differ a hundredfold, so that bars on one axis of times would vanish: a bar shows
# shares, and the times stand below and behind it.

phase_count = 5
array phase[4] = ["delivery", "fetch", "resolve", "resume"]
array fill[phase_count] = ["#882255", "#e6e6e6", "#44aa99", "#ddbb55", "#6b6b6b"]
left_edge = 0.03 + 0.0078 * label_longest
right_edge = 0.985
half_count = vcpus_min == vcpus_shown ? 1 : 2
half_width = (right_edge - left_edge - 0.02 * (half_count - 1)) / half_count

# Columns are row, total, then the phases. A phase's bar starts where those before it end.
whole(n) = sum [c=3:7] column(c)
to(n) = 100 * (sum [c=3:n+2] column(c)) / whole(0)
from(n) = n == 1 ? 0 : to(n - 1)
us(x) = sprintf(x < 10 ? "%.2f" : x < 100 ? "%.1f" : "%.0f", x)
has_phases(n) = column(2) > 0 && column(7) == 0
# What stands in place of phases.
remark(n) = column(2) == 0 ? "not measured" : column(7) > 0 ? "its phases are not known" : ""
# Of a row 1 high: the bar, its middle, the middle of the times below it.
bar_half = 0.22
bar_y(row) = row - 0.16
times_y(row) = row + 0.27

set grid noytics noxtics
set border 0
set yrange [series_count+0.6:0.4]
set ytics scale 0 ("" 0)
do for [i=1:series_count] { set ytics add (label[i] bar_y(i)) }
# Of 100 % for the bars, what stands behind them takes more.
set xrange [0:124]
set xtics ("0" 0, "25" 25, "50" 50, "75" 75, "100" 100)
set xlabel "share of the total, %" offset -2,0
set style fill solid border linecolor rgb "#ffffff"
unset key
set tmargin at screen 0.845
set bmargin at screen 0.28

set multiplot
eval draw_heading("Phases of a fault: means in us")
if (repeats) {
	set label 1000+caption_count caption_faultline . "; medians of repeats"
}
do for [half=1:half_count] {
	vcpus = half == 1 ? vcpus_min : vcpus_shown
	half_left = left_edge + (half - 1) * (half_width + 0.02)
	set lmargin at screen half_left
	set rmargin at screen half_left+half_width
	set label 1 sprintf("%d vCPU%s", vcpus, vcpus == 1 ? "" : "s") \
		at first 0,graph 1.1 left font ",14"
	do for [n=1:4] {
		set object n rectangle noclip from first 25*n-25,graph 1.015 to first 25*n-22,graph 1.045 \
			fillcolor rgb fill[n] fillstyle solid border linecolor rgb "#888888"
		set label 1+n phase[n] at first 25*n-21,graph 1.03 left font ",11"
	}
	set label 6 "total" at first 102,graph 1.03 left
	if (half == 2) {
		do for [n=1000:1000+caption_count] { unset label n }
		set ytics ("" 0)
	}
	block = sprintf("phases %d:", vcpus)
	plot for [n=1:phase_count] data index block \
			using (from(n)):1:(from(n)):(to(n)):(bar_y($1)-bar_half):(bar_y($1)+bar_half) \
			with boxxyerror linecolor rgb fill[n], \
		for [n=1:4] data index block \
			using (25*n-21):(times_y($1)):(has_phases(0) ? us(column(n+2)) : "") \
			with labels left font ",11", \
		data index block using (0):($2 > 0 ? times_y($1) : bar_y($1)):(remark(0)) \
			with labels left font ",11" textcolor rgb "#666666", \
		data index block using (102):(bar_y($1)):($2 > 0 ? us($2) : "") with labels left
}
unset multiplot
