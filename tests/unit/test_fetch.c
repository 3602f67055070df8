// SPDX-License-Identifier: GPL-2.0-only
/* How long a fetch takes, and which of those that are pending comes next. */
#include "unit.h"

#include <string.h>

#include "../../harness/fetch_models.h"
#include "../../harness/point/fetch.h"
#include "../../harness/point/pending.h"
#include "../../harness/point/arch.h"

#define GHZ 1000000000u

static struct fetch_spec spec;
static char text[64];

static void texts_come_back(void **state)
{
	static const char *const texts[] = { "0", "30us", "1500ns", "2s" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(fetch_spec_parse(texts[i], &spec), 0);
		assert_string_equal(fetch_spec_format(&spec, text, sizeof(text)), texts[i]);
	}
	assert_int_equal(fetch_spec_parse("1.5us", &spec), 0);
	assert_string_equal(fetch_spec_format(&spec, text, sizeof(text)), "1500ns");
}

static void what_no_model_takes_changes_nothing(void **state)
{
	(void)state;
	assert_int_equal(fetch_spec_parse("30us", &spec), 0);
	assert_int_equal(fetch_spec_parse("30", &spec), -1);
	assert_int_equal(fetch_spec_parse("", &spec), -1);
	assert_string_equal(fetch_spec_format(&spec, text, sizeof(text)), "30us");
	assert_non_null(strstr(fetch_spec_values(text, sizeof(text)), "30us"));
}

static void a_delay_is_the_same_for_all(void **state)
{
	struct fetch fetch;

	(void)state;
	assert_int_equal(fetch_spec_parse("30us", &spec), 0);
	/* At 2 GHz, and with 4 ns of the kernel's clock to a ns of the fetch. */
	fetch_init(&fetch, &spec, WAIT_SPIN, 2 * GHZ, 4);
	assert_int_equal(fetch_deadline(&fetch, 1000), 1000 + 240000);
	assert_int_equal(fetch_deadline(&fetch, 1000), 1000 + 240000);
	assert_int_equal(fetch_sleep_ns(&fetch, UINT64_MAX), 0);
}

static void waiting_does_not_end_early(void **state)
{
	struct fetch fetch;
	uint64_t due;

	(void)state;
	assert_int_equal(fetch_spec_parse("10us", &spec), 0);
	fetch_init(&fetch, &spec, WAIT_SLEEP, GHZ, 1);
	assert_in_range(fetch.overhead_ticks, 0, 5000);
	due = fetch_deadline(&fetch, arch_ticks());
	fetch_wait(&fetch, due);
	assert_true(arch_ticks() >= due);
}

static void assert_next(struct pending *pending, uint64_t page, uint64_t due_ticks)
{
	const struct pending_page *first = pending_first(pending);

	assert_non_null(first);
	assert_int_equal(first->page, page);
	assert_int_equal(first->due_ticks, due_ticks);
	pending_remove_first(pending);
}

static void the_first_due_is_the_first(void **state)
{
	struct pending pending;

	(void)state;
	pending_init(&pending, 4);
	/* Several times around the ring. */
	for (uint64_t base = 0; base < 10; base++) {
		pending_add(&pending, 1, base + 20);
		pending_add(&pending, 2, base + 10);
		pending_add(&pending, 3, base + 20);
		assert_next(&pending, 2, base + 10);
		pending_add(&pending, 4, base + 15);
		pending_add(&pending, 5, base + 30);
		assert_next(&pending, 4, base + 15);
		assert_next(&pending, 1, base + 20);
		assert_next(&pending, 3, base + 20);
		assert_next(&pending, 5, base + 30);
		assert_null(pending_first(&pending));
	}
	pending_free(&pending);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_come_back),
		cmocka_unit_test(what_no_model_takes_changes_nothing),
		cmocka_unit_test(a_delay_is_the_same_for_all),
		cmocka_unit_test(waiting_does_not_end_early),
		cmocka_unit_test(the_first_due_is_the_first),
	};

	return cmocka_run_group_tests_name("fetch", tests, NULL, NULL);
}
