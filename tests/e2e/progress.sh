#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# How far a run is: a line that changes on a terminal, a line a point elsewhere.
#
# shellcheck disable=SC2016 # what stands in single quotes is for another shell
set -uo pipefail

# shellcheck source=tests/e2e.sh
. "$(dirname "$0")/../e2e.sh"
fake_root
export FAKE=slow

cat >"$scratch/s.ini" <<'END'
[sweep]
summary = four points
[a series]
mode = uffd
vcpus = 1,2,4,8
pages = 4
END
run=("$faultline" run --tier simulated --sweep "$scratch/s.ini" --jobs 1 --out)

"${run[@]}" "$scratch/plain" >/dev/null 2>"$scratch/lines" </dev/null
check "elsewhere: a line a point" test "$(grep -c '^\[[1-4]/4\] ' "$scratch/lines")" = 4
check "elsewhere: with the time left" \
	grep -qE '^\[2/4\] skipped a series, uffd, 4 vCPUs, 16 pages .* [0-9]+:[0-9]{2} left$' \
	"$scratch/lines"
check "elsewhere: nothing that moves the cursor" bash -c '! grep -q "[[:cntrl:]]" "$1"' - "$scratch/lines"

if ! command -v script >/dev/null; then
	skip_test "on a terminal" "no script, of package bsdutils"
	finish
fi
check "on a terminal" env TERM=xterm script -qec "stty cols 72; ${run[*]} $scratch/terminal; test \$? = 4" "$scratch/typed"
tr '\r' '\n' <"$scratch/typed" | sed 's/\x1b\[K//g' >"$scratch/drawn"
check "on a terminal: the point at hand and the time left, from the start on" \
	grep -qE '^\[0/4\] [0-9]+:[0-9]{2} left  a series, uffd, 8 vCPUs, 32 pages$' "$scratch/drawn"
check "on a terminal: no line is longer than it is wide" \
	bash -c '! grep -E "^\[" "$1" | grep -vE "^.{0,71}$" | grep -v skipped' - "$scratch/drawn"
check "on a terminal: why a point was not measured stays" \
	grep -qE '^\[4/4\] skipped .*: a fake VM has no modes' "$scratch/drawn"
check "on a terminal that can do nothing" env TERM=dumb script -qec "${run[*]} $scratch/dumb; test \$? = 4" "$scratch/typed"
check "on a terminal that can do nothing: nothing moves the cursor" \
	bash -c '! grep -q "^\[.*[[:cntrl:]].*[[:cntrl:]]" "$1" && grep -q "^\[4/4\]" "$1"' - "$scratch/typed"
for columns in 0 1 2; do
	check "on a terminal of $columns columns" env TERM=xterm \
		script -qec "stty cols $columns; ${run[*]} $scratch/columns$columns; test \$? = 4" /dev/null
done
finish
