// SPDX-License-Identifier: GPL-2.0-only
/*
 * kernel-debug random ROUNDS SEED CALLS
 * kernel-debug stress ROUNDS SEED MS
 *
 * Rounds of random.c or stress.c; round i has the seed SEED + i, and SEED alone makes it anew. Reports
 * in KTAP: to stdout, or to the serial port for records as PID 1 of a VM, which it then powers
 * off. Exits with 0, 1 when a round has failed, 2 with wrong arguments, 4 when all were skipped.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../harness/point/supervise.h"
#include "../kvm/test.h"
#include "rounds.h"

#define TIME_LIMIT_S 300 /* of a round; where instructions are counted, that many 10^9 */
#define REASON_BYTES 2048

enum { EXIT_OK, EXIT_FAILED, EXIT_USAGE, EXIT_SKIPPED = 4 };

/* Shared with the round's process, whatever becomes of that. */
static struct round {
	struct tally tally;
	char reason[REASON_BYTES];
} * round;

static bool is_stress;
static uint64_t amount; /* calls or ms of a round */

static void end_round(bool is_skip, const char *reason)
{
	snprintf(round->reason, sizeof(round->reason), "%s", reason);
	for (char *c = round->reason; (c = strpbrk(c, "\r\n#")) != NULL; c++)
		*c = ' ';
	_exit(is_skip ? EXIT_SKIPPED : EXIT_FAILED);
}

_Noreturn static void play(uint64_t seed)
{
	setpgid(0, 0);
	alarm(TIME_LIMIT_S);
	if (is_stress)
		stress_round(seed, amount, &round->tally);
	random_round(seed, amount, &round->tally);
	_exit(EXIT_OK);
}

/* Returns the exit code; the reason is there if it is not 0. */
static int run_round(uint64_t seed)
{
	int status = 0;
	pid_t pid;

	memset(round, 0, sizeof(*round));
	fflush(NULL);
	pid = fork();
	if (!pid)
		play(seed);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	/* What it has started may have outlived it. */
	kill(-pid, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0)
		;
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	if (WTERMSIG(status) == SIGKILL && is_stress)
		return EXIT_OK;
	if (WTERMSIG(status) == SIGALRM)
		snprintf(round->reason, sizeof(round->reason), "not finished after %d s",
			 TIME_LIMIT_S);
	else
		snprintf(round->reason, sizeof(round->reason), "killed by signal %d",
			 WTERMSIG(status));
	return EXIT_FAILED;
}

static uint64_t add_up(struct tally *sum, const struct tally *tally)
{
	uint64_t calls = 0;

	for (unsigned int kind = 0; kind < CALL_KINDS; kind++) {
		sum->done[kind] += tally->done[kind];
		sum->refused[kind] += tally->refused[kind];
		calls += tally->done[kind] + tally->refused[kind];
	}
	sum->commands += tally->commands;
	sum->faults += tally->faults;
	return calls;
}

static void report_sum(const struct tally *sum, uint64_t calls, FILE *out)
{
	for (unsigned int kind = 0; kind < CALL_KINDS; kind++)
		fprintf(out, "# %s: %llu done, %llu refused\n", call_name(kind),
			(unsigned long long)sum->done[kind],
			(unsigned long long)sum->refused[kind]);
	fprintf(out, "# %llu calls, %llu commands of guests, %llu faults\n",
		(unsigned long long)calls, (unsigned long long)sum->commands,
		(unsigned long long)sum->faults);
}

static int run_rounds(uint64_t rounds, uint64_t seed, FILE *out)
{
	const char *name = is_stress ? "stress" : "random";
	uint64_t failed = 0, skipped = 0, calls = 0;
	static struct tally sum;

	fprintf(out, "KTAP version 1\n1..%llu\n", (unsigned long long)rounds);
	for (uint64_t i = 0; i < rounds; i++) {
		int code = run_round(seed + i);
		uint64_t made = add_up(&sum, &round->tally);

		calls += made;
		if (code != EXIT_OK && code != EXIT_SKIPPED)
			fprintf(out, "# seed %llu: %s\n", (unsigned long long)(seed + i),
				round->reason);
		fprintf(out, "%sok %llu %s.seed_%llu",
			code == EXIT_OK || code == EXIT_SKIPPED ? "" : "not ",
			(unsigned long long)i + 1, name, (unsigned long long)(seed + i));
		if (code == EXIT_SKIPPED)
			fprintf(out, " # SKIP %s\n", round->reason);
		else
			fprintf(out, " # %llu calls, digest %llx\n", (unsigned long long)made,
				(unsigned long long)round->tally.digest);
		fflush(out);
		failed += code != EXIT_OK && code != EXIT_SKIPPED;
		skipped += code == EXIT_SKIPPED;
	}
	report_sum(&sum, calls, out);
	if (failed)
		return EXIT_FAILED;
	return skipped == rounds ? EXIT_SKIPPED : EXIT_OK;
}

static bool parse(const char *text, uint64_t *value)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 10);
	return !errno && end != text && !*end;
}

int main(int argc, char **argv)
{
	const bool is_init = supervise_is_init();
	FILE *results = is_init ? supervise_init() : stdout;
	int status = EXIT_USAGE;
	uint64_t rounds, seed;

	fail_set_handler(end_round);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	round = mmap(NULL, sizeof(*round), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	if (argc == 5 && parse(argv[2], &rounds) && parse(argv[3], &seed) &&
	    parse(argv[4], &amount) && (!strcmp(argv[1], "stress") || !strcmp(argv[1], "random")) &&
	    results && round != MAP_FAILED) {
		is_stress = argv[1][0] == 's';
		status = run_rounds(rounds, seed, results);
	} else {
		fprintf(stderr, "usage: kernel-debug random|stress ROUNDS SEED CALLS|MS\n");
	}
	if (is_init)
		supervise_power_off(results);
	fflush(stdout);
	return status;
}
