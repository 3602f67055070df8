// SPDX-License-Identifier: GPL-2.0-only
#include "figures.h"

#include <stdlib.h>
#include <string.h>

#include "../../bench.h"
#include "../../phases.h"
#include "../base/util.h"

static const struct {
	double scale;
	int width, width_ns;
	const char *unit, *unit_ns; /* after the heading */
} kinds[] = {
	[FIGURE_COUNT] = { 1, 12, 12, "", "" },
	[FIGURE_NUMBER] = { 1, 9, 9, "", "" },
	[FIGURE_RATE] = { 1, 10, 10, "", "" },
	[FIGURE_TIME] = { 1e-3, 7, 11, ", us", ", ns" },
};

/* clang-format off */
const struct figure figures[] = {
	{ "span", "pages/s", "pages/s, from the first start to the last end",
	  FIGURE_RATE, .member = "rate_span", .beside = true },
	{ "sum", "pages/s", "pages/s, sum of the rates of the vCPUs, each in its own time",
	  FIGURE_RATE, .member = "rate_sum" },
	{ "p50", "total latency", NULL, FIGURE_TIME, "total", "p50" },
	{ "p99", "total latency", NULL, FIGURE_TIME, "total", "p99" },
	{ "mean", "total latency", NULL, FIGURE_TIME, "total", "mean", .beside = true },
#define PHASE(symbol, name, first, last) \
	{ name, "mean of each phase", NULL, FIGURE_TIME, name, "mean", .beside = true },
	PHASES
#undef PHASE
	{ "CPU/page", "CPU time", "us of CPU time a page, all threads",
	  FIGURE_TIME, .member = "cpu_ns_per_page", .beside = true },
	{ "handlers", "CPU time", "us of CPU time a page, handler threads alone",
	  FIGURE_TIME, .member = "handler_cpu_ns_per_page", .beside = true },
	{ "pages", "", "pages in all", FIGURE_COUNT, .member = "pages_total" },
	{ "verified", "", "pages verified", FIGURE_COUNT, .member = "pages_verified" },
	{ "fetches", "", "fetches", FIGURE_COUNT, .member = "fetches" },
	{ "exits", "", "exits", FIGURE_COUNT, .member = "exits" },
	{ "uffd events", "", "messages read from userfaultfds",
	  FIGURE_COUNT, .member = "uffd_events" },
	{ "populates", "", "pages present already, mapped by MADV_POPULATE_WRITE",
	  FIGURE_COUNT, .member = "populates" },
	{ "remaps", "", "events for pages that were there, which khugepaged had unmapped",
	  FIGURE_COUNT, .member = "remaps" },
	{ "VMM huge", "", "KiB that page tables of the VMM map by huge pages at the end",
	  FIGURE_COUNT, .member = "huge_kib" },
	{ "KVM huge", "", "KiB that KVM maps by huge pages at the end",
	  FIGURE_COUNT, .member = "kvm_huge_kib" },
	{ "async", "", "exits after which the vCPU went on without the page",
	  FIGURE_COUNT, .member = "async_exits" },
	{ "sync", "", "exits in which it waited", FIGURE_COUNT, .member = "sync_exits" },
	{ "spurious", "", "asynchronous exits with the page there already",
	  FIGURE_COUNT, .member = "spurious_exits" },
#define FREEZE(name, over, about, member_) \
	{ name, over, about, FIGURE_TIME, .member = member_, .beside = true, .bench = BENCH_freeze, \
	  .within = "freeze_times" },
	FREEZE("frozen", "time", "us of the freezing calls", "call_ns")
	FREEZE("last write", "time", "us from the start of freezing to the last write", "last_write_ns")
	FREEZE("thawed", "time", "us from the start of thawing until all vCPUs have written", "thaw_ns")
	FREEZE("thaw calls", "time", "us of the thawing calls", "thaw_call_ns")
	FREEZE("refault", "time", "us more that a page's first write takes afterwards", "refault_ns")
#undef FREEZE
#define FREEZE(name, about, member_) \
	{ name, "", about, FIGURE_NUMBER, .member = member_, .bench = BENCH_freeze, \
	  .within = "freeze" },
	FREEZE("exits", "exits of vCPUs until all pages were written to again", "exits_after")
	FREEZE("slipped", "writes that came through when it was frozen", "writes_slipped")
	FREEZE("verified", "pages that have what was written to them last", "pages_verified")
#undef FREEZE
#define TOGGLE(name, over, about, member_) \
	{ name, over, about, FIGURE_TIME, .member = member_, .beside = true, .bench = BENCH_toggle, \
	  .within = "toggle_times" },
	TOGGLE("on", "running", "us to turn it on while vCPUs write", "on_ns")
	TOGGLE("off", "running", "us to turn it off while vCPUs write", "off_ns")
	TOGGLE("gap on", "pause", "us that a vCPU did not write when it was turned on", "on_gap_ns")
	TOGGLE("gap off", "pause", "us that a vCPU did not write when it was turned off", "off_gap_ns")
	TOGGLE("on still", "still", "us to turn it on while vCPUs stand still", "on_still_ns")
	TOGGLE("off still", "still", "us to turn it off while vCPUs stand still", "off_still_ns")
#undef TOGGLE
#define TOGGLE(name, over, about, member_) \
	{ name, over, about, FIGURE_NUMBER, .member = member_, .bench = BENCH_toggle, \
	  .within = "toggle" },
	TOGGLE("exits on", "exits", "exits of vCPUs to write to all pages with it on", "exits_on")
	TOGGLE("exits off", "exits", "exits of vCPUs to write to all pages with it off again", "exits_off")
	TOGGLE("before", "2 MiB mapped", "mappings of 2 MiB before", "huge_before")
	TOGGLE("with it", "2 MiB mapped", "mappings of 2 MiB with it on", "huge_on")
	TOGGLE("after", "2 MiB mapped", "mappings of 2 MiB when it was just turned off", "huge_off")
	TOGGLE("later", "2 MiB mapped", "mappings of 2 MiB when all pages were written to then", "huge_again")
#undef TOGGLE
	{ "span", "pages/s", "pages/s, from the first start to the last end", FIGURE_RATE,
	  .member = "rate_span", .beside = true, .bench = BENCH_clear, .within = "clear_times" },
	{ "sum", "pages/s", "pages/s, sum of the rates of the threads, each in its own time",
	  FIGURE_RATE, .member = "rate_sum", .bench = BENCH_clear, .within = "clear_times" },
	{ "a call", "time of", "us that a call takes, mean", FIGURE_TIME,
	  .member = "call_ns", .beside = true, .bench = BENCH_clear, .within = "clear_times" },
#define CLEAR(name, over, about, member_) \
	{ name, over, about, FIGURE_NUMBER, .member = member_, .bench = BENCH_clear, \
	  .within = "clear" },
	CLEAR("calls", "", "calls of all threads", "calls")
	CLEAR("bitmap", "KiB of memory", "KiB of the bitmap", "bitmap_kib")
	CLEAR("slab", "KiB of memory", "KiB of slab more when it was set up", "slab_armed_kib")
	CLEAR("later", "KiB of memory", "KiB of slab more afterwards", "slab_after_kib")
	CLEAR("tables", "KiB of memory", "KiB of page tables more afterwards", "page_tables_kib")
#undef CLEAR
};
/* clang-format on */

