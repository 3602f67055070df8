#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# Trouble on the way: what is missing, what fails, what is interrupted. No record and no
# report may pass for whole, and --resume repeats nothing.
#
# shellcheck disable=SC2016 # what stands in single quotes is for another shell
# shellcheck disable=SC2317 # functions that check calls
set -uo pipefail

# shellcheck source=tests/e2e.sh
. "$(dirname "$0")/../e2e.sh"
fake_root

cat >"$scratch/s.ini" <<'END'
[sweep]
summary = six points
[a series]
mode = kernel,uffd
vcpus = 1,2,4
pages = 4
END
points=6
run=("$faultline" run --tier simulated --sweep "$scratch/s.ini" --out)

fails_with "the VM hangs" hang "not done after 2 s.*point-timeout" --point-timeout 2
check "no VM is left behind" no_vm_left "$scratch"
fails_with "the kernel panics" panic "Kernel panic - not syncing: Attempted to kill init!"
fails_with "the VM is killed" killed "killed by signal 9"
fails_with "QEMU fails" fails "code 1: fake: cannot allocate memory"
fails_with "the VM says nothing" silent "without a record"
fails_with "the record is cut short" cut-short "cut short"

# Something is missing.
FAULTLINE_QEMU_x86_64=/nowhere/qemu expect "QEMU is missing" 2 \
	"cannot run '/nowhere/qemu.*apt-get install" "${run[@]}" "$scratch/x"
FAKE_VERSION=6.2.0 expect "QEMU is too old" 2 "QEMU 6.2.0, and 7.2 or newer" \
	"${run[@]}" "$scratch/x"
FAULTLINE_KERNEL_DIR_x86_64='' expect "no kernel" 2 "run.sh kernel" "${run[@]}" "$scratch/x"
FAULTLINE_KERNEL_DIR_x86_64=$scratch expect "no kernel in the folder" 2 "vmlinux.*run.sh kernel" \
	"${run[@]}" "$scratch/x"
mv "$scratch/root/build/x86_64/initramfs.cpio" "$scratch/away"
expect "no initramfs" 2 "initramfs.cpio is missing; build it" "${run[@]}" "$scratch/x"
mv "$scratch/away" "$scratch/root/build/x86_64/initramfs.cpio"
cp "$scratch/root/build/x86_64/initramfs.cpio" "$scratch/away"
echo older >"$scratch/root/build/x86_64/initramfs.cpio"
expect "an initramfs of another build" 2 "initramfs.cpio holds another program.*build it anew" \
	"${run[@]}" "$scratch/x"
mv "$scratch/away" "$scratch/root/build/x86_64/initramfs.cpio"
FAULTLINE_QEMU_x86_64=/nowhere/qemu expect "doctor says what is missing" 0 "no .*/nowhere/qemu" \
	"$faultline" doctor
check "nothing was left by these" test ! -e "$scratch/x"
expect "placement in a VM" 2 "no meaning in tier simulated" \
	"${run[@]}" "$scratch/x" --placement near

# The results folder.
: >"$scratch/file"
expect "results folder below a file" 2 "cannot make the results folder.*--out" \
	"${run[@]}" "$scratch/file/run"
expect "results folder that cannot be" 2 "cannot make the results folder.*--out" \
	"${run[@]}" /proc/faultline-run
mkdir "$scratch/used" && : >"$scratch/used/something"
expect "results folder that is used" 2 "not an empty folder.*--out" "${run[@]}" "$scratch/used"
if unshare -m true 2>/dev/null; then
	mkdir "$scratch/full"
	declare -f not_whole python_check >"$scratch/functions"
	expect "disk full, then not" 0 'resumed with 4' env FAKE=large unshare -m bash -c '
		. "$1/functions"
		mount -t tmpfs -o size=48k none "$1/full" || exit 99
		"${@:3}" "$1/full/run" --jobs 1
		code=$?
		[ $code = 1 ] || { echo "code $code when full"; exit 98; }
		not_whole "$1/full/run" || exit 97
		mount -o remount,size=4m "$1/full"
		"$2" run --resume "$1/full/run"
		echo "resumed with $?"' - "$scratch" "$faultline" "${run[@]}"
	expect "disk full is named" 1 "cannot write .*: No space left" env FAKE=large unshare -m bash -c '
		mount -t tmpfs -o size=48k none "$1/full" || exit 99
		"${@:2}" "$1/full/run" --jobs 1' - "$scratch" "${run[@]}"
	expect "results folder on a read-only file system" 2 "cannot make.*Read-only" \
		unshare -m bash -c 'mount -t tmpfs -o ro none "$1/full" && "${@:2}" "$1/full/run"' \
		- "$scratch" "${run[@]}"
	echo "MemAvailable: 100000 kB" >"$scratch/meminfo"
	expect "more memory than there is" 2 "4 vCPUs and 16 pages in all needs 260 MiB, and 97 MiB" \
		unshare -m bash -c 'mount --bind "$1/meminfo" /proc/meminfo && "${@:2}" "$1/x"' \
		- "$scratch" "${run[@]}"
	expect "no /dev/kvm" 2 "cannot open /dev/kvm: No such file.*kvm_intel or kvm_amd" \
		unshare -m bash -c '
		mkdir "$1/dev" && mount -t tmpfs none "$1/dev"
		for f in null zero full urandom; do
			: >"$1/dev/$f" && mount --bind "/dev/$f" "$1/dev/$f"
		done
		mount --rbind "$1/dev" /dev
		"$2" run --sweep smoke --tier "$3" --out "$1/x"' - "$scratch" "$faultline" "$(native_tier)"
