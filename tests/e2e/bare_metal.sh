#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# The simulated x86-64 machine is bare metal to the kernel under test, and one with much memory:
# what a kernel does otherwise as a guest, or with little memory, is no property of its fault path.
#
# shellcheck disable=SC2317 # functions that check calls
set -uo pipefail

# shellcheck source=tests/e2e.sh
. "$(dirname "$0")/../e2e.sh"
vm=
trap '[ -z "$vm" ] || kill "$vm"; rm -rf "$scratch"' EXIT
needs_kernel

# Variables with their size; what a server's kernel has in them is said below.
variables=(w:virt_spin_lock_key w:paravirt_steal_enabled w:x86_hyper_type b:npt_enabled b:tdp_mmu_enabled
	g:__SCK__x86_idle w:__sched_clock_stable g:__SCK__pv_sched_clock g:curr_clocksource)

# kernel_words NAME CPU_WORD: of a VM whose CPU has that word for its own.
kernel_words() {
	local folder=$scratch/$1 command code

	command=$("$faultline" point tier=simulated mode=uffd vcpus=2 cpus=2 pages=8000 fetch=0 draws=1 --dry-run) &&
		mkdir "$folder" || return
	(cd "$folder" && eval "exec ${command/,-hypervisor,/$2} -monitor unix:monitor,server,nowait") \
		</dev/null >"$folder/qemu.log" 2>&1 &
	vm=$!
	(cd "$folder" && python3 "$root/tests/e2e/kernel_words.py" \
		"$FAULTLINE_KERNEL_DIR_x86_64/System.map" "${variables[@]}") >"$folder/words"
	code=$?
	kill "$vm"
	wait "$vm"
	vm=
	cat "$folder/words" "$folder/qemu.log"
	return "$code"
}

# has NAME LINE...: the words that were read there.
has() { diff <(printf '%s\n' "${@:2}") "$scratch/$1/words"; }

common=("paravirt_steal_enabled 0" "x86_hyper_type 0" "npt_enabled 1" "tdp_mmu_enabled 1"
	"__SCK__x86_idle default_idle" "__sched_clock_stable 1" "__SCK__pv_sched_clock native_sched_clock"
	"curr_clocksource clocksource_tsc_early") # the TSC until its frequency is refined, a second later
check "the kernel's variables are read while it measures" kernel_words metal ,-hypervisor,
check "contended locks are queued, time is the TSC's, page tables are nested" \
	has metal "virt_spin_lock_key 0" "${common[@]}"
check "the same of a machine that says it is a guest" kernel_words guest ,
check "that one has test-and-set locks" has guest "virt_spin_lock_key 1" "${common[@]}"

# rate CPUS: of one vCPU and one handler, with which the other CPUs have nothing to do.
rate() {
	"$faultline" point tier=simulated mode=uffd vcpus=1 cpus="$1" pages=32 fetch=0 vcpu_cpus=0 reader_cpus=0 \
		draws=1 --json | python3 -c 'import json, sys; print(int(json.load(sys.stdin)["rate_span"]))'
}
# Were the boot CPU's free pages more than it may keep, which depends on sizes, it would be a third of that.
# A tick of the timer in the middle takes 3 %.
same_rates() {
	local cpus small large

	small=$(rate 8) || return
	for cpus in 112 120 128; do
		large=$(rate "$cpus") || return
		echo "8 CPUs: $small, $cpus CPUs: $large pages/s"
		[ $((large * 100)) -gt $((small * 95)) ] && [ $((large * 95)) -lt $((small * 100)) ] || return
	done
}

# All CPUs have done the same before a point starts. With their lists of pages full to the same page, all of them
# would wait for one lock with every 31st page: the longest of these faults took nine times as long as one in the middle.
not_in_step() {
	"$faultline" point tier=simulated mode=uffd uffds=per-vcpu readers=per-vcpu vcpus=32 cpus=32 pages=64 fetch=0 \
		vcpu_cpus=0-31 reader_cpus=0-31 draws=1 --json >"$scratch/step" || return
	python3 -c 'import json, sys
total = json.load(sys.stdin)["latency_ns"]["total"]
print(total)
sys.exit(total["max"] > 4 * total["p50"])' <"$scratch/step"
}
check "CPUs do not come to the locks of their lists of pages in step" not_in_step
check "a fault takes no longer where more CPUs share the memory" same_rates
finish
