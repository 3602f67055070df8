#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# Plants defects in the kernel series, one at a time, and tells whether the KVM tests catch them.
set -euo pipefail

# shellcheck disable=SC2317 # exit at the end, functions before it
# In braces, bash reads all of it before it starts: it runs for long, and the file may change.
{

usage() {
	cat <<'END'
usage: tests/kernel-mutants/run.sh ARCH [MUTANT]...

Builds the patched kernel and proves that it passes the KVM tests. Then, for each
mutant: plants its defect in the source, builds the kernel again, runs the tests that
are to catch it, and all if it names none or these do not, up to the first VM in which
one fails; and takes the defect out. Prints a table of what has caught each; it is also
in build/kernel-mutants/ARCH/table.md, what the tests have printed is in log/ there. The
source and what is built of it are kept for the next time, about 2 GiB.

  ARCH           x86_64 or arm64
  MUTANT         a file in tests/kernel-mutants/ without .patch (default: all that are for
                 this architecture; --list prints their names)
  FAULTLINE_KERNEL_DIR_ARCH
                 a kernel with the series, the configuration of which is taken; without it
                 kernel/build.sh is called for one
  KERNEL_SRC     the source, see kernel/build.sh --help

Exit codes: 0 fine, 1 a mutant is not caught by the tests that it names, or is caught
although it says that it cannot be, 2 usage, something missing, or a mutant that does not
apply or build.
END
}

say() { tell "kernel-mutants: $*"; }
die() {
	local code=$1
	shift
	say "$@"
	exit "$code"
}

root=$(readlink -f "$(dirname "$0")/../..")
# shellcheck source=harness/shell.sh
. "$root/harness/shell.sh"
# shellcheck source=kernel/source.sh
. "$root/kernel/source.sh"
# shellcheck source=kernel/series.sh
. "$root/kernel/series.sh"
# shellcheck source=tests/vm.sh
. "$root/tests/vm.sh"

# What differs between architectures: the compiler's name, and where kbuild puts the image.
declare -A machine_name=([x86_64]=x86_64 [arm64]=aarch64)
declare -A image_folder=([x86_64]=. [arm64]=arch/arm64/boot)

# field MUTANT NAME: what its header says after "NAME: ", nothing if it does not.
field() { sed -n "/^--- /q;s/^$2: //p" "$root/tests/kernel-mutants/$1.patch"; }

# mutants_of ARCH: the names of those that are for it.
mutants_of() {
	local file name

	for file in "$root"/tests/kernel-mutants/*.patch; do
		name=${file##*/} name=${name%.patch}
		[[ " $(field "$name" Arches) " != *" $1 "* ]] || echo "$name"
	done
}

case ${1:-} in
-h | --help)
	usage
	exit 0
	;;
