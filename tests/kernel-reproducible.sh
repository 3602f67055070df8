#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: tests/kernel-reproducible.sh [ARCH]
#
# Builds the kernel of an architecture, that of the machine if none is named,
# twice in different folders and compares the images. Takes twice as long as the
# kernel build does.
set -euo pipefail

root=$(readlink -f "$(dirname "$0")/..")
# shellcheck source=harness/shell.sh
. "$root/harness/shell.sh"
# Not in /tmp, which may be a small tmpfs.
mkdir -p "$root/build"
work=$(mktemp -d -p "$root/build")
trap 'rm -rf "$work"' EXIT
trap 'trap - INT TERM HUP; exit 130' INT TERM HUP

# build CACHE: the folder with a kernel, new in that cache.
build() {
	XDG_CACHE_HOME=$1 "$root/kernel/build.sh" ${arch:+--arch "$arch"} </dev/null
}

arch=${1:-}
first=$(build "$work/first")
second=$(build "$work/a/second/deeper")
image=vmlinux
[ -e "$first/$image" ] || image=Image
if cmp "$first/$image" "$second/$image"; then
	echo "reproducible: $(sha256sum <"$first/$image" | cut -d ' ' -f 1)"
else
	echo "the image depends on the folder it is built in" >&2
	exit 1
fi
