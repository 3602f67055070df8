// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <string.h>
#include <sys/mman.h>

#include "../../harness/point/memory.h"
#include "../../workloads/guest_abi.h"
#include "fail_stub.h"

#define PAGES 5
#define BYTES (PAGES * PAGE_BYTES)
#define SEED 7

static bool is_present(const uint8_t *page)
{
	unsigned char present = 0;

	assert_int_equal(mincore((void *)page, PAGE_BYTES, &present), 0);
	return present & 1;
}

static void content_is_that_of_the_formula(void **state)
{
	struct memory memory;
	const uint64_t *words;

	(void)state;
	memory_create(&memory, BACKING_ANON, THP_NEVER, FAULT_MISSING, BYTES, NULL, -1);
	memory_add_source(&memory, SEED, NULL);
	words = (const uint64_t *)memory.source;
	for (uint64_t page = 0; page < PAGES; page++)
		for (uint64_t i = 0; i < PAGE_WORDS; i++)
			assert_int_equal(*words++, content_base(SEED, page) + i * CONTENT_STEP);
	memory_destroy(&memory);
}

static void missing_pages_are_nowhere(void **state)
{
	static const enum backing backings[] = { BACKING_ANON, BACKING_SHMEM };
	struct memory memory;

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		memory_create(&memory, backings[i], THP_NEVER, FAULT_MISSING, BYTES, NULL, -1);
		assert_null(memory.alias);
		for (unsigned int page = 0; page < PAGES; page++)
			assert_false(is_present(memory.hva + page * PAGE_BYTES));
		memory_destroy(&memory);
	}
}

static void alias_is_the_same_memory(void **state)
{
	struct memory memory;

	(void)state;
	memory_create(&memory, BACKING_SHMEM, THP_NEVER, FAULT_MINOR, BYTES, NULL, -1);
	for (unsigned int page = 0; page < PAGES; page++)
		assert_true(is_present(memory.alias + page * PAGE_BYTES));
	memory_fill(memory.alias, BYTES, SEED);
	assert_memory_equal(memory.hva, memory.alias, BYTES);
	memory_destroy(&memory);
}

static void impossible_size_is_named(void **state)
{
	struct memory memory;

	(void)state;
	assert_true(FAILS(memory_create(&memory, BACKING_ANON, THP_NEVER, FAULT_MISSING, 1ull << 60,
					NULL, -1)));
	assert_non_null(strstr(fail_message, "take fewer vcpus or pages"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(content_is_that_of_the_formula),
		cmocka_unit_test(missing_pages_are_nowhere),
		cmocka_unit_test(alias_is_the_same_memory),
		cmocka_unit_test(impossible_size_is_named),
	};

	return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
