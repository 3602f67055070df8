#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# The simulated many-core host itself, below faultline: known answers, the same bytes in
# every run, and everything it must refuse. MANYCORE_CPUS="2 16 64" for other sizes,
# MANYCORE_ARCHES=arm64 for one architecture.
#
# shellcheck disable=SC2317 # functions that check calls
set -uo pipefail

# shellcheck source=tests/e2e.sh
. "$(dirname "$0")/../e2e.sh"

qemu=$(command -v qemu-system-x86_64) || {
	skip_test "simulated many-core host" "no qemu-system-x86_64"
	finish
}
icount="-icount shift=0,sleep=off"
arch=x86_64

# preloaded FOLDER COMMAND...: with the library, control and status in FOLDER.
preloaded() {
	local folder=$1

	shift
	mkdir -p "$folder"
	env LD_PRELOAD="$root/build/manycore.so" \
		FAULTLINE_MANYCORE="${options-quantum=500,boot_quantum=20000,control=$folder/control,status=$folder/status}" "$@"
}

# vm FOLDER CPUS CHARGE_NS ARGUMENT...: runs faultline-point in the simulated host of $arch. The
# command is that of a point, with other arguments.
vm() {
	local folder=$1 cpus=$2 charge_ns=$3 command

	shift 3
	mkdir -p "$folder"
	command=$("$faultline" point "arch=$arch" tier=simulated "cpus=$cpus" vcpus=1 speed=4 \
		coherence=1 --dry-run) || return
	command=${command/-icount shift=0,sleep=off/$icount}
	command=${command/,ns=4 /,ns=$charge_ns }
	command=${command/-- mode=*seed=1/-- $*}
	(cd "$folder" && eval "$command") </dev/null
}

# known_answers FOLDER CPUS COHERENCE_NS: four simulated ns are a real one.
known_answers() {
	vm "$1" "$2" $(($3 * 4)) micro=all "cpus=$2" "coherence=$3" && cat "$1/record" "$1/status.log" &&
		grep -q '"ok":true,"reason":null}' "$1/record" &&
		grep -q "^manycore: ready qemu=.* cpus=$2 quantum=500 boot_quantum=20000" "$1/status.log" &&
		grep -q '^manycore: fine now_ns=' "$1/status.log" && grep -q '^manycore: boot ' "$1/status.log" &&
		[ "$(tail -n 1 "$1/status.log")" = "manycore: done" ]
}

# busy COMMAND...: with other work on both of the first two cores.
busy() {
	local code workers=()

	taskset -c 0 sh -c 'while :; do :; done' &
	workers+=($!)
	taskset -c "$(($(nproc) > 1))" sh -c 'while :; do :; done' &
	workers+=($!)
	"$@"
	code=$?
	kill "${workers[@]}"
	wait "${workers[@]}" 2>/dev/null
	return "$code"
}

same() {
	cmp "$1/record" "$2/record" && cmp "$1/console.log" "$2/console.log" && cmp "$1/status.log" "$2/status.log"
}

# gives CODE PATTERN COMMAND...: exit code and an extended regular expression.
gives() {
	local code=$1 pattern=$2 out got

	shift 2
	out=$("$@" 2>&1)
	got=$?
	echo "exit code $got: $out"
	[ "$got" = "$code" ] && grep -qE -- "$pattern" <<<"$out"
}

# fake NAME FLAG...: makes a QEMU that must be refused.
fake() {
	mkdir -p "$scratch/$1"
	gcc -rdynamic "${@:2}" "$root/tests/e2e/manycore-fake-qemu.c" -o "$scratch/$1/qemu-system-x86_64"
}

