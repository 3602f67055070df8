# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# For tests of scripts, to be sourced: root, a scratch folder, ktap.sh. With "build" the folder is
# not in TMPDIR, which may be a small tmpfs, but in build/.
#
# shellcheck disable=SC2034 # for who sources this

root=$(readlink -f "$(dirname "${BASH_SOURCE[0]}")/..")
# shellcheck source=tests/ktap.sh
. "$root/tests/ktap.sh"
if [ "${1:-}" = build ]; then
	mkdir -p "$root/build"
	scratch=$(mktemp -d -p "$root/build")
else
	scratch=$(mktemp -d)
fi
trap 'rm -rf "$scratch"' EXIT
