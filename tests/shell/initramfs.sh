#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# harness/initramfs.sh.
set -uo pipefail

# shellcheck source=tests/scratch.sh
. "$(dirname "$0")/../scratch.sh"

cd "$scratch" || exit
printf '#!/bin/sh\nexec 3<&0\n' >program
# Of what usr/gen_init_cpio -t 0 of Linux 6.12 makes of the same entries.
# shellcheck disable=SC2016 # it is the inner shell that expands this
expect "the bytes that the kernel's own tool makes" 0 \
	"9f84f1974776c835920f2e29af4afc3f537e92b5f2536da5b0fc1febae844e1c" \
	bash -c '"$0" proc init=program | sha256sum' "$root/harness/initramfs.sh"
# shellcheck disable=SC2016
expect "a file that is not there" 1 "nowhere" bash -c '"$0" init=nowhere >archive' "$root/harness/initramfs.sh"
finish
