#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# Takes a kernel that was built elsewhere. The last line on stdout is its architecture and a
# folder like those of build.sh; everything else goes to stderr.
set -euo pipefail

usage() {
	cat <<'END'
usage: kernel/image.sh --kernel-image FILE --system-map FILE [--config FILE]

Checks that FILE is a kernel that faultline can boot (vmlinux or bzImage for x86_64,
Image for arm64), with KVM, and that System.map and configuration are of it as far as
that can be told; copies all into a folder, and prints architecture and folder.
END
}

say() { tell "kernel: $*"; }
die() {
	local code=$1
	shift
	say "$@"
	exit "$code"
}

root=$(readlink -f "$(dirname "$0")/..")
# shellcheck source=harness/shell.sh
. "$root/harness/shell.sh"
# shellcheck source=kernel/cache.sh
. "$root/kernel/cache.sh"

declare -A files=([--kernel-image]='' [--system-map]='' [--config]='')
while [ $# -gt 0 ]; do
	case $1 in
	-h | --help)
		usage
		exit 0
		;;
	esac
	[ -n "${files[$1]+known}" ] || die 2 "unknown argument '$1'; see kernel/image.sh --help"
	[ -n "${2:-}" ] || die 2 "$1 needs a file"
	[ -f "$2" ] && [ -r "$2" ] || die 2 "$1 $2: there is no such file, or it cannot be read"
	files[$1]=$2
	shift 2
done
image=${files[--kernel-image]} map=${files[--system-map]} config=${files[--config]}
[ -n "$image" ] || die 2 "--kernel-image is missing: name the kernel that System.map or configuration belong to"
[ -n "$map" ] || die 2 "--system-map is missing: name the System.map of $image, from the folder that it was built in"

# What FILE may be: architecture, kind and what the folder calls it, by bytes at offsets.
bytes_at() { od -An -v -tx1 -j "$1" -N "$2" -- "$image" | tr -d ' \n'; }
number_at() { od -An -tu"$2" --endian=little -j "$1" -N "$2" -- "$image" 2>/dev/null | tr -d ' '; }
identify() {
	local machine

	if [ "$(bytes_at 0 4)" = 7f454c46 ]; then
		machine=$(number_at 18 2)
		case $machine in
		62) echo "x86_64 vmlinux vmlinux" ;;
		183) die 2 "$image is a vmlinux for arm64, which QEMU does not boot; take arch/arm64/boot/Image" ;;
		*) die 2 "$image is for another architecture (ELF machine $machine) than x86_64 and arm64" ;;
		esac
	elif [ "$(bytes_at 56 4)" = 41524d64 ]; then
		echo "arm64 Image Image"
	elif [ "$(bytes_at 510 2)$(bytes_at 514 4)" = 55aa48647253 ]; then
		echo "x86_64 bzImage vmlinux" # QEMU looks what it is
	else
		die 2 "$image is not a kernel image; give vmlinux or arch/x86/boot/bzImage for x86_64," \
			"arch/arm64/boot/Image, not compressed, for arm64"
	fi
}
identified=$(identify)
read -r arch kind name <<<"$identified"

# version_of: what uname -r would say.
version_of() {
	if [ "$kind" = bzImage ]; then
		tail -c +$(($(number_at 526 2) + 512 + 1)) -- "$image" | head -c 200 | tr '\0' '\n' | sed -n '1s/ .*//p'
	else
		grep -aom 1 'Linux version [0-9][^ ]* ' -- "$image" | sed -n '1s/^Linux version \(.*\) $/\1/p'
	fi
}

version=$(version_of) || true
[ -n "$version" ] || die 2 "$image is not a kernel image: it does not tell which version of Linux it is"
[ "$kind" != vmlinux ] || readelf -nW "$image" 2>/dev/null | grep -E 'Xen.*0x0*12\)' >/dev/null ||
	die 2 "QEMU does not boot $image: it was built without CONFIG_PVH; set that, or take arch/x86/boot/bzImage"

