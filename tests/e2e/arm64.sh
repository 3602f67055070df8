#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# arm64 under test, alone and beside x86-64: what the other tests check on x86-64, in short.
#
# shellcheck disable=SC2016 # what stands in single quotes is for another shell
# shellcheck disable=SC2317 # functions that check calls
set -uo pipefail

# shellcheck source=tests/e2e.sh
. "$(dirname "$0")/../e2e.sh"
busy=()
trap '[ ${#busy[@]} = 0 ] || kill "${busy[@]}"; rm -rf "$scratch"' EXIT

refuses() { expect "$1" 2 "$2" "$faultline" "${@:3}"; }
FAULTLINE_QEMU_arm64=/nowhere/qemu refuses "no QEMU for arm64" \
	"cannot run '/nowhere/qemu.*apt-get install qemu-system-arm.*FAULTLINE_QEMU_arm64" \
	run --tier simulated --arch arm64 --sweep smoke --out "$scratch/x"
FAULTLINE_KERNEL_DIR_arm64='' refuses "no kernel for arm64" \
	"no kernel for arm64.*run.sh kernel --arch arm64" \
	run --tier simulated --arch all --sweep smoke --out "$scratch/x"
refuses "vCPUs beyond what KVM takes" 'vcpus=513 is more than the 512 vCPUs that KVM on arm64' \
	point tier=simulated arch=arm64 vcpus=513
refuses "a GIC elsewhere" 'gic=v3 is for arch=arm64 only' point tier=simulated arch=all gic=v3
refuses "an architecture among others that is none" "arch='arm'.*x86_64, arm64" \
	point arch=x86_64,arm
if [ "$(uname -m)" != aarch64 ]; then
	tier=$(native_tier)
	refuses "arm64 natively on another machine" 'this machine is not arm64' \
		run --tier "$tier" --arch arm64 --sweep smoke --out "$scratch/x"
fi
check "nothing was left by these" test ! -e "$scratch/x"
check "architectures are told before anything starts" [ \
	"$("$faultline" run --sweep smoke --arch all --check)" = "arches x86_64 arm64" ]

needs_kernel
needs_kernel arm64

expect "smoke sweep" 0 "report: " "$faultline" run --tier simulated --arch arm64 --sweep smoke \
	--out "$scratch/smoke"
check "every record is ok, fits the schema and agrees with itself" \
	python3 "$records" check "$scratch/smoke" ok
check "records say arm64" [ "$(grep -vc '"arch":"arm64"' "$scratch/smoke/points.jsonl")" = 0 ]

# The same points on 16 CPUs, on both, and those of arm64 again on a busy machine.
cat >"$scratch/sixteen.ini" <<'EOF'
[sweep]
summary = 16 simulated CPUs of both architectures

[defaults]
vcpus = 16
cpus = 16
pages = 16
arch = all

[uffd, reader per vCPU]
mode = uffd
readers = per-vcpu
coherence = 70

[userfault]
mode = userfault
fetch = 0
coherence = 0
EOF
run=("$faultline" run --tier simulated --sweep "$scratch/sixteen.ini" --out)
expect "16 CPUs, both architectures" 0 "report: " "${run[@]}" "$scratch/both"
check "records are ok, fit the schema and agree with themselves" \
	python3 "$records" check "$scratch/both" ok
check "kernel and QEMU of both are told" python3 -c '
import json, sys
targets = json.load(open(sys.argv[1]))["targets"]
assert list(targets) == ["x86_64", "arm64"], list(targets)
assert targets["x86_64"]["kernel"]["image_sha256"] != targets["arm64"]["kernel"]["image_sha256"]
assert all(target["qemu"]["version"] for target in targets.values())' "$scratch/both/run.json"
expect "they stand side by side" 0 'arm64 beside x86_64, tier simulated, fetch 0' \
	cat "$scratch/both/tables.txt"
check "plots say which is which" bash -c '
	grep -l "x86_64, sweep" "$1"/plots/*.svg && grep -l "arm64, sweep" "$1"/plots/*.svg' \
	- "$scratch/both"
for _ in $(seq "$(nproc)"); do
	(exec sh -c 'while :; do :; done') &
	busy+=($!)
done
expect "arm64 again, on a busy machine" 0 "report: " "${run[@]}" "$scratch/busy" --arch arm64
kill "${busy[@]}"
busy=()
check "the same to the byte" python3 "$records" same "$scratch/busy" "$scratch/both"

# Where the time goes, on both.
expect "a point's profile on both" 0 '\[stage-2 page tables\]' "$faultline" point arch=all \
	tier=simulated mode=userfault pages=32 fetch=0 "--profile=$scratch/profile"
# The profile's time of vCPUs in a phase is the record's within a few instructions a page.
agrees() {
	local folded mean

	folded=$(grep '^vcpu' "$scratch/profile/$1/$2.folded" | awk '{ sum += $NF } END { print sum }')
	mean=$("$faultline" point "arch=$1" tier=simulated mode=userfault pages=32 fetch=0 --json |
		python3 -c 'import json, sys
print(int(json.load(sys.stdin)["latency_ns"][sys.argv[1]]["mean"] * 32))' "$2")
	echo "profile $folded ns, record $mean ns"
	[ "$folded" -ge "$mean" ] && [ "$folded" -le $((mean + 32 * 20)) ]
}
check "arm64: resume is the record's" agrees arm64 resume
check "arm64: the userfault exit is found" grep -q 'kvm_handle_guest_abort' \
	"$scratch/profile/arm64/delivery.folded"

expect "a VM with an interrupt controller in the kernel" 0 '"gic":"v3".*"pages_verified":32,' \
	"$faultline" point tier=simulated arch=arm64 gic=v3 mode=userfault vcpus=2 pages=16 --json

mkdir -p "$scratch/root/build/arm64"
: >"$scratch/root/build/arm64/initramfs.cpio"
FAULTLINE_ROOT=$scratch/root expect "a real panic" 1 'panicked: Kernel panic' \
	"$faultline" point tier=simulated arch=arm64
finish
