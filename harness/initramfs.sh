#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: harness/initramfs.sh NAME=FILE|NAME...
#
# Prints an initramfs in the kernel's format (newc, see its initramfs/buffer-format.rst):
# /dev/console, FILE as the program /NAME, each other NAME as a folder. It is the same for
# the same contents, and the same as usr/gen_init_cpio -t 0 of a kernel tree makes of it, which
# kernels that were built elsewhere do not come with.
set -euo pipefail

inode=721 # as there
written_bytes=0

# zeros COUNT
zeros() {
	head -c "$1" /dev/zero
	written_bytes=$((written_bytes + $1))
}

# entry INODE MODE LINKS BYTES DEVICE NAME: but for the content. Device: major and minor number.
entry() {
	local name=$6 number fields=("$1" "$2" 0 0 "$3" 0 "$4")

	# shellcheck disable=SC2206 # two numbers
	fields+=($5 $((${#name} + 1)) 0)
	printf 070701
	for number in "${fields[@]}"; do
		printf %08X "$number"
	done
	printf '%s\0' "$name"
	written_bytes=$((written_bytes + 110 + ${#name} + 1))
	zeros $((-written_bytes & 3))
}

# next MODE LINKS BYTES DEVICE NAME: an entry that is on the archive's own device, 3:1.
next() {
	entry $((inode++)) "$1" "$2" "$3" "3 1 $4" "$5"
}

program() {
	local bytes

	bytes=$(stat -L -c %s -- "$2")
	next 0100755 1 "$bytes" "0 0" "$1"
	cat -- "$2"
	written_bytes=$((written_bytes + bytes))
	zeros $((-written_bytes & 3))
}

next 0040755 2 0 "0 0" dev
next 0020600 1 0 "5 1" dev/console
for argument; do
	case $argument in
	*=*) program "${argument%%=*}" "${argument#*=}" ;;
	*) next 0040755 2 0 "0 0" "$argument" ;;
	esac
done
entry 0 0 1 0 "0 0 0 0" 'TRAILER!!!'
zeros $((-written_bytes & 511))
