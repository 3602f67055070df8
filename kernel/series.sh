# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Sourced after source.sh by what patches a kernel: which series a tree gets, and puts it there.

readonly OWN="none (the tree's own)"

# Names of the series, which are versions of Linux, oldest first.
# shellcheck disable=SC2154 # source_root is of source.sh
series_names() { (cd "$source_root/series" && printf '%s\n' */ | tr -d / | sort -V); }

# Whether the tree has exit on missing or KVM Userfault, from whatever series.
series_is_in() {
	grep -qsE '^#define[[:space:]]+KVM_(MEM|CAP)_(USERFAULT|EXIT_ON_MISSING)\>' "$1/include/uapi/linux/kvm.h"
}

# series_is_for NAME VERSION: that Linux is not older, and of the same point releases if the series is.
series_is_for() {
	[ "$(printf '%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ] &&
		{ [ "$1" = "$(base_of "$1")" ] || [ "$(base_of "$1")" = "$(base_of "$2")" ]; }
}

# series_nearest TREE [BASE]: the newest that is for the tree, of that base.
series_nearest() {
	local name version chosen=${2:-}

	version=$(source_version "$1")
	for name in $(series_names); do
		[ "${2:-$(base_of "$name")}" = "$(base_of "$name")" ] && series_is_for "$name" "$version" && chosen=$name
	done
	[ -n "$chosen" ] || die 2 "Linux $version is too old: series and configuration are for" \
		"$(series_names | head -n 1) and newer; take a newer tree"
	echo "$chosen"
}

# series_choose TREE WANTED: prints what the tree gets: a name, or "none" and why. WANTED is "none", a base,
# or empty for the nearest.
series_choose() {
	local nearest

	nearest=$(series_nearest "$1") || exit
	if series_is_in "$1"; then
		echo "$OWN"
	elif [ "$2" = none ]; then
		echo none
	elif [ -n "$2" ]; then
		series_nearest "$1" "$2"
	else
		echo "$nearest"
	fi
}

# series_patches NAME: its patches, in order; of "none" there are none.
series_patches() {
	[[ $1 = none* ]] || printf '%s\n' "$source_root/series/$1"/*.patch
}

# series_sha256 NAME: of its patches, as JSON.
series_sha256() {
	if [[ $1 = none* ]]; then
		echo null
	else
		echo "\"$(series_patches "$1" | xargs -d '\n' cat | sha256sum | cut -d ' ' -f 1)\""
	fi
}

# Of what patch prints, the name of the file that it first failed for.
series_failed_file() {
	awk '
		function found(text) { print text; exit }
		/^patching file / { file = substr($0, length("patching file ") + 1) }
		/^The next patch would (create|delete) the file / { sub(/,$/, ""); found($8) }
		/FAILED/ { found(file) }
		/^can.t find file to patch/ { is_missing = 1 }
		is_missing && sub(/^\|\+\+\+ [^\/]*\//, "") { sub(/\t.*/, ""); found($0 ", which is not there,") }'
}

# series_apply TREE NAME: patches the tree.
series_apply() {
	local tree=$1 patch out

	while IFS= read -r patch; do
		# Fuzz would let a hunk land in the wrong function of a newer kernel.
		out=$(clean patch -p1 -f -F0 --no-backup-if-mismatch -r - -d "$tree" <"$patch" 2>&1) && continue
		tell "$out"
		die 2 "kernel/series/$2/$(basename "$patch") does not apply to $(series_failed_file <<<"$out")" \
			"of Linux $(source_version "$tree"); --base tries another series, of $BASES;" \
			"or apply this one in a git tree ('git am -3 kernel/series/$2/*.patch'), mend what conflicts, and set KERNEL_SRC" \
			"to that: a tree that has the features is built as it is"
	done < <(series_patches "$2")
}
