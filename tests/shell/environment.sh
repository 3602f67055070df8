#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# run.sh from wherever and however it is started, in shells that export what changes other
# programs; and what of that gets through to make.
# shellcheck disable=SC2016,SC2317 # what inner shells expand; functions that check calls
set -uo pipefail

# shellcheck source=tests/scratch.sh
. "$(dirname "$0")/../scratch.sh"

mkdir "$scratch/bin" "$scratch/checkouts"
ln -s "$root/run.sh" "$scratch/bin/one"
ln -s one "$scratch/bin/faultline"
ln -s "$root" "$scratch/checkouts/here"
echo 'echo sourced' >"$scratch/rc"

# lists NAME COMMAND...: in a shell's words, from $scratch, prints what list does and nothing else.
list=$("$root/run.sh" list 2>&1)
lists() {
	local name=$1 out

	shift
	out=$(cd "$scratch" && env -u FAULTLINE_ROOT "$@" 2>&1 </dev/null)
	[ "$out" = "$list" ] && pass "$name" || flunk "$name" "$(head -n 5 <<<"$out")"
}

lists "CDPATH" env CDPATH=".:$scratch" checkouts/here/run.sh list
lists "a link of a link" bin/faultline list
lists "the same by PATH" env PATH="$scratch/bin:$PATH" faultline list
lists "sh run.sh" sh checkouts/here/run.sh list
lists "bash run.sh" bash checkouts/here/run.sh list
lists "bash run.sh by PATH" env PATH="$root:$PATH" bash run.sh list
lists "options of the shell" env SHELLOPTS=xtrace:nounset:noclobber:noglob BASHOPTS=nullglob:failglob \
	checkouts/here/run.sh list
lists "startup files" env BASH_ENV="$scratch/rc" ENV="$scratch/rc" checkouts/here/run.sh list
lists "functions" bash -c 'for f in cd dirname sed grep env make exec; do
	eval "$f() { echo function; }"; export -f $f; done; checkouts/here/run.sh list'
lists "blanks between nothing" env IFS=/ checkouts/here/run.sh list
lists "a narrow umask" sh -c 'umask 0777; checkouts/here/run.sh list'
lists "colours and columns" env GREP_COLORS=mt=1 GREP_COLOR=1 LS_COLORS=x TERM=dumb COLUMNS=1 checkouts/here/run.sh list
lists "limits and places of other programs" env FUNCNEST=1 DPKG_ADMINDIR=/x DPKG_ROOT=/x checkouts/here/run.sh list
lists "GNU programs told to be of POSIX" env POSIXLY_CORRECT=1 checkouts/here/run.sh list
expect "options behind other words, then, too" 0 "^arches x86_64|^arches arm64" \
	env POSIXLY_CORRECT=1 FAULTLINE_ROOT="$root" "$root/build/faultline" point tier=nested mode=kernel --check

# What a user's shell may have for other builds. make may have settings of its own from none of these.
settings=(MAKEFLAGS=-n MFLAGS=-n GNUMAKEFLAGS=-n MAKEOVERRIDES=x MAKEFILES=/dev/null MAKELEVEL=3
	PKG_CONFIG=false PKG_CONFIG_PATH=/x PKG_CONFIG_LIBDIR=/x PKG_CONFIG_SYSROOT_DIR=/x
	CFLAGS=-O0 CPPFLAGS=-Dx LDFLAGS=-static CC=false LD=false AR=false AS=false CROSS_COMPILE=x- ARCH=x
	O=x V=1 OBJ=x ARCHES=x WERROR=1 SANITIZE=1 DESTDIR=/x C_INCLUDE_PATH=/x CPATH=/x LIBRARY_PATH=/x
	GCC_EXEC_PREFIX=/x/ COMPILER_PATH=/x DEPENDENCIES_OUTPUT=/dev/full GIT_DIR=/x KBUILD_OUTPUT=/x
	TAR_OPTIONS=-v)
lists "settings of other builds" env "${settings[@]}" checkouts/here/run.sh list
mkdir "$scratch/fakes"
printf '#!/bin/sh\nenv >"%s"\n' "$scratch/environment" >"$scratch/fakes/make"
chmod +x "$scratch/fakes/make"
lists "even where they are not seen" env PATH="$scratch/fakes:$PATH" "${settings[@]}" checkouts/here/run.sh list
names=$(printf '%s\n' "${settings[@]}" | sed 's/=.*//' | paste -sd '|')
check "they do not get to make" [ -z "$(grep -E "^($names)=" "$scratch/environment")" ]
check "but what it needs does" grep -q '^FAULTLINE_ROOT=' "$scratch/environment"

