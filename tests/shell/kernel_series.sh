#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# Which series a tree of the user's gets, and what is said of a patch that does not apply. Tree and
# series are made up; the image is what became of the tree's file.
# shellcheck disable=SC2317 # functions that check calls
set -uo pipefail

# shellcheck source=tests/scratch.sh
. "$(dirname "$0")/../scratch.sh" build

checkout=$scratch/checkout
series=$checkout/kernel/series
export XDG_CACHE_HOME=$scratch/cache
mkdir -p "$checkout" "$scratch/fakes" "$scratch/plain/virt/kvm" "$scratch/plain/scripts/kconfig" \
	"$scratch/plain/include/uapi/linux"
cp -r "$root"/{kernel,harness} "$checkout"
rm -r "${series:?}"/*
cd "$scratch" || exit

# A tree that takes all settings.
printf 'VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 99\n' >plain/Makefile
echo 'int kvm;' >plain/virt/kvm/kvm_main.c
echo 'int gfn;' >plain/virt/kvm/gfn.c
echo '#define KVM_MEM_READONLY 2' >plain/include/uapi/linux/kvm.h
# shellcheck disable=SC2016 # it is the fakes that expand these
printf '#!/bin/sh\nout=$3\nshift 4\ncat "$@" | grep -v =n$ >"$out/.config"\n' >plain/scripts/kconfig/merge_config.sh
cat >fakes/make <<'END'
#!/bin/sh
src=$2
for word; do
	case $word in
	O=*) obj=${word#O=} ;;
	esac
done
touch "$obj/.config" "$obj/System.map"
cat "$src/virt/kvm/kvm_main.c" >"$obj/vmlinux"
END
# shellcheck disable=SC2016
printf '#!/bin/sh\n[ "$*" != -m ] || set -- x86_64\necho "$*"\n' >fakes/uname
chmod +x fakes/* plain/scripts/kconfig/merge_config.sh

# new_patch NAME FILE FROM TO [FILE FROM TO]...: changes the only line of each.
new_patch() {
	local name=$1

	mkdir -p "$series/${name%/*}"
	shift
	while [ $# -gt 0 ]; do
		printf -- '--- a/%s\n+++ b/%s\n@@ -1 +1 @@\n-%s\n+%s\n' "$1" "$1" "$2" "$3"
		shift 3
	done >"$series/$name"
}
main=virt/kvm/kvm_main.c
new_patch 6.12/0001-one.patch $main 'int kvm;' 'int series_6_12;' virt/kvm/gfn.c 'int gfn;' 'int gfn_t;'
new_patch 6.12/0002-two.patch virt/kvm/gfn.c 'int gfn_t;' 'int gfn_2;'
new_patch 7.3/0001-one.patch $main 'int kvm;' 'int series_7_3;'

# new_tree NAME VERSION: like the plain one.
new_tree() {
	cp -r plain "$1"
	sed -i "s/^VERSION.*/VERSION = ${2%.*}/; s/^PATCHLEVEL.*/PATCHLEVEL = ${2#*.}/" "$1/Makefile"
}
build() { PATH="$scratch/fakes:$PATH" KERNEL_SRC=$1 "$checkout/kernel/build.sh" "${@:2}"; }
export -f build
export scratch checkout
# refused NAME PATTERN TREE [ARGUMENT]...
refused() {
	# shellcheck disable=SC2016
	expect "$1" 2 "$2" bash -c 'build "$@"' - "${@:3}"
}
# builds NAME LINE SERIES SHA256 TREE [ARGUMENT]...: the kernel is of that line, and its manifest tells so.
builds() {
	local name=$1 line=$2 told="\"series\": \"$3\"," sha256="\"series_sha256\": $4," dir

	shift 4
	if ! dir=$(build "$@" 2>"$scratch/err"); then
		flunk "$name" "$(cat "$scratch/err")"
	elif [ "$(cat "$dir/vmlinux")" != "$line" ]; then
		flunk "$name" "made of: $(cat "$dir/vmlinux")"
	else
		check "$name: the manifest tells" test "$(grep -cFe "$told" -e "$sha256" "$dir/manifest.json")" = 2
	fi
}
sum_of() { echo "\"$(cat "$series/$1"/*.patch | sha256sum | cut -d ' ' -f 1)\""; }

builds "6.12" 'int series_6_12;' 6.12 "$(sum_of 6.12)" plain
new_tree later 6.18
builds "the nearest is the newest that is not newer" 'int series_6_12;' 6.12 "$(sum_of 6.12)" later
new_tree newer 7.10
builds "by number, not by digit" 'int series_7_3;' 7.3 "$(sum_of 7.3)" newer
new_tree same 7.3
builds "a tree of a base gets its series" 'int series_7_3;' 7.3 "$(sum_of 7.3)" same
builds "--base names another one" 'int series_7_3;' 7.3 "$(sum_of 7.3)" later --base 7.3
builds "also an older one" 'int series_6_12;' 6.12 "$(sum_of 6.12)" same --base 6.12
new_patch 6.12.70/0001-one.patch $main 'int kvm;' 'int series_6_12_70;'
new_patch 6.12.100/0001-one.patch $main 'int kvm;' 'int series_6_12_100;'
builds "a later point release has its own" 'int series_6_12_70;' 6.12.70 "$(sum_of 6.12.70)" plain
builds "also with --base" 'int series_6_12_70;' 6.12.70 "$(sum_of 6.12.70)" plain --base 6.12
builds "which later kernels do not get" 'int series_6_12;' 6.12 "$(sum_of 6.12)" later
builds "nor with --base" 'int series_6_12;' 6.12 "$(sum_of 6.12)" same --base 6.12
rm -r "$series"/6.12.*
refused "--base that is none" "--base '6.18' is not valid; there are: 6.12 7.3" later --base 6.18
refused "--base without a name" "--base '' is not valid" later --base
refused "--base and no series for a tree" "--base 7.3 is the series that it gets, and --series none .*leave one" \
	later --series none --base 7.3
