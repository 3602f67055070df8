#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: harness/version.sh
#
# Prints which faultline this is, in a line: version, commit, whether tracked files
# or sources differ from it ("clean", "dirty" or "unknown"), how that was told. What is not known
# is "unknown", and the line ends in the reason.
set -euo pipefail

folder=$(dirname -- "$0")
if tree=$("$folder/../kernel/commit.sh" "$folder/.." 2>/dev/null); then
	read -r commit state name <<<"$tree"
	# The Makefile takes the sources that it finds, whether git knows them or not.
	if [ -n "$("$folder/../kernel/clean.sh" --git "$folder/.." ls-files --others -- \
		'bench/*.[chS]' 'harness/*.[chS]' 'workloads/*.[chS]' 'kernel/*.patch' GNUmakefile makefile)" ]; then
		state=dirty name=${name%-dirty}-dirty
	fi
	# It becomes part of commands.
	echo "${name//[!A-Za-z0-9._+\/-]/_} $commit $state git"
elif read -r commit <"$folder/commit.txt" && [[ $commit =~ ^[0-9a-f]{40,64}$ ]]; then
	echo "${commit:0:12} $commit unknown an archive, whose files may have been changed since"
else
	reason=$("$folder/../kernel/commit.sh" "$folder/.." 2>&1 >/dev/null | tail -n 1) || true
	echo "unknown unknown unknown $reason"
fi
