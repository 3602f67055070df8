#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Prints how many jobs make is to have: the CPUs of the affinity mask, or as many as the CPU
# quotas of the control groups above leave; faultline's --jobs counts the same way.
# FAULTLINE_FS stands before /proc and /sys in tests.
set -eu

fs=${FAULTLINE_FS:-}
unset OMP_NUM_THREADS OMP_THREAD_LIMIT # nproc takes their word for it
jobs=$(nproc)

# limit QUOTA PERIOD: no more jobs than that; "max" and -1 are no limit.
limit() {
	case $1$2 in
	'' | *[!0-9]*) return ;;
	esac
	[ "$2" -gt 0 ] || return 0
	allowed=$((($1 + $2 - 1) / $2))
	[ "$allowed" -gt 0 ] || allowed=1
	[ "$jobs" -le "$allowed" ] || jobs=$allowed
}

# word FILE N: its Nth word, or nothing.
word() { cut -d ' ' -f "$2" "$1" 2>/dev/null || true; }

# upward PLACE PATH: each folder of a group, from its own to where the hierarchy is mounted.
upward() {
	path=$2
	while [ -n "${path%/}" ]; do
		printf '%s\n' "$1$path"
		path=${path%/*}
	done
	printf '%s\n' "$1"
}

group() { sed -n "s/^[0-9]*:$1://p" "$fs/proc/self/cgroup" 2>/dev/null || true; }

for dir in $(upward "$fs/sys/fs/cgroup" "$(group '')"); do
	limit "$(word "$dir/cpu.max" 1)" "$(word "$dir/cpu.max" 2)"
done
for dir in $(upward "$fs/sys/fs/cgroup/cpu" "$(group '\(.*,\)*cpu\(,.*\)*')"); do
	limit "$(word "$dir/cpu.cfs_quota_us" 1)" "$(word "$dir/cpu.cfs_period_us" 1)"
done
echo "$jobs"
