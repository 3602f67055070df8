#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A run is measured with one program, one kernel, one QEMU: what is replaced in the middle of it
# ends it, what is only touched does not.
#
# shellcheck disable=SC2016 # what stands in single quotes is for another shell
# shellcheck disable=SC2317 # functions that check calls
set -uo pipefail

# shellcheck source=tests/e2e.sh
. "$(dirname "$0")/../e2e.sh"
fake_root

# All that a run takes, in copies.
build=$scratch/root/build
cp "$root/build/faultline" "$build/faultline"
cp "$FAULTLINE_QEMU_x86_64" "$scratch/qemu"
echo one >"$build/manycore.so"
echo one >"$build/coherence.so"
export FAULTLINE_QEMU_x86_64=$scratch/qemu FAKE=slow

cat >"$scratch/s.ini" <<'EOF'
[sweep]
summary = five points
[a series]
mode = kernel
vcpus = 1..5
pages = 4
EOF
start=("$build/faultline" run --tier simulated --jobs 1 --sweep "$scratch/s.ini" --out)

# in_the_middle DIR COMMAND...: runs it after the second point of a run. Gives the run's exit code.
in_the_middle() {
	local dir=$1 pid

	"${start[@]}" "$dir" >"$scratch/out" 2>&1 </dev/null &
	pid=$!
	wait_for has_records "$dir" 2
	"${@:2}"
	wait "$pid"
}

# Under the same name, not in place: the program runs.
replace() { mv "$1" "$1.before" && cp "$1.before" "$1" && echo "# another" >>"$1"; }
put_back() { mv "$1.before" "$1"; }
remove() { mv "$1" "$1.before"; }
renew() { cp -p "$1" "$1.new" && mv "$1.new" "$1" && touch "$1"; }

