# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Sourced by what needs the source of a kernel: finds it, says what it is, makes
# a patched copy. The caller defines die (prints its arguments, exits with the
# first one) and KERNEL_SRC may name a tree of the user's, which is only read.

readonly DEBIAN_TARBALL=/usr/src/linux-source-6.12.tar.xz

source_root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly source_root

# The user's tree may belong to another user, and even reading a git tree may
# rewrite its index.
user_git() {
	GIT_OPTIONAL_LOCKS=0 git -c safe.directory='*' -C "$KERNEL_SRC" "$@"
}

# Whether KERNEL_SRC is the top of a git tree.
source_is_git() {
	[ -e "$KERNEL_SRC/.git" ] && command -v git >/dev/null && user_git rev-parse -q --verify HEAD >/dev/null 2>&1
}

# Dies unless there is a kernel source.
source_check() {
	if [ -z "${KERNEL_SRC:-}" ]; then
		[ -r "$DEBIAN_TARBALL" ] || die 2 "no kernel source: $DEBIAN_TARBALL is not there;" \
			"apt-get install linux-source-6.12, or set KERNEL_SRC to a Linux 6.12 tree"
		return
	fi
	if [ ! -r "$KERNEL_SRC/Makefile" ] || [ ! -r "$KERNEL_SRC/virt/kvm/kvm_main.c" ]; then
		die 2 "KERNEL_SRC=$KERNEL_SRC is not a kernel source tree; point it at the top of one"
	fi
	KERNEL_SRC=$(cd "$KERNEL_SRC" && pwd)
}

# One line that changes when the source does. Contents are hashed where that is
# quick; for a plain folder, names, sizes and times stand in for them.
source_identity() {
	if [ -z "${KERNEL_SRC:-}" ]; then
		echo "tarball $(sha256sum <"$DEBIAN_TARBALL")"
	elif source_is_git; then
		echo "git $(user_git rev-parse HEAD)" \
			"$( (user_git diff --binary HEAD
			cd "$KERNEL_SRC" && user_git ls-files -z --others --exclude-standard |
				xargs -0r stat -c '%n %s %Y') | sha256sum)"
	else
		echo "folder $(cd "$KERNEL_SRC" && find . -type f -printf '%P %s %T@\n' |
			LC_ALL=C sort | sha256sum)"
	fi
}

# How the source was come by, for people.
source_description() {
	if [ -z "${KERNEL_SRC:-}" ]; then
		echo "Debian linux-source-6.12 $(dpkg-query -W -f '${Version}' linux-source-6.12 2>/dev/null)"
	elif source_is_git; then
		echo "git $(user_git describe --always --dirty)"
	else
		echo "folder $(basename "$KERNEL_SRC")"
	fi
}

# source_unpack DIR: puts a copy of the source into the new folder DIR.
source_unpack() {
	mkdir -p "$1"
	if [ -z "${KERNEL_SRC:-}" ]; then
		tar -xJf "$DEBIAN_TARBALL" -C "$1" --strip-components=1 ||
			die 1 "cannot unpack $DEBIAN_TARBALL into $1"
	elif source_is_git; then
		# Deleted but still listed files are left out by the test for existence.
		(cd "$KERNEL_SRC" && user_git ls-files -z --cached --others --exclude-standard |
			while IFS= read -r -d '' f; do
				[ -e "$f" ] || [ -L "$f" ] && printf '%s\0' "$f"
			done | tar -cf - --null -T -) | tar -xf - -C "$1" ||
			die 1 "cannot copy $KERNEL_SRC to $1"
	else
		cp -a --reflink=auto "$KERNEL_SRC/." "$1" || die 1 "cannot copy $KERNEL_SRC to $1"
		if [ -e "$1/.config" ] || [ -d "$1/include/config" ]; then
			make -s -C "$1" mrproper >&2 || die 1 "cannot clean the copy of $KERNEL_SRC in $1"
		fi
	fi
}

# source_version DIR: "6.12.117".
source_version() {
	sed -n 's/^VERSION = //p;s/^PATCHLEVEL = //p;s/^SUBLEVEL = //p' "$1/Makefile" | paste -sd .
}

# Patches of the series, in order.
series_patches() {
	printf '%s\n' "$source_root"/series/6.12/*.patch
}

# source_patch DIR: applies the series to the copy in DIR unless it is there.
source_patch() {
	local tree=$1 patch out file

	# The last patch can be taken back only from a tree that has them all.
	if patch -R -p1 -s -f --dry-run -d "$tree" <"$(series_patches | tail -n 1)" >/dev/null; then
		echo "the series is in this tree already" >&2
		return
	fi
	while IFS= read -r patch; do
		# Fuzz would let a hunk land in the wrong function of a newer kernel.
		out=$(patch -p1 -f -F0 --no-backup-if-mismatch -r - -d "$tree" <"$patch" 2>&1) && continue
		file=$(sed -n 's/^patching file //p;s/^can.t find file to patch.*/a file that is not there/p' \
			<<<"$out" | tail -n 1)
		echo "$out" >&2
		die 2 "kernel/series/6.12/$(basename "$patch") does not apply to $file of Linux" \
			"$(source_version "$tree"); the series is for 6.12.y, or for a tree that has it already"
	done < <(series_patches)
}
