#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# faultline soak: points drawn at random are checked to the last page, a failure names the command
# that measures the point again, and an interrupt loses no sum.
#
# shellcheck disable=SC2317 # functions that check calls
set -uo pipefail

# shellcheck source=tests/e2e.sh
. "$(dirname "$0")/../e2e.sh"

for arch in x86_64 arm64; do
	has_kernel $arch || { skip_test "soak on $arch" "no kernel: run it through ./run.sh test" && continue; }
	# Some of those that are drawn a kernel may be without.
	expect "points of $arch" 0 '^[1-6] points, [0-9]+ faults, every page of which was right; [0-5] skipped$' \
		"$faultline" soak --arch $arch --points 6 --seed 3
done

fake_root
soak=("$faultline" soak --arch x86_64 --jobs 2)
expect "nothing but skipped points" 4 '^0 points, 0 faults, .*; 3 skipped$' "${soak[@]}" --points 3
# keys FIRST NUMBER [SEED]: of points, as a soak prints them.
keys() { "${soak[@]}" --first "$1" --points "$2" --seed "${3:-1}" | sed -n 's/.*no modes: //p' | sort; }
all=$(keys 1 6)
check "as many different points" test "$(sort -u <<<"$all" | grep -c vcpus=)" = 6
check "the same once more" test "$all" = "$(keys 1 6)"
check "and in two parts" test "$all" = "$({ keys 1 2; keys 3 4; } | sort)"
check "others with another seed" test "$all" != "$(keys 1 6 2)"
each_can_be_measured() {
	local pairs

	while read -ra pairs; do "$faultline" point --check "${pairs[@]}" || return; done <<<"$all"
}
check "each can be measured by itself" each_can_be_measured

FAKE=panic "${soak[@]}" --jobs 1 >"$scratch/out"
check "a failure ends it: exit code" test $? = 1
check "its reason" grep -q '^ *1  FAILED: .*Kernel panic' "$scratch/out"
check "the sum" grep -q '^0 points, .*; one has FAILED$' "$scratch/out"
again() {
	local pairs

	read -ra pairs < <(sed -n 's,^  ./run.sh point ,,p' "$scratch/out")
	[ ${#pairs[@]} -gt 10 ] && FAKE=panic "$faultline" point "${pairs[@]}"
	[ $? = 1 ]
}
check "the command for it fails the same way" again
logs=$(sed -n 's/^Its logs: //p' "$scratch/out")
check "the logs are there" grep -q 'Kernel panic' "${logs%\*}console.log"

mkdir "$scratch/logs"
TMPDIR=$scratch/logs FAKE=slow "${soak[@]}" --minutes 5 >"$scratch/interrupted" 2>&1 &
wait_for grep -q skipped "$scratch/interrupted"
kill -TERM $!
wait $!
check "interrupted: exit code" test $? = 130
check "interrupted: the sum" grep -q '^0 points, .* [1-9][0-9]* skipped$' "$scratch/interrupted"
check "interrupted: no VM is left behind" no_vm_left "$scratch"
check "interrupted: no logs are left behind" rmdir "$scratch/logs"

expect "an unknown option" 2 "see faultline soak --help" "$faultline" soak --fast
expect "a word too many" 2 "soak takes no 'fast'" "$faultline" soak fast
expect "no time" 2 "minutes" "$faultline" soak --minutes 0
expect "an unknown architecture" 2 "riscv" "$faultline" soak --arch riscv
expect "--check" 0 "^arches x86_64 arm64$" "$faultline" soak --check
expect "no kernel" 2 "kernel" env -u FAULTLINE_KERNEL_DIR_x86_64 "${soak[@]}"
finish
