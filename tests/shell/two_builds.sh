#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# Builds of one checkout at the same time, and checkouts that can only be read.
#
# shellcheck disable=SC2016 # what stands in single quotes is for another shell
# shellcheck disable=SC2317 # functions that check calls
set -uo pipefail

# shellcheck source=tests/scratch.sh
. "$(dirname "$0")/../scratch.sh"

# A copy, as other tests use the program meanwhile. Its times say that all is built.
tree=$scratch/tree
mkdir "$tree"
cp -a "$root"/{bench,build,harness,kernel,plots,run.sh,tests,workloads,Makefile} "$tree/"
export FAULTLINE_ROOT=$tree
built() { touch "$tree"/bench/faultline.c "$tree"/harness/*.c "$tree"/harness/run/base/*.c; }
list() { "$tree/run.sh" list; }
programs() { (cd "$tree" && make -s programs); }
list >"$scratch/expected" 2>/dev/null
check "the copy builds" grep -q userfault "$scratch/expected"

# list_at_once N: all end well and say the same.
list_at_once() {
	local i pid pids=()

	for i in $(seq "$1"); do
		list >"$scratch/list.$i" 2>"$scratch/said.$i" &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid" || { cat "$scratch"/said.* && return 1; }
	done
	for i in $(seq "$1"); do
		cmp "$scratch/expected" "$scratch/list.$i" || return 1
	done
}
for try in 1 2 3; do
	built
	check "three at once with something to build, $try" list_at_once 3
done

# Plain make takes no lock.
make_twice() {
	built
	programs &
	programs && wait $!
}
for try in 1 2 3; do
	check "two of plain make at once, $try" make_twice
done
check "and what they have built works" cmp <(list 2>/dev/null) "$scratch/expected"

# held COMMAND...: the build's lock, by a process that runs this once it has it, until $scratch/go is there.
held() {
	rm -f "$scratch/go"
	(exec 9<"$tree/build/lock" && flock 9 && "$@" && until [ -e "$scratch/go" ]; do sleep 0.05; done) &
	holder=$!
	until ! flock -n "$tree/build/lock" true; do sleep 0.01; done
}
# waits_for PATTERN: a build that finds it held says so, and ends well when it is not any more.
waits_for() {
	local pid

	list >"$scratch/list" 2>"$scratch/said" &
	pid=$!
	wait_for grep -qE "waiting for another build here: $1" "$scratch/said"
	cat "$scratch/said"
	touch "$scratch/go"
	wait "$pid" && cmp "$scratch/list" "$scratch/expected" && grep -qE "waiting for another build here: $1" "$scratch/said"
}
held true
check "the second one waits, and says for which" waits_for "process [0-9]+, since 2.*Z"
wait "$holder"
# Between taking the lock and saying so there is a moment, and what stands there is of the one before.
begins() { sleep 0.4 && echo "process $BASHPID, since now" >"$tree/build/lock"; }
held begins
check "one that has only just begun is the one that is named" waits_for "process $holder, since now"
wait "$holder"
check "the lock of a process that is gone keeps nobody waiting" test -s "$tree/build/lock"
expect "indeed" 0 userfault timeout 30 "$tree/run.sh" list

# Another archive unpacked over this one: its files have the time of its commit, which is long ago.
arch=$(uname -m | sed s/aarch64/arm64/)
unpack_older() {
	sed -i "$2" "$tree/$1" && touch -d 2020-01-01 "$tree/$1" "$tree/harness/commit.txt" && programs
}
says() { grep -q "$2" "$tree/build/$1"; }
unpack_older harness/point/quote.c 's/^void quote_json.*/const char unpacked_over[] = "another quote.c";\n&/'
check "an older source of the program that measures is built, too" says "obj/$arch/harness/point/quote.o" "another quote.c"
check "and is in the program" says "$arch/faultline-point" "another quote.c"
echo 0123456789012345678901234567890123456789 >"$tree/harness/commit.txt"
unpack_older harness/run/cmd/cmd_list.c 's/^int cmd_list.*/const char unpacked_over[] = "another cmd_list.c";\n&/'
check "with another archive, all older sources are" says faultline "another cmd_list.c"

# A program that runs keeps its file.
inode() { stat -c %i "$tree/build/faultline"; }
before=$(inode)
built
list >/dev/null 2>&1
check "a program that is built again is another file" test "$(inode)" != "$before"

# The power fails while a compiler is at work: what it has written so far must not pass for an object.
cat >"$scratch/dying" <<'END'
#!/bin/bash
while [ $# -gt 1 ]; do
	[ "$1" != -o ] || { echo half >"$2"; kill -KILL $PPID $$; }
	shift
done
END
chmod +x "$scratch/dying"
built
is_killed() { ! (cd "$tree" && make -s CC="$scratch/dying" build/faultline); }
check "a build is killed while it compiles" is_killed
list >/dev/null 2>&1
rm "$tree/build/faultline"
check "a build is killed while it links" is_killed
expect "the next one is whole" 0 userfault "$tree/run.sh" list

if [ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null; then
	expect "a checkout on a read-only file system" 0 userfault unshare -m bash -c '
		mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && "$1/run.sh" list' - "$tree"
else
	skip_test "a checkout on a read-only file system" "needs root and mount namespaces"
fi
finish
