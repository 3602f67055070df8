// SPDX-License-Identifier: GPL-2.0-only
#include "report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "html.h"
#include "plot.h"
#include "describe.h"
#include "findings.h"
#include "print.h"
#include "table.h"
#include "table_notes.h"
#include "../base/file.h"
#include "../base/util.h"
#include "../base/json.h"

/* What a part of the run prints, as a string. The caller frees. */
static char *printed(void (*print)(FILE *out, const struct run_data *run),
		     const struct run_data *run)
{
	struct text text;

	print(text_open(&text), run);
	return text_close(&text);
}

static void print_incomplete(FILE *out, const struct run_data *run)
{
	char text[128];

	if (run_incomplete(run, text, sizeof(text))[0])
		fprintf(out, "%s. This is not a result yet: resume the run.", text);
}

/* What the tier's figures are worth, then what the panels cannot show. */
static void print_worth(FILE *out, const struct run_data *run)
{
	const char *before = "";

	fputs(tier_kinds[run->tier].statement, out);
	for (size_t p = 0; p < run->panel_count; p++) {
		const char *limits = panel_limits_statement(&run->panels[p]);

		if (limits[0] && strcmp(limits, before))
			fprintf(out, "\n%s", limits);
		before = limits;
	}
}

static void print_findings(FILE *out, const struct run_data *run)
{
	findings_print(out, run, PRINT_WIDTH);
}

static void print_table(FILE *out, const struct run_data *run)
{
	table_header(out, run);
	table_body(out, run);
}

static void print_problems(FILE *out, const struct run_data *run)
{
	table_problems(out, run);
	if (!ftell(out))
		fputs(run->complete ? "None." : "None so far.", out);
}

/*
 * A line for every value below a member of run.json, named like "kernel.version"; of a value of
 * many lines, all but the first are indented.
 */
static void print_member(FILE *out, const char *name, json_t *value)
{
	json_t *member;
	const char *key;
	char *text;
	size_t i;

	json_object_foreach (value, key, member) {
		text = xasprintf("%s%s%s", name, name[0] ? "." : "", key);
		print_member(out, text, member);
		free(text);
	}
	json_array_foreach (value, i, member) {
		text = xasprintf("%s[%zu]", name, i);
		print_member(out, text, member);
		free(text);
	}
	if (json_is_object(value) || json_is_array(value))
		return;
	text = json_is_string(value) ? xstrdup(json_string_value(value)) :
	       json_is_null(value)   ? xstrdup("none") :
				       json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(9));
	fprintf(out, "%s: ", name);
	for (const char *c = text; *c; c++)
		fputs(*c == '\n' ? "\n    " : (char[]){ *c, '\0' }, out);
	fputc('\n', out);
	free(text);
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

static void print_provenance(FILE *out, const struct run_data *run)
{
	json_t *provenance = json_copy(run->run);

	json_object_del(provenance, "known_answers"); /* these have a part of their own */
	json_object_set_new(provenance, "settings", kernel_settings(run));
	print_member(out, "", provenance);
	json_decref(provenance);
}

/* What is text in the template: a member of run.json, or what is printed. */
static const struct text_part {
	const char *name, *member;
	void (*print)(FILE *out, const struct run_data *run);
	const char *none; /* in place of an empty text, where it is to say so */
} text_parts[] = {
	{ "SWEEP", .member = "sweep" },
	{ "TIER", .member = "tier" },
	{ "SUMMARY", .member = "summary" },
	{ "WHY", .member = "tier_why", .none = "unknown" },
	{ "INCOMPLETE", .print = print_incomplete },
	{ "WORTH", .print = print_worth },
	{ "FINDINGS", .print = print_findings, .none = "None: no userfaultfd was measured." },
	{ "TABLE", .print = print_table },
	{ "PROBLEMS", .print = print_problems },
	{ "ANSWERS", .print = table_answers,
	  .none = "None: nothing ran on simulated CPUs in parallel." },
	{ "PROVENANCE", .print = print_provenance },
};

static int print_text_part(FILE *out, const struct text_part *part, const struct run_data *run)
{
	const char *member = json_member(run->run, part->member);
	char *text = part->print ? printed(part->print, run) : xstrdup(member ? member : "");

	html_escape(out, text[0] || !part->none ? text : part->none);
	free(text);
	return 0;
}

static int print_figure(FILE *out, const char *run_dir, const char *kind, size_t panel)
{
	char name[64], prefix[64], *path, *svg;
	int ret = -1;

	plot_file(kind, panel, "svg", name, sizeof(name));
	path = xasprintf("%s/plots/%s", run_dir, name);
	snprintf(prefix, sizeof(prefix), "%s-%zu-", kind, panel + 1);
	svg = file_read(path);
	fputs("<figure>\n", out);
	if (svg)
		ret = html_svg(out, svg, prefix, kind);
	if (ret)
		error("cannot read the plot %s: %s", path, svg ? "not an SVG" : strerror(errno));
	fputs("</figure>\n", out);
	free(svg);
	free(path);
	return ret;
}

static int print_figures(FILE *out, const struct run_data *run, const char *run_dir)
{
	bool any = false;

	for (size_t p = 0; p < run->panel_count; p++) {
		if (!run->panels[p].shown_vcpus)
			continue;
		any = true;
		if (run->panel_count > 1) {
			fputs("<h3>", out);
			html_escape(out, run->panels[p].key);
			fputs("</h3>\n", out);
		}
		for (const struct plot_kind *kind = plot_kinds; kind->name; kind++)
			if (plot_is_for(kind, run, &run->panels[p]) &&
			    print_figure(out, run_dir, kind->name, p))
				return -1;
	}
	if (!any)
		fputs("<p>None: no point has times to show.</p>\n", out);
	return 0;
}

/* What the page is made from. */
struct page {
	const struct run_data *run;
	const char *run_dir;
};

static int print_part(FILE *out, const char *name, const void *about)
{
	const struct page *page = about;

	if (!strcmp(name, "PLOTS"))
		return print_figures(out, page->run, page->run_dir);
	for (size_t i = 0; i < sizeof(text_parts) / sizeof(text_parts[0]); i++) {
		const struct text_part *part = &text_parts[i];

		if (!strcmp(name, part->name))
			return print_text_part(out, part, page->run);
	}
	return error("the template of the report has an unknown @%s@", name);
}

static int write_html(const struct page *page)
{
	char *template = plots_read("report.html.in");
	struct text html;
	int ret;

	if (!template)
		return -1;
	ret = html_fill(text_open(&html), template, print_part, page);
	if (!ret)
		ret = text_store(&html, page->run_dir, "report.html");
	else
		free(text_close(&html));
	free(template);
	return ret;
}

int report_write(const struct run_data *run, const char *run_dir, bool png)
{
	const struct page page = { run, run_dir };
	char *table = printed(table_print, run);
	int lock = folder_lock(run_dir), ret;

	ret = file_replace(run_dir, "tables.txt", table) || plots_write(run, run_dir, png) ||
	      write_html(&page);
	free(table);
	if (lock >= 0)
		close(lock);
	return ret ? -1 : 0;
}
