#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# Benchmarks beside the life of a fault, each small: on one and on several simulated CPUs, without
# times where those mean nothing, natively, and as a sweep. That a freeze which leaks a write is found
# is tested where there can be one, in tests/kvm/freeze.c.
#
# shellcheck disable=SC2016 # what stands in single quotes is for another shell
# shellcheck disable=SC2317 # functions that check calls
set -uo pipefail

# shellcheck source=tests/e2e.sh
. "$(dirname "$0")/../e2e.sh"

expect "they are listed" 0 '^  freeze  +all guest access' "$faultline" list
point_refused "unknown benchmark" "bench='frieze'.*fault, freeze, toggle, clear" bench=frieze
point_refused "a key of another benchmark" "how=pause says nothing with bench=fault; leave it out" how=pause
point_refused "a workload that never ends" "workload=writer writes until it is told to stop" workload=writer
point_refused "a slot that is too small" "do not fit into slot_mib=1" bench=freeze slot_mib=1 vcpus=64
point_refused "a mode without pages to make present" "mode=kernel leaves nothing" bench=clear mode=kernel
point_refused "no content in place" "needs backing=shmem" bench=clear mode=uffd
point_refused "a mode that cannot be turned on" "is about mode=userfault" bench=toggle mode=uffd
needs_kernel

for how in flag memslot mprotect pause; do
	measures "freeze by $how" \
		'r["freeze"]["writes_slipped"] == 0 and r["freeze"]["pages_verified"] == 32 and r["freeze_times"]["thaw_ns"] > 0' \
		tier=simulated bench=freeze how=$how vcpus=2 pages=16 slot_mib=64
done
measures "freeze: every page of a slot that is frozen by its flag is mapped again" \
	'r["freeze"]["exits_after"] >= 32' tier=simulated bench=freeze how=flag vcpus=2 pages=16
measures "freeze: none of who was paused" \
	'r["freeze"]["exits_after"] < 16' tier=simulated bench=freeze how=pause vcpus=2 pages=16
measures "freeze on several CPUs, in draws" \
	'[d["draw"] for d in r["each_draw"]] == [0, 1] and r["freeze_times"]["last_write_ns"] > 0' \
	tier=simulated bench=freeze how=pause vcpus=2 cpus=3 draws=2 pages=16
cp "$scratch/record" "$scratch/before"
measures "freeze: the same to the byte again" \
	'{k: v for k, v in r.items() if k != "wall"} == {k: v for k, v in json.load(open("'"$scratch/before"'")).items() if k != "wall"}' \
	tier=simulated bench=freeze how=pause vcpus=2 cpus=3 draws=2 pages=16
measures "freeze: no times in tier emulated" '"freeze_times" not in r and r["freeze"]["writes_slipped"] == 0' \
	tier=emulated bench=freeze how=mprotect vcpus=2 pages=16

measures "toggle: with 4 KiB pages" \
	'r["toggle"]["pages_verified"] == 1024 and r["toggle"]["exits_on"] >= 1024 and r["toggle"]["huge_before"] == 0' \
	tier=simulated bench=toggle slot_mib=4 vcpus=2
measures "toggle: with 2 MiB pages, which come back" \
	'r["toggle"]["huge_before"] == 2 and r["toggle"]["huge_on"] == 0 and r["toggle"]["huge_again"] == 2' \
	tier=simulated bench=toggle slot_mib=4 vcpus=2 mapped=2m

for pattern in single range alternate word line; do
	measures "clear: bits, $pattern" 'r["clear"]["pages_present"] == 1024 and r["clear_times"]["rate_span"] > 0' \
		tier=simulated bench=clear vcpus=2 pages=512 slot_mib=128 pattern=$pattern
done
measures "clear: UFFDIO_CONTINUE of several userfaultfds at once" \
	'r["clear"]["pages_present"] == 1024 and r["clear"]["calls"] == 2 and r["clear"]["bitmap_kib"] == 0' \
	tier=simulated bench=clear mode=uffd backing=shmem vcpus=2 pages=512 slot_mib=128 pattern=range uffds=3
measures "clear: bits and UFFDIO_CONTINUE" 'r["clear"]["pages_present"] == 1024 and r["clear"]["bitmap_kib"] == 4' \
	tier=simulated bench=clear mode=userfault+uffd backing=shmem vcpus=2 pages=512 slot_mib=128
expect "clear: a slot beyond guest addresses is skipped" 4 "take a smaller slot_mib" \
	"$faultline" point tier=simulated bench=clear slot_mib=1048576

if has_kernel arm64; then
	for how in flag memslot mprotect pause; do
		measures "arm64: freeze by $how" 'r["freeze"]["pages_verified"] == 32' \
			tier=simulated arch=arm64 bench=freeze how=$how vcpus=2 pages=16
	done
	measures "arm64: toggle" 'r["toggle"]["exits_on"] >= 512 and r["toggle"]["huge_on"] is None' \
		tier=simulated arch=arm64 bench=toggle slot_mib=4 mapped=2m
else
	skip_test "arm64" "there is no kernel for it"
fi

cat >"$scratch/small.ini" <<-'EOF'
	[sweep]
	summary = one point of each
	[freeze]
	bench = freeze
	how = pause
	pages = 16
	slot_mib = 8,16,32
	[toggle]
	bench = toggle
	slot_mib = 4
	[clear]
	bench = clear
	pages = 64
EOF
expect "a sweep of all" 0 "report: " "$faultline" run --tier simulated --sweep "$scratch/small.ini" --out "$scratch/run"
check "its tables: each benchmark has its own" bash -c '
	for bench in freeze toggle clear; do grep -q ", bench $bench$" "$1/tables.txt" || exit 1; done
	grep -q "last write" "$1/tables.txt" && ! grep -q "delivery" "$1/tables.txt"' - "$scratch/run"
check "its plot, by size of the slot" grep -q "</svg>" "$scratch"/run/plots/slots*.svg
check "its page has it" grep -q "MiB of the tested slot" "$scratch/run/report.html"
check "its records fit the schema" python3 "$records" check "$scratch/run" ok
sed -i '$d' "$scratch/run/points.jsonl"
expect "it resumes" 0 "report: " "$faultline" run --resume "$scratch/run"
check "it is whole then" whole "$scratch/run" 5

if [ -r /dev/kvm ] && [ -w /dev/kvm ]; then
	measures "natively: freeze by pause, cold" 'r["freeze"]["pages_verified"] == 16' \
		tier="$(native_tier)" bench=freeze how=pause pages=16 slot_mib=8 seconds=0
else
	skip_test "natively" "no /dev/kvm"
fi

finish
