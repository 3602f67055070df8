#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs the kernel's own KVM selftests on a kernel as it is and on one with the series, and compares.
set -euo pipefail

# shellcheck disable=SC2317 # exit at the end, functions before it
# In braces, bash reads all of it before it starts: it runs for long, and the file may change.
{

usage() {
	cat <<'END'
usage: tests/kernel-selftests/run.sh [--base 6.12|7.3] [--only TEXT]
                                     ARCH [PLAIN PATCHED]

Builds the KVM selftests of the kernel's source, with the series applied, and runs
them in VMs of two kernels: one as it is, one with the series. Prints how many have
passed on each and, test by test, what has not passed on both. Consoles and the whole
table are in build/kernel-selftests/ARCH/.

  ARCH           x86_64 or arm64
  --base NAME    the kernel whose tests these are (6.12)
  --only TEXT    runs those with TEXT in their name or arguments
  PLAIN, PATCHED folders of the two kernels, as kernel/build.sh prints them; it is called
                 for them if they are not given (with --series none for the first), and
                 takes some minutes each
  KERNEL_SRC     the source of the tests and of these kernels, see kernel/build.sh --help

Exit codes: 0 fine, 1 a test does other than before or cannot be built, 2 usage or
something missing.
END
}

say() { tell "kernel-selftests: $*"; }
die() {
	local code=$1
	shift
	say "$@"
	exit "$code"
}

root=$(readlink -f "$(dirname "$0")/../..")
# shellcheck source=harness/shell.sh
. "$root/harness/shell.sh"
# shellcheck source=kernel/source.sh
. "$root/kernel/source.sh"
# shellcheck source=kernel/series.sh
. "$root/kernel/series.sh"
# shellcheck source=tests/vm.sh
. "$root/tests/vm.sh"

# What a test may take of the VM's time, where an instruction is 1 ns; and of QEMU's CPU time, which is the
# same beside other work, after which the VM itself must be taken to hang.
test_limit_s=10
hang_limit_s=300
# Tests have up to 1 GiB of guest memory, and some ask for huge pages.
memory_mib=3072
vm_words="loglevel=5 norandmaps nokaslr panic=-1 oops=panic hugepages=64"

# Tests that would not be done in the time limit with arguments of their own, or lack the memory.
declare -A arguments=(
	[demand_paging_test]="-b 64M"
	[dirty_log_page_splitting_test]="-b 16M"
	[dirty_log_perf_test]="-b 64M"
	[dirty_log_test]="-i 3"
	[kvm_page_table_test]="-b 64M"
	[memslot_perf_test]="-l 1 -s 256"
	[set_memory_region_test]="2"
)
# Further runs of demand_paging_test, the last ones of what the series adds.
demand_paging=("-u MISSING" "-u MINOR -s shmem -a"
	"-e -u MISSING" "-e -u MISSING -o" "-e -u MINOR -s shmem"
	"-k" "-k -o" "-k -s anonymous_thp" "-k -u MISSING" "-k -u MINOR -s shmem" "-k -e -u MISSING")

# What differs between architectures: the compiler's name, and what the kernel is told. One CPU has no use for
# the local timer, as in tests/kvm/run.sh. There is one because QEMU, with two, loses its
# way in nested paging, see tests/kvm/README.md.
declare -A machine_name=([x86_64]=x86_64 [arm64]=aarch64)
declare -A own_words=([x86_64]=nolapic_timer [arm64]="")

base=$DEFAULT_BASE
base_words=()
only=
while [ $# -gt 0 ]; do
	case $1 in
	-h | --help)
		usage
		exit 0
		;;
	--base)
		base=${2:-}
		is_base "$base" || die 2 "there is no base '$base'; there are: $BASES"
		base_words=(--base "$base")
		shift 2
		;;
	--only)
		only=${2:-}
		[ -n "$only" ] || die 2 "--only needs a part of a test's name"
		shift 2
		;;
	*) break ;;
	esac
