# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034 # for who sources this
# The kernels that there are series for, and where Debian has their source.

# Names are those of kernel/series/; that of the package is linux-source-NAME.
readonly BASES="6.12 7.3"
readonly DEFAULT_BASE=6.12
# The suite where a machine finds it whose own ones lack it.
declare -rA SUITE=([6.12]=trixie [7.3]=trixie-backports)

# is_base NAME
is_base() { [ -n "$1" ] && [ -n "${SUITE[$1]:-}" ]; }
