# SPDX-License-Identifier: GPL-2.0-only
# Median and 99th percentile of total latency against vCPUs, side by side on one scale.

middle = (left_edge + right_edge) / 2
# Both halves need the same range.
low = 1e30
high = 0
do for [i in curves] {
	stats data index "curve ".i.":" using (column(column_p50+1)) nooutput
	low = STATS_min < low ? STATS_min : low
	stats data index "curve ".i.":" using (column(column_p99+2)) nooutput
	high = STATS_max > high ? STATS_max : high
}
eval vcpu_axis
eval log_axis
set format y "%.0s%c"
set xtics font ",11"

set multiplot
eval draw_heading("Total latency of a fault")
set rmargin at screen middle-0.012
set ylabel "total latency, us"
set label 1 "p50" at graph 0.04,0.95 left font ",15"
unset key
if (repeats) {
	plot for [i in curves] data index "curve ".i.":" using \
		1:column_p50:(column(column_p50+1)):(column(column_p50+2)) with yerrorlines linestyle i+0
} else {
	plot for [i in curves] data index "curve ".i.":" using 1:column_p50 \
		with linespoints linestyle i+0
}

# Only once.
do for [n=1000:1000+caption_count] { unset label n }
set lmargin at screen middle+0.012
set rmargin at screen right_edge
set label 1 "p99"
set format y ""
unset ylabel
set key
if (repeats) {
	plot for [i in curves] data index "curve ".i.":" using \
		1:column_p99:(column(column_p99+1)):(column(column_p99+2)) with yerrorlines linestyle i+0 title label[i+0]
} else {
	plot for [i in curves] data index "curve ".i.":" using 1:column_p99 \
		with linespoints linestyle i+0 title label[i+0]
}
unset multiplot
