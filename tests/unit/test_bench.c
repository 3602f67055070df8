// SPDX-License-Identifier: GPL-2.0-only
/* Benchmarks: which keys go together, and where their figures stand. */
#include "parsed_point.h"

#include <jansson.h>
#include <string.h>

#include "../../harness/keys.h"
#include "../../harness/mode.h"
#include "../../harness/modes/userfault.h"
#include "../../harness/run/report/figures.h"
#include "../../workloads/workload.h"

static void the_life_of_a_fault_is_the_default(void **state)
{
	(void)state;
	accepted("vcpus=2");
	assert_int_equal(p.bench, BENCH_fault);
	assert_int_equal(point_slot_pages(&p), point_pages_total(&p));
}

static void what_follows_from_a_benchmark(void **state)
{
	(void)state;
	accepted("bench=freeze how=pause");
	assert_int_equal(p.mode, MODE_kernel);
	assert_int_equal(p.workload, WORKLOAD_writer);
	assert_int_equal(p.pages, 64);
	assert_int_equal(point_slot_pages(&p), 1024 * PAGES_OF_MIB);
	accepted("bench=freeze how=flag backing=shmem");
	assert_int_equal(p.mode, MODE_userfault);
	assert_int_equal(p.fault, FAULT_MISSING);
	/* All of the slot is mapped. */
	accepted("bench=toggle slot_mib=16 vcpus=4");
	assert_int_equal(p.pages, 1024);
	assert_int_equal(point_pages_total(&p), 16 * PAGES_OF_MIB);
	accepted("bench=clear backing=shmem mode=uffd");
	assert_int_equal(p.workload, WORKLOAD_sequential);
	assert_int_equal(p.fault, FAULT_MINOR);
}

static void keys_of_other_benchmarks_are_refused(void **state)
{
	(void)state;
	refused("how=pause", "how=pause says nothing with bench=fault; leave it out");
	refused("slot_mib=64", "slot_mib=64 says nothing");
	refused("bench=freeze pattern=word", "pattern=word says nothing with bench=freeze");
	refused("bench=toggle fetch=0", "fetch=0 says nothing with bench=toggle");
	refused("bench=clear mapped=2m", "mapped=2m says nothing");
	refused("bench=freeze access=read", "access=read says nothing");
	refused("bench=freeze handler=poll", "handler=poll says nothing");
}

static void what_does_not_go_together_is_refused(void **state)
{
	(void)state;
	refused("workload=writer", "which bench=fault does not do");
	refused("bench=clear workload=writer", "which bench=clear does not do");
	refused("bench=freeze workload=shared", "has no workload to choose");
	refused("bench=freeze how=pause mode=uffd", "how=pause goes with mode=kernel");
	refused("bench=freeze how=flag mode=kernel", "how=flag goes with mode=userfault");
	refused("bench=freeze backing=shmem fault=minor", "fault=minor says nothing");
	refused("bench=freeze mapped=2m backing=shmem", "mapped=2m needs backing=anon");
	refused("bench=freeze pages=1", "pages=2 or more");
	refused("bench=freeze slot_mib=65537", "slot_mib=65536 at most");
	refused("bench=freeze vcpus=64 slot_mib=1 pages=5", "do not fit into slot_mib=1");
	refused("bench=toggle mode=uffd", "about mode=userfault");
	refused("bench=toggle pages=7", "leave pages out");
	refused("bench=toggle slot_mib=4097", "slot_mib=4096 at most");
	refused("bench=clear mode=kernel", "leaves nothing to make present");
	refused("bench=clear mode=uffd", "needs backing=shmem");
	refused("bench=clear mode=userfault+uffd", "needs backing=shmem");
	refused("bench=clear mode=uffd backing=shmem fault=missing",
		"needs backing=shmem and fault=minor");
	refused("bench=clear pattern=alternate slot_mib=4", "do not fit into slot_mib=4");
}

