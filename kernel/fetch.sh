#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# Gets the source of a kernel from Debian, without installing anything. The last line on
# stdout is the tarball.
set -euo pipefail

# shellcheck disable=SC2317 # exit at the end, functions before it
{

usage() {
	cat <<'END'
usage: kernel/fetch.sh [--if-there] BASE

Prints the tarball with the source of Linux BASE: that of the installed package
linux-source-BASE, or one in the cache, or else downloads the package from the suite
of Debian's that has it (kernel/bases.sh), and puts its tarball into the cache. The mirror
is the machine's own, and apt-get checks signatures with Debian's keys; its package
lists and packages stay as they are. With --if-there, nothing is downloaded: exit code 4
when it would have to be.
END
}

tell_fetch() { tell "fetch: $*"; }
die() {
	local code=$1
	shift
	tell_fetch "$@"
	exit "$code"
}

root=$(readlink -f "$(dirname "$0")/..")
# shellcheck source=harness/shell.sh
. "$root/harness/shell.sh"
# shellcheck source=kernel/source.sh
. "$root/kernel/source.sh"

if_there=
case ${1:-} in
-h | --help)
	usage
	exit 0
	;;
--if-there)
	if_there=1
	shift
	;;
esac
[ $# = 1 ] || die 2 "one base is needed; see kernel/fetch.sh --help"
base=$1
is_base "$base" || die 2 "there is no base '$base'; there are: $BASES"

if tarball=$(base_tarball "$base"); then
	echo "$tarball"
	exit 0
fi
[ -z "$if_there" ] || die 4 "$(base_package "$base") is not here"

readonly KEYS=${FAULTLINE_DEBIAN_KEYS:-/usr/share/keyrings/debian-archive-keyring.gpg}
elsewhere="or get $(base_package "$base") of Debian's ${SUITE[$base]} elsewhere, and set KERNEL_SRC to the tarball in it"
for tool in apt-get apt-cache dpkg-deb tar xz; do
	command -v $tool >/dev/null || die 2 "cannot fetch $(base_package "$base"): there is no $tool; install it, $elsewhere"
done
[ -r "$KEYS" ] || die 2 "cannot fetch $(base_package "$base"): Debian's keys, $KEYS, are not there;" \
	"install debian-archive-keyring, $elsewhere"

cache_make
take_lock "$cache/lock" "in $cache"
if tarball=$(base_tarball "$base"); then
	echo "$tarball"
	exit 0
fi
work=$(mktemp -d "$cache/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
mkdir -p "$work/lists/partial" "$work/archives/partial"

# apt_at COMMAND ARGUMENT...: apt, with lists and caches of its own.
apt_at() {
	"$1" -q -o Dir::Etc::SourceList="$work/sources.list" -o Dir::Etc::SourceParts=/dev/null \
		-o Dir::State::Lists="$work/lists" -o Dir::Cache="$work" -o APT::Sandbox::User=root \
		-o Acquire::Languages=none "${@:2}" </dev/null
}

# Where this machine gets its Debian from. Without package lists, apt knows no more of its
# sources than this.
mirrors() {
	local codename

	# shellcheck disable=SC1091 # no file of this repository
	codename=$(. "${FAULTLINE_FS:-}/etc/os-release" && [ "${ID:-}" = debian ] && echo "${VERSION_CODENAME:-}") || return 0
	# shellcheck disable=SC2016
	apt-get indextargets --format '$(SITE)' 'Created-By: Packages' "Release: $codename" 'Component: main' 2>/dev/null | sort -u
}

# fetch MIRROR: 1 if it has none that can be trusted.
fetch() {
	echo "deb [signed-by=$KEYS] $1 ${SUITE[$base]} main" >"$work/sources.list"
	apt_at apt-get -o APT::Update::Error-Mode=any update >"$work/log" 2>&1 || return
	# Architecture all, so that it is the same everywhere.
	version=$(apt_at apt-cache policy "$(base_package "$base")" | sed -n 's/^ *Candidate: //p')
	[ -n "$version" ] && [ "$version" != "(none)" ] || {
		echo "no $(base_package "$base") in ${SUITE[$base]}" >>"$work/log"
		return 1
	}
	(cd "$work" && apt_at apt-get download "$(base_package "$base")=$version" >>"$work/log" 2>&1)
}

tell_fetch "getting $(base_package "$base") from Debian's ${SUITE[$base]} (about 170 MB)"
version=
while IFS= read -r mirror; do
	if fetch "$mirror"; then
		break
	fi
	version=
done < <(mirrors)
[ -n "$version" ] || {
	cat "$work/log" >&2 2>/dev/null || tell_fetch "apt-get knows of no mirror of Debian's on this machine"
	die 2 "cannot get $(base_package "$base") from Debian's ${SUITE[$base]}; see above, and try again, $elsewhere"
}
store() {
	dpkg-deb --fsys-tarfile "$work"/linux-source-*.deb |
		clean tar -xO --wildcards "*/linux-source-$base.tar.xz" >"$work/tarball" &&
		xz -l "$work/tarball" >/dev/null &&
		sync "$work/tarball" &&
		mv "$work/tarball" "$(cached_tarball "$base" "$version")"
}
store || die 1 "cannot unpack $(base_package "$base") $version into $cache"
base_tarball "$base"
exit 0

}
