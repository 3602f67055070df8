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
# shellcheck source=kernel/bases.sh
. "$root/kernel/bases.sh"
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
       ./run.sh soak                  points drawn at random, every page checked (--minutes M,
                                      --seed S)
       ./run.sh published [RUN RUN]   published figures beside simulated ones (--arch LIST)
       ./run.sh doctor                what this machine can do, and what it lacks
       ./run.sh list                  modes, workloads, sweeps, backings
       ./run.sh kernel                build the kernel under test only (--arch ARCH,
                                      --base BASE)
       ./run.sh test                  run all tests
       ./run.sh check                 check formatting, scripts, C code, kernel series

options of run (./run.sh run --help says more once it is built):
  --sweep NAME|FILE      what to measure (claim)
  --tier TIER            what a number is worth (auto; ./run.sh list)
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

The kernel under test is Debian's linux-source-6.12 with its series in kernel/series, or
  --base 7.3             that one (6.12 or 7.3; run, point, verify, published, soak,
                         doctor, kernel)
  KERNEL_SRC=DIR         that tree of Linux 6.12 or newer, or tarball; one that has exit on
                         missing or KVM Userfault is built as it is (kernel takes it, too),
                         any other gets the nearest series, or that of --base
  --series none          it is built as it is in any case (the same)
  --kernel-image FILE --system-map FILE [--config FILE]
                         a kernel that was built elsewhere: for run, point, verify,
                         published, soak and doctor
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

# shellcheck source=harness/packages.sh
. "$root/harness/packages.sh"

