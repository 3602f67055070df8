# SPDX-License-Identifier: GPL-2.0-only
# Pages per second as a part of those of mode userfault, against the time of a fetch: where it pays to
# do otherwise than to exit and wait, and where it stops to.

eval draw_heading("Throughput beside userfault, by time of a fetch")
set label 1003 caption_kernel[strstrt(caption_kernel, ", ")+2:]
# The kernel fetches nothing: the more the others wait, the farther away it is.
compared_curves = ''
do for [i=1:fetch_count] {
	if (fetch_mode[i] ne "kernel") { compared_curves = compared_curves . ' ' . i }
}
low = 1
high = 1
fewest = 1e30
most = 0
zero = 0
do for [i in compared_curves] {
	block = "fetch ".i.":"
	stats data index block using column_relative nooutput
	low = STATS_min < low ? STATS_min : low
	high = STATS_max > high ? STATS_max : high
	stats data index block using (column(1) > 0 ? column(1) : NaN) nooutput
	fewest = STATS_min < fewest ? STATS_min : fewest
	most = STATS_max > most ? STATS_max : most
	stats data index block using 1 nooutput
	zero = STATS_min == 0 ? 1 : zero
	set style line 100+i linecolor rgb shade(fetch_mode[i+0], i-1) \
		pointtype point_type(fetch_mode[i+0], i-1) dashtype dashes(i-1) linewidth 1.9 pointsize 1.1
}
eval vcpu_axis
# No fetch at all has no place on a log axis: it stands before the shortest one.
none = fewest / 4
set xrange [(zero ? none : fewest)/1.3:most*1.3]
set xlabel "us that a fetch takes"
set xtics 10**ceil(log10(fewest)),10,1e9
if (zero) { set xtics add ("none" none) }
eval log_axis
set ylabel "pages per second / those of userfault"
set arrow 90 from graph 0, first 1 to graph 1, first 1 nohead linecolor rgb "#888888" dashtype 3
plot for [i in compared_curves] data index 'fetch '.i.':' \
	using (column(1) > 0 ? column(1) : none):column_relative with linespoints linestyle 100+i title fetch_label[i+0]
