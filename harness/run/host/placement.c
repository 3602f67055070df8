// SPDX-License-Identifier: GPL-2.0-only
#include "placement.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../serving.h"
#include "../base/util.h"
#include "cpus.h"
#include "nearness.h"

const char *const placement_names[PLACEMENT_COUNT] = {
	[PLACEMENT_NONE] = "none",
	[PLACEMENT_NEAR] = "near",
	[PLACEMENT_FAR] = "far",
};

int placement_parse(const char *name, enum placement *placement)
{
	for (enum placement p = PLACEMENT_DEFAULT + 1; p < PLACEMENT_COUNT; p++) {
		if (strcmp(name, placement_names[p]))
			continue;
		*placement = p;
		return 0;
	}
	return -1;
}

/* A CPU that a thread can have. */
struct slot {
	unsigned int cpu, position;
	unsigned int thread; /* which one of its core's allowed ones it is */
	int kind; /* the faster, the greater */
	hwloc_obj_t cache, package;
};

/* In the order in which they are taken. */
struct slots {
	struct slot *v;
	unsigned int n;
};

static int slot_order(const void *a, const void *b)
{
	const struct slot *x = a, *y = b;

	if (x->thread != y->thread)
		return x->thread < y->thread ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind > y->kind ? -1 : 1;
	return x->position < y->position ? -1 : 1;
}

/* Each once. */
static struct slots slots_make(hwloc_topology_t topology, hwloc_const_bitmap_t allowed)
{
	const int cpus = hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_PU);
	struct slots slots = { xcalloc(cpus > 0 ? cpus : 1, sizeof(*slots.v)) };
	hwloc_obj_t pu = NULL, core = NULL;
	unsigned int thread = 0;

	while ((pu = hwloc_get_next_obj_by_type(topology, HWLOC_OBJ_PU, pu))) {
		hwloc_obj_t of = hwloc_get_ancestor_obj_by_type(topology, HWLOC_OBJ_CORE, pu);

		if (!hwloc_bitmap_isset(allowed, pu->os_index))
			continue;
		thread = of && of == core ? thread + 1 : 0;
		core = of;
		slots.v[slots.n] = (struct slot){
			.cpu = pu->os_index,
			.position = slots.n,
			.thread = thread,
			/* hwloc sorts them from the slowest on. */
			.kind = hwloc_cpukinds_get_by_cpuset(topology, pu->cpuset, 0),
			.cache = last_level_cache(topology, pu),
			.package = package_of(topology, pu),
		};
		slots.n++;
	}
	qsort(slots.v, slots.n, sizeof(*slots.v), slot_order);
	return slots;
}

/* As many more times, after all others, as there are to be that many. */
static void slots_repeat(struct slots *slots, unsigned int wanted)
{
	const unsigned int once = slots->n, times = (wanted + once - 1) / once;
	const unsigned int core_threads = slots->v[once - 1].thread + 1;

	if (times < 2)
		return;
	slots->v = xreallocarray(slots->v, (size_t)once * times, sizeof(*slots->v));
	for (; slots->n < once * times; slots->n++) {
		slots->v[slots->n] = slots->v[slots->n - once];
		slots->v[slots->n].thread += core_threads;
	}
}

/* Slots that are as good as each other: one cache, one kind, one hardware thread of their cores. */
struct bin {
	const struct slot *slots;
	unsigned int n, taken, given;
};

static bool is_level(const struct slot *a, const struct slot *b)
{
	return a->thread == b->thread && a->kind == b->kind;
}

/* The threads of a point, vCPUs' first. */
struct seating {
	const struct point *p;
	unsigned int handlers;
	struct bin *bins, **bin_of;
	unsigned int bin_count;
	unsigned int *cpus; /* of each thread */
};

static void seating_init(struct seating *s, const struct point *p, const struct slots *slots)
{
	*s = (struct seating){ .p = p, .handlers = point_handlers(p) };
	s->bins = xcalloc(slots->n, sizeof(*s->bins));
	s->bin_of = xcalloc(p->vcpus + s->handlers, sizeof(struct bin *));
	s->cpus = xcalloc(p->vcpus + s->handlers, sizeof(*s->cpus));
	for (unsigned int i = 0; i < slots->n; i++) {
		const struct slot *slot = &slots->v[i];

		if (!i || !is_level(slot, slot - 1) || slot->cache != slot[-1].cache)
			s->bins[s->bin_count++].slots = slot;
		s->bins[s->bin_count - 1].n++;
	}
}

static void seating_free(struct seating *s)
{
	free(s->bins);
	free(s->bin_of);
	free(s->cpus);
}

/* The first bin, of the best that are left, with room for so many threads; or NULL. */
static struct bin *bin_with_room(struct seating *s, unsigned int threads, hwloc_obj_t cache)
{
	const struct bin *best = NULL;

	for (unsigned int i = 0; i < s->bin_count; i++) {
		struct bin *bin = &s->bins[i];

		if (bin->taken == bin->n)
			continue;
		best = best ? best : bin;
		if (!is_level(bin->slots, best->slots))
			return NULL;
		if (bin->n - bin->taken >= threads && (!cache || bin->slots->cache == cache))
			return bin;
	}
	return NULL;
}

