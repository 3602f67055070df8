# SPDX-License-Identifier: GPL-2.0-only
# Pages per second against vCPUs.

eval draw_heading("Throughput")
low = 1e30
high = 0
do for [i in curves] {
	stats sprintf("%s/curve-%s.dat", data, i) using 2 nooutput
	low = STATS_min < low ? STATS_min : low
	high = STATS_max > high ? STATS_max : high
}
eval vcpu_axis
eval log_axis
set format y "%.0s%c"
set ylabel "pages per second, all vCPUs"
if (repeats) {
	plot for [i in curves] sprintf("%s/curve-%s.dat", data, i) using 1:2:3:4 \
		with yerrorlines linestyle i+0 title label[i+0]
} else {
	plot for [i in curves] sprintf("%s/curve-%s.dat", data, i) using 1:2 \
		with linespoints linestyle i+0 title label[i+0]
}
