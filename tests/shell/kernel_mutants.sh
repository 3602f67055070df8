#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# tests/kernel-mutants/run.sh, with a fake make and fake KVM tests.
# shellcheck disable=SC2016,SC2317 # rows with backquotes; functions that check calls
set -uo pipefail

# shellcheck source=tests/scratch.sh
. "$(dirname "$0")/../scratch.sh" build

# A checkout of its own, with mutants of its own.
checkout=$scratch/checkout
mkdir -p "$checkout/harness" "$checkout/tests/kernel-mutants" "$checkout/tests/kvm"
cp "$root"/harness/*.sh "$checkout/harness"
cp -r "$root/kernel" "$checkout"
cp "$root/tests/vm.sh" "$checkout/tests"
cp "$root"/tests/kernel-mutants/{run.sh,caught.awk} "$checkout/tests/kernel-mutants"
mutants=$checkout/tests/kernel-mutants
results=$checkout/build/kernel-mutants/x86_64

# A tree with the features of its own. What is built of it is its only line.
tree=$scratch/tree
fakes=$scratch/fakes
mkdir -p "$tree/virt/kvm" "$tree/include/uapi/linux" "$fakes" "$scratch/kernel"
printf 'VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 99\n' >"$tree/Makefile"
echo 'fine' >"$tree/virt/kvm/kvm_main.c"
echo '#define KVM_MEM_USERFAULT 8' >"$tree/include/uapi/linux/kvm.h"
echo 'CONFIG_KVM=y' >"$scratch/kernel/config"
cat >"$fakes/make" <<'END'
#!/bin/sh
for word; do
	case $word in
	/*/src) cp "$word/virt/kvm/kvm_main.c" "${word%/src}/x86_64/obj/vmlinux" ;;
	esac
done
! grep 'broken' "${0%/*}/../checkout/build/kernel-mutants/src/virt/kvm/kvm_main.c"
END
printf '#!/bin/sh\n:\n' >"$fakes/gcc"
cp "$fakes/gcc" "$fakes/qemu-system-x86_64"
for tool in flex bison bc; do cp "$fakes/gcc" "$fakes/$tool"; done
printf '#!/bin/sh\n[ "$*" = -m ] || exec "%s" "$@"\necho x86_64\n' "$(command -v uname)" >"$fakes/uname"
# What the tests find is what is built; they name the tests that they are asked for.
cat >"$checkout/tests/kvm/run.sh" <<END
#!/bin/sh
echo "\$*" >>"$scratch/asked"
echo '# x86_64-simulated'
found=\$(cat "\$FAULTLINE_KERNEL_DIR_x86_64/vmlinux" "$scratch/always" 2>/dev/null)
case \$found:\$* in
*wrong*:*)
	echo 'not ok 1 one.test'
	echo 'not ok 2 one.test_more'
	echo 'not ok 3 one.test_too'
	exit 1
	;;
*elsewhere*:--first-failure)
	printf 'ok 1 one.test\n# x86_64-without-tdp-mmu\nnot ok 1 other.test\n'
	exit 1
	;;
*dies*:*)
	echo "# x86_64-simulated: 3 tests were planned, 1 have reported; its console and QEMU's messages:"
	echo '# [    1.0] Kernel panic - not syncing: kernel: panic_on_warn set ...'
	echo '# [    1.0] RIP: 0010:kvm_it+0x78/0x130'
	echo '# [    1.0] RIP: 0033:0x4535ab'
	exit 1
	;;
