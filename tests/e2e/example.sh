#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# The run that the README shows is one of the claim sweep as it is now.
set -uo pipefail

# shellcheck source=tests/e2e.sh
. "$(dirname "$0")/../e2e.sh"

tables=$root/results/example/tables.txt
sweep=$root/bench/sweeps/claim.ini

# Names of the series, as sections of the sweep and where the table says what each stands for.
sections() { sed -n 's/^\[\(.*\)\]$/\1/p' "$sweep" | grep -vx 'sweep\|defaults'; }
rows() { sed -n 's/^  \([^ ].*[^ ]\)  *mode=.*/\1/p' "$tables"; }

expect "the example is of sweep claim" 0 '^faultline: sweep claim, tier simulated' cat "$tables"
expect "the example has the series of the sweep" 0 '' \
	diff <(sections | sort) <(rows | sort -u)
expect "the example has as many pages as simulated points have" 0 ' pages=256( |$)' cat "$tables"

# Its digits, where all is there that they depend on: the kernel's source is Debian's of the day.
needs_kernel
out=$("$faultline" verify "$root/results/example" --points 2 2>&1)
code=$?
if [ $code = 1 ] && grep -q 'what digits depend on is not the same' <<<"$out"; then
	skip_test "the example's digits" "$(grep ' was .* and is ' <<<"$out" | paste -sd ';')"
elif [ $code = 0 ]; then
	pass "the example's digits"
else
	flunk "the example's digits" "exit code $code" "$out"
fi
finish
