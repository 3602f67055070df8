#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# Builds the kernel under test, or finds it built. The last line on stdout is
# the folder that holds it; everything else goes to stderr.
set -euo pipefail

# shellcheck disable=SC2317 # exit at the end, functions before it
# In braces, bash reads all of it before it starts, and the file may change, by
# git pull for instance, while a build runs.
{

usage() {
	cat <<'END'
usage: kernel/build.sh [--arch x86_64|arm64] [--base 6.12|7.3] [--series none]
                       [--fragment NAME]... [--set SYMBOL=VALUE]... [--if-built]

Patches and builds the kernel that faultline boots, for this machine or with a
cross compiler for another one, and prints the folder that holds it: vmlinux
(x86_64) or Image (arm64), System.map, config, manifest.json.
What has been built before, from the same source, patches, configuration and
compiler, is reused; other variables than these two, KBUILD_OUTPUT for instance,
have no effect. With --if-built, nothing is built: exit code 4 when it
would have to be, and the folder is where it would go.
The source is Debian's linux-source-BASE, of Linux 6.12 if --base does not tell another
one, and gets the series for it. With KERNEL_SRC, --base names the series that the tree
gets; without it, that is the nearest one that is not for a newer Linux. A tree that has exit on
missing or KVM Userfault is built as it is; with --series none, any other is, too.
With --set, the configuration has this in place of what is in kernel/config, for
example --set KVM_EXIT_ON_MISSING=n: another kernel, which its manifest and reports
of what was measured on it tell. With --fragment, it has all of
kernel/config/fragments/NAME.config, for example --fragment kasan; --set goes before.

  KERNEL_SRC=DIR|FILE use this tree of Linux 6.12 or newer (it is copied, not
                      changed) or tarball instead of Debian's;
                      ignored files of a git tree are left out
  XDG_CACHE_HOME=DIR  keep kernels in DIR/faultline instead of ~/.cache/faultline;
                      one that other users own or can write to is refused, and a
                      relative path passed over
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
# shellcheck source=kernel/source.sh
. "$root/kernel/source.sh"
# shellcheck source=kernel/series.sh
. "$root/kernel/series.sh"

# What differs between architectures: the machine's name in uname and in the
# compiler's, and the image, which is also kbuild's name for the target, with its
# place.
readonly ARCHES="x86_64 arm64"
declare -rA MACHINE=([x86_64]=x86_64 [arm64]=aarch64)
declare -rA IMAGE=([x86_64]=vmlinux [arm64]=Image)
declare -rA IMAGE_FOLDER=([x86_64]=. [arm64]=arch/arm64/boot)

fragment_names() { (cd "$root/kernel/config/fragments" && printf '%s\n' *.config | sed 's/\.config$//' | xargs); }

arch=
base=
wanted=
if_built=
fragments=()
settings=()
while [ $# -gt 0 ]; do
	case $1 in
	--arch)
		[ $# -gt 1 ] || die 2 "--arch needs an architecture, one of: $ARCHES"
		arch=$2
		shift 2
		;;
	--base)
		is_base "${2:-}" || die 2 "--base '${2:-}' is not valid; there are: $BASES"
		base=$2
		shift 2
		;;
	--series)
		[ "${2:-}" = none ] || die 2 "--series '${2:-}' is not valid; use none, or leave it out"
		wanted=none
		shift 2
		;;
	--fragment)
		[[ ${2:-} =~ ^[a-z0-9]+$ ]] && [ -r "$root/kernel/config/fragments/$2.config" ] ||
			die 2 "--fragment '${2:-}' is not valid; there are: $(fragment_names)"
		fragments+=("$2")
		shift 2
		;;
	--set)
		[[ ${2:-} =~ ^(CONFIG_)?[A-Z0-9][A-Za-z0-9_]*=([yn]|[0-9]+|0x[0-9a-f]+)$ ]] ||
			die 2 "--set needs a setting of the kernel's such as KVM_EXIT_ON_MISSING=n, not '${2:-}'"
		settings+=("CONFIG_${2#CONFIG_}")
		shift 2
		;;
	--if-built)
		if_built=1
		shift
		;;
	-h | --help)
		usage
		exit 0
		;;
	*) die 2 "unknown argument '$1'; see kernel/build.sh --help" ;;
	esac