# address SYMBOL: by System.map, in hex; empty if it has none.
address() { awk -v name="$1" '$3 == name { print $1; exit }' "$map"; }
awk 'NF < 3 || $1 !~ /^[0-9a-f]+$/ || length($1) != 16 { bad = 1; exit } END { exit bad || !NR }' "$map" ||
	die 2 "--system-map $map is not a System.map"
for symbol in _text _end linux_banner; do
	[ -n "$(address $symbol)" ] || die 2 "--system-map $map has no $symbol, and so is not of a kernel"
done
grep -q ' kvm_vcpu_ioctl' "$map" || die 2 "the kernel of $map has no KVM in it; set CONFIG_KVM=y (m will not do:" \
	"no module is loaded), for x86_64 with CONFIG_KVM_AMD=y"

# Whether System.map is of this image, where that can be told.
map_fits() {
	local text banner end

	text=$(address _text) banner=$(address linux_banner) end=$(address _end)
	case $kind in
	vmlinux)
		# What it says is what nm says of vmlinux, less some; one without symbols says nothing.
		nm "$image" 2>/dev/null | LC_ALL=C sort >"$work/symbols"
		[ ! -s "$work/symbols" ] || [ -z "$(LC_ALL=C sort "$map" | LC_ALL=C comm -13 "$work/symbols" -)" ]
		;;
	Image) [ "$(number_at 16 8)" = $((0x$end - 0x$text)) ] &&
		[ "$(tail -c +$((0x$banner - 0x$text + 1)) -- "$image" | head -c 14 | tr '\0' ' ')" = "Linux version " ] ;;
	esac
}

work=
trap '[ -z "$work" ] || rm -rf "$work"' EXIT
trap 'trap - INT TERM HUP; exit 130' INT TERM HUP
cache_make
work=$(mktemp -d "$cache/image.XXXXXX")
chmod go+rx-w "$work"
map_fits || die 2 "--system-map $map is of another kernel than $image"

# The kernel's own header tells versions without what CONFIG_LOCALVERSION adds.
check_config() {
	local told

	grep -q '^CONFIG_KVM=' "$config" || die 2 "--config $config is not the configuration of a kernel with CONFIG_KVM=y"
	told=$(sed -n 's|^# Linux/[^ ]* \([^ ]*\) Kernel Configuration$|\1|p' "$config")
	[[ $version = "$told"* ]] || die 2 "--config $config is of Linux $told, and $image is $version"
}
[ -z "$config" ] || check_config

key=$({
	cat "$image" "$map"
	[ -z "$config" ] || cat "$config"
} | sha256_of | cut -c 1-16)
folder=$cache/image-$arch-$key
check_owner "$folder"

manifest() {
	cat <<END
{
  "arch": "$arch",
  "version": "$(json "$version")",
  "source": null,
  "series": null,
  "series_sha256": null,
  "config_sha256": $([ -z "$config" ] && echo null || echo "\"$(sha256_of <"$config")\""),
  "compiler": null,
  "image_sha256": "$(sha256_of <"$work/$name")"
}
END
}
if [ ! -r "$folder/manifest.json" ] || ! cmp -s "$image" "$folder/$name"; then
	# A copy, for the file may be built anew while it is measured.
	rm -rf "$folder" "$work/symbols"
	cp -- "$image" "$work/$name" && cp -- "$map" "$work/System.map" &&
		{ [ -z "$config" ] || cp -- "$config" "$work/config"; } &&
		manifest >"$work/manifest.json" &&
		# Another that takes the same kernel may have been faster.
		{ mv -T "$work" "$folder" 2>/dev/null || [ -r "$folder/manifest.json" ]; } || die 1 "cannot store the kernel as $folder"
fi
say "using $image: Linux $version for $arch, in $folder"
echo "$arch $folder"
