# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Sourced by run.sh: what faultline needs of the machine, whether it is there, and how it comes
# there. The caller defines say and die, and root, the repository.
# shellcheck disable=SC2154 # root

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

apt_has() { [[ $(apt-cache policy "$1" 2>/dev/null) =~ Candidate:\ [^\(] ]]; }

# need_source BASE...: Debian's sources, unless the user has a tree: those that the machine's own suites have
# as packages, and others without installing anything.
need_source() {
	local base package

	[ -z "${KERNEL_SRC:-}" ] || return 0
	for base in "$@"; do
		package=linux-source-$base
		if "$root/kernel/fetch.sh" --if-there "$base" >/dev/null 2>&1 </dev/null; then
			continue
		fi
		if has_apt && as_root true && { apt_has "$package" || { apt update && apt_has "$package"; }; }; then
			packages[source]=$package
			need source
		else
			"$root/kernel/fetch.sh" "$base" >/dev/null </dev/null || exit
		fi
	done
}

# lacking GROUP...: what is missing, whichever way this machine tells it.
lacking() {
	if has_apt; then
		missing_packages "$@"
	else
		missing_tools "$@" | paste -sd ,
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
