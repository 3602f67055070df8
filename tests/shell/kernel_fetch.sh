#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# How Debian's source of a base is come by where no package of the machine's has it, with fake
# package tools and a package that is next to nothing.
# shellcheck disable=SC2317 # functions that check calls
set -uo pipefail

# shellcheck source=tests/scratch.sh
. "$(dirname "$0")/../scratch.sh"

if [ -e /usr/src/linux-source-7.3.tar.xz ]; then
	skip_test "fetching a source" "linux-source-7.3 is installed"
	finish
fi
fakes=$scratch/fakes calls=$scratch/calls
fetch=$root/kernel/fetch.sh
export XDG_CACHE_HOME=$scratch/cache FAULTLINE_DEBIAN_KEYS=$scratch/keys FAULTLINE_FS=$scratch/fs
mkdir -p "$fakes" "$scratch"/package/{DEBIAN,usr/src} "$FAULTLINE_FS/etc"
touch "$calls" "$FAULTLINE_DEBIAN_KEYS"
printf 'ID=debian\nVERSION_CODENAME=bookworm\n' >"$FAULTLINE_FS/etc/os-release"

mkdir "$scratch/linux-source-7.3" && echo 'VERSION = 7' >"$scratch/linux-source-7.3/Makefile"
"$root/kernel/clean.sh" tar -cJf "$scratch/package/usr/src/linux-source-7.3.tar.xz" -C "$scratch" linux-source-7.3
printf 'Package: linux-source-7.3\nVersion: 7.3.4-1~bpo13+1\nArchitecture: all\nMaintainer: t <t@t>\nDescription: t\n' \
	>"$scratch/package/DEBIAN/control"
if ! dpkg-deb -b "$scratch/package" "$scratch/linux-source-7.3_all.deb" >/dev/null 2>&1; then
	skip_test "fetching a source" "no dpkg-deb"
	finish
fi

# Two mirrors, of which only the second has what is wanted, signed with the keys.
cat >"$fakes/apt-get" <<END
#!/bin/bash
echo "apt-get \$*" >>"$calls"
for word; do
	case \$word in
	Dir::Etc::SourceList=*) list=\${word#*=} ;;
	esac
done
case "\$*" in
indextargets*) [ -e "$scratch/no_mirror" ] || printf '%s\n' one://mirror two://mirror ;;
*" update") echo "fake update"; grep -qF '[signed-by=$FAULTLINE_DEBIAN_KEYS] two://mirror trixie-backports main' "\$list" ;;
*" download "*) cp "$scratch/linux-source-7.3_all.deb" . ;;
*) exit 1 ;;
esac
END
cat >"$fakes/apt-cache" <<END
#!/bin/sh
echo "linux-source-7.3:"
echo "  Candidate: \$(cat "$scratch/candidate")"
END
chmod +x "$fakes"/*
with_fakes=(env PATH="$fakes:$PATH" "$fetch")
nothing_kept() { [ -z "$(find "$XDG_CACHE_HOME" -name 'fetch.*' -o -name '*.tar.xz' 2>/dev/null)" ]; }
elsewhere="get linux-source-7.3 of Debian's trixie-backports elsewhere, and set KERNEL_SRC"

expect "no base" 2 "one base is needed" "$fetch"
expect "a base that there is none of" 2 "there is no base '9.9'; there are: 6.12 7.3" "$fetch" 9.9
expect "--if-there fetches nothing" 4 "linux-source-7.3 is not here" "${with_fakes[@]}" --if-there 7.3
check "and asks nobody" test ! -s "$calls"
touch "$scratch/no_mirror"
expect "no mirror of Debian's" 2 "apt-get knows of no mirror of Debian's on this machine" "${with_fakes[@]}" 7.3
rm "$scratch/no_mirror"
echo '(none)' >"$scratch/candidate"
expect "the suite lacks it" 2 "no linux-source-7.3 in trixie-backports" "${with_fakes[@]}" 7.3
expect "what to do then" 2 "$elsewhere" "${with_fakes[@]}" 7.3
sed -i 's/two:/three:/' "$fakes/apt-get"
expect "no network: apt-get's own words are shown" 2 "fake update" "${with_fakes[@]}" 7.3
sed -i 's/three:/two:/' "$fakes/apt-get"
mv "$FAULTLINE_DEBIAN_KEYS" "$scratch/away"
expect "no keys to check with" 2 "Debian's keys, .*/keys, are not there; install debian-archive-keyring" "${with_fakes[@]}" 7.3
mv "$scratch/away" "$FAULTLINE_DEBIAN_KEYS"
echo 7.3.4-1~bpo13+1 >"$scratch/candidate"
mv "$scratch/linux-source-7.3_all.deb" "$scratch/good" && echo broken >"$scratch/linux-source-7.3_all.deb"
expect "a package that is none" 1 "cannot unpack linux-source-7.3 7.3.4" "${with_fakes[@]}" 7.3
mv "$scratch/good" "$scratch/linux-source-7.3_all.deb"
check "nothing is kept of all that" nothing_kept
sed -i 's/^ID=.*/ID=other/' "$FAULTLINE_FS/etc/os-release"
expect "another distribution" 2 "$elsewhere" "${with_fakes[@]}" 7.3
sed -i 's/^ID=.*/ID=debian/' "$FAULTLINE_FS/etc/os-release"

tarball=$XDG_CACHE_HOME/faultline/linux-source-7.3_7.3.4-1~bpo13+1.tar.xz
expect "a mirror that has it" 0 "cache/faultline/linux-source-7.3_7.3.4-1" "${with_fakes[@]}" 7.3
check "the tarball is the package's" cmp "$tarball" "$scratch/package/usr/src/linux-source-7.3.tar.xz"
: >"$calls"
expect "the next time it is there" 0 "cache/faultline/linux-source-7.3_7.3.4-1" "${with_fakes[@]}" 7.3
check "and nobody is asked" test ! -s "$calls"
cp "$tarball" "${tarball/7.3.4/7.3.10}"
expect "the newest counts" 0 "7.3.10-1" "$fetch" --if-there 7.3
finish
