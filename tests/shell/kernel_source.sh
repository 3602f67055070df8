#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# What is done with a source tree of the user's, from a checkout whose name has blanks.
# shellcheck disable=SC2317 # functions that check calls
set -uo pipefail

# shellcheck source=tests/scratch.sh
. "$(dirname "$0")/../scratch.sh" build

checkout="$scratch/a checkout"
export XDG_CACHE_HOME=$scratch/cache
mkdir -p "$checkout/tests" "$scratch/fakes" "$scratch/tree/virt/kvm" "$scratch/tree/scripts/kconfig"
cp -r "$root"/{kernel,harness,run.sh} "$checkout"
cp "$root/tests/check-series.sh" "$checkout/tests"
cd "$scratch" || exit

# A tree that takes all settings, and splits names at blanks as the kernel's script does.
printf 'VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 99\n' >tree/Makefile
printf 'int kvm;\nint more;\n' >tree/virt/kvm/kvm_main.c
# shellcheck disable=SC2016 # it is the fake that expands this
printf '#!/bin/sh\nout=$3\nshift 4\ncat $* | grep -v =n$ >"$out/.config"\n' >tree/scripts/kconfig/merge_config.sh
cat >fakes/make <<'END_OF_FAKE'
#!/bin/sh
for word; do
	case $word in
	O=*) obj=${word#O=} ;;
	esac
done
mkdir -p "$obj/arch/arm64/boot"
touch "$obj/.config" "$obj/vmlinux" "$obj/System.map" "$obj/arch/arm64/boot/Image"
END_OF_FAKE
printf '#!/bin/sh\nexit 0\n' >fakes/patch
printf 'print "checked by the tree\\n";\n' >tree/scripts/checkpatch.pl
chmod +x fakes/* tree/scripts/kconfig/merge_config.sh
build() { PATH="$scratch/fakes:$PATH" KERNEL_SRC=tree "$checkout/kernel/build.sh"; }
check "a checkout with a blank in its name builds a kernel" build

clean() { "$root/kernel/clean.sh" "$@"; }
clean tar --force-local -czf 'a tree: 6.12.tar.gz' tree && clean tar -cf other.tar fakes
sha256sum ./*.tar* >sums
expect "a tarball of a tree" 0 "cache/faultline/kernel-" \
	env PATH="$scratch/fakes:$PATH" KERNEL_SRC='a tree: 6.12.tar.gz' "$checkout/kernel/build.sh"
check "a tarball of a tree is named in the manifest" grep -q 'tarball a tree: 6.12.tar.gz' cache/faultline/*/manifest.json
expect "a tarball of something else" 2 "KERNEL_SRC=.*other.tar is not a kernel source tree" \
	env PATH="$scratch/fakes:$PATH" KERNEL_SRC=other.tar "$checkout/kernel/build.sh"
check "tarballs stay as they were" sha256sum -c --quiet sums

git init -q tree && git -C tree add . && git -C tree commit -qm one
git clone -q -c core.autocrlf=true tree crlf
expect "lines that end in CR LF" 2 "KERNEL_SRC=$scratch/crlf end in CR LF.*core.autocrlf=false" \
	env PATH="$scratch/fakes:$PATH" KERNEL_SRC=crlf "$checkout/kernel/build.sh"

# The tree's own checkpatch, also from another folder, and not the next time.
expect "the series is checked by the tree" 0 "checked by the tree" \
	env KERNEL_SRC=tree "$checkout/tests/check-series.sh"
check "nothing of it is kept" test ! -e "$checkout/build"
# run.sh hands its name to make, which goes elsewhere.
# shellcheck disable=SC2016
printf '#!/bin/sh\necho "source: $KERNEL_SRC"\nexit 1\n' >fakes/make
printf '#!/bin/sh\nprintf installed\n' >fakes/dpkg-query
cp fakes/dpkg-query fakes/apt-get && chmod +x fakes/*
expect "run.sh check is told the whole name" 1 "source: $scratch/tree" \
	env PATH="$scratch/fakes:$PATH" KERNEL_SRC=tree "$checkout/run.sh" check
finish
