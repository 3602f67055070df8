# SPDX-License-Identifier: GPL-2.0-only
#
# Reads patches; prints the functions of KVM that they touch: those that a hunk begins in, and those that begin in
# a hunk. That a neighbour is among them does no harm.

/^diff / { is_kvm = $0 ~ /a\/(virt|arch)\/[^ ]*kvm\/[^ ]*(\.c|paging_tmpl\.h) / }

function name_in(text) {
	if (match(text, /FNAME\([a-z0-9_]+\)/))
		text = substr(text, RSTART + 6, RLENGTH - 7) "("
	if (match(text, /[a-z0-9_]+\(/))
		print substr(text, RSTART, RLENGTH - 1)
}

is_kvm && /^@@ / {
	sub(/^@@ [^@]*@@ /, "")
	name_in($0)
	next
}

# A definition begins a line; macros are in capitals.
is_kvm && /^[ +][a-z].*\(/ { name_in(substr($0, 2)) }
