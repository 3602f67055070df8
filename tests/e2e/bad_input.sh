#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# What faultline says to wrong input: what is wrong, where, and what to do.
set -uo pipefail

# shellcheck source=tests/e2e.sh
. "$(dirname "$0")/../e2e.sh"

# refuses NAME PATTERN ARGUMENT...
refuses() {
	local name=$1 pattern=$2

	shift 2
	expect "$name" 2 "$pattern" "$faultline" "$@"
}

for command in '' run point report published doctor list; do
	# shellcheck disable=SC2086 # no command is no word
	expect "${command:-faultline} --help" 0 '^usage: faultline' "$faultline" $command --help
done
expect "--version" 0 '^faultline ' "$faultline" --version
expect "list" 0 'userfault\+uffd' "$faultline" list
expect "list: names and what they are stay apart" 0 'published-exit-on-missing +exit on missing as' \
	"$faultline" list
# shellcheck disable=SC2016 # for the shell in there
expect "output that cannot be written" 1 "cannot write to standard output.*disk full" \
	sh -c '"$0" list >/dev/full' "$faultline"

refuses "unknown command" "unknown command 'rnu'; known: run point" rnu
refuses "unknown option" "run --help" run --swep smoke
refuses "word that is no option" "'smoke' is no option" run smoke
refuses "unknown sweep" "unknown sweep 'clam'.*one of:.* smoke" run --sweep clam
refuses "sweep file that is not there" "cannot read.*No such file" run --sweep ./nothing.ini
refuses "unknown mode" "mode='ufd'.*userfault\+uffd" run --modes uffd,ufd
refuses "unknown tier" "tier='real'.*simulated" run --tier real
refuses "unknown architecture" "arch='vax'.*x86_64" run --arch vax
refuses "vcpus 0" "vcpus='0'.*1 to 1024" run --vcpus 0
refuses "vcpus -1" "vcpus='-1'.*1 to 1024" run --vcpus -1
refuses "vcpus 100000" "vcpus='100000'.*1 to 1024" run --vcpus 100000
refuses "range that ends before it starts" "'8..1' in '8..1'" run --vcpus 8..1
refuses "fetch 30uss" "fetch='30uss'.*such as 30us" run --fetch 30uss
refuses "repeat 0" "repeat='0'" run --repeat 0
refuses "seed that is no number" "seed='x'" run --seed x
refuses "jobs 0" "jobs '0'.*from 1" run --jobs 0
refuses "point timeout that is no number" "point-timeout '5m'" run --point-timeout 5m
refuses "unknown placement" "placement 'cores'.*none.near.far" run --placement cores
refuses "resume and another sweep" "--resume and --sweep exclude" run --resume x --sweep smoke
refuses "resume and another folder" "--resume and --out exclude" run --out y --resume x
refuses "resume of no run" "not the folder of a run" run --resume "$scratch"
refuses "resume of no run, before a kernel is built" "not the folder of a run" \
	run --check --resume "$scratch"
for option in cpus quantum coherence speed; do
	refuses "--$option and a tier without simulated CPUs" "--$option and tier nested exclude" \
		run --check --tier nested --$option 50
done

refuses "point: unknown key" "unknown key 'vcpu'; known: mode" point vcpu=4
refuses "point: unknown mode" "mode='ufd'" point mode=ufd
refuses "point: unknown workload" "workload='x'.*sequential, shared" point workload=x
refuses "point: vcpus 0" "vcpus='0'" point vcpus=0
refuses "point: no value" "'mode' is not KEY=VALUE" point mode
refuses "point: half a CPU list" "vcpu_cpus='0-' is not valid; use a CPU list such as 0,2-5" \
	point vcpu_cpus=0-
refuses "point: keys that do not go together" "fault=minor needs backing=shmem" \
	point tier=simulated fault=minor
refuses "report: no folder" "one folder of a run" report
refuses "report: folder of no run" "no report: .*$scratch" report "$scratch"
refuses "report: vcpus 0" "vcpus '0'.*1 to 1024" report "$scratch" --vcpus 0
refuses "doctor: unknown option" "doctor takes no '--all'" doctor --all

# sweep_file LINE...: a sweep with these lines from line 4 on.
sweep_file() {
	printf '%s\n' '[sweep]' 'summary = a test' '[a series]' "$@" >"$scratch/s.ini"
}

# refuses_sweep NAME PATTERN LINE...
refuses_sweep() {
	local name=$1 pattern=$2

	shift 2
	sweep_file "$@"
	refuses "$name" "$scratch/s.ini:$pattern" run --sweep "$scratch/s.ini"
}

refuses_sweep "sweep: typo in a key" "5: unknown key 'moed'" "vcpus = 1" "moed = uffd"
refuses_sweep "sweep: typo in a value" "4: mode='ufd'" "mode = ufd"
refuses_sweep "sweep: typo in a list" "4: .*1,,2" "vcpus = 1,,2"
refuses_sweep "sweep: line without =" "4: neither" "mode uffd"
refuses_sweep "sweep: section without ]" "5: the section has no closing" "mode = uffd" "[b"
refuses_sweep "sweep: keys that exclude each other" "5: .*exclude" "pages = 4" "pages_total = 8"
refuses_sweep "sweep: keys that do not go together" "3: series \[a series\]: fault=minor needs" \
	"fault = minor"
sweep_file "mode = kernel"
refuses "no series has the mode" "no series.*userfault" run --sweep "$scratch/s.ini" --modes userfault
: >"$scratch/empty.ini"
refuses "sweep: empty file" "empty.ini:0: the file is empty" run --sweep "$scratch/empty.ini"
refuses "sweep: a folder" "cannot read" run --sweep "$scratch/"

finish
