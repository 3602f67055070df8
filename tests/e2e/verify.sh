#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# Simulated digits are the same wherever and whenever they are made: in another folder, from another
# build. verify says whether they are, and if not, why.
#
# shellcheck disable=SC2016 # what stands in single quotes is for another shell
# shellcheck disable=SC2317 # functions that check calls
set -uo pipefail

# shellcheck source=tests/e2e.sh
. "$(dirname "$0")/../e2e.sh"
needs_kernel

cat >"$scratch/s.ini" <<'END'
[sweep]
summary = contended points
[defaults]
mode = uffd
readers = per-vcpu
fetch = 0
pages = 16
draws = 2
[small]
vcpus = 16
cpus = 16
coherence = 0,70
[large]
vcpus = 64
cpus = 64
coherence = 0,70
[one CPU]
vcpus = 1
draws = 1
END
points=5
expect "a run" 0 "report: " "$faultline" run --tier simulated --sweep "$scratch/s.ini" --out "$scratch/run"

# The same sources in a folder with a longer name, built there by another umask.
other="$scratch/another folder with a longer name"
mkdir "$other"
cp -a "$root"/{bench,harness,kernel,plots,results,tests,workloads,Makefile} "$other"
build_there() { (umask 077 && cd "$other" && TZ=Asia/Tokyo make -s ARCHES=x86_64 all); }
check "the sources are built in another folder" build_there
for file in x86_64/initramfs.cpio x86_64/faultline-point x86_64/guest.elf manycore.so coherence.so; do
	check "there, $file is the same to the byte" cmp "$root/build/$file" "$other/build/$file"
done
check "and its digits are the run's, of 16 and 64 CPUs, with and without a charge" \
	env FAULTLINE_ROOT="$other" "$other/build/faultline" verify --points $points "$scratch/run"
expect "one point of them" 0 '1 of 1 points have the same digits' "$faultline" verify --points 1 "$scratch/run"

# alter NAME CODE: a copy of the run, changed by Python that finds records, and the first one as r.
alter() {
	rm -rf "${scratch:?}/$1"
	cp -r "$scratch/run" "$scratch/$1"
	python3 - "$scratch/$1" "$2" <<'END'
import json, sys
dir, code = sys.argv[1:]
records = [json.loads(line) for line in open(dir + "/points.jsonl")]
run = json.load(open(dir + "/run.json"))
exec(code, {"r": records[0], "records": records, "run": run})
json.dump(run, open(dir + "/run.json", "w"))
with open(dir + "/points.jsonl", "w") as out:
    for r in records:
        out.write(json.dumps(r) + "\n")
END
}
alter digit 'r["latency_ns"]["total"]["p99"] += 1'
expect "a digit is another" 1 'the first that differs: latency_ns total p99' "$faultline" verify --points 1 "$scratch/digit"
expect "and nothing explains it" 1 'all that digits should depend on is the same' "$faultline" verify --points 1 "$scratch/digit"
alter kernel 'r["rate_span"] += 1; run["targets"]["x86_64"]["kernel_image_sha256"] = "0" * 64'
expect "of another kernel" 1 'x86_64 kernel_image_sha256 was 0{64} and is [0-9a-f]{64}' \
	"$faultline" verify --points 1 "$scratch/kernel"
alter wall 'r["wall"]["started"] = "2020-01-01T00:00:00Z"; run["faultline"]["version"] = "older"'
expect "what digits do not depend on" 0 '1 of 1 points' "$faultline" verify --points 1 "$scratch/wall"
alter native '[r.update(tier="nested", cpus=1, speed=1, coherence=0, draws=1) for r in records]'
expect "a native run" 2 'has no points of tier simulated; times of other tiers never repeat' \
	"$faultline" verify "$scratch/native"
expect "no folder" 2 'not the folder of a run' "$faultline" verify "$scratch/none"
expect "two folders" 2 'takes one folder' "$faultline" verify "$scratch/run" "$scratch/run"
finish
