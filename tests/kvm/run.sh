#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs the KVM tests in VMs with the kernel under test: on one simulated CPU, with
# each of the ways in which KVM manages a guest's page tables; and on two simulated
# CPUs side by side, where threads race. Every run is like any other.
set -euo pipefail

usage() {
	cat <<'END'
usage: tests/kvm/run.sh [NAME]...

Runs the KVM tests whose names contain one of the given words, or all. Prints their
KTAP and, last, how many have passed, failed and been skipped. Needs the kernel in
FAULTLINE_KERNEL_DIR_x86_64 ('./run.sh kernel' prints it) and what 'make' builds for it.
Exit codes: 0 fine, 1 a test or a VM has failed, 2 usage or something missing, 4 all skipped.
END
}

die() {
	echo "tests/kvm/run.sh: $*" >&2
	exit 2
}

# Wall clock; a VM needs a few seconds, or twenty on a machine with other work.
limit_s=180
# Whatever the kernel complains of ends the VM, and so the tests.
panics="panic=-1 oops=panic panic_on_warn=1"
# Transparent huge pages are off in smaller ones.
memory_mib=768

case ${1:-} in
-h | --help)
	usage
	exit 0
	;;
esac
for word; do
	[[ $word =~ ^[a-z0-9_.]+$ ]] || die "'$word' is no part of a test's name; see --help"
done

root=$(cd "$(dirname "$0")/../.." && pwd)
kernel=${FAULTLINE_KERNEL_DIR_x86_64:-}
[ -n "$kernel" ] || die "FAULTLINE_KERNEL_DIR_x86_64 is not set; './run.sh kernel' prints what it must be"
kernel=$kernel/vmlinux
initramfs=${FAULTLINE_INITRAMFS:-$root/build/x86_64/initramfs.cpio}
manycore=$root/build/manycore.so
for file in "$kernel" "$initramfs" "$manycore"; do
	[ -r "$file" ] || die "$file is missing; './run.sh kernel' and 'make' build it"
done
command -v qemu-system-x86_64 >/dev/null ||
	die "qemu-system-x86_64 is missing; apt-get install qemu-system-x86"

work=$(mktemp -d)
vm_pid=
clean_up() {
	[ -z "$vm_pid" ] || kill "$vm_pid" 2>/dev/null || true
	rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# boot NAME QEMU_OPTION...: reports into $work/NAME.ktap, returns timeout's exit code.
boot() {
	local name=$1 status=0
	shift

	timeout "$limit_s" env "${environment[@]}" qemu-system-x86_64 -M pc -nodefaults \
		-no-user-config -nographic -no-reboot -m "$memory_mib" \
		-seed 1 -rtc base=2024-01-01,clock=vm -net none \
		-accel "tcg,tb-size=256" -icount "shift=0,sleep=off" \
		-cpu max,-erms,-fsrm,-rdrand,-rdseed -kernel "$kernel" -initrd "$initramfs" \
		-append "console=ttyS0 quiet norandmaps nokaslr tsc=reliable clocksource=tsc $panics $parameters rdinit=/kvm-tests -- ${words[*]}" \
		-serial "file:$work/$name.console" -serial "file:$work/$name.ktap" \
		"$@" </dev/null >"$work/$name.qemu" 2>&1 &
	vm_pid=$!
	wait "$vm_pid" || status=$?
	vm_pid=
	return "$status"
}

passed=0 failed=0 skipped=0

# trouble NAME MESSAGE: something is wrong with the VM itself, which counts as a failure.
trouble() {
	echo "# $1: $2; its console and QEMU's messages:"
	sed 's/^/# /' "$work/$1.console" "$work/$1.qemu" 2>/dev/null | tr -d '\r' || true
	failed=$((failed + 1))
}

# run NAME QEMU_OPTION...: boots one VM, prints its KTAP, adds to the counts.
run() {
	local name=$1 status=0 planned results not_ok skips
	shift

	echo "# $name"
	boot "$name" "$@" || status=$?
	touch "$work/$name.ktap"
	# A line that was cut off must not swallow the next one.
	awk 1 "$work/$name.ktap"
	planned=$(sed -n 's/^1\.\.\([0-9][0-9]*\)$/\1/p' "$work/$name.ktap")
	results=$(grep -cE '^(not )?ok [0-9]+ ' "$work/$name.ktap" || true)
	not_ok=$(grep -cE '^not ok [0-9]+ ' "$work/$name.ktap" || true)
	skips=$(grep -cE '^ok [0-9]+ .* # SKIP' "$work/$name.ktap" || true)
	passed=$((passed + results - not_ok - skips))
	failed=$((failed + not_ok))
	skipped=$((skipped + skips))
	if [ "$status" = 124 ]; then
		trouble "$name" "the VM was still running after $limit_s s"
	elif [ "$status" != 0 ]; then
		trouble "$name" "QEMU has ended with exit code $status"
	elif [ "$planned" = 0 ]; then
		die "no test's name contains any of: ${words[*]}"
	elif [ -z "$planned" ]; then
		trouble "$name" "no plan: the tests have not started"
	elif [ "$planned" != "$results" ]; then
		trouble "$name" "$planned tests were planned, $results have reported"
	fi
}

words=("$@")
environment=()

# One CPU has no use for the local timer, and runs the same way each time without.
parameters=nolapic_timer
run simulated
parameters="nolapic_timer kvm.tdp_mmu=0"
run simulated-without-tdp-mmu
parameters="nolapic_timer kvm_amd.npt=0"
run simulated-with-shadow-paging

# Of two CPUs, each sees what the other one does after this many instructions: few for
# many interleavings, and a number with no common factor for others than those.
parameters=lpj=4000000
for quantum in 100 777; do
	name=two-cpus-quantum-$quantum
	environment=(
		"LD_PRELOAD=$manycore"
		"FAULTLINE_MANYCORE=quantum=$quantum,boot_quantum=$quantum,control=$work/$name.control,status=$work/$name.status"
	)
	run "$name" -smp 2 -serial "file:$work/$name.control"
	grep -qs '^manycore: ready' "$work/$name.status" ||
		trouble "$name" "the simulated CPUs did not run side by side"
done

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] || exit 1
[ "$passed" != 0 ] || exit 4