refusals() {
	options="" check "no options" gives 2 'quantum is missing' preloaded "$scratch/r" "$qemu" --version
	options="quantum=1" check "a quantum too small" gives 2 "cannot read 'quantum=1'" \
		preloaded "$scratch/r" "$qemu" --version
	options="quantum=500,boot_quantum=500,control=/nowhere/c,status=s" \
		check "a control file that cannot be" gives 2 'creating the control file /nowhere/c' \
		preloaded "$scratch/r" "$qemu" --version
	check "preloaded into something else" gives 2 "manycore: '.*/true' is neither qemu-system" \
		preloaded "$scratch/r" /bin/true

	fake unknown -DVERSION=8,1,3
	check "another version" gives 2 '^manycore: QEMU 8\.1\.3: known are only 7\.2 .* and 10\.0' \
		preloaded "$scratch/r" "$scratch/unknown/qemu-system-x86_64"
	fake stripped -DVERSION=7,2,99
	check "symbols missing" gives 2 'QEMU 7\.2\.99: these symbols are missing: use_icount icount_get_raw.* timers_state' \
		preloaded "$scratch/r" "$scratch/stripped/qemu-system-x86_64"
	fake moved -DVERSION=7,2,99 -DHAS_SYMBOLS
	check "no instruction count" gives 2 'instruction count was found at 0 places of timers_state \(96 bytes\)' \
		preloaded "$scratch/r" "$scratch/moved/qemu-system-x86_64"

	check "the plugin without the library" gives 2 'coherence: QEMU must be run with LD_PRELOAD=manycore.so' \
		"$qemu" -M none -accel tcg -plugin "$root/build/coherence.so,ns=1" -nographic
	check "a plugin without its option" gives 2 'coherence: the options are ns=N' \
		preloaded "$scratch/r" "$qemu" -M none -accel tcg -plugin "$root/build/coherence.so" -nographic
	check "QEMU's own error stays its own" gives 1 'unsupported machine type' \
		preloaded "$scratch/r" "$qemu" -M nonesuch
}

refusals_with_kernel() {
	icount=
	check "no instruction counting" gives 2 'QEMU [0-9.]+: it ended before it ran a CPU' \
		vm "$scratch/r" 2 0 micro=all cpus=2
	icount="-icount shift=1,sleep=off"
	check "instructions of 2 ns" gives 2 'one instruction must be one ns' vm "$scratch/r" 2 0 micro=all cpus=2
	icount="-icount shift=0"
	check "sleep is on" gives 2 'QEMU [0-9.]+: -icount shift=0 lets the clock follow' \
		vm "$scratch/r" 2 0 micro=all cpus=2
	icount="-icount shift=0,sleep=off,rr=record,rrfile=$scratch/rr"
	check "a recorded execution" gives 2 'cannot be recorded' vm "$scratch/r" 1 0 micro=all cpus=2
	icount="-icount shift=0,sleep=off"
	check "fewer CPUs than asked for are noticed" wrong_cpus
}

wrong_cpus() {
	vm "$scratch/w" 2 0 micro=all cpus=4 &&
		grep -q '"ok":false,"reason":"the kernel has 2 CPUs, not the 4 ' "$scratch/w/record"
}

# contended FOLDER OPTIONS: sixteen readers for one lock, with a plugin that has these options.
contended() {
	vm "$1" 16 "$2" "mode=uffd arch=$arch tier=simulated vcpus=16 cpus=16 readers=16 speed=4 coherence=70 pages=32 fetch=0" &&
		sed 's/ repeated=.*//' "$1/status.log" >"$1/status"
}
repeated() { sed -n 's/.*boot .* repeated=//p' "$1/status.log" | tail -n 1; }
repeats_are_left_out() {
	local some=$scratch/$arch-some all=$scratch/$arch-all slices

	contended "$some" 280 && contended "$all" 280,turns=all || return
	grep -q '"status":"ok"' "$all/record" && cmp "$some/record" "$all/record" &&
		cmp "$some/console.log" "$all/console.log" && cmp "$some/status" "$all/status" || return
	slices=$(sed -n 's/.*boot .* slices=\([0-9]*\).*/\1/p' "$some/status" | tail -n 1)
	echo "of $slices slices $(repeated "$some") were left out, and $(repeated "$all")"
	# arm64 comes to WFE twice in each round of its waiting: no turn is like the one before.
	[ "$(repeated "$all")" = 0 ] && { [ "$arch" = arm64 ] || [ "$(repeated "$some")" -gt $((slices / 4)) ]; }
}

refusals
needs_kernel
refusals_with_kernel

for arch in ${MANYCORE_ARCHES:-x86_64 arm64}; do
	if ! has_kernel "$arch"; then
		skip_test "known answers: $arch" "no kernel: run it through ./run.sh test"
		continue
	fi
	for cpus in ${MANYCORE_CPUS:-2 16}; do
		for coherence in 0 70; do
			check "known answers: $arch, $cpus CPUs, $coherence ns" \
				known_answers "$scratch/$arch-$cpus-$coherence" "$cpus" "$coherence"
		done
	done
	check "turns that change nothing are left out, and nothing else is: $arch" repeats_are_left_out
	for coherence in 0 70; do
		first=$scratch/$arch-16-$coherence again=$scratch/$arch-again-$coherence
		[ -d "$first" ] || known_answers "$first" 16 "$coherence" >/dev/null
		check "busy machine: $arch, 16 CPUs, $coherence ns" busy known_answers "$again" 16 "$coherence"
		check "the same to the byte: $arch, 16 CPUs, $coherence ns" same "$again" "$first"
	done
done

finish
