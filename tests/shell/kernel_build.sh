#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# kernel/build.sh, with a fake make, so that it takes no time.
# shellcheck disable=SC2317 # functions that check calls
set -uo pipefail

# shellcheck source=tests/scratch.sh
. "$(dirname "$0")/../scratch.sh" build

build=$root/kernel/build.sh
tree=$scratch/tree
fakes=$scratch/fakes
export XDG_CACHE_HOME=$scratch/cache MADE=$scratch/made

# A tree with what build.sh looks at, and a Kconfig that takes all settings.
mkdir -p "$tree/virt/kvm" "$tree/scripts/kconfig" "$fakes"
printf 'VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 99\n' >"$tree/Makefile"
echo 'int kvm;' >"$tree/virt/kvm/kvm_main.c"
# The environment does not get through to scripts of the tree, make and compilers, so
# orders come by file.
echo nothing >"$scratch/dropped"
echo 1 >"$scratch/cross_version"
cat >"$tree/scripts/kconfig/merge_config.sh" <<END
#!/bin/sh
shift 4
cat "\$@" | grep -v '=n\$' | grep -v -f "$scratch/dropped" >"\${0%/src/*}/obj/.config"
END
chmod +x "$tree/scripts/kconfig/merge_config.sh"

cat >"$fakes/make" <<END
#!/bin/bash
for word; do
	case \$word in
	O=*) obj=\${word#O=} ;;
	esac
done
echo "\$*" >>"$scratch/make_arguments"
case \$word in
vmlinux) image=\$obj/vmlinux ;;
Image) image=\$obj/arch/arm64/boot/Image ;;
*) image= ;;
esac
if [ -n "\$image" ]; then
	echo built >>"$MADE"
	while [ -e "$scratch/be_slow" ]; do sleep 0.05; done
	[ ! -e "$scratch/hang" ] || { touch "$scratch/hanging"; sleep 60; }
	[ ! -e "$scratch/fail" ] || { echo 'kvm_main.c:1: error: it is broken'; exit 2; }
	mkdir -p "\$(dirname "\$image")"
	echo image | tee "\$image" >"\$obj/System.map"
else
	touch "\$obj/.config"
fi
END
printf '#!/bin/sh\nexit 0\n' >"$fakes/patch"
# The machine is one of x86-64 wherever this runs, or what MACHINE_IS says, and has
# cross compilers for arm64.
# shellcheck disable=SC2016 # it is the fake that expands this
printf '#!/bin/sh\n[ "$*" = -m ] || exec "%s" "$@"\necho "${MACHINE_IS:-x86_64}"\n' \
	"$(command -v uname)" >"$fakes/uname"
for tool in gcc ld as; do
	# shellcheck disable=SC2016
	printf '#!/bin/sh\necho "cross %s $(cat "%s")"\n' $tool "$scratch/cross_version" \
		>"$fakes/aarch64-linux-gnu-$tool"
