// SPDX-License-Identifier: GPL-2.0-only
#include "report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "html.h"
#include "plot.h"
#include "describe.h"
#include "table.h"
#include "table_notes.h"
#include "../base/file.h"
#include "../base/util.h"

static void html_paragraph(FILE *out, const char *strong, const char *text)
{
	if (!text[0])
		return;
	fputs("<p>", out);
	if (strong[0]) {
		fputs("<strong>", out);
		html_escape(out, strong);
		fputs("</strong> ", out);
	}
	html_escape(out, text);
	fputs("</p>\n", out);
}

static void write_tier(FILE *out, const struct run_data *run)
{
	const char *before = "";
	char *name = xasprintf("Tier %s.", tier_kinds[run->tier].name), reason[1024];

	html_paragraph(out, name, tier_kinds[run->tier].statement);
	for (size_t p = 0; p < run->panel_count; p++) {
		const char *limits = panel_limits_statement(&run->panels[p]);

		if (strcmp(limits, before))
			html_paragraph(out, "", limits);
		before = limits;
	}
	html_paragraph(out,
		       "Why this tier:", json_text(run->run, "tier_why", reason, sizeof(reason)));
	free(name);
}

static int write_plot(FILE *out, const char *run_dir, const struct plot_kind *kind, size_t panel)
{
	char name[256], prefix[128], *path, *svg;
	int ret = -1;

	path = xasprintf("%s/%s", run_dir, plot_path(kind, panel, "svg", name, sizeof(name)));
	snprintf(prefix, sizeof(prefix), "%s-%zu-", kind->name, panel + 1);
	svg = file_read(path);
	fputs("<figure>\n", out);
	if (svg)
		ret = html_svg(out, svg, prefix, kind->name);
	if (ret)
		error("cannot read the plot %s: %s", path, svg ? "not an SVG" : strerror(errno));
	fputs("<figcaption>", out);
	html_escape(out, kind->about);
	fputs("</figcaption>\n</figure>\n", out);
	free(svg);
	free(path);
	return ret;
}

static int write_plots(FILE *out, const struct run_data *run, const char *run_dir)
{
	size_t drawn = 0;

	for (size_t p = 0; p < run->panel_count; p++) {
		const struct panel *panel = &run->panels[p];

		if (!panel->shown_vcpus)
			continue;
		drawn++;
		if (run->panel_count > 1) {
			fputs("<h3>", out);
			html_escape(out, panel->key);
			fputs("</h3>\n", out);
		}
		for (size_t k = 0; k < plot_kind_count; k++)
			if (write_plot(out, run_dir, &plot_kinds[k], p))
				return -1;
	}
	if (!drawn)
		html_paragraph(out, "", "None: no point has times to show.");
	return 0;
}

static void write_row(FILE *out, const char *name, const char *value)
{
	fputs("<tr><th scope=\"row\">", out);
	html_escape(out, name);
	fputs("</th><td>", out);
	html_escape(out, value);
	fputs("</td></tr>\n", out);
}

/* The elements of an array when they are all strings, separated by semicolons; else NULL. */
static char *join_strings(const json_t *array)
{
	struct text joined;
	bool all = json_array_size(array) > 0;
	const json_t *member;
	size_t i;

	text_open(&joined);
	json_array_foreach (array, i, member) {
		all &= json_is_string(member);
		if (all)
			fprintf(joined.out, "%s%s", i ? "; " : "", json_string_value(member));
	}
	text_close(&joined);
	if (all)
		return joined.text;
	free(joined.text);
	return NULL;
}

/* Every value below a member of run.json as a row, named like "kernel.version". */
static void write_provenance(FILE *out, const char *name, json_t *value)
{
	json_t *member;
	const char *key;
	char *joined = join_strings(value);
	size_t i;

	if (joined) {
		write_row(out, name, joined);
		free(joined);
		return;
	}
	json_object_foreach (value, key, member) {
		char *full = xasprintf("%s%s%s", name, name[0] ? "." : "", key);

		write_provenance(out, full, member);
		free(full);
	}
	json_array_foreach (value, i, member) {
		char *full = xasprintf("%s[%zu]", name, i);

		write_provenance(out, full, member);
		free(full);
	}
	if (json_is_string(value)) {
		write_row(out, name, json_string_value(value));
	} else if (json_is_null(value)) {
		write_row(out, name, "none");
	} else if (!json_is_object(value) && !json_is_array(value)) {
		char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(9));

		write_row(out, name, text ? text : "");
		free(text);
	}
}

