#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# Trouble with simulated CPUs in parallel: what they must not be measured with, known
# answers that do not come or are wrong, and VMs that end or stop in the middle.
#
# shellcheck disable=SC2317 # functions that check calls
set -uo pipefail

# shellcheck source=tests/e2e.sh
. "$(dirname "$0")/../e2e.sh"
kernel=${FAULTLINE_KERNEL_DIR_x86_64:-}
fake_root
# fake-qemu is a script, which the real library would refuse to be loaded into.
nothing_in() { gcc -shared -fPIC -x c - -o "$scratch/root/build/$1"; }
nothing_in manycore.so </dev/null
nothing_in coherence.so </dev/null
cat >"$scratch/s.ini" <<'END'
[sweep]
summary = two points on simulated CPUs
[a series]
mode = kernel,uffd
vcpus = 4
cpus = 4
pages = 4
coherence = 70
END
points=2
run=("$faultline" run --tier simulated --sweep "$scratch/s.ini" --out)

expect "all is well" 4 "1 of 1 known answers" "${run[@]}" "$scratch/well"
check "known answers are kept" grep -q '"measured_ns": 1025.3' "$scratch/well/run.json"
export FAKE_STARTS=$scratch/starts
expect "resume of a whole run asks for no answers" 4 "1 of 1 known" \
	"$faultline" run --resume "$scratch/well"
check "... indeed" test ! -e "$scratch/starts"
export FAKE_STARTS=

# While points are measured.
fails_with "the VM is killed" killed "killed by signal 9"
fails_with "the VM is stopped" stopped "not done after 2 s.*point-timeout" --point-timeout 2
check "no VM is left behind" no_vm_left "$scratch"
fails_with "the library is not loaded" unloaded "library for simulated CPUs was not loaded"

# refused NAME ANSWERS PATTERN [OPTION]...: known answers end the run before its first point.
refused() {
	local name=$1 answers=$2 pattern=$3 dir=$scratch/answers-$2

	shift 3
	FAKE_ANSWERS=$answers expect "$name" 2 "$pattern" "${run[@]}" "$dir" "$@"
	check "$name: not whole" not_whole "$dir"
	check "$name: no records" test ! -s "$dir/points.jsonl"
	expect "$name: resumes" 4 'report: ' "$faultline" run --resume "$dir"
	check "$name: whole then" whole "$dir" "$points"
}

refused "a known answer is wrong" wrong \
	"wrong about lock: 1999.5 ns an operation, not 875.0 to 1250.0 .*nothing was measured"
refused "the VM is killed at its known answers" killed "known answers.*killed by signal 9"
refused "the VM is stopped at its known answers" stopped \
	"known answers.*not done after 2 s" --point-timeout 2
refused "the library is not loaded for known answers" unloaded "was not loaded into QEMU"
refused "known answers are cut short" cut-short "known answers.*no JSON"

FAKE_ANSWERS=wrong "${run[@]}" "$scratch/wrong" >/dev/null 2>&1 </dev/null
check "a wrong answer is kept" grep -q '"measured_ns": 1999.5' "$scratch/wrong/run.json"
expect "a wrong answer is shown" 0 " 1999\.5 +NO$" \
	"$faultline" report "$scratch/wrong"
FAKE_ANSWERS=hang expect "Ctrl-C at known answers" 130 "0 of 2 points are done; resume with" \
	timeout --preserve-status -s INT 1 env --default-signal=INT "${run[@]}" "$scratch/interrupted"
check "Ctrl-C at known answers: not whole" not_whole "$scratch/interrupted"
check "Ctrl-C at known answers: no VM is left behind" no_vm_left "$scratch"

# Before anything starts.
expect "more CPUs than the machine model takes" 2 "cpus=241 is more than the 240 CPUs" \
	"${run[@]}" "$scratch/x" --cpus 241
expect "more CPUs than there can be" 2 "cpus='1000'.*1 to 256" "${run[@]}" "$scratch/x" --cpus 1000
expect "another architecture as host" 2 "need an x86-64 machine.* i686" \
	setarch linux32 "${run[@]}" "$scratch/x"
if unshare -m true 2>/dev/null; then
	echo "MemAvailable: 1000000 kB" >"$scratch/meminfo"
	# shellcheck disable=SC2016 # for the shell in there
	with_memory=(unshare -m sh -c 'mount --bind "$0" /proc/meminfo && "$@"' "$scratch/meminfo")
	expect "more memory than there is" 2 \
		"4 vCPUs on 200 simulated CPUs and 16 pages in all needs 1[0-9]+ MiB, and 976 MiB" \
		"${with_memory[@]}" "${run[@]}" "$scratch/x" --cpus 200
	expect "more memory than there is, one point" 2 "1 vCPUs on 200 simulated CPUs .* 976 MiB" \
		"${with_memory[@]}" "$faultline" point tier=simulated cpus=200
	expect "enough memory without the charge" 4 "report: " \
		"${with_memory[@]}" "${run[@]}" "$scratch/small" --cpus 4 --coherence 0
else
	skip_test "more memory than there is" "mount namespaces are not permitted"
fi
check "nothing was left by these" test ! -e "$scratch/x"

# A QEMU that is unknown to the library, and the real one with something wrong about it.
mkdir "$scratch/unknown"
gcc -rdynamic -DVERSION=8,1,3 "$root/tests/e2e/manycore-fake-qemu.c" \
	-o "$scratch/unknown/qemu-system-x86_64"
ln -sf "$root/build/manycore.so" "$scratch/root/build"
FAULTLINE_QEMU_x86_64=$scratch/unknown/qemu-system-x86_64 expect "an unknown QEMU" 2 \
	"known answers.* QEMU 8\.1\.3: known are only 7\.2 .* and 10\.0" "${run[@]}" "$scratch/unknown/run"
check "an unknown QEMU: not whole" not_whole "$scratch/unknown/run"
unset FAULTLINE_QEMU_x86_64
FAULTLINE_KERNEL_DIR_x86_64=$kernel needs_kernel
export FAULTLINE_KERNEL_DIR_x86_64=$kernel
ln -sf "$root/build/x86_64/initramfs.cpio" "$scratch/root/build/x86_64"

qemu-system-x86_64 --version | grep -q ' version 7' && interface=1 || interface=4
nothing_in coherence.so <<END
int qemu_plugin_version = $interface;
int qemu_plugin_install(void) { return 0; }
END
expect "a charge that is not made" 2 "wrong about lock.*coherence=70.*nothing was measured" \
	"${run[@]}" "$scratch/free"
check "a charge that is not made: not whole" not_whole "$scratch/free"

ln -sf "$root/build/coherence.so" "$scratch/root/build"
dir=$scratch/real
"${run[@]}" "$dir" --jobs 1 >/dev/null 2>&1 </dev/null &
point_runs() { grep -qs '^manycore: ready' "$dir"/logs/0*.status.log; }
wait_for point_runs
kill -KILL "$(pgrep -f "^([^ ]*/)?qemu-system.*$dir/logs/0")"
wait $!
check "the real VM is killed: exit code 1" test $? = 1
check "the real VM is killed: says so" grep -q '"failed".*killed by signal 9' "$dir/points.jsonl"
check "the real VM is killed: does not pass for whole" grep -q '"complete": false' "$dir/run.json"
expect "the real VM is killed: resumes" 0 "report: " "$faultline" run --resume "$dir"
check "the real VM is killed: whole then" python3 "$records" check "$dir" ok
finish
