# SPDX-License-Identifier: GPL-2.0-only
#
# Reads a console; prints what the kernel complains of, with the lines that come after it. With kind=kcsan, data races
# count where one of functions (a list) is in the first line, unless known (a file) has them; of others that line is
# printed only.

BEGIN {
	lines_after = 45
	split(functions, names)
	for (i in names)
		is_of_series[names[i]] = 1
	while ((got = (getline line < known)) > 0)
		if (line !~ /^#/) {
			sub(/:.*/, "", line)
			is_known[line] = 1
		}
	if (got < 0) {
		print "complaint " known " cannot be read"
		exit
	}
}

# [   12.345678] at the start is not the message's.
{ message = $0; sub(/^\[ *[0-9.]+\](\[[^]]*\])? /, "", message) }

function counts(  i, word, words, pair, found) {
	if (kind != "kcsan" || message !~ /BUG: KCSAN/)
		return 1
	split(message, words)
	pair = ""
	for (i = 1; i in words; i++) {
		word = words[i]
		sub(/[.+].*/, "", word)
		sub(/^(paging64|paging32|ept)_/, "", word)
		pair = pair " " word
		if (word in is_of_series)
			found = 1
	}
	sub(/.* data-race in /, "", pair)
	return found && !(pair in is_known)
}

# Of several such lines in a few, as a panic after an oops, the first one counts.
message ~ /BUG:|WARNING:|INFO: |suspicious RCU|sleeping function called|corruption|Oops|Kernel panic|general protection|Unable to handle|refcount_t:/ &&
left <= lines_after - 10 {
	if (!counts()) {
		print "elsewhere " message
		left = 0
		next
	}
	print "complaint " message
	left = lines_after
	next
}

left > 0 { print "  " message; left-- }
