#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# Memory of a guest_memfd that the VMM maps: every page arrives once, in the modes that there are for it.
# Kernels before 6.18 have none, and say so.
#
# shellcheck disable=SC2317 # functions that check calls
set -uo pipefail

# shellcheck source=tests/e2e.sh
. "$(dirname "$0")/../e2e.sh"

expect "it is listed" 0 '^  guest_memfd +a guest_memfd that the VMM maps' "$faultline" list
point_refused "huge pages" "guest_memfd has no huge pages" backing=guest_memfd thp=always
point_refused "dirty logging" "meanwhile=changes needs dirty logging" backing=guest_memfd meanwhile=changes
point_refused "minor faults" "fault=minor needs" backing=guest_memfd fault=minor
point_refused "a benchmark without" "bench=freeze has no backing=guest_memfd" backing=guest_memfd bench=freeze

for arch in x86_64 arm64; do
	has_kernel $arch || { skip_test "guest_memfd on $arch" "no kernel: run it through ./run.sh test" && continue; }
	measures "$arch, kernel" 'r["pages_verified"] == 64 and r["fetches"] == 0' tier=simulated backing=guest_memfd arch=$arch mode=kernel vcpus=2 pages=32
	if grep -q '"status":"skipped"' "$scratch/record"; then
		check "$arch: the reason says which kernels have it" grep -q "from 6.18 on" "$scratch/record"
		continue
	fi
	expect "$arch, uffd: is skipped" 4 "userfaultfd does not take guest_memfd" \
		"$faultline" point tier=simulated arch=$arch mode=uffd backing=guest_memfd pages=32
	for mode in userfault attributes; do
		measures "$arch, $mode: 4 KiB" 'r["exits"] == r["fetches"] == r["pages_verified"] == 64' \
			tier=simulated backing=guest_memfd arch=$arch mode=$mode vcpus=2 pages=32
		measures "$arch, $mode: 2 MiB" 'r["exits"] == r["fetches"] == 2 and r["pages_verified"] == 1024' \
			tier=simulated backing=guest_memfd arch=$arch mode=$mode vcpus=2 pages=512 grain=huge
		measures "$arch, $mode: vCPUs that share pages" 'r["fetches"] == r["pages_verified"] == 64 and r["exits"] >= 64' \
			tier=simulated backing=guest_memfd arch=$arch mode=$mode workload=shared access=read vcpus=4 pages=64
	done
done
finish
