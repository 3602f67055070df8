# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Sourced by what keeps kernels: finds the folder for them, $cache, and checks who can write to it. The
# caller defines die, as for source.sh.

# No folder of the cache may become one that the check below refuses.
umask o-w
cache=$(readlink -m -- "${XDG_CACHE_HOME:-${HOME:-}/.cache}/faultline")
case ${cache//[-+,.\/=@_~]/} in
*[[:space:][:cntrl:][:punct:]]*) die 2 "no kernel can be kept in '$cache':" \
	"no blanks, colons or characters with a meaning to make or a shell are allowed;" \
	"set XDG_CACHE_HOME to another folder" ;;
esac

# check_owner DIR: who else could write there could have put any kernel there.
check_owner() {
	local owner mode advice="set XDG_CACHE_HOME to a folder of your own"

	[ -e "$1" ] || return 0
	read -r owner mode <<<"$(stat -L -c '%u %a' "$1")"
	[ "$owner" = "$(id -u)" ] || [ "$owner" = 0 ] ||
		die 2 "$1 belongs to another user ($(stat -L -c %U "$1")) and is not trusted; $advice"
	(((8#$mode & 2) == 0)) || die 2 "$1 can be written by all users and is not trusted; chmod o-w it, or $advice"
	((owner == $(id -u) || (8#$mode & 16) == 0)) ||
		die 2 "$1 can be written by other users (group $(stat -L -c %G "$1")) and is not trusted; $advice"
}
check_owner "$cache"

# cache_make: makes the folder, and one for logs in it.
cache_make() {
	[ -n "${XDG_CACHE_HOME:-}" ] || [ -d "$HOME" ] ||
		die 2 "there is no folder HOME=$HOME; set HOME or XDG_CACHE_HOME to one that is there"
	mkdir -p "$cache/logs" 2>/dev/null && [ -w "$cache" ] ||
		die 2 "cannot write to $cache; set XDG_CACHE_HOME to a folder that can be written"
	touch "$cache/lock"
}

sha256_of() { sha256sum | cut -d ' ' -f 1; }
json() { printf '%s' "${1//[[:cntrl:]]/?}" | iconv -c -f UTF-8 -t UTF-8 | sed 's/[\\"]/\\&/g'; }
