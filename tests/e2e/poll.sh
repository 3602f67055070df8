#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# Handler threads that poll: every page arrives once in each mode that has handlers, sooner than by
# handlers that sleep, for CPU time that the record shows. Where they share a CPU, this is said.
#
# shellcheck disable=SC2317 # functions that check calls
set -uo pipefail

# shellcheck source=tests/e2e.sh
. "$(dirname "$0")/../e2e.sh"

word='handler threads that poll share CPUs'

# Before a sweep starts, of its largest point.
sweep_tells() (
	fake_root
	printf '[one]\nmode = uffd\nhandler = poll\nreaders = per-vcpu\nvcpus = 1,2,4\n' >"$scratch/s.ini"
	"$faultline" run --tier simulated --sweep "$scratch/s.ini" --out "$scratch/fake" >"$scratch/said" 2>&1
	cat "$scratch/said"
	grep -q "with 4 vCPUs, 4 of the 4 $word .* give each of the 8 threads a CPU of its own" "$scratch/said" &&
		[ "$(grep -c "$word" "$scratch/said")" = 1 ]
)
check "a sweep tells of too few CPUs" sweep_tells

tier=$(native_tier)
if [ -r /dev/kvm ] && [ -w /dev/kvm ]; then
	expect "natively" 0 '256  messages read from userfaultfds' \
		"$faultline" point tier="$tier" mode=uffd handler=poll vcpus=4 readers=2 uffds=4 pages=64 seconds=0
	expect "natively, threads that share are told of" 0 "1 of the 1 $word" \
		taskset -c "$(taskset -cp $$ | sed 's/.*[ ,-]//')" \
		"$faultline" point tier="$tier" mode=uffd handler=poll pages=16 seconds=0
else
	skip_test "natively" "no /dev/kvm"
	skip_test "natively, threads that share are told of" "no /dev/kvm"
fi
needs_kernel

cat >"$scratch/poll.ini" <<'EOF_SWEEP'
[defaults]
mode = uffd,uffd+exit,userfault+uffd
handler = poll
vcpus = 4
cpus = 8
draws = 2
pages = 16

[own]
uffds = per-vcpu
readers = per-vcpu
workload = sequential,shared

[shared by all]
readers = 4
backing = shmem

[one for all]
uffds = 4
EOF_SWEEP
quiet_run() {
	"$faultline" run --tier simulated --sweep "$scratch/poll.ini" --out "$scratch/run" >"$scratch/said" 2>&1
	cat "$scratch/said"
	! grep -q "$word" "$scratch/said"
}
check "in all modes with handlers, with a CPU each" quiet_run
check "every record is ok, fits the schema and agrees with itself" python3 "$records" check "$scratch/run" ok
expect "one CPU for all threads: works, and is told of" 0 "1 of the 1 $word" \
	"$faultline" point tier=simulated mode=uffd handler=poll pages=16
# Who polls keeps the others waiting for as long as a tick, but not for ever.
expect "... several that poll on it, too" 0 '64  pages verified' \
	"$faultline" point tier=simulated mode=uffd handler=poll vcpus=4 uffds=4 readers=4 pages=16
expect "in tier emulated" 0 '64  messages read from userfaultfds' \
	"$faultline" point tier=emulated mode=uffd handler=poll vcpus=4 uffds=4 readers=4 pages=16
if has_kernel arm64; then
	expect "on arm64" 0 '64  messages read from userfaultfds' \
		"$faultline" point arch=arm64 tier=simulated mode=uffd handler=poll vcpus=4 cpus=8 readers=4 pages=16
else
	skip_test "on arm64" "no kernel: run it through ./run.sh test"
fi

# measured HANDLER FETCH COHERENCE: a CPU each; its record goes to a file.
measured() {
	"$faultline" point tier=simulated mode=uffd vcpus=4 cpus=8 uffds=per-vcpu readers=per-vcpu pages=64 draws=1 \
		handler="$1" fetch="$2" coherence="$3" --json >"$scratch/$1-$2-$3"
}
# of_both FETCH COHERENCE CONDITION: of the records "poll" and "inline".
of_both() {
	python_check '
import json, sys
poll, inline = (json.load(open(f"{sys.argv[1]}/{handler}-{sys.argv[2]}")) for handler in ("poll", "inline"))
def delivery(r): return r["latency_ns"]["delivery"]["mean"]
def busy(r): # part of the span that a handler ran
    return r["handler_cpu_ns_per_page"] * r["pages_total"] / r["span_ns"] / r["readers"]
print("delivery", delivery(poll), delivery(inline), "busy", busy(poll), busy(inline))
assert eval(sys.argv[3])
' "$scratch" "$1-$2" "$3"
}
for coherence in 0 70; do
	for fetch in 0 30us; do
		check "fetch=$fetch coherence=$coherence: sleeping" measured inline $fetch $coherence
		check "... and polling" measured poll $fetch $coherence
		check "... which knows of a fault sooner" of_both $fetch $coherence 'delivery(poll) < delivery(inline)'
		check "... and is busy all the time" of_both $fetch $coherence '0.98 < busy(poll) < 1.02'
	done
	check "a handler that sleeps in a fetch of 30 us is not" of_both 30us $coherence 'busy(inline) < 0.25'
done
finish
