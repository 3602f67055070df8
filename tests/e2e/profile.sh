#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# point --profile: it adds up, is the same to the byte every time, changes nothing
# about the record, and knows the functions that must be there.
#
# shellcheck disable=SC2317 # functions that check calls
set -uo pipefail

# shellcheck source=tests/e2e.sh
. "$(dirname "$0")/../e2e.sh"

refuses() { expect "$1" 2 "$2" "$faultline" point "${@:3}" --profile="$scratch/none"; }
refuses "another tier" 'tier emulated does not have; use tier=simulated' tier=emulated
refuses "the machine itself" 'tier hardware does not have; use tier=simulated' tier=hardware --check
refuses "a handler at several pages at once" 'use handler=inline' tier=simulated handler=async
refuses "a vCPU at several pages at once" 'use tasks=1' tier=simulated mode=async-pf tasks=2

needs_kernel

mkdir "$scratch/old"
expect "a folder that exists" 2 'old exists already; name another folder' \
	"$faultline" point tier=simulated --profile="$scratch/old"

expect "a folder without a name" 2 'profile= names no folder' "$faultline" point tier=simulated --profile=

# record FILE OPTION...: the point's record without what the machine's clock touched.
record() {
	local file=$1

	shift
	"$faultline" point tier=simulated "${keys[@]}" --json "$@" |
		python3 -c 'import json, sys
record = json.load(sys.stdin)
del record["wall"]
json.dump(record, sys.stdout)' >"$file"
}

# ns FOLDER PICTURE PATTERN: simulated ns of the stacks that match.
ns() {
	grep -E -- "$3" "$scratch/$1/$2.folded" | awk '{ sum += $NF } END { printf "%d\n", sum }'
}

# between VALUE LOW HIGH
between() {
	echo "$1 should be $2 to $3"
	[ "$1" -ge "$2" ] && [ "$1" -le "$3" ]
}

# The profile's mean of a phase, by vCPUs' threads, is the record's.
agrees() {
	local total mean

	total=$(ns "$1" "$2" '^vcpu')
	mean=$(python3 -c 'import json, sys
r = json.load(open(sys.argv[1]))
print(int(r["latency_ns"][sys.argv[2]]["mean"] * r["pages_total"] * r["speed"]))' \
		"$scratch/$1.plain" "$2")
	between "$total" $((mean * (100 - $3) / 100)) $((mean * (100 + $3) / 100))
}

# profiled NAME KEY=VALUE...: the same point without and twice with.
profiled() {
	local name=$1

	keys=("${@:2}")
	check "$name: without" record "$scratch/$name.plain"
	check "$name: with" record "$scratch/$name.with" "--profile=$scratch/$name"
	check "$name: the record is the same" cmp "$scratch/$name.plain" "$scratch/$name.with"
	check "$name: again" record "$scratch/$name.again" "--profile=$scratch/$name-again"
	check "$name: the same to the byte" diff -r "$scratch/$name" "$scratch/$name-again"
	check "$name: pictures are XML" python3 -c 'import sys, xml.dom.minidom
for name in sys.argv[1:]: xml.dom.minidom.parse(name)' "$scratch/$name"/*.svg
	check "$name: all phases together" [ \
		"$(cat "$scratch/$name"/{delivery,fetch,resolve,resume}.folded | awk '{ s += $NF } END { print s }')" -le \
		"$(ns "$name" total .)" ]
}

# Threads' time in cpus.svg is that in total.svg without what had no CPU.
same_on_cpus() {
	[ "$(ns "$1" cpus '^(vcpu|handler)')" = \
		$(($(ns "$1" total .) - $(ns "$1" total '\[(asleep|runnable)\] ' ))) ]
}

profiled many mode=uffd vcpus=4 cpus=4 readers=per-vcpu speed=4 draws=1 pages=32 coherence=70
check "threads are on CPUs for as long as CPUs run threads" same_on_cpus many
for phase in delivery fetch resolve resume; do
	check "vCPUs' $phase is the record's" agrees many "$phase" 2
done
check "each page's fault goes through handle_userfault, at a plausible price" \
	between $(($(ns many delivery ';handle_userfault [0-9]') / 128)) 100 2000
check "sleeps in handle_userfault for the fetch" between \
	"$(ns many fetch '^vcpu.*;handle_userfault;.*\[asleep\] ')" $((128 * 29000 * 4)) $((128 * 33000 * 4))
check "handlers copy within resolve" between \
	$(($(ns many resolve '^handler.*;mfill_atomic_copy;.*rep_movs_alternative [0-9]') / 128)) 512 700
check "CPUs stand still for lines from others" [ "$(ns many cpus '\[stalled\] ')" -gt 0 ]

profiled poll mode=uffd handler=poll vcpus=2 cpus=4 draws=1 readers=per-vcpu uffds=per-vcpu speed=4 pages=32 coherence=70
check "threads that poll are on CPUs for as long as CPUs run threads" same_on_cpus poll
for phase in delivery fetch resolve resume; do
	check "vCPUs' $phase is the record's, with handlers that poll" agrees poll "$phase" 2
done
check "handlers that poll never sleep" [ "$(ns poll total '^handler.*\[asleep\] ')" = 0 ]
check "they spin between looks" [ "$(ns poll delivery '^handler;handler_main;.*\[spins\] ')" -gt 0 ]

profiled one mode=userfault vcpus=2 cpus=1 pages=32
check "one CPU: nothing spins or stalls" [ "$(ns one cpus '\[(spins|stalled|cut)\] ')" = 0 ]
check "one CPU: the userfault exit is found" between \
	$(($(ns one delivery ';kvm_.*userfault') / 64)) 1 1000
keys=()
expect "the table" 0 'delivery, vCPUs. threads: function' cat "$scratch/many/table.txt"
# The ceiling brings memory, also to who only reads.
brings_memory() {
	"$faultline" point tier=simulated mode=kernel pages=64 fetch=0 --profile="$scratch/$1" "${@:2}" &&
		[ "$(ns "$1" total clear_page)" -gt 0 ]
}
for backing in anon shmem; do
	check "mode=kernel clears pages of $backing" brings_memory "$backing" backing=$backing fault=missing
done
check "... that are read" brings_memory read backing=shmem fault=missing access=read

finish
