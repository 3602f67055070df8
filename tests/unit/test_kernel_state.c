// SPDX-License-Identifier: GPL-2.0-only
/* What of /proc comes into records, from texts as kernels write them. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "../../harness/point/kernel_state.h"

#define ZONE(name, free, managed)                                                 \
	"Node 0, zone " name                                                      \
	"\n  per-node stats\n      nr_inactive_anon 1482\n  pages free     " free \
	"\n        boost    0\n        high     42\n        managed  " managed    \
	"\n        protection: (0, 1, 2)\n"
#define LISTS(first, second)                                                                    \
	"  pagesets\n    cpu: 0\n              count:    " first                                \
	"\n              high:     1024\n              batch:    63\n  vm stats threshold: 6\n" \
	"    cpu: 3\n              count:    " second                                           \
	"\n              high:     2048\n              batch:    63\n  start_pfn:           1\n"

static char *written(const struct kernel_state *before, const struct kernel_state *after)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	kernel_state_write(out, before, after);
	fclose(out);
	return text;
}

static void assert_written(struct kernel_state before, struct kernel_state after,
			   const char *expected)
{
	char *text = written(&before, &after);

	assert_string_equal(text, expected);
	free(text);
}

static void zones_with_pages_are_told(void **state)
{
	struct kernel_state before = {
		.zoneinfo = ZONE("    DMA", "3840", "3999") LISTS("0", "9")
			ZONE(" Normal", "70000", "80000") LISTS("512", "17")
				ZONE("Movable", "0", "0"),
	};
	struct kernel_state after = {
		.zoneinfo = ZONE("    DMA", "3840", "3999") LISTS("0", "9")
			ZONE(" Normal", "69000", "80000") LISTS("600", "1000")
				ZONE("Movable", "0", "0"),
	};

	(void)state;
	assert_written(
		before, after,
		",\"kernel_state\":{\"zones\":["
		"{\"node\":0,\"zone\":\"DMA\",\"managed_pages\":3999,"
		"\"before\":{\"free_pages\":3840,\"list_pages\":[0,9],\"list_high_pages\":[1024,2048]},"
		"\"after\":{\"free_pages\":3840,\"list_pages\":[0,9],\"list_high_pages\":[1024,2048]}},"
		"{\"node\":0,\"zone\":\"Normal\",\"managed_pages\":80000,"
		"\"before\":{\"free_pages\":70000,\"list_pages\":[17,512],\"list_high_pages\":[1024,2048]},"
		"\"after\":{\"free_pages\":69000,\"list_pages\":[600,1000],\"list_high_pages\":[1024,2048]}}"
		"],\"interrupts\":{},\"softirqs\":{}}");
}

/* CPU 1 is offline; one device came meanwhile; a kind that some kernels count once for all CPUs. */
static void what_came_meanwhile_is_told(void **state)
{
	struct kernel_state before = {
		.interrupts = "           CPU0       CPU2       \n"
			      "  4:          1          0  IO-APIC   4-edge      \"tty\"\n"
			      "LOC:        100        200   Local timer interrupts\n"
			      "NMI:          7          7   Non-maskable interrupts\n"
			      "ERR:          0\n",
		.softirqs = "                    CPU0       CPU2       \n"
			    "       TIMER:         10         20\n",
	};
	struct kernel_state after = {
		.interrupts = "           CPU0       CPU2       \n"
			      "  4:          3          0  IO-APIC   4-edge      \"tty\"\n"
			      " 14:          0          2  PCI-MSIX 1-edge 9p\n"
			      "LOC:        101        240   Local timer interrupts\n"
			      "NMI:          7          7   Non-maskable interrupts\n"
			      "ERR:          1\n",
		.softirqs = "                    CPU0       CPU2       \n"
			    "       TIMER:         15         25\n",
	};

	(void)state;
	assert_written(
		before, after,
		",\"kernel_state\":{\"zones\":[],\"interrupts\":{"
		"\"4 IO-APIC   4-edge      \\\"tty\\\"\":{\"total\":2,\"most\":2,\"most_cpu\":0},"
		"\"14 PCI-MSIX 1-edge 9p\":{\"total\":2,\"most\":2,\"most_cpu\":2},"
		"\"LOC\":{\"total\":41,\"most\":40,\"most_cpu\":2},"
		"\"ERR\":{\"total\":1,\"most\":1,\"most_cpu\":0}},"
		"\"softirqs\":{\"TIMER\":{\"total\":10,\"most\":5,\"most_cpu\":0}}}");
}

static void a_kernel_without_these_files_has_none(void **state)
{
	(void)state;
	assert_written((struct kernel_state){ 0 }, (struct kernel_state){ 0 },
		       ",\"kernel_state\":{\"zones\":[],\"interrupts\":{},\"softirqs\":{}}");
}

/* This machine's own files are longer than any buffer, and are read whole. */
static void files_are_read_whole(void **state)
{
	struct kernel_state now;

	(void)state;
	kernel_state_read(&now);
	assert_non_null(now.zoneinfo);
	assert_non_null(strstr(now.zoneinfo, "pagesets"));
	assert_non_null(now.interrupts);
	assert_non_null(now.softirqs);
	assert_non_null(strstr(now.softirqs, "RCU:"));
	kernel_state_free(&now);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zones_with_pages_are_told),
		cmocka_unit_test(what_came_meanwhile_is_told),
		cmocka_unit_test(a_kernel_without_these_files_has_none),
		cmocka_unit_test(files_are_read_whole),
	};

	return cmocka_run_group_tests_name("kernel_state", tests, NULL, NULL);
}
