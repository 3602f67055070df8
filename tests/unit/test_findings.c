// SPDX-License-Identifier: GPL-2.0-only
/* Findings of runs whose rates are made up. */
#include "run_folder.h"

#include "../../harness/run/report/findings.h"
#include "../../harness/run/report/groups.h"

static json_t *draw(double rate)
{
	return json_pack("{s:f}", "rate_span", rate);
}

/* A point at 8 simulated CPUs, with draws that lie apart by so many percent of the rate. */
static void add(const char *mode, unsigned int uffds, unsigned int vcpus, unsigned int coherence_ns,
		double rate, double percent)
{
	static json_t *model;
	json_t *record;

	if (!model)
		model = json_deep_copy(json_array_get(folder.records, 0));
	record = json_deep_copy(model);
	json_object_update_new(record, json_pack("{s:s, s:i, s:i, s:i, s:i, s:i, s:i, s:f, s:i}",
						 "mode", mode, "uffds", uffds, "vcpus", vcpus,
						 "coherence", coherence_ns, "cpus", 8, "speed", 4,
						 "quantum", 500, "rate_span", rate, "draws", 3));
	json_object_set_new(record, "series",
			    uffds > 1 ? json_sprintf("%s, %u uffds", mode, uffds) :
					json_string(mode));
	json_object_set_new(record, "each_draw",
			    json_pack("[o, o, o]", draw(rate), draw(rate * (1 - percent / 200)),
				      draw(rate * (1 + percent / 200))));
	json_array_append_new(folder.records, record);
}

static char *printed(bool is_mail)
{
	struct run_data run;
	struct text text;

	run_folder_write(&folder, "");
	if (run_data_load(&run, folder.path, 0))
		fail_msg("%s", error_text());
	if (is_mail)
		findings_mail(text_open(&text), &run);
	else
		findings_print(text_open(&text), &run, 2000);
	run_data_free(&run);
	return text_close(&text);
}

static void assert_found(const char *part)
{
	char *text = printed(false);

	if (!strstr(text, part))
		fprintf(stderr, "not '%s' but:\n%s\n", part, text);
	assert_non_null(strstr(text, part));
	free(text);
}

/* One userfaultfd is best at first, four are later; with a charge, exits are never behind. */
static int fill(void **state)
{
	set_up(state);
	add("uffd", 1, 1, 0, 1000, 0); /* keeps what the model is */
	json_array_clear(folder.records);
	add("uffd", 1, 4, 0, 100000, 2);
	add("uffd", 1, 64, 0, 50000, 2);
	add("uffd", 4, 4, 0, 90000, 2);
	add("uffd", 4, 64, 0, 400000, 2);
	add("userfault", 1, 4, 0, 101000, 2);
	add("userfault", 1, 64, 0, 380000, 2);
	add("uffd", 1, 4, 70, 40000, 2);
	add("uffd", 1, 64, 70, 60000, 2);
	add("uffd", 4, 4, 70, 39000, 2);
	add("uffd", 4, 64, 70, 100000, 2);
	add("userfault", 1, 4, 70, 80000, 2);
	add("userfault", 1, 64, 70, 200000, 2);
	return 0;
}

static void both_ends_are_told(void **state)
{
	(void)state;
	assert_found(
		"With 64 vCPUs KVM Userfault has 0.93-0.97 (coherence=0) and 1.96-2.04 "
		"(coherence=70) times the pages/s of the best userfaultfd set-up, 7.45-7.75 "
		"(coherence=0) and 3.27-3.40 (coherence=70) times the pages/s of the best with "
		"one userfaultfd.");
}

static void what_the_spread_leaves_open_is_not_separated(void **state)
{
	(void)state;
	assert_found("it is ahead at 4, 64 vCPUs (coherence=70); behind at 64 vCPUs "
		     "(coherence=0); not separated at 4 vCPUs (coherence=0).");
}

/* Without a spread at all: a lead of 0.4 % is none, one of 0.6 % is. */
static void less_than_digits_show_is_no_lead(void **state)
{
	(void)state;
	json_array_clear(folder.records);
	add("uffd", 1, 4, 0, 100000, 0);
	add("uffd", 1, 64, 0, 100000, 0);
	add("userfault", 1, 4, 0, 100400, 0);
	add("userfault", 1, 64, 0, 100600, 0);
	assert_found("it is ahead at 64 vCPUs; not separated at 4 vCPUs.");
}

