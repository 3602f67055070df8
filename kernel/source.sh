# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Sourced by what needs the source of a kernel: finds it, says what it is, makes
# a copy. The caller defines die (prints its arguments, exits with the
# first one). KERNEL_SRC may name a tree of the user's, which is only read; else it
# is Debian's source of Linux $base.

source_root=$(CDPATH='' cd -- "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly source_root
# shellcheck source=kernel/bases.sh
. "$source_root/bases.sh"
# shellcheck source=kernel/cache.sh
. "$source_root/cache.sh"

# base_package BASE
base_package() { echo "linux-source-$1"; }

# cached_tarball BASE VERSION: where fetch.sh puts that version of the package.
cached_tarball() { echo "$cache/$(base_package "$1")_$2.tar.xz"; }

# base_tarball BASE: prints Debian's source of it, that of the installed package or the newest one
# in the cache; 1 if there is none.
base_tarball() {
	local installed newest

	installed=/usr/src/$(base_package "$1").tar.xz
	if [ -r "$installed" ]; then
		echo "$installed"
		return
	fi
	newest=$(compgen -G "$(cached_tarball "$1" '*')" | sort -V | tail -n 1)
	[ -n "$newest" ] && echo "$newest"
}

# clean COMMAND...: nothing of the user's environment may reach what is called here.
clean() { "$source_root/clean.sh" "$@"; }

# Prints the commit if KERNEL_SRC is the top of a git tree.
source_commit() { "$source_root/commit.sh" --quick "$KERNEL_SRC" 2>/dev/null; }

# Dies unless there is a kernel source.
source_check() {
	if [ -z "${KERNEL_SRC:-}" ]; then
		# shellcheck disable=SC2154 # base is of who sources this
		base_tarball "$base" >/dev/null || die 2 "no kernel source: there is no $(base_package "$base");" \
			"./run.sh kernel --base $base gets it, or set KERNEL_SRC to a tree of Linux $DEFAULT_BASE or newer"
		return
	fi
	[[ $KERNEL_SRC = /* ]] || KERNEL_SRC=$PWD/$KERNEL_SRC
	[ -f "$KERNEL_SRC" ] || source_check_tree "$KERNEL_SRC"
}

# source_check_tree DIR: dies unless it looks like a kernel's.
source_check_tree() {
	[ -r "$1/Makefile" ] && [ -r "$1/virt/kvm/kvm_main.c" ] ||
		die 2 "KERNEL_SRC=$KERNEL_SRC is not a kernel source tree; point it at the top of one," \
			"or at a tarball of one"
}

# Prints the tarball that the source is, if it is one.
source_tarball() {
	if [ -z "${KERNEL_SRC:-}" ]; then
		base_tarball "$base"
	elif [ -f "$KERNEL_SRC" ]; then
		printf '%s\n' "$KERNEL_SRC"
	else
		return 1
	fi
}

# Names of the files in KERNEL_SRC, the current folder, each with a NUL. Of a git tree,
# what git ignores is left out.
source_files() {
	local file

	if ! source_commit >/dev/null; then
		find . -name .git -prune -o ! -type d -print0
		return
	fi
	# Other repositories in it are listed as folders, and deleted files are still listed.
	clean --git . ls-files -z --cached --others --exclude-standard |
		while IFS= read -r -d '' file; do
			if [ -d "$file" ] && [ ! -L "$file" ]; then
				find "./$file" -name .git -prune -o ! -type d -print0
			elif [ -e "$file" ] || [ -L "$file" ]; then
				printf './%s\0' "$file"
			fi
		done
}

# KERNEL_SRC as a tar archive that is the same for the same files. Both the copy and
# the identity are made from this.
source_stream() {
	# In this much memory, sort makes no temporary files in the user's TMPDIR.
	(cd -- "$KERNEL_SRC" && source_files | LC_ALL=C sort -S 64M -zu |
		clean tar --null --no-recursion -T - --format=gnu --hard-dereference --mtime=@0 \
			--owner=0 --group=0 --numeric-owner --mode=u+rw,go-w,a+rX -cf -)
}

# One line that changes when the source does.
source_identity() {
	local hash commit tarball

	if tarball=$(source_tarball); then
		hash=$(sha256sum <"$tarball") || return
		echo "tarball $hash"
		return
	fi
	hash=$(source_stream | b2sum) || return
	commit=$(source_commit) || commit=none
	echo "folder with commit $commit $hash"
}

# How the source was come by, for people.
source_description() {
	local package tarball tree version

	if [ -z "${KERNEL_SRC:-}" ]; then
		package=$(base_package "$base")
		tarball=$(base_tarball "$base")
		if [[ $tarball = "$cache"/* ]]; then
			version=${tarball##*_} version=${version%.tar.xz}
		else
			# shellcheck disable=SC2016 # dpkg-query expands it
			version=$(clean dpkg-query -W -f '${Version}' "$package" 2>/dev/null)
		fi
		echo "Debian $package $version"
	elif tree=$("$source_root/commit.sh" "$KERNEL_SRC"); then
		echo "git ${tree##* }"
	else
		echo "$([ -f "$KERNEL_SRC" ] && echo tarball || echo folder) $(basename -- "$KERNEL_SRC")"
	fi
}

# Links that lead out of the copy in DIR would take there what is done to the copy.
drop_links_outward() {
	local link top
	local -a dropped=()

	top=$(realpath -- "$1")
	while IFS= read -r -d '' link; do
		[[ $(realpath -m -- "$link") != "$top"/* ]] || continue
		rm -- "$link"
		dropped+=("${link#"$1"/}")
	done < <(find "$1" -type l -print0)
	[ ${#dropped[@]} = 0 ] || tell "left out of the copy, as links that lead out of $KERNEL_SRC:" \
		"${#dropped[@]}, the first is ${dropped[0]}"
}

# source_unpack DIR ARCH: puts a copy of the source, for that architecture, into the
# new folder DIR.
source_unpack() {
	local tarball

	mkdir -p "$1"
	if tarball=$(source_tarball); then
		clean tar -xf "$tarball" --force-local --no-same-owner -C "$1" --strip-components=1 ||
			die 1 "cannot unpack $tarball into $1"
		[ -n "${KERNEL_SRC:-}" ] || return 0
		source_check_tree "$1"
	else
		source_stream | clean tar -xmf - -C "$1" || die 1 "cannot copy $KERNEL_SRC to $1"
	fi
	drop_links_outward "$1"
	! grep -q $'\r' "$1/Makefile" || die 2 "lines in KERNEL_SRC=$KERNEL_SRC end in CR LF, as git with core.autocrlf" \
		"writes them, and the kernel cannot be built of that; clone it with git -c core.autocrlf=false"
	# Kbuild refuses a source tree that was built in.
	if [ -e "$1/.config" ] || [ -d "$1/include/config" ] || [ -d "$1/arch/${2/x86_64/x86}/include/generated" ]; then
		clean HOME="$1" make -s -C "$1" ARCH="$2" mrproper >&2 || die 1 "cannot clean the copy of $KERNEL_SRC"
	fi
}

# source_version DIR: "6.12.117".
source_version() {
	sed -n 's/^VERSION = //p;s/^PATCHLEVEL = //p;s/^SUBLEVEL = //p' "$1/Makefile" | paste -sd .
}
