// SPDX-License-Identifier: GPL-2.0-only
#include "nearness.h"

#include <stdlib.h>

#include "../../serving.h"
#include "../base/json.h"
#include "../base/util.h"
#include "cpus.h"

const char *const nearness_members[] = {
#define NEARNESS(symbol, member, title) member,
	NEARNESSES
#undef NEARNESS
};

const char *const nearness_titles[] = {
#define NEARNESS(symbol, member, title) title,
	NEARNESSES
#undef NEARNESS
};

/* Where a thread is pinned. */
struct place {
	hwloc_obj_t pu, core, cache, package;
};

hwloc_obj_t package_of(hwloc_topology_t topology, hwloc_obj_t pu)
{
	hwloc_obj_t package = hwloc_get_ancestor_obj_by_type(topology, HWLOC_OBJ_PACKAGE, pu);

	return package ? package : hwloc_get_root_obj(topology);
}

/* hwloc knows no cores on some machines: each CPU is one then. */
static hwloc_obj_t core_of(hwloc_topology_t topology, hwloc_obj_t pu)
{
	hwloc_obj_t core = hwloc_get_ancestor_obj_by_type(topology, HWLOC_OBJ_CORE, pu);

	return core ? core : pu;
}

static bool is_of_several_cores(hwloc_topology_t topology, hwloc_obj_t cache, hwloc_obj_t pu)
{
	return !hwloc_bitmap_isincluded(cache->cpuset, core_of(topology, pu)->cpuset);
}

hwloc_obj_t last_level_cache(hwloc_topology_t topology, hwloc_obj_t pu)
{
	hwloc_obj_t found = hwloc_get_ancestor_obj_by_type(topology, HWLOC_OBJ_L3CACHE, pu);

	if (found)
		return found;
	for (hwloc_obj_t o = pu->parent; o; o = o->parent)
		if (hwloc_obj_type_is_dcache(o->type) && is_of_several_cores(topology, o, pu))
			found = o;
	return found ? found : package_of(topology, pu);
}

static enum nearness nearness_of(const struct place *a, const struct place *b)
{
	if (a->pu == b->pu)
		return NEARNESS_CPU;
	if (a->core == b->core)
		return NEARNESS_CORE;
	if (a->cache == b->cache)
		return NEARNESS_CACHE;
	return a->package == b->package ? NEARNESS_PACKAGE : NEARNESS_APART;
}

static bool find_places(hwloc_topology_t topology, const char *list, unsigned int count,
			struct place *places)
{
	for (unsigned int i = 0; i < count; i++) {
		unsigned int cpu;
		hwloc_obj_t pu = cpu_list_in_turn(list, i, &cpu) ?
					 hwloc_get_pu_obj_by_os_index(topology, cpu) :
					 NULL;

		if (!pu)
			return false;
		places[i] = (struct place){ pu, core_of(topology, pu),
					    last_level_cache(topology, pu),
					    package_of(topology, pu) };
	}
	return true;
}

static void count_sharing(const struct place *places, unsigned int count, struct placed *placed)
{
	for (unsigned int i = 0; i < count; i++) {
		bool shares_cpu = false, shares_core = false;

		for (unsigned int k = 0; k < count; k++) {
			shares_cpu |= k != i && places[k].pu == places[i].pu;
			shares_core |= k != i && places[k].core == places[i].core;
		}
		placed->sharing_cpu += shares_cpu;
		placed->sharing_core += shares_core && !shares_cpu;
	}
}

bool nearness_count(hwloc_topology_t topology, const struct point *p, struct placed *placed)
{
	const unsigned int handlers = point_handlers(p), threads = p->vcpus + handlers;
	struct place *places = xcalloc(threads, sizeof(*places));
	bool is_known = find_places(topology, p->vcpu_cpus, p->vcpus, places) &&
			find_places(topology, p->reader_cpus, handlers, places + p->vcpus);

	*placed = (struct placed){ 0 };
	for (unsigned int h = 0; is_known && h < handlers; h++)
		for (unsigned int v = 0; v < p->vcpus; v++)
			if (handler_serves(p, h, v))
				placed->pairs[nearness_of(&places[p->vcpus + h], &places[v])]++;
	if (is_known)
		count_sharing(places, threads, placed);
	free(places);
	return is_known;
}

static bool count_here(const struct point *p, struct placed *placed)
{
	hwloc_topology_t topology = *p->vcpu_cpus ? cpus_topology() : NULL;

	return topology && nearness_count(topology, p, placed);
}

json_t *nearness_describe(const struct point *p)
{
	struct placed placed;
	json_t *json, *pairs;

	if (!count_here(p, &placed))
		return json_null();
	json = json_object();
	pairs = json_object();
	for (enum nearness n = 0; n < NEARNESS_COUNT; n++)
		json_object_set_new(pairs, nearness_members[n], json_integer(placed.pairs[n]));
	json_object_set_new(json, "pairs", pairs);
	json_object_set_new(json, "sharing_cpu", json_integer(placed.sharing_cpu));
	json_object_set_new(json, "sharing_core", json_integer(placed.sharing_core));
	return json;
}

struct placed nearness_read(const json_t *placement)
{
	const json_t *pairs = json_object_get(placement, "pairs");
	struct placed placed = {
		.sharing_cpu = (unsigned int)json_number_of(placement, "sharing_cpu"),
		.sharing_core = (unsigned int)json_number_of(placement, "sharing_core"),
	};

	for (enum nearness n = 0; n < NEARNESS_COUNT; n++)
		placed.pairs[n] = (unsigned int)json_number_of(pairs, nearness_members[n]);
	return placed;
}

static unsigned int pairs_astray(const struct placed *placed)
{
	unsigned int pairs = 0;

	for (enum nearness n = 0; n < NEARNESS_COUNT; n++)
		pairs += n == NEARNESS_CACHE ? 0 : placed->pairs[n];
	return pairs;
}

unsigned int placed_astray(const struct placed *placed)
{
	return pairs_astray(placed) + placed->sharing_cpu + placed->sharing_core;
}

unsigned int nearness_astray(const struct point *p)
{
	struct placed placed;

	return count_here(p, &placed) ? placed_astray(&placed) : 0;
}

/* "4 threads share CPUs; pairs of a vCPU and a handler that serves it: 4 same core, 2 other package" */
static void describe(FILE *out, const struct placed *placed)
{
	const char *separator = "";

	if (placed->sharing_cpu) {
		fprintf(out, "%u threads share CPUs", placed->sharing_cpu);
		separator = "; ";
	}
	if (placed->sharing_core) {
		fprintf(out, "%s%u threads share cores with others", separator,
			placed->sharing_core);
		separator = "; ";
	}
	if (!pairs_astray(placed))
		return;
	fprintf(out, "%spairs of a vCPU and a handler that serves it:", separator);
	separator = " ";
	for (enum nearness n = 0; n < NEARNESS_COUNT; n++) {
		if (!placed->pairs[n])
			continue;
		fprintf(out, "%s%u %s", separator, placed->pairs[n], nearness_titles[n]);
		separator = ", ";
	}
}

void nearness_warn(const struct point *p)
{
	struct placed placed;
	struct text text;
	char *facts;

	if (!count_here(p, &placed) || !placed_astray(&placed))
		return;
	describe(text_open(&text), &placed);
	facts = text_close(&text);
	complain(
		"%u vCPUs and %u handler threads: %s; times include that; for less of it take "
		"--placement near, fewer vcpus or readers, or uffds=per-vcpu with readers=per-vcpu",
		p->vcpus, point_handlers(p), facts);
	free(facts);
}
