#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: kernel/clean.sh [NAME=VALUE]... COMMAND [ARGUMENT]...
#        kernel/clean.sh --git DIR [ARGUMENT]...
#
# Runs what obeys variables of the environment (the kernel's make and scripts, git,
# tar, patch, compilers) without them: KBUILD_OUTPUT, GIT_DIR or TAR_OPTIONS of the
# caller's would name other files than ours. What passes stands in clean().
# tests/check-clean.sh sees to it that nothing goes past this.
#
# --git asks the git tree whose top is DIR. It may belong to another user. Nothing
# is written to it, and no program that its configuration names is run.
set -euf

clean() {
	# A home that nobody can make, as rustc's proxy does for root with one that is only missing.
	env -i PATH="$PATH" HOME=/dev/null LC_ALL=C TZ=UTC GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null \
		GIT_ATTR_NOSYSTEM=1 GIT_OPTIONAL_LOCKS=0 GIT_NO_LAZY_FETCH=1 "$@"
}

if [ "$1" != --git ]; then
	clean "$@"
	exit
fi

unset CDPATH
cd -P -- "$2"
shift 2
set -- -c core.fsmonitor=false -c core.hooksPath=/dev/null -c diff.ignoreSubmodules=all "$@"
IFS='
'
for filter in $(clean git -c safe.directory="$PWD" config --name-only --get-regexp '^filter\.'); do
	# Its name may hold =, at the first of which -c would cut it.
	set -- --config-env="$filter=NOTHING" "$@"
done
clean NOTHING='' git -c safe.directory="$PWD" "$@"
