#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What of this machine spoils times on its own CPUs: doctor tells, and so does a native run at its
# start and in its report; a point beside which something else runs is marked.
#
# shellcheck disable=SC2016,SC2317 # what stands in single quotes is for another shell; functions that check calls
set -uo pipefail

# shellcheck source=tests/e2e.sh
. "$(dirname "$0")/../e2e.sh"
busy=
trap '[ -z "$busy" ] || kill "$busy"; rm -rf "$scratch"' EXIT

setting=/sys/kernel/mm/transparent_hugepage/enabled
# with_setting VALUE COMMAND...: the command on a machine that has it.
with_setting=(unshare -m bash -c 'echo "$2" >"$1" && mount --bind "$1" "$0" && "${@:3}"' "$setting" "$scratch/setting")
has_setting() { [ -e "$setting" ] && unshare -m true 2>/dev/null; }
always="always. madvise never: .*echo madvise . sudo tee $setting"
never="always madvise [never]"

if has_setting; then
	expect "doctor tells" 0 "huge pages  *bad  .$always" "${with_setting[@]}" "[always] madvise never" "$faultline" doctor
	expect "doctor tells what is well" 0 "huge pages  *good  *always madvise .never." \
		"${with_setting[@]}" "$never" "$faultline" doctor
else
	skip_test "doctor tells" "no mount namespaces"
	skip_test "doctor tells what is well" "no mount namespaces"
fi
if [ ! -r /dev/kvm ] || [ ! -w /dev/kvm ]; then
	skip_test "native points" "no /dev/kvm"
	finish
fi
tier=$(native_tier)
printf '[sweep]\nsummary = native\n[a]\nmode = kernel\npages = 16\nseconds = 0\n' >"$scratch/s.ini"
run=("$faultline" run --tier "$tier" --sweep "$scratch/s.ini" --vcpus 1 --out)

# lacks FILE PATTERN
lacks() { ! grep -E "$2" "$1"; }

if has_setting; then
	expect "a run says so at its start" 0 "^faultline: huge pages: .$always" \
		"${with_setting[@]}" "[always] madvise never" "${run[@]}" "$scratch/bad"
	rm -f "$scratch/bad/tables.txt" "$scratch/bad/report.html"
	expect "its report is made elsewhere" 0 "" "$faultline" report "$scratch/bad"
	check "the table says so" grep -q '^  huge pages: .always. madvise never' "$scratch/bad/tables.txt"
	check "the page says so" grep -q '^  huge pages: .always. madvise never' "$scratch/bad/report.html"
	expect "a machine without" 0 "report: " "${with_setting[@]}" "$never" "${run[@]}" "$scratch/good"
	check "nothing is said of it" lacks "$scratch/good/tables.txt" '^  huge pages:'
	check "both fit the schema" eval 'python3 "$records" check "$scratch/bad" ok && python3 "$records" check "$scratch/good" ok'
else
	skip_test "a run says so at its start" "no mount namespaces"
fi

# Something else runs on the point's CPU.
cpu=$(taskset -cp $$ | sed 's/.*[ ,-]//')
point=("$faultline" point tier="$tier" mode=uffd pages=32 seconds=0 fetch=10ms vcpu_cpus="$cpu" reader_cpus="$cpu")
taskset -c "$cpu" bash -c 'while :; do :; done' &
busy=$!
expect "a CPU is shared: the record" 0 "\"cpu_lost\":\{\"cpus\":\"$cpu\",.*\"taken_ns\":[1-9].*\"is_much\":true" \
	"${point[@]}" --json
expect "a CPU is shared: in words" 0 'others ran on its CPUs for [0-9.]* ms' "${point[@]}"
expect "a CPU is shared: before a run" 0 '^faultline: load: [0-9.]* of [0-9]* CPUs busy before the start' \
	"${run[@]}" "$scratch/busy"
kill "$busy"
wait "$busy" 2>/dev/null
busy=
finish
