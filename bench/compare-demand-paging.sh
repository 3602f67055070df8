#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# Pages per second of faultline against those of the kernel's own
# demand_paging_test, in the same simulated host: anonymous memory, missing
# faults, one userfaultfd, one reader per vCPU, no fetch delay. Exit code 1 when
# faultline is slower anywhere.
#
# The test's clock starts before it creates its vCPU threads, which then spin until
# all are there, and stops after they are joined; faultline's runs from the first
# vCPU's first access to the last one's last. So that neither has to pay for its
# start, both are run at two sizes, and the rate is that of the pages in between.
# The rates that either prints by itself for the larger size stand beside it. Both
# ratios must be 1 or more.
# Both count all pages of all vCPUs.
set -euo pipefail

root=$(readlink -f "$(dirname "$0")/..")
# shellcheck source=harness/shell.sh
. "$root/harness/shell.sh"
say() { tell "compare: $*"; }
die() {
	local code=$1
	shift
	say "$@"
	exit "$code"
}
# shellcheck source=kernel/source.sh
. "$root/kernel/source.sh"

case ${1:-} in
-h | --help)
	echo "usage: bench/compare-demand-paging.sh [VCPUS]...    (default: 1 16 64)"
	exit 0
	;;
esac
[ $# -gt 0 ] || set -- 1 16 64
# Pages of all vCPUs together: large against what the start of threads costs.
readonly PAGES_SMALL=16384 PAGES_LARGE=65536
for vcpus in "$@"; do
	case $vcpus in
	1 | 2 | 4 | 8 | 16 | 32 | 64 | 128 | 256) ;;
	*) die 2 "'$vcpus' vCPUs: use a power of two up to 256" ;;
	esac
done

source_check
FAULTLINE_KERNEL_DIR_x86_64=${FAULTLINE_KERNEL_DIR_x86_64:-$("$root/kernel/build.sh" </dev/null)}
export FAULTLINE_KERNEL_DIR_x86_64
(lock_build && without_settings make -s -C "$root" -j"$("$root/kernel/jobs.sh")" >&2 </dev/null)

cache=${XDG_CACHE_HOME:-$HOME/.cache}/faultline
key=$( (source_identity; clean gcc --version; sha256sum <"$0") | sha256sum | cut -c 1-16)
test=$cache/demand-paging-test-$key
work=$(mktemp -d "$cache/compare.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'trap - INT TERM HUP; exit 130' INT TERM HUP

build_test() {
	local selftests=$work/src/tools/testing/selftests/kvm

	# The copy's files are as old as the copy: what a plain tree has been built into looks new.
	find "$selftests" -name '*.[chS]' -exec touch {} + &&
		clean make -s -C "$work/src" ARCH=x86_64 headers &&
		clean make -s -C "$selftests" -j"$("$root/kernel/jobs.sh")" ARCH=x86_64 \
			LDFLAGS='-pthread -static -no-pie' "$selftests/demand_paging_test"
}

if [ ! -x "$test" ]; then
	say "building demand_paging_test"
	source_unpack "$work/src" x86_64
	build_test >"$work/log" 2>&1 </dev/null || { tail -n 20 "$work/log" >&2; die 1 "cannot build demand_paging_test"; }
	mv "$work/src/tools/testing/selftests/kvm/demand_paging_test" "$test"
	rm -rf "$work/src"
fi

gcc -O2 -Wall -static -o "$work/init" "$root/bench/compare-init.c"
"$root/harness/initramfs.sh" proc sys init="$work/init" demand_paging_test="$test" >"$work/initramfs.cpio"

# point VCPUS PAGES [OPTION]: faultline's side.
point() {
	"$root/build/faultline" point mode=uffd backing=anon fault=missing uffds=1 \
		readers=per-vcpu fetch=0 draws=1 tier=simulated vcpus="$1" pages=$(($2 / $1)) "${@:3}"
}

# The test's side runs on the very command line that faultline's does, but for
# the program in the VM, and some memory for the test's own needs.
demand_paging_test() {
	local vcpus=$1 pages=$2 i
	local -a qemu

	eval "qemu=($(point "$vcpus" "$pages" --dry-run))"
	for ((i = 0; i < ${#qemu[@]}; i++)); do
		case ${qemu[i]} in
		-m) qemu[i + 1]=$((qemu[i + 1] + 512)) ;;
		-initrd) qemu[i + 1]=$work/initramfs.cpio ;;
		-append) qemu[i + 1]="${qemu[i + 1]%%rdinit=*}rdinit=/init -- /demand_paging_test \
-u MISSING -a -r $vcpus -v $vcpus -b $((4 * pages / vcpus))K" ;;
		esac
	done
	(cd "$work" && timeout 600 "${qemu[@]}" </dev/null >qemu.log 2>&1) || true
	if ! grep -q '^status 0' "$work"/record*; then
		tail -n 20 "$work"/console.log "$work"/record* "$work"/qemu.log >&2
		die 1 "demand_paging_test failed with $vcpus vCPUs and $pages pages"
	fi
}

# Seconds that the test took, and the rate it printed.
test_seconds() { sed -n 's/^Total guest execution time:[[:space:]]*\([0-9.]*\)s.*/\1/p' "$work"/record*; }
test_rate() { sed -n 's/^Overall demand paging rate:[[:space:]]*\([0-9.]*\) .*/\1/p' "$work"/record*; }
point_seconds() {
	point "$1" "$2" --json | sed -n 's/.*"span_ns":\([0-9]*\).*/\1/p' | awk '{ print $1 / 1e9 }'
}

row='%6s %10s %10s %7s %15s %12s %7s\n'
slower=0
echo "tier simulated, $(sed -n 's/.*"version": "\(.*\)",/Linux \1/p' "$FAULTLINE_KERNEL_DIR_x86_64/manifest.json"), anon, missing, one userfaultfd, one reader per vCPU, no fetch delay; pages/s"
# shellcheck disable=SC2059 # the format of all rows
printf "$row" vcpus test faultline ratio "without start:" faultline ratio
for vcpus in "$@"; do
	say "$vcpus vCPUs"
	demand_paging_test "$vcpus" $PAGES_SMALL
	test_small_s=$(test_seconds)
	demand_paging_test "$vcpus" $PAGES_LARGE
	test_large_s=$(test_seconds)
	own_small_s=$(point_seconds "$vcpus" $PAGES_SMALL)
	own_large_s=$(point_seconds "$vcpus" $PAGES_LARGE)
	read -ra columns < <(awk -v small=$PAGES_SMALL -v large=$PAGES_LARGE -v test="$(test_rate)" \
		-v ts="$test_small_s" -v tl="$test_large_s" -v os="$own_small_s" -v ol="$own_large_s" \
		'BEGIN { own = large / ol; t = (large - small) / (tl - ts); o = (large - small) / (ol - os)
			printf "%.0f %.0f %.3f %.0f %.0f %.3f %s\n", test, own, own / test, t, o, o / t,
				own < test || o < t ? "slower" : "fine" }')
	# shellcheck disable=SC2059
	printf "$row" "$vcpus" "${columns[@]:0:6}"
	[ "${columns[6]}" = fine ] || slower=1
done
exit $slower
