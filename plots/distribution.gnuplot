# SPDX-License-Identifier: GPL-2.0-only
# Complementary cumulative distribution of total latency at one vCPU count.

# Before the axes are logarithmic, which stats would heed.
lowest = 1
do for [i in distributions] {
	stats data index "distribution ".i.":" using 2 nooutput
	lowest = STATS_min < lowest ? STATS_min : lowest
}
eval draw_heading(sprintf("Distribution of total latency at %d vCPU%s", vcpus_shown, \
	vcpus_shown == 1 ? "" : "s"))
if (repeats) {
	set label 1000+caption_count caption_faultline . "; all repeats together"
}
set logscale xy 10
set xlabel "total latency, us"
set ylabel "fraction of faults that took longer" offset 1,0
set format y "%g"
set format x "%.0s%c"
set yrange [lowest:1.3]
# Dashes do not get on with stairs.
do for [i in distributions] { set style line i+0 dashtype 1 }
plot for [i in distributions] data index "distribution ".i.":" using 1:2 \
		with lines linestyle i+0 notitle, \
	for [i in distributions] data index "percentiles ".i.":" using 1:2 \
		with points linestyle i+0 notitle, \
	for [i in distributions] NaN with linespoints linestyle i+0 title label[i+0]
