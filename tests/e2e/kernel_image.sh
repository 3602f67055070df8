#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# A kernel that was built elsewhere, by ./run.sh --kernel-image: what is measured, and what is told of
# it. It is the one under test, given as files.
# shellcheck disable=SC2317 # functions that check calls
set -uo pipefail

# shellcheck source=tests/e2e.sh
. "$(dirname "$0")/../e2e.sh"
needs_kernel

kernel=$scratch/"a kernel"
mkdir "$kernel"
cp "$FAULTLINE_KERNEL_DIR_x86_64"/{vmlinux,System.map,config} "$kernel"
# What is copied must go elsewhere than to the user's own.
export XDG_CACHE_HOME=$scratch/cache
run_sh=$root/run.sh
given=(--kernel-image "$kernel/vmlinux" --system-map "$kernel/System.map")

sums() { (cd "$kernel" && sha256sum -- *); }
sums >"$scratch/sums"
expect "a point" 0 '"status":"ok"' "$run_sh" point arch=x86_64 tier=simulated mode=userfault pages=16 --json "${given[@]}"
expect "a profile has the kernel's functions" 0 "kvm_vcpu_ioctl|kvm_arch_vcpu_ioctl_run" \
	"$run_sh" point arch=x86_64 tier=simulated mode=userfault pages=16 --profile "${given[@]}"
expect "doctor" 0 "kernel +yes +[0-9.]+[^ ]*, in $XDG_CACHE_HOME/faultline/image-x86_64-" "$run_sh" doctor "${given[@]}"

# One that stops after its first points, to be resumed.
cat >"$scratch/s.ini" <<'END'
[sweep]
summary = two points
[a series]
mode = userfault
vcpus = 1,2
pages = 4
END
run=("$run_sh" run --arch x86_64 --tier simulated --sweep "$scratch/s.ini")
export FAKE=fails
FAULTLINE_QEMU_x86_64=$root/tests/fake-qemu expect "a run that fails says how to go on with this kernel" 1 \
	"resume with: ./run.sh run --resume $scratch/failed --kernel-image .*vmlinux --system-map .*System.map" \
	"${run[@]}" --out "$scratch/failed" "${given[@]}"
expect "a run" 0 "$scratch/run/report.html" "${run[@]}" --out "$scratch/run" "${given[@]}" --config "$kernel/config"
check "its files are as they were" diff "$scratch/sums" <(sums)
# shellcheck disable=SC2016 # it is Python that has these
check "run.json tells what is known of the kernel, and that the rest is not" python_check '
import json, shlex, sys
run = json.load(open(sys.argv[1] + "/run.json"))
sums = dict(reversed(line.split()) for line in open(sys.argv[2]))
target = run["targets"]["x86_64"]
told = target["kernel"]
assert told["image_sha256"] == target["kernel_image_sha256"] == sums["vmlinux"], told
assert told["config_sha256"] == target["kernel_config_sha256"] == sums["config"], told
assert told["series"] is None and told["source"] is None and told["compiler"] is None, told
words = shlex.split(run["command"])
assert words[words.index("--kernel-image") + 1] == sys.argv[3] + "/vmlinux", words
' "$scratch/run" "$scratch/sums" "$kernel"
check "the report says who built it" grep -q "not built by faultline" "$scratch/run/report.html"
expect "the run is verified with it" 0 "" "$run_sh" verify "$scratch/run" "${given[@]}" --config "$kernel/config"
expect "without the configuration it is another kernel" 2 "kernel config_sha256 was [0-9a-f]* and is null now" \
	"$run_sh" run --resume "$scratch/run" "${given[@]}"
finish
