#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# The one entry point: installs what is missing, builds what is not built, and
# hands over to build/faultline. See --help.

# Also as `sh run.sh`; why -p, harness/shell.sh says.
case $- in
*p*) ;;
*) exec /bin/bash -p "$0" "$@" ;;
esac
set -euo pipefail

root=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
# shellcheck source=harness/shell.sh
. "$root/harness/shell.sh"
# Services and minimal containers may have none of these; dpkg wants the sbins.
export PATH="${PATH:-/usr/local/bin:/usr/bin:/bin}:/usr/local/sbin:/usr/sbin:/sbin"
export FAULTLINE_ROOT=$root
# nproc would take these for the number of CPUs.
unset OMP_NUM_THREADS OMP_THREAD_LIMIT
# Set below, where there is one.
unset FAULTLINE_KERNEL_OPTIONS

usage() {
	cat <<'END'
usage: ./run.sh [run] [OPTION]...     measure a sweep, print its table, write a report
       ./run.sh point KEY=VALUE...    measure one point (--json prints its record;
                                      --profile tells where the time goes)
       ./run.sh report DIR            write a run's report again (--vcpus N: elsewhere)
       ./run.sh verify DIR            measure points of a run again, compare every digit
       ./run.sh published [RUN RUN]   published figures beside simulated ones (--arch LIST)
       ./run.sh doctor                what this machine can do, and what it lacks
       ./run.sh list                  modes, workloads, sweeps, backings
       ./run.sh kernel                build the kernel under test only (--arch ARCH)
       ./run.sh test                  run all tests
       ./run.sh check                 check formatting, scripts, C code, kernel series

options of run (./run.sh run --help says more once it is built):
  --sweep NAME|FILE      what to measure (claim)
  --tier TIER            auto, hardware, nested, simulated or emulated
  --arch LIST            architectures under test: x86_64, arm64, or all (this machine's)
  --modes A,B            only series with these modes
  --vcpus 1,2,4          these numbers of vCPUs, also 1..512*2
  --fetch 30us           time that getting a page takes
  --cpus, --quantum, --coherence, --speed LIST
                         of simulated CPUs, see ./run.sh run --help
  --repeat N             repeats of each point (native tiers: 10)
  --seed S               order of points, contents of pages
  --out DIR              put the results there instead of results/runs/
  --resume DIR           resume a run that was interrupted
  --placement none|near|far
                         where handlers are, as seen from their vCPUs (native tiers)
  --point-timeout S      seconds after which a point has failed
  --jobs N               VMs at a time

The kernel under test is Debian's linux-source-6.12 with the series in kernel/series, or
  KERNEL_SRC=DIR         that tree of Linux 6.12 or newer, or tarball; one that has exit on
                         missing or KVM Userfault is built as it is (kernel takes it, too)
  --series none          it is built as it is in any case (the same)
  --kernel-image FILE --system-map FILE [--config FILE]
                         a kernel that was built elsewhere: for run, point, verify,
                         published and doctor
Settings for other builds (CFLAGS, MAKEFLAGS, PKG_CONFIG_PATH, ...) have no effect; with
`make` instead of ./run.sh those of make and of pkg-config have.
Exit codes: 0 fine, 1 something failed, 2 wrong usage or something missing,
4 nothing could be run, 130 interrupted.
END
}

say() { tell "run.sh: $*"; }
die() {
	say "$@"
	exit 2
}

# What each part of the work needs: Debian packages, and for machines without
# them the programs and the libraries (as pkg-config calls them).
# shellcheck disable=SC2034 # used by name, see words()
declare -A packages=(
	[build]="gcc libc6-dev make pkg-config libhwloc-dev libjansson-dev libinih-dev"
	[kernel]="gcc libc6-dev make flex bison bc patch xz-utils libelf-dev"
	[vm_x86_64]="qemu-system-x86"
	[vm_arm64]="qemu-system-arm"
	[cross_x86_64]="gcc-x86-64-linux-gnu libc6-dev-amd64-cross"
	[cross_arm64]="gcc-aarch64-linux-gnu libc6-dev-arm64-cross"
	[report]="gnuplot-nox"
	[test]="libcmocka-dev procps python3 python3-jsonschema"
	[check]="clang-format shellcheck cppcheck perl xz-utils linux-source-6.12"
)
# shellcheck disable=SC2034
declare -A programs=(
	[build]="gcc make pkg-config flock"
	[kernel]="gcc make flex bison bc patch xz flock setpriv"
	[vm_x86_64]="qemu-system-x86_64"
	[vm_arm64]="qemu-system-aarch64"
	[cross_x86_64]="x86_64-linux-gnu-gcc"
	[cross_arm64]="aarch64-linux-gnu-gcc"
	[report]="gnuplot"
	[test]="pgrep python3"
	[check]="clang-format shellcheck cppcheck perl xz"
)
# shellcheck disable=SC2034
declare -A libraries=(
	[build]="hwloc jansson inih"
	[kernel]="libelf"
	[test]="cmocka"
)
# Debian's kernel source, unless the user has a tree. Make changes the current folder.
[[ ${KERNEL_SRC:-/} = /* ]] || KERNEL_SRC=$PWD/$KERNEL_SRC
[ -n "${KERNEL_SRC:-}" ] || packages[kernel]+=" linux-source-6.12"

own_arch=$(uname -m)
[ "$own_arch" != aarch64 ] || own_arch=arm64

has_apt() { command -v dpkg-query >/dev/null && command -v apt-get >/dev/null; }

# words LIST GROUP...: what the list has for these groups, a line each, no repeats.
words() {
	local -n list=$1
	local group

	shift
	for group in "$@"; do
		tr ' ' '\n' <<<"${list[$group]:-}"
	done | sed '/^$/d' | sort -u
}

# Packages of these groups that are not installed.
missing_packages() {
	local package

	for package in $(words packages "$@"); do
		[ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
			echo "$package"
	done | paste -sd ' '
}

# Programs and libraries of these groups that are not there.
missing_tools() {
	local name

	for name in $(words programs "$@"); do
		command -v "$name" >/dev/null || echo "$name"
	done
	for name in $(words libraries "$@"); do
		without_settings pkg-config --exists "$name" 2>/dev/null || echo "$name (library, with headers)"
	done
}

# as_root COMMAND...: runs it as root if there is a way; 1 if there is none.
as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
		sudo -n "$@"
	elif command -v sudo >/dev/null && [ -t 0 ] && [ -t 2 ]; then
		sudo "$@"
	else
		return 1
	fi
}

apt() {
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
		-o DPkg::Lock::Timeout=120 "$@" </dev/null >&2
}

# need GROUP...: installs what these groups lack, or says how.
need() {
	local missing names

	if ! has_apt; then
		missing=$(missing_tools "$@" | paste -sd ,)
		[ -z "$missing" ] ||
			die "missing: $missing; this machine has no apt-get, install them its own way"
		return
	fi
	missing=$(missing_packages "$@")
	[ -n "$missing" ] || return 0
	say "missing packages: $missing"
	if ! as_root true; then
		die "cannot become root; run this, then try again:" \
			"apt-get update && apt-get install -y --no-install-recommends $missing"
	fi
	read -ra names <<<"$missing"
	# The package lists of a fresh machine are empty or out of date.
	apt install --no-install-recommends "${names[@]}" || {
		apt update && apt install --no-install-recommends "${names[@]}"
	} || die "cannot install: $missing (apt-get's own message is above)"
}

# lacking GROUP...: what is missing, whichever way this machine tells it.
lacking() {
	if has_apt; then
		missing_packages "$@"
	else
		missing_tools "$@" | paste -sd ,
	fi
}

# groups_of ARCH...: of packages that VMs of these take, beside kernel.
groups_of() {
	local arch

	for arch in "$@"; do
		echo "vm_$arch"
		[ "$arch" = "$own_arch" ] || echo "cross_$arch"
	done
}

# What can be told of a machine on which the program cannot be built yet.
doctor_without_program() {
	local group missing

	say "faultline is not built here; what it needs:"
	for group in build kernel report test check vm_x86_64 vm_arm64; do
		missing=$(lacking "$group")
		say "  $group: $([ -n "$missing" ] && echo "lacks $missing" || echo "has all")"
	done
	if [ -r /dev/kvm ] && [ -w /dev/kvm ]; then
		say "  /dev/kvm: there (tiers hardware and nested)"
	else
		say "  /dev/kvm: not for this user (load kvm_amd or kvm_intel; group kvm or root);" \
			"tiers simulated and emulated do without"
	fi
}

# The same for commands that must not change the machine.
need_without_installing() {
	local missing

	if has_apt; then
		missing=$(missing_packages "$@")
		[ -z "$missing" ] || die "this needs packages that are missing; install them with:" \
			"apt-get update && apt-get install -y --no-install-recommends $missing"
	else
		need "$@"
	fi
}

build() {
	(lock_build && without_settings make -s -C "$root" -j"$("$root/kernel/jobs.sh")" "$@" </dev/null >&2) ||
		{ say "the build failed, see above"; exit 1; }
}

# take_kernel_options ARGUMENT...: takes those out that say which kernel is tested, of which the
# program need not know, and leaves the others in arguments.
take_kernel_options() {
	local name value

	while [ $# -gt 0 ]; do
		name=${1%%=*}
		case $name in
		--series | --kernel-image | --system-map | --config)
			if [ "$name" = "$1" ]; then
				[ $# -gt 1 ] || die "$1 needs a value; see ./run.sh --help"
				shift
			fi
			value=${1#"$name"=}
			if [ "$name" = --series ]; then
				series=(--series "$value")
			else
				[[ $value = /* ]] || value=$PWD/$value
				given+=("$name" "$value")
			fi
			;;
		*) arguments+=("$1") ;;
		esac
		shift
	done
	[ ${#given[@]} = 0 ] || [ ${#series[@]} = 0 ] ||
		die "--series is for kernels that are built here, and --kernel-image names one that is built"
}

# take_image: the kernel that was given, and of which architecture it is.
take_image() {
	local taken

	taken=$("$root/kernel/image.sh" "${given[@]}" </dev/null)
	read -r given_arch given_dir <<<"$taken"
	# For who is told how to go on with a run.
	FAULTLINE_KERNEL_OPTIONS=$(printf ' %q' "${given[@]}")
	export FAULTLINE_KERNEL_OPTIONS
}

# build_kernels ARCH...: and tells make and the program where they are. A build does not outlive
# this script.
build_kernels() {
	local arch dir

	for arch in "$@"; do
		if [ ${#given[@]} != 0 ]; then
			dir=$given_dir
		else
			dir=$(exec setpriv --pdeathsig TERM "$root/kernel/build.sh" --arch "$arch" "${series[@]}" </dev/null)
		fi
		export "FAULTLINE_KERNEL_DIR_$arch=$dir"
	done
}

# for_vms ARCH...: all that VMs of these architectures take, and the program that starts them.
for_vms() {
	local groups

	mapfile -t groups < <(groups_of "$@")
	if [ ${#given[@]} = 0 ]; then
		need build report kernel "${groups[@]}"
	else
		need build report "${groups[@]}"
		take_image
		[ "$*" = "$given_arch" ] ||
			die "--kernel-image is a kernel for $given_arch, and the run is for $*; say --arch $given_arch" \
				"(point: arch=$given_arch), or name another kernel"
	fi
	build_kernels "$@"
	build ARCHES="$*"
}

# chosen_arches ARGUMENT...: checks the arguments, and prints the architectures that they choose.
chosen_arches() {
	local checked

	checked=$("$root/build/faultline" "$1" --check "${@:2}") || exit
	sed -n 's/^arches //p' <<<"$checked"
}

# hand_over ARGUMENT...: the program does the rest.
hand_over() {
	exec "$root/build/faultline" "$@"
}

# Whether the arguments ask for a tier that measures this machine itself.
tier_is_native() {
	local previous='' arg

	for arg in "$@"; do
		case "$previous $arg" in
		*' --tier=hardware' | *' --tier=nested' | *' tier=hardware' | *' tier=nested' | \
			'--tier hardware' | '--tier nested') return 0 ;;
		esac
		previous=$arg
	done
	return 1
}

wants_help() {
	local arg

	for arg in "$@"; do
		case $arg in
		-h | --help) return 0 ;;
		esac
	done
	return 1
}

# A kernel that was built elsewhere, as image.sh has it; options of build.sh; all else.
given=() series=() arguments=()
given_arch='' given_dir=''
take_kernel_options "$@"
set -- "${arguments[@]}"

command=${1:-run}
case $command in
-*) command=run ;;
esac

if wants_help "$@"; then
	if [ "$command" = kernel ]; then
		exec "$root/kernel/build.sh" --help
	fi
	case $1 in
	-h | --help | test | check) ;;
	*) [ ! -x "$root/build/faultline" ] || hand_over "$@" ;;
	esac
	usage
	exit 0
fi

case $command in
run | point | verify | published | doctor) ;;
*) [ ${#given[@]} = 0 ] || die "'$command' takes no kernel that was built elsewhere; run, point, verify," \
	"published and doctor do" ;;
esac

case $command in
kernel)
	shift
	need kernel
	exec "$root/kernel/build.sh" "${series[@]}" "$@" </dev/null
	;;
test | check)
	[ $# -eq 1 ] || die "'$command' takes no arguments"
	arches=(x86_64 arm64)
	mapfile -t groups < <(groups_of "${arches[@]}")
	need build kernel "${groups[@]}" report test check
	if [ "$command" = check ]; then
		(lock_build && without_settings make -s -C "$root" check </dev/null) || exit 1
		exit 0
	fi
	build_kernels "${arches[@]}"
	build ARCHES="${arches[*]}" all test-programs
	# All that make has to say after that is that a test failed, and the sum is to
	# be the last line.
	trouble=$(mktemp)
	trap 'rm -f "$trouble"' EXIT
	if without_settings make -s -C "$root" ARCHES="${arches[*]}" test </dev/null 2>"$trouble"; then
		exit 0
	fi
	grep -q 'tests/run-tests.sh\|Makefile:.*: test\]' "$trouble" || cat "$trouble" >&2
	exit 1
	;;
run | point)
	need build report
	# Find wrong arguments before anything takes minutes.
	build build/faultline
	case ${1:-} in
	run | point) arguments=("$@") ;;
	*) arguments=(run "$@") ;;
	esac
	chosen=$(chosen_arches "${arguments[@]}")
	read -ra arches <<<"$chosen"
	if tier_is_native "$@"; then
		[ ${#given[@]} = 0 ] || die "--kernel-image has no meaning in this tier, which measures this machine's kernel"
		build "build/$own_arch/faultline-point"
	else
		for_vms "${arches[@]}"
	fi
	hand_over "$@"
	;;
published | verify)
	need build report
	build build/faultline
	# Who has only to compare runs names no architectures.
	chosen=$(chosen_arches "$@")
	read -ra arches <<<"$chosen"
	[ ${#arches[@]} = 0 ] || for_vms "${arches[@]}"
	hand_over "$@"
	;;
*)
	[ "$command" != doctor ] || [ -z "$(lacking build)" ] || doctor_without_program
	need_without_installing build
	build build/faultline
	if [ "$command" = doctor ]; then
		# It probes which modes this machine has.
		build "build/$own_arch/faultline-point"
		# It also shows where kernels are.
		[ ${#given[@]} = 0 ] || take_image
		for arch in x86_64 arm64; do
			dir=$given_dir
			[ "$arch" = "$given_arch" ] ||
				dir=$("$root/kernel/build.sh" --arch "$arch" "${series[@]}" --if-built 2>/dev/null </dev/null) || true
			export "FAULTLINE_KERNEL_DIR_$arch=$dir"
		done
	fi
	hand_over "$@"
	;;
esac
