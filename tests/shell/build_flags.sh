#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# What the program that measures is built with is part of what a run records, and a build with
# other flags, or after one, leaves nothing of the other. In a scratch copy of the sources.
# shellcheck disable=SC2317 # functions that check calls
set -uo pipefail

# shellcheck source=tests/scratch.sh
. "$(dirname "$0")/../scratch.sh"

cp -r "$root"/{bench,harness,workloads,Makefile} "$scratch"
mkdir "$scratch/tests"
cp -r "$root"/tests/{unit,kvm,kernel-debug} "$scratch/tests"
cd "$scratch" || exit 1
arch=$(uname -m | sed s/aarch64/arm64/)
program=build/$arch/faultline-point

# The program that was built last tells of itself.
says() { strings -a "$program" | grep -A 5 "was built with" | grep -E -- "$1"; }
build() { make -s -j2 "$@" "$program"; }
same() { [ "$(sha256sum <"$program")" = "$1" ]; }

check "as it comes" build
plain=$(sha256sum <"$program")
check "the program names compiler and flags" says "^compiler gcc .*[0-9]"
check "... of the guest, too" says "^guest_cflags .*-O2"
check "other flags" build CFLAGS="-std=gnu11 -O1 -g -DQUOTED=\"'it'\""
check "other flags: make another program" [ "$(sha256sum <"$program")" != "$plain" ]
check "other flags: are named" says "^cflags .*-O1 -g -DQUOTED=\"'it'\""
check "a plain build again is the one from before" build
check "... to the byte" same "$plain"
check "nothing is built twice" [ -z "$(make -s -d "$program" | grep "Must remake target.*\.o'")" ]
check "the guest's flags" build GUEST_CFLAGS_x86_64="-mno-red-zone -fcf-protection=none -mgeneral-regs-only -O1" \
	GUEST_CFLAGS_arm64="-mgeneral-regs-only -mno-outline-atomics -O1"
check "the guest's flags: are named" says "^guest_cflags .*-O1"
check "in the end as it came" build
check "... to the byte, too" same "$plain"

# What gcc would find in stdio.h's place, and ld in libc's.
mkdir hidden
echo '#error hidden' >hidden/stdio.h
: >hidden/libc.a
touch bench/point.c
CPATH=$scratch/hidden C_INCLUDE_PATH=$scratch/hidden LIBRARY_PATH=$scratch/hidden GCC_EXEC_PREFIX=/nowhere/ \
	COMPILER_PATH=/nowhere check "what compilers take from the environment changes nothing" build
check "... to the byte, as well" same "$plain"

finish
