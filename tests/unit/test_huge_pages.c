// SPDX-License-Identifier: GPL-2.0-only
/* Huge pages: which keys go together, what is mapped, and that what came unasked is noticed. */
#include "parsed_point.h"

#include <string.h>

#include "../../harness/point/check.h"
#include "../../harness/point/memory.h"
#include "../../harness/modes/userfault.h"
#include "fail_stub.h"

#define HUGE 512ull
#define GRAINS 3

static void grain_is(const char *words, enum grain grain)
{
	if (parse(words))
		print_error("%s: %s\n", words, error_text());
	assert_int_equal(parse(words), 0);
	assert_int_equal(p.grain, grain);
	/* As sweeps and records do it. */
	assert_int_equal(point_resolve(&p), 0);
	assert_int_equal(p.grain, grain);
}

static void the_grain_is_the_least_that_can_be_had(void **state)
{
	(void)state;
	grain_is("mode=uffd", GRAIN_4K);
	grain_is("mode=kernel", GRAIN_4K);
	grain_is("mode=kernel thp=always", GRAIN_HUGE);
	grain_is("mode=kernel backing=hugetlb2m", GRAIN_HUGE);
	grain_is("mode=userfault backing=hugetlb1g", GRAIN_4K);
	grain_is("mode=attributes backing=hugetlb2m grain=huge", GRAIN_HUGE);
	grain_is("mode=uffd backing=hugetlb2m", GRAIN_HUGE);
	grain_is("mode=userfault+uffd backing=hugetlb2m fault=minor", GRAIN_HUGE);
	grain_is("mode=uffd thp=always", GRAIN_4K);
	grain_is("bench=freeze", GRAIN_4K);
}

static void pages_are_whole_huge_pages(void **state)
{
	(void)state;
	grain_is("mode=uffd tier=simulated grain=huge", GRAIN_HUGE);
	assert_int_equal(p.pages, HUGE);
	grain_is("mode=uffd tier=simulated backing=hugetlb1g", GRAIN_HUGE);
	assert_int_equal(p.pages, HUGE * HUGE);
	grain_is("mode=userfault tier=simulated grain=huge tasks=3", GRAIN_HUGE);
	assert_int_equal(p.pages, 3 * HUGE);
	grain_is("mode=userfault tier=simulated thp=always tasks=3", GRAIN_4K);
	assert_int_equal(p.pages, HUGE);
	grain_is("mode=uffd tier=hardware grain=huge vcpus=3", GRAIN_HUGE);
	assert_int_equal(p.pages, PAGES_NATIVE);
	refused("thp=always pages=256", "take a multiple of 512");
	refused("grain=huge pages=513", "take a multiple of 512");
	refused("grain=huge pages=512 tasks=2", "take a multiple of 1024");
	refused("backing=hugetlb1g pages=512", "take a multiple of 262144");
	refused("backing=hugetlb1g vcpus=5", "is more than 1048576 pages");
	refused("mode=uffd grain=huge pages=1024 uffds=3", "more than the 2 huge pages there are");
}

static void what_cannot_be_is_refused(void **state)
{
	(void)state;
	refused("mode=uffd backing=hugetlb2m grain=4k", "take whole huge pages there");
	refused("mode=uffd+exit backing=hugetlb2m grain=4k", "take whole huge pages there");
	refused("mode=kernel thp=always grain=4k", "the kernel brings whole huge pages");
	refused("mode=kernel grain=huge", "brings pages of 4 KiB");
	refused("backing=hugetlb2m thp=always", "says nothing with backing=hugetlb2m");
	refused("bench=freeze backing=hugetlb2m", "bench=freeze has no backing=hugetlb2m");
	refused("bench=clear grain=huge", "no grain=huge");
	refused("bench=toggle thp=always", "thp=always says nothing with bench=toggle");
	refused("fault=minor", "needs backing=shmem or huge pages");
	refused("backing=guest_memfd thp=always", "guest_memfd has no huge pages");
	refused("backing=guest_memfd meanwhile=changes", "needs dirty logging");
	refused("grain=2m", "use auto, 4k, huge");
	refused("backing=hugetlb", "hugetlb2m, hugetlb1g");
}

static struct page_record records[GRAINS * HUGE];
static struct guest_vcpu block;
static const struct mode exits = { .way = WAY_EXIT };
static struct measurement m = {
	.point = &p,
	.records = records,
	.blocks = &block,
	.pages_total = GRAINS * HUGE,
};

static int right_run(void **state)
{
	(void)state;
	assert_int_equal(parse("grain=huge pages=1536"), 0);
	m.mode = &exits;
	m.grain_pages = HUGE;
	m.fetches = m.told[WAY_EXIT] = GRAINS;
	block = (struct guest_vcpu){ .pages = GRAINS * HUGE, .pages_verified = GRAINS * HUGE };
	for (uint64_t page = 0; page < GRAINS * HUGE; page++)
		records[page] = (struct page_record){ .t0 = 1, .t4 = 2 };
	for (uint64_t page = 0; page < GRAINS * HUGE; page += HUGE)
		records[page] = (struct page_record){ .t0 = 1, .t1 = 2, .t2 = 3, .t3 = 4, .t4 = 5 };
	return 0;
}

