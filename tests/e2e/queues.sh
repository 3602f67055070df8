#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# One userfaultfd with several queues: every page arrives once, whoever reads which of them.
#
# shellcheck disable=SC2317 # functions that check calls
set -uo pipefail

# shellcheck source=tests/e2e.sh
. "$(dirname "$0")/../e2e.sh"

expect "no queue" 2 "queues='0' is not valid" "$faultline" point queues=0
expect "by what is no way" 2 "queue_by='cpu' is not valid; use address, thread" "$faultline" point queue_by=cpu
needs_kernel

"$faultline" point tier=simulated mode=uffd queues=2 pages=1 >"$scratch/said" 2>&1
if [ $? = 4 ]; then
	skip_test "several queues" "$(grep -o 'UFFDIO_QUEUES.*' "$scratch/said")"
	finish
fi
for keys in "queues=4 readers=4" "queues=4 readers=1" "queues=3 readers=8 handler=async" "queues=per-vcpu readers=2 handler=poll" \
	"queues=4 readers=4 queue_by=thread" "queues=2 uffds=2 readers=4" "queues=1024 readers=2" "queues=4 readers=4 mode=uffd+exit" \
	"queues=4 readers=4 backing=shmem workload=shared access=read"; do
	# shellcheck disable=SC2086 # words
	expect "$keys" 0 '[0-9]+  pages verified' "$faultline" point mode=uffd tier=simulated vcpus=4 cpus=8 draws=1 pages=64 $keys
done
expect "where nobody reads any, they say nothing" 0 '64  pages verified' "$faultline" point mode=userfault queues=4 tier=simulated pages=64
rate() {
	"$faultline" point mode=uffd handler=async tier=simulated vcpus=16 cpus=24 draws=1 pages=64 coherence=70 fetch=30us "$@" --json |
		python3 -c 'import json, sys; print(json.load(sys.stdin)["rate_span"])'
}
one=$(rate readers=4)
several=$(rate readers=4 queues=4)
check "4 queues are faster than one where cache lines cost: $several and $one pages/s" \
	python3 -c 'import sys; sys.exit(not float(sys.argv[1]) > 1.2 * float(sys.argv[2]))' "$several" "$one"
finish
