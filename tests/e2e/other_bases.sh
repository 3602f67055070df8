#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# The kernels of the bases that are not the default one: all KVM tests, and every mode and
# workload once.
set -uo pipefail

# shellcheck source=tests/e2e.sh
. "$(dirname "$0")/../e2e.sh"

# shellcheck source=kernel/bases.sh
. "$root/kernel/bases.sh"

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
	[ ${#kernels[@]} != 0 ] || continue

	echo "# KVM tests on Linux $base"
	expect "KVM tests on Linux $base" 0 "^[1-9][0-9]* passed, 0 failed" "$root/tests/kvm/run.sh"
	for arch in "${kernels[@]}"; do
		dir=$scratch/$base-$arch
		expect "every mode and workload on Linux $base, $arch" 0 "report: " "$faultline" run \
			--sweep smoke --tier simulated --arch "$arch" --out "$dir"
		expect "its records tell the kernel's version" 0 "\"version\": ?\"$base\.[0-9]" cat "$dir/run.json"
	done
done
finish
