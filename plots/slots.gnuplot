# SPDX-License-Identifier: GPL-2.0-only
# The figure that series are compared by, a time, against the size of the slot: a curve for each
# number of vCPUs.

eval draw_heading("By size of the slot")
low = 1e30
high = 0
fewest = 1e30
most = 0
do for [i=1:slot_mib_count] {
	block = "slot_mib ".i.":"
	stats data index block using column_compared nooutput
	low = STATS_min < low ? STATS_min : low
	high = STATS_max > high ? STATS_max : high
	stats data index block using 1 nooutput
	fewest = STATS_min < fewest ? STATS_min : fewest
	most = STATS_max > most ? STATS_max : most
	set style line 100+i linecolor rgb shade(slot_mib_mode[i], i-1) \
		pointtype point_type(slot_mib_mode[i], i-1) dashtype dashes(i-1) linewidth 1.9 pointsize 1.1
}
eval vcpu_axis
set xrange [fewest/1.15:most*1.15]
set xlabel "MiB of the tested slot"
set xtics 1,4,1048576
eval log_axis
set ylabel compared
columns = repeats ? "1:column_compared:(column(column_compared+1)):(column(column_compared+2)) with yerrorlines" : \
	"1:column_compared with linespoints"
command = "plot for [i=1:slot_mib_count] data index 'slot_mib '.i.':' using " . columns . \
	" linestyle 100+i title slot_mib_label[i]"
eval command
