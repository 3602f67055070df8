#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Builds the kernel twice, in different folders, and compares the images. Takes
# twice as long as the kernel build does.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
# Not in /tmp, which may be a small tmpfs.
mkdir -p "$root/build"
work=$(mktemp -d -p "$root/build")
trap 'rm -rf "$work"' EXIT
trap 'trap - INT TERM HUP; exit 130' INT TERM HUP

first=$(XDG_CACHE_HOME=$work/first "$root/kernel/build.sh" </dev/null)
second=$(XDG_CACHE_HOME=$work/a/second/deeper "$root/kernel/build.sh" </dev/null)
if cmp "$first/vmlinux" "$second/vmlinux"; then
	echo "reproducible: $(sha256sum <"$first/vmlinux" | cut -d ' ' -f 1)"
else
	echo "the image depends on the folder it is built in" >&2
	exit 1
fi
