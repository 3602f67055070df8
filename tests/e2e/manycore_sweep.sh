#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# Simulated CPUs in parallel: records are whole, and the same to the byte whatever else
# this machine does meanwhile, with and without a charge on moves of cache lines.
#
# shellcheck disable=SC2317 # functions that check calls
# shellcheck disable=SC2016 # what stands in single quotes is for another shell
set -uo pipefail

# shellcheck source=tests/e2e.sh
. "$(dirname "$0")/../e2e.sh"
busy=()
trap '[ ${#busy[@]} = 0 ] || kill "${busy[@]}"; rm -rf "$scratch"' EXIT
needs_kernel

cat >"$scratch/sixteen.ini" <<'EOF'
[sweep]
summary = 16 simulated CPUs

[defaults]
vcpus = 16
cpus = 16
pages = 32
coherence = 0,70

[uffd, reader per vCPU]
mode = uffd
readers = per-vcpu

[userfault]
mode = userfault
fetch = 0
EOF
run=("$faultline" run --tier simulated --sweep "$scratch/sixteen.ini" --out)

expect "16 CPUs, one VM at a time" 0 "report: " "${run[@]}" "$scratch/idle" --jobs 1
check "records are ok, fit the schema and agree with themselves" \
	python3 "$records" check "$scratch/idle" ok

# More work than there are CPUs.
for _ in $(seq "$(nproc)"); do
	(exec sh -c 'while :; do :; done') &
	busy+=($!)
done
expect "16 CPUs, on a busy machine" 0 "report: " "${run[@]}" "$scratch/busy"
kill "${busy[@]}"
busy=()
check "the same to the byte" python3 "$records" same "$scratch/busy" "$scratch/idle"

check "CPUs work in parallel: 16 resolve over 8 times as much as one" bash -c '
	rate() { "$0" point tier=simulated mode=userfault fetch=0 speed=4 pages=64 "$@" --json |
		python3 -c "import json, sys; print(int(json.load(sys.stdin)[\"rate_span\"]))"; }
	one=$(rate vcpus=1 cpus=1) many=$(rate vcpus=16 cpus=16)
	echo "one: $one, 16: $many pages/s"
	[ "$many" -gt $((8 * one)) ]' "$faultline"
check "threads have their places" grep -q '"vcpu_cpus":"0-15","reader_cpus":"0-15"' \
	"$scratch/idle/points.jsonl"
# With a charge, waking up takes longer while others wake up: such points are marked, see fetch_off.
check "a fetch takes the real time that was asked for, at any speed" python3 -c '
import json, sys
for line in open(sys.argv[1]):
    r = json.loads(line)
    if r["fetch"] == "30us" and not r["coherence"] and not 29000 < r["fetch_achieved_p50_ns"] < 32000:
        sys.exit(line)' "$scratch/idle/points.jsonl"

refuses() { expect "$1" 2 "$2" "$faultline" "${@:3}"; }
refuses "cpus beyond the machine model" 'cpus=241 is more than the 240 CPUs' \
	point tier=simulated cpus=241
refuses "cpus in another tier" 'cpus=4 .*tier=simulated only' point tier=emulated cpus=4
# A root without the library, and one with something else in its place.
mkdir -p "$scratch/root/build/x86_64"
ln -s "$root/bench" "$scratch/root"
ln -s "$root/build/x86_64/initramfs.cpio" "$scratch/root/build/x86_64"
export FAULTLINE_ROOT=$scratch/root
refuses "no library" 'manycore.so is missing' point tier=simulated cpus=2 vcpus=2
echo "no library" >"$scratch/root/build/manycore.so"
expect "a library that does not load" 1 'was not loaded into QEMU' \
	"$faultline" point tier=simulated cpus=2 vcpus=2
# LD_PRELOAD takes no such names, and checkouts have them.
strange="$scratch/it's a: \$HOME, root"
mkdir -p "$strange/build"
ln -s "$root/bench" "$strange"
ln -s "$root/build/x86_64" "$root/build/manycore.so" "$root/build/coherence.so" "$strange/build"
contended=(point tier=simulated mode=uffd cpus=2 vcpus=2 pages=16 coherence=70 --json)
without_wall() { "$faultline" "${contended[@]}" | sed 's/,"wall":.*//'; }
same_under_strange_name() { cmp <(without_wall) <(FAULTLINE_ROOT=$strange without_wall | grep '"status":"ok"'); }
export FAULTLINE_ROOT=$root
check "a checkout with blanks, colons and dollars in its name has the same digits" same_under_strange_name
finish
