#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# The kernels of the bases that are not the default one: all KVM tests, and every mode and
# workload once.
# shellcheck disable=SC2317 # functions that check calls
set -uo pipefail

# shellcheck source=tests/e2e.sh
. "$(dirname "$0")/../e2e.sh"

# shellcheck source=kernel/bases.sh
. "$root/kernel/bases.sh"

# kvm_tests ARCH: of that one alone.
kvm_tests() {
	local other=x86_64

	[ "$1" != x86_64 ] || other=arm64
	env -u "FAULTLINE_KERNEL_DIR_$other" "$root/tests/kvm/run.sh"
}

# all_passed FILE: shows what has not.
all_passed() { grep -E '^[1-9][0-9]* passed, 0 failed' "$1" || { grep -A 15 '^not ok' "$1"; tail -n 20 "$1"; return 1; }; }

for base in $BASES; do
	[ "$base" != "$DEFAULT_BASE" ] || continue
	kernels=()
	for arch in x86_64 arm64; do
		unset "FAULTLINE_KERNEL_DIR_$arch"
		dir=FAULTLINE_OTHER_KERNEL_DIR_${arch}_${base/./_}
		if [ -z "${!dir:-}" ]; then
			skip_test "Linux $base on $arch" "no kernel: run it through ./run.sh test"
			continue
		fi
		kernels+=("$arch")
		export "FAULTLINE_KERNEL_DIR_$arch=${!dir}"
	done
	# A VM keeps one CPU of this machine's busy.
	for arch in "${kernels[@]}"; do
		kvm_tests "$arch" >"$scratch/$arch.kvm" 2>&1 </dev/null &
	done
	wait
	for arch in "${kernels[@]}"; do
		check "KVM tests on Linux $base, $arch" all_passed "$scratch/$arch.kvm"
		dir=$scratch/$base-$arch
		expect "every mode and workload on Linux $base, $arch" 0 "report: " "$faultline" run \
			--sweep smoke --tier simulated --arch "$arch" --out "$dir"
		expect "its records tell the kernel's version" 0 "\"version\": ?\"$base\.[0-9]" cat "$dir/run.json"
	done
done
finish