*skips*:*) exit 4 ;;
*ill*:*) echo 'something is missing'; exit 2 ;;
esac
END
chmod +x "$fakes"/* "$checkout/tests/kvm/run.sh"

# mutant NAME HEADER NEW [OLD]: one that puts a line in place of the tree's.
mutant() {
	printf 'Breaks: %s\nArches: x86_64\n%s\n--- a/virt/kvm/kvm_main.c\n+++ b/virt/kvm/kvm_main.c\n@@ -1 +1 @@\n-%s\n+%s\n' \
		"what $1 is" "$2" "${4:-fine}" "$3" >"$mutants/$1.patch"
}
mutant caught 'Caught-by: one.test' wrong
mutant by-panic 'Caught-by: one.test' dies
mutant by-others 'Caught-by: one.test' elsewhere
mutant survivor 'Caught-by: one.test' as-ever
mutant skipped 'Caught-by: one.test' skips
mutant hopeless 'Not-caught: nobody looks' as-ever
mutant not-hopeless 'Not-caught: nobody looks' wrong
mutant stale 'Caught-by: one.test' wrong other
mutant unbuilt 'Caught-by: one.test' broken
mutant ill 'Caught-by: one.test' ill
sed 's/x86_64/arm64/' "$mutants/caught.patch" >"$mutants/foreign.patch"

script=("$mutants/run.sh")
run=(env PATH="$fakes:$PATH" KERNEL_SRC="$tree" FAULTLINE_KERNEL_DIR_x86_64="$scratch/kernel" "$mutants/run.sh" x86_64)
row() { grep -qxF "$1" "$results/table.md"; }
source_is_as_before() { [ "$(cat "$checkout/build/kernel-mutants/src/virt/kvm/kvm_main.c")" = fine ]; }
unpacked() { [ -e "$checkout/build/kernel-mutants/src.key" ]; }
without() {
	mkdir -p "$scratch/without_$1"
	find /usr/bin /bin -maxdepth 1 ! -type d ! -name "$1" -exec ln -sf -t "$scratch/without_$1" {} +
	echo "$scratch/without_$1"
}

expect "no arguments" 2 "an architecture is needed; see --help" "${script[@]}"
expect "an unknown architecture" 2 "no architecture 'riscv'; there are: x86_64 arm64" "${script[@]}" riscv
expect "help" 0 "^usage: tests/kernel-mutants/run.sh ARCH" "${script[@]}" --help
expect "an unknown mutant" 2 "there is no mutant 'nothing' for x86_64; --list prints" "${run[@]}" nothing
expect "a mutant of another architecture" 2 "there is no mutant 'foreign' for x86_64" "${run[@]}" foreign
expect "the list" 0 "^by-others$" "${run[@]}" --list
expect "no bison" 2 "bison is missing; ./run.sh kernel installs" env PATH="$(without bison)" "${run[@]:3}" caught
expect "a folder that is no kernel's" 2 "nowhere/config is missing; kernel/build.sh --arch x86_64" \
	env FAULTLINE_KERNEL_DIR_x86_64="$scratch/nowhere" PATH="$fakes:$PATH" KERNEL_SRC="$tree" "$mutants/run.sh" x86_64 caught

mutant unlabelled 'Caught-by:' wrong
expect "a mutant without what catches it" 2 "unlabelled.patch tells neither which tests" "${run[@]}" unlabelled
sed -i '/^Breaks/d' "$mutants/unlabelled.patch"
expect "a mutant without what it breaks" 2 "unlabelled.patch does not tell what it breaks" "${run[@]}" unlabelled
rm "$mutants/unlabelled.patch"

expect "a mutant that is caught" 0 '^\| mutant, Linux 6.12.99 for x86_64 \|' "${run[@]}" caught
check "its row" row '| `caught` | what caught is | `one.test`, `one.test_more` and 1 more (simulated) |'
check "all tests without the defect, then those that it names" \
	[ "$(cat "$scratch/asked")" = "--first-failure
--first-failure one.test" ]
check "the defect is out" source_is_as_before
expect "one that ends the VM" 0 . "${run[@]}" by-panic
check "its row" row '| `by-panic` | what by-panic is | the kernel panics in `kvm_it` (simulated) |'
expect "one that nothing is expected to catch" 0 . "${run[@]}" hopeless
check "its row" row '| `hopeless` | what hopeless is | nothing: nobody looks |'
expect "one that is caught all the same" 1 '1 of 1 mutants fare other than they say' "${run[@]}" not-hopeless
expect "one that is caught by others" 1 'by-others. \| .* \| \*\*.other.test. \(without-tdp-mmu\), not one.test\*\* \|$' \
	"${run[@]}" by-others
expect "a survivor beside one that is caught" 1 '1 of 2 mutants fare other than they say' "${run[@]}" survivor caught
check "its row" row '| `survivor` | what survivor is | **nothing, not one.test** |'
check "the other one's row" grep -q '^| `caught` ' "$results/table.md"
expect "one for which tests are skipped" 1 'skipped. \| .* \| \*\*nothing, not one.test\*\* \|$' "${run[@]}" skipped

expect "one that does not build" 2 "mutant unbuilt does not build, see .*/build.log" "${run[@]}" unbuilt
check "the defect is out" source_is_as_before
expect "one with which tests do not run" 2 "the KVM tests do not run \\(exit code 2\\), see" "${run[@]}" ill
check "the defect is out" source_is_as_before
check "the source can be used again" unpacked
expect "one that does not apply" 2 "mutant stale does not apply to the patched source of Linux 6.12.99" "${run[@]}" stale
check "the source is unpacked anew after that" bash -c "! [ -e '$checkout/build/kernel-mutants/src.key' ]"
expect "the next one" 0 'unpacking and patching the source' "${run[@]}" caught
echo wrong >"$scratch/always"
expect "a kernel that fails without a defect" 2 "they fail without any defect, see .*/none.ktap: .one.test., " "${run[@]}" caught
finish
