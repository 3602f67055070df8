#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# Which commit of faultline this is: told of checkouts and archives of all kinds, and
# never that of another repository. And a checkout that somebody else has built.
# shellcheck disable=SC2317 # functions that check calls
set -uo pipefail

# shellcheck source=tests/scratch.sh
. "$(dirname "$0")/../scratch.sh"
chmod 755 "$scratch"
command -v git >/dev/null || { skip_test "all" "no git"; finish; }

# What it takes to tell, without results of builds and runs.
checkout=$scratch/checkout
mkdir "$checkout"
(cd "$root" && "$root/kernel/clean.sh" tar --exclude=./.git --exclude=./build --exclude=./results/runs -cf - .) |
	"$root/kernel/clean.sh" tar -xf - -C "$checkout"
git init -q "$checkout"
git -C "$checkout" add -A
git -C "$checkout" commit -qm first
commit=$(git -C "$checkout" rev-parse HEAD)
short=$(git -C "$checkout" describe --always)

tells() { expect "$1" 0 "^$2\$" "${@:3}"; }
tells "checkout" "$short $commit clean git" "$checkout/harness/version.sh"
cd "$checkout/harness" && tells "from within" "$short $commit clean git" ./version.sh
cd / || exit
index=$(stat -c '%i %Y %Z' "$checkout/.git/index")
touch "$checkout/run.sh" "$checkout/README.md"
tells "files that were touched" "$short $commit clean git" "$checkout/harness/version.sh"
check "its index is not written" [ "$(stat -c '%i %Y %Z' "$checkout/.git/index")" = "$index" ]
echo '*.md filter=a=b' >"$checkout/.git/info/attributes"
git -C "$checkout" config filter.a=b.clean "touch '$scratch/program_was_run'"
tells "settings that name a program" "$short $commit clean git" "$checkout/harness/version.sh"
check "which is not run" test ! -e "$scratch/program_was_run"
rm "$checkout/.git/info/attributes"
echo >>"$checkout/README.md"
tells "changed file" "$short-dirty $commit dirty git" "$checkout/harness/version.sh"
git -C "$checkout" checkout -q README.md
touch "$checkout/notes" "$checkout/harness/modes/uffd.c~"
tells "files that are not built" "$short $commit clean git" "$checkout/harness/version.sh"
touch "$checkout/harness/modes/new.c"
tells "source that git does not know" "$short-dirty $commit dirty git" "$checkout/harness/version.sh"
rm "$checkout/notes" "$checkout/harness/modes/uffd.c~" "$checkout/harness/modes/new.c"
# Tags come and go, and a run can be resumed all the same.
git -C "$checkout" tag -am x v1
tells "a tag" "$short $commit clean git" "$checkout/harness/version.sh"
git -C "$checkout" tag -d v1 >/dev/null

# Another repository's.
outer=$scratch/outer
git init -q "$outer"
git -C "$outer" commit -q --allow-empty -m outer
mkdir "$outer/archive"
git -C "$checkout" archive HEAD | "$root/kernel/clean.sh" tar -xf - -C "$outer/archive"
from_archive="${commit:0:12} $commit unknown an archive.*"
tells "archive in another repository" "$from_archive" "$outer/archive/harness/version.sh"
cp -a "$checkout" "$outer/copy" && rm -rf "$outer/copy/.git"
tells "folder in another repository" "unknown unknown unknown it is no git checkout" "$outer/copy/harness/version.sh"
mkdir "$outer/copy/.git"
tells "with a .git that is none" "unknown unknown unknown it is not the top of its git checkout" \
	"$outer/copy/harness/version.sh"
rm -rf "$outer/copy/.git" && cp -a "$checkout/.git" "$outer/copy/"
tells "checkout in another repository" "$short $commit clean git" "$outer/copy/harness/version.sh"
cat >"$outer/.git/hooks/pre-commit" <<END
#!/bin/sh
"$checkout/harness/version.sh" >"$scratch/of_hook"
"$outer/archive/harness/version.sh" >>"$scratch/of_hook"
END
chmod +x "$outer/.git/hooks/pre-commit"
git -C "$outer" commit -q --allow-empty -m second
tells "from a hook of another repository" "$short $commit clean git" head -n 1 "$scratch/of_hook"
tells "the archive, too" "$from_archive" tail -n 1 "$scratch/of_hook"
tells "variables that name another repository" "$short $commit clean git" \
	env GIT_DIR="$outer/.git" GIT_WORK_TREE="$outer" GIT_INDEX_FILE="$outer/.git/index" \
	GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=core.worktree GIT_CONFIG_VALUE_0="$outer" "$checkout/harness/version.sh"

for flag in assume-unchanged skip-worktree; do
	git -C "$checkout" update-index --$flag run.sh
	tells "a file with $flag" "$short-dirty $commit dirty git" "$checkout/harness/version.sh"
	git -C "$checkout" update-index --no-$flag run.sh
done
touch "$checkout/GNUmakefile"
tells "another makefile" "$short-dirty $commit dirty git" "$checkout/harness/version.sh"
rm "$checkout/GNUmakefile"

git -C "$checkout" worktree add -q "$scratch/worktree" 2>/dev/null
tells "worktree" "$short $commit clean git" "$scratch/worktree/harness/version.sh"
git clone -q --depth 1 "file://$checkout" "$scratch/a \"clone\""
tells "shallow clone with blanks and quotes in its name" "$short $commit clean git" \
	"$scratch/a \"clone\"/harness/version.sh"
cp -a "$checkout" "$scratch/unborn" && rm -rf "$scratch/unborn/.git" && git init -q "$scratch/unborn"
tells "checkout without a commit" "unknown unknown unknown its git checkout has no commit" \
	"$scratch/unborn/harness/version.sh"
mkdir "$scratch/bare"
for program in bash cut dirname env sh tail; do
	ln -s "$(command -v $program)" "$scratch/bare/"
done
tells "without git" "unknown unknown unknown git is not installed" \
	env PATH="$scratch/bare" "$checkout/harness/version.sh"

# The same by make, whose figure the tables show.
(cd "$outer/archive" && make -s build/version CC=false)
check "build/version of an archive" [ "$(cat "$outer/archive/build/version")" = "${commit:0:12}" ]
(cd "$checkout" && make -s build/version CC=false)
check "build/version of a checkout" [ "$(cat "$checkout/build/version")" = "$short" ]

others=("checkout of another user" "checkout that another user has built" "though its version is another by now")
if [ "$(id -u)" != 0 ] || ! command -v setpriv >/dev/null || ! [ -x "$root/build/faultline" ]; then
	for name in "${others[@]}"; do
		skip_test "$name" "needs root, setpriv and a build"
	done
	finish
fi
by_nobody=(setpriv --reuid=nobody --regid=nogroup --clear-groups env HOME=/nonexistent)
cp -a "$checkout" "$scratch/others"
chown -R nobody "$scratch/others"
tells "${others[0]}" "$short $commit clean git" "$scratch/others/harness/version.sh"
# Its sources have the times that the objects were built from.
(cd "$root" && "$root/kernel/clean.sh" tar --exclude=./.git --exclude=./results/runs -cf - .) |
	"$root/kernel/clean.sh" tar -xf - -C "$checkout"
(cd "$checkout" && make -s build/faultline) >"$scratch/log" 2>&1 || cat "$scratch/log"
expect "${others[1]}" 0 "claim" "${by_nobody[@]}" "$checkout/run.sh" list
git -C "$checkout" commit -q --allow-empty -m second
expect "${others[2]}" 0 "claim" "${by_nobody[@]}" "$checkout/run.sh" list
finish
