# SPDX-License-Identifier: GPL-2.0-only
# Pages per second against handler threads: a curve for each number of vCPUs.

eval draw_heading("Throughput by handler threads")
low = 1e30
high = 0
fewest = 1e30
most = 0
marks = 0
do for [i=1:readers_count] {
	block = "readers ".i.":"
	stats data index block using column_span nooutput
	low = STATS_min < low ? STATS_min : low
	high = STATS_max > high ? STATS_max : high
	stats data index block using 1 nooutput
	fewest = STATS_min < fewest ? STATS_min : fewest
	most = STATS_max > most ? STATS_max : most
	stats data index block using 2 nooutput
	marks = STATS_max > 0 ? 1 : marks
	set style line 100+i linecolor rgb shade(readers_mode[i], i-1) \
		pointtype point_type(readers_mode[i], i-1) dashtype dashes(i-1) linewidth 1.9 pointsize 1.1
}
eval vcpu_axis
set xrange [fewest/1.15:most*1.15]
set xlabel "handler threads in all"
eval log_axis
set format y "%.0s%c"
set ylabel "pages per second, all vCPUs"
set style line 200 linecolor rgb "#b00000" pointtype 6 pointsize 2.6 linewidth 1.5
columns = repeats ? "1:column_span:(column(column_span+1)):(column(column_span+2)) with yerrorlines" : \
	"1:column_span with linespoints"
command = "plot for [i=1:readers_count] data index 'readers '.i.':' using " . columns . \
	" linestyle 100+i title readers_label[i]"
if (marks) {
	command = command . ", for [i=1:readers_count] data index 'readers '.i.':' " . \
		"using 1:(column(2) > 0 ? column(column_span) : NaN) with points linestyle 200 notitle, " . \
		"keyentry with points linestyle 200 title mark_label"
}
eval command
