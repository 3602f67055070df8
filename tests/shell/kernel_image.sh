#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# Kernels that were built elsewhere: kernel/image.sh, with images that are no more than what it
# looks at, and ./run.sh --kernel-image.
# shellcheck disable=SC2317 # functions that check calls
set -uo pipefail

# shellcheck source=tests/scratch.sh
. "$(dirname "$0")/../scratch.sh"

image_sh=$root/kernel/image.sh
cd "$scratch" || exit
export XDG_CACHE_HOME=$scratch/cache
banner='Linux version 6.16.0-mine (a@b) (gcc) #1 SMP'

# bytes COUNT: of zeros.
bytes() { head -c "$1" /dev/zero; }
# new_arm64 FILE OFFSET: an Image of 4096 bytes, with the banner there.
new_arm64() {
	{
		bytes 16
		printf '\0\20\0\0\0\0\0\0'
		bytes 32
		printf 'ARM\x64'
		bytes $(($2 - 60))
		printf '%s\n\0' "$banner"
	} >"$1"
	truncate -s 4096 "$1"
}
# new_x86_64 FILE: a bzImage, whose version is at 0x300.
new_x86_64() {
	{
		bytes 510
		printf '\x55\xaa\0\0HdrS'
		bytes 8
		printf '\0\x01'
		bytes $((0x300 - 528))
		printf '6.17.1-bz (a@b) #1\0'
	} >"$1"
}
# new_map FILE BANNER_OFFSET [KVM]: of such kernels.
new_map() {
	printf '%s\n' 'ffff800080000000 T _text' ${3+"ffff800080000100 t $3"} \
		"ffff8000800$(printf %05x "$2") D linux_banner" 'ffff800080001000 B _end' >"$1"
}
new_arm64 Image 512
new_arm64 another 1024
new_x86_64 bzImage
new_map System.map 512 kvm_vcpu_ioctl
new_map no-kvm.map 512
printf '# Linux/arm64 6.16.0 Kernel Configuration\nCONFIG_KVM=y\n' >config
printf '# Linux/arm64 6.17.0 Kernel Configuration\nCONFIG_KVM=y\n' >newer.config
printf '# Linux/arm64 6.16.0 Kernel Configuration\n# CONFIG_KVM is not set\n' >no-kvm.config

take() { "$image_sh" --kernel-image "$1" --system-map "${@:2}"; }
export -f take
export image_sh
# refused NAME PATTERN IMAGE MAP [ARGUMENT]...
refused() {
	# shellcheck disable=SC2016
	expect "$1" 2 "$2" bash -c 'take "$@"' - "${@:3}"
}
# of_folder PYTHON: what is so of the last kernel taken; m is its manifest.
of_folder() {
	# shellcheck disable=SC2016
	python3 -c '
import hashlib, json, sys
arch, folder = open("taken").read().split()
m = json.load(open(folder + "/manifest.json"))
sha256 = lambda name: hashlib.sha256(open(name, "rb").read()).hexdigest()
assert m["arch"] == arch and "/image-" + arch + "-" in folder, (arch, folder)
assert '"$1"', m'
}

take Image System.map >taken 2>said
check "an Image" of_folder 'arch == "arm64" and m["version"] == "6.16.0-mine" and m["image_sha256"] == sha256("Image")'
check "what is not known is null" of_folder \
	'all(m[name] is None for name in ("source", "series", "series_sha256", "config_sha256", "compiler"))'
check "files are copies" of_folder 'sha256(folder + "/Image") == sha256("Image")
assert sha256(folder + "/System.map") == sha256("System.map")'
check "it is told" grep -q "using Image: Linux 6.16.0-mine for arm64, in $XDG_CACHE_HOME/faultline/image-" said
mv taken before
take Image System.map >taken 2>said
check "the same kernel: the same folder" cmp taken before
echo damage >>"$(cut -d ' ' -f 2 taken)/Image"
take Image System.map >taken 2>said
check "a damaged copy is made anew" of_folder 'sha256(folder + "/Image") == sha256("Image")'
take Image System.map --config config >taken 2>said
check "a configuration" of_folder 'm["config_sha256"] == sha256("config") == sha256(folder + "/config")'
check "makes another folder" test "$(cat taken)" != "$(cat before)"
take bzImage System.map >taken 2>said
check "a bzImage" of_folder 'arch == "x86_64" and m["version"] == "6.17.1-bz" and sha256(folder + "/vmlinux") == sha256("bzImage")'

# vmlinux, as far as it is looked at.
if [ "$(uname -m)" = x86_64 ]; then
	cat >note.s <<'END'
.section .note.Xen, "a", @note
.long 4, 8, 18
.asciz "Xen"
.quad 0x1000000
END
	cat >kernel.s <<END
