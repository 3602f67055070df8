// SPDX-License-Identifier: GPL-2.0-only
/*
 * faultline-point: measures one point on the kernel that it stands on, and
 * writes its record, one line of JSON. Natively to standard output; as PID 1 of
 * a VM to the serial port for records.
 *
 * With micro=... as its first argument it runs known answers instead, see
 * ../harness/point/micro.h.
 *
 * Exit code: 0 the point was measured, 1 it failed, 2 bad arguments, 4 this
 * kernel or machine cannot do it. There is a record for 0, 1 and 4.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../harness/error.h"
#include "../harness/benches/benches.h"
#include "../harness/modes/modes.h"
#include "../harness/point/emit.h"
#include "../harness/point/fail.h"
#include "../harness/point/huge_pages.h"
#include "../harness/point/measure.h"
#include "../harness/point/micro.h"
#include "../harness/point/supervise.h"

enum { EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_SKIPPED = 4 };

/* What the program is asked to do. */
struct job {
	/* Returns 0, or -1 after error(). */
	int (*parse)(char *const *arguments);
	/* Writes a line of results. Returns whether they are good ones; fail()s, skip()s. */
	bool (*run)(FILE *out);
	/* In place of results; status is "failed" or "skipped". */
	void (*write_reason)(FILE *out, const char *status, const char *reason);
};

static struct point point;
static struct micro micro;
static const struct job *job;
static FILE *record_out; /* of the measuring child; NULL outside of it */

static int parse_point(char *const *arguments)
{
	if (point_parse(&point, arguments))
		return -1;
	/* Who starts this by hand has not said what the machine is. */
	if (point.tier == TIER_AUTO)
		point_set_tier(&point, TIER_NESTED);
	if (supervise_is_init())
		huge_pages_allow(&point);
	return 0;
}

static bool run_point(FILE *out)
{
	measure_point(&point, benches[point.bench], modes[point.mode], out);
	return true;
}

static void write_point_reason(FILE *out, const char *status, const char *reason)
{
	emit_reason(out, &point, status, reason);
}

static int parse_micro(char *const *arguments)
{
	return micro_parse(&micro, arguments);
}

static bool run_micro(FILE *out)
{
	return micro_run(&micro, out);
}

static void write_micro_reason(FILE *out, const char *status, const char *reason)
{
	(void)status; /* they are wrong for either reason */
	micro_write_reason(&micro, out, reason);
}

static const struct job point_job = {
	.parse = parse_point,
	.run = run_point,
	.write_reason = write_point_reason,
};

static const struct job micro_job = {
	.parse = parse_micro,
	.run = run_micro,
	.write_reason = write_micro_reason,
};

/* Any thread may come here, and others go on meanwhile: the first one's word is the record. */
static void give_up(bool is_skip, const char *reason)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

	pthread_mutex_lock(&lock); /* never unlocked */
	if (record_out) {
		job->write_reason(record_out, is_skip ? "skipped" : "failed", reason);
		fflush(record_out);
	} else {
		fprintf(stderr, "faultline-point: %s\n", reason);
	}
	_exit(is_skip ? EXIT_SKIPPED : EXIT_FAILED);
}

static void measure(void *arg, FILE *out)
{
	char *record = NULL;
	size_t size;
	FILE *memory;
	bool is_ok;

	(void)arg;
	/* Killed with whoever asked for the point. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	record_out = out;
	/* Whole or not at all, should something fail half-way. */
	memory = open_memstream(&record, &size);
	if (!memory)
		fail("no memory for the record");
	is_ok = job->run(memory);
	fclose(memory);
	fputs(record, out);
	free(record);
	if (is_ok)
		return;
	fflush(out);
	_exit(EXIT_FAILED);
}

static int usage(const char *message)
{
	char values[256];

	fprintf(stderr, "faultline-point: %s\nusage: faultline-point KEY=VALUE...\n", message);
	for (size_t i = 0; i < point_keys_count; i++)
		fprintf(stderr, "  %-12s %s: %s\n", point_keys[i].name, point_keys[i].help,
			point_key_values(&point_keys[i], values, sizeof(values)));
	return EXIT_USAGE;
}

/* Does the job in a child; one that dies without a record gets one here. */
static int run_child(FILE *results)
{
	char reason[128];
	char *output;
	int status = supervise_run(measure, NULL, &output);
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILED;

	if (strchr(output, '\n')) {
		fputs(output, results);
	} else {
		if (WIFSIGNALED(status))
			snprintf(reason, sizeof(reason),
				 "the measuring process was killed by signal %d (%s)",
				 WTERMSIG(status), strsignal(WTERMSIG(status)));
		else
			snprintf(reason, sizeof(reason),
				 "the measuring process ended with code %d and no record", code);
		job->write_reason(results, "failed", reason);
		code = EXIT_FAILED;
	}
	free(output);
	return code;
}

/* What init is given, one word of all, as several. They are there for good. */
static char **split(char *word)
{
	const char separator[] = { POINT_SEPARATOR, '\0' };
	char **words = NULL;
	size_t count = 0;

	do {
		words = reallocarray(words, ++count + 1, sizeof(*words));
		if (!words)
			fail("no memory for %zu arguments", count);
		words[count - 1] = strsep(&word, separator);
	} while (word);
	words[count] = NULL;
	return words;
}

int main(int argc, char **argv)
{
	char *const *arguments = argv + (argc > 0);
	bool is_init = supervise_is_init();
	FILE *results = is_init ? supervise_init() : stdout;
	int code = EXIT_FAILED;

	fail_set_handler(give_up);
	if (is_init && arguments[0] && !arguments[1])
		arguments = split(arguments[0]);
	job = micro_is_asked_for(arguments) ? &micro_job : &point_job;
	if (job->parse(arguments))
		code = usage(error_text());
	else if (results)
		code = run_child(results);
	if (is_init)
		supervise_power_off(results);
	if (fflush(stdout)) {
		fprintf(stderr, "faultline-point: writing the record: %m\n");
		return EXIT_FAILED;
	}
	return code;
}
