#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The caller's environment changes no digit of a simulated point, and a run names its own
# commit, or says that it cannot.
# shellcheck disable=SC2317 # functions that check calls
set -uo pipefail

# shellcheck source=tests/e2e.sh
. "$(dirname "$0")/../e2e.sh"

digits() {
	local out

	out=$("$@" "$faultline" point tier=simulated mode=uffd vcpus=2 cpus=2 pages=16 fetch=0 coherence=70 --json 2>&1 </dev/null) &&
		python_check '
import json, sys
record = json.loads(sys.argv[1])
del record["wall"]
print(json.dumps(record, sort_keys=True))' "$out" || echo "$out"
}
same_digits() {
	local without=$1 out

	out=$(digits "${@:2}")
	[ "$out" = "$without" ] || { diff <(echo "$without") <(echo "$out"); false; }
}
if has_kernel x86_64 && [ "$(uname -m)" = x86_64 ]; then
	without=$(digits env)
	expect "there are digits" 0 '"status": "ok"' echo "$without"
	check "the same with an environment of nothing else" same_digits "$without" \
		env -i PATH="$PATH" FAULTLINE_KERNEL_DIR_x86_64="$FAULTLINE_KERNEL_DIR_x86_64"
	check "the same with variables of all kinds" same_digits "$without" \
		env KBUILD_OUTPUT=/nowhere GIT_DIR=/nowhere MAKEFLAGS=-n CFLAGS=-O0 ARCH=arm64 TZ=Asia/Kathmandu \
		SOURCE_DATE_EPOCH=1 QEMU_LOG=in_asm MALLOC_PERTURB_=85 MALLOC_ARENA_MAX=1 \
		GLIBC_TUNABLES=glibc.malloc.tcache_count=0 LANGUAGE=de COLUMNS=1 LINES=1 TERM=dumb CDPATH=/ \
		"LONG=$(printf %09999d 0)"
	for locale in de_DE.UTF-8 tr_TR.UTF-8 C.UTF-8 POSIX no_such; do
		check "the same with LC_ALL=$locale" same_digits "$without" env LC_ALL=$locale
	done
else
	skip_test "the same digits" "no kernel, or not an x86-64 machine: run it through ./run.sh test"
fi

fake_root
mkdir "$scratch/root/harness" "$scratch/root/kernel"
cp "$root/harness/version.sh" "$root/harness/commit.txt" "$scratch/root/harness/"
cp "$root/kernel/clean.sh" "$root/kernel/commit.sh" "$scratch/root/kernel/"
printf '[sweep]\nsummary = one\n[a series]\nmode = kernel\npages = 4\n' >"$scratch/s.ini"
run=("$faultline" run --tier simulated --sweep "$scratch/s.ini" --out)
# provenance NAME COMMIT DIRTY FROM: what stands in run.json, which fits its schema.
provenance() {
	check "run.json: $1" python_check '
import json, sys
said = json.load(open(sys.argv[1] + "/run.json"))["faultline"]
assert [str(said["commit"]), str(said["dirty"]), said["commit_from"]] == sys.argv[2:], said' \
		"$scratch/$1" "${@:2}"
	check "run.json: $1, as its schema has it" python3 "$records" check "$scratch/$1" skipped
}
# Within another repository.
git init -q "$scratch"
git -C "$scratch" commit -q --allow-empty -m outer
expect "no checkout: it is said" 4 "cannot tell which commit of faultline this is: it is no git checkout" \
	"${run[@]}" "$scratch/none"
provenance none None None "it is no git checkout"
expect "and again when it is resumed" 4 "cannot tell which commit" "$faultline" run --resume "$scratch/none"
echo 0123456789abcdef0123456789abcdef01234567 >"$scratch/root/harness/commit.txt"
expect "archive" 4 "report" "${run[@]}" "$scratch/archive"
provenance archive 0123456789abcdef0123456789abcdef01234567 None "an archive, whose files may have been changed since"
git init -q "$scratch/root"
git -C "$scratch/root" add harness
git -C "$scratch/root" commit -qm own
commit=$(git -C "$scratch/root" rev-parse HEAD)
GIT_DIR=$scratch/.git GIT_WORK_TREE=$scratch expect "checkout" 4 "report" "${run[@]}" "$scratch/git"
provenance git "$commit" False git
if [ "$(id -u)" = 0 ]; then
	chown -R nobody "$scratch/root"
	expect "checkout of another user" 4 "report" "${run[@]}" "$scratch/others"
	provenance others "$commit" False git
else
	skip_test "checkout of another user" "needs root"
fi
finish
