#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs the kernel's own checkpatch.pl over the patch series, of which each base has one, and compares their cover
# letters with them.
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
# titles FOLDER: the subjects of its patches, without their numbers, where mails have them folded.
titles() {
	awk 'FNR == 1 { title = "" }
		sub(/^Subject: \[[^]]*\] /, "") { title = $0; next }
		title != "" && /^ / { title = title $0; next }
		title != "" { print "  " title; title = ""; nextfile }' "$1"/*.patch
}
# cover_letter FOLDER: whether it names the patches that there are, as narrow as mails are.
cover_letter() {
	local letter=$1/cover-letter

	diff -u --label "$letter" <(sed -n '/^faultline developers ([0-9]*):$/,/^$/p' "$letter" | sed '1d;$d') \
		--label patches <(titles "$1") >&2 &&
		! awk 'length > 72 { print FILENAME ":" FNR ": longer than 72 columns" }' "$letter" | grep . >&2
}
found=
for series in $(printf '%s\n' kernel/series/*/ | sort -V); do
	name=$(basename "$series")
	base=$(base_of "$name")
	if [ "$name" = "$base" ]; then
		found+=" $name"
		cover_letter "${series%/}" || { echo "check-series: mend ${series}cover-letter" >&2; bad=1; }
	elif [ "$(cd "$series" && ls)" != "$(cd "kernel/series/$base" && ls)" ]; then
		echo "check-series: $series and kernel/series/$base differ in the names of their patches" >&2
		bad=1
	fi
done
[ "$found" = " $BASES" ] ||
	{ echo "check-series: kernel/series/ has$found, kernel/bases.sh: $BASES" >&2; bad=1; }
[ $bad = 1 ] || echo "checkpatch: the series for $BASES are clean"
exit $bad
