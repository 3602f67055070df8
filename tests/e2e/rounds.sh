#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# A native point's rounds: one that is thrown away, then as many as it takes. What runs natively on a
# machine runs here in a VM that emulates one, so that its times mean nothing.
#
# shellcheck disable=SC2317 # functions that check calls
set -uo pipefail

# shellcheck source=tests/e2e.sh
. "$(dirname "$0")/../e2e.sh"
needs_kernel

# native_point NAME SECONDS KEY=VALUE...: its record goes to a file, if it fits the schema.
native_point() {
	local folder=$scratch/$1 seconds=$2 command

	shift 2
	command=$("$faultline" point tier=emulated "$@" --dry-run) && mkdir "$folder" || return
	command=${command/;tier=emulated;/;tier=nested;}
	(cd "$folder" && eval "exec timeout 120 ${command/;seconds=0;/;seconds=$seconds;}") </dev/null >"$folder/qemu.log" 2>&1
	cat "$folder/qemu.log"
	python3 "$records" point "$folder/record"
}

# of NAME CONDITION: of that record.
of() {
	python_check '
import json, sys
r = json.load(open(sys.argv[1]))
print({name: r.get(name) for name in ("pages", "seconds", "rate_span", "rounds")})
assert eval(sys.argv[2])
' "$scratch/$1/record" "$2"
}

check "pages that the kernel fills" native_point kernel 1 mode=kernel pages=4096
check "... in rounds that come to enough" of kernel \
	'r["rounds"]["is_enough"] and r["rounds"]["counted"] >= 4 and r["rounds"]["span_ns"] >= 1e9'
check "... after one that does not count" of kernel \
	'r["rounds"]["warm_up_rate_span"] and r["each_round"][0]["round"] == 1'
check "shared pages, with handlers" native_point shared 1 mode=userfault+uffd workload=shared vcpus=2 pages=4096 fetch=0
check "... which count for all vCPUs together" of shared 'r["rounds"]["pages_per_vcpu"] == r["rounds"]["counted"] * 2048'
check "seconds=0" native_point once 0 mode=userfault vcpus=2 pages=32
check "... is one round, cold" of once '"rounds" not in r and "each_round" not in r'
expect "seconds in a VM's tier" 2 "seconds=2 is for native tiers only" \
	"$faultline" point tier=simulated mode=kernel seconds=2
finish
