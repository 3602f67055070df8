// SPDX-License-Identifier: GPL-2.0-only
#include "report_cells.h"

#include <stdlib.h>
#include <string.h>

#include "../base/util.h"

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

struct spread spread_of(double *values, size_t count)
{
	qsort(values, count, sizeof(*values), compare_doubles);
	return (struct spread){
		.median = (values[(count - 1) / 2] + values[count / 2]) / 2,
		.min = values[0],
		.max = values[count - 1],
	};
}

static const json_t *distribution(const json_t *record, const char *phase)
{
	return json_object_get(json_object_get(record, "latency_ns"), phase);
}

/* One figure over all repeats: a member of the record, or of one of its distributions. */
static struct spread cell_spread(const struct cell *cell, const char *phase, const char *member,
				 double scale)
{
	size_t count = json_array_size(cell->records);
	double *values = xcalloc(count, sizeof(*values));
	struct spread spread;

	for (size_t i = 0; i < count; i++) {
		const json_t *record = json_array_get(cell->records, i);
		const json_t *from = phase ? distribution(record, phase) : record;

		values[i] = json_number_value(json_object_get(from, member)) * scale;
	}
	spread = spread_of(values, count);
	free(values);
	return spread;
}

/* Whether all repeats have the distribution. */
static bool cell_has(const struct cell *cell, const char *phase)
{
	const json_t *record;
	size_t i;

	json_array_foreach (cell->records, i, record)
		if (!distribution(record, phase))
			return false;
	return true;
}

static void cell_compute(struct cell *cell)
{
	const double us = 1e-3;
	const json_t *record;
	size_t i;

	json_array_foreach (cell->records, i, record) {
		cell->fetch_off |= json_is_true(json_object_get(record, "fetch_off"));
		cell->start_skewed |= json_is_true(json_object_get(record, "start_skewed"));
	}
	cell->timed = cell_has(cell, "total");
	if (!cell->timed)
		return;
	cell->rate = cell_spread(cell, NULL, "rate_span", 1);
	cell->rate_sum = cell_spread(cell, NULL, "rate_sum", 1);
	cell->p50_us = cell_spread(cell, "total", "p50", us);
	cell->p99_us = cell_spread(cell, "total", "p99", us);
	cell->total_us = cell_spread(cell, "total", "mean", us);
	cell->phased = true;
	for (int p = PHASE_DELIVERY; p < PHASE_COUNT; p++)
		cell->phased &= cell_has(cell, phase_names[p]);
	for (int p = PHASE_DELIVERY; p < PHASE_COUNT && cell->phased; p++)
		cell->phase_us[p] = cell_spread(cell, phase_names[p], "mean", us);
}

static int compare_cells(const void *a, const void *b)
{
	unsigned int x = ((const struct cell *)a)->vcpus, y = ((const struct cell *)b)->vcpus;

	return (x > y) - (x < y);
}

static struct cell *find_cell(struct series *series, unsigned int vcpus)
{
	struct cell *cell;

	for (size_t i = 0; i < series->cell_count; i++)
		if (series->cells[i].vcpus == vcpus)
			return &series->cells[i];
	series->cells = xreallocarray(series->cells, series->cell_count + 1, sizeof(*cell));
	cell = &series->cells[series->cell_count++];
	*cell = (struct cell){ .vcpus = vcpus, .records = json_array() };
	return cell;
}

static bool has_one_reader(const json_t *record)
{
	const char *handler = json_string_value(json_object_get(record, "handler"));

	return json_integer_value(json_object_get(record, "readers")) == 1 &&
	       json_integer_value(json_object_get(record, "uffds")) == 1 && handler &&
	       !strcmp(handler, "inline");
}

void series_init(const struct panel *panel, struct series *series, const char *label,
		 const json_t *records)
{
	json_t *record;
	size_t i;

	series->label = xstrdup(label);
	series->mode = json_string_value(json_object_get(json_array_get(records, 0), "mode"));
	for (const struct series *s = panel->series; s < series; s++)
		series->variant += !strcmp(s->mode, series->mode);
	series->one_reader = !strcmp(series->mode, "uffd");
	json_array_foreach (records, i, record) {
		const char *status = json_string_value(json_object_get(record, "status"));
		unsigned int vcpus = json_integer_value(json_object_get(record, "vcpus"));

		series->one_reader &= has_one_reader(record);
		if (!strcmp(status, "ok"))
			json_array_append(find_cell(series, vcpus)->records, record);
	}
	if (series->cell_count)
		qsort(series->cells, series->cell_count, sizeof(*series->cells), compare_cells);
	for (i = 0; i < series->cell_count; i++)
		cell_compute(&series->cells[i]);
}

void series_fini(struct series *series)
{
	for (size_t i = 0; i < series->cell_count; i++)
		json_decref(series->cells[i].records);
	free(series->cells);
	free(series->label);
}

const struct cell *series_cell(const struct series *series, unsigned int vcpus)
{
	for (size_t i = 0; i < series->cell_count; i++)
		if (series->cells[i].vcpus == vcpus)
			return &series->cells[i];
	return NULL;
}

static int compare_counts(const void *a, const void *b)
{
	unsigned int x = *(const unsigned int *)a, y = *(const unsigned int *)b;

	return (x > y) - (x < y);
}

