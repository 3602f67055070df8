#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs the KVM tests, a stress and a random driver of the series' interface on a kernel that watches itself.
set -euo pipefail

# shellcheck disable=SC2317 # exit at the end, functions before it
# In braces, bash reads all of it before it starts: it runs for long, and the file may change.
{

usage() {
	cat <<'END'
usage: tests/kernel-debug/run.sh [--base 6.12|7.3] [--seed S] [--rounds N]
                                 ARCH kasan|kcsan [KERNEL]

Boots VMs of a kernel with that fragment of kernel/config/fragments/ and runs the KVM
tests, rounds of stress and rounds of random calls in them, on two simulated CPUs side
by side where they can be had. Fails with whatever the kernel complains of, of KCSAN's
data races with those in functions that the series touches. Consoles and results are in
build/kernel-debug/ARCH-FRAGMENT/.

  ARCH           x86_64 or arm64
  KERNEL         a folder as kernel/build.sh prints it, which is called if it is not
                 given, and takes some minutes
  --base NAME    the kernel under test (6.12)
  --seed S       of the first round, the next one has S + 1 (1)
  --rounds N     of random calls, with 20000 calls each; of stress half as many (50)
  KERNEL_SRC     the source of the kernel, see kernel/build.sh --help

Exit codes: 0 fine, 1 the kernel complains or a test fails, 2 usage or something missing.
END
}

say() { tell "kernel-debug: $*"; }
die() {
	local code=$1
	shift
	say "$@"
	exit "$code"
}

root=$(readlink -f "$(dirname "$0")/../..")
# shellcheck source=harness/shell.sh
. "$root/harness/shell.sh"
# shellcheck source=kernel/bases.sh
. "$root/kernel/bases.sh"
# shellcheck source=tests/vm.sh
. "$root/tests/vm.sh"

calls_per_round=20000
stress_ms=200
memory_mib=1536
# QEMU's CPU time, which is the same beside other work, without a line of results.
hang_limit_s=900
# The first complaint is not the end, but for an oops. KCSAN makes the KVM tests take several times as long.
vm_words="TIME_LIMIT_S=60 loglevel=5 norandmaps nokaslr panic=-1 oops=panic"
# Two CPUs see each other's doings after so many instructions.
quantum=777

base_words=()
seed=1
rounds=50
while [ $# -gt 0 ]; do
	case $1 in
	-h | --help)
		usage
		exit 0
		;;
	--base)
		is_base "${2:-}" || die 2 "there is no base '${2:-}'; there are: $BASES"
		base_words=(--base "$2")
		shift 2
		;;
	--seed | --rounds)
		[[ ${2:-} =~ ^[1-9][0-9]{0,8}$ ]] || die 2 "$1 needs a number, not '${2:-}'"
		printf -v "${1#--}" %s "$2"
		shift 2
		;;
	*) break ;;
	esac
done
[ $# = 2 ] || [ $# = 3 ] || die 2 "an architecture, kasan or kcsan, and, if any, a kernel are needed; see --help"
arch=$1 fragment=$2
case $arch in
x86_64 | arm64) ;;
*) die 2 "no architecture '$arch'; there are: x86_64 arm64" ;;
esac
case $fragment in
kasan | kcsan) ;;
*) die 2 "no fragment '$fragment' for this; there are: kasan kcsan" ;;
esac
vm_set_up "$arch"
command -v ps >/dev/null || die 2 "ps is missing; on Debian: apt-get install procps"
programs=(kvm-tests kernel-debug)
for file in "${programs[@]/#/build/$arch/}"; do
	[ -x "$root/$file" ] || die 2 "$file is missing; make ARCHES=$arch $file builds it"
done
manycore=$root/build/manycore.so
[ "$(uname -m)" != x86_64 ] || [ -r "$manycore" ] || die 2 "$manycore is missing; 'make' builds it"
kernel=${3:-}
[ -n "$kernel" ] ||
	kernel=$("$root/kernel/build.sh" "${base_words[@]}" --arch "$arch" --fragment "$fragment" </dev/null)
[ -r "$kernel/$image" ] || die 2 "$kernel/$image is missing; kernel/build.sh --fragment $fragment prints what the folder must be"