/* Ahead with one vCPU, not separated at 4 and 16, behind at 64. */
static void crossings_are_told(void **state)
{
	(void)state;
	assert_found("- No curves of exits, KVM Userfault and the best userfaultfd set-up cross "
		     "from 4 to 64 vCPUs.");
	add("uffd", 1, 16, 0, 200000, 2);
	add("userfault", 1, 16, 0, 201000, 2);
	add("uffd", 1, 1, 0, 10000, 2);
	add("userfault", 1, 1, 0, 12000, 2);
	assert_found("- Curves cross: KVM Userfault and the best userfaultfd set-up between 1 and "
		     "64 vCPUs (coherence=0).");
	add("uffd", 1, 1, 70, 12000, 2);
	add("userfault", 1, 1, 70, 10000, 2);
	assert_found("between 1 and 64 vCPUs (coherence=0) and between 1 and 4 vCPUs "
		     "(coherence=70).");
}

static void the_peak_of_one_userfaultfd_is_told(void **state)
{
	(void)state;
	assert_found("peaks at 4 vCPUs with 100 thousand pages/s (coherence=0), still grows at 64 "
		     "vCPUs (coherence=70).");
}

static void who_has_no_patched_kernel_is_told_what_to_take(void **state)
{
	(void)state;
	assert_found("'uffd, 4 uffds' is the one that is never far behind: it has at least 90 % of "
		     "the best one's pages/s.");
}

static void winners_are_named_where_they_change(void **state)
{
	char *text = printed(true);

	assert_non_null(strstr(text, "best uffd from 4: uffd; from 64: uffd, 4 uffds\n"));
	free(text);
	(void)state;
	assert_found("\n   64     400.0      50.0     380.0  0.93-0.97  7.45-7.75          -\n");
}

/* The one with four is the fastest, but handlers of the other take less, and it is near enough. */
static void the_cheapest_is_named(void **state)
{
	json_t *record;
	size_t i;

	(void)state;
	json_array_clear(folder.records);
	add("uffd", 1, 64, 0, 91000, 2);
	add("uffd", 4, 64, 0, 100000, 2);
	json_array_foreach (folder.records, i, record)
		json_object_set_new(record, "handler_cpu_ns_per_page",
				    json_real(3000.0 + 1000 * i));
	assert_found("uffd, 4 uffds (100 thousand pages/s); for p99");
	assert_found(
		"; cheapest within 10 % of the best uffd (3 us of handlers' CPU time a page)\n");
	json_object_set_new(json_array_get(folder.records, 0), "rate_span", json_real(80000));
	json_object_del(json_array_get(folder.records, 0), "each_draw");
	assert_found("; cheapest within 10 % of the best uffd, 4 uffds (4 us of");
}

static void without_userfaultfds_there_are_none(void **state)
{
	char *text;

	(void)state;
	json_array_clear(folder.records);
	add("userfault", 1, 4, 0, 101000, 2);
	text = printed(false);
	assert_string_equal(text, "");
	free(text);
}

static void a_mail_is_short(void **state)
{
	char *text, *line, *rest;
	unsigned int lines = 0;

	(void)state;
	text = rest = printed(true);
	assert_non_null(strstr(text, "KVM Userfault has"));
	assert_non_null(strstr(text, "6.12.117, series 0123456789ab"));
	assert_non_null(strstr(text, "./run.sh run --sweep fixture"));
	while ((line = strsep(&rest, "\n"))) {
		assert_true(strlen(line) <= 78);
		lines++;
	}
	assert_true(lines <= 60);
	free(text);
}

int main(void)
{
#undef TEST
#define TEST(name) cmocka_unit_test_setup_teardown(name, fill, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(both_ends_are_told),
		TEST(what_the_spread_leaves_open_is_not_separated),
		TEST(less_than_digits_show_is_no_lead),
		TEST(crossings_are_told),
		TEST(the_peak_of_one_userfaultfd_is_told),
		TEST(who_has_no_patched_kernel_is_told_what_to_take),
		TEST(winners_are_named_where_they_change),
		TEST(the_cheapest_is_named),
		TEST(without_userfaultfds_there_are_none),
		TEST(a_mail_is_short),
	};

	return cmocka_run_group_tests_name("findings", tests, NULL, NULL);
}