.globl _text, linux_banner, _end
.text
_text: kvm_vcpu_ioctl: ret
.data
linux_banner: .asciz "$banner"
_end: .byte 0
END
	cat kernel.s note.s >pvh.s
	for name in kernel pvh; do
		as -o $name.o $name.s && ld -e 0 -o $name $name.o 2>said && nm -n $name >$name.map
	done
	take pvh pvh.map >taken 2>said
	check "a vmlinux" of_folder 'arch == "x86_64" and m["version"] == "6.16.0-mine" and sha256(folder + "/vmlinux") == sha256("pvh")'
	strip -o stripped pvh
	take stripped pvh.map >taken 2>said
	check "one without symbols" of_folder 'sha256(folder + "/vmlinux") == sha256("stripped")'
	refused "a vmlinux that QEMU does not boot" "kernel: it was built without CONFIG_PVH.*bzImage" kernel kernel.map
	sed 's/^0000/0001/' pvh.map >other.map
	refused "System.map of another vmlinux" "other.map is of another kernel than pvh" pvh other.map
	refused "a program" "no-kernel is not a kernel image" "$(cp "$(type -P true)" no-kernel && echo no-kernel)" pvh.map
else
	for name in "a vmlinux" "one without symbols" "a vmlinux that QEMU does not boot" \
		"System.map of another vmlinux" "a program"; do
		skip_test "$name" "needs an assembler for x86-64"
	done
fi

refused "no kernel" "System.map is not a kernel image; give vmlinux or .*bzImage.*Image" System.map System.map
: >empty
refused "an empty file" "empty is not a kernel image" empty System.map
refused "no such file" "--kernel-image nowhere: there is no such file" nowhere System.map
refused "a folder" "--kernel-image /: there is no such file" / System.map
printf '\x7fELF\2\1\1\0\0\0\0\0\0\0\0\0\2\0\xf3\0' >riscv
refused "an architecture that is not known" "riscv is for another architecture \(ELF machine 243\)" riscv System.map
printf '\x7fELF\2\1\1\0\0\0\0\0\0\0\0\0\2\0\xb7\0' >elf-arm64
refused "a vmlinux for arm64" "take arch/arm64/boot/Image" elf-arm64 System.map
gzip -c Image >Image.gz
refused "one that is compressed" "Image.gz is not a kernel image.* not compressed" Image.gz System.map
refused "no System.map" "--system-map Image is not a System.map" Image Image
refused "an empty System.map" "--system-map empty is not a System.map" Image empty
grep -v linux_banner System.map >cut.map
refused "a System.map that is not of a kernel" "cut.map has no linux_banner" Image cut.map
refused "System.map of another Image" "System.map is of another kernel than another" another System.map
sed 's/1000 B/2000 B/' System.map >larger.map
refused "System.map of a larger Image" "larger.map is of another kernel than Image" Image larger.map
refused "a kernel without KVM" "the kernel of no-kvm.map has no KVM in it; set CONFIG_KVM=y" Image no-kvm.map
refused "a configuration without KVM" "no-kvm.config is not the configuration of a kernel with CONFIG_KVM" \
	Image System.map --config no-kvm.config
refused "a configuration of another version" "newer.config is of Linux 6.17.0, and Image is 6.16.0-mine" \
	Image System.map --config newer.config
expect "no image" 2 "--kernel-image is missing" "$image_sh" --system-map System.map
expect "no System.map given" 2 "--system-map is missing.*System.map of Image" "$image_sh" --kernel-image Image
expect "no value" 2 "--config needs a file" "$image_sh" --config
expect "unknown argument" 2 "'--wrong'.*--help" "$image_sh" --wrong
expect "--help" 0 "bzImage" "$image_sh" --help
check "nothing is kept of these" test -z "$(find cache/faultline -name 'image.*')"

# ./run.sh hands them on, and knows for what.
run_sh=$root/run.sh
given=(--kernel-image Image --system-map=System.map)
expect "run.sh: another architecture" 2 "--kernel-image is a kernel for arm64, and the run is for x86_64; say --arch arm64" \
	"$run_sh" run --arch x86_64 --tier simulated "${given[@]}"
expect "run.sh: two architectures" 2 "for arm64, and the run is for x86_64 arm64" \
	"$run_sh" "${given[@]}" --arch all --tier simulated
expect "run.sh: a point" 2 "for arm64, and the run is for x86_64; .*arch=arm64" \
	"$run_sh" point arch=x86_64 tier=simulated "${given[@]}"
expect "run.sh: bad files" 2 "System.map is of another kernel than $scratch/another" \
	"$run_sh" point arch=arm64 tier=simulated "${given[@]}" --kernel-image another
expect "run.sh: no value" 2 "--kernel-image needs a value" "$run_sh" run --kernel-image
expect "run.sh: with --series" 2 "--series is for kernels that are built here" "$run_sh" run "${given[@]}" --series none
expect "run.sh: a tier that measures the machine" 2 "no meaning in this tier" \
	"$run_sh" run --tier nested "${given[@]}"
for command in kernel list report check; do
	expect "run.sh: $command" 2 "'$command' takes no kernel that was built elsewhere" "$run_sh" $command "${given[@]}"
done
expect "run.sh: doctor shows it" 0 "kernel +yes +6.16.0-mine, in $XDG_CACHE_HOME/faultline/image-arm64-" \
	"$run_sh" doctor "${given[@]}"
expect "run.sh kernel: --series goes to build.sh" 2 "--series 'some' is not valid; use none" \
	"$run_sh" kernel --series=some
finish