new_tree old 6.9
refused "a tree older than all series" "Linux 6.9.99 is too old: .* for 6.12 and newer" old
refused "also without a series" "Linux 6.9.99 is too old" old --series none

builds "--series none" 'int kvm;' none null plain --series none
check "is another kernel than the one with a series" test "$(build plain 2>said)" != "$(build plain --series none 2>said)"
refused "a series of that name" "--series '6.12' is not valid; use none" plain --series 6.12
refused "no name of a series" "--series '' is not valid" plain --series

for macro in KVM_MEM_USERFAULT KVM_CAP_USERFAULT KVM_MEM_EXIT_ON_MISSING KVM_CAP_EXIT_ON_MISSING; do
	new_tree "$macro" 6.16
	echo "#define $macro	(1UL << 3)" >>"$macro/include/uapi/linux/kvm.h"
	builds "a tree with $macro is built as it is" 'int kvm;' "none (the tree's own)" null "$macro"
done
builds "also with --series none" 'int kvm;' "none (the tree's own)" null KVM_CAP_EXIT_ON_MISSING --series none
new_tree similar 6.16
echo '#define KVM_CAP_USERFAULTS_OF_GUESTS 9 /* KVM_MEM_USERFAULT */' >>similar/include/uapi/linux/kvm.h
builds "names that are only similar are none of these" 'int series_6_12;' 6.12 "$(sum_of 6.12)" similar

# What does not apply.
advice=".*'git am -3 kernel/series/6.12/\*.patch'.*KERNEL_SRC"
new_tree first 6.18
echo 'int other;' >first/$main
refused "the first file that fails is named" \
	"6.12/0001-one.patch does not apply to $main of Linux 6.18.99; --base tries another series, of 6.12 7.3;$advice" first
new_tree second 6.18
echo 'int other;' >second/virt/kvm/gfn.c
refused "not one before it that did not" "6.12/0001-one.patch does not apply to virt/kvm/gfn.c of" second
new_tree gone 6.18
rm gone/virt/kvm/gfn.c
refused "a file that is gone" "0001-one.patch does not apply to virt/kvm/gfn.c, which is not there, of" gone
mkdir -p "$series/6.15"
printf -- '--- /dev/null\n+++ b/virt/kvm/new.c\n@@ -0,0 +1 @@\n+int new;\n' >"$series/6.15/0001-new.patch"
new_tree taken 6.18
echo 'int other;' >taken/virt/kvm/new.c
refused "a file that is there already" "6.15/0001-new.patch does not apply to virt/kvm/new.c of" taken
new_patch 6.15/0002-two.patch $main 'int other;' 'int series_6_15;'
rm taken/virt/kvm/new.c
refused "the first patch that fails is named" "6.15/0002-two.patch does not apply to $main of" taken

rm -r "$series/6.15"
# Settings that only one base has, and the fake merge_config.sh drops.
cp -r later between
# shellcheck disable=SC2016
printf '#!/bin/sh\nout=$3\nshift 4\ncat "$@" | grep -v -e =n$ -e PREEMPT_VOLUNTARY >"$out/.config"\n' \
	>between/scripts/kconfig/merge_config.sh
check "a tree between two bases may lack what only one of them has" build between
expect "which is told" 0 "Linux 6.18.99 does without these settings of 6.12: CONFIG_PREEMPT_VOLUNTARY=y$" \
	env PATH="$scratch/fakes:$PATH" KERNEL_SRC="$PWD/between" XDG_CACHE_HOME="$scratch/anew" "$checkout/kernel/build.sh"
cp -r between base && cp plain/Makefile base
refused "a tree of the base may not" "Linux 6.12.99 does not take these settings: CONFIG_PREEMPT_VOLUNTARY=y" base

# Debian's sources, as the cache has them.
for base in 6.12 7.3; do
	[ -e "/usr/src/linux-source-$base.tar.xz" ] || echo "$base" >"cache/faultline/linux-source-${base}_1.tar.xz"
done
kernel_of() { PATH="$scratch/fakes:$PATH" "$checkout/kernel/build.sh" --base "$1" --if-built 2>/dev/null; }
before="$(kernel_of 6.12) $(kernel_of 7.3)"
check "each base has its kernel" test "${before% *}" != "${before#* }"
new_patch 7.3/0002-two.patch virt/kvm/gfn.c 'int gfn;' 'int gfn_2;'
check "what is new in one series makes no other kernel of the other base" test "$(kernel_of 6.12)" = "${before% *}"
check "but one of its own" test "$(kernel_of 7.3)" != "${before#* }"
before=$(kernel_of 6.12)
new_patch 6.12.70/0001-one.patch $main 'int kvm;' 'int series_6_12_70;'
check "a series for later point releases is of its base" test "$(kernel_of 6.12)" != "$before"
before=$(kernel_of 6.12)
echo '# CONFIG_NOTHING' >>"$checkout/kernel/config/7.3/common.config"
check "the same goes for its settings" test "$(kernel_of 6.12)" = "$before"

nothing_kept() { ! compgen -G "cache/faultline/work.*" >/dev/null; }
check "nothing is kept of these" wait_for nothing_kept
finish
