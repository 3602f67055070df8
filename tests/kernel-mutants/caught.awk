# SPDX-License-Identifier: GPL-2.0-only
# Of what tests/kvm/run.sh --first-failure prints: what has failed, on one line; none if nothing has.

/^# (x86_64|arm64)-[a-z0-9-]+$/ { vm = substr($2, index($2, "-") + 1) }
/^not ok [0-9]+ / { if (++tests <= 2) names = names (tests > 1 ? ", " : "") "`" $4 "`" }
/^# (x86_64|arm64)-[a-z0-9-]+: .*; its console and QEMU's messages:$/ {
	sub(/^# [^ ]*: /, "")
	sub(/; its console and QEMU's messages:$/, "")
	trouble = $0
}
/Kernel panic - not syncing: / { panic = "the kernel panics" }
# Where it was, on x86-64 and on arm64.
!place && match($0, /RIP: 0010:[^+]+|pc : [^+]+/) {
	place = substr($0, RSTART, RLENGTH)
	sub(/.*:[ ]?/, " in `", place)
	place = place "`"
}

END {
	if (tests > 2)
		names = names " and " tests - 2 " more"
	if (panic)
		trouble = panic place
	if (names || trouble)
		print names (names && trouble ? ", " : "") trouble " (" vm ")"
}