# Make changes the current folder.
[[ ${KERNEL_SRC:-/} = /* ]] || KERNEL_SRC=$PWD/$KERNEL_SRC

own_arch=$(uname -m)
[ "$own_arch" != aarch64 ] || own_arch=arm64

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
	local base group missing

	say "faultline is not built here; what it needs:"
	for group in build kernel report test check vm_x86_64 vm_arm64; do
		missing=$(lacking "$group")
		say "  $group: $([ -n "$missing" ] && echo "lacks $missing" || echo "has all")"
	done
	for base in $BASES; do
		say "  source of Linux $base: $("$root/kernel/fetch.sh" --if-there "$base" 2>/dev/null </dev/null ||
			echo "not here; './run.sh kernel --base $base' gets it")"
	done
	if [ -r /dev/kvm ] && [ -w /dev/kvm ]; then
		say "  /dev/kvm: there, for tiers on this machine's own kernel"
	else
		say "  /dev/kvm: not for this user (load kvm_amd or kvm_intel; group kvm or root);" \
			"tiers in a VM do without"
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
		--base | --series | --kernel-image | --system-map | --config)
			if [ "$name" = "$1" ]; then
				[ $# -gt 1 ] || die "$1 needs a value; see ./run.sh --help"
				shift
			fi
			value=${1#"$name"=}
			case $name in
			--base)
				is_base "$value" || die "--base '$value' is not valid; there are: $BASES"
				base=$value
				build_options+=("$name" "$value")
				;;
			--series) build_options+=("$name" "$value") ;;
			*)
				[[ $value = /* ]] || value=$PWD/$value
				given+=("$name" "$value")
				;;
			esac
			;;
		*) arguments+=("$1") ;;
		esac
		shift
	done
	[ ${#given[@]} = 0 ] || [ ${#build_options[@]} = 0 ] ||
		die "${build_options[0]} is for kernels that are built here, and --kernel-image names one that is built"
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

# kernels_text: of each base, for which architectures it is built.
kernels_text() {
	local arch base built dir

	for base in $BASES; do
		built=()
		for arch in x86_64 arm64; do
			if dir=$("$root/kernel/build.sh" --base "$base" --arch "$arch" --if-built 2>/dev/null </dev/null); then
				built+=("$arch")
			fi
		done
		printf -- '--base %s\tDebian linux-source-%s%s, %s\n' "$base" "$base" \
			"$([ "$base" != "$DEFAULT_BASE" ] || echo ' (the default)')" \
			"$([ ${#built[@]} = 0 ] && echo "not built: ./run.sh kernel --base $base" || echo "built for ${built[*]}")"
	done
}

# build_kernels ARCH...: and tells make and the program where they are. A build does not outlive
# this script.
build_kernels() {
	local arch dir

	if [ "$base" != "$DEFAULT_BASE" ]; then
		FAULTLINE_KERNEL_OPTIONS=" --base $base"
		export FAULTLINE_KERNEL_OPTIONS
	fi
	for arch in "$@"; do
		if [ ${#given[@]} != 0 ]; then
			dir=$given_dir
		else
			dir=$(exec setpriv --pdeathsig TERM "$root/kernel/build.sh" --arch "$arch" "${build_options[@]}" </dev/null)
		fi
		export "FAULTLINE_KERNEL_DIR_$arch=$dir"
	done
}

# build_other_bases ARCH...: for tests of those, which find them by these names.
build_other_bases() {
	local arch base dir

	[ -z "${KERNEL_SRC:-}" ] || return 0
	for base in $BASES; do
		[ "$base" != "$DEFAULT_BASE" ] || continue
		(need_source "$base") || {
			say "tests on Linux $base will be skipped, for want of its source"
			continue
		}
		for arch in "$@"; do
			dir=$(exec setpriv --pdeathsig TERM "$root/kernel/build.sh" --arch "$arch" --base "$base" </dev/null)
			export "FAULTLINE_OTHER_KERNEL_DIR_${arch}_${base/./_}=$dir"
		done
	done
}

# for_vms ARCH...: all that VMs of these architectures take, and the program that starts them.
for_vms() {
	local groups

	mapfile -t groups < <(groups_of "$@")
	if [ ${#given[@]} = 0 ]; then
		need build report kernel "${groups[@]}"
		need_source "$base"
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

# choose ARGUMENT...: checks the arguments, and sets arches to those that they choose. is_native gets
# a text if their tier measures this machine's own kernel.
choose() {
	local checked

	checked=$("$root/build/faultline" "$1" --check "${@:2}") || exit
	read -ra arches <<<"$(sed -n 's/^arches //p' <<<"$checked")"
	is_native=$(sed -n '/^native$/p' <<<"$checked")
}

# hand_over ARGUMENT...: the program does the rest.
hand_over() {
	exec "$root/build/faultline" "$@"
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
given=() build_options=() arguments=()
given_arch='' given_dir='' base=$DEFAULT_BASE
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
run | point | verify | published | soak | doctor) ;;
*)
	[ ${#given[@]} = 0 ] || die "'$command' takes no kernel that was built elsewhere; run, point, verify," \
		"published, soak and doctor do"
	[ "$command" = kernel ] || [ "$base" = "$DEFAULT_BASE" ] ||
		die "'$command' takes no --base; run, point, verify, published, soak, doctor and kernel do"
	;;
esac

case $command in
kernel)
	shift
	need kernel
	need_source "$base"
	exec "$root/kernel/build.sh" "${build_options[@]}" "$@" </dev/null
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
	need_source "$DEFAULT_BASE"
	build_kernels "${arches[@]}"
	build_other_bases "${arches[@]}"
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
	choose "${arguments[@]}"
	if [ -n "$is_native" ]; then
		[ ${#given[@]} = 0 ] || die "--kernel-image has no meaning in this tier, which measures this machine's kernel"
		build "build/$own_arch/faultline-point"
	else
		for_vms "${arches[@]}"
	fi
	hand_over "$@"
	;;
published | verify | soak)
	need build
	[ "$command" = soak ] || need report
	build build/faultline
	# Who has only to compare runs names no architectures.
	choose "$@"
	[ ${#arches[@]} = 0 ] || for_vms "${arches[@]}"
	hand_over "$@"
	;;
*)
	[ "$command" != doctor ] || [ -z "$(lacking build)" ] || doctor_without_program
	need_without_installing build
	build build/faultline
	case $command in
	doctor | list)
		[ -n "${KERNEL_SRC:-}" ] || FAULTLINE_KERNELS=$(kernels_text)
		export FAULTLINE_KERNELS
		;;
	esac
	if [ "$command" = doctor ]; then
		# It probes which modes this machine has.
		build "build/$own_arch/faultline-point"
		# It also shows where kernels are.
		[ ${#given[@]} = 0 ] || take_image
		for arch in x86_64 arm64; do
			dir=$given_dir
			[ "$arch" = "$given_arch" ] ||
				dir=$("$root/kernel/build.sh" --arch "$arch" "${build_options[@]}" --if-built 2>/dev/null </dev/null) || true
			export "FAULTLINE_KERNEL_DIR_$arch=$dir"
		done
	fi
	hand_over "$@"
	;;
esac
