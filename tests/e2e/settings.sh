#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# Settings of the user's that are about language and places: locales change no byte of what is
# written, and TMPDIR may be anywhere.
# shellcheck disable=SC2016,SC2317 # what inner shells expand; functions that check calls
set -uo pipefail

# shellcheck source=tests/e2e.sh
. "$(dirname "$0")/../e2e.sh"

# Decimal commas, an I without a dot, and a character set in which a byte may be half a letter.
made=()
for locale in de_DE.UTF-8 tr_TR.UTF-8 ja_JP.SJIS; do
	charset=${locale#*.}
	localedef -i "${locale%.*}" -f "${charset/SJIS/SHIFT_JIS}" "$scratch/$locale" 2>/dev/null
	[ ! -e "$scratch/$locale/LC_CTYPE" ] || made+=("$locale")
done
[ ${#made[@]} != 0 ] || skip_test "locales" "localedef makes none here; it takes the package locales"

# written LOCALE: what a report, its plots and lists are there. bash itself warns of a locale that
# it does not find.
written() {
	rm -rf "$scratch/run"
	cp -r "$root/tests/unit/fixtures/run" "$scratch/run"
	sed -i 's/"series":"userfault"/"series":"üserfault"/' "$scratch/run/points.jsonl"
	env LOCPATH="$scratch" LC_ALL="$1" LANGUAGE=de bash -pc '
		"$1" report "$2" && "$1" list && "$1" point fetch=0.5us --check && "$3" list &&
			cat "$2"/report.html "$2"/tables.txt "$2"/plots/*.svg "$2"/plots/*.dat
	' - "$faultline" "$scratch/run" "$root/run.sh" 2>&1 | grep -v 'warning: setlocale: LC_ALL'
}
written C >"$scratch/expected"
check "a report in the C locale" grep -q '</html>' "$scratch/expected"
for locale in "${made[@]}" POSIX xx_XX ''; do
	written "$locale" >"$scratch/got"
	check "the same in '$locale'" cmp "$scratch/expected" "$scratch/got"
done

# links LOCALE: what programs are made of, in order: those for the machine under test, other bytes
# of which are other digits, too.
links() {
	env -u MAKEFLAGS LOCPATH="$scratch" LC_ALL="$1" make -n -B -C "$root" programs | grep -e '-o build/.*'
}
links C >"$scratch/expected"
check "programs are linked" grep -q -e '-o build/.*/faultline-point$' "$scratch/expected"
for locale in "${made[@]}"; do
	links "$locale" >"$scratch/got"
	check "from the same in the same order in $locale" cmp "$scratch/expected" "$scratch/got"
done

fake_root
printf '[one]\nmode = kernel\npages = 4\n' >"$scratch/s.ini"
expect "a comma that looks like a decimal one is told" 4 "^\[one\] fetch: two values, 0 and 5us" \
	"$faultline" run --tier simulated --sweep "$scratch/s.ini" --fetch 0,5us --out "$scratch/comma"
# gnuplot has settings of the user's, which may write files.
mkdir "$scratch/home"
echo "set output '$scratch/home/written'" >"$scratch/home/.gnuplot"
cp -r "$root/tests/unit/fixtures/run" "$scratch/run"
expect "a report" 0 "" env FAULTLINE_ROOT="$root" HOME="$scratch/home" "$faultline" report "$scratch/run"
check "has plots" test -s "$scratch/run/plots/throughput.svg"
check "and nothing of the user's gnuplot" test ! -e "$scratch/home/written"
point=("$faultline" point tier=simulated pages=4)
cd "$scratch" || exit 1
mkdir here
for dir in here /dev/shm ''; do
	TMPDIR=$dir expect "TMPDIR=$dir" 4 "a fake VM has no modes" "${point[@]}"
done
for dir in "$scratch/nowhere" /dev/null; do
	TMPDIR=$dir expect "TMPDIR=$dir" 2 "cannot make a folder in $dir: .*choose another with TMPDIR" "${point[@]}"
done
finish
