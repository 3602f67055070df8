#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# check-rooms.sh: what it must find in a tree, and that it finds nothing in this one.
set -uo pipefail

# shellcheck source=tests/scratch.sh
. "$(dirname "$0")/../scratch.sh"

# with FILE LINE: a tree like this one, but with that line at the end of that file.
with() {
	rm -rf "$scratch/tree"
	mkdir "$scratch/tree"
	(cd "$root" && find workloads harness bench -name '*.[ch]' -exec cp --parents -t "$scratch/tree" {} +)
	mkdir -p "$(dirname "$scratch/tree/$1")"
	echo "$2" >>"$scratch/tree/$1"
}
# finds NAME PATTERN: in the tree.
finds() { expect "$1" 1 "$2" "$root/tests/check-rooms.sh" "$scratch/tree"; }

check "this tree" "$root/tests/check-rooms.sh"
with harness/run/base/file.c ''
check "a copy of it" "$root/tests/check-rooms.sh" "$scratch/tree"

with harness/run/base/file.c '#include "../cmd/commands.h"'
finds "an include of a room above" '^harness/run/base/file.c: includes harness/run/cmd/commands.h, .*above'

with harness/point/x86_64/arch.c '#include "../../run/base/util.h"'
finds "also by an architecture's file" '^harness/point/x86_64/arch.c: includes harness/run/base/util.h, .*above'

with harness/run/base/util.h '#include "spawn.h"'
finds "a circle of headers" 'harness/run/base/util$'

with harness/run/base/util.c '#include "file.h"'
finds "a circle by way of a .c file" 'harness/run/base/file$'

with harness/new/new.c '#include "../keys.h"'
finds "a folder that is not known" '^harness/new/new.c: .*no folder that is known'
finish