esac
[ $# -gt 0 ] || die 2 "an architecture is needed; see --help"
arch=$1
[ -n "${machine_name[$arch]:-}" ] || die 2 "no architecture '$arch'; there are: x86_64 arm64"
shift
mapfile -t mutants < <(mutants_of "$arch")
if [ "${1:-}" = --list ]; then
	printf '%s\n' "${mutants[@]}"
	exit 0
fi
for name; do
	[[ " ${mutants[*]} " = *" $name "* ]] || die 2 "there is no mutant '$name' for $arch; --list prints those that there are"
done
[ $# = 0 ] || mutants=("$@")
for name in "${mutants[@]}"; do
	[ -n "$(field "$name" Breaks)" ] || die 2 "$name.patch does not tell what it breaks, with Breaks:"
	[ -n "$(field "$name" Caught-by)$(field "$name" Not-caught)" ] ||
		die 2 "$name.patch tells neither which tests catch it, with Caught-by:, nor why none can, with Not-caught:"
done

cross=
[ "$(uname -m)" = "${machine_name[$arch]}" ] || cross=${machine_name[$arch]}-linux-gnu-
for tool in gcc make flex bison bc patch xz flock; do
	command -v $tool >/dev/null || die 2 "$tool is missing; ./run.sh kernel installs what building a kernel takes"
done
command -v "${cross}gcc" >/dev/null || die 2 "${cross}gcc is missing; on Debian:" \
	"apt-get install gcc-${machine_name[$arch]//_/-}-linux-gnu"
vm_set_up "$arch"
base=$DEFAULT_BASE
source_check
kernel_dir=FAULTLINE_KERNEL_DIR_$arch
kernel=${!kernel_dir:-}
[ -n "$kernel" ] || kernel=$("$root/kernel/build.sh" --arch "$arch" </dev/null)
[ -r "$kernel/config" ] || die 2 "$kernel/config is missing; kernel/build.sh --arch $arch prints what the folder must be"

# The source is one for all architectures, what is built of it is not.
top=$root/build/kernel-mutants
src=$top/src
out=$top/$arch
obj=$out/obj
mkdir -p "$obj" "$out/log"
touch "$top/lock"
take_lock "$top/lock" "in $top"

planted=
job=
clean_up() {
	if [ -n "$job" ]; then
		kill -TERM -- "-$job" 2>/dev/null || true
		wait "$job" || true
	fi
	[ -z "$planted" ] || take_out
}
trap clean_up EXIT
trap 'trap - INT TERM HUP; exit 130' INT TERM HUP

# as_job COMMAND...: as a job of its own, for a trap waits for what runs in the foreground.
as_job() {
	local status=0

	set -m
	"$@" &
	job=$!
	set +m
	wait "$job" || status=$?
	job=
	return $status
}

# Objects are older than a source that is unpacked anew says, so they go with it.
source_prepare() {
	local key series

	key=$(source_identity && series_names | while read -r series; do series_sha256 "$series"; done)
	[ "$(cat "$top/src.key" 2>/dev/null)" != "$key" ] || return 0
	say "unpacking and patching the source"
	rm -rf "$src" "$top"/src.key "$top"/*/obj
	mkdir -p "$obj"
	source_unpack "$src" "$arch"
	series=$(series_choose "$src" "")
	series_apply "$src" "$series"
	echo "$key" >"$top/src.key"
}

# plant MUTANT, take_out: without the key, a source in which one was left is not used again.
plant() {
	local said

	mv "$top/src.key" "$top/src.key.kept"
	planted=$1
	said=$(clean patch -p1 -f -F0 --no-backup-if-mismatch -r - -d "$src" <"$root/tests/kernel-mutants/$1.patch" 2>&1) ||
		{ planted=; rm "$top/src.key.kept"; tell "$said"; die 2 "mutant $1 does not apply to the patched source of Linux $version"; }
}
take_out() {
	clean patch -R -p1 -f -F0 --no-backup-if-mismatch -r - -s -d "$src" \
		<"$root/tests/kernel-mutants/$planted.patch" >&2 || die 2 "mutant $planted cannot be taken out again"
	planted=
	mv "$top/src.key.kept" "$top/src.key"
}

# kbuild TARGET...: with no time of day in the image, tests repeat to the letter.
kbuild() {
	clean make -s -C "$src" O="$obj" -j"$("$root/kernel/jobs.sh")" ARCH="$arch" CROSS_COMPILE="$cross" LOCALVERSION= \
		KBUILD_BUILD_TIMESTAMP='Mon Jan  1 00:00:00 UTC 2024' KBUILD_BUILD_VERSION=1 \
		KBUILD_BUILD_USER=faultline KBUILD_BUILD_HOST=faultline "$@" >"$out/build.log" 2>&1 </dev/null
}

# build WHAT: a kernel.
build() {
	as_job kbuild "$image" || { tail -n 25 "$out/build.log" >&2; die 2 "$1 does not build, see $out/build.log"; }
}

kvm_tests() {
	exec env -u FAULTLINE_KERNEL_DIR_x86_64 -u FAULTLINE_KERNEL_DIR_arm64 \
		"$kernel_dir=$obj/${image_folder[$arch]}" "$root/tests/kvm/run.sh" --first-failure "$@" </dev/null
}

# run_tests NAME [WORD]...: sets result to what has failed, which is nothing if none has. All skipped is none, too.
run_tests() {
	local log=$out/log/$1.ktap status=0
	shift

	as_job kvm_tests "$@" >"$log" 2>&1 || status=$?
	result=
	case $status in
	0 | 4) ;;
	1) result=$(awk -f "$root/tests/kernel-mutants/caught.awk" "$log") ;;
	*)
		tail -n 5 "$log" >&2
		die 2 "the KVM tests do not run (exit code $status), see $log"
		;;
	esac
	[ $status != 1 ] || : "${result:=a failure without a name}"
}

# try MUTANT: adds its row to the table; 1 if it fares other than it says.
try() {
	local why verdict code=0
	local -a words

	read -ra words <<<"$(field "$1" Caught-by)"
	why=$(field "$1" Not-caught)
	plant "$1"
	build "mutant $1"
	run_tests "$1" "${words[@]}"
	verdict=$result
	if [ -n "$why" ]; then
		verdict="nothing: $why"
		[ -z "$result" ] || code=1 verdict="**$result, though it says that nothing can**"
	elif [ -z "$result" ]; then
		code=1
		run_tests "$1"
		verdict="**${result:-nothing}, not ${words[*]}**"
	fi
	take_out
	echo "| \`$1\` | $(field "$1" Breaks) | $verdict |" >>"$out/table.md"
	return $code
}

source_prepare
version=$(source_version "$src")
cp "$kernel/config" "$obj/.config.new"
cmp -s "$obj/.config.new" "$obj/.config" || mv "$obj/.config.new" "$obj/.config"
rm -f "$obj/.config.new"
say "building Linux $version for $arch without defects (log: $out/build.log)"
as_job kbuild olddefconfig || die 2 "the kernel cannot be configured, see $out/build.log"
build "the kernel without defects"
say "running the KVM tests on it"
run_tests none
[ -z "$result" ] || die 2 "they fail without any defect, see $out/log/none.ktap: $result"

bad=0
printf '| mutant, Linux %s for %s | what it breaks | caught by |\n| --- | --- | --- |\n' "$version" "$arch" >"$out/table.md"
for name in "${mutants[@]}"; do
	say "mutant $name"
	try "$name" || bad=$((bad + 1))
	say "$(tail -n 1 "$out/table.md")"
done
cat "$out/table.md"
[ $bad = 0 ] || die 1 "$bad of ${#mutants[@]} mutants fare other than they say"
exit 0

}
