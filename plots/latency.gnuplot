# SPDX-License-Identifier: GPL-2.0-only
# Median and 99th percentile of total latency against vCPUs, side by side on one scale.

middle = (left_edge + right_edge) / 2
# Both halves need the same range.
low = 1e30
high = 0
do for [i in curves] {
	stats data index "curve ".i.":" using 6 nooutput
	low = STATS_min < low ? STATS_min : low
	stats data index "curve ".i.":" using 10 nooutput
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
	plot for [i in curves] data index "curve ".i.":" using 1:5:6:7 \
		with yerrorlines linestyle i+0
} else {
	plot for [i in curves] data index "curve ".i.":" using 1:5 \
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
	plot for [i in curves] data index "curve ".i.":" using 1:8:9:10 \
		with yerrorlines linestyle i+0 title label[i+0]
} else {
	plot for [i in curves] data index "curve ".i.":" using 1:8 \
		with linespoints linestyle i+0 title label[i+0]
}
unset multiplot
