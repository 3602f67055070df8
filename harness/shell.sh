# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Sourced by scripts before all else: what a user's shell exports for other ends must not
# change what they do. Their first line says -p for the same reason: bash then takes no
# functions, no options and no BASH_ENV from the environment.

unset CDPATH GLOBIGNORE BASH_ENV ENV BASH_COMPAT POSIXLY_CORRECT \
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

# without_settings COMMAND...: runs it with no more of the environment than where things are. Settings of an
# SDK's or of a make around this one would change what is built.
without_settings() {
	local name kept=()

	for name in PATH LD_LIBRARY_PATH HOME TMPDIR XDG_CACHE_HOME KERNEL_SRC LC_ALL "${!FAULTLINE_@}"; do
		[ -z "${!name+set}" ] || kept+=("$name=${!name}")
	done
	env -i "${kept[@]}" "$@"
}
