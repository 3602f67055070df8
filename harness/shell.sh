# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Sourced by scripts before all else: what a user's shell exports for other ends must not
# change what they do. Their first line says -p for the same reason: bash then takes no
# functions, no options and no BASH_ENV from the environment.

unset CDPATH DPKG_ADMINDIR DPKG_ROOT FUNCNEST GLOBIGNORE BASH_ENV ENV BASH_COMPAT POSIXLY_CORRECT \
	BLOCKSIZE BLOCK_SIZE DF_BLOCK_SIZE GREP_COLOR GREP_COLORS GREP_OPTIONS QUOTING_STYLE \
	TAR_OPTIONS TIME_STYLE XZ_DEFAULTS XZ_OPT
export -n SHELLOPTS BASHOPTS
# One order, one spelling of numbers, one language in what programs print.
unset LANGUAGE
export LC_ALL=C
# Services and containers may have no home, and what is cached is to stay.
if [ -z "${HOME:-}" ]; then
	HOME=$(getent passwd "$(id -u)" | cut -d: -f6) && export HOME
fi
# Relative, it would be another cache in each folder; its specification has such a one passed over.
[[ ${XDG_CACHE_HOME:-/} = /* ]] || unset XDG_CACHE_HOME

# Without one, what is opened next would take its place.
{ : >&2; } 2>/dev/null || exec 2>/dev/null

# tell WORD...: on stderr. A reader, a disk or a terminal that is gone from there ends nothing.
tell() { (trap '' PIPE && exec 3>&2 2>/dev/null && echo "$*" >&3) || :; }

# without_settings COMMAND...: runs it with no more of the environment than where things are. Settings of an
# SDK's or of a make around this one would change what is built.
without_settings() {
	local name kept=()

	for name in PATH LD_LIBRARY_PATH HOME TMPDIR XDG_CACHE_HOME KERNEL_SRC LC_ALL "${!FAULTLINE_@}"; do
		[ -z "${!name+set}" ] || kept+=("$name=${!name}")
	done
	env -i "${kept[@]}" "$@"
}

# take_lock FILE PLACE: the right to build, for as long as this shell and what it starts live; says whom it waits for.
take_lock() {
	local holder=''

	exec 9<"$1"
	if ! flock -n 9; then
		# Who has the lock writes its line next; the one before may be of a build that is long gone.
		for _ in {1..20}; do
			[[ $(cat "$1") =~ ^process\ ([0-9]+) && -d /proc/${BASH_REMATCH[1]} ]] && break
			sleep 0.05
		done
		holder=$(cat "$1")
		# shellcheck disable=SC2154 # say is of who sources this
		say "waiting for another build $2: ${holder:-its process is not known}"
		flock 9
	fi
	[ ! -w "$1" ] || echo "process $$, since $(date -u +%FT%TZ)" >"$1"
}

# The right to build in the checkout root. Where no lock can be made, as in a checkout that can only be read,
# there is nothing to build either.
lock_build() {
	# shellcheck disable=SC2154 # root is of who sources this
	local lock=$root/build/lock

	mkdir -p "$root/build" 2>/dev/null || return 0
	[ -e "$lock" ] || touch "$lock" 2>/dev/null || return 0
	[ ! -r "$lock" ] || take_lock "$lock" here
}
