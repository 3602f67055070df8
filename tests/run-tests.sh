#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs test programs and adds up: tests/run-tests.sh PROGRAM...
#
# A program reports its tests in TAP or KTAP on stdout: "ok", "not ok", "# SKIP",
# and a plan, "1..N". One that reports nothing is one test: exit code 0 passed, 4
# skipped. One that fails without a failed test, or reports fewer tests than it
# planned, has one failure more. What failed is printed once more at the end, where a
# log that was cut short still has it. The last line is the sum.
set -uo pipefail

# shellcheck source=harness/shell.sh
. "$(dirname "$0")/../harness/shell.sh"

passed=0 failed=0 skipped=0
out=$(mktemp) || exit 1
trap 'rm -f "$out"' EXIT
trap 'trap - INT TERM; exit 130' INT TERM

count() { grep -cE "$1" "$out"; }

# run PROGRAM: adds its results to the sums.
run() {
	local code name=${1#build/} ok not_ok skip planned trouble=

	echo "# $name"
	# The sum is to stand on one line only, the last.
	CMOCKA_MESSAGE_OUTPUT=TAP "$1" </dev/null 2>&1 | sed -u 's/^[0-9]* passed, /# &/' | tee "$out"
	code=${PIPESTATUS[0]}
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
		echo "not ok - $name: $trouble" | tee -a "$out"
		not_ok=$((not_ok + 1))
	fi
	[ "$not_ok" = 0 ] || failures+=("# failed in $name:" "$(awk '/^not ok/ { n = 1 } /^ok|^1\.\./ { n = 0 } n && n++ <= 15' "$out")")
	passed=$((passed + ok)) failed=$((failed + not_ok)) skipped=$((skipped + skip))
}

failures=()
[ $# -gt 0 ] || { echo "usage: tests/run-tests.sh PROGRAM..." >&2; exit 2; }
for program in "$@"; do
	run "$program"
done
[ ${#failures[@]} = 0 ] || printf '%s\n' "${failures[@]}" | sed 's/^not ok/# &/'
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