else
	for name in "disk full, then not" "disk full is named" \
		"results folder on a read-only file system" "more memory than there is" "no /dev/kvm"; do
		skip_test "$name" "mount namespaces are not permitted"
	done
fi

# Native points.
if [ "$(native_tier)" = hardware ]; then
	skip_test "tier hardware in a VM" "this is no VM"
	tier=hardware
else
	expect "tier hardware in a VM" 2 "hardware cannot run here: .* itself a VM" \
		"$faultline" run --tier hardware --sweep smoke --out "$scratch/x"
	tier=nested
fi
# The process that measures; the one above it survives and reports.
point_crashes() {
	local pid child

	"$root/build/x86_64/faultline-point" tier="$tier" mode=uffd fetch=1s pages=1000 seconds=0 >"$scratch/record" &
	pid=$!
	until child=$(pgrep -P "$pid"); do sleep 0.1; done
	kill -SEGV "$child"
	wait "$pid"
	[ $? = 1 ] && grep 'measuring process was killed by signal 11' "$scratch/record"
}
if [ -r /dev/kvm ] && [ -w /dev/kvm ]; then
	check "a point crashes" point_crashes
	printf '#!/bin/bash\nkill -SEGV $$\n' >"$scratch/root/build/x86_64/faultline-point"
	expect "a native point crashes" 1 "killed by signal 11" \
		"$faultline" point tier=$tier mode=kernel pages=16 seconds=0
	printf '#!/bin/bash\necho "out of luck" >&2; exit 2\n' >"$scratch/root/build/x86_64/faultline-point"
	expect "a native point fails" 1 "code 2: out of luck" \
		"$faultline" point tier=$tier mode=kernel pages=16 seconds=0
	cp "$root/build/x86_64/faultline-point" "$scratch/root/build/x86_64/"
else
	skip_test "a point crashes" "no /dev/kvm"
	skip_test "a native point crashes" "no /dev/kvm"
	skip_test "a native point fails" "no /dev/kvm"
fi

# Ctrl-C, as a terminal sends it: to the whole process group.
export FAKE=slow FAKE_STARTS=$scratch/starts
dir=$scratch/interrupted
set -m
env --default-signal=INT "${run[@]}" "$dir" --jobs 1 >"$scratch/out" 2>&1 </dev/null &
pid=$!
set +m
wait_for has_records "$dir" 2
kill -INT -- "-$pid"
wait "$pid"
code=$?
check "Ctrl-C: exit code 130" test "$code" = 130
check "Ctrl-C: how to resume" grep -q "of 6 points are done; resume with: ./run.sh run --resume $dir" \
	"$scratch/out"
check "Ctrl-C: does not pass for whole" not_whole "$dir"
check "Ctrl-C: no VM is left behind" no_vm_left "$dir"
cp "$dir/points.jsonl" "$scratch/before"

cp -r "$dir" "$scratch/other"
sed -i 's/"s"/"t"/' "$scratch/kernel/manifest.json"
expect "resume with another kernel" 2 "kernel series_sha256 was s and is t now" \
	"$faultline" run --resume "$scratch/other"
sed -i 's/"t"/"s"/' "$scratch/kernel/manifest.json"
echo other >"$scratch/kernel/vmlinux"
expect "a kernel that is not its manifest's" 2 "vmlinux is not of the kernel that manifest.json" \
	"$faultline" run --resume "$scratch/other"
: >"$scratch/kernel/vmlinux"
sed -i 's/"s"/&,"config_sha256":"c"/' "$scratch/kernel/manifest.json"
mv "$scratch/kernel/config" "$scratch/away"
expect "a configuration that is gone" 2 "config is not of the kernel that manifest.json" \
	"${run[@]}" "$scratch/x"
mv "$scratch/away" "$scratch/kernel/config"
sed -i 's/,"config_sha256":"c"//' "$scratch/kernel/manifest.json"

: >"$scratch/starts"
printf '{"schema":1,"mode":"uf' >>"$dir/points.jsonl" # a line that a crash cut short
expect "resume" 4 "report: $dir/report.html" "$faultline" run --resume "$dir"
check "resume: whole" whole "$dir" "$points"
check "resume: what was there stays to the byte" \
	cmp -n "$(stat -c %s "$scratch/before")" "$scratch/before" "$dir/points.jsonl"
check "resume: nothing is repeated" \
	test $(($(wc -l <"$scratch/starts") + $(wc -l <"$scratch/before"))) = 6
: >"$scratch/starts"
expect "resume of a whole run measures nothing" 4 "report: " "$faultline" run --resume "$dir"
check "... indeed" test ! -s "$scratch/starts"

finish
