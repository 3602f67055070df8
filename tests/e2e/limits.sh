#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Bounds of this process that are not the machine's: CPUs, memory, what ulimit shows. A point
# that cannot fit is refused with figures before it starts.
#
# shellcheck disable=SC2016 # what stands in single quotes is for another shell
set -uo pipefail

# shellcheck source=tests/e2e.sh
. "$(dirname "$0")/../e2e.sh"

if [ ! -r /dev/kvm ] || [ ! -w /dev/kvm ]; then
	skip_test "limits" "no /dev/kvm: native points cannot run"
	finish
fi
tier=$(native_tier)
point=("$faultline" point tier="$tier" pages=16 seconds=0)

# CPUs.
last=$(taskset -cp $$ | sed 's/.*[ ,-]//')
one=(taskset -c "$last")
expect "a CPU is kept to" 0 "vcpu_cpus=$last reader_cpus=$last( |$)" \
	"${one[@]}" "${point[@]}" mode=uffd --dry-run
expect "threads that share a CPU are told of" 0 "1 vCPUs and 1 handler threads share the 1 CPUs.*\($last\)" \
	"${one[@]}" "${point[@]}" mode=uffd
expect "a CPU of one's own outside" 2 "vcpu_cpus=$((last + 1)): CPU $((last + 1)) is not among.*\($last," \
	"${one[@]}" "${point[@]}" mode=kernel vcpu_cpus=$((last + 1))
expect "doctor shows the CPUs" 0 "CPUs  *1 \($last\)" "${one[@]}" "$faultline" doctor

# ulimit.
many=(mode=uffd vcpus=128 uffds=per-vcpu readers=per-vcpu pages=8)
with=(bash -c 'ulimit "$1" "$2" && "${@:3}"' -)
expect "file descriptors" 2 "needs 544, and 256 are available \(ulimit -Hn\); raise the hard limit" \
	"${with[@]}" -n 256 "${point[@]}" "${many[@]}"
expect "enough of them" 0 "1024  pages verified" "${with[@]}" -n 544 "${point[@]}" "${many[@]}"
expect "doctor shows that limit" 0 "file descriptors  *256 \(ulimit -Hn\)" \
	"${with[@]}" -n 256 "$faultline" doctor
expect "address space" 2 "not enough address space.*\(ulimit -v\); ulimit -v unlimited" \
	"${with[@]}" -v 200000 "${point[@]}" "${many[@]}" pages=4096
expect "size of files" 2 "not enough size of a file.*ulimit -f unlimited" \
	"${with[@]}" -f 1 "${point[@]}" mode=kernel
expect "CPU time that runs out is named" 1 "killed by signal 9.*; a process may take 1 s of CPU time \(ulimit -t\); ulimit -t unlimited" \
	"${with[@]}" -t 1 "${point[@]}" mode=kernel vcpus=2 pages=400000
expect "doctor shows that limit" 0 "CPU time of a process  *1000 s \(ulimit -t\)" \
	"${with[@]}" -t 1000 "$faultline" doctor
expect "a sweep, too" 2 "vCPUs.* needs [0-9]*, and 64 are available \(ulimit -Hn\)" \
	"${with[@]}" -n 64 "$faultline" run --tier "$tier" --sweep smoke --modes kernel --vcpus 64 \
	--out "$scratch/x"
check "which has left no folder" test ! -e "$scratch/x"
if [ "$(id -u)" = 0 ] && setpriv --reuid 65534 true 2>/dev/null; then
	chmod 755 "$scratch"
	expect "threads of the user" 2 "not enough threads: .* needs 259, .*\(ulimit -u\); raise" \
		unshare -m bash -c 'chmod 1777 "$1"; mount -t tmpfs none /mnt && mknod -m 666 /mnt/kvm c 10 232 &&
		mount --bind /mnt/kvm /dev/kvm; ulimit -u 200; exec setpriv --reuid 65534 --regid 65534 \
		--clear-groups --bounding-set -all --inh-caps -all "${@:2}"' - "$scratch" "${point[@]}" "${many[@]}"
else
	skip_test "threads of the user" "takes root"
fi

# make_group CONTROLLER FILE_V1 FILE_V2: sets group and file, of the version that there is, or
# skips what comes with these names: make_group ... NAME...
groups=()
trap 'rmdir "${groups[@]}" 2>/dev/null; rm -rf "$scratch"' EXIT
make_group() {
	local base name

	for base in "/sys/fs/cgroup/$1" /sys/fs/cgroup; do
		group=$base/faultline-test-$$
		[ -e "$base/cgroup.procs" ] && mkdir "$group" 2>/dev/null || continue
		groups+=("$group")
		for file in "$2" "$3"; do
			[ ! -w "$group/$file" ] || return 0
		done
	done
	for name in "${@:4}"; do
		skip_test "$name" "no control group for $1 can be made"
	done
	return 1
}
inside=(bash -c 'echo $$ >"$1/cgroup.procs" && "${@:2}"' -)

if make_group memory memory.limit_in_bytes memory.max \
	"memory of a control group" "doctor shows it" "memory ran out"; then
	echo $((48 << 20)) >"$group/$file"
	expect "memory of a control group" 2 "needs 386 MiB, and 4[0-9] MiB .*\($group/$file\); choose" \
		"${inside[@]}" "$group" "${point[@]}" mode=kernel vcpus=8 pages=4096
	expect "doctor shows it" 0 "memory  *4[0-9] MiB \($group/$file\)" \
		"${inside[@]}" "$group" "$faultline" doctor
	# One that takes more than it should.
	arch=$(uname -m | sed s/aarch64/arm64/)
	mkdir -p "$scratch/root/build/$arch"
	printf '#!/bin/sh\nexec tail /dev/zero\n' >"$scratch/root/build/$arch/faultline-point"
	chmod +x "$scratch/root/build/$arch/faultline-point"
	expect "memory ran out" 1 "killed by signal 9.*control group ran out \($group/$file is 48 MiB\)" \
		env FAULTLINE_ROOT="$scratch/root" "${inside[@]}" "$group" "${point[@]}" mode=kernel
fi
if make_group pids pids.max pids.max "threads of a control group"; then
	echo 100 >"$group/$file"
	expect "threads of a control group" 2 "threads: .* needs 259, and 9[0-9] .*\($group/$file\); raise" \
		"${inside[@]}" "$group" "${point[@]}" "${many[@]}"
fi
if make_group cpu cpu.cfs_quota_us cpu.max "a CPU quota" "doctor shows the quota" \
	"a CPU quota, before the start" "a CPU quota, in the record"; then
	[ "$file" = cpu.max ] && echo "10000 100000" >"$group/$file" || echo 10000 >"$group/$file"
	busy=("${inside[@]}" "$group" "${point[@]}" mode=uffd fetch=1ms wait=spin pages=200)
	expect "a CPU quota" 0 "CPU time was kept from it meanwhile: a quota throttled it [1-9]" "${busy[@]}"
	expect "doctor shows the quota" 0 "CPUs .*, at most 0.10 at a time \($group/$file\)" \
		"${inside[@]}" "$group" "$faultline" doctor
	expect "a CPU quota, before the start" 0 "have 0.10 CPUs by the quota.*\($group/$file\)" "${busy[@]}"
	expect "a CPU quota, in the record" 0 '"cpu_lost":\{"cpus":"[0-9,-]+","throttles":[1-9].*"is_much":true' \
		"${busy[@]}" --json
fi
finish
