#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Two at work at the same time: neither fails, and none writes in a folder of the other's.
#
# shellcheck disable=SC2317 # functions that check calls
set -uo pipefail

# shellcheck source=tests/e2e.sh
. "$(dirname "$0")/../e2e.sh"
fake_root
export FAKE=slow

cat >"$scratch/s.ini" <<'END'
[sweep]
summary = two points
[a series]
mode = kernel
vcpus = 1,2
pages = 4
END
points=2
run=("$faultline" run --tier simulated --sweep "$scratch/s.ini")
runs=$scratch/root/results/runs

# at_once CODE COMMAND...: four of it at the same time, which all end with that code.
at_once() {
	local code=$1 i pid pids=() failed=

	shift
	for i in 1 2 3 4; do
		"$@" >"$scratch/said.$i" 2>&1 </dev/null &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid"
		[ $? = "$code" ] || failed=1
	done
	[ -z "$failed" ] || ! cat "$scratch"/said.*
}

# Two runs may fall into one second; four do.
check "runs at the same time, with the default folder" at_once 4 "${run[@]}"
check "each has a folder of its own" test "$(find "$runs" -mindepth 1 -maxdepth 1 | wc -l)" = 4
check "with a suffix where it is the same second" test -d "$(find "$runs" -name '*-s-simulated-2' | head -n 1)"
for dir in "$runs"/*; do
	check "and whole: ${dir##*-}" whole "$dir" $points
done
cp -r "$root/tests/unit/fixtures/run" "$scratch/fixture"
check "reports of one run at the same time" at_once 0 "$faultline" report "$scratch/fixture"

mkdir "$scratch/empty"
"${run[@]}" --out "$scratch/empty" >"$scratch/first" 2>&1 </dev/null &
pid=$!
wait_for test -e "$scratch/empty/run.json"
expect "a folder that was asked for is not another" 2 "empty is not an empty folder; choose another with --out" \
	"${run[@]}" --out "$scratch/empty"
expect "one that is at work in the folder is named" 2 "another faultline \(process $pid\) is at work in" \
	"$faultline" run --resume "$scratch/empty"
wait "$pid"
check "and is not disturbed" whole "$scratch/empty" $points

# The umask says who may read what stays; faultline says nothing more, and nothing less.
# modes KIND MODE DIR: all of this kind in there have this mode.
modes() { ! find "$3" -type "$1" ! -perm "$2" | grep .; }
for mask in 077 002; do
	(umask $mask && "${run[@]}" --out "$scratch/umask-$mask") >/dev/null 2>&1 </dev/null
	check "umask $mask: files" modes f "$(printf %o $((0666 & ~0$mask)))" "$scratch/umask-$mask"
	check "umask $mask: folders" modes d "$(printf %o $((0777 & ~0$mask)))" "$scratch/umask-$mask"
done
finish
