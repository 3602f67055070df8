#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# Folders and files with any bytes in their names, for all that a run takes and leaves: its root,
# kernel, QEMU, sweep, results and TMPDIR. What it writes stays JSON, HTML and SVG in UTF-8.
# shellcheck disable=SC2016,SC2317 # names with $ in them; functions that check calls
set -uo pipefail

# shellcheck source=tests/e2e.sh
. "$(dirname "$0")/../e2e.sh"
fake_root
sweep='[a <&"% ü{}@_^~ b]\nmode = kernel\nvcpus = 1,2\npages = 4\n'
names=('two  blanks' "it's \"quoted\"" 'a,b=c:d;e' '-dash' '<tag> & %s $(x) `y`' 'back\slash\n' '#ä–𝄞'
	$'tab\tand\nline' $'latin-\xe9')

# all_of NAME COMMAND...: with all that it takes in folders of that name, below $home.
all_of() {
	home=$scratch/places/$1
	mkdir -p "$home"
	cp -r "$scratch/root" "$scratch/kernel" "$home"
	mkdir "$home/tmp"
	cp "$root/tests/fake-qemu" "$home/$1.qemu"
	printf '%b' "$sweep" >"$home/$1.ini"
	export FAULTLINE_ROOT=$home/root FAULTLINE_KERNEL_DIR_x86_64=$home/kernel
	export FAULTLINE_QEMU_x86_64=$home/$1.qemu TMPDIR=$home/tmp
}

# well_formed DIR FILE: of the folder's files, plots and report can be parsed, run.json names the file.
well_formed() {
	python_check '
import json, os, sys, xml.dom.minidom
folder, sweep = os.fsencode(sys.argv[1]), os.fsencode(sys.argv[2])
run = json.load(open(folder + b"/run.json", encoding="utf-8"))
assert run["plan"]["sweep"] == sweep.decode(errors="replace"), run["plan"]["sweep"]
assert run["command"] and run["wall"]["command_line"] and run["wall"]["first_commands"]["x86_64"]
assert run["targets"]["x86_64"]["point_sha256"], run["targets"]
for name in (b"report.html", b"tables.txt"):
    open(folder + b"/" + name, encoding="utf-8").read()
for plot in os.listdir(folder + b"/plots"):
    if plot.endswith(b".svg"):
        xml.dom.minidom.parse(open(folder + b"/plots/" + plot, "rb"))
' "$@"
}

# again DIR: the command that run.json has for another run is one that a shell takes.
again() {
	local command

	command=$(python_check 'import json, sys; print(json.load(open(sys.argv[1] + "/run.json"))["command"])' "$1")
	bash -pc "${command/.\/run.sh/\"\$1\"} --out \"\$2\"" - "$faultline" "$1.again"
	[ $? = 4 ] && whole "$1.again" 2
}

for name in "${names[@]}"; do
	all_of "$name"
	said=$(printf '%q' "$name")
	expect "$said: a run" 4 "report: " "$faultline" run --tier simulated --sweep "$home/$name.ini" --out "$home/$name.out"
	check "$said: is whole" whole "$home/$name.out" 2
	check "$said: what it wrote is well-formed" well_formed "$home/$name.out" "$home/$name.ini"
	check "$said: its command" again "$home/$name.out"
	expect "$said: its report again" 0 "report: " "$faultline" report "$home/$name.out"
	expect "$said: a point" 4 "a fake VM has no modes" "$faultline" point tier=simulated pages=4
	cp -r "$root/tests/unit/fixtures/run" "$home/$name.run"
	FAULTLINE_ROOT=$root expect "$said: a report with plots" 0 "report: " "$faultline" report "$home/$name.run"
	check "$said: plots are there" test -s "$home/$name.run/plots/throughput.svg"
done
finish
