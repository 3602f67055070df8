// SPDX-License-Identifier: GPL-2.0-only
/* What puts text and pictures into a page of HTML. */
#include "unit.h"

#include <string.h>

#include "../../harness/run/report/html.h"

static void escaped_text_has_no_markup(void **state)
{
	char text[128];
	FILE *out = fmemopen(text, sizeof(text), "w");

	(void)state;
	html_escape(out, "<a href=\"x\">'&'</a>");
	fclose(out);
	assert_string_equal(text, "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
}

/* about: the one name there is. */
static int print_known(FILE *out, const char *name, const void *about)
{
	if (strcmp(name, about))
		return -1;
	fputs("<b>@A@</b>", out);
	return 0;
}

static void template_is_filled(void **state)
{
	char text[128];
	FILE *out = fmemopen(text, sizeof(text), "w");

	(void)state;
	assert_int_equal(html_fill(out, "@LONG@ @LONG@, a@b, @media @ A@LONG", print_known, "LONG"),
			 0);
	fclose(out);
	assert_string_equal(text, "<b>@A@</b> <b>@A@</b>, a@b, @media @ A@LONG");
}

static void part_that_fails_ends_the_page(void **state)
{
	char text[128];
	FILE *out = fmemopen(text, sizeof(text), "w");

	(void)state;
	assert_int_equal(html_fill(out, "a @NOPE@ b", print_known, "LONG"), -1);
	fclose(out);
	assert_string_equal(text, "a ");
}

static void svg_ids_get_a_prefix(void **state)
{
	const char *svg = "<?xml version=\"1.0\"?>\n<svg width=\"1\"><title>Gnuplot</title>"
			  "<path id='p1'/><g id=\"g\"/><use xlink:href='#p1' color='#ffffff'/>"
			  "<rect fill='url(#g)'/></svg>";
	char text[512];
	FILE *out = fmemopen(text, sizeof(text), "w");

	(void)state;
	assert_int_equal(html_svg(out, svg, "x-", "a<b"), 0);
	fclose(out);
	assert_string_equal(text, "<svg width=\"1\"><title>a&lt;b</title><path id='x-p1'/>"
				  "<g id=\"x-g\"/><use xlink:href='#x-p1' color='#ffffff'/>"
				  "<rect fill='url(#x-g)'/></svg>");
}

static void no_svg_is_refused(void **state)
{
	FILE *out = fopen("/dev/null", "w");

	(void)state;
	assert_int_equal(html_svg(out, "<html></html>", "x-", ""), -1);
	fclose(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escaped_text_has_no_markup),
		cmocka_unit_test(template_is_filled),
		cmocka_unit_test(part_that_fails_ends_the_page),
		cmocka_unit_test(svg_ids_get_a_prefix),
		cmocka_unit_test(no_svg_is_refused),
	};

	return cmocka_run_group_tests_name("html", tests, NULL, NULL);
}
