#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# The command published: what it does with runs, good, of something else and failing.
# The rates are made up; tests/unit/test_published.c checks what becomes of them.
#
# shellcheck disable=SC2317 # functions that check calls
set -uo pipefail

# shellcheck source=tests/e2e.sh
. "$(dirname "$0")/../e2e.sh"

# run_folder DIR MODE...: a run of that sweep, as far as the command looks at it.
run_folder() {
	mkdir "$1"
	python_check '
import json, sys
folder, fixture, modes = sys.argv[1], sys.argv[2], sys.argv[3:]
run = json.load(open(fixture + "/run.json"))
json.dump(run, open(folder + "/run.json", "w"))
record = json.loads(open(fixture + "/points.jsonl").readline())
with open(folder + "/points.jsonl", "w") as out:
    for mode in modes:
        for vcpus in 2, 8:
            for coherence in 0, 70:
                record.update(mode=mode, backing="shmem", fetch="0", vcpus=vcpus, cpus=vcpus,
                              uffds=1, readers=vcpus, coherence=coherence, rate_span=1e5 * vcpus,
                              speed=4, quantum=500,
                              id=f"{mode} {vcpus} {coherence}")
                out.write(json.dumps(record) + "\n")
' "$1" "$root/tests/unit/fixtures/run" "${@:2}"
}
run_folder "$scratch/a" uffd uffd+exit
run_folder "$scratch/b" userfault
published=("$faultline" published)

expect "one folder" 0 "of 6 points" "${published[@]}" "$scratch/a"
expect "a folder of no run" 2 "$scratch" "${published[@]}" "$scratch/a" "$scratch"
expect "runs of something else" 2 "nothing in .* measures what was published.*run the sweeps" \
	"${published[@]}" "$root/tests/unit/fixtures/run" "$root/tests/unit/fixtures/run"
expect "two runs" 0 "^shmem, uffd, N readers +8 +155 +800 +800 +5\.16 " \
	"${published[@]}" "$scratch/a" "$scratch/b"
check "two runs: a figure" grep -q '</svg>' "$scratch/b/published.svg"
expect "two runs: where the figures come from" 0 "^Simulated points: all with speed=4 quantum=500\." \
	"${published[@]}" "$scratch/a" "$scratch/b"
cp -r "$scratch/b" "$scratch/slow"
sed -i 's/"speed": 4/"speed": 3/' "$scratch/slow/points.jsonl"
expect "two runs at different speeds" 2 "speed=4 quantum=500 and with speed=3 quantum=500" \
	"${published[@]}" "$scratch/a" "$scratch/slow"
cp -r "$scratch/b" "$scratch/o'brien"
expect "a folder with a quote in its name" 0 "^figure: .*o'brien/published.svg" \
	"${published[@]}" "$scratch/a" "$scratch/o'brien"
expect "no gnuplot" 1 "cannot draw .*gnuplot-nox" env PATH=/nowhere \
	"$faultline" published "$scratch/a" "$scratch/b"

fake_root
mkdir "$scratch/root/results"
ln -s "$root/results/published" "$scratch/root/results"
expect "no figures to compare with" 2 "cannot read the published figures in .*No such file" \
	env FAULTLINE_ROOT="$scratch" "${published[@]}" "$scratch/a" "$scratch/b"
cp "$root/build/manycore.so" "$root/build/coherence.so" "$scratch/root/build"
expect "the sweep cannot be measured" 2 "known answers" "${published[@]}"
finish