done
if [ -n "${KERNEL_SRC:-}" ] && [ -n "$base" ]; then
	[ -z "$wanted" ] || die 2 "with KERNEL_SRC, --base $base is the series that it gets, and --series none is none of them;" \
		"leave one of the two out"
	wanted=$base
fi
: "${base:=$DEFAULT_BASE}"
# The machine's own architecture; what is not known is refused by its name.
[ -n "$arch" ] || arch=$(uname -m)
[ "$arch" != aarch64 ] || arch=arm64
[ -n "${MACHINE[$arch]:-}" ] || die 2 "no kernel for architecture '$arch'; there are: $ARCHES"
readonly image=${IMAGE[$arch]}
cross=
[ "$(uname -m)" = "${MACHINE[$arch]}" ] || cross=${MACHINE[$arch]}-linux-gnu-

# Kbuild needs this much for the source, the objects and some air.
readonly NEEDED_MIB=2600
# Everything that would show where and when a kernel was built is fixed.
readonly BUILD_DATE='Mon Jan  1 00:00:00 UTC 2024'

for tool in gcc ld make flex bison bc xz patch flock; do
	command -v $tool >/dev/null || die 2 "cannot build the kernel: $tool is not installed; ./run.sh kernel installs what is needed"
done
for tool in ${cross:+gcc ld as}; do
	command -v "$cross$tool" >/dev/null || die 2 "cannot build the kernel for $arch on this $(uname -m) machine:" \
		"$cross$tool is not installed; on Debian: apt-get install gcc-${MACHINE[$arch]//_/-}-linux-gnu"
done
source_check

