#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
# Fails when a source file includes one of a folder above its own, or when files include each
# other in a circle; a .c file and the header of its name count as one.
#
# usage: check-rooms.sh [TREE]
set -eu

root=$(readlink -f "$(dirname "$0")/..")
# shellcheck source=harness/shell.sh
. "$root/harness/shell.sh"
cd "${1:-$root}"

# From the ground up: a folder's files include those of its own folder and of folders before it.
# Those of an architecture, in a folder of its name, are on the floor of the folder around it.
rooms="workloads harness harness/point harness/modes harness/benches harness/manycore
harness/run/base harness/run/plan harness/run/store harness/run/host harness/run/measure
harness/run/report harness/run/profile harness/run/cmd bench"

includes=$(find workloads harness bench -name '*.[ch]' -exec grep -H '^#include "' {} + |
	sed 's/^\([^:]*\):#include "\([^"]*\)".*/\1 \2/' |
	while read -r file included; do
		echo "$file $(realpath -m --relative-to=. "${file%/*}/$included")"
	done)

failed=0
echo "$includes" | awk -v rooms="$rooms" '
	function floor_of(file) {
		sub("/[^/]*$", "", file)
		sub("/(x86_64|arm64)$", "", file)
		return floors[file]
	}
	BEGIN {
		count = split(rooms, names)
		for (i = 1; i <= count; i++)
			floors[names[i]] = i
	}
	!floor_of($1) || !floor_of($2) {
		print $1 ": one of its includes, " $2 ", or it itself is in no folder that is known here"
		failed = 1
	}
	floor_of($1) < floor_of($2) {
		print $1 ": includes " $2 ", which is of a room above it"
		failed = 1
	}
	END { exit failed }' || failed=1

echo "$includes" | sed 's/\.[ch]\>//g' | awk '$1 != $2' | tsort >/dev/null || failed=1
exit $failed
