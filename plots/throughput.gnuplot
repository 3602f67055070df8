# SPDX-License-Identifier: GPL-2.0-only
# Pages per second against vCPUs.

eval draw_heading("Throughput")
low = 1e30
high = 0
marks = 0
do for [i in curves] {
	stats data index "curve ".i.":" using column_span nooutput
	low = STATS_min < low ? STATS_min : low
	high = STATS_max > high ? STATS_max : high
	stats data index "curve ".i.":" using 2 nooutput
	marks = STATS_max > 0 ? 1 : marks
}
eval vcpu_axis
eval log_axis
set format y "%.0s%c"
set ylabel "pages per second, all vCPUs"
# What the table warns of, the plot must not hide.
set style line 200 linecolor rgb "#b00000" pointtype 6 pointsize 2.6 linewidth 1.5
columns = repeats ? "1:column_span:(column(column_span+1)):(column(column_span+2)) with yerrorlines" : \
	"1:column_span with linespoints"
command = "plot for [i in curves] data index 'curve '.i.':' using " . columns . \
	" linestyle i+0 title label[i+0]"
if (marks) {
	command = command . ", for [i in curves] data index 'curve '.i.':' " . \
		"using 1:(column(2) > 0 ? column(column_span) : NaN) with points linestyle 200 notitle, " . \
		"keyentry with points linestyle 200 title mark_label"
}
eval command