out=$root/build/kernel-debug/$arch-$fragment
rm -rf "$out"
mkdir -p "$out"
vm_pid=
clean_up() { [ -z "$vm_pid" ] || kill "$vm_pid" 2>/dev/null || true; }
trap clean_up EXIT
trap 'trap - INT TERM HUP; exit 130' INT TERM HUP

# boot NAME PROGRAM WORD...: the program as PID 1, which reports into NAME.ktap. Returns QEMU's exit code, 124
# if the VM hangs.
boot() {
	local name=$1 program=$2 status=0 port options=() words='' environment=() lines=0 lines_s=0 used_s

	shift 2
	"$root/harness/initramfs.sh" "$program=$root/build/$arch/$program" >"$out/initramfs.cpio"
	touch "$out/$name.ktap"
	"vm_port_$arch" "$out/$name.ktap"
	options+=("${port[@]}")
	if [ "$(uname -m)" = x86_64 ]; then
		environment=("LD_PRELOAD=$manycore"
			"FAULTLINE_MANYCORE=quantum=$quantum,boot_quantum=$quantum,control=$out/control,status=$out/$name.manycore")
		"vm_port_$arch" "$out/control"
		options+=("${port[@]}" -smp 2)
		[ "$arch" != x86_64 ] || words=lpj=4000000
	fi
	env "${environment[@]}" "$qemu" "${machine[@]}" "${vm_options[@]}" -m "$memory_mib" \
		-kernel "$kernel/$image" -initrd "$out/initramfs.cpio" \
		-append "$boot_words $vm_words $words rdinit=/$program -- $*" \
		-serial "file:$out/$name.console" "${options[@]}" </dev/null >"$out/$name.qemu" 2>&1 &
	vm_pid=$!
	# Which fails when it has ended.
	while used_s=$(ps -o cputimes= -p "$vm_pid"); do
		[ "$(wc -l <"$out/$name.ktap")" = "$lines" ] || lines=$(wc -l <"$out/$name.ktap") lines_s=$used_s
		[ $((used_s - lines_s)) -lt "$hang_limit_s" ] || { kill "$vm_pid" && status=124 && break; }
		sleep 1
	done
	wait "$vm_pid" || status=${status/#0/$?}
	vm_pid=
	return "$status"
}

# What the series touches, for whose data races it must answer.
series_functions() { cat "$root"/kernel/series/*/*.patch | awk -f "$root/tests/kernel-debug/functions.awk" | sort -u; }

complaints=0 failures=0

# run NAME PROGRAM WORD...
run() {
	local name=$1 status=0 planned results not_ok found

	say "$name: ${*:2} (console: $out/$name.console)"
	boot "$@" || status=$?
	tr -d '\r' <"$out/$name.console" |
		awk -v kind="$fragment" -v functions="$(series_functions | xargs)" \
			-v known="$root/tests/kernel-debug/known-races" \
			-f "$root/tests/kernel-debug/splats.awk" >"$out/$name.splats"
	found=$(grep -c '^complaint ' "$out/$name.splats" || true)
	complaints=$((complaints + found))
	cat "$out/$name.splats"
	grep -vE '^(ok|KTAP|1\.\.)' "$out/$name.ktap" || true
	planned=$(sed -n 's/^1\.\.\([0-9][0-9]*\)$/\1/p' "$out/$name.ktap")
	results=$(grep -cE '^(not )?ok [0-9]+ ' "$out/$name.ktap" || true)
	not_ok=$(grep -cE '^not ok [0-9]+ ' "$out/$name.ktap" || true)
	if [ "$status" = 124 ]; then
		say "$name: the VM hangs"
	elif [ "$status" != 0 ]; then
		say "$name: QEMU has ended with exit code $status, see $out/$name.qemu"
	elif [ -z "$planned" ] || [ "$planned" != "$results" ]; then
		say "$name: ${planned:-no} tests were planned, $results have reported, see $out/$name.console"
	elif [ "$not_ok" = 0 ]; then
		echo "$name: $results tests, $found complaints of the kernel"
		return
	fi
	failures=$((failures + 1))
}

run kvm-tests kvm-tests
run stress kernel-debug stress $(((rounds + 1) / 2)) "$seed" "$stress_ms"
run random kernel-debug random "$rounds" "$seed" "$calls_per_round"
[ "$complaints" = 0 ] && [ "$failures" = 0 ] ||
	die 1 "the kernel has complained $complaints times, $failures VMs have not passed"
exit 0

}