const size_t figures_count = sizeof(figures) / sizeof(figures[0]);

const struct figure *figure_named(const char *name)
{
	const struct figure *figure = figures;

	while (strcmp(figure->name, name))
		figure++;
	return figure;
}

const struct figure *figure_compared(unsigned int bench)
{
	const struct figure *figure = figures;

	while (figure->bench != bench)
		figure++;
	return figure;
}

bool columns_show(const struct columns *columns, const struct figure *figure)
{
	return figure->bench == columns->bench && columns->shows(figure);
}

bool figure_read(const struct figure *figure, const json_t *record, double *value)
{
	const json_t *member;

	if (figure->phase)
		record = json_object_get(json_object_get(record, "latency_ns"), figure->phase);
	if (figure->within)
		record = json_object_get(record, figure->within);
	member = json_object_get(record, figure->member);
	*value = json_number_value(member) * kinds[figure->kind].scale;
	return json_is_number(member);
}

static bool add_value(const struct figure *figure, const json_t *from, double **values,
		      size_t *count)
{
	double value;

	if (!figure_read(figure, from, &value))
		return false;
	*values = xreallocarray(*values, *count + 1, sizeof(**values));
	(*values)[(*count)++] = value;
	return true;
}

bool figure_read_all(const struct figure *figure, const json_t *record, double **values,
		     size_t *count)
{
	static const char *const arrays[] = { "each_draw", "each_round" };
	const json_t *each;
	size_t i, before = *count;

	for (size_t a = 0; a < sizeof(arrays) / sizeof(arrays[0]); a++)
		json_array_foreach (json_object_get(record, arrays[a]), i, each)
			add_value(figure, each, values, count);
	return *count > before || add_value(figure, record, values, count);
}

