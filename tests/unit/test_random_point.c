// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "../../harness/mode.h"
#include "../../harness/run/plan/cost.h"
#include "../../harness/run/plan/random_point.h"

#define POINTS 300

static void points_follow_from_seed_and_number(void **state)
{
	struct point a, b;

	(void)state;
	for (uint64_t number = 1; number < POINTS; number++) {
		random_point(&a, 1, number, TIER_EMULATED, ARCH_X86_64);
		random_point(&b, 1, number, TIER_EMULATED, ARCH_X86_64);
		assert_memory_equal(&a, &b, sizeof(a));
		random_point(&b, 1, number + 1, TIER_EMULATED, ARCH_X86_64);
		assert_memory_not_equal(&a, &b, sizeof(a));
		random_point(&b, 2, number, TIER_EMULATED, ARCH_X86_64);
		assert_memory_not_equal(&a, &b, sizeof(a));
	}
}

/* What stands in a record or a command reads as the same point. */
static void points_can_be_asked_for(void **state)
{
	char values[64][600], *pairs[65];
	struct point a, b;

	(void)state;
	for (uint64_t number = 1; number < POINTS; number++) {
		random_point(&a, 1, number, TIER_EMULATED, ARCH_ARM64);
		assert_true(point_keys_count <= 64);
		for (size_t i = 0; i < point_keys_count; i++) {
			int n = snprintf(values[i], sizeof(values[i]), "%s=", point_keys[i].name);

			point_get(&a, &point_keys[i], values[i] + n, sizeof(values[i]) - n);
			pairs[i] = values[i];
		}
		pairs[point_keys_count] = NULL;
		assert_int_equal(point_parse(&b, pairs), 0);
		for (size_t i = 0; i < point_keys_count; i++)
			assert_int_equal(point_key_compare(&a, &b, &point_keys[i]), 0);
		assert_int_equal(a.arch, ARCH_ARM64);
		assert_int_equal(a.tier, TIER_EMULATED);
		assert_true(cost_s(&a) <= 60);
	}
}

/* Every mode, and both ends of every key that the tier has, but for those that cost too much. */
static void all_values_come_up(void **state)
{
	unsigned int chosen[64][64] = { 0 };
	struct point p;

	(void)state;
	for (uint64_t number = 1; number < POINTS; number++) {
		random_point(&p, 1, number, TIER_EMULATED, number % 2 ? ARCH_ARM64 : ARCH_X86_64);
		for (size_t i = 0; i < point_keys_count; i++)
			if (point_keys[i].kind == KEY_CHOICE)
				chosen[i][point_unsigned(&p, &point_keys[i])]++;
	}
	for (size_t i = 0; i < point_keys_count; i++) {
		const struct key *key = &point_keys[i];

		if (key->kind != KEY_CHOICE || !strcmp(key->name, "arch") ||
		    !strcmp(key->name, "tier"))
			continue;
		for (unsigned int v = 0; key->range.names[v]; v++)
			if (strcmp(key->range.names[v], "auto") && !chosen[i][v])
				fail_msg("%s=%s never came up", key->name, key->range.names[v]);
	}
}

static void numbers_are_within_their_range(void **state)
{
	uint64_t draws = 5;
	bool is_least = false, is_most = false;

	(void)state;
	for (unsigned int i = 0; i < POINTS; i++) {
		struct point p;

		random_keys(&p, &draws);
		for (size_t k = 0; k < point_keys_count; k++) {
			const struct key *key = &point_keys[k];

			if (key->kind == KEY_NUMBER)
				assert_in_range(point_unsigned(&p, key), key->range.min,
						key->range.max);
		}
		is_least |= p.vcpus == 1;
		is_most |= p.vcpus > VCPUS_MAX / 2;
	}
	assert_true(is_least && is_most);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(points_follow_from_seed_and_number),
		cmocka_unit_test(points_can_be_asked_for),
		cmocka_unit_test(all_values_come_up),
		cmocka_unit_test(numbers_are_within_their_range),
	};

	return cmocka_run_group_tests_name("random points", tests, NULL, NULL);
}
