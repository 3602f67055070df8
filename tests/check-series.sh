#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs the kernel's own checkpatch.pl over the patch series, of which each base has one.
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
base=$DEFAULT_BASE
source_check
cd "$root"

scripts=build/checkpatch
files=(checkpatch.pl spelling.txt const_structs.checkpatch)
if [ -d "${KERNEL_SRC:-}" ]; then
	scripts=$KERNEL_SRC/scripts
elif tarball=$(source_tarball); [ ! -e $scripts/.done ] || [ "$tarball" -nt $scripts/.done ]; then
	mkdir -p $scripts
	clean tar -xJf "$tarball" -C $scripts --strip-components=2 \
		"${files[@]/#/$(base_package "$base")/scripts/}" && touch $scripts/.done
fi
# Through stdin: a file that git knows would be taken for source code. There is no
# tree to look in for maintainers, and new files are none of theirs.
bad=0
while IFS= read -r patch; do
	clean perl "$scripts/checkpatch.pl" --no-tree --quiet --show-types --ignore FILE_PATH_CHANGES \
		- <"$patch" || { echo "checkpatch: $patch is not clean" >&2; bad=1; }
done < <(find kernel/series -name '*.patch' -type f | sort)
found=
for series in $(printf '%s\n' kernel/series/*/ | sort -V); do
	name=$(basename "$series")
	base=$(base_of "$name")
	if [ "$name" = "$base" ]; then
		found+=" $name"
	elif [ "$(cd "$series" && ls)" != "$(cd "kernel/series/$base" && ls)" ]; then
		echo "check-series: $series and kernel/series/$base differ in the names of their patches" >&2
		bad=1
	fi
done
[ "$found" = " $BASES" ] ||
	{ echo "check-series: kernel/series/ has$found, kernel/bases.sh: $BASES" >&2; bad=1; }
[ $bad = 1 ] || echo "checkpatch: the series for $BASES are clean"
exit $bad
