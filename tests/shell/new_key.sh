#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# A key is one row: in a scratch copy of the sources one is added to the table (and its field to
# the point), and whatever goes by keys has to know it.
# shellcheck disable=SC2317 # functions that check calls
set -uo pipefail

# shellcheck source=tests/scratch.sh
. "$(dirname "$0")/../scratch.sh"

cp -r "$root"/{bench,harness,workloads,plots,results,kernel,Makefile} "$scratch"
mkdir "$scratch/tests"
cp -r "$root"/tests/{unit,kvm,kernel-debug} "$scratch/tests"
rm -rf "$scratch/results/runs"
cd "$scratch" || exit 1

# add_key ROLE: a number that says how hard it rains.
add_key() {
	sed -i '/struct fetch_spec fetch;/i unsigned int rain_mm;' harness/keys.h &&
		sed -i '/{ "fetch", "time/i { "rain", "mm of rain", '"$1"', KEY_NUMBER, FIELD(rain_mm), { 1, 100 }, .initial = "1" },' \
			harness/keys.c
}
set_role() { sed -i '/"rain"/s/ROLE_[A-Z]*/'"$1"'/' harness/keys.c; }
build() { make -s -j2 build/faultline build/schema; }

# write_run RAIN...: a run of one series at two vCPU counts, measured in each of these.
write_run() {
	rm -rf run
	mkdir run
	cp "$root/tests/unit/fixtures/run/run.json" run
	for rain; do
		grep '"mode":"userfault",' "$root/tests/unit/fixtures/run/points.jsonl" |
			sed 's/"fetch":/"rain":'"$rain"',&/'
	done >run/points.jsonl
}
report() { FAULTLINE_ROOT=$scratch build/faultline report run; }
# has NUMBER PATTERN: that many lines of the tables match.
has() { [ "$(grep -cE -- "$2" run/tables.txt)" = "$1" ] || { cat run/tables.txt && false; }; }

if ! command -v gnuplot >/dev/null; then
	skip_test "a new key" "there is no gnuplot"
	finish
fi
check "a condition: is added" add_key ROLE_CONDITION
check "a condition: builds" build
write_run 1 30
check "a condition: is reported" report
check "a condition: points in other rain are in other tables" has 2 "^x86_64, tier simulated"
check "a condition: headers say which" has 1 "rain=30"
check "a condition: nobody's repeats" has 0 "^medians of up to"
write_run 5 5
check "a condition: the same rain is reported" report
check "a condition: the same rain is one table" has 1 "^x86_64, tier simulated"

expect "it is listed" 0 "rain=1" build/faultline list
expect "it is in the schema" 0 '"rain",' build/schema results/schema/record.schema.json
expect "it has its bounds there" 0 '"maximum": 100,' build/schema results/schema/record.schema.json
expect "it is checked" 2 "rain='101'" build/faultline point rain=101

set_role ROLE_MECHANISM
check "a mechanism: builds" build
write_run 1 30
check "a mechanism: is reported" report
check "a mechanism: it is one table" has 1 "^x86_64, tier simulated"
check "a mechanism: series say which" has 2 "^ +[12]  userfault: rain=30 "
check "a mechanism: nobody's repeats" has 0 "^medians of up to"

finish
