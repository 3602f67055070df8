// SPDX-License-Identifier: GPL-2.0-only
/* Every way in which a run can be wrong is noticed. */
#include "unit.h"

#include <string.h>

#include "../../harness/point/check.h"
#include "fail_stub.h"

#define PAGES 3

static struct point point;
static struct page_record records[PAGES];
static struct guest_vcpu blocks[2];
static const struct mode active = { .way = WAY_EVENT };
static const struct mode exits = { .way = WAY_EXIT };
static const struct mode passive = { .way = WAY_NONE };
static struct measurement m = {
	.point = &point,
	.records = records,
	.blocks = blocks,
	.pages_total = PAGES,
	.grain_pages = 1,
};

static int set_up(void **state)
{
	(void)state;
	point_defaults(&point);
	point.vcpus = 2;
	m.mode = &active;
	m.fetches = m.told[WAY_EVENT] = PAGES;
	m.told[WAY_EXIT] = 0;
	m.async_exits = 0;
	memset(blocks, 0, sizeof(blocks));
	blocks[0].pages_verified = 1;
	blocks[1].pages_verified = 2;
	for (unsigned int i = 0; i < PAGES; i++)
		records[i] = (struct page_record){ .t0 = 1, .t1 = 2, .t2 = 3, .t3 = 4, .t4 = 5 };
	return 0;
}

static void assert_fails_with(const char *text)
{
	assert_true(FAILS(check_measurement(&m)));
	assert_non_null(strstr(fail_message, text));
}

static void right_run_passes(void **state)
{
	(void)state;
	check_measurement(&m);
	/* The guest may be through before the handler's last call has returned. */
	records[1].t3 = 9;
	check_measurement(&m);
}

static void wrong_content_fails(void **state)
{
	(void)state;
	blocks[1].pages_wrong = 1;
	blocks[1].wrong_page = 2;
	assert_fails_with("wrong content, for example in page 2");
}

static void missing_page_fails(void **state)
{
	(void)state;
	blocks[0].pages_verified = 0;
	assert_fails_with("2 of 3 pages were verified");
}

static void page_fetched_twice_fails(void **state)
{
	(void)state;
	m.fetches = PAGES + 1;
	assert_fails_with("4 fetches were made for 3 pages");
}

static void fetch_where_nobody_should_be_told_fails(void **state)
{
	(void)state;
	m.mode = &passive;
	m.told[WAY_EVENT] = 0;
	assert_fails_with("3 fetches were made for 0 pages");
}

static void passive_run_needs_only_the_guests_stamps(void **state)
{
	(void)state;
	m.mode = &passive;
	m.fetches = m.told[WAY_EVENT] = 0;
	records[0].t1 = records[0].t2 = records[0].t3 = 0;
	check_measurement(&m);
	records[0].t4 = 0;
	assert_fails_with("page 0");
}

static void faults_that_come_another_way_fail(void **state)
{
	(void)state;
	m.told[WAY_EVENT] = PAGES - 1;
	assert_fails_with("2 faults came through userfaultfds");
	m.told[WAY_EVENT] = PAGES;
	m.told[WAY_EXIT] = 1;
	assert_fails_with("1 faults came as exits");
	m.mode = &exits;
	m.told[WAY_EXIT] = PAGES + 1;
	assert_fails_with("3 faults came through userfaultfds");
	m.told[WAY_EVENT] = 0;
	check_measurement(&m);
	m.told[WAY_EXIT] = PAGES - 1;
	assert_fails_with("2 faults came as exits");
	m.mode = &passive;
	assert_fails_with("2 faults came as exits");
}

static void each_stamp_is_checked(void **state)
{
	uint64_t *stamps[] = { &records[2].t0, &records[2].t1, &records[2].t2, &records[2].t3,
			       &records[2].t4 };

	for (volatile size_t i = 0; i < 5; i++) {
		set_up(state);
		*stamps[i] = 0;
		assert_fails_with("stamps of page 2");
	}
}

static void guests_that_are_told_otherwise_fail(void **state)
{
	(void)state;
	m.mode = &exits;
	m.told[WAY_EVENT] = 0;
	m.told[WAY_EXIT] = PAGES;
	m.async_exits = 2;
	assert_fails_with("2 exits were asynchronous, but guests were told of 0 pages");
	blocks[0].pages_not_present = blocks[1].pages_not_present = 1;
	blocks[1].pages_ready = 1;
	assert_fails_with("2 pages not present and 1 ready");
	blocks[1].pages_ready = 2;
	check_measurement(&m);
	m.async_exits = 0;
	assert_fails_with("0 exits were asynchronous");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup(f, set_up)
	const struct CMUnitTest tests[] = {
		TEST(right_run_passes),
		TEST(wrong_content_fails),
		TEST(missing_page_fails),
		TEST(page_fetched_twice_fails),
		TEST(fetch_where_nobody_should_be_told_fails),
		TEST(passive_run_needs_only_the_guests_stamps),
		TEST(faults_that_come_another_way_fail),
		TEST(each_stamp_is_checked),
		TEST(guests_that_are_told_otherwise_fail),
	};

	return cmocka_run_group_tests_name("check", tests, NULL, NULL);
}
