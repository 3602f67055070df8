#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# Tasks of the guest's, and asynchronous page faults that user space completes: every page arrives once, and
# while one is fetched others are asked for, unless the vCPU waits.
#
# shellcheck disable=SC2317 # functions that check calls
set -uo pipefail

# shellcheck source=tests/e2e.sh
. "$(dirname "$0")/../e2e.sh"

expect "too many tasks" 2 "tasks='65' is not valid" "$faultline" point tasks=65
needs_kernel

# point NAME KEY=VALUE...: its record goes to a file.
point() {
	"$faultline" point tier=simulated --json "${@:2}" >"$scratch/$1"
}
# of NAME... CONDITION: of their records, r[0] and so on.
of() {
	python_check '
import json, sys
r = [json.load(open(name)) for name in sys.argv[1:-1]]
print([{k: x.get(k) for k in ("rate_span", "exits", "async_exits", "sync_exits", "spurious_exits")} for x in r])
assert all(x["pages_verified"] == x["pages_total"] == x["fetches"] for x in r)
assert eval(sys.argv[-1])
' "${@:1:$#-1}" "${@: -1}"
}

cd "$scratch" || exit
tasks="vcpus=2 cpus=2 draws=1 pages=64 fetch=1ms"
# shellcheck disable=SC2086 # words
{
	check "one task" point one mode=userfault $tasks
	check "8 tasks, for which the vCPU waits" point sync mode=userfault tasks=8 $tasks
}
check "... are not faster than one" of one sync '0.95 < r[0]["rate_span"] / r[1]["rate_span"] < 1.05'
if has_kernel arm64; then
	expect "on arm64" 0 '64  pages verified' "$faultline" point arch=arm64 tier=simulated tasks=3 pages=64
	expect "... where none is asynchronous" 4 'for x86-64' "$faultline" point arch=arm64 tier=simulated mode=async-pf
else
	skip_test "on arm64" "no kernel: run it through ./run.sh test"
	skip_test "... where none is asynchronous" "no kernel: run it through ./run.sh test"
fi

"$faultline" point tier=simulated mode=async-pf pages=1 >"$scratch/said" 2>&1
if [ $? = 4 ]; then
	skip_test "async-pf" "$(grep -o 'the kernel lacks .*' "$scratch/said")"
	finish
fi
# shellcheck disable=SC2086 # words
check "8 tasks, of which another one runs meanwhile" point async mode=async-pf tasks=8 readers=2 cpus=4 vcpus=2 draws=1 pages=64 fetch=1ms
check "... are about 8 times as fast" of sync async '7 < r[1]["rate_span"] / r[0]["rate_span"] < 9'
check "... and never wait" of async 'r[0]["async_exits"] == 128 and r[0]["sync_exits"] == 0'
check "one task" point alone mode=async-pf pages=32 handler=poll cpus=2 draws=1
check "... waits in the guest" of alone 'r[0]["async_exits"] == 32 and r[0]["sync_exits"] == 0'
check "vCPUs that share pages, of memory that exists elsewhere" \
	point shared mode=async-pf workload=shared backing=shmem access=read vcpus=4 cpus=4 tasks=4 pages=64 fetch=0
check "... each are told of a page" of shared 'r[0]["exits"] > 64'
check "again" point again mode=async-pf workload=shared backing=shmem access=read vcpus=4 cpus=4 tasks=4 pages=64 fetch=0
check "... which comes out the same" python_check '
import json
a, b = (json.load(open(name)) for name in ("shared", "again"))
a.pop("wall"), b.pop("wall")
assert a == b
'
# 20 ms of computing beside 4 fetches of 10 ms, one after the other: with them, or after them.
check "a task that computes meanwhile" point with mode=async-pf compute_ms=20 pages=4 fetch=10ms cpus=2 draws=1
check "... and afterwards" point after mode=userfault compute_ms=20 pages=4 fetch=10ms cpus=2 draws=1
check "... which takes as much longer" of with after \
	'abs(r[0]["span_ns"] - 40e6) < 1e6 and abs(r[1]["span_ns"] - 60e6) < 1e6'
expect "without a clock" 0 '256  pages verified' "$faultline" point tier=emulated mode=async-pf vcpus=4 tasks=64 pages=64
finish