bool figure_read_block(const struct figure *figure, const json_t *record, double *value)
{
	double *values = NULL;
	size_t count = 0;
	bool known = figure_read_all(figure, record, &values, &count);

	if (known)
		*value = spread_of(values, count).median;
	free(values);
	return known;
}

int column_width(const struct columns *columns, const struct figure *figure)
{
	int width = columns->in_ns ? kinds[figure->kind].width_ns : kinds[figure->kind].width;
	int name = (int)strlen(figure->name) + 1;

	return width > name ? width : name;
}

/* The next figure that is shown, from this one on; the end of the table for none. */
static const struct figure *next_shown(const struct columns *columns, const struct figure *figure)
{
	while (figure < figures + figures_count && !columns_show(columns, figure))
		figure++;
	return figure;
}

static void print_shared_headings(FILE *out, const struct columns *columns, int width)
{
	const struct figure *figure = next_shown(columns, figures), *next;
	const struct figure *end = figures + figures_count;
	int gap = columns->gap, printed = 0, too_long;

	for (; figure < end; figure = next) {
		const char *unit = columns->in_ns ? kinds[figure->kind].unit_ns :
						    kinds[figure->kind].unit;
		char heading[64];

		next = next_shown(columns, figure + 1);
		width += column_width(columns, figure) + gap;
		gap = 0;
		if (!*figure->over || (next < end && !strcmp(next->over, figure->over)))
			continue;
		snprintf(heading, sizeof(heading), "%s%s", figure->over, unit);
		/* The next one has less room after a heading that is wider than its columns. */
		too_long = (int)strlen(heading) + 1 - width;
		printed += fprintf(out, " %*s", width - 1, heading);
		width = too_long > 0 ? -too_long : 0;
	}
	if (printed)
		fputc('\n', out);
}

void columns_print_head(FILE *out, const struct columns *columns, const char *left)
{
	const struct figure *end = figures + figures_count;
	int gap = columns->gap;

	print_shared_headings(out, columns, (int)strlen(left));
	fputs(left, out);
	for (const struct figure *figure = figures; figure < end; figure++) {
		if (!columns_show(columns, figure))
			continue;
		fprintf(out, "%*s%*s", column_width(columns, figure), figure->name, gap,
			gap ? columns->gap_head : "");
		gap = 0;
	}
	fputc('\n', out);
}

void column_print(FILE *out, const struct columns *columns, const struct figure *figure,
		  const struct spread *value)
{
	int width = column_width(columns, figure), digits = 0;
	double shown = spread_shown(value);

	if (figure->kind == FIGURE_TIME && columns->in_ns) {
		shown *= 1000;
		digits = value->count < 2;
	} else if (figure->kind == FIGURE_TIME) {
		digits = shown < 100 ? 2 : shown < 10000 ? 1 : 0; /* as many as are of use */
	}
	if (value->known)
		fprintf(out, " %*.*f", width - 1, digits, shown);
	else
		fprintf(out, "%*s", width, "-");
}