/* Where threads share words of the bitmap they share a part of the slot. */
static void patterns_need_room(void **state)
{
	(void)state;
	accepted("bench=clear pattern=single vcpus=64 slot_mib=256");
	assert_int_equal(point_part_pages(&p), 1024);
	accepted("bench=clear pattern=word vcpus=64 slot_mib=256");
	assert_int_equal(point_part_pages(&p), 65536);
	refused("bench=clear pattern=word vcpus=65 slot_mib=256", "do not fit");
	accepted("bench=clear pattern=line vcpus=16 slot_mib=64");
	assert_int_equal(point_part_pages(&p), 8192);
	refused("bench=clear pattern=line vcpus=17 slot_mib=64", "do not fit");
}

static void points_of_other_benchmarks_are_no_repeats(void **state)
{
	(void)state;
	assert_int_equal(point_key("bench")->role, ROLE_CONDITION);
	assert_int_equal(point_key("how")->role, ROLE_MECHANISM);
	assert_int_equal(point_key("slot_mib")->role, ROLE_MECHANISM);
	accepted("bench=freeze");
	assert_true(point_key_applies(&p, point_key("how")));
	assert_false(point_key_applies(&p, point_key("pattern")));
	assert_false(point_key_applies(&p, point_key("fetch")));
}

static void figures_stand_below_their_benchmark(void **state)
{
	json_t *record = json_loads("{\"rate_span\":5,\"freeze\":{\"writes_slipped\":0},"
				    "\"freeze_times\":{\"call_ns\":2500},"
				    "\"clear_times\":{\"rate_span\":7}}",
				    0, NULL);
	double value;

	(void)state;
	for (unsigned int bench = 0; bench < BENCH_COUNT; bench++)
		assert_int_equal(figure_compared(bench)->bench, bench);
	assert_true(figure_read(figure_compared(BENCH_fault), record, &value) && value == 5);
	assert_true(figure_read(figure_compared(BENCH_freeze), record, &value) && value == 2.5);
	assert_true(figure_read(figure_compared(BENCH_clear), record, &value) && value == 7);
	assert_false(figure_read(figure_compared(BENCH_toggle), record, &value));
	assert_true(figure_read(figure_named("slipped"), record, &value) && value == 0);
	json_decref(record);
}

static bool any(const struct figure *figure)
{
	(void)figure;
	return true;
}

static void columns_are_of_one_benchmark(void **state)
{
	const struct columns columns = { .bench = BENCH_freeze, .shows = any };

	(void)state;
	assert_true(columns_show(&columns, figure_named("last write")));
	assert_false(columns_show(&columns, figure_named("mean")));
	assert_false(columns_show(&columns, figure_named("gap on")));
}

/* Ends in the middle of words, and whole words between. */
static void bits_of_a_range_are_cleared(void **state)
{
	static const struct {
		uint64_t first, count;
	} ranges[] = { { 0, 1 }, { 63, 2 }, { 5, 3 }, { 64, 64 }, { 10, 200 }, { 0, 256 } };
	const struct point point = { .meanwhile = MEANWHILE_CHANGES };
	struct measurement m = { .point = &point, .pages_total = 256, .grain_pages = 1 };

	(void)state;
	userfault_add_bitmap(&m, 0xff);
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		const unsigned long *words = (const void *)(uintptr_t)m.slot.userfault_bitmap;
		const uint64_t first = ranges[i].first, end = first + ranges[i].count;

		userfault_fill_bitmap(&m, 0xff);
		userfault_present(&m, first, ranges[i].count);
		for (uint64_t page = 0; page < m.pages_total; page++)
			assert_int_equal(words[page / 64] >> page % 64 & 1,
					 page < first || page >= end);
	}
	userfault_stop(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_life_of_a_fault_is_the_default),
		cmocka_unit_test(what_follows_from_a_benchmark),
		cmocka_unit_test(keys_of_other_benchmarks_are_refused),
		cmocka_unit_test(what_does_not_go_together_is_refused),
		cmocka_unit_test(patterns_need_room),
		cmocka_unit_test(points_of_other_benchmarks_are_no_repeats),
		cmocka_unit_test(figures_stand_below_their_benchmark),
		cmocka_unit_test(columns_are_of_one_benchmark),
		cmocka_unit_test(bits_of_a_range_are_cleared),
	};

	return cmocka_run_group_tests_name("bench", tests, NULL, NULL);
}