# Homes and temporary folders that are missing, or not what is expected of them.
home=$(getent passwd "$(id -u)" | cut -d : -f 6)
for setting in -uHOME HOME=; do
	expect "the home is known: env $setting" 0 "^$home/.cache/faultline/kernel-" \
		env -u XDG_CACHE_HOME "$setting" sh -c '"$1/kernel/build.sh" --if-built || [ $? = 4 ]' - "$root"
done
for setting in HOME=/ HOME=/nonexistent HOME=here TMPDIR=nowhere TMPDIR=here TMPDIR=/dev/null; do
	lists "$setting" env XDG_CACHE_HOME="${XDG_CACHE_HOME:-$home/.cache}" "$setting" checkouts/here/run.sh list
done
expect "a home without kernels" 0 "linux-source-6.12 .*not built" env -u XDG_CACHE_HOME HOME=/nonexistent "$root/run.sh" list
expect "a home that is not there is not made" 2 "there is no folder HOME=$scratch/gone; set HOME or" \
	env -u XDG_CACHE_HOME HOME="$scratch/gone" "$root/kernel/build.sh"
for end in '>"$1/asked" 2>&-' '>"$1/asked" 2>/dev/full' '2>&1 >"$1/asked" | true'; do
	check "what is asked for comes although nobody reads messages: $end" bash -c "
		set -o pipefail
		\"\$2/kernel/build.sh\" --if-built $end || [ \$? = 4 ] || exit
		grep -q faultline/kernel- \"\$1/asked\"" - "$scratch" "$root"
done
for name in "a b" "o'brien" 'a"b' 'a$b' 'a#b' 'a;b' 'a%b' 'a\b' 'a(b' 'a&b' 'a*b' 'a:b' $'a\nb' '[a]' 'a{b'; do
	expect "no kernel is built below $(printf %q "$name")" 2 "no blanks, colons or.*set XDG_CACHE_HOME|^set XDG_CACHE" \
		env XDG_CACHE_HOME="$scratch/$name" "$root/kernel/build.sh" --if-built
done
for name in a-b_c ü.d; do
	expect "but below $name" 4 "/$name/faultline/kernel-" \
		env XDG_CACHE_HOME="$scratch/$name" "$root/kernel/build.sh" --if-built
done
expect "what is only asked for leaves no folder" 4 "/none/faultline/kernel-" \
	env XDG_CACHE_HOME="$scratch/none" "$root/kernel/build.sh" --if-built
check "none at all" test ! -e "$scratch/none"
if [ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null; then
	mkdir -p "$scratch/noexec" "$scratch/tree/virt/kvm"
	touch "$scratch/tree/Makefile" "$scratch/tree/virt/kvm/kvm_main.c"
	expect "a cache in which nothing can be run" 2 "mounted with noexec; set XDG_CACHE_HOME" \
		unshare -m sh -c 'mount -t tmpfs -o noexec,size=4g none "$1/noexec" &&
		XDG_CACHE_HOME=$1/noexec KERNEL_SRC=$1/tree "$2/kernel/build.sh"' - "$scratch" "$root"
else
	skip_test "a cache in which nothing can be run" "needs root and mount namespaces"
fi

# make, for those who run it themselves: what is 1 is on, what is 0 or empty is off.
said() { env "$1" make -s -n -C "$root" -W bench/faultline.c build/faultline 2>&1; }
for switch in WERROR SANITIZE; do
	check "$switch=0 is off" [ "$(said $switch=0)" = "$(said $switch=)" ]
	check "$switch=1 is on" [ "$(said $switch=1)" != "$(said $switch=)" ]
	expect "$switch=yes is neither" 2 "$switch=yes: say 1 for on or 0 for off" env $switch=yes make -n -C "$root" all
done
expect "libraries that are not there are named with their packages" 2 "apt-get install .*libinih-dev" \
	env PKG_CONFIG_LIBDIR=/nonexistent make -C "$root" -W bench/faultline.c build/faultline
finish
