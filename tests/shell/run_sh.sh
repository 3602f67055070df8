#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# run.sh on machines that lack something, with fake package tools.
# shellcheck disable=SC2317 # functions that check calls
set -uo pipefail

# shellcheck source=tests/scratch.sh
. "$(dirname "$0")/../scratch.sh"

fakes=$scratch/fakes
calls=$scratch/calls
mkdir "$fakes"
: >"$calls"

# fake NAME SCRIPT: a program of that name, which notes its arguments.
fake() {
	printf '#!/bin/bash\necho "%s $*" >>"%s"\n%s\n' "$1" "$calls" "$2" >"$fakes/$1"
	chmod +x "$fakes/$1"
}
on_fake_machine=(env PATH="$fakes:$PATH" "$root/run.sh")
was_called() { grep -qE -- "$1" "$calls"; }
was_not_called() { ! was_called "$1"; }

expect "--help with an empty environment" 0 "run.sh doctor" env -i "$root/run.sh" --help
expect "kernel --help" 0 "KERNEL_SRC" env -i "$root/run.sh" kernel --help
expect "run --help" 0 "--sweep" env -i "$root/run.sh" run --help
expect "test with an argument" 2 "takes no arguments" "$root/run.sh" test everything

# A mistake is told before the kernel is built.
cache=$scratch/cache
expect "a wrong option comes before the kernel" 2 "vcpus='0'" \
	env XDG_CACHE_HOME="$cache" "$root/run.sh" --vcpus 0
expect "an option without its value comes before the kernel" 2 "'--resume' requires an argument" \
	env XDG_CACHE_HOME="$cache" "$root/run.sh" --resume
expect "a wrong key comes before the kernel" 2 "unknown key" \
	env XDG_CACHE_HOME="$cache" "$root/run.sh" point hurry=1
for command in run point kernel doctor published; do
	expect "$command: a base that is none comes before the kernel" 2 "--base '9.9' is not valid; there are: 6.12 7.3" \
		env XDG_CACHE_HOME="$cache" "$root/run.sh" $command --base 9.9
done
expect "--base without a value" 2 "--base needs a value" "$root/run.sh" point --base
expect "--base and a kernel that was built elsewhere" 2 "--base is for kernels that are built here" \
	"$root/run.sh" point --base 7.3 --kernel-image vmlinux
expect "a command that boots no kernel" 2 "'report' takes no --base" "$root/run.sh" report --base 7.3 somewhere
check "and no build was begun" test ! -e "$cache"

own_arch=$(uname -m | sed s/aarch64/arm64/)
# told WORDS ARGUMENT...: what run.sh is told of what these take.
told() { [ "$("$root/build/faultline" "${@:2}" --check | paste -sd ' ')" = "$1" ]; }
check "a run on this machine's own kernel has none built" told "arches $own_arch native" run --sweep smoke --tier nested
check "nor has a point" told "arches $own_arch native" point tier=hardware
check "a run in a VM has" told "arches $own_arch" run --sweep smoke --tier simulated
check "so has one in the best tier, whichever that is" told "arches $own_arch" run --sweep smoke
# In a copy: others may be at work with this one's programs.
mkdir "$scratch/tree"
cp -a "$root"/{bench,build,harness,kernel,plots,run.sh,tests,workloads,Makefile} "$scratch/tree/"
rm "$scratch/tree/build/$own_arch/faultline-point"
expect "doctor builds what tells the modes" 0 "faultline-point +yes" "$scratch/tree/run.sh" doctor
for command in doctor list; do
	expect "$command tells which kernels are built" 0 "--base 7.3 +Debian linux-source-7.3, not built: ./run.sh kernel --base 7.3" \
		env XDG_CACHE_HOME="$cache" "$scratch/tree/run.sh" $command
done

# Everything but the compiler is installed, and nobody may become root.
# shellcheck disable=SC2016 # it is the fake that expands this
fake dpkg-query 'case ${*: -1} in gcc | libjansson-dev) exit 1 ;; *) printf installed ;; esac'
fake apt-get 'exit 0'
fake id 'echo 1000'
fake sudo 'exit 1'
for command in run point kernel test doctor list; do
	expect "$command without packages, not root" 2 "apt-get install .*gcc" \
		"${on_fake_machine[@]}" $command
done
check "and nothing was installed" was_not_called '^apt-get'

# The same with root, on a machine whose package lists are empty.
fake id 'echo 0'
fake apt-get "[[ \"\$*\" != *install* || -e $scratch/updated ]] || exit 100
[[ \"\$*\" != *update* ]] || touch $scratch/updated"
fake make 'echo "make came to its turn" >&2; exit 1'
expect "packages are installed as root" 1 "make came to its turn" \
	"${on_fake_machine[@]}" point --tier nested
check "the missing ones" was_called '^apt-get .*install .*gcc libjansson-dev$'
check "after an update of the lists" was_called '^apt-get .*update'
: >"$calls"
expect "doctor says what is missing" 2 "apt-get install .*gcc" "${on_fake_machine[@]}" doctor
check "doctor installs nothing, even as root" was_not_called '^apt-get'

# nproc answers these, if they are there.
export OMP_NUM_THREADS=77 OMP_THREAD_LIMIT=78
expect "another program's threads do not matter" 1 "make came to its turn" \
	"${on_fake_machine[@]}" point --tier nested
unset OMP_NUM_THREADS OMP_THREAD_LIMIT
check "make takes the CPUs that there are" was_called "^make .*-j$(nproc) "

# Debian's source of a base that no suite of the machine's has, where there is no network.
if [ -e /usr/src/linux-source-7.3.tar.xz ]; then
	skip_test "a source that cannot be had" "linux-source-7.3 is installed"
else
	fake dpkg-query 'printf installed'
	fake apt-cache 'true'
	# shellcheck disable=SC2016 # it is the fake that expands this
	fake apt-get '[ "$1" = indextargets ] && echo http://mirror.invalid && exit; exit 100'
	expect "a source that cannot be had" 2 "cannot get linux-source-7.3 from Debian's trixie-backports.*set KERNEL_SRC" \
		env XDG_CACHE_HOME="$cache" PATH="$fakes:$PATH" "$root/run.sh" kernel --base 7.3
fi

# A machine without Debian's tools, and with little else.
bare=$scratch/bare
mkdir "$bare"
for program in bash cut dirname getent id nproc paste sed sort tr uname; do
	ln -s "$(command -v $program)" "$bare/"
done
expect "no apt-get: programs and libraries are named" 2 "gcc.*jansson.*no apt-get" \
	env -i PATH="$bare" HOME="$scratch" "$root/run.sh" point
finish
