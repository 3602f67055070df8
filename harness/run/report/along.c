// SPDX-License-Identifier: GPL-2.0-only
#include "along.h"

#include <stdlib.h>
#include <string.h>

#include "../plan/keyset.h"
#include "../base/util.h"

#define POINTS_MIN 3

/* A cell, and which of the sweep's series it is of. */
struct place {
	const struct cell *cell;
	size_t series;
};

static const struct record *record_of(const struct place *place)
{
	return &place->cell->records[0];
}

/* What sets curves along a key apart, beside series and vCPUs. */
static keyset mechanism(keyset along)
{
	return keyset_of_role(ROLE_MECHANISM) & ~along;
}

/* <0, 0 or >0 by the curve that they are on. */
static int compare_curves(const struct place *x, const struct place *y, keyset along)
{
	const struct point *p = &record_of(x)->point, *q = &record_of(y)->point;

	if (x->series != y->series)
		return x->series > y->series ? 1 : -1;
	if (p->vcpus != q->vcpus)
		return p->vcpus > q->vcpus ? 1 : -1;
	return points_compare(p, q, mechanism(along));
}

static int compare_places(const void *a, const void *b, void *key)
{
	const struct place *x = a, *y = b;
	const keyset along = *(const keyset *)key;
	int order = compare_curves(x, y, along);

	return order ? order : points_compare(&record_of(x)->point, &record_of(y)->point, along);
}

/* A panel has several series where the sweep has one. */
static size_t first_of_name(const struct place *places, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(record_of(&places[i])->series, name))
			return places[i].series;
	return count;
}

static struct place *sorted_places(const struct panel *panel, keyset along, size_t *count)
{
	struct place *places = NULL;

	*count = 0;
	for (size_t s = 0; s < panel->series_count; s++) {
		const struct series *series = &panel->series[s];

		for (size_t c = 0; c < series->cell_count; c++) {
			const struct cell *cell = &series->cells[c];

			if (!cell->timed)
				continue;
			places = xreallocarray(places, *count + 1, sizeof(*places));
			places[*count] = (struct place){
				cell, first_of_name(places, *count, cell->records[0].series)
			};
			++*count;
		}
	}
	if (places)
		qsort_r(places, *count, sizeof(*places), compare_places, &along);
	return places;
}

/* Names the mechanism where the sweep's series has several. */
static char *label_of(const struct place *place, const struct place *places, size_t count,
		      keyset along)
{
	const struct record *record = record_of(place);
	char *more = NULL, *label;

	for (size_t i = 0; i < count && !more; i++)
		if (places[i].series == place->series &&
		    points_compare(&record->point, &record_of(&places[i])->point, mechanism(along)))
			more = point_text(&record->point, mechanism(along));
	label = xasprintf("%s%s%s, %u vCPU%s", record->series, more ? ": " : "", more ? more : "",
			  record->point.vcpus, record->point.vcpus > 1 ? "s" : "");
	free(more);
	return label;
}

static void add_curve(struct curves *curves, const struct place *places, size_t n, char *label)
{
	struct curve *curve;

	curves->v = xreallocarray(curves->v, curves->n + 1, sizeof(*curves->v));
	curve = &curves->v[curves->n++];
	*curve = (struct curve){
		.label = label,
		.cells = xcalloc(n, sizeof(*curve->cells)),
		.count = n,
	};
	for (size_t i = 0; i < n; i++)
		curve->cells[i] = places[i].cell;
}

struct curves curves_along(const struct panel *panel, const char *key)
{
	const keyset along = keyset_of(key);
	struct curves curves = { 0 };
	size_t count;
	struct place *places = sorted_places(panel, along, &count);

	for (size_t i = 0, n; i < count; i += n) {
		n = 1;
		while (i + n < count && !compare_curves(&places[i], &places[i + n], along))
			n++;
		if (n >= POINTS_MIN)
			add_curve(&curves, &places[i], n,
				  label_of(&places[i], places, count, along));
	}
	free(places);
	return curves;
}

void curves_free(struct curves *curves)
{
	for (size_t i = 0; i < curves->n; i++) {
		free(curves->v[i].label);
		free(curves->v[i].cells);
	}
	free(curves->v);
	*curves = (struct curves){ 0 };
}