done
chmod +x "$fakes"/*
# All that the machine really has, except cross compilers.
mkdir "$scratch/bare"
mkdir "$scratch/only_uname" && cp "$fakes/uname" "$scratch/only_uname/"
find /usr/bin /bin -maxdepth 1 ! -type d ! -name '*-linux-gnu-*' -exec ln -sf -t "$scratch/bare" {} +

cat >"$scratch/with_fakes" <<END
#!/bin/sh
PATH="$fakes:\$PATH" KERNEL_SRC="$tree" exec "$build" "\$@"
END
chmod +x "$scratch/with_fakes"
with_fakes() { "$scratch/with_fakes" "$@"; }
builds() { [ "$(wc -l <"$MADE")" = "$1" ]; }
# Nobody waits for a working folder to go.
is_gone() { ! compgen -G "$1/faultline/work.*" >/dev/null; }
nothing_kept() { wait_for is_gone "$XDG_CACHE_HOME" && ! compgen -G "$XDG_CACHE_HOME/faultline/kernel-*"; }
fingerprint() { (cd "$tree" && find . -type f -printf '%p %T@ ' -exec sha256sum {} \; | sort); }

expect "unknown argument" 2 "'--wrong'.*--help" "$build" --wrong
expect "unknown architecture" 2 "'vax'.*x86_64 arm64" "$build" --arch vax
expect "a machine that is of no known architecture" 2 "'riscv64'.*x86_64 arm64" \
	env MACHINE_IS=riscv64 "$scratch/with_fakes"
expect "no name of an architecture" 2 "--arch needs an architecture.*x86_64 arm64" "$build" --arch
expect "no cross compiler for arm64" 2 "aarch64-linux-gnu-gcc is not installed.*install gcc-aarch64-linux-gnu" \
	env PATH="$scratch/only_uname:$scratch/bare" KERNEL_SRC="$tree" "$build" --arch arm64
expect "no cross compiler for x86_64" 2 "x86_64-linux-gnu-gcc is not installed.*install gcc-x86-64-linux-gnu" \
	env PATH="$scratch/only_uname:$scratch/bare" KERNEL_SRC="$tree" MACHINE_IS=aarch64 "$build" --arch x86_64
expect "a folder that is no kernel tree" 2 "KERNEL_SRC=/usr/share is not a kernel source tree" \
	env KERNEL_SRC=/usr/share "$build"
expect "cache that cannot be written" 2 "cannot write to /dev/null/faultline; set XDG_CACHE_HOME" \
	env XDG_CACHE_HOME=/dev/null "$build"
expect "blank in the cache's name" 2 "no blanks" env XDG_CACHE_HOME="$scratch/a blank" "$build"

if [ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null; then
	mkdir "$scratch/small"
	# shellcheck disable=SC2016 # it is the inner shell that expands this
	expect "too little room" 2 "$scratch/small/faultline has [0-9]+ MiB free and the build takes" \
		unshare -m sh -c 'mount -t tmpfs -o size=4m none "$1" && XDG_CACHE_HOME=$1 KERNEL_SRC=$2 "$3"' \
		- "$scratch/small" "$tree" "$build"
	# shellcheck disable=SC2016
	expect "no source at all" 2 "there is no linux-source-6.12; ./run.sh kernel --base 6.12 gets it, or set KERNEL_SRC" \
		unshare -m sh -c 'mount -t tmpfs none /usr/src && "$0"' "$build"
else
	skip_test "too little room" "needs root and mount namespaces"
	skip_test "no source at all" "needs root and mount namespaces"
fi

before=$(fingerprint)
expect "patch that does not apply" 2 "0001-.*\.patch does not apply to .* of Linux 6\.12\.99" \
	env KERNEL_SRC="$tree" "$build"
check "nothing is kept after it" nothing_kept

touch "$scratch/fail"
expect "failed build shows the log's end" 1 "it is broken" "$scratch/with_fakes"
expect "and says where the log is" 1 "the whole log is $XDG_CACHE_HOME" "$scratch/with_fakes"
rm "$scratch/fail"

touch "$scratch/hang"
# interrupted PREFIX: begins a build, and sends it a signal: the group as a terminal does, or it alone.
interrupted() {
	rm -f "$scratch/hanging"
	PATH="$fakes:$PATH" KERNEL_SRC="$tree" setsid "$build" >/dev/null 2>&1 </dev/null &
	pid=$!
	wait_for test -e "$scratch/hanging"
	kill -TERM -- "$1$pid"
	wait $pid
	code=$?
}
no_make_left() { ! pgrep -f "$fakes/make"; }
for whom in - ''; do
	SECONDS=0
	interrupted "$whom"
	check "interrupted build${whom:+, with all it has started}" [ $code = 130 ]
	check "it ends at once" [ $SECONDS -lt 30 ]
	check "nothing is kept after it, either" nothing_kept
	check "and nothing runs on" no_make_left
done
rm "$scratch/hang"

echo CONFIG_USERFAULTFD >"$scratch/dropped"
expect "setting that Linux drops is named" 2 "does not take these settings: CONFIG_USERFAULTFD=y" \
	env PATH="$fakes:$PATH" KERNEL_SRC="$tree" "$build"
echo nothing >"$scratch/dropped"

expect "--if-built when it is not" 4 "^$XDG_CACHE_HOME/faultline/kernel-x86_64-" \
	env PATH="$fakes:$PATH" KERNEL_SRC="$tree" "$build" --if-built

: >"$MADE"
touch "$scratch/be_slow"
with_fakes >"$scratch/one" 2>"$scratch/said.one" &
with_fakes >"$scratch/two" 2>"$scratch/said.two" &
wait_for grep -q waiting "$scratch"/said.*
rm "$scratch/be_slow"
wait
check "two at once build one kernel" builds 1
check "and both get it" cmp "$scratch/one" "$scratch/two"
check "and one is told which it waits for" \
	grep -qE "waiting for another build in $XDG_CACHE_HOME/faultline: process [0-9]+, since 2" "$scratch"/said.*

expect "built before: found again" 0 "^$XDG_CACHE_HOME/faultline/kernel-x86_64-[0-9a-f]{16}\$" "$scratch/with_fakes"
check "without another build" builds 1
echo damage >>"$(cat "$scratch/one")/vmlinux"
check "a damaged image is found out" with_fakes
check "and built again" builds 2

check "the user's tree is as it was" [ "$(fingerprint)" = "$before" ]

expect "a setting of the user's" 0 "^$XDG_CACHE_HOME/faultline/kernel-x86_64-[0-9a-f]{16}\$" \
	"$scratch/with_fakes" --set KVM_EXIT_ON_MISSING=n --set CONFIG_NR_CPUS=8
with_fakes --set KVM_EXIT_ON_MISSING=n --set CONFIG_NR_CPUS=8 >"$scratch/set" 2>/dev/null
check "makes another kernel" [ "$(cat "$scratch/set")" != "$(cat "$scratch/one")" ]
check "which is built once" builds 3
check "whose manifest tells it" grep -qF '"settings": "CONFIG_KVM_EXIT_ON_MISSING=n CONFIG_NR_CPUS=8"' \
	"$(cat "$scratch/set")/manifest.json"
check "whose configuration has it" grep -qx CONFIG_NR_CPUS=8 "$(cat "$scratch/set")/config"
check "and other kernels' do not" grep -qF '"settings": ""' "$(cat "$scratch/one")/manifest.json"
for bad in '' KVM_EXIT_ON_MISSING 'KVM=y KASAN=y' KVM=maybe '-KVM=y'; do
	expect "no setting: '$bad'" 2 "--set needs a setting.*KVM_EXIT_ON_MISSING=n, not" "$build" --set "$bad"
done

expect "a fragment" 0 "^$XDG_CACHE_HOME/faultline/kernel-x86_64-[0-9a-f]{16}\$" \
	"$scratch/with_fakes" --fragment kasan --set DEBUG_LIST=n
with_fakes --fragment kasan --set DEBUG_LIST=n >"$scratch/fragment" 2>/dev/null
check "makes another kernel, too" [ "$(cat "$scratch/fragment")" != "$(cat "$scratch/one")" ]
check "built once" builds 4
check "whose manifest names it" grep -qF '"settings": "kasan.config CONFIG_DEBUG_LIST=n"' \
	"$(cat "$scratch/fragment")/manifest.json"
check "whose configuration has all of it" grep -qx CONFIG_KASAN=y "$(cat "$scratch/fragment")/config"
check "in place of what others have" grep -qx CONFIG_SLUB_DEBUG=y "$(cat "$scratch/fragment")/config"
expect "--set goes before it" 1 "" grep DEBUG_LIST "$(cat "$scratch/fragment")/config"
for bad in '' none ../common kasan.config; do
	expect "no fragment: '$bad'" 2 "--fragment '$bad' is not valid; there are: distro kasan kcsan" "$build" --fragment "$bad"
done
echo CONFIG_KASAN_VMALLOC >"$scratch/dropped"
expect "a setting of a fragment that Linux drops is named" 2 "does not take these settings: CONFIG_KASAN_VMALLOC=y" \
	"$scratch/with_fakes" --fragment kasan
echo nothing >"$scratch/dropped"

# make's arguments are of the last call, which is that for the image.
told_make() { tail -n 1 "$scratch/make_arguments" | grep -qE -- "$1"; }
expect "arm64 on x86-64" 0 "^$XDG_CACHE_HOME/faultline/kernel-arm64-[0-9a-f]{16}\$" "$scratch/with_fakes" --arch arm64
check "is built with the cross compiler, image only" \
	told_make "ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu- .* Image\$"
check "and the image is there" test -r "$(with_fakes --arch arm64 2>/dev/null)/Image"
check "without another build" builds 5
echo 2 >"$scratch/cross_version"
expect "another cross compiler: another kernel" 4 "kernel-arm64-" "$scratch/with_fakes" --arch arm64 --if-built
expect "arm64 on arm64, without being asked for" 0 "kernel-arm64-" env MACHINE_IS=aarch64 "$scratch/with_fakes"
check "is built without a cross compiler" told_make "ARCH=arm64 CROSS_COMPILE= .* Image\$"

# A cache that others can write to could hold any kernel.
nothing_with() { wait_for is_gone "$2" && ! find "$2" -perm "$1" ! -type l | grep .; }
kernel=$(cat "$scratch/one")
chmod o+w "$kernel"
expect "a kernel that all may write to" 2 "can be written by all users and is not trusted; chmod o-w" "$scratch/with_fakes"
chmod o-w "$kernel"
(umask 0 && XDG_CACHE_HOME=$scratch/umask with_fakes >"$scratch/found" 2>/dev/null)
check "even with a umask of 0 it is nobody else's" nothing_with -o+w "$scratch/umask"
(umask 077 && XDG_CACHE_HOME=$scratch/private with_fakes >"$scratch/found" 2>/dev/null)
check "with a umask of 077 it is private" nothing_with /077 "$scratch/private"
if [ "$(id -u)" = 0 ]; then
	mkdir -p "$scratch/others/faultline" && chown nobody "$scratch/others/faultline"
	expect "a cache of another user" 2 "belongs to another user \(nobody\) and is not trusted; set XDG_CACHE_HOME" \
		env XDG_CACHE_HOME="$scratch/others" "$scratch/with_fakes"
	chown nobody "$kernel"
	expect "a kernel of another user" 2 "belongs to another user \(nobody\)" "$scratch/with_fakes"
	chown 0 "$kernel"
else
	skip_test "a cache of another user" "needs root"
	skip_test "a kernel of another user" "needs root"
fi
finish
