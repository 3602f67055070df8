#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# tests/kernel-debug/run.sh, with a fake QEMU: what it makes of consoles and results.
# shellcheck disable=SC2317 # functions that check calls
set -uo pipefail

# shellcheck source=tests/scratch.sh
. "$(dirname "$0")/../scratch.sh" build

# A checkout of its own, for results go there.
checkout=$scratch/checkout
fakes=$scratch/fakes
kernel=$scratch/kernel
mkdir -p "$checkout/harness" "$checkout/tests" "$checkout/build/x86_64" "$fakes" "$kernel"
cp "$root"/harness/*.sh "$checkout/harness"
cp -r "$root/kernel" "$checkout"
cp -r "$root/tests/vm.sh" "$root/tests/kernel-debug" "$checkout/tests"
debug=$checkout/tests/kernel-debug/run.sh
results=$checkout/build/kernel-debug/x86_64
programs=("$checkout/build/x86_64/kvm-tests" "$checkout/build/x86_64/kernel-debug")
touch "$kernel/vmlinux" "$checkout/build/manycore.so"
# The kernel's messages and the results of the program are in files of its name.
cat >"$fakes/qemu-system-x86_64" <<END
#!/bin/sh
echo "\$*" >>"$scratch/booted"
while [ \$# -gt 0 ]; do
	case \$1 in
	-append) program=\${2##*rdinit=/} ;;
	-serial) case \$2 in
		*.ktap) ktap=\${2#file:} ;;
		*.console) console=\${2#file:} ;;
		esac ;;
	esac
	shift
done
name=\${program%% *}
cp "$scratch/\$name.console" "\$console"
cp "$scratch/\$name.ktap" "\$ktap"
exit "\$(cat "$scratch/exit")"
END
# shellcheck disable=SC2016 # it is the fake that expands this
printf '#!/bin/sh\n[ "$*" = -m ] || exec "%s" "$@"\necho aarch64\n' "$(command -v uname)" >"$fakes/uname"
chmod +x "$fakes"/*

run=(env PATH="$fakes:$PATH" "$debug" --seed 7 --rounds 3 x86_64)
booted() { grep -qE -- "$1" "$scratch/booted"; }
without() {
	mkdir -p "$scratch/without_$1"
	find /usr/bin /bin -maxdepth 1 ! -type d ! -name "$1" -exec ln -sf -t "$scratch/without_$1" {} +
	echo "$scratch/without_$1"
}
# console PROGRAM LINE...: what the kernel says.
console() {
	local program=$1

	shift
	printf '[    0.123456] the kernel\r\n' >"$scratch/$program.console"
	[ $# = 0 ] || printf '[    1.234567][   T77] %s\r\n' "$@" >>"$scratch/$program.console"
}
ktap() { printf '%s\n' 'KTAP version 1' "1..$2" "${@:3}" >"$scratch/$1.ktap"; }
all_well() {
	echo 0 >"$scratch/exit"
	: >"$scratch/booted"
	console kvm-tests
	console kernel-debug
	ktap kvm-tests 1 'ok 1 one'
	ktap kernel-debug 2 'ok 1 seed_7 # 5 calls' 'ok 2 seed_8 # 5 calls' '# 10 calls'
}

expect "no arguments" 2 "an architecture, kasan or kcsan" "$debug"
expect "help" 0 "^usage: tests/kernel-debug/run.sh \\[--base" "$debug" --help
expect "an unknown base" 2 "there is no base '5.4'; there are: 6.12 7.3" "$debug" --base 5.4 x86_64 kasan
expect "an unknown architecture" 2 "no architecture 'riscv'; there are: x86_64 arm64" "$debug" riscv kasan
expect "an unknown fragment" 2 "no fragment 'kmsan'.*kasan kcsan" "$debug" x86_64 kmsan
for bad in '' 0 x -1; do
	expect "no seed: '$bad'" 2 "--seed needs a number, not '$bad'" "$debug" --seed "$bad" x86_64 kasan
done
expect "no QEMU" 2 "qemu-system-x86_64 is missing; apt-get install qemu-system-x86" \
	env PATH="$(without qemu-system-x86_64)" "$debug" x86_64 kasan
expect "no ps" 2 "ps is missing; on Debian: apt-get install procps" \
	env PATH="$fakes:$(without ps)" "$debug" x86_64 kasan
expect "programs that are not built" 2 "build/x86_64/kvm-tests is missing; make ARCHES=x86_64" \
	"${run[@]}" kasan "$kernel"
printf '#!/bin/sh\n' | tee "${programs[@]}" >/dev/null && chmod +x "${programs[@]}"
expect "a folder without a kernel" 2 "nowhere/vmlinux is missing; kernel/build.sh --fragment kasan" \
	"${run[@]}" kasan "$scratch/nowhere"

all_well
expect "nothing to complain of" 0 "^random: 2 tests, 0 complaints" "${run[@]}" kasan "$kernel"
check "random calls have their seed" booted 'rdinit=/kernel-debug -- random 3 7 20000'
check "stress has half as many rounds" booted 'rdinit=/kernel-debug -- stress 2 7 200'
check "the KVM tests run, too" booted 'rdinit=/kvm-tests -- '
check "the console is the first serial port, results go to the second" booted \
	'-serial file:[^ ]*\.console -serial file:[^ ]*\.ktap'
check "consoles are kept" test -s "$results-kasan/random.console"

for splat in \
	"BUG: KASAN: slab-use-after-free in kvm_gmem_rebind+0x1/0x2" \
	"WARNING: CPU: 0 PID: 77 at virt/kvm/kvm_main.c:100 kvm_set_memory_region+0x1/0x2" \
	"WARNING: possible circular locking dependency detected" \
	"WARNING: suspicious RCU usage" \
	"BUG: sleeping function called from invalid context at mm/gup.c:1" \
	"list_add corruption. prev->next should be next" \
	"INFO: task kernel-debug:77 blocked for more than 120 seconds." \
	"rcu: INFO: rcu_preempt self-detected stall on CPU" \
	"Oops: general protection fault"; do
	all_well
	console kernel-debug "$splat" "the line after it"
	expect "${splat%% in *}" 1 "^complaint ${splat//[.+>]/.}" "${run[@]}" kasan "$kernel"
	check "with what comes after it" grep -qx '  the line after it' "$results-kasan/random.splats"
	check "once for each VM" [ "$(grep -c '^complaint ' "$results-kasan/random.splats")" = 1 ]
done
all_well
console kvm-tests "BUG: made up"
expect "a complaint while the KVM tests run" 1 "^complaint BUG: made up" "${run[@]}" kasan "$kernel"
check "the other VMs run all the same" booted ' random '

all_well
console kernel-debug "BUG: KCSAN: data-race in kvm_vcpu_wake_up / vcpu_run" "BUG: KCSAN: data-race in zap_pte_range"
expect "data races elsewhere are told only" 0 "^elsewhere BUG: KCSAN: data-race in zap_pte_range" "${run[@]}" kcsan "$kernel"
for place in "kvm_slot_test_userfault / vcpu_run" "zap_pte_range / kvm_gmem_rebind.constprop.0" \
	"paging64_prefetch_gpte" "user_mem_abort+0x10/0x20"; do
	all_well
	console kernel-debug "BUG: KCSAN: data-race in $place"
	expect "those of the series count: $place" 1 "^complaint BUG: KCSAN: data-race in ${place//[.+]/.}" \
		"${run[@]}" kcsan "$kernel"
done

for place in "kvm_faultin_pfn / kvm_mmu_invalidate_end" "__kvm_gmem_get_pfn.constprop.0 / find_lock_entries"; do
	all_well
	console kernel-debug "BUG: KCSAN: data-race in $place"
	expect "known ones are told only: $place" 0 "^elsewhere BUG: KCSAN: data-race in ${place//[.+]/.}" \
		"${run[@]}" kcsan "$kernel"
done
all_well
console kernel-debug "BUG: KCSAN: data-race in kvm_faultin_pfn / kvm_gmem_rebind"
expect "of a known one's function with another they count" 1 "^complaint .* / kvm_gmem_rebind" "${run[@]}" kcsan "$kernel"

all_well
ktap kernel-debug 2 '# seed 7: it is broken' 'not ok 1 seed_7' 'ok 2 seed_8'
expect "a round that fails" 1 "^# seed 7: it is broken" "${run[@]}" kasan "$kernel"
all_well
ktap kernel-debug 2 'ok 1 seed_7'
expect "a round that is not there" 1 "2 tests were planned, 1 have reported" "${run[@]}" kasan "$kernel"
all_well
: >"$scratch/kernel-debug.ktap"
expect "no results at all" 1 "no tests were planned, 0 have reported" "${run[@]}" kasan "$kernel"
all_well
echo 3 >"$scratch/exit"
expect "a VM that dies" 1 "QEMU has ended with exit code 3" "${run[@]}" kasan "$kernel"
finish