/*
 * vCPUs and handlers that belong together, as one serves the other, directly or through others, have
 * the same number.
 */
static unsigned int *teams_find(const struct seating *s)
{
	const unsigned int vcpus = s->p->vcpus, threads = vcpus + s->handlers;
	unsigned int *teams = xcalloc(threads, sizeof(*teams));

	for (unsigned int t = 0; t < threads; t++)
		teams[t] = t;
	for (unsigned int h = 0; h < s->handlers; h++) {
		for (unsigned int v = 0; v < vcpus; v++) {
			const unsigned int old = teams[vcpus + h], new = teams[v];

			if (old == new || !handler_serves(s->p, h, v))
				continue;
			for (unsigned int t = 0; t < threads; t++)
				if (teams[t] == old)
					teams[t] = new;
		}
	}
	return teams;
}

/*
 * Those of a team in the order in which they are seated: handlers among the vCPUs, each where its
 * part of them begins. Returns how many they are.
 */
static unsigned int team_order(const struct seating *s, const unsigned int *teams,
			       unsigned int team, unsigned int *order)
{
	const unsigned int vcpus = s->p->vcpus;
	unsigned int n = 0, team_vcpus = 0, team_handlers = 0, v_done = 0, h = 0, h_done = 0;

	for (unsigned int v = 0; v < vcpus; v++)
		team_vcpus += teams[v] == team;
	for (unsigned int i = 0; i < s->handlers; i++)
		team_handlers += teams[vcpus + i] == team;
	for (unsigned int v = 0; v < vcpus; v++) {
		if (teams[v] != team)
			continue;
		order[n++] = v;
		v_done++;
		for (; h_done * team_vcpus < v_done * team_handlers; h++) {
			if (teams[vcpus + h] != team)
				continue;
			order[n++] = vcpus + h;
			h_done++;
		}
	}
	return n;
}

static void seat(struct seating *s, unsigned int thread, struct bin *bin)
{
	s->bin_of[thread] = bin;
	bin->taken++;
}

/* There are slots for all. */
static void seat_near(struct seating *s)
{
	const unsigned int threads = s->p->vcpus + s->handlers;
	unsigned int *teams = teams_find(s), *order = xcalloc(threads, sizeof(*order));

	for (unsigned int v = 0; v < s->p->vcpus; v++) {
		struct bin *all, *last = NULL;
		unsigned int n;

		if (s->bin_of[v])
			continue;
		n = team_order(s, teams, teams[v], order);
		all = bin_with_room(s, n, NULL);
		for (unsigned int i = 0; i < n; i++) {
			struct bin *bin = all;

			if (!bin && last)
				bin = bin_with_room(s, 1, last->slots->cache);
			if (!bin)
				bin = bin_with_room(s, 1, NULL);
			seat(s, order[i], bin);
			last = bin;
		}
	}
	/* Within a bin vCPUs come first, for lists to be short. */
	for (unsigned int t = 0; t < threads; t++) {
		struct bin *bin = s->bin_of[t];

		s->cpus[t] = bin->slots[bin->given++].cpu;
	}
	free(order);
	free(teams);
}

/* The vCPU that a handler goes beside when threads take turns: for each, another of those it serves. */
static unsigned int vcpu_beside(const struct point *p, unsigned int handler)
{
	unsigned int served = 0, skip;

	for (unsigned int v = 0; v < p->vcpus; v++)
		served += handler_serves(p, handler, v);
	skip = served ? handler % served : 0; /* every handler serves one */
	for (unsigned int v = 0;; v++)
		if (handler_serves(p, handler, v) && !skip--)
			return v;
}

/* vCPUs alone are more than slots: they take all in turn, and handlers the next ones of their bins. */
static void seat_in_turn(struct seating *s, const struct slots *slots)
{
	const struct point *p = s->p;

	for (unsigned int v = 0; v < p->vcpus; v++)
		s->cpus[v] = slots->v[v % slots->n].cpu;
	for (unsigned int h = 0; h < s->handlers; h++) {
		const unsigned int place = vcpu_beside(p, h) % slots->n;
		const struct bin *bin = s->bins;
		unsigned int next;

		while (place >= (unsigned int)(bin->slots - slots->v) + bin->n)
			bin++;
		next = place + 1 - (unsigned int)(bin->slots - slots->v);
		s->cpus[p->vcpus + h] = bin->n > 1 ? bin->slots[next % bin->n].cpu :
						     slots->v[(place + 1) % slots->n].cpu;
	}
}

/* What far threads are apart by: packages, or caches where there is one package only. */
static hwloc_obj_t domain_of(const struct slot *slot, bool by_package)
{
	return by_package ? slot->package : slot->cache;
}