# ends_the_run NAME HOW FILE MEMBER: and it can be resumed when the file is as it was.
ends_the_run() {
	local name=$1 how=$2 file=$3 member=$4 dir=$scratch/${1// /-}

	in_the_middle "$dir" "$how" "$file"
	check "$name: exit code 2" [ $? = 2 ]
	check "$name: the file is named, and how to go on" \
		grep -q "$file is not what it was.* put it back.*resume, or start a new run" "$scratch/out"
	check "$name: the points before are kept" test "$(grep -c '' "$dir/points.jsonl")" = 2
	check "$name: does not pass for whole" not_whole "$dir"
	expect "$name: not resumed with it" 2 "$member was [0-9a-f]* and is .* now|missing|cannot|is not of the kernel|another program" \
		"$build/faultline" run --resume "$dir"
	put_back "$file"
	FAKE=good expect "$name: resumed without it" 4 "report: " "$build/faultline" run --resume "$dir"
	check "$name: whole then" whole "$dir" 5
}

ends_the_run "initramfs replaced" replace "$build/x86_64/initramfs.cpio" initramfs_sha256
ends_the_run "initramfs removed" remove "$build/x86_64/initramfs.cpio" initramfs_sha256
ends_the_run "program for points replaced" replace "$build/x86_64/faultline-point" point_sha256
ends_the_run "kernel replaced" replace "$scratch/kernel/vmlinux" kernel_image_sha256
ends_the_run "QEMU replaced" replace "$scratch/qemu" program_sha256
ends_the_run "library replaced" replace "$build/manycore.so" manycore_sha256
ends_the_run "plugin replaced" replace "$build/coherence.so" coherence_sha256

# Version and commit are told of all programs by one of them.
cp "$build/x86_64/faultline-point" "$scratch/point"
sed -i 's/^sources [0-9a-f]*$/sources 0123456789abcdef/' "$build/x86_64/faultline-point"
expect "a program for points of other sources" 2 "faultline-point was built from other sources than this program; build both" \
	"${start[@]}" "$scratch/other"
cp "$scratch/point" "$build/x86_64/faultline-point"

# faultline itself goes on as it began; another one does not take its run up.
in_the_middle "$scratch/program" replace "$build/faultline"
check "faultline replaced: the run ends as it would" [ $? = 4 ]
check "faultline replaced: whole" whole "$scratch/program" 5
expect "faultline replaced: not resumed by another one" 2 "program_sha256 was [0-9a-f]* and is .* now" \
	"$build/faultline" run --resume "$scratch/program"
put_back "$build/faultline"

renew_all() {
	for file in "$build/x86_64/initramfs.cpio" "$scratch/kernel/vmlinux" "$scratch/qemu" \
		"$build/coherence.so"; do
		renew "$file"
	done
}
in_the_middle "$scratch/renewed" renew_all
check "the same content under the same names: the run ends as it would" [ $? = 4 ]
check "the same content: whole" whole "$scratch/renewed" 5

# Another program of the same name, in a folder of PATH that comes first, is not the one at work.
mkdir "$scratch/bin" "$scratch/first"
cp "$scratch/qemu" "$scratch/bin/qemu-system-x86_64"
shadow() { printf '#!/bin/sh\nexit 1\n' >"$scratch/first/qemu-system-x86_64" && chmod +x "$scratch/first/"*; }
FAULTLINE_QEMU_x86_64='' PATH=$scratch/first:$scratch/bin:$PATH in_the_middle "$scratch/path" shadow
check "PATH: the QEMU of the start stays" [ $? = 4 ]

# A point is short: what it is measured with changes while it runs.
FAKE=gated FAKE_GATE=$scratch/gate FAKE_STARTS=$scratch/starts "$build/faultline" point tier=simulated \
	mode=kernel pages=4 --json >"$scratch/out" 2>&1 </dev/null &
pid=$!
until [ -s "$scratch/starts" ]; do sleep 0.05; done
replace "$scratch/kernel/vmlinux"
: >"$scratch/gate"
wait "$pid"
check "point: exit code 2" [ $? = 2 ]
check "point: no record, the file is named" [ "$(grep -c "vmlinux is not what it was" "$scratch/out") \
$(grep -c schema "$scratch/out")" = "1 0" ]

put_back "$scratch/kernel/vmlinux"

# The checkout may be at another commit than the program is of.
mkdir "$scratch/root/harness"
# commit_is VERSION COMMIT FROM: what run.json says where the checkout has that version.
commit_is() {
	printf '#!/bin/sh\necho "%s 0123abcd clean git"\n' "$1" >"$scratch/root/harness/version.sh"
	chmod +x "$scratch/root/harness/version.sh"
	FAKE=good "${start[@]}" "$scratch/commit-${1//[^a-z]/_}" >"$scratch/out" 2>&1
	python_check '
import json, sys
faultline = json.load(open(sys.argv[1] + "/run.json"))["faultline"]
assert faultline["commit"] == (sys.argv[2] or None) and sys.argv[3] in faultline["commit_from"], faultline
# Of a checkout that is clean by now, it may have been built when it was not.
assert faultline["dirty"] == (faultline["version"].endswith("-dirty") if sys.argv[2] else None), faultline
' "$scratch/commit-${1//[^a-z]/_}" "$2" "$3"
}
built=$("$faultline" --version | sed 's/^faultline //; s/-dirty$//')
check "commit: as built" commit_is "$built" 0123abcd git
check "commit: built from it, dirty now" commit_is "$built-dirty" 0123abcd git
check "commit: the checkout went on" commit_is other "" "built from $built"

# Natively the machine is part of it: a setting of its kernel, in the middle of a run and before
# it is resumed.
unset FAULTLINE_QEMU_x86_64
setting=/sys/kernel/mm/transparent_hugepage/enabled
native_run() {
	echo "always madvise [never]" >"$scratch/setting"
	mount --bind "$scratch/setting" "$setting" || return
	start=("$faultline" run --tier "$1" --sweep "$scratch/native.ini" --out)
	in_the_middle "$scratch/native" eval 'echo "[always] madvise never" >"$scratch/setting"'
	[ $? = 2 ] || return
	grep "machine thp was always madvise .never. and is .always. madvise never now" "$scratch/out" || return
	"$faultline" run --resume "$scratch/native"
	[ $? = 2 ] || return
	echo "always madvise [never]" >"$scratch/setting"
	"$faultline" run --resume "$scratch/native"
}
printf '[sweep]\nsummary = native\n[a]\nmode = kernel\nvcpus = 1\npages = 16,17,18,19,20,21\nseconds = 0\n' >"$scratch/native.ini"
if [ -r /dev/kvm ] && [ -w /dev/kvm ] && [ -e "$setting" ] && unshare -m true 2>/dev/null; then
	FAULTLINE_ROOT=$root
	export -f native_run in_the_middle wait_for has_records
	export scratch faultline setting FAULTLINE_ROOT
	check "natively: a setting of the machine changes" unshare -m bash -c 'native_run "$1"' - "$(native_tier)"
	check "natively: resumed with the old one" whole "$scratch/native" 6
else
	skip_test "natively: a setting of the machine changes" "no /dev/kvm, or no mount namespaces"
fi

finish