static void write_text(FILE *out, void (*print)(FILE *out, const struct run_data *run),
		       const struct run_data *run, const char *otherwise)
{
	struct text text;

	text_open(&text);
	print(text.out, run);
	if (*text_close(&text)) {
		fputs("<pre>", out);
		html_escape(out, text.text);
		fputs("</pre>\n", out);
	} else {
		html_paragraph(out, "", otherwise);
	}
	free(text.text);
}

/* What the template's names stand for, in the order of part_names[]. */
enum { TITLE, SUMMARY, INCOMPLETE, TIER, PLOTS, TABLE, PROBLEMS, ANSWERS, PROVENANCE, PARTS };

static const char *const part_names[PARTS] = {
	[TITLE] = "TITLE",	 [SUMMARY] = "SUMMARY", [INCOMPLETE] = "INCOMPLETE",
	[TIER] = "TIER",	 [PLOTS] = "PLOTS",	[TABLE] = "TABLE",
	[PROBLEMS] = "PROBLEMS", [ANSWERS] = "ANSWERS", [PROVENANCE] = "PROVENANCE",
};

static void write_title(FILE *out, const struct run_data *run)
{
	char *title = xasprintf("Sweep %s, tier %s",
				json_string_value(json_object_get(run->run, "sweep")),
				json_string_value(json_object_get(run->run, "tier")));

	html_escape(out, title);
	free(title);
}

static void write_table(FILE *out, const struct run_data *run)
{
	struct text table;

	text_open(&table);
	table_header(table.out, run);
	table_body(table.out, run);
	html_escape(out, text_close(&table));
	free(table.text);
}

static void write_incomplete(FILE *out, const struct run_data *run)
{
	char text[128];

	if (!run_incomplete(run, text, sizeof(text))[0])
		return;
	fputs("<p class=\"incomplete\">", out);
	html_escape(out, text);
	fputs(". This is not a result yet: resume the run.</p>", out);
}

/* As each architecture's first point found them: wall.machine has those of the machine around a VM. */
static json_t *kernel_settings(const struct run_data *run)
{
	json_t *all = json_object();

	for (size_t i = 0; i < run->records.n; i++) {
		const char *arch = arch_names[run->records.v[i].point.arch];
		json_t *settings = json_object_get(run->records.v[i].json, "settings");

		if (settings && !json_object_get(all, arch))
			json_object_set(all, arch, settings);
	}
	return all;
}

static int make_parts(const struct run_data *run, const char *run_dir, struct text *texts)
{
	char summary[1024];
	json_t *provenance;

	for (int i = 0; i < PARTS; i++)
		text_open(&texts[i]);
	write_title(texts[TITLE].out, run);
	html_escape(texts[SUMMARY].out, json_text(run->run, "summary", summary, sizeof(summary)));
	write_incomplete(texts[INCOMPLETE].out, run);
	write_tier(texts[TIER].out, run);
	write_table(texts[TABLE].out, run);
	write_text(texts[PROBLEMS].out, table_problems, run,
		   run->complete ? "None." : "None so far.");
	write_text(texts[ANSWERS].out, table_answers, run,
		   "None: nothing ran on simulated CPUs in parallel.");
	/* Without what has a part of its own. */
	provenance = json_copy(run->run);
	json_object_del(provenance, "known_answers");
	json_object_set_new(provenance, "settings", kernel_settings(run));
	write_provenance(texts[PROVENANCE].out, "", provenance);
	json_decref(provenance);
	return write_plots(texts[PLOTS].out, run, run_dir);
}

static int write_html(const struct run_data *run, const char *run_dir)
{
	struct text texts[PARTS], page;
	struct html_part parts[PARTS];
	char dir[4096], *path, *template;
	int ret;

	if (!plots_dir(dir, sizeof(dir)))
		return -1;
	path = xasprintf("%s/report.html.in", dir);
	template = file_read(path);
	if (!template) {
		error("cannot read %s: %s", path, strerror(errno));
		free(path);
		return -1;
	}
	ret = make_parts(run, run_dir, texts);
	for (int i = 0; i < PARTS; i++)
		parts[i] = (struct html_part){ part_names[i], text_close(&texts[i]) };
	text_open(&page);
	if (!ret)
		ret = html_fill(page.out, template, parts, PARTS);
	fputc('\n', page.out);
	text_close(&page);
	if (!ret)
		ret = file_replace(run_dir, "report.html", page.text);
	for (int i = 0; i < PARTS; i++)
		free(texts[i].text);
	free(page.text);
	free(template);
	free(path);
	return ret;
}

static int write_tables(const struct run_data *run, const char *run_dir)
{
	struct text text;

	table_print(text_open(&text), run);
	return text_store(&text, run_dir, "tables.txt");
}

int report_write(const struct run_data *run, const char *run_dir)
{
	if (write_tables(run, run_dir) || plots_write(run, run_dir))
		return -1;
	return write_html(run, run_dir);
}