size_t panel_vcpus(const struct panel *panel, unsigned int *vcpus, size_t max)
{
	size_t count = 0;

	for (size_t s = 0; s < panel->series_count; s++) {
		for (size_t c = 0; c < panel->series[s].cell_count; c++) {
			unsigned int v = panel->series[s].cells[c].vcpus;
			size_t i = 0;

			while (i < count && vcpus[i] != v)
				i++;
			if (i == count && count < max)
				vcpus[count++] = v;
		}
	}
	if (count)
		qsort(vcpus, count, sizeof(*vcpus), compare_counts);
	return count;
}

unsigned int panel_common_vcpus(const struct panel *panel)
{
	unsigned int vcpus[VCPU_COUNTS_MAX], best = 0;
	size_t count = panel_vcpus(panel, vcpus, VCPU_COUNTS_MAX), most = 0;

	for (size_t i = 0; i < count; i++) {
		size_t have = 0;

		for (size_t s = 0; s < panel->series_count; s++) {
			const struct cell *cell = series_cell(&panel->series[s], vcpus[i]);

			have += cell && cell->timed;
		}
		if (have && have >= most) {
			most = have;
			best = vcpus[i];
		}
	}
	return best;
}

unsigned int panel_shown_vcpus(const struct run_data *run, const struct panel *panel)
{
	for (size_t s = 0; s < panel->series_count; s++) {
		const struct cell *cell = series_cell(&panel->series[s], run->shown_vcpus);

		if (cell && cell->timed)
			return run->shown_vcpus;
	}
	return panel_common_vcpus(panel);
}

bool panel_timed(const struct panel *panel)
{
	return panel_common_vcpus(panel) > 0;
}

static void add_bucket(struct histogram *h, double upper_us, double count)
{
	size_t at = h->buckets;

	while (at && h->upper_us[at - 1] > upper_us)
		at--;
	if (at && h->upper_us[at - 1] == upper_us) {
		h->count[at - 1] += count;
		return;
	}
	h->upper_us = xreallocarray(h->upper_us, h->buckets + 1, sizeof(double));
	h->count = xreallocarray(h->count, h->buckets + 1, sizeof(double));
	memmove(&h->upper_us[at + 1], &h->upper_us[at], (h->buckets - at) * sizeof(double));
	memmove(&h->count[at + 1], &h->count[at], (h->buckets - at) * sizeof(double));
	h->upper_us[at] = upper_us;
	h->count[at] = count;
	h->buckets++;
}

int cell_histogram(const struct cell *cell, struct histogram *histogram)
{
	const json_t *record, *bucket;
	size_t r, b;

	*histogram = (struct histogram){ 0 };
	json_array_foreach (cell->records, r, record) {
		const json_t *total = distribution(record, "total");
		double min_us = json_number_value(json_object_get(total, "min")) * 1e-3;

		if (!r || min_us < histogram->min_us)
			histogram->min_us = min_us;
		json_array_foreach (json_object_get(total, "histogram"), b, bucket) {
			double count = json_number_value(json_array_get(bucket, 1));

			if (count <= 0)
				continue;
			add_bucket(histogram, json_number_value(json_array_get(bucket, 0)) * 1e-3,
				   count);
			histogram->total += count;
		}
	}
	return histogram->buckets ? 0 : -1;
}

double histogram_quantile_us(const struct histogram *histogram, double fraction)
{
	double below = 0;
	size_t i = 0;

	for (; i + 1 < histogram->buckets; i++) {
		below += histogram->count[i];
		if (below >= fraction * histogram->total)
			break;
	}
	return histogram->upper_us[i];
}

void histogram_free(struct histogram *histogram)
{
	free(histogram->upper_us);
	free(histogram->count);
}

const char *panel_values(const struct panel *panel, const char *key, char *buf, size_t size)
{
	json_int_t min = 0, max = 0;
	json_t *seen = json_object();
	const json_t *record;
	size_t r, n = 0;
	bool number = false;

	buf[0] = '\0';
	json_array_foreach (panel->records, r, record) {
		const json_t *value = json_object_get(record, key);
		json_int_t v = json_integer_value(value);
		char text[128];

		if (json_is_integer(value)) {
			min = !number || v < min ? v : min;
			max = !number || v > max ? v : max;
			number = true;
		} else if (json_is_string(value)) {
			json_text(record, key, text, sizeof(text));
			if (!json_object_get(seen, text) && n < size)
				n += snprintf(buf + n, size - n, "%s%s", n ? "," : "", text);
			json_object_set_new(seen, text, json_true());
		}
	}
	if (number && min == max)
		snprintf(buf, size, "%lld", (long long)min);
	else if (number)
		snprintf(buf, size, "%lld..%lld", (long long)min, (long long)max);
	json_decref(seen);
	return buf;
}

bool panel_is_manycore(const struct panel *panel)
{
	char cpus[64], speed[64];

	panel_values(panel, "cpus", cpus, sizeof(cpus));
	panel_values(panel, "speed", speed, sizeof(speed));
	return !strcmp(panel->tier, "simulated") &&
	       (strcmp(cpus, "1") || (*speed && strcmp(speed, "1")));
}
