#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# A search finds the set-ups that are the best of all, from one that is not, also when it was
# interrupted; its points are those of any other run.
#
# shellcheck disable=SC2317 # functions that check calls
set -uo pipefail

# shellcheck source=tests/e2e.sh
. "$(dirname "$0")/../e2e.sh"
needs_kernel

# sweep NAME: from what the keys of its points, of its sections and so on, say beside these.
sweep() {
	cat >"$scratch/$1.ini" - <(
		echo "[defaults]
mode = uffd
vcpus = 4
cpus_max = 8
readers_apart = 1
draws = 1
pages = 16"
	)
}
sweep search <<'END'
[search]
keys = uffds, readers, handler
[the set-up that VMMs have]
uffds = 1
END
sweep all <<'END'
[all of the same space]
uffds = 1,2,4
readers = 1,2,4
handler = inline,async,poll
END
run=("$faultline" run --tier simulated --sweep "$scratch/search.ini" --out)

"${run[@]}" "$scratch/search" >"$scratch/out" 2>&1 &
wait_for has_records "$scratch/search" 8
kill -TERM $!
wait $!
check "an interrupted search says how far it is" grep -E '^faultline: [0-9]+ of [0-9]+ points are done; resume' \
	"$scratch/out"
check "and does not pass for whole" not_whole "$scratch/search"
expect "it is resumed" 0 "report: " "$faultline" run --resume "$scratch/search"
check "its records are ok, fit the schema and agree with themselves" \
	python3 "$records" check "$scratch/search" ok
expect "and measured again, they have the same digits" 0 '2 of 2 points have the same digits' \
	"$faultline" verify --points 2 "$scratch/search"
expect "resumed again, there is nothing left to search" 0 "report: " "$faultline" run --resume "$scratch/search"
expect "all of the space" 0 "report: " \
	"$faultline" run --tier simulated --sweep "$scratch/all.ini" --out "$scratch/all"

best_of_all() {
	python_check '
import json, sys
def read(run):
    return [json.loads(line) for line in open(f"{run}/points.jsonl")]
def best(records):
    most = max(r["rate_span"] for r in records)
    return (most, min(r["latency_ns"]["total"]["p99"] for r in records),
            min(r["handler_cpu_ns_per_page"] for r in records if r["rate_span"] >= 0.9 * most))
found, whole = map(read, sys.argv[1:])
print(len(found), "of", len(whole), best(found), best(whole))
assert 8 < len(found) <= len(whole) == 27
assert best(found) == best(whole)' "$scratch/search" "$scratch/all"
}
check "the best for rate, p99 and CPU time are the best of all" best_of_all
check "the table names the best by what it is" \
	grep -E '^ +4  .* readers?( per vCPU)?, (inline|async|poll) \(' "$scratch/search/tables.txt"

# A point that failed might be the best one.
fake_root
sed -i '/^cpus_max\|^readers_apart/d' "$scratch/search.ini"
FAKE=fails expect "a point that fails stops a search" 1 'the search goes on when they are measured' \
	"${run[@]}" "$scratch/stopped"
expect "where it is skipped, there is nothing to search from" 4 'report: ' \
	"$faultline" run --resume "$scratch/stopped"
check "and that is whole" whole "$scratch/stopped" 1
finish
