# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034 # for who sources this
# The kernels that there are series for, and where Debian has their source.

# That of the package is linux-source-NAME. kernel/series/ has a series of that name, and others for later
# point releases that it does not apply to, NAME.SUBLEVEL.
readonly BASES="6.12 7.3"
readonly DEFAULT_BASE=6.12
# The suite where a machine finds it whose own ones lack it.
declare -rA SUITE=([6.12]=trixie [7.3]=trixie-backports)

# is_base NAME
is_base() { [ -n "$1" ] && [ -n "${SUITE[$1]:-}" ]; }

# base_of SERIES: the first two numbers of its name.
base_of() { [[ $1 =~ ^[0-9]+\.[0-9]+ ]] && echo "${BASH_REMATCH[0]}"; }
