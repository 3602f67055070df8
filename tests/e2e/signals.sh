#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Signals and clocks: what was ignored at the start stays ignored, time in which faultline is
# stopped does not count, and a time of day that jumps changes nothing.
#
# shellcheck disable=SC2317 # functions that check calls
set -uo pipefail

# shellcheck source=tests/e2e.sh
. "$(dirname "$0")/../e2e.sh"
fake_root

cat >"$scratch/s.ini" <<'END'
[sweep]
summary = four points
[a series]
mode = kernel,uffd
vcpus = 1,2
pages = 4
END
points=4
run=("$faultline" run --tier simulated --sweep "$scratch/s.ini" --jobs 1 --out)
export FAKE=slow

# disturbed DIR RECORDS COMMAND... -- DISTURB...: what is done to it, with its process as last word,
# once there are so many records. Sets code.
disturbed() {
	local dir=$1 records=$2 command=() pid

	shift 2
	while [ "$1" != -- ]; do
		command+=("$1")
		shift
	done
	shift
	"${command[@]}" "$dir" >"$scratch/out" 2>&1 </dev/null &
	pid=$!
	wait_for has_records "$dir" "$records"
	"$@" "$pid"
	wait "$pid"
	code=$?
}

# signalled SIGNAL DIR COMMAND...: sends it once there is a record.
signalled() { disturbed "$2" 1 "${@:3}" -- kill "-$1"; }

# Fake VMs skip all points: exit code 4.
for signal in HUP INT TERM; do
	signalled $signal "$scratch/ignored-$signal" env --ignore-signal=$signal "${run[@]}"
	check "SIG$signal, ignored at the start" test $code = 4
	check "SIG$signal, ignored at the start: whole" whole "$scratch/ignored-$signal" $points
	signalled $signal "$scratch/$signal" env --default-signal=$signal "${run[@]}"
	check "SIG$signal: exit code 130" test $code = 130
	check "SIG$signal: how to resume" grep -q "resume with: ./run.sh run --resume" "$scratch/out"
	check "SIG$signal: not whole" not_whole "$scratch/$signal"
	check "SIG$signal: no VM is left behind" no_vm_left "$scratch/$signal"
done
signalled HUP "$scratch/nohup" nohup "${run[@]}"
check "nohup" test $code = 4
signalled CONT "$scratch/blocked" env --default-signal --block-signal=CHLD --block-signal=INT "${run[@]}"
check "signals blocked at the start" test $code = 4
for signal in HUP INT TERM; do
	signalled $signal "$scratch/blocked-$signal" env --default-signal --block-signal=$signal "${run[@]}"
	check "SIG$signal, blocked at the start" test $code = 4
done
signalled CONT "$scratch/no-child" env --ignore-signal=CHLD "${run[@]}"
check "SIGCHLD, ignored at the start" test $code = 4
signalled KILL "$scratch/killed" "${run[@]}"
check "SIGKILL: no VM is left behind" no_vm_left "$scratch/killed"
expect "SIGKILL: resumes" 4 "report: " "$faultline" run --resume "$scratch/killed"

# As a batch system says that the time is up.
signalled XCPU "$scratch/XCPU" "${run[@]}"
check "SIGXCPU: exit code 130" test $code = 130
(ulimit -f 1 && "${run[@]}" "$scratch/limited") >"$scratch/out" 2>&1 </dev/null
check "a limit of file sizes: exit code" test $? = 2
check "a limit of file sizes is named" grep -qE "size of a file.*ulimit -f|cannot write .*: File too large" "$scratch/out"

pause() { kill -STOP "$2" && sleep "$1" && kill -CONT "$2"; }
# stopped DIR SECONDS COMMAND...: stops it at once for that long.
stopped() { disturbed "$1" 0 "${@:3}" -- pause "$2"; }

limited=("$faultline" run --point-timeout 2 "${run[@]:2}")
stopped "$scratch/stopped" 4 "${limited[@]}"
check "stopped for longer than a point may take" test $code = 4
check "stopped for longer than a point may take: whole" whole "$scratch/stopped" $points
FAKE=hang stopped "$scratch/hanging" 1 "${limited[@]}"
check "a point that hangs is ended after a stop" grep -q "not done after 2 s" "$scratch/out"

# A time of day that is set back by years, and forward again, whenever somebody asks for it.
gcc -shared -fPIC -x c - -o "$scratch/jumps.so" <<'END'
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
static time_t jump_s(void)
{
	static int n;
	return n++ & 1 ? -300000000 : 300000000;
}
time_t time(time_t *out)
{
	time_t now = syscall(SYS_time, 0) + jump_s();
	if (out)
		*out = now;
	return now;
}
int clock_gettime(clockid_t clock, struct timespec *ts)
{
	int failed = syscall(SYS_clock_gettime, clock, ts);
	if (clock == CLOCK_REALTIME)
		ts->tv_sec += jump_s();
	return failed;
}
END
expect "a time of day that jumps" 4 "report: " env LD_PRELOAD="$scratch/jumps.so" \
	"${limited[@]}" "$scratch/jumps"
check "a time of day that jumps: whole" whole "$scratch/jumps" $points
finish
