#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# How test programs are run and counted. A run that lost one would pass unnoticed.
# shellcheck disable=SC2317,SC2016 # functions that check calls; it is the programs that expand these
set -uo pipefail

# shellcheck source=tests/scratch.sh
. "$(dirname "$0")/../scratch.sh"
run_tests=$root/tests/run-tests.sh

# program NAME LINE...: a script of these lines.
program() {
	local file=$scratch/$1

	shift
	printf '%s\n' '#!/bin/bash' "$@" >"$file" && chmod +x "$file"
}
# sums NAME CODE SUM PROGRAM...: exit code and last line.
sums() {
	local name=$1 code=$2 sum=$3

	shift 3
	expect "$name" "$code" "^$sum\$" "$run_tests" "${@/#/$scratch/}"
}
program good 'echo ok 1 one' 'echo "ok 2 two # SKIP no reason"' 'echo 1..2'
program bad 'echo ok 1 one' 'echo not ok 2 two' 'echo "# because"' 'echo 1..2' 'exit 1'
program short 'echo 1..3' 'echo ok 1 one'
program liar 'echo ok 1 one' 'exit 3'
program silent 'exit 0'
program skipping 'exit 4'
program killed 'kill -9 $$'
program boastful 'echo ok 1 one' 'echo 5 passed, 0 failed, 0 skipped'

sums "passed and skipped" 0 '1 passed, 0 failed, 1 skipped' good
sums "failed" 1 '1 passed, 1 failed, 0 skipped' bad
sums "fewer than planned" 1 '1 passed, 1 failed, 0 skipped' short
sums "an exit code that no test explains" 1 '1 passed, 1 failed, 0 skipped' liar
sums "a program is a test" 0 '1 passed, 0 failed, 1 skipped' silent skipping
sums "killed" 1 '0 passed, 1 failed, 0 skipped' killed
sums "not there" 1 '1 passed, 1 failed, 0 skipped' nowhere silent
sums "all of them" 1 '6 passed, 4 failed, 2 skipped' good bad short liar silent skipping killed boastful
expect "what failed is told once more" 1 'failed in .*/bad:.# not ok 2 two.# because' \
	bash -c '"$@" | tail -n 4 | tr "\n" "."; exit "${PIPESTATUS[0]}"' - "$run_tests" "$scratch/bad" "$scratch/good"
expect "nothing to run" 2 "^usage: " "$run_tests"

# Two that wait for each other.
program first 'touch "${0%/*}/1"; for i in {1..100}; do [ ! -e "${0%/*}/2" ] || exit 0; sleep 0.1; done; exit 1'
program second 'touch "${0%/*}/2"; for i in {1..100}; do [ ! -e "${0%/*}/1" ] || exit 0; sleep 0.1; done; exit 1'
if [ "$("$root/kernel/jobs.sh")" -gt 1 ]; then
	sums "side by side" 0 '2 passed, 0 failed, 0 skipped' first second
else
	skip_test "side by side" "there is one CPU"
fi

program sleeper 'echo $$ >"${0%/*}/pid"; exec sleep 100'
interrupted() {
	local pid

	"$run_tests" "$scratch/sleeper" >/dev/null 2>&1 &
	for _ in {1..100}; do
		[ ! -s "$scratch/pid" ] || break
		sleep 0.1
	done
	pid=$(cat "$scratch/pid") && kill -TERM $! && wait $!
	# It may stay for a moment as a zombie, which has no command.
	[ $? = 130 ] && ! grep -qs . "/proc/$pid/cmdline"
}
check "terminated, it leaves nothing running" interrupted
finish