/* Domains in the order of their first slots. Returns how many. */
static unsigned int find_domains(const struct slots *slots, bool by_package, hwloc_obj_t *domains)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < slots->n; i++) {
		unsigned int d = 0;

		while (d < n && domains[d] != domain_of(&slots->v[i], by_package))
			d++;
		if (d == n)
			domains[n++] = domain_of(&slots->v[i], by_package);
	}
	return n;
}

/* Gives threads from first on, count of them, the slots of some domains in turn. */
static void seat_in(struct seating *s, unsigned int first, unsigned int count,
		    const struct slots *slots, bool by_package, const hwloc_obj_t *domains,
		    unsigned int domain_count)
{
	unsigned int seated = 0;

	while (seated < count) {
		for (unsigned int i = 0; i < slots->n && seated < count; i++) {
			bool is_in = false;

			for (unsigned int d = 0; d < domain_count; d++)
				is_in |= domain_of(&slots->v[i], by_package) == domains[d];
			if (is_in)
				s->cpus[first + seated++] = slots->v[i].cpu;
		}
	}
}

/* Every handler is in another domain than every vCPU. Returns 0, or -1 after error(). */
static int seat_far(struct seating *s, const struct slots *slots)
{
	const unsigned int vcpus = s->p->vcpus, threads = vcpus + s->handlers;
	hwloc_obj_t *domains = xcalloc(slots->n, sizeof(*domains));
	bool by_package = find_domains(slots, true, domains) > 1;
	unsigned int n = find_domains(slots, by_package, domains), of_vcpus;
	int failed = 0;

	if (n < 2) {
		failed = error("--placement far needs a second package, or a second last-level "
			       "cache, and the CPUs that this process may use share one; use "
			       "--placement near, or allow it others");
	} else {
		of_vcpus = (n * vcpus + threads / 2) / threads;
		of_vcpus = of_vcpus < 1 ? 1 : of_vcpus > n - 1 ? n - 1 : of_vcpus;
		seat_in(s, 0, vcpus, slots, by_package, domains, of_vcpus);
		seat_in(s, vcpus, s->handlers, slots, by_package, domains + of_vcpus, n - of_vcpus);
	}
	free(domains);
	return failed;
}

/* How many from the first on say all, as lists are taken in turn. */
static unsigned int period(const unsigned int *cpus, unsigned int count)
{
	for (unsigned int n = 1; n < count; n++) {
		unsigned int i = n;

		while (i < count && cpus[i] == cpus[i - n])
			i++;
		if (i == count)
			return n;
	}
	return count;
}

/* Writes CPUs as a list with ranges to CPU_LIST_SIZE bytes. Returns -1 when it does not fit. */
static int write_list(const unsigned int *cpus, unsigned int count, char *list)
{
	size_t used = 0;

	list[0] = '\0';
	count = period(cpus, count);
	for (unsigned int i = 0, run; i < count; i += run) {
		for (run = 1; i + run < count; run++)
			if (cpus[i + run] != cpus[i] + run)
				break;
		used += snprintf(list + used, CPU_LIST_SIZE - used, run > 1 ? "%s%u-%u" : "%s%u",
				 i ? "," : "", cpus[i], cpus[i] + run - 1);
		if (used >= CPU_LIST_SIZE)
			return -1;
	}
	return 0;
}

static int place(struct seating *s, const struct slots *slots, enum placement placement,
		 struct point *p)
{
	if (placement == PLACEMENT_FAR && s->handlers) {
		if (seat_far(s, slots))
			return -1;
	} else if (p->vcpus + s->handlers <= slots->n) {
		seat_near(s);
	} else {
		seat_in_turn(s, slots);
	}
	if (write_list(s->cpus, p->vcpus, p->vcpu_cpus) ||
	    write_list(s->cpus + p->vcpus, s->handlers, p->reader_cpus))
		return error("this machine's CPUs do not fit a CPU list of a point; use "
			     "--placement none, or vcpu_cpus and reader_cpus");
	return 0;
}

int placement_make(hwloc_topology_t topology, hwloc_const_bitmap_t allowed,
		   enum placement placement, struct point *p)
{
	struct slots slots = slots_make(topology, allowed);
	struct seating s;
	int failed;

	if (!slots.n) {
		failed = error("hwloc finds none of the CPUs that this process may use; use "
			       "--placement none");
	} else {
		if (p->vcpus <= slots.n)
			slots_repeat(&slots, p->vcpus + point_handlers(p));
		seating_init(&s, p, &slots);
		failed = place(&s, &slots, placement, p);
		seating_free(&s);
	}
	free(slots.v);
	return failed;
}

int placement_make_here(enum placement placement, struct point *p)
{
	hwloc_topology_t topology = cpus_topology();
	hwloc_bitmap_t allowed;
	int failed;

	if (!topology)
		return error("%s; use --placement none", error_text());
	allowed = cpus_allowed_set();
	if (!allowed) /* the kernel does not tell: all that there are */
		allowed = hwloc_bitmap_dup(hwloc_topology_get_topology_cpuset(topology));
	failed = placement_make(topology, must_have(allowed), placement, p);
	hwloc_bitmap_free(allowed);
	return failed;
}
