// SPDX-License-Identifier: GPL-2.0-only
#include "straggler.h"

#include <math.h>
#include <stdlib.h>

#include "fail.h"

/* One whose mean is this many times the others', or as small a part of it; */
#define STRAGGLER_FACTOR 2
/* unless all that is less than this part of a whole fault. */
#define STRAGGLER_PART 0.1
/* A mean of fewer pages than this says little. */
#define STRAGGLER_PAGES 8

/* Which vCPU has recorded a page, for all pages. */
static unsigned int *page_owners(const struct measurement *m)
{
	unsigned int *owners = calloc(m->pages_total, sizeof(*owners));

	if (!owners)
		fail("no memory for the owners of pages");
	for (unsigned int i = 0; i < m->point->vcpus; i++) {
		const struct guest_vcpu *block = &m->blocks[i];

		for (uint64_t page = 0; page < block->pages; page++)
			owners[block->first_page + page] = i;
	}
	for (uint64_t page = 0; m->blocks[0].is_shared && page < m->pages_total; page++)
		owners[page] = m->records[page].claimed - 1;
	return owners;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

struct means {
	double *of_vcpu; /* vcpus of them */
	double *sorted; /* those that are known */
	size_t known;
	double *pages; /* vcpus of them */
};

static double median(const struct means *means)
{
	return means->sorted[means->known / 2];
}

static void take_means(const struct measurement *m, const unsigned int *owners, enum phase interval,
		       struct means *means)
{
	unsigned int vcpus = m->point->vcpus;

	for (unsigned int i = 0; i < vcpus; i++)
		means->of_vcpu[i] = means->pages[i] = 0;
	for (uint64_t page = 0; page < m->pages_total; page += m->grain_pages) {
		means->of_vcpu[owners[page]] += (double)interval_ns(m, interval, page);
		means->pages[owners[page]]++;
	}
	means->known = 0;
	for (unsigned int i = 0; i < vcpus; i++) {
		means->of_vcpu[i] /= means->pages[i];
		if (means->pages[i] >= STRAGGLER_PAGES)
			means->sorted[means->known++] = means->of_vcpu[i];
	}
	qsort(means->sorted, means->known, sizeof(*means->sorted), by_value);
}

static bool is_another_case(double mean_ns, double median_ns, double fault_ns)
{
	bool is_off = mean_ns > STRAGGLER_FACTOR * median_ns ||
		      mean_ns < median_ns / STRAGGLER_FACTOR;

	return is_off && fabs(mean_ns - median_ns) > STRAGGLER_PART * fault_ns;
}

/* The one of this interval that is the furthest off, if it is further than what was found. */
static bool find_in(const struct measurement *m, const struct means *means, enum phase interval,
		    double fault_ns, struct straggler *found, bool is_found)
{
	double middle = median(means);

	for (unsigned int i = 0; i < m->point->vcpus; i++) {
		double mean_ns = means->of_vcpu[i];

		if (means->pages[i] < STRAGGLER_PAGES ||
		    !is_another_case(mean_ns, middle, fault_ns) ||
		    (is_found && fabs(mean_ns - middle) <= fabs(found->mean_ns - found->median_ns)))
			continue;
		*found = (struct straggler){ i, interval, mean_ns, middle };
		is_found = true;
	}
	return is_found;
}

bool straggler_find(const struct measurement *m, struct straggler *straggler)
{
	size_t vcpus = m->point->vcpus;
	double *room = calloc(vcpus, 3 * sizeof(*room)), fault_ns = 0;
	unsigned int *owners = page_owners(m);
	struct means means = { .of_vcpu = room };
	bool is_found = false;

	if (!room)
		fail("no memory for the means of %zu vCPUs", vcpus);
	means.sorted = room + vcpus;
	means.pages = room + 2 * vcpus;
	for (size_t i = 0; i < interval_count(m); i++) {
		take_means(m, owners, i, &means);
		if (means.known < 3)
			break;
		if (i == PHASE_NONE)
			fault_ns = median(&means);
		is_found = find_in(m, &means, i, fault_ns, straggler, is_found);
	}
	free(owners);
	free(room);
	return is_found;
}
