// SPDX-License-Identifier: GPL-2.0-only
#include "histogram.h"

#include <stdlib.h>
#include <string.h>

#include "../base/util.h"

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
	const json_t *bucket;
	size_t b;

	*histogram = (struct histogram){ 0 };
	for (size_t r = 0; r < cell->record_count; r++) {
		const json_t *total =
			json_object_get(json_object_get(cell->records[r].json, "latency_ns"),
					"total");
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
