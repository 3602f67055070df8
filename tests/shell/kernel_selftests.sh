#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# tests/kernel-selftests/run.sh, with a fake make, compiler and QEMU.
# shellcheck disable=SC2317 # functions that check calls
set -uo pipefail

# shellcheck source=tests/scratch.sh
. "$(dirname "$0")/../scratch.sh" build

# A checkout of its own, for results go there.
checkout=$scratch/checkout
mkdir -p "$checkout/harness" "$checkout/tests"
cp "$root"/harness/*.sh "$checkout/harness"
cp -r "$root/kernel" "$checkout"
cp -r "$root/tests/vm.sh" "$root/tests/kernel-selftests" "$checkout/tests"
selftests=$checkout/tests/kernel-selftests/run.sh
results=$checkout/build/kernel-selftests/x86_64

# A tree with the features of its own, and three tests.
tree=$scratch/tree
fakes=$scratch/fakes
mkdir -p "$tree/virt/kvm" "$tree/include/uapi/linux" "$fakes" "$scratch/base" "$scratch/patched"
printf 'VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 99\n' >"$tree/Makefile"
echo 'int kvm;' >"$tree/virt/kvm/kvm_main.c"
echo '#define KVM_MEM_USERFAULT 8' >"$tree/include/uapi/linux/kvm.h"
touch "$scratch/base/vmlinux" "$scratch/patched/vmlinux"
cat >"$fakes/make" <<END
#!/bin/sh
echo "\$*" >>"$scratch/made"
for word; do
	case \$word in
	OUTPUT=*)
		[ ! -e "$scratch/broken" ] || { echo 'one_test.c:1: error: it is broken'; exit 2; }
		mkdir -p "\${word#*=}/x86_64"
		cd "\${word#*=}" && touch one_test x86_64/two_test demand_paging_test one_test.o &&
			chmod +x one_test x86_64/two_test demand_paging_test
		;;
	esac
done
END
cat >"$fakes/gcc" <<'END'
#!/bin/sh
while [ "$1" != -o ]; do shift; done
touch "$2"
END
# The VM's console is in the folder of its kernel. A panic ends the VM.
cat >"$fakes/qemu-system-x86_64" <<SCRIPT
#!/bin/sh
while [ \$# -gt 0 ]; do
	case \$1 in
	-kernel) kernel=\$2 ;;
	-initrd) cp "\$2" "$scratch/initramfs" ;;
	-append) skip=\${2##* } ;;
	-serial) console=\${2#file:} ;;
	esac
	shift
done
awk -v skip="\$skip" -v ORS='\r\n' '
	/^selftest: begin/ { n++ }
	n != 0 && n <= skip { next }
	{ print }
	/panic/ { exit panic = 1 }
	END { if (!panic) print "selftest: done" }' "\${kernel%/*}/console" >"\$console"
SCRIPT
printf '#!/bin/sh\n:\n' >"$fakes/strip"
cp "$fakes/strip" "$fakes/patch"
# shellcheck disable=SC2016 # it is the fake that expands this
printf '#!/bin/sh\n[ "$*" = -m ] || exec "%s" "$@"\necho x86_64\n' "$(command -v uname)" >"$fakes/uname"
chmod +x "$fakes"/*

# console KERNEL LINE...: what its VM prints.
console() {
	local kernel=$1

	shift
	printf '%s\n' "[    0.1] the kernel" "$@" >"$scratch/$kernel/console"
}

# ran NAME OUTPUT END: one test.
ran() { printf 'selftest: begin /%s\n%b\n\nselftest: end %s\n' "$1" "$2" "$3"; }

run=(env PATH="$fakes:$PATH" KERNEL_SRC="$tree" "$selftests" x86_64 "$scratch/base" "$scratch/patched")
row() { grep -qxF "$1" "$results/table.md"; }
in_archive() { grep -qa "$1" "$scratch/initramfs"; }
without() {
	mkdir -p "$scratch/without_$1"
	find /usr/bin /bin -maxdepth 1 ! -type d ! -name "$1" -exec ln -sf -t "$scratch/without_$1" {} +
	echo "$scratch/without_$1"
}

expect "no arguments" 2 "an architecture and, if any, two kernels" "$selftests"
expect "one kernel" 2 "an architecture and, if any, two kernels" "$selftests" x86_64 "$scratch/base"
expect "an unknown base" 2 "there is no base '5.4'; there are: 6.12 7.3" "$selftests" --base 5.4 x86_64
expect "an unknown architecture" 2 "no architecture 'riscv'; there are: x86_64 arm64" "$selftests" riscv
expect "help" 0 "^usage: tests/kernel-selftests/run.sh \\[--base" "$selftests" --help
expect "a folder without a kernel" 2 "nowhere/vmlinux is missing; kernel/build.sh" \
	env PATH="$fakes:$PATH" KERNEL_SRC="$tree" "$selftests" x86_64 "$scratch/nowhere" "$scratch/patched"
expect "no source" 2 "KERNEL_SRC=.* is not a kernel source tree" \
	env PATH="$fakes:$PATH" KERNEL_SRC="$scratch" "$selftests" x86_64 "$scratch/base" "$scratch/patched"
expect "no QEMU" 2 "qemu-system-x86_64 is missing; apt-get install qemu-system-x86" \
	env PATH="$(without qemu-system-x86_64)" "$selftests" x86_64
expect "no cross compiler" 2 "aarch64-linux-gnu-gcc is missing; on Debian: apt-get install gcc-aarch64-linux-gnu" \
	env PATH="$(without aarch64-linux-gnu-gcc)" "$selftests" arm64
expect "no patch" 2 "patch is missing; on Debian: apt-get install gcc make patch xz-utils procps" \
	env PATH="$(without patch)" "$selftests" x86_64

same=("$(ran one_test 'Random seed: 0x1' 'exit 0')"
	"$(ran x86_64/two_test '1..0 # SKIP - Requirement not met: has_it' 'exit 4')")
new=demand_paging_test\ -k
console base "${same[@]}" \
	"$(ran "$new" '1..0 # SKIP - Requirement not met: kvm_has_cap(KVM_CAP_USERFAULT)' 'exit 4')"
console patched "${same[@]}" "$(ran "$new" '' 'exit 0')"
expect "the same, and what is new" 0 '^\| with the series \| 2 \| 0 \| 1 \| 0 \|$' "${run[@]}"
check "of a kernel without it" grep -q . "$results/base.console"
check "passed" row '| one_test | passed | passed | same |'
check "skipped, with the reason" row \
	'| x86_64/two_test | skipped: Requirement not met: has_it | skipped: Requirement not met: has_it | same |'
check "new" row "| $new | skipped: Requirement not met: kvm_has_cap(KVM_CAP_USERFAULT) | passed | new |"
check "tests are built statically" grep -q USERLDFLAGS=-static "$scratch/made"
check "programs are in the archive" in_archive x86_64/two_test
check "objects are not" bash -c "! grep -qa one_test.o '$scratch/initramfs'"
check "with the runs of the new modes" in_archive '^/demand_paging_test -b 16M -v 2 -e -u MISSING$'

just_two=("${run[@]:0:4}" --only two_ "${run[@]:4}")
check "some of the tests" "${just_two[@]}"
check "are these" in_archive '/x86_64/two_test$'
check "and no others" bash -c "! grep -qa '/one_test\$' '$scratch/initramfs'"
expect "none of the tests" 2 "no test has 'three_' in its name or arguments" "${run[@]:0:4}" --only three_ "${run[@]:4}"
expect "no name" 2 "only needs a part of a test's name" "$selftests" --only '' x86_64

assertion='==== Test Assertion Failure ====\n  one_test.c:7: r == 0\n  pid=1 tid=1\n  it is not'
console patched "$(ran one_test "$assertion" 'exit 254')" "${same[1]}" "$(ran "$new" '' 'exit 0')"
expect "another result fails" 1 '^kernel-selftests: 1 tests do other than before$' "${run[@]}"
check "with what was asserted" row '| one_test | passed | failed: one_test.c:7: r == 0 | different |'
for end in "signal 11|failed: signal 11" "slow|not finished in 10 s" "warning|failed: the kernel has warned of itself" \
	"exit 1|failed: all I say"; do
	console patched "$(ran one_test 'all I say' "${end%|*}")" "${same[1]}" "$(ran "$new" '' 'exit 0')"
	expect "${end%|*}" 1 "^\| one_test \| passed \| ${end#*|} \| different \|$" "${run[@]}"
done
console patched "${same[0]}" "$(printf '%s\n' 'selftest: begin /x86_64/two_test' '[ 1.0] Kernel panic')" "$(ran "$new" '' 'exit 0')"
expect "a VM that dies" 1 'two_test \| skipped: .* \| failed: the VM has ended, or hangs \| different' "${run[@]}"
check "what comes after it is run" row "| $new | skipped: Requirement not met: kvm_has_cap(KVM_CAP_USERFAULT) | passed | new |"
console patched "${same[0]}"
expect "a test that is not there" 1 'two_test \| skipped: .* \| not run \| different' "${run[@]}"
console patched 'panic'
expect "a VM in which nothing begins" 1 'no test has begun, see' "${run[@]}"
touch "$scratch/broken"
expect "a test that cannot be built" 1 "the selftests cannot be built, see .*/build.log" "${run[@]}"
only_results() {
	[ "$(cd "$results" && echo *)" = "base.console base.results build.log qemu.log series.console series.results table.md" ]
}
check "nothing else is left" only_results
finish
