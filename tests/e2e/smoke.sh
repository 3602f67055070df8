#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# The whole path, from a sweep file to a report, in the patched kernel: every record is
# checked, and measuring again gives the same bytes.
#
# shellcheck disable=SC2016 # what stands in single quotes is for another shell
# shellcheck disable=SC2317 # functions that check calls
set -uo pipefail

# shellcheck source=tests/e2e.sh
. "$(dirname "$0")/../e2e.sh"
needs_kernel

run=("$faultline" run --tier simulated --sweep smoke --out)
expect "smoke sweep" 0 "report: $scratch/a/report.html" "${run[@]}" "$scratch/a"
check "every record is ok, fits the schema and agrees with itself" \
	python3 "$records" check "$scratch/a" ok
check "table, page and plots" bash -c '
	grep -q userfault "$1/tables.txt" && grep -q "<svg" "$1/report.html" &&
	ls "$1"/plots/*.svg && ! ls "$1"/plots/*.png' - "$scratch/a"
cp "$scratch/a/plots/throughput.svg" "$scratch/throughput.svg"
check "its plots are drawn again by gnuplot alone" bash -c '
	cd "$1/a/plots" && rm -- *.svg && env -i PATH="$PATH" gnuplot panel.gp &&
	cmp throughput.svg ../../throughput.svg' - "$scratch"
expect "a report by the program itself, which finds its root" 0 "report: " env -u FAULTLINE_ROOT "$faultline" report "$scratch/a"
check "findings for a mail: at most 60 lines of 78 columns" bash -c '
	"$1" report --mail "$2" >"$2.mail" && grep -q "KVM Userfault has" "$2.mail" && [ "$(wc -l <"$2.mail")" -le 60 ] &&
	! grep -E "^.{79}" "$2.mail"' - "$faultline" "$scratch/a"
expect "plots as PNG" 0 "report: $scratch/a/report.html" "$faultline" report "$scratch/a" --png
check "a PNG for each SVG" bash -c '
	cd "$1/plots" && for svg in *.svg; do [ -s "${svg%.svg}.png" ] || exit 1; done' - "$scratch/a"

# Alone, and in another order: neither may matter.
expect "some points again" 0 "report: " "${run[@]}" "$scratch/b" --modes uffd,userfault --jobs 1
check "the same to the byte" python3 "$records" same "$scratch/b" "$scratch/a"

# Killed without a chance to tidy up, then resumed.
"${run[@]}" "$scratch/c" --modes kernel >/dev/null 2>&1 </dev/null &
pid=$!
wait_for test -s "$scratch/c/points.jsonl"
kill -KILL "$pid"
wait "$pid" 2>/dev/null
check "killed: no VM is left behind" wait_for no_vm_left "$scratch/c"
check "killed: does not pass for whole" not_whole "$scratch/c"
expect "killed: resumes" 0 "report: " "$faultline" run --resume "$scratch/c" --png
check "killed: draws PNGs then" test -s "$scratch/c/plots/throughput.png"
check "killed: whole then" python3 "$records" check "$scratch/c" ok
check "killed: the same to the byte" python3 "$records" same "$scratch/c" "$scratch/a"

expect "a point, readable" 0 'resolve +[0-9]+' "$faultline" point tier=simulated mode=uffd pages=16
check "a point as JSON" bash -c '
	"$1" point tier=simulated mode=uffd pages=16 --json |
	python3 -c "import json, sys; assert json.load(sys.stdin)[\"pages_verified\"] == 16"' \
	- "$faultline"
check "a point's command starts a VM" bash -c '
	cd "$2" && sh -c "$("$1" point tier=simulated pages=16 --dry-run)" &&
	grep -q "\"status\":\"ok\"" record' - "$faultline" "$scratch"
expect "no times in tier emulated" 0 '"settings":\{[^}]*\},"kernel_state":\{.*\}\}\},"series"' \
	"$faultline" point tier=emulated mode=userfault vcpus=2 pages=64 --json
expect "CPUs in turns in tier emulated" 0 '-accel tcg,[^ ]*thread=single' \
	"$faultline" point tier=emulated mode=userfault vcpus=2 --dry-run

# Real trouble: a VM without programs, one that takes too long.
mkdir -p "$scratch/root/build/x86_64"
ln -s "$root/bench" "$scratch/root"
: >"$scratch/root/build/x86_64/initramfs.cpio"
FAULTLINE_ROOT=$scratch/root expect "a real panic" 1 'panicked: Kernel panic' \
	"$faultline" point tier=simulated
expect "a real time limit" 1 'not done after 1 s' \
	"$faultline" point tier=simulated mode=uffd pages=20000 fetch=10ms --point-timeout 1

# This machine's own kernel may have all modes, some or none.
tier=$(native_tier)
if [ -r /dev/kvm ] && [ -w /dev/kvm ]; then
	expect "natively" 0 "report: " "$faultline" run --tier "$tier" --sweep smoke \
		--modes kernel,uffd,userfault --out "$scratch/n"
	check "natively: records are ok or say what is lacking" \
		python3 "$records" check "$scratch/n" ok skipped
	check "natively: threads have their places" grep -q '"vcpu_cpus":"[0-9]' \
		"$scratch/n/points.jsonl"
	check "natively: how near handlers are is recorded" grep -q '"placement":{"pairs":{"same_cpu":' \
		"$scratch/n/points.jsonl"
	check "natively: and shown" grep -q '^placement: ' "$scratch/n/tables.txt"
	cpu=$(grep -m 1 Cpus_allowed_list /proc/self/status | grep -o '[0-9]*' | head -n 1)
	expect "natively: who shares a CPU is told before" 0 "2 vCPUs and 0 handler threads: 2 threads share CPUs;" \
		"$faultline" point tier="$tier" mode=kernel vcpus=2 pages=16 seconds=0 vcpu_cpus="$cpu"
	expect "natively: the program finds its own root, also for the report" 0 "report: " \
		env -u FAULTLINE_ROOT "$faultline" run --tier "$tier" --sweep smoke --modes kernel \
		--vcpus 1 --out "$scratch/rootless"
	expect "natively: threads wander with --placement none" 0 '"vcpu_cpus":"","reader_cpus":"",' \
		"$faultline" point tier="$tier" mode=kernel pages=16 seconds=0 --placement none --json
	expect "natively: who names CPUs gets them" 0 '"vcpu_cpus":"0","reader_cpus":"",' \
		"$faultline" point tier="$tier" mode=kernel pages=16 seconds=0 vcpu_cpus=0 --json
else
	skip_test "natively" "no /dev/kvm"
fi

finish
