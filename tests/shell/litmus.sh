#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# tests/litmus.sh, with a fake herd7.
# shellcheck disable=SC2317 # functions that check calls
set -uo pipefail

# shellcheck source=tests/scratch.sh
. "$(dirname "$0")/../scratch.sh"

litmus=$root/tests/litmus.sh
tree=$scratch/tree
fakes=$scratch/fakes
mkdir -p "$fakes" "$tree/virt/kvm" "$tree/tools/memory-model"
touch "$tree/Makefile" "$tree/virt/kvm/kvm_main.c"

# It finds what a test names, but for the one that the file odd names.
cat >"$fakes/herd7" <<END
#!/bin/sh
[ "\$1" != -version ] || { echo 7.58; exit; }
for file; do :; done
name=\$(sed -n '1s/^[^ ]* //p' "\$file")
result=\$(sed -n 's/^ \* Result: //p' "\$file")
echo "\$*" >>"$scratch/calls"
[ "\$name" != "\$(cat "$scratch/odd")" ] || result=\$(cat "$scratch/result")
[ -z "\$result" ] || echo "Observation \$name \$result 1 2"
END
chmod +x "$fakes/herd7"

run=(env PATH="$fakes:$PATH" KERNEL_SRC="$tree" "$litmus")
tests_are() { [ "$("${run[@]}" | grep -c '^ok - ')" = "$1" ]; }
with_model() { grep -q "^-conf linux-kernel.cfg .*/$1.litmus\$" "$scratch/calls"; }
without_model() { grep -q "^[^ ]*/$1.litmus\$" "$scratch/calls"; }
name_the_file() { [ "$(sed -n '1s/^[^ ]* //p' "$1")" = "$(basename "$1" .litmus | sed 's/^AArch64-//')" ]; }

mkdir "$scratch/bare"
find /usr/bin /bin -maxdepth 1 ! -type d ! -name herd7 -exec ln -sf -t "$scratch/bare" {} +
expect "herd7 is missing" 2 "herd7 is missing.*opam install herdtools7" env PATH="$scratch/bare" "$litmus"
expect "arguments" 2 "no arguments" "${run[@]}" x
expect "a tree without the memory model" 2 "tools/memory-model/linux-kernel.cfg is missing" "${run[@]}"
touch "$tree/tools/memory-model/linux-kernel.cfg"
echo none >"$scratch/odd"
expect "all are as they say" 0 "^# herd7 7.58" "${run[@]}"
check "every file is run" tests_are "$(find "$root/kernel/litmus" -name '*.litmus' | wc -l)"
check "those in C go by the kernel's model" with_model 'MP+clear-bit+acquire'
check "those in assembly do not" without_model 'AArch64-MP+clear-bit+ctrl'
echo MP+clear-bit+acquire >"$scratch/odd"
echo Sometimes >"$scratch/result"
expect "another result" 1 "^not ok - MP.clear-bit.acquire.litmus: .*Sometimes 1 2 \(should be Never\)" "${run[@]}"
: >"$scratch/result"
expect "no result" 1 "^not ok - MP.clear-bit.acquire.litmus: no observation" "${run[@]}"
for file in "$root"/kernel/litmus/*.litmus; do
	check "$(basename "$file") is called by its name" name_the_file "$file"
done
finish
