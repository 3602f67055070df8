# SPDX-License-Identifier: GPL-2.0-only
#
# From the console of a VM that init.c has run in: a line for each test, its name and
# arguments, a tab, and what came of it. Variable: limit_s, the time limit.

function finish(result)
{
	print name "\t" result
	name = ""
}

# Why it has not passed: what its library says of that, or the last that it has printed.
function reason()
{
	return said != "" ? said : last
}

/^selftest: begin / {
	name = substr($3, 2)
	for (i = 4; i <= NF; i++)
		name = name " " $i
	said = last = ""
	is_failure = 0
	next
}

name == "" { next }

/^selftest: end exit 0$/ { finish("passed"); next }
/^selftest: end exit 4$/ { finish("skipped: " reason()); next }
/^selftest: end exit / { finish("failed: " reason()); next }
/^selftest: end signal / { finish("failed: signal " $4); next }
/^selftest: end warning$/ { finish("failed: the kernel has warned of itself"); next }
/^selftest: end hang$/ { finish("failed: the VM has ended, or hangs"); next }
/^selftest: end slow$/ { finish("not finished in " limit_s " s"); next }

is_failure && said == "" {
	said = $0
	sub(/^ */, "", said)
}

{ is_failure = /^==== Test Assertion Failure ====$/ }

sub(/^.*# SKIP (- )?/, "") { said = $0 }

# The kernel's own lines begin with the time.
NF && !/^\[|^Random seed/ { last = $0 }
