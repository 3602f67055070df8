#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: tests/litmus.sh
#
# Runs the litmus tests of kernel/litmus/ with herd7: those in C on the memory model of the
# kernel's source (KERNEL_SRC, or Debian's), those in AArch64 assembly on herd7's own model of that.
# Prints what was observed, and fails when that is not the result which the test names.
set -euo pipefail

root=$(readlink -f "$(dirname "$0")/..")
# shellcheck source=harness/shell.sh
. "$root/harness/shell.sh"
die() {
	shift
	tell "litmus: $*"
	exit 2
}
# shellcheck source=kernel/source.sh
. "$root/kernel/source.sh"

base=$DEFAULT_BASE
[ $# = 0 ] || die 2 "no arguments are taken"
command -v herd7 >/dev/null ||
	die 2 "herd7 is missing, and Debian has no package of it; with opam: opam install herdtools7 (7.56.1 or newer)"
source_check

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if tarball=$(source_tarball); then
	clean tar -xf "$tarball" --force-local -C "$work" --strip-components=2 --wildcards '*/tools/memory-model' ||
		die 2 "there is no tools/memory-model in $tarball"
	model=$work/memory-model
else
	model=$KERNEL_SRC/tools/memory-model
fi
[ -r "$model/linux-kernel.cfg" ] || die 2 "$model/linux-kernel.cfg is missing; set KERNEL_SRC to a whole source tree"

herd7 -version | sed 's/^/# herd7 /'
bad=0
for file in "$root"/kernel/litmus/*.litmus; do
	expected=$(sed -n 's/^ \* Result: //p' "$file")
	options=()
	read -r language _ <"$file"
	[ "$language" != C ] || options=(-conf linux-kernel.cfg)
	observed=$(cd "$model" && herd7 "${options[@]}" "$file" | sed -n 's/^Observation //p') || true
	# Name, Never, Sometimes or Always, and how many executions there are with it and without.
	read -r _ result _ <<<"$observed" || true
	if [ "$result" = "$expected" ]; then
		echo "ok - ${observed}"
	else
		echo "not ok - $(basename "$file"): ${observed:-no observation} (should be $expected)"
		bad=1
	fi
done
exit $bad
