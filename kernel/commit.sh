#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: kernel/commit.sh [--quick] DIR
#
# Prints the commit of the git tree whose top is DIR, whether its tracked files are
# "clean" or "dirty", and what git describe calls it without tags; with --quick, the commit only.
# Otherwise exit code 1, with the reason as the last line of stderr.
set -eu

quick=
if [ "$1" = --quick ]; then
	quick=1
	shift
fi
dir=$1
wrapper=$(dirname -- "$0")/clean.sh
asked() { "$wrapper" --git "$dir" "$@"; }
die() {
	echo "$*" >&2
	exit 1
}

# git would look in the folders above.
[ -e "$dir/.git" ] || die "it is no git checkout"
command -v git >/dev/null || die "git is not installed"
# Its name may end in a newline, which $( ) takes off.
top=$(asked rev-parse --show-toplevel && echo /) || die "git does not take it for a checkout"
[ "${top%??}" -ef "$dir" ] || die "it is not the top of its git checkout"
commit=$(asked rev-parse -q --verify HEAD) || die "its git checkout has no commit"
if [ -n "$quick" ]; then
	echo "$commit"
	exit
fi
# Unlike describe --dirty, this writes no index.
changes=$(asked status --porcelain --untracked-files=no) || die "git status fails"
# Status says nothing of files whose changes git was told not to look for.
changes+=$(asked ls-files -v | grep -m 1 '^[a-zS]') || :
# Tags come and go, the commit stays.
name=$(asked describe --always --exclude '*')
if [ -z "$changes" ]; then
	echo "$commit clean $name"
else
	echo "$commit dirty $name-dirty"
fi
