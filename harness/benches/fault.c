// SPDX-License-Identifier: GPL-2.0-only
/* The life of a missing page: each page is missing once, and a vCPU faults on it. */
#include <stdlib.h>

#include "../point/check.h"
#include "../point/create.h"
#include "../point/emit.h"
#include "../point/fail.h"
#include "../point/vcpus.h"
#include "benches.h"
#include "meanwhile.h"

/* The tested memory, and where its pages come from. */
static void create_memory(struct measurement *m)
{
	const struct point *point = m->point;

	m->blocks = calloc(point->vcpus, sizeof(*m->blocks));
	m->page_states = calloc(m->pages_total, sizeof(*m->page_states));
	if (!m->blocks || !m->page_states)
		fail("no memory for the states of %llu pages", (unsigned long long)m->pages_total);
	numa_plan_here(&m->numa, point);
	memory_create(&m->memory, point->backing, point->thp, point->fault,
		      m->pages_total * PAGE_BYTES, &m->numa, m->vm.fd);
	if (!mode_is_passive(m->mode)) {
		memory_add_source(&m->memory, point->seed, &m->numa);
		fetch_init(&m->fetch, &point->fetch, point->wait, m->clock_hz, point->speed);
	}
}

static void create(struct measurement *m)
{
	const uint64_t records_bytes = page_align(m->pages_total * sizeof(struct page_record));

	create_vm(m, m->pages_total * PAGE_BYTES,
		  records_bytes + task_memory_bytes(m) * m->point->vcpus);
	m->task_memory_gpa = m->vm.extra_gpa + records_bytes;
	m->records = vm_system_hva(&m->vm, m->vm.extra_gpa);
	create_memory(m);
	create_mode_slot(m);
}

static void run(struct measurement *m)
{
	meanwhile_start(m);
	vcpus_run(m);
	meanwhile_stop(m);
	if (point_has_huge_pages(m->point))
		m->huge_mappings = huge_mappings_count(&m->memory, &m->vm);
}

const struct bench bench_fault = {
	.create = create,
	.run = run,
	.check = check_measurement,
	.write_counts = emit_fault_counts,
	.write_times = emit_fault_times,
	.is_rate = true,
};
