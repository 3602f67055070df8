#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# How many jobs make gets: what the process may use, whatever else the environment says.
set -uo pipefail

# shellcheck source=tests/scratch.sh
. "$(dirname "$0")/../scratch.sh"
export FAULTLINE_FS=$scratch
unset OMP_NUM_THREADS OMP_THREAD_LIMIT
cpus=$(nproc)
first=$(taskset -cp $$ | sed 's/.*: //; s/[,-].*//')
jobs=$root/kernel/jobs.sh

# put FILE TEXT: a file of the machine that the script is to see.
put() { mkdir -p "$scratch$(dirname "$1")" && echo "$2" >"$scratch$1"; }
# counts NAME JOBS COMMAND...
counts() { expect "$1" 0 "^$2\$" "${@:3}"; }

counts "no control groups" "$cpus" "$jobs"
counts "OMP_NUM_THREADS does not count" "$cpus" env OMP_NUM_THREADS=77 "$jobs"
counts "nor does OMP_THREAD_LIMIT" "$cpus" env OMP_THREAD_LIMIT=1 OMP_NUM_THREADS=1 "$jobs"
counts "the affinity mask does" 1 taskset -c "$first" "$jobs"

put /proc/self/cgroup "0::/a/b"
counts "groups without files" "$cpus" "$jobs"
put /sys/fs/cgroup/a/b/cpu.max "max 100000"
counts "no quota" "$cpus" "$jobs"
put /sys/fs/cgroup/a/cpu.max "50000 100000"
counts "half a CPU above" 1 "$jobs"
put /sys/fs/cgroup/a/cpu.max "9900000 100000"
counts "more than there is" "$cpus" "$jobs"
put /sys/fs/cgroup/cpu.max "1000 100000"
counts "a container's own group at the top" 1 "$jobs"
rm -r "$scratch/sys"

put /proc/self/cgroup "3:cpuacct,cpu:/x"
put /sys/fs/cgroup/cpu/x/cpu.cfs_period_us 100000
put /sys/fs/cgroup/cpu/x/cpu.cfs_quota_us -1
counts "version 1: no quota" "$cpus" "$jobs"
put /sys/fs/cgroup/cpu/x/cpu.cfs_quota_us 100000
counts "version 1: one CPU" 1 "$jobs"
put /proc/self/cgroup "3:cpuset,cpuacct:/x"
counts "version 1: a group of other controllers" "$cpus" "$jobs"

# Nothing may ask nproc by itself.
# shellcheck disable=SC2016 # it is a pattern
check "make gets its jobs here only" test -z \
	"$(grep -l 'j[ "$(]*nproc' "$root"/run.sh "$root"/Makefile "$root"/*/*.sh "$root"/.ci/run)"
finish
