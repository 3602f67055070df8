#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: check-clean.sh [TREE]
#
# Fails when something calls git, tar, patch, or make and scripts of the kernel, past
# kernel/clean.sh, that is with the caller's environment. make without -C, or with
# -C "$root", is one of faultline's own.
set -euo pipefail

cd -- "${1:-$(dirname -- "$0")/..}"

# Where a shell or make expects a command: after these, and assignments.
readonly place='(^[0-9]+: [[:space:]]*@?-?|[;&|({!`]|\b(then|do|else|if|while|exec|shell|xargs|env|sudo|timeout [0-9]+)\b)[[:space:]]*(-[A-Za-z0-9]+ +)*([A-Za-z_]+=[^ (]* +)*'
readonly tools='(tar|patch|perl|make( [^;&|]*)? -C|("?[^ ]*/)?scripts/(config|[a-z]+/[a-z_]+\.sh)"?)[[:space:]]'

# Lines of a script with their numbers, those that go on in the next one together.
lines() {
	awk '{ line = line (line == "" ? FNR ": " : "") $0 } sub(/\\$/, "", line) { next } { print line; line = "" }' "$1"
}

bad=0
while IFS= read -r script; do
	checked=$tools
	# In tests, git is the function of ktap.sh.
	grep -qE '/(ktap|e2e|scratch)\.sh"( build)?$' "$script" || checked="($tools|git[[:space:]])"
	# shellcheck disable=SC2016 # it is "$root" that scripts have
	if lines "$script" | grep -vE '^[0-9]+: [[:space:]]*#|make [^;&|]*-C "\$root"' |
		grep -E "$place$checked" | sed "s|^|past kernel/clean.sh: $script:|" >&2; then
		bad=1
	fi
done < <(find run.sh .ci/run Makefile kernel harness bench tests workloads -type f \
	\( -name '*.sh' -o -name '*.mk' -o -name run -o -name Makefile \))
if grep -rnE '"(git|tar|make|patch)",' --include='*.[ch]' harness bench | grep -v -- '"--version"' >&2; then
	echo "these go past harness/version.sh or kernel/clean.sh" >&2
	bad=1
fi
exit $bad