static void assert_fails_with(const char *text)
{
	assert_true(FAILS(check_measurement(&m)));
	assert_non_null(strstr(fail_message, text));
}

static void a_fault_for_each_huge_page_will_do(void **state)
{
	(void)state;
	check_measurement(&m);
	records[HUGE].t2 = 0;
	assert_fails_with("stamps of page 512");
}

static void pages_that_nobody_accessed_are_noticed(void **state)
{
	(void)state;
	records[HUGE + 1].t4 = 0;
	assert_fails_with("stamps of page 513");
}

/* What KVM maps beside the page that was asked for never faults; nor is it what it must be. */
static void pages_that_nobody_fetched_are_noticed(void **state)
{
	(void)state;
	m.grain_pages = 1;
	assert_fails_with("3 faults came as exits");
	m.told[WAY_EXIT] = GRAINS * HUGE;
	assert_fails_with("3 fetches were made for 1536 pages");
	m.fetches = GRAINS * HUGE;
	block.pages_wrong = 511;
	block.wrong_page = 1;
	assert_fails_with("511 page checks found wrong content, for example in page 1");
}

static void fewer_faults_than_huge_pages_fail(void **state)
{
	(void)state;
	m.told[WAY_EXIT]--;
	assert_fails_with("2 faults came as exits");
	m.told[WAY_EXIT]++;
	m.fetches--;
	assert_fails_with("2 fetches were made for 3 huge pages");
}

/* All of what a fault brings, and nothing else. */
static void bits_of_a_grain_are_cleared(void **state)
{
	static unsigned long bitmaps[2][GRAINS * HUGE / 64];
	static const uint64_t grains[] = { 1, HUGE };

	(void)state;
	p.meanwhile = MEANWHILE_CHANGES;
	m.slot.userfault_bitmap = (uintptr_t)bitmaps;
	for (size_t i = 0; i < 2; i++) {
		m.grain_pages = grains[i];
		userfault_fill_bitmap(&m, 0xff);
		userfault_clear(&m, HUGE);
		for (uint64_t page = 0; page < GRAINS * HUGE; page++)
			assert_int_equal(userfault_is_present(&m, page),
					 page >= HUGE && page < HUGE + grains[i]);
		assert_memory_equal(bitmaps[0], bitmaps[1], sizeof(bitmaps[0]));
	}
}

static void transparent_huge_pages_are_aligned(void **state)
{
	static const struct {
		enum backing backing;
		enum fault_kind fault;
	} kinds[] = { { BACKING_ANON, FAULT_MISSING }, { BACKING_SHMEM, FAULT_MINOR } };

	(void)state;
	for (volatile size_t i = 0; i < 2; i++) {
		struct memory memory = { 0 };

		if (FAILS(memory_create(&memory, kinds[i].backing, THP_ALWAYS, kinds[i].fault,
					2 * HUGE * PAGE_BYTES, NULL, -1))) {
			assert_non_null(strstr(fail_message, "transparent"));
			continue;
		}
		assert_int_equal((uintptr_t)memory.hva % (HUGE * PAGE_BYTES), 0);
		assert_int_equal((uintptr_t)memory.alias % (HUGE * PAGE_BYTES), 0);
		memory_fill(memory.alias ? memory.alias : memory.hva, memory.bytes, 1);
		assert_int_equal(*(uint64_t *)(memory.hva + PAGE_BYTES), content_base(1, 1));
		memory_destroy(&memory);
	}
}

static void too_few_reserved_ones_are_skipped(void **state)
{
	struct memory memory;

	(void)state;
	assert_true(FAILS(memory_create(&memory, BACKING_HUGETLB2M, THP_NEVER, FAULT_MISSING,
					(HUGE << 20) * PAGE_BYTES, NULL, -1)));
	/* Those of this machine, or none at all. */
	assert_true(strstr(fail_message, "1048576 huge pages of 2 MiB are needed") ||
		    strstr(fail_message, "no such huge pages"));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup(f, right_run)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_grain_is_the_least_that_can_be_had),
		cmocka_unit_test(pages_are_whole_huge_pages),
		cmocka_unit_test(what_cannot_be_is_refused),
		TEST(a_fault_for_each_huge_page_will_do),
		TEST(pages_that_nobody_accessed_are_noticed),
		TEST(pages_that_nobody_fetched_are_noticed),
		TEST(fewer_faults_than_huge_pages_fail),
		TEST(bits_of_a_grain_are_cleared),
		cmocka_unit_test(transparent_huge_pages_are_aligned),
		cmocka_unit_test(too_few_reserved_ones_are_skipped),
	};

	return cmocka_run_group_tests_name("huge pages", tests, NULL, NULL);
}
