#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs test programs, as many at a time as there are CPUs for them, and adds up: tests/run-tests.sh PROGRAM...
#
# A program reports its tests in TAP or KTAP on stdout: "ok", "not ok", "# SKIP",
# and a plan, "1..N". One that reports nothing is one test: exit code 0 passed, 4
# skipped. One that fails without a failed test, or reports fewer tests than it
# planned, has one failure more. What a program says is printed when it has ended; what
# failed once more at the end, where a log that was cut short still has it. The last line is the sum.
set -uo pipefail

# shellcheck source=harness/shell.sh
. "$(dirname "$0")/../harness/shell.sh"

# one FOLDER PROGRAM: leaves its results there.
one() {
	local work=$1 program=$2 name=${2#build/} out code ok not_ok skip planned trouble="" begin_s=$SECONDS

	out=$(mktemp -p "$work") || return
	# The sum is to stand on one line only, the last.
	CMOCKA_MESSAGE_OUTPUT=TAP "$program" </dev/null 2>&1 | sed 's/^[0-9]* passed, /# &/' >"$out"
	code=${PIPESTATUS[0]}
	count() { grep -cE "$1" "$out"; }
	skip=$(count '^ok .*# *SKIP')
	ok=$(($(count '^ok ') - skip))
	not_ok=$(count '^not ok ')
	planned=$(sed -n 's/^1\.\.\([0-9]*\).*/\1/p' "$out" | head -n 1)
	if [ $((ok + skip + not_ok)) = 0 ] && [ "${planned:-0}" = 0 ]; then
		case $code in
		0) ok=1 ;;
		4) skip=1 ;;
		*) trouble="exit code $code" ;;
		esac
	elif [ $((ok + skip + not_ok)) -lt "${planned:-0}" ]; then
		trouble="$((ok + skip + not_ok)) of $planned tests reported, exit code $code"
	elif [ "$code" != 0 ] && [ "$code" != 4 ] && [ "$not_ok" = 0 ]; then
		trouble="exit code $code though no test failed"
	fi
	if [ -n "$trouble" ]; then
		echo "not ok - $name: $trouble" >>"$out"
		not_ok=$((not_ok + 1))
	fi
	{
		flock 9
		echo "# $name, $((SECONDS - begin_s)) s"
		cat "$out"
		echo "$ok $not_ok $skip" >>"$work/sums"
		[ "$not_ok" = 0 ] || {
			echo "# failed in $name:"
			awk '/^not ok/ { n = 1 } /^ok|^1\.\./ { n = 0 } n && n++ <= 15' "$out" | sed 's/^not ok/# &/'
		} >>"$work/failures"
	} 9>>"$work/lock"
	rm "$out"
}

[ $# -gt 0 ] || { echo "usage: tests/run-tests.sh PROGRAM..." >&2; exit 2; }
if [ "$1" = --one ]; then
	one "$2" "$3"
	exit
fi
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
# A trap waits for what runs in the foreground; a group of its own gets what interrupts.
set -m
printf '%s\0' "$@" | xargs -0 -n 1 -P "$("${0%/*}/../kernel/jobs.sh")" "$0" --one "$work" &
set +m
job=$!
trap 'trap - INT TERM; kill -TERM -- "-$job"; wait "$job"; exit 130' INT TERM
wait "$job"
cat "$work/failures" 2>/dev/null
sort "$work/sums" | awk -v programs=$# '{ ok += $1; not_ok += $2; skip += $3 }
	END {
		if (NR < programs)
			printf "# %d of %d programs have not run\n", programs - NR, programs
		printf "%d passed, %d failed, %d skipped\n", ok, not_ok + programs - NR, skip
		exit not_ok > 0 || NR < programs
	}'
