#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs the KVM tests in VMs with the kernels under test, of all architectures that there
# is a kernel for: on one simulated CPU, with each of the ways in which KVM manages a
# guest's page tables; and on two simulated CPUs side by side, where threads race. Every
# run is like any other.
set -euo pipefail

usage() {
	cat <<'END'
usage: tests/kvm/run.sh [--first-failure] [NAME]...

Runs the KVM tests whose names contain one of the given words, or all. Prints their
KTAP and, last, how many have passed, failed and been skipped. With --first-failure, no
more VMs are booted after one in which something has failed. Needs a kernel in
FAULTLINE_KERNEL_DIR_x86_64 or FAULTLINE_KERNEL_DIR_arm64 or both ('./run.sh kernel'
prints what it must be) and what 'make ARCHES="x86_64 arm64"' builds for it.
Exit codes: 0 fine, 1 a test or a VM has failed, 2 usage or something missing, 4 all skipped.
END
}

die() {
	echo "tests/kvm/run.sh: $*" >&2
	exit 2
}

# Of QEMU's CPU time, of which a VM needs a few seconds: the same on a machine with other work. The wall
# clock ends what only sleeps.
cpu_limit_s=180
limit_s=1800
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
until_failure=
if [ "${1:-}" = --first-failure ]; then
	until_failure=1
	shift
fi
for word; do
	[[ $word =~ ^[a-z0-9_.]+$ ]] || die "'$word' is no part of a test's name; see --help"
done

root=$(readlink -f "$(dirname "$0")/../..")
# shellcheck source=harness/shell.sh
. "$root/harness/shell.sh"
# shellcheck source=tests/vm.sh
. "$root/tests/vm.sh"
manycore=$root/build/manycore.so

work=$(mktemp -d)
vm_pid=
clean_up() {
	[ -z "$vm_pid" ] || kill "$vm_pid" 2>/dev/null || true
	rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# set_up ARCH: 1 if there is no kernel for it.
set_up() {
	local kernel_dir=FAULTLINE_KERNEL_DIR_$1 file

	[ -n "${!kernel_dir:-}" ] || return 1
	arch=$1
	vm_set_up "$arch"
	kernel=${!kernel_dir}/$image
	initramfs=$root/build/$arch/kvm-tests.cpio
	for file in "$kernel" "$initramfs"; do
		[ -r "$file" ] || die "$file is missing; './run.sh kernel' and 'make' build it"
	done
}

# boot NAME QEMU_OPTION...: reports into $work/NAME.ktap, returns timeout's exit code.
boot() {
	local name=$1 status=0 port
	shift

	"vm_port_$arch" "$work/$name.ktap"
	(
		ulimit -S -c 0 -t "$cpu_limit_s"
		exec timeout "$limit_s" env "${environment[@]}" "$qemu" "${machine[@]}" "${vm_options[@]}" \
			-m "$memory_mib" \
			-kernel "$kernel" -initrd "$initramfs" \
			-append "$boot_words quiet norandmaps nokaslr $panics $parameters rdinit=/kvm-tests -- ${words[*]}" \
			-serial "file:$work/$name.console" "${port[@]}" \
			"$@" </dev/null >"$work/$name.qemu" 2>&1
	) &
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

# run NAME PARAMETERS [QEMU_OPTION]...: boots one VM with these parameters of the kernel, prints
# its KTAP, adds to the counts.
run() {
	local name=$arch-$1 parameters=$2 status=0 planned results not_ok skips
	shift 2

	[ -z "$until_failure" ] || [ "$failed" = 0 ] || return 0
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
	if [ "$status" = $((128 + $(kill -l XCPU))) ]; then
		trouble "$name" "the VM was still running after $cpu_limit_s s of CPU time"
	elif [ "$status" = 124 ]; then
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

# run_two_cpus PARAMETERS: of two CPUs, each sees what the other one does after a number of
# instructions: few for many interleavings, and one with no common factor for others than those.
run_two_cpus() {
	local name quantum port environment

	# The library has no code for other machines.
	if [ "$(uname -m)" != x86_64 ]; then
		echo "ok - two CPUs side by side # SKIP simulated CPUs in parallel need an x86-64 machine"
		skipped=$((skipped + 1))
		return
	fi
	[ -r "$manycore" ] || die "$manycore is missing; 'make' builds it"
	for quantum in 100 777; do
		name=$arch-two-cpus-quantum-$quantum
		environment=(
			"LD_PRELOAD=$manycore"
			"FAULTLINE_MANYCORE=quantum=$quantum,boot_quantum=$quantum,control=$work/$name.control,status=$work/$name.status"
		)
		"vm_port_$arch" "$work/$name.control"
		run "two-cpus-quantum-$quantum" "$1" -smp 2 "${port[@]}"
		[ ! -e "$work/$name.qemu" ] || grep -qs '^manycore: ready' "$work/$name.status" ||
			trouble "$name" "the simulated CPUs did not run side by side"
	done
}

words=("$@")
environment=()
arches=0

# One CPU has no use for the local timer, and runs the same way each time without.
if set_up x86_64; then
	arches=$((arches + 1))
	run simulated nolapic_timer
	run without-tdp-mmu "nolapic_timer kvm.tdp_mmu=0"
	run with-shadow-paging "nolapic_timer kvm_amd.npt=0"
	run_two_cpus lpj=4000000
fi

if set_up arm64; then
	arches=$((arches + 1))
	run simulated ""
	# KVM split between two exception levels, as on CPUs without FEAT_VHE.
	run without-vhe "kvm-arm.mode=nvhe kvm.userfault_stolen_time=1"
	run_two_cpus ""
fi

[ "$arches" != 0 ] ||
	die "none of FAULTLINE_KERNEL_DIR_x86_64 and _arm64 is set; './run.sh kernel' prints what they must be"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] || exit 1
[ "$passed" != 0 ] || exit 4
