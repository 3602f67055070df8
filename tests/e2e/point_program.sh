#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# faultline-point by itself, for this machine; and the one for the other architecture under
# qemu-user, as far as that goes: it has no /dev/kvm to offer.
set -uo pipefail

# shellcheck source=tests/e2e.sh
. "$(dirname "$0")/../e2e.sh"

case $(uname -m) in
aarch64) own=arm64 other=x86_64 user=qemu-x86_64 ;;
*) own=x86_64 other=arm64 user=qemu-aarch64 ;;
esac
program=$root/build/$own/faultline-point

expect "other architecture" 4 "\"status\":\"skipped\",\"reason\":\"arch=$other was asked for" "$program" "arch=$other"
expect "malformed key" 2 "no-such-key" "$program" no-such-key=1

user=$(command -v "$user" "$user-static" | head -n 1)
program=$root/build/$other/faultline-point
if [ -z "$user" ] || [ ! -x "$program" ]; then
	skip_test "the $other program under qemu-user" "no qemu-user, or make ARCHES=\"$own $other\" was not run"
	finish
fi
expect "no KVM under qemu-user" 4 '"status":"skipped","reason":"/dev/kvm' "$user" "$program" mode=kernel
expect "this machine's under qemu-user" 4 "\"reason\":\"arch=$own was asked for" "$user" "$program" "arch=$own"
finish
