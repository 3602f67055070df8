// SPDX-License-Identifier: GPL-2.0-only
#include "flame.h"

#include <inttypes.h>
#include <string.h>

#include "../report/html.h"
#include "../base/util.h"

#define WIDTH 1200.0
#define MARGIN 10.0
#define ROW 17 /* height of a function */
#define HEAD 60 /* height of title and notes */
#define LETTER 6.7 /* width, at FONT_SIZE */
#define FONT_SIZE 11
#define NARROWEST 0.1 /* what is drawn at all */
#define NAME_MAX 256

/* Text between two pieces of markup. */
static void put(FILE *out, const char *before, const char *text, const char *after)
{
	fputs(before, out);
	html_escape(out, text);
	fputs(after, out);
}

struct flame {
	FILE *out;
	const struct stacks *stacks;
	uint64_t sum;
	unsigned int height; /* 0: only the depth is to be found out */
	unsigned int depth; /* of what is drawn */
};

/* The frames from the one at depth on; NULL when there are not that many. */
static const char *frames_from(const char *frames, unsigned int depth)
{
	while (frames && depth--) {
		frames = strchr(frames, ';');
		frames = frames ? frames + 1 : NULL;
	}
	return frames;
}

static bool is_same_frame(const char *a, const char *b)
{
	size_t length = strcspn(a, ";");

	return b && strcspn(b, ";") == length && !strncmp(a, b, length);
}

/* Waiting is grey to blue; code in warm colours that tell one function from the next. */
static void write_colour(FILE *out, const char *name)
{
	static const struct {
		const char *name, *colour;
	} fixed[] = {
		{ "[spins]", "#9db7dd" },  { "[stalled]", "#b9a7d8" },	{ "[asleep]", "#d5dae0" },
		{ "[halted]", "#e4e7ea" }, { "[runnable]", "#a9d3d6" }, { "[cut]", "#c8c8c8" },
	};
	uint32_t hash = 2166136261;

	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
		if (!strcmp(fixed[i].name, name)) {
			fputs(fixed[i].colour, out);
			return;
		}
	}
	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * 16777619;
	fprintf(out, "hsl(%u,80%%,%u%%)", 18 + hash % 32, 68 + hash / 64 % 10);
}

static void draw(const struct flame *flame, const char *name, unsigned int depth, double x,
		 double width, uint64_t ns)
{
	unsigned int y = flame->height - (depth + 1) * ROW - (unsigned int)MARGIN;
	size_t letters = width > 3 * LETTER ? (size_t)((width - 4) / LETTER) : 0;
	char shown[NAME_MAX];

	put(flame->out, "<g><title>", name, "");
	fprintf(flame->out,
		": %" PRIu64 " (%.2f %%)</title>"
		"<rect x=\"%.1f\" y=\"%u\" width=\"%.1f\" height=\"%d\" rx=\"1\" fill=\"",
		ns, 100.0 * (double)ns / (double)flame->sum, x, y, width, ROW - 1);
	write_colour(flame->out, name);
	fputs("\"/>", flame->out);
	if (letters) {
		snprintf(shown, sizeof(shown), "%.*s%s",
			 (int)letters - (strlen(name) > letters ? 2 : 0), name,
			 strlen(name) > letters ? ".." : "");
		fprintf(flame->out, "<text x=\"%.1f\" y=\"%u\">", x + 2, y + ROW - 5);
		put(flame->out, "", shown, "</text>");
	}
	fputs("</g>\n", flame->out);
}

static double width_of(const struct flame *flame, uint64_t ns)
{
	return (WIDTH - 2 * MARGIN) * (double)ns / (double)flame->sum;
}

/* Draws the functions at depth of stacks first to before last, which agree up to there. */
static void draw_all(struct flame *flame, size_t first, size_t last, unsigned int depth, double x)
{
	const struct stack *v = flame->stacks->v;

	while (first < last) {
		const char *frames = frames_from(v[first].frames, depth);
		char name[NAME_MAX];
		uint64_t ns = 0;
		double width;
		size_t end;

		if (!frames) { /* the time of the caller itself */
			x += width_of(flame, v[first++].ns);
			continue;
		}
		for (end = first;
		     end < last && is_same_frame(frames, frames_from(v[end].frames, depth)); end++)
			ns += v[end].ns;
		width = width_of(flame, ns);
		if (width >= NARROWEST) {
			if (depth >= flame->depth)
				flame->depth = depth + 1;
			snprintf(name, sizeof(name), "%.*s", (int)strcspn(frames, ";"), frames);
			if (flame->height)
				draw(flame, name, depth, x, width, ns);
			draw_all(flame, first, end, depth + 1, x);
		}
		x += width;
		first = end;
	}
}

void flame_write(FILE *out, const struct stacks *stacks, const char *title, const char *note,
		 const char *unit)
{
	struct flame flame = { .out = out, .stacks = stacks, .sum = stacks_sum(stacks) };

	draw_all(&flame, 0, stacks->n, 0, MARGIN);
	flame.height = HEAD + flame.depth * ROW + 2 * (unsigned int)MARGIN;
	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%u\" "
		"viewBox=\"0 0 %.0f %u\" font-family=\"DejaVu Sans Mono,Consolas,monospace\" "
		"font-size=\"%d\">\n",
		WIDTH, flame.height, WIDTH, flame.height, FONT_SIZE);
	put(out, "<title>", title, "</title>\n");
	fputs("<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n", out);
	fprintf(out, "<text x=\"%.0f\" y=\"20\" font-size=\"14\">", MARGIN);
	put(out, "", title, "</text>\n");
	fprintf(out, "<text x=\"%.0f\" y=\"36\" fill=\"#555555\" font-size=\"8\">", MARGIN);
	put(out, "", note, "</text>\n");
	fprintf(out, "<text x=\"%.0f\" y=\"52\" fill=\"#555555\">%" PRIu64 " %s in all</text>\n",
		MARGIN, flame.sum, unit);
	draw_all(&flame, 0, stacks->n, 0, MARGIN);
	fputs("</svg>\n", out);
}
