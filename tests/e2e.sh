# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# For end-to-end tests, to be sourced: the program, a scratch folder, ktap.sh.
#
# shellcheck disable=SC2034 # for who sources this

# shellcheck source=tests/scratch.sh
. "$(dirname "${BASH_SOURCE[0]}")/scratch.sh"
faultline=$root/build/faultline
records=$root/tests/e2e/records.py
export FAULTLINE_ROOT=$root
export TMPDIR=$scratch # where points leave the logs of failures

# native_tier: the one that this machine has, if it has /dev/kvm.
native_tier() {
	if "$faultline" doctor | grep '^  hardware.* \(itself a VM\|cannot be told\)' >/dev/null; then
		echo nested
	else
		echo hardware
	fi
}

# has_kernel ARCH: whether there is one to boot.
has_kernel() {
	local dir=FAULTLINE_KERNEL_DIR_$1

	[ -n "${!dir:-}" ]
}

# needs_kernel [ARCH]: ends the script where there is none to boot.
# shellcheck disable=SC2120 # most scripts ask for the one of x86_64
needs_kernel() {
	! has_kernel "${1:-x86_64}" || return 0
	skip_test "$(basename "$0" .sh)" "no kernel: run it through ./run.sh test"
	finish
}

# python_check ARGUMENT...: Python that ends with an error when something is wrong.
python_check() { python3 -c "$@"; }

# point_refused NAME PATTERN KEY=VALUE...: bad input, with a message that matches.
point_refused() { expect "$1" 2 "$2" "$faultline" point "${@:3}"; }

# measures NAME CONDITION KEY=VALUE...: a record that fits the schema, of which the condition holds; skipped where
# the kernel lacks something.
measures() {
	local name=$1 condition=$2

	shift 2
	"$faultline" point "$@" --json >"$scratch/record" 2>"$scratch/errors"
	case $? in
	0) check "$name" python3 "$records" check_one "$scratch/record" "$condition" ;;
	4) skip_test "$name" "$(sed -n 's/.*"reason":"\([^"]*\)".*/\1/p' "$scratch/record")" ;;
	*) check "$name" cat "$scratch/record" "$scratch/errors" /none ;;
	esac
}

# has_records DIR NUMBER: of a run, so far.
has_records() { [ "$(grep -c '' "$1/points.jsonl")" -ge "$2" ]; }

# no_vm_left DIR: no VM of a run in there.
no_vm_left() { ! pgrep -f "qemu.*$1"; }

# not_whole DIR: the folder of a run that does not pass for whole.
not_whole() {
	[ ! -e "$1/report.html" ] || ! echo "there is a report" || return 1
	[ ! -e "$1/tables.txt" ] || ! echo "there is a table" || return 1
	python_check '
import json, sys
run = json.load(open(sys.argv[1] + "/run.json"))
assert run["complete"] is False, run["complete"]
for line in open(sys.argv[1] + "/points.jsonl"):
    json.loads(line)
' "$1"
}

# whole DIR POINTS: complete, with one record a point.
whole() {
	python_check '
import json, sys
run, points = json.load(open(sys.argv[1] + "/run.json")), int(sys.argv[2])
assert run["complete"] is True and run["total"] == points, (run["complete"], run["total"])
records = [json.loads(line) for line in open(sys.argv[1] + "/points.jsonl")]
ids = [record["id"] for record in records]
assert len(ids) == points and len(set(ids)) == points, ids
' "$@"
}

# fake_root: a root of its own, with a kernel that only fake-qemu can boot.
fake_root() {
	mkdir -p "$scratch/root/build/x86_64" "$scratch/kernel"
	ln -s "$root/bench" "$root/plots" "$scratch/root"
	cp "$root/build/x86_64/faultline-point" "$scratch/root/build/x86_64/"
	cp "$root/build/x86_64/faultline-point" "$scratch/root/build/x86_64/initramfs.cpio"
	touch "$scratch/kernel/vmlinux"
	echo "CONFIG_FAKE=y" >"$scratch/kernel/config"
	printf '{"arch":"x86_64","version":"6.12.0","series_sha256":"s","image_sha256":"%s"}\n' \
		"$(sha256sum <"$scratch/kernel/vmlinux" | cut -d ' ' -f 1)" >"$scratch/kernel/manifest.json"
	export FAULTLINE_ROOT=$scratch/root FAULTLINE_KERNEL_DIR_x86_64=$scratch/kernel
	export FAULTLINE_QEMU_x86_64=$root/tests/fake-qemu FAKE=good FAKE_STARTS=
}

# fails_with NAME FAKE PATTERN [OPTION]...: each of the $points points of "${run[@]}", which
# ends at the results' folder, fails for this reason.
# shellcheck disable=SC2154 # both are of who sources this
fails_with() {
	local name=$1 fake=$2 pattern=$3 dir=$scratch/$2

	shift 3
	FAKE=$fake expect "$name" 1 "failed .*$pattern" "${run[@]}" "$dir" "$@"
	check "$name: not complete" python_check '
import json, sys
run = json.load(open(sys.argv[1] + "/run.json"))
assert run["complete"] is False and run["counts"]["failed"] == int(sys.argv[2]), run["counts"]
for line in open(sys.argv[1] + "/points.jsonl"):
    record = json.loads(line)
    assert record["status"] == "failed" and "rate_span" not in record, record
' "$dir" "$points"
	FAKE=good expect "$name: resumes" 4 'report: ' "$faultline" run --resume "$dir"
	check "$name: whole then" whole "$dir" "$points"
}