done
[ $# = 1 ] || [ $# = 3 ] || die 2 "an architecture and, if any, two kernels are needed; see --help"
arch=$1
[ -n "${machine_name[$arch]:-}" ] || die 2 "no architecture '$arch'; there are: x86_64 arm64"
cross=
[ "$(uname -m)" = "${machine_name[$arch]}" ] || cross=${machine_name[$arch]}-linux-gnu-

for tool in gcc make patch xz ps; do
	command -v $tool >/dev/null || die 2 "$tool is missing; on Debian: apt-get install gcc make patch xz-utils procps"
done
command -v "${cross}gcc" >/dev/null || die 2 "${cross}gcc is missing; on Debian:" \
	"apt-get install gcc-${machine_name[$arch]//_/-}-linux-gnu"
vm_set_up "$arch"
source_check

# All that is kept, and what is not.
out=$root/build/kernel-selftests/$arch
kernels=("${@:2}")
[ $# = 3 ] || kernels=("$("$root/kernel/build.sh" "${base_words[@]}" --arch "$arch" --series none </dev/null)"
	"$("$root/kernel/build.sh" "${base_words[@]}" --arch "$arch" </dev/null)")
for kernel in "${kernels[@]}"; do
	[ -r "$kernel/$image" ] ||
		die 2 "$kernel/$image is missing; kernel/build.sh --arch $arch prints what the folder must be"
done
mkdir -p "$out"
: >"$out/qemu.log"
work=$(mktemp -d -p "$out")
vm_pid=
clean_up() {
	[ -z "$vm_pid" ] || kill "$vm_pid" 2>/dev/null || true
	rm -rf "$work"
}
trap clean_up EXIT
trap 'trap - INT TERM HUP; exit 130' INT TERM HUP

# kernel_make ARGUMENT...: in the kernel's source.
kernel_make() {
	clean make -s -C "$work/src" -j"$("$root/kernel/jobs.sh")" ARCH="$arch" CROSS_COMPILE="$cross" "$@" \
		>>"$out/build.log" 2>&1 </dev/null
}

build_tests() {
	local series

	: >"$out/build.log"
	source_unpack "$work/src" "$arch"
	series=$(series_choose "$work/src" "")
	series_apply "$work/src" "$series"
	kernel_make O="$work/headers" headers || die 1 "the kernel's headers cannot be built, see $out/build.log"
	mkdir "$work/tests"
	kernel_make -C tools/testing/selftests/kvm OUTPUT="$work/tests" INSTALL_HDR_PATH="$work/headers/usr" \
		KHDR_INCLUDES="-isystem $work/headers/usr/include" USERLDFLAGS=-static ||
		die 1 "the selftests cannot be built, see $out/build.log"
	"${cross}gcc" -std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -static -o "$work/init" \
		"$root/tests/kernel-selftests/init.c" ||
		die 2 "no static program can be built; on Debian: apt-get install libc6-dev${cross:+-$arch-cross}"
	(cd "$work/tests" && find . -type f -perm -100 -printf '%P\n' | sort) >"$work/names"
}

# Prints the lines of the file that PID 1 reads.
test_lines() {
	local name words

	while read -r name; do
		words=${arguments[${name##*/}]:-}
		echo "/$name${words:+ $words}"
		[ "$name" != demand_paging_test ] || for words in "${demand_paging[@]}"; do
			echo "/$name -b 16M -v 2 $words"
		done
	done <"$work/names"
}

make_initramfs() {
	local name
	local -a entries=("init=$work/init" "tests=$work/lines")

	test_lines | grep -F -- "$only" >"$work/lines" || die 2 "no test has '$only' in its name or arguments"
	while read -r name; do
		entries+=("$name")
	done < <(sed -n 's,/[^/]*$,,p' "$work/names" | sort -u)
	while read -r name; do
		"${cross}strip" "$work/tests/$name"
		entries+=("$name=$work/tests/$name")
	done <"$work/names"
	"$root/harness/initramfs.sh" "${entries[@]}" >"$work/initramfs.cpio"
}

# ended CONSOLE: how many tests have.
ended() { grep -c '^selftest: end ' "$1" || true; }

# boot KERNEL CONSOLE SKIP: all tests but the first SKIP ones. Appends what becomes of the VM if a
# test ends it, or hangs it.
boot() {
	local status=0 seen=0 seen_s=0 used_s

	"$qemu" "${machine[@]}" "${vm_options[@]}" -m "$memory_mib" \
		-kernel "$1/$image" -initrd "$work/initramfs.cpio" \
		-append "$boot_words ${own_words[$arch]} $vm_words rdinit=/init -- $test_limit_s $3" \
		-serial "file:$2" </dev/null >>"$out/qemu.log" 2>&1 &
	vm_pid=$!
	# Which fails when it has ended.
	while used_s=$(ps -o cputimes= -p "$vm_pid"); do
		[ "$(ended "$2")" = "$seen" ] || seen=$(ended "$2") seen_s=$used_s
		[ $((used_s - seen_s)) -lt "$hang_limit_s" ] || { kill "$vm_pid" && break; }
		sleep 1
	done
	wait "$vm_pid" || status=$?
	vm_pid=
	grep -q '^selftest: done' "$2" || printf '\nselftest: end hang\n' >>"$2"
	[ "$status" = 0 ] || say "a VM of $1 has ended with exit code $status, see $out/qemu.log"
}

# run NAME KERNEL: the tests, in as many VMs as it takes. What they have printed goes to NAME.console,
# what came of them to NAME.results, a line each: test, tab, result.
run() {
	say "running $(wc -l <"$work/lines") tests on $2 (their output: $out/$1.console)"
	: >"$out/$1.console"
	until grep -q '^selftest: done' "$out/$1.console"; do
		: >"$work/console"
		boot "$2" "$work/console" "$(ended "$out/$1.console")"
		cat "$work/console" >>"$out/$1.console"
		grep -qE '^selftest: (begin|done)' "$work/console" || die 1 "no test has begun, see $out/$1.console"
	done
	tr -d '\r' <"$out/$1.console" |
		awk -v limit_s="$test_limit_s" -f "$root/tests/kernel-selftests/results.awk" >"$out/$1.results"
}

# counts NAME: the end of a row in the table of sums.
counts() {
	awk -F '\t' '
		{ sub(/:.*| in .*/, "", $2); n[$2]++ }
		END { printf "%d | %d | %d | %d |\n", n["passed"], n["failed"], n["skipped"], n["not finished"] }' \
		"$out/$1.results"
}

# One row a test; new is what cannot be asked of a kernel without the series.
compare() {
	awk -F '\t' '
		NR == FNR { base[$1] = $2; next }
		{
			was = $1 in base ? base[$1] : "not run"
			delete base[$1]
			verdict = was == $2 ? "same" : "different"
			if ($2 == "passed" && was ~ /^skipped: .*KVM_CAP_(USERFAULT|EXIT_ON_MISSING)/)
				verdict = "new"
			print "| " $1 " | " was " | " $2 " | " verdict " |"
		}
		END { for (name in base) print "| " name " | " base[name] " | not run | different |" }' \
		"$out/base.results" "$out/series.results"
}

say "building the tests (log: $out/build.log)"
build_tests
make_initramfs
run base "${kernels[0]}"
run series "${kernels[1]}"
compare >"$out/table.md"
cat <<END
| $arch, Linux $(source_version "$work/src") | passed | failed | skipped | not finished |
| --- | --- | --- | --- | --- |
| as it is | $(counts base)
| with the series | $(counts series)

| test | as it is | with the series | |
| --- | --- | --- | --- |
END
grep -v '| passed | passed | same |$' "$out/table.md" || true
different=$(grep -c '| different |$' "$out/table.md" || true)
[ "$different" = 0 ] || die 1 "$different tests do other than before"
exit 0

}
