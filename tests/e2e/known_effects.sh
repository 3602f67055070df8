#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Effects that are known from elsewhere must show here: what shmem costs, the lock that its
# faults meet at. And some must not: the timer slack of whoever starts faultline, and being
# stopped in the middle, which must not pass for time that faults took.
#
# shellcheck disable=SC2317 # functions that check calls
set -uo pipefail

# shellcheck source=tests/e2e.sh
. "$(dirname "$0")/../e2e.sh"

# The kernel may end a sleep as much later as the slack is, 5 ms here; handlers ask for 1 ns.
tier=$(native_tier)
# fetch_median_is_below NS: of a point whose fetch takes 30 us.
fetch_median_is_below() {
	(echo 5000000 >/proc/self/timerslack_ns && exec "$faultline" point tier="$tier" mode=uffd pages=64 seconds=0 --json) |
		python3 -c 'import json, sys
p50 = json.load(sys.stdin)["latency_ns"]["fetch"]["p50"]
print("fetch", p50, "ns")
sys.exit(not 30000 <= p50 < int(sys.argv[1]))' "$1"
}
# What measures, below the program that faultline starts for a point; it is stopped for a third of its time.
stopped_in_the_middle() {
	local point measuring

	"$faultline" point tier="$tier" mode=uffd pages=200 seconds=0 fetch=10ms --json >"$scratch/stopped" &
	wait_for pgrep -P $! faultline-point >"$scratch/point" && read -r point <"$scratch/point" &&
		wait_for pgrep -P "$point" >"$scratch/measuring" && read -r measuring <"$scratch/measuring" || return 1
	while kill -STOP "$measuring" 2>/dev/null; do
		sleep 0.2
		kill -CONT "$measuring"
		sleep 0.4
	done
	wait
	grep '"held_up":true' "$scratch/stopped"
}
# A busy machine may hold up any of them, but not all.
undisturbed() {
	for _ in 1 2 3 4 5; do
		! "$faultline" point tier="$tier" mode=uffd pages=200 seconds=0 fetch=10ms --json | grep '"held_up":false' || return 0
	done
	return 1
}
if [ -r /dev/kvm ] && [ -w /dev/kvm ]; then
	check "a point whose process is stopped meanwhile is marked" stopped_in_the_middle
	check "and another one is not" undisturbed
else
	skip_test "a point whose process is stopped meanwhile is marked" "no /dev/kvm"
fi

if [ -r /dev/kvm ] && [ -w /dev/kvm ] && [ -w /proc/self/timerslack_ns ]; then
	check "a fetch of 30 us in spite of 5 ms of timer slack" fetch_median_is_below 2000000
else
	skip_test "a fetch of 30 us in spite of 5 ms of timer slack" "no /dev/kvm"
fi

needs_kernel

# instructions BACKING: what a fault takes on one CPU.
instructions() {
	"$faultline" point tier=simulated mode=kernel fault=missing vcpus=1 pages=64 backing="$1" --json |
		python3 -c 'import json, sys; print(json.load(sys.stdin)["latency_ns"]["total"]["mean"])'
}
anon=$(instructions anon) shmem=$(instructions shmem)
shmem_is_dearer() {
	echo "anon $anon, shmem $shmem"
	python3 -c 'import sys; sys.exit(not 1.1 < float(sys.argv[2]) / float(sys.argv[1]) < 1.5)' "$anon" "$shmem"
}
check "a fault in shmem takes more instructions than one in anonymous memory" shmem_is_dearer
check "the same again, to the digit" test "$(instructions anon) $(instructions shmem)" = "$anon $shmem"

# resolve_functions BACKING: what vCPUs spend their time with when they fill pages at the same time.
resolve_functions() {
	"$faultline" point tier=simulated mode=userfault fault=missing fetch=0 vcpus=32 cpus=32 speed=4 pages=16 \
		coherence=70 backing="$1" --profile="$scratch/$1" >/dev/null &&
		sed -n '/resolve, vCPUs.* threads: function/,/^$/p' "$scratch/$1/table.txt" | tail -n +2
}
first_is() { head "$scratch/functions" && head -n 1 "$scratch/functions" | grep -qE "$1"; }
no_inode() { [ -s "$scratch/functions" ] && ! grep -E 'inode|shmem' "$scratch/functions"; }
# Those of its page cache and of its size, which of them is longer depends on the kind of locks.
inode_locks='queued_spin_lock_slowpath < (shmem_add_to_page_cache < |inode_add_bytes < )shmem_'
resolve_functions shmem >"$scratch/functions"
check "shmem: vCPUs wait for locks of the inode more than for anything else" first_is "$inode_locks"
resolve_functions anon >"$scratch/functions"
check "anonymous memory has none" no_inode
finish
