#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# Standard streams that are closed, full or without a reader: what was measured is kept whole,
# nothing but records gets into its files, and output that is lost is told.
# shellcheck disable=SC2016,SC2317 # what inner shells expand; functions that check calls
set -uo pipefail

# shellcheck source=tests/e2e.sh
. "$(dirname "$0")/../e2e.sh"
fake_root
points=6
cat >"$scratch/s.ini" <<'END_OF_SWEEP'
[a series]
mode = kernel
vcpus = 1..6
pages = 4
END_OF_SWEEP
run=("$faultline" run --tier simulated --sweep "$scratch/s.ini" --jobs 1 --out)

# run_with NAME COMMAND: sh runs the sweep by "$@", with its streams as the command has them. All
# is skipped by the fake VM, which is exit code 4.
runs=0
run_with() {
	local dir

	runs=$((runs + 1))
	dir=$scratch/run$runs
	timeout 60 bash -pc "$2; exit \${PIPESTATUS[0]}" - "${run[@]}" "$dir" >"$scratch/out" 2>"$scratch/err"
	check "$1: the exit code" [ $? = 4 ]
	check "$1: all is measured" whole "$dir" $points
	check "$1: there is a report" grep -q '</html>' "$dir/report.html"
}
said() { grep -q 'cannot write to standard output' "$scratch/err"; }

run_with "closed input" '"$@" <&-'
run_with "closed output" '"$@" >&-'
check "closed output: is told" said
run_with "closed messages" '"$@" 2>&-'
run_with "all closed" '"$@" <&- >&- 2>&-'
run_with "full output" '"$@" >/dev/full'
check "full output: is told" said
run_with "full messages" '"$@" 2>/dev/full'
run_with "output without a reader" '"$@" | true'
check "output without a reader: is told" said
run_with "messages without a reader" '"$@" 2>&1 >/dev/null | true'
run_with "neither has one" '"$@" 2>&1 | true'

expect "a list that is lost is no success" 1 "cannot write to standard output" \
	sh -c '"$1" list >/dev/full' - "$faultline"
expect "nor is one to a closed output" 1 "cannot write to standard output" sh -c '"$1" list >&-' - "$faultline"
expect "run.sh's help neither" 1 "" sh -c '"$1" --help >/dev/full' - "$root/run.sh"
expect "who reads one line of a list gets it" 0 "^Benchmarks$" bash -c '"$1" list | head -n 1' - "$faultline"
finish
