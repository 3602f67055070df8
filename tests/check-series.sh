#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs the kernel's own checkpatch.pl over the patch series.
set -euo pipefail

root=$(readlink -f "$(dirname "$0")/..")
# shellcheck source=harness/shell.sh
. "$root/harness/shell.sh"
die() {
	shift
	echo "check-series: $*" >&2
	exit 2
}
# shellcheck source=kernel/source.sh
. "$root/kernel/source.sh"
source_check
cd "$root"

scripts=build/checkpatch
files=(checkpatch.pl spelling.txt const_structs.checkpatch)
if [ -d "${KERNEL_SRC:-}" ]; then
	scripts=$KERNEL_SRC/scripts
elif [ ! -e $scripts/.done ] || [ "$DEBIAN_TARBALL" -nt $scripts/.done ]; then
	mkdir -p $scripts
	clean tar -xJf "$DEBIAN_TARBALL" -C $scripts --strip-components=2 \
		"${files[@]/#/linux-source-6.12/scripts/}" && touch $scripts/.done
fi
# Through stdin: a file that git knows would be taken for source code. There is no
# tree to look in for maintainers, and new files are none of theirs.
bad=0
for patch in kernel/series/6.12/*.patch; do
	clean perl "$scripts/checkpatch.pl" --no-tree --quiet --show-types --ignore FILE_PATH_CHANGES \
		- <"$patch" || { echo "checkpatch: $patch is not clean" >&2; bad=1; }
done
[ $bad = 1 ] || echo "checkpatch: kernel/series/6.12 is clean"
exit $bad
