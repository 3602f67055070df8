#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# Memory of huge pages, transparent and reserved ones, and faults that bring a whole one. Above all: what nobody
# has fetched is never mapped, whatever its neighbours are, and a VMM that lets it be is found.
#
# shellcheck disable=SC2317 # functions that check calls
set -uo pipefail

# shellcheck source=tests/e2e.sh
. "$(dirname "$0")/../e2e.sh"

expect "backings are listed" 0 '^  hugetlb1g  +a memfd of reserved huge pages of 1 GiB' "$faultline" list
point_refused "unknown backing" "backing='hugetlb'.*hugetlb2m, hugetlb1g" backing=hugetlb
point_refused "unknown grain" "grain='2m'.*auto, 4k, huge" grain=2m
point_refused "unknown thp" "thp='madvise'.*never, always" thp=madvise
point_refused "userfaultfd takes whole huge pages" "grain=4k cannot be had with mode=uffd.*leave it out" \
	mode=uffd backing=hugetlb2m grain=4k
point_refused "so does the kernel" "the kernel brings whole huge pages" mode=kernel thp=always grain=4k
point_refused "or whole small ones" "mode=kernel brings pages of 4 KiB" mode=kernel grain=huge
point_refused "half a huge page" "take a multiple of 512" grain=huge pages=256
point_refused "half a huge page of 1 GiB" "take a multiple of 262144" backing=hugetlb1g pages=131072
point_refused "reserved huge pages are no transparent ones" "thp=always says nothing" backing=hugetlb2m thp=always
point_refused "a benchmark without" "bench=freeze has no backing=hugetlb2m" bench=freeze backing=hugetlb2m
if [ -r /dev/kvm ] && [ -w /dev/kvm ] && [ "$(cat /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages 2>&1)" = 0 ]; then
	expect "natively, with none reserved" 4 "1 huge pages of 2 MiB are needed, and 0 are free; reserve them: echo 1 | sudo tee" \
		"$faultline" point tier="$(native_tier)" mode=kernel backing=hugetlb2m pages=512 seconds=0
else
	skip_test "natively, with none reserved" "no /dev/kvm, or there are some"
fi
needs_kernel

each_once='r["exits"] + r["uffd_events"] == r["fetches"] == r["pages_verified"] == 1024'
whole='r["exits"] + r["uffd_events"] == r["fetches"] == 2 and r["pages_verified"] == 1024'
for arch in x86_64 arm64; do
	has_kernel $arch || { skip_test "huge pages on $arch" "no kernel: run it through ./run.sh test" && continue; }
	for mode in uffd uffd+exit userfault userfault+uffd attributes async-pf; do
		[ $arch$mode != arm64async-pf ] || continue
		for backing in "anon missing" "shmem minor" "shmem missing"; do
			read -r backing fault <<<"$backing"
			measures "$arch, $mode, $backing, $fault: each 4 KiB of a huge page faults" "$each_once" \
				tier=simulated arch=$arch mode=$mode backing="$backing" fault="$fault" thp=always vcpus=2 pages=512 fetch=0
		done
		measures "$arch, $mode: 2 MiB at once, reserved" "$whole and r['huge_kib'] >= 4096" \
			tier=simulated arch=$arch mode=$mode backing=hugetlb2m grain=huge vcpus=2 pages=512
		measures "$arch, $mode: 2 MiB at once into small pages" "$whole" \
			tier=simulated arch=$arch mode=$mode backing=shmem grain=huge workload=shared vcpus=1 pages=1024
	done
	for mode in userfault attributes; do
		measures "$arch, $mode: 4 KiB at once into reserved ones" "$each_once and r['huge_kib'] >= 4096" \
			tier=simulated arch=$arch mode=$mode backing=hugetlb2m vcpus=2 pages=512
	done
	for backing in "anon thp=always" "shmem thp=always" hugetlb2m; do
		# shellcheck disable=SC2086 # words
		measures "$arch, kernel, $backing: maps all by huge pages" \
			'r["huge_kib"] >= 4096 and r["kvm_huge_kib"] in (4096, None) and r["grain"] == "huge"' \
			tier=simulated arch=$arch mode=kernel backing=$backing vcpus=2 pages=512
	done
	measures "$arch, kernel: 1 GiB" 'r["huge_kib"] == 1 << 20 and r["kvm_huge_kib"] in (1 << 20, None)' \
		tier=simulated arch=$arch mode=kernel backing=hugetlb1g
done
measures "several userfaultfds, with whole huge pages each" 'r["uffd_events"] == r["fetches"] == 6' \
	tier=simulated mode=uffd backing=hugetlb2m fault=minor vcpus=3 pages=1024 uffds=4 readers=2 handler=async
measures "tasks with huge pages of their own" 'r["fetches"] == 4 and r["exits"] == 4' \
	tier=simulated mode=userfault grain=huge tasks=2 vcpus=2 pages=1024
measures "bits in each of the bitmaps that the slot has meanwhile" 'r["fetches"] == r["exits"] == 4' \
	tier=simulated mode=userfault backing=hugetlb2m grain=huge vcpus=2 pages=1024 meanwhile=changes
measures "on several simulated CPUs, in draws" 'len(r["each_draw"]) == 2 and r["fetches"] == 2' \
	tier=simulated mode=uffd backing=hugetlb2m vcpus=2 cpus=4 draws=2 pages=512

# khugepaged comes by every 10 s, and takes the page tables of minor faults away, with what is mapped there.
for mode in uffd uffd+exit userfault+uffd; do
	measures "$mode: pages that khugepaged unmaps are mapped again, and not fetched" 'r["remaps"] > 100 and r["fetches"] == 512' \
		tier=simulated mode=$mode backing=shmem thp=always pages=512 fetch=30ms
done

# The program of a VMM that gives KVM more than it has fetched.
mkdir "$scratch/mutant"
cp -r "$root"/{Makefile,bench,harness,workloads,results,kernel,plots,tests} "$scratch/mutant"
rm -rf "$scratch/mutant/results/runs"

# finds NAME FILE FROM TO KEY=VALUE...: with TO in place of FROM in FILE, the point fails.
finds() {
	local name=$1 file=$scratch/mutant/$2 from=$3 to=$4

	shift 4
	cp "$file" "$scratch/saved"
	check "$name: is made" python_check '
import sys
file, before, after = sys.argv[1:]
text = open(file).read()
assert text.count(before) == 1
open(file, "w").write(text.replace(before, after))
' "$file" "$from" "$to"
	check "$name: builds" make -s -j2 -C "$scratch/mutant" programs initramfs
	FAULTLINE_ROOT=$scratch/mutant expect "$name: is found" 1 "found wrong content" \
		"$scratch/mutant/build/faultline" point tier=emulated thp=always backing=shmem pages=512 "$@"
	cp "$scratch/saved" "$file"
}

finds "4 KiB written and 512 bits cleared" harness/modes/userfault.c \
	$'if (m->grain_pages > 1) {\n\t\tuserfault_present(m, page, m->grain_pages);' \
	$'if (m->grain_pages == 1) {\n\t\tuserfault_present(m, page / 512 * 512, 512);' mode=userfault
finds "4 KiB written and 512 attributes cleared" harness/modes/attributes.c \
	'set_attributes(m, page, m->grain_pages, 0);' 'set_attributes(m, page / 512 * 512, 512, 0);' mode=attributes
finds "4 KiB written and 2 MiB mapped" harness/point/uffd_present.c \
	'.range = { .start = address, .len = bytes },' '.range = { .start = address & -2097152ull, .len = 2097152 },' mode=uffd
finish