# Prints all that the kernel is made from, a line each. Nothing of the environment is.
ingredients() {
	echo "arch $arch"
	[ ${#settings[@]} = 0 ] || echo "settings ${settings[*]}"
	[ ${#fragments[@]} = 0 ] || (cd "$root/kernel/config/fragments" && sha256sum "${fragments[@]/%/.config}")
	source_identity || return
	[ -z "$wanted" ] || echo "series $wanted"
	(cd "$root/kernel" && sha256sum build.sh bases.sh source.sh series.sh clean.sh commit.sh \
		config/common.config config/series.config "config/$arch.config" && of_bases | xargs sha256sum)
	tools ''
	[ -z "$cross" ] || tools "$cross"
}

# Settings and patches of the base, or of all of them: which one a tree of the user's is near to shows
# when it is unpacked.
of_bases() {
	local names=("$base" "$base.*") name files

	[ -z "${KERNEL_SRC:-}" ] || names=('*')
	for name in "${names[@]}"; do
		for files in "config/$name/common.config" "config/$name/$arch.config" "series/$name/*.patch"; do
			compgen -G "$files" || true
		done
	done
}

# tools PREFIX: versions of a compiler and its binutils.
tools() {
	clean "$1gcc" --version | head -n 1
	clean "$1gcc" -dumpmachine
	clean "$1ld" --version | head -n 1
	clean "$1as" --version | head -n 1
}

# A kernel folder is renamed into place when it is whole; the hash guards
# against what happens to it later.
is_whole() {
	local sum

	[ -r "$1/manifest.json" ] && [ -r "$1/$image" ] || return 1
	sum=$(sha256sum <"$1/$image") && grep -q "\"image_sha256\": \"${sum%% *}\"" "$1/manifest.json"
}

ingredients=$(ingredients) || die 1 "cannot read all of the source, see above"
key=$(sha256sum <<<"$ingredients" | cut -c 1-16)
kernel=$cache/kernel-$arch-$key
log=$cache/logs/kernel-$arch-$key.log
check_owner "$kernel"
if is_whole "$kernel"; then
	say "using $kernel"
	echo "$kernel"
	exit 0
fi
if [ -n "$if_built" ]; then
	echo "$kernel"
	die 4 "not built yet; ./run.sh kernel --arch $arch does it"
fi

cache_make
take_lock "$cache/lock" "in $cache"
# Who has waited may find it built.
if is_whole "$kernel"; then
	echo "$kernel"
	exit 0
fi

# discard FOLDER...: on some disks, 70000 files take minutes to go. Nobody waits for that, nor for the lock.
discard() { (setsid rm -rf "$@" 9>&- </dev/null >/dev/null 2>&1 &); }

work=
job=
cleanup() {
	if [ -n "$job" ]; then
		kill -TERM -- "-$job" 2>/dev/null || true
		wait "$job" || true
	fi
	[ -z "$work" ] || discard "$work"
}
trap cleanup EXIT
trap 'trap - INT TERM HUP; say "interrupted: nothing was kept"; exit 130' INT TERM HUP

# Under the lock, any working folder was left by a build that got killed.
rm -rf "$kernel"
discard "$cache"/work.*
free_mib() { df -Pm "$cache" | awk 'NR == 2 { print $4 }'; }
[ "$(free_mib)" -ge "$NEEDED_MIB" ] || rm -rf "$cache"/work.*
free_mib=$(free_mib)
[ "$free_mib" -ge "$NEEDED_MIB" ] ||
	die 2 "$cache has $free_mib MiB free and the build takes $NEEDED_MIB;" \
		"make room, or set XDG_CACHE_HOME to a folder elsewhere"
work=$(mktemp -d "$cache/work.XXXXXX")
# The build runs programs that it has made.
printf '#!/bin/sh\n' >"$work/run" && chmod +x "$work/run" && "$work/run" 2>/dev/null ||
	die 2 "no program can be run in $cache, it is mounted with noexec;" \
		"set XDG_CACHE_HOME to a folder elsewhere"
src=$work/src obj=$work/obj out=$work/out
mkdir "$obj" "$out" "$work/tmp"

# kbuild TARGET...: file names that macros leave in the image must not depend on the
# folder.
kbuild() {
	clean HOME="$work" TMPDIR="$work/tmp" \
		make -C "$src" O="$obj" -j"$("$root/kernel/jobs.sh")" ARCH="$arch" CROSS_COMPILE="$cross" LOCALVERSION= \
		KBUILD_BUILD_TIMESTAMP="$BUILD_DATE" KBUILD_BUILD_VERSION=1 \
		KBUILD_BUILD_USER=faultline KBUILD_BUILD_HOST=faultline \
		KCFLAGS="-ffile-prefix-map=$src/= -ffile-prefix-map=$obj/=" \
		KAFLAGS="-ffile-prefix-map=$src/= -ffile-prefix-map=$obj/=" \
		"$@" >>"$log" 2>&1 </dev/null
}

# Unlike bash's SECONDS it does not follow the time of day.
uptime_s() { cut -d. -f1 /proc/uptime; }
build_started_s=$(uptime_s)

# step TEXT COMMAND...: shows what is going on, and the log's end if it fails.
step() {
	local text=$1 started_s

	started_s=$(uptime_s)
	shift
	say "$text"
	# A trap waits for what runs in the foreground, and make takes minutes.
	set -m
	"$@" &
	job=$!
	set +m
	wait "$job" || {
		job=
		tail -n 25 "$log" >&2
		die 1 "failed after $(($(uptime_s) - started_s)) s: $text; the whole log is $log"
	}
	job=
}

settings_lines() { [ ${#settings[@]} = 0 ] || printf '%s\n' "${settings[@]}"; }

fragment_lines() {
	[ ${#fragments[@]} = 0 ] ||
		(cd "$root/kernel/config/fragments" && grep -h '^CONFIG_' "${fragments[@]/%/.config}")
}

# What kernels of the base have, and others do not.
base_config() { cat "$root/kernel/config/$config_base"/{common,"$arch"}.config 2>/dev/null | grep '^CONFIG_'; }

# What kernels with the series have.
series_config() { ! base_of "$series" >/dev/null || grep '^CONFIG_' "$root/kernel/config/series.config"; }

# All that is asked for, the last word on each setting only.
wanted_config() {
	{
		grep -h '^CONFIG_' "$root/kernel/config/common.config" "$root/kernel/config/$arch.config"
		base_config || true
		series_config
		fragment_lines
		settings_lines
	} | awk -F= '{ wanted[$1] = $0 } END { for (symbol in wanted) print wanted[symbol] }' | sort
}

configure() {
	# merge_config.sh makes its temporary files where it stands, and takes no names with
	# blanks, which the checkout's may have.
	wanted_config >"$work/tmp/wanted.config" &&
		kbuild allnoconfig &&
		(cd "$work/tmp" && clean "$src/scripts/kconfig/merge_config.sh" -m -O "$obj" "$obj/.config" \
			wanted.config) >>"$log" 2>&1 &&
		kbuild olddefconfig
}

# Kconfig drops what it does not like without a word.
check_config() {
	local line symbol optional='' passed_over='' missing=

	# Between two bases, some of either's are not there.
	[[ $version = "$config_base".* ]] || optional=$(base_config || true)
	while IFS= read -r line; do
		symbol=${line%%=*}
		case $line in
		*=n) ! grep -q "^$symbol=" "$obj/.config" || missing+=" $line" ;;
		*) grep -qxF "$line" "$obj/.config" || missing+=" $line" ;;
		esac
		if [[ $missing = *" $line" ]] && grep -qxF "$line" <<<"$optional"; then
			missing=${missing%" $line"}
			passed_over+=" $line"
		fi
	done < <(wanted_config)
	[ -z "$passed_over" ] || say "Linux $version does without these settings of $config_base:$passed_over"
	[ -z "$missing" ] || die 2 "Linux $version does not take these settings:$missing;" \
		"look up what they depend on and mend kernel/config/, or what --set says"
}

# As reports name them: fragments by their files' names.
all_settings() {
	local all=("${fragments[@]/%/.config}" "${settings[@]}")

	echo "${all[*]}"
}

manifest() {
	cat <<END
{
  "arch": "$arch",
  "version": "$version",
  "source": "$(json "$(source_description)")",
  "series": "$series",
  "series_sha256": $(series_sha256 "$series"),
  "settings": "$(json "$(all_settings)")",
  "config_sha256": "$(sha256_of <"$obj/.config")",
  "compiler": "$(json "$(clean "${cross}gcc" --version | head -n 1), $(clean "${cross}ld" --version | head -n 1)")",
  "image_sha256": "$(sha256_of <"$out/$image")"
}
END
}

: >"$log"
echo "$ingredients" >>"$log"
say "unpacking the source"
source_unpack "$src" "$arch"
[ "$(ingredients)" = "$ingredients" ] || die 1 "the source has changed while it was copied; try again"
version=$(source_version "$src")
series=$(series_choose "$src" "$wanted")
config_base=$(base_of "$series" || base_of "$(series_nearest "$src")")
say "patching Linux $version: series $series"
series_apply "$src" "$series"
step "configuring" configure
check_config
step "building Linux $version for $arch with $("$root/kernel/jobs.sh") jobs (some minutes; log: $log)" kbuild "$image"
store() {
	cp "$obj/${IMAGE_FOLDER[$arch]}/$image" "$obj/System.map" "$out/" &&
		cp "$obj/.config" "$out/config" &&
		manifest >"$out/manifest.json" &&
		sync "$out"/* &&
		mv "$out" "$kernel"
}
store || die 1 "cannot store the kernel as $kernel"
say "built Linux $version for $arch in $(($(uptime_s) - build_started_s)) s"
echo "$kernel"
exit 0

}
