// SPDX-License-Identifier: GPL-2.0-only
#include "key_kinds.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int number_parse(const char *text, uint64_t min, uint64_t max, uint64_t *value)
{
	unsigned long long v;
	char *end;

	if (text[0] < '0' || text[0] > '9')
		return -1;
	errno = 0;
	v = strtoull(text, &end, 10);
	if (errno || *end || v < min || v > max)
		return -1;
	*value = v;
	return 0;
}

/* Reads a CPU number. Returns what follows it, or NULL if there is none. */
static const char *cpu_parse(const char *text, unsigned int *cpu)
{
	unsigned long value;
	char *end;

	if (text[0] < '0' || text[0] > '9')
		return NULL;
	value = strtoul(text, &end, 10);
	*cpu = (unsigned int)value;
	return value < CPU_SETSIZE ? end : NULL;
}

unsigned int cpu_list_pick(const char *list, unsigned int index, unsigned int *cpu)
{
	unsigned int count = 0, first, last;

	for (;; list++) {
		list = cpu_parse(list, &first);
		last = first;
		if (list && *list == '-')
			list = cpu_parse(list + 1, &last);
		if (!list || last < first)
			return 0;
		if (index >= count && index - count <= last - first)
			*cpu = first + (index - count);
		count += last - first + 1;
		if (*list != ',')
			return *list ? 0 : count;
	}
}

bool cpu_list_in_turn(const char *list, unsigned int index, unsigned int *cpu)
{
	unsigned int count = cpu_list_pick(list, 0, cpu);

	if (count)
		cpu_list_pick(list, index % count, cpu);
	return count;
}

static unsigned int number_of(const void *field)
{
	return *(const unsigned int *)field;
}

static int compare_numbers(const void *a, const void *b)
{
	unsigned int x = number_of(a), y = number_of(b);

	return (x > y) - (x < y);
}

static void number_values(const struct key_range *range, char *buf, size_t size)
{
	snprintf(buf, size, "a number from %llu to %llu", (unsigned long long)range->min,
		 (unsigned long long)range->max);
}

static int number_set(void *field, const struct key_range *range, const char *text)
{
	uint64_t value;

	if (number_parse(text, range->min, range->max, &value))
		return -1;
	*(unsigned int *)field = (unsigned int)value;
	return 0;
}

static void number_get(const void *field, const struct key_range *range, char *buf, size_t size)
{
	(void)range;
	snprintf(buf, size, "%u", number_of(field));
}

static void count_values(const struct key_range *range, char *buf, size_t size)
{
	int n = snprintf(buf, size, "per-vcpu or ");

	number_values(range, buf + n, size - n);
}

static int count_set(void *field, const struct key_range *range, const char *text)
{
	if (strcmp(text, "per-vcpu"))
		return number_set(field, range, text);
	*(unsigned int *)field = PER_VCPU;
	return 0;
}

static void count_get(const void *field, const struct key_range *range, char *buf, size_t size)
{
	if (number_of(field) == PER_VCPU)
		snprintf(buf, size, "per-vcpu");
	else
		number_get(field, range, buf, size);
}

static int count_compare(const void *a, const void *b)
{
	bool x = number_of(a) == PER_VCPU, y = number_of(b) == PER_VCPU;

	return x || y ? x - y : compare_numbers(a, b);
}

static void choice_values(const struct key_range *range, char *buf, size_t size)
{
	size_t n = 0;

	buf[0] = '\0';
	for (size_t i = 0; range->names[i] && n < size; i++)
		n += snprintf(buf + n, size - n, "%s%s", i ? ", " : "", range->names[i]);
}

static int choice_set(void *field, const struct key_range *range, const char *text)
{
	for (unsigned int i = 0; range->names[i]; i++) {
		if (strcmp(range->names[i], text))
			continue;
		*(unsigned int *)field = i;
		return 0;
	}
	return -1;
}

static void choice_get(const void *field, const struct key_range *range, char *buf, size_t size)
{
	snprintf(buf, size, "%s", range->names[number_of(field)]);
}

static void fetch_values(const struct key_range *range, char *buf, size_t size)
{
	(void)range;
	fetch_spec_values(buf, size);
}

static int fetch_set(void *field, const struct key_range *range, const char *text)
{
	(void)range;
	return fetch_spec_parse(text, field);
}

static void fetch_get(const void *field, const struct key_range *range, char *buf, size_t size)
{
	(void)range;
	fetch_spec_format(field, buf, size);
}

static int fetch_compare(const void *a, const void *b)
{
	return fetch_spec_compare(a, b);
}

static int seed_set(void *field, const struct key_range *range, const char *text)
{
	return number_parse(text, range->min, range->max, field);
}

static void seed_get(const void *field, const struct key_range *range, char *buf, size_t size)
{
	(void)range;
	snprintf(buf, size, "%llu", (unsigned long long)*(const uint64_t *)field);
}

static int seed_compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void cpu_list_values(const struct key_range *range, char *buf, size_t size)
{
	(void)range;
	snprintf(buf, size, "a CPU list such as 0,2-5");
}

static int cpu_list_set(void *field, const struct key_range *range, const char *text)
{
	unsigned int cpu;

	(void)range;
	if (strlen(text) >= CPU_LIST_SIZE || (*text && !cpu_list_pick(text, 0, &cpu)))
		return -1;
	strcpy(field, text);
	return 0;
}

static void cpu_list_get(const void *field, const struct key_range *range, char *buf, size_t size)
{
	(void)range;
	snprintf(buf, size, "%s", (const char *)field);
}

static int cpu_list_compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* clang-format off */
const struct key_kind_ops key_kinds[] = {
	[KEY_CHOICE] = { choice_values, choice_set, choice_get, compare_numbers },
	[KEY_NUMBER] = { number_values, number_set, number_get, compare_numbers, true },
	[KEY_COUNT] = { count_values, count_set, count_get, count_compare, true },
	[KEY_FETCH] = { fetch_values, fetch_set, fetch_get, fetch_compare },
	[KEY_SEED] = { number_values, seed_set, seed_get, seed_compare, true },
	[KEY_CPU_LIST] = { cpu_list_values, cpu_list_set, cpu_list_get, cpu_list_compare },
};
/* clang-format on */
