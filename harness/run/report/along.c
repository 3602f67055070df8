// SPDX-License-Identifier: GPL-2.0-only
#include "along.h"

#include <stdlib.h>
#include <string.h>

#include "../plan/keyset.h"
#include "../base/util.h"
#include "../../mode.h"
#include "cells.h"
#include "figures.h"

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

static void add_places(struct place **places, size_t *count, const struct panel *panel)
{
	for (size_t s = 0; s < panel->series_count; s++) {
		const struct series *series = &panel->series[s];

		for (size_t c = 0; c < series->cell_count; c++) {
			const struct cell *cell = &series->cells[c];

			if (!cell->timed)
				continue;
			*places = xreallocarray(*places, *count + 1, sizeof(**places));
			(*places)[*count] = (struct place){
				cell, first_of_name(*places, *count, cell->records[0].series)
			};
			++*count;
		}
	}
}

/* Of all panels that only the key sets apart from this one; none if it is not the first of them. */
static struct place *sorted_places(const struct run_data *run, const struct panel *panel,
				   keyset along, size_t *count)
{
	struct place *places = NULL;

	*count = 0;
	for (const struct panel *p = run->panels; p < run->panels + run->panel_count; p++) {
		if (points_compare(p->point, panel->point, run->apart & ~along))
			continue;
		if (p < panel)
			return NULL;
		add_places(&places, count, p);
	}
	if (places)
		qsort_r(places, *count, sizeof(*places), compare_places, &along);
	return places;
}

/* Names what of the mechanism the sweep's series has several of, and vCPUs if there are. */
static char *label_of(const struct place *place, const struct place *places, size_t count,
		      keyset along)
{
	const struct record *record = record_of(place);
	char *more = NULL, *label;
	bool has_several_vcpus = false;
	keyset several = 0;

	for (size_t i = 0; i < count; i++) {
		has_several_vcpus |= record_of(&places[i])->point.vcpus != record->point.vcpus;
		for (size_t k = 0; k < point_keys_count && places[i].series == place->series; k++)
			if (point_key_compare(&record->point, &record_of(&places[i])->point,
					      &point_keys[k]))
				several |= (keyset)1 << k;
	}
	if (several & mechanism(along))
		more = point_text(&record->point, several & mechanism(along));
	label = xasprintf("%s%s%s", record->series, more ? ": " : "", more ? more : "");
	if (has_several_vcpus) {
		char *of_mechanism = label;

		label = xasprintf("%s, %u vCPU%s", of_mechanism, record->point.vcpus,
				  record->point.vcpus > 1 ? "s" : "");
		free(of_mechanism);
	}
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

struct curves curves_along(const struct run_data *run, const struct panel *panel, const char *key)
{
	const keyset along = keyset_of(key);
	struct curves curves = { 0 };
	size_t count;
	struct place *places = sorted_places(run, panel, along, &count);

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

static double rate(const struct cell *cell)
{
	return cell_figure(cell, figure_compared(BENCH_fault))->median;
}

static bool is_reference(const struct cell *reference, const struct cell *cell, keyset along)
{
	const struct point *p = &reference->records[0].point, *q = &cell->records[0].point;

	return p->mode == MODE_userfault && p->vcpus == q->vcpus && !points_compare(p, q, along);
}

const struct cell *curves_reference(const struct curves *curves, const struct cell *cell,
				    const char *key)
{
	const keyset along = keyset_of(key);
	const struct cell *best = NULL;

	for (size_t i = 0; i < curves->n; i++)
		for (size_t c = 0; c < curves->v[i].count; c++) {
			const struct cell *other = curves->v[i].cells[c];

			if (is_reference(other, cell, along) && (!best || rate(other) > rate(best)))
				best = other;
		}
	return best;
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
