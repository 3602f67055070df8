# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# For shell tests, to be sourced, with root set: reports results in KTAP.

# git SUBCOMMAND...: on repositories of the test's own, whatever the caller's environment
# and configuration say.
git() {
	# shellcheck disable=SC2154 # root is of who sources this
	"$root/kernel/clean.sh" GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@t GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@t \
		git -c init.defaultBranch=main "$@"
}

# wait_for COMMAND...: until it succeeds, for a minute; 1 if it does not.
wait_for() {
	for _ in $(seq 1200); do
		! "$@" 2>/dev/null || return 0
		sleep 0.05
	done
	return 1
}

ktap_root=$(readlink -f "$(dirname "${BASH_SOURCE[0]}")/..")
# shellcheck source=harness/shell.sh
. "$ktap_root/harness/shell.sh"

ktap_passed=0 ktap_failed=0 ktap_skipped=0

ktap_number() { echo $((ktap_passed + ktap_failed + ktap_skipped)); }

pass() {
	ktap_passed=$((ktap_passed + 1))
	echo "ok $(ktap_number) $1"
}

# flunk NAME [DETAIL...]
flunk() {
	ktap_failed=$((ktap_failed + 1))
	echo "not ok $(ktap_number) $1"
	shift
	[ $# = 0 ] || printf '%s\n' "$@" | sed 's/^/# /'
}

# skip_test NAME REASON
skip_test() {
	ktap_skipped=$((ktap_skipped + 1))
	echo "ok $(ktap_number) $1 # SKIP $2"
}

# check NAME COMMAND...: passes when the command succeeds; shows what it printed otherwise.
check() {
	local name=$1 out

	shift
	if out=$("$@" 2>&1 </dev/null); then pass "$name"; else flunk "$name" "$out"; fi
}

# expect NAME CODE PATTERN COMMAND...: exit code and an extended regular
# expression that must be found in stdout or stderr. The limit is for what hangs, also
# on a machine that is busy with other things.
expect() {
	local name=$1 code=$2 pattern=$3 out got

	shift 3
	out=$(timeout -k 5 600 "$@" 2>&1 </dev/null)
	got=$?
	if [ "$got" != "$code" ]; then
		flunk "$name" "exit code $got, not $code" "$out"
	elif ! grep -qE -- "$pattern" <<<"$out"; then
		flunk "$name" "no /$pattern/ in:" "$out"
	else
		pass "$name"
	fi
}

# finish: prints plan and sum, and ends the script.
finish() {
	echo "1..$(ktap_number)"
	echo "# $ktap_passed passed, $ktap_failed failed, $ktap_skipped skipped"
	[ $ktap_failed = 0 ] || exit 1
	[ $ktap_passed != 0 ] || exit 4
	exit 0
}
