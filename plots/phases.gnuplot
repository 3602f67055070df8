# SPDX-License-Identifier: GPL-2.0-only
# Where the time of a mean fault goes: stacked bars, a row a series, at the fewest vCPUs and at many.

phase_count = 5
array phase[phase_count] = ["delivery", "fetch", "resolve", "resume", "total (no phases)"]
array fill[phase_count] = ["#882255", "#d9d9d9", "#44aa99", "#ddcc77", "#6b6b6b"]
left_edge = 0.03 + 0.0078 * label_longest
right_edge = 0.975
same = vcpus_few == vcpus_many
split = same ? right_edge : (left_edge + right_edge) / 2

# A phase's bar starts where those before it end; columns are row, total, then the phases.
from(n) = n == 1 ? 0 : sum [c=3:n+1] column(c)
to(n) = sum [c=3:n+2] column(c)
half = 0.33

# Before there is a range, which stats would heed.
stats data . "/phases-few.dat" index 0 using 2 nooutput
longest_few = STATS_max
stats data . "/phases-many.dat" index 0 using 2 nooutput
longest_many = STATS_max

set grid noytics xtics
set yrange [series_count+0.6:0.4]
do for [i=1:series_count] { set ytics add (label[i] i) }
set ytics scale 0
set style fill solid noborder
# The legend stands in a row below the bars, where it hides none.
unset key
do for [n=1:phase_count] {
	legend_x = 0.015 + 0.13 * (n - 1)
	set object 2000+n rectangle from screen legend_x,0.197 to screen legend_x+0.025,0.217 \
		fillcolor rgb fill[n] fillstyle solid noborder
	set label 2000+n phase[n] at screen legend_x+0.033,0.207 left
}
# A step of 1, 2 or 5 times a power of ten, for at most five tics.
power(x) = 10 ** floor(log10(x))
step(x) = x <= power(x) ? power(x) : x <= 2 * power(x) ? 2 * power(x) : \
	x <= 5 * power(x) ? 5 * power(x) : 10 * power(x)
set xlabel "mean of each phase, us"
set bmargin at screen 0.325

set multiplot
eval draw_heading("Phases of a fault")
if (repeats) {
	set label 1000+caption_count caption_faultline . "; medians of repeats"
}
do for [half_number=1:(same ? 1 : 2)] {
	file = data . (half_number == 1 ? "/phases-few.dat" : "/phases-many.dat")
	vcpus = half_number == 1 ? vcpus_few : vcpus_many
	longest = half_number == 1 ? longest_few : longest_many
	set xrange [0:1.2*longest]
	set xtics step(longest / 5)
	set lmargin at screen (half_number == 1 ? left_edge : split + 0.02)
	set rmargin at screen (half_number == 1 && !same ? split - 0.02 : right_edge)
	set label 1 sprintf("%d vCPU%s", vcpus, vcpus == 1 ? "" : "s") at graph 0,1.04 left font ",14"
	if (half_number == 2) {
		do for [n=1000:1000+caption_count] { unset label n }
		do for [n=2001:2000+phase_count] {
			unset label n
			unset object n
		}
		set format y ""
		do for [i=1:series_count] { set ytics add ("" i) }
	}
	plot for [n=1:phase_count] file index 0 using (from(n)):1:(from(n)):(to(n)):($1-half):($1+half) \
			with boxxyerror linecolor rgb fill[n], \
		file index 1 using (0):1:("not measured") with labels left offset 1,0 textcolor rgb "#777777", \
		file index 0 using 2:1:(sprintf($2 < 100 ? "%.1f" : "%.0f", $2)) with labels left offset 0.6,0
}
unset multiplot
