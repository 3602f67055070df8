#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Devices that are there, closed or away: which way there is to a userfaultfd, and advice that
# would help. Needs root, for device nodes of its own.
set -uo pipefail

# shellcheck source=tests/e2e.sh
. "$(dirname "$0")/../e2e.sh"

tier=$(native_tier)
point=("$faultline" point tier="$tier" mode=uffd pages=64 seconds=0 --json)

# "${devices[@]}" KVM UFFD COMMAND...: runs it as nobody where these nodes of /dev have these
# modes; "none" is not there.
cat >"$scratch/devices" <<'END'
umask 0
dev=$1 kvm=$2 uffd=$3
node() { [ "$2" = none ] || mknod -m "$2" "$dev/$1" c "$3" "$4" || exit 99; }
mount -t tmpfs none "$dev" || exit 99
node null 666 1 3
node zero 666 1 5
node urandom 666 1 9
node kvm "$kvm" 10 232
node userfaultfd "$uffd" 10 "$(sed -n 's/^ *\([0-9]*\) userfaultfd$/\1/p' /proc/misc)"
mount --rbind "$dev" /dev || exit 99
exec setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set -all --inh-caps -all \
	env TMPDIR=/dev "${@:4}"
END
devices=(unshare -m bash "$scratch/devices" "$scratch/dev")
# The same as this user, with no node that could be opened.
# shellcheck disable=SC2016 # it is for another shell
no_device=(unshare -m bash -c 'mount --bind /dev/null /dev/userfaultfd && "$@"' -)
chmod 755 "$scratch"
mkdir "$scratch/dev"
if ! "${devices[@]}" 666 666 true 2>/dev/null || ! grep -qw userfaultfd /proc/misc || [ ! -c /dev/kvm ]; then
	skip_test "devices" "takes root, device nodes, /dev/kvm and a kernel with /dev/userfaultfd"
	finish
fi
[ "$(uname -m)" = x86_64 ] && number=323 || number=282
seccomp=(python3 "$root/tests/e2e/seccomp.py" "$number")
expect "the device is enough" 0 '"userfaultfd":"device"' "${devices[@]}" 666 666 "${point[@]}"
expect "doctor finds the device" 0 'uffd  *yes' "${devices[@]}" 666 666 "$faultline" doctor
expect "a filter on the system call does not matter" 0 '"userfaultfd":"device"' \
	"${seccomp[@]}" "${point[@]}"
expect "no device, but root: the system call" 0 '"userfaultfd":"syscall"' \
	"${no_device[@]}" "${point[@]}"
if [ "$(cat /proc/sys/vm/unprivileged_userfaultfd)" = 0 ]; then
	expect "a closed device" 4 "userfaultfd: Permission denied.*permission on /dev/userfaultfd" \
		"${devices[@]}" 666 600 "${point[@]}"
	expect "no device" 4 "No such file.*vm.unprivileged_userfaultfd=1, or give CAP_SYS_PTRACE" \
		"${devices[@]}" 666 none "${point[@]}"
else
	skip_test "a closed device" "vm.unprivileged_userfaultfd is set"
	skip_test "no device" "vm.unprivileged_userfaultfd is set"
fi
expect "a filter on the system call, and no device" 4 "a seccomp filter.*--device /dev/userfaultfd" \
	"${no_device[@]}" "${seccomp[@]}" "${point[@]}"
expect "/dev/kvm is closed" 2 "/dev/kvm: Permission denied; join the group" \
	"${devices[@]}" 600 666 "${point[@]}"
expect "/dev/kvm is not there" 2 "/dev/kvm: No such file.*--device /dev/kvm" \
	"${devices[@]}" none 666 "${point[@]}"
finish
