#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# What goes on beside the vCPUs' faults: their slot is changed, and KVM itself writes to missing pages.
# Every page has what was written to it last, whatever the mode.
#
# shellcheck disable=SC2317 # functions that check calls
set -uo pipefail

# shellcheck source=tests/e2e.sh
. "$(dirname "$0")/../e2e.sh"

expect "KVM's writes where there are none" 2 'is for arch=x86_64' "$faultline" point workload=kvm_writes arch=arm64
expect "KVM's writes, read only" 2 'leave access=read out' "$faultline" point workload=kvm_writes access=read
needs_kernel

verified() {
	echo "$1"
	[[ $1 =~ 256\ +pages\ verified ]]
}
# every_mode WHAT KEY=VALUE...
every_mode() {
	local mode output

	for mode in $("$faultline" list | awk '/^[A-Z]/ { is_mode = $0 == "Modes"; next } is_mode { print $1 }'); do
		output=$("$faultline" point mode="$mode" tier=simulated vcpus=4 cpus=8 draws=1 pages=64 "${@:2}" 2>&1)
		if [ $? = 4 ]; then
			skip_test "$1: $mode" "$(grep -o 'mode .*' <<<"$output" | head -n 1)"
		else
			check "$1: $mode" verified "$output"
		fi
	done
}
every_mode "the slot is changed" meanwhile=changes
every_mode "KVM writes to pages" workload=kvm_writes
every_mode "both, shared memory" workload=kvm_writes meanwhile=changes backing=shmem
if has_kernel arm64; then
	every_mode "the slot is changed on arm64" meanwhile=changes arch=arm64
fi
finish
