// SPDX-License-Identifier: GPL-2.0-only
/* Lists and ranges, sweep files, and the plans made from them. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "../../harness/mode.h"
#include "../../harness/run/plan/cost.h"
#include "../../harness/run/plan/plan.h"
#include "../../harness/run/plan/values.h"
#include "../../harness/run/base/file.h"
#include "../../harness/run/base/spawn.h"

static void expands_to(const char *text, const char *joined)
{
	struct strings values;
	char *got;

	assert_int_equal(values_expand(text, &values), 0);
	got = shell_quote(values.v);
	assert_string_equal(got, joined);
	free(got);
	strings_free(&values);
}

static void lists_and_ranges(void **state)
{
	(void)state;
	expands_to("7", "7");
	expands_to("1,2,4", "1 2 4");
	expands_to("1 , 2", "1 2");
	expands_to("1..5", "1 2 3 4 5");
	expands_to("1..512*2", "1 2 4 8 16 32 64 128 256 512");
	expands_to("1..10*3", "1 3 9");
	expands_to("5..5", "5");
	expands_to("0..2,8..16*2", "0 1 2 8 16");
	expands_to("uffd,uffd+exit", "uffd uffd+exit");
}

static void bad_lists_are_refused(void **state)
{
	static const char *const bad[] = { "",	     ",",    "1,",	"1..",
					   "..2",    "2..1", "1..8*1",	"1..8*",
					   "0..8*2", "a..b", "1..2..3", "1..99999" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct strings values;

		assert_int_equal(values_expand(bad[i], &values), -1);
		assert_int_equal(values.n, 0);
		assert_null(values.v);
	}
}

/* Shows a message that is not as it should be. */
static void message_has(const char *start, const char *part)
{
	bool good = !strncmp(error_text(), start, strlen(start)) && strstr(error_text(), part);

	if (!good)
		print_error("message is: %s\n", error_text());
	assert_true(good);
}

static void fails_at(const char *text, const char *start, const char *in_message)
{
	struct sweep sweep;

	assert_int_equal(sweep_parse(&sweep, "s.ini", text), -1);
	message_has(start, in_message);
	sweep_free(&sweep);
}

static void typos_are_named_with_file_and_line(void **state)
{
	(void)state;
	fails_at("", "s.ini:0:", "empty");
	fails_at("[sweep]\nsummary=x\n[a]\nmoed=uffd\n", "s.ini:4: ", "unknown key 'moed'");
	fails_at("[a]\n\n; comment\nmode=ufd\n", "s.ini:4: ", "ufd");
	fails_at("[a]\nvcpus=1,2,x\n", "s.ini:2: ", "vcpus='x'");
	fails_at("[a]\nfetch=30uss\n", "s.ini:2: ", "fetch='30uss'");
	fails_at("[a]\nvcpus=1..0\n", "s.ini:2: ", "1..0");
	fails_at("[sweep]\nsumary=x\n", "s.ini:2: ", "sumary");
	fails_at("mode=uffd\n", "s.ini:1: ", "before any");
	fails_at("[a]\nmode\n", "s.ini:2: ", "KEY = VALUE");
	fails_at("[a\nmode=uffd\n", "s.ini:1: ", "closing");
	fails_at("[a] mode=uffd\n", "s.ini:1: ", "a line of its own");
	fails_at("[a\033[0m]\n", "s.ini:1: ", "control character");
	fails_at("[Defaults]\nvcpus=2\n",
		 "s.ini:1: ", "[sweep], [search] and [defaults] are no series");
	fails_at("[ sweep ]\nsummary=x\n",
		 "s.ini:1: ", "[sweep], [search] and [defaults] are no series");
	fails_at("[sweep]\nsummary=x\nsummary=y\n", "s.ini:3: ", "twice");
	fails_at("[search]\nkeys=readers\nkeys=uffds\n[a]\n", "s.ini:3: ", "twice");
	fails_at("[search]\nkeys=reader\n[a]\n", "s.ini:2: ", "queue_by readers handler");
	fails_at("[search]\nkeys=readers,mode\n[a]\n", "s.ini:2: ", "'mode'");
	fails_at("[search]\nreaders=1\n[a]\n", "s.ini:2: ", "known: keys");
	fails_at("[search]\n[a]\nmode=uffd\n", "s.ini:3: ", "[search] has no keys");
	fails_at("[Search]\nkeys=readers\n", "s.ini:1: ", "are no series");
	fails_at("[a]\nmode=uffd\nmode=kernel\n", "s.ini:3: ", "twice");
	fails_at("[a]\nmode=uffd\n[b]\nmode=uffd\n[a]\n", "s.ini:5: ", "line 1");
	fails_at("[a]\ntier=simulated\n", "s.ini:2: ", "--tier");
	fails_at("[a]\npages=4\npages_total=9\n", "s.ini:3: ", "exclude");
	fails_at("[a]\ncpus=4\nreaders_apart=1\n", "s.ini:3: ", "exclude");
	fails_at("[a]\nreaders_apart=1\ncpus=4\n", "s.ini:3: ", "exclude");
	fails_at("[a]\npages_total=0\n", "s.ini:2: ", "pages_total");
	fails_at("[sweep]\nsummary=x\n[defaults]\nmode=uffd\n", "s.ini:4: ", "no series");
}

static void fails_without_line(const char *bytes, size_t n, const char *in_message)
{
	char *dir = scratch_make(), *path = xasprintf("%s/s.ini", dir);
	FILE *out = fopen(path, "w");
	struct sweep sweep;

	assert_int_equal(fwrite(bytes, 1, n, out), n);
	fclose(out);
	assert_int_equal(sweep_load(&sweep, "/nonexistent", path), -1);
	message_has(path, in_message);
	sweep_free(&sweep);
	free(path);
	scratch_remove(dir);
}

static void what_is_no_text_is_refused(void **state)
{
	static const char utf16[] = "\xff\xfe[\0a\0]\0\n\0", nul[] = "[a]\nmode=uffd\n\0x=1\n";
	char *large = xcalloc(1, 2 << 20);
	struct sweep sweep;

	(void)state;
	fails_without_line(utf16, sizeof(utf16) - 1, "save it as UTF-8");
	fails_without_line(nul, sizeof(nul) - 1, "save it as UTF-8");
	fails_without_line(memset(large, ';', 2 << 20), 2 << 20, "too large");
	free(large);
	fails_at("[a]\n[\xe9]\n", "s.ini:2: ", "not UTF-8");
	assert_int_equal(sweep_load(&sweep, "/nonexistent", "/dev/zero"), -1);
	message_has("/dev/zero", "no regular file");
}

/* Each is the same series with the same list, as editors and people write it. */
static void files_of_any_editor_are_read(void **state)
{
	static const char *const same[] = {
		"[a]\nvcpus=1,2,3\n",
		"[a]\nvcpus=1,2,3",
		"\xef\xbb\xbf[a]\nvcpus=1,2,3\n",
		"\xef\xbb\xbf\n[a]\nvcpus=1,2,3\n",
		"[a]\r\nvcpus=1,2,3\r\n",
		"[a]\rvcpus=1,2,3\r",
		" [a]\t\n\t vcpus\t= 1,\t2, 3 \t\n\n",
		"; [b]\n# c\n[a] ; d\n  ; e\nvcpus = 1,2,3 # f\n",
		"[a]\nvcpus: 1,2,3\t; f = g\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		struct sweep sweep;
		char *values;

		if (sweep_parse(&sweep, "s.ini", same[i]))
			fail_msg("%s: %s", same[i], error_text());
		assert_int_equal(sweep.series_count, 1);
		assert_string_equal(sweep.series[0].name, "a");
		values = shell_quote(section_find(&sweep.series[0], "vcpus")->values.v);
		assert_string_equal(values, "1 2 3");
		free(values);
		sweep_free(&sweep);
	}
}

/* Where a line is cut for libinih must not be seen: one more blank moves it by one. */
static void lines_have_any_length(void **state)
{
	(void)state;
	for (int blanks = 0; blanks < 8; blanks++) {
		struct sweep sweep;
		struct text text;
		FILE *out = text_open(&text);
		const struct strings *values;
		char *whole;

		fprintf(out, "; %0300d\n[a]\nvcpus = %*s", 0, blanks, "");
		for (int i = 1; i <= 400; i++)
			fprintf(out, "%d , ", i);
		fprintf(out, "401 ; %0300d\nmode=uffd\n", 0);
		whole = text_close(&text);
		assert_int_equal(sweep_parse(&sweep, "s.ini", whole), 0);
		values = &section_find(&sweep.series[0], "vcpus")->values;
		assert_int_equal(values->n, 401);
		for (int i = 0; i < 401; i++)
			assert_int_equal(atoi(values->v[i]), i + 1);
		assert_non_null(section_find(&sweep.series[0], "mode"));
		sweep_free(&sweep);
		free(whole);
	}
}

/* Plans text; returns what plan_make() does. */
static int plan_of(struct plan *plan, struct sweep *sweep, const char *text,
		   const struct plan_options *options)
{
	int failed;

	assert_int_equal(sweep_parse(sweep, "s.ini", text), 0);
	failed = plan_make(plan, sweep, options);
	if (!failed)
		plan_set_tier(plan, TIER_SIMULATED);
	return failed;
}

static const struct planned *numbered(const struct plan *plan, unsigned int number)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->points[i].number == number)
			return &plan->points[i];
	print_error("no point %u\n", number);
	exit(1);
}

static const char *fetch_of(const struct point *p)
{
	static char text[32];

	return point_get(p, point_key("fetch"), text, sizeof(text));
}

static const char example[] = "[sweep]\nsummary = x\n"
			      "[defaults]\nfetch = 0\nvcpus = 1,4\npages_total = 100\n"
			      "[one]\nmode = kernel\n"
			      "[two]\nmode = uffd\nreaders = per-vcpu\naccess = write,read\n"
			      "[three]\nmode = userfault\nworkload = shared\nvcpus = 64\n"
			      "[four]\nmode = userfault\npages = 3\nvcpus = 64\n";

static void series_are_cross_products_over_defaults(void **state)
{
	struct plan_options options = { .seed = 1 };
	struct sweep sweep;
	struct plan plan;

	(void)state;
	assert_int_equal(plan_of(&plan, &sweep, example, &options), 0);
	assert_int_equal(plan.count, 2 + 4 + 1 + 1);
	assert_string_equal(numbered(&plan, 1)->series, "one");
	assert_int_equal(numbered(&plan, 1)->point.pages, 100);
	assert_string_equal(fetch_of(&numbered(&plan, 1)->point), "0");
	assert_int_equal(numbered(&plan, 2)->point.pages, 25);
	assert_non_null(strstr(numbered(&plan, 6)->id, "mode=uffd "));
	assert_non_null(strstr(numbered(&plan, 6)->id, " access=read "));
	assert_non_null(strstr(numbered(&plan, 6)->id, " vcpus=4 "));
	assert_non_null(strstr(numbered(&plan, 6)->id, " pages=25 "));
	assert_non_null(strstr(numbered(&plan, 6)->id, " readers=4 "));
	assert_null(strstr(numbered(&plan, 6)->id, "_cpus="));
	assert_int_equal(numbered(&plan, 7)->point.pages, 100); /* shared: all in all */
	assert_int_equal(numbered(&plan, 8)->point.pages, 3); /* the series' own */
	plan_free(&plan);
	sweep_free(&sweep);
}

/* As many as vCPUs, up to cpus_max; only where CPUs are simulated. */
static void cpus_follow_vcpus(void **state)
{
	static const char text[] = "[a]\nvcpus=1,8,64\ncpus_max=16\ncoherence=0,70\n";
	struct plan_options options = { .seed = 1 };
	struct sweep sweep;
	struct plan plan;

	(void)state;
	assert_int_equal(plan_of(&plan, &sweep, text, &options), 0);
	assert_int_equal(plan.count, 6);
	assert_int_equal(numbered(&plan, 1)->point.cpus, 1);
	assert_int_equal(numbered(&plan, 3)->point.cpus, 8);
	assert_int_equal(numbered(&plan, 4)->point.coherence_ns, 70);
	assert_int_equal(numbered(&plan, 5)->point.cpus, 16);
	assert_int_equal(numbered(&plan, 5)->point.speed, SPEED_MANYCORE);
	plan_set_tier(&plan, TIER_HARDWARE);
	assert_int_equal(plan.count, 3);
	for (size_t i = 0; i < plan.count; i++)
		assert_false(point_is_manycore(&plan.points[i].point));
	plan_free(&plan);
	sweep_free(&sweep);
	assert_int_equal(plan_of(&plan, &sweep,
				 "[a]\nmode=uffd\nvcpus=1,8,64\ncpus_max=100\nreaders_apart=1\n"
				 "readers=2,per-vcpu\n",
				 &options),
			 0);
	assert_int_equal(numbered(&plan, 1)->point.cpus, 3);
	assert_int_equal(numbered(&plan, 2)->point.cpus, 2);
	assert_int_equal(numbered(&plan, 4)->point.cpus, 16);
	assert_int_equal(numbered(&plan, 6)->point.cpus, 100);
	plan_free(&plan);
	sweep_free(&sweep);
	assert_int_equal(plan_of(&plan, &sweep,
				 "[a]\nmode=uffd\nvcpus=8\ncpus_max=9\nreaders_apart=0\n",
				 &options),
			 0);
	assert_int_equal(numbered(&plan, 1)->point.cpus, 8);
	plan_free(&plan);
	sweep_free(&sweep);
	options.texts[PLAN_CPUS] = "4";
	assert_int_equal(plan_of(&plan, &sweep, text, &options), 0);
	assert_int_equal(numbered(&plan, 5)->point.cpus, 4);
	plan_free(&plan);
	sweep_free(&sweep);
}

/* A long point that starts last would have one core to itself while the others idle. */
static void longest_simulated_point_is_first(void **state)
{
	static const char text[] = "[a]\nmode=kernel,uffd\nvcpus=1..64*2\ncpus_max=64\n"
				   "pages=64\ncoherence=0,70\n";
	struct plan_options options = { .seed = 1 };
	struct sweep sweep;
	struct plan plan;

	(void)state;
	assert_int_equal(plan_of(&plan, &sweep, text, &options), 0);
	assert_int_equal(plan.count, 28);
	assert_int_equal(plan.points[0].point.mode, MODE_uffd);
	assert_int_equal(plan.points[0].point.vcpus, 64);
	assert_int_equal(plan.points[0].point.coherence_ns, 70);
	assert_int_equal(plan.points[27].point.vcpus, 1);
	for (size_t i = 1; i < plan.count; i++)
		assert_true(cost_s(&plan.points[i].point) <= cost_s(&plan.points[i - 1].point));
	plan_free(&plan);
	sweep_free(&sweep);
}

static void time_limit_grows_with_cost(void **state)
{
	struct point p;
	double small_s;

	(void)state;
	point_defaults(&p);
	assert_true(cost_timeout_s(&p, 5) == 5.0);
	p.draws = 1;
	small_s = cost_timeout_s(&p, 0);
	assert_in_range((unsigned int)small_s, 300, 400);
	p.cpus = p.vcpus = 240;
	assert_true(cost_timeout_s(&p, 0) > small_s + 60);
}

static void threads_have_places_on_simulated_cpus(void **state)
{
	struct point p;

	(void)state;
	point_defaults(&p);
	p.tier = TIER_SIMULATED;
	plan_place_simulated(&p);
	assert_string_equal(p.vcpu_cpus, "");
	p.cpus = 16;
	p.vcpus = 16;
	plan_place_simulated(&p);
	assert_string_equal(p.vcpu_cpus, "0-15");
	assert_string_equal(p.reader_cpus, "0-15");
	strcpy(p.vcpu_cpus, "3");
	plan_place_simulated(&p);
	assert_string_equal(p.vcpu_cpus, "3");
	/* Handler threads start on the CPUs that have no vCPU. */
	p.vcpu_cpus[0] = p.reader_cpus[0] = '\0';
	p.vcpus = 10;
	plan_place_simulated(&p);
	assert_string_equal(p.vcpu_cpus, "0-15");
	assert_string_equal(p.reader_cpus, "10-15,0-9");
}

/* Each gets as many CPUs as its machine takes. */
static void architectures_are_a_key(void **state)
{
	static const char text[] = "[a]\nmode=kernel\nvcpus=1,256\ncpus_max=256\narch=all\n";
	static const struct {
		enum arch arch;
		unsigned int cpus;
	} expected[] = {
		{ ARCH_X86_64, 1 }, { ARCH_ARM64, 1 }, { ARCH_X86_64, 240 }, { ARCH_ARM64, 256 }
	};
	struct plan_uses uses;
	struct plan_options options = { .seed = 1 };
	struct sweep sweep;
	struct plan plan;

	(void)state;
	assert_int_equal(plan_of(&plan, &sweep, text, &options), 0);
	assert_int_equal(plan.count, 4);
	for (unsigned int i = 0; i < 4; i++) {
		assert_int_equal(numbered(&plan, i + 1)->point.arch, expected[i].arch);
		assert_int_equal(numbered(&plan, i + 1)->point.cpus, expected[i].cpus);
	}
	uses = plan_uses(&plan);
	assert_true(uses.arches[ARCH_X86_64] && uses.arches[ARCH_ARM64]);
	plan_free(&plan);
	sweep_free(&sweep);

	options.texts[PLAN_ARCH] = "arm64";
	assert_int_equal(plan_of(&plan, &sweep, text, &options), 0);
	assert_int_equal(plan.count, 2);
	uses = plan_uses(&plan);
	assert_true(!uses.arches[ARCH_X86_64] && uses.arches[ARCH_ARM64]);
	plan_free(&plan);
	sweep_free(&sweep);
}

static void every_vcpu_has_16_pages(void **state)
{
	struct plan_options options = {
		.seed = 1, .texts = { [PLAN_MODES] = "kernel", [PLAN_VCPUS] = "512" }
	};
	struct sweep sweep;
	struct plan plan;

	(void)state;
	assert_int_equal(plan_of(&plan, &sweep, example, &options), 0);
	assert_int_equal(plan.count, 1);
	assert_int_equal(plan.points[0].point.pages, PAGES_EACH_MIN);
	plan_free(&plan);
	sweep_free(&sweep);
}

static void the_command_line_replaces_keys(void **state)
{
	struct plan_options options = {
		.texts = { [PLAN_MODES] = "uffd,userfault",
			   [PLAN_VCPUS] = "2",
			   [PLAN_FETCH] = "1us" },
		.seed = 7,
		.repeat = 3,
	};
	struct sweep sweep;
	struct plan plan;

	(void)state;
	assert_int_equal(plan_of(&plan, &sweep, example, &options), 0);
	assert_int_equal(plan.count, (2 + 1 + 1) * 3);
	for (size_t i = 0; i < plan.count; i++) {
		assert_int_equal(plan.points[i].point.vcpus, 2);
		assert_string_equal(fetch_of(&plan.points[i].point), "1us");
		assert_int_equal(plan.points[i].point.seed, 7);
		assert_int_not_equal(plan.points[i].point.mode, MODE_kernel);
		assert_in_range(plan.points[i].point.repeat, 1, 3);
	}
	plan_free(&plan);
	sweep_free(&sweep);
}

static void refuses_options(const struct plan_options *options, const char *in_message)
{
	struct sweep sweep;
	struct plan plan;

	assert_int_equal(plan_of(&plan, &sweep, example, options), -1);
	message_has("", in_message);
	plan_free(&plan);
	sweep_free(&sweep);
}

static void bad_options_are_refused(void **state)
{
	(void)state;
	refuses_options(&(struct plan_options){ .texts[PLAN_MODES] = "uffd,ufd" }, "mode='ufd'");
	refuses_options(&(struct plan_options){ .texts[PLAN_VCPUS] = "0" }, "vcpus='0'");
	refuses_options(&(struct plan_options){ .texts[PLAN_FETCH] = "30uss" }, "fetch='30uss'");
	refuses_options(&(struct plan_options){ .texts[PLAN_MODES] = "uffd+exit" }, "no series");
}

static void what_does_not_go_together_is_named(void **state)
{
	struct plan_options options = { .seed = 1 };
	struct sweep sweep;
	struct plan plan;

	(void)state;
	assert_int_equal(plan_of(&plan, &sweep, "[a]\n[b]\nmode=uffd\nfault=minor\n", &options),
			 -1);
	assert_non_null(
		strstr(error_text(), "s.ini:2: series [b]: fault=minor needs backing=shmem"));
	sweep_free(&sweep);
}

static void a_value_given_twice_is_one_point(void **state)
{
	struct plan_options options = { .seed = 1 };
	struct sweep sweep;
	struct plan plan;

	(void)state;
	assert_int_equal(plan_of(&plan, &sweep, "[a]\nvcpus=1,2,1\n[b]\nvcpus=1\n", &options), 0);
	assert_int_equal(plan.count, 3);
	plan_free(&plan);
	sweep_free(&sweep);
}

/* Joins the numbers of the points in their order, of which none takes longer than another. */
static char *order_of(uint64_t seed)
{
	struct plan_options options = { .seed = seed };
	struct sweep sweep;
	struct plan plan;
	char *order = xstrdup("");

	assert_int_equal(plan_of(&plan, &sweep, "[a]\nrepeat=1..30\n", &options), 0);
	for (size_t i = 0; i < plan.count; i++) {
		char *longer = xasprintf("%s %u", order, plan.points[i].number);

		free(order);
		order = longer;
	}
	plan_free(&plan);
	sweep_free(&sweep);
	return order;
}

static void seed_decides(char *(*order)(uint64_t seed))
{
	char *a = order(1), *b = order(1), *c = order(2);

	assert_string_equal(a, b);
	assert_string_not_equal(a, c);
	free(a);
	free(b);
	free(c);
}

static void the_seed_alone_decides_the_order(void **state)
{
	(void)state;
	seed_decides(order_of);
}

/* Plans text for a native tier. */
static void blocks_of(struct plan *plan, struct sweep *sweep, const char *text,
		      const struct plan_options *options)
{
	assert_int_equal(sweep_parse(sweep, "s.ini", text), 0);
	assert_int_equal(plan_make(plan, sweep, options), 0);
	plan_set_tier(plan, TIER_NESTED);
}

static const char three_points[] = "[a]\nvcpus=1,2,4\n[b]\nmode=uffd\nvcpus=4\ncoherence=0,70\n";

/* Natively there are ten of all points, one after the other, each with an order of its own. */
static void native_points_come_in_blocks(void **state)
{
	struct plan_options options = { .seed = 1 };
	struct sweep sweep;
	struct plan plan;
	size_t as_before = 0;

	(void)state;
	blocks_of(&plan, &sweep, three_points, &options);
	assert_int_equal(plan.count, BLOCKS_NATIVE * 4);
	for (size_t i = 0; i < plan.count; i++) {
		const struct planned *planned = &plan.points[i];
		char word[32];

		assert_int_equal(planned->point.repeat, 1 + i / 4);
		assert_int_equal((planned->number - 1) / 4, i / 4);
		assert_int_equal(atoi(planned->stem), planned->number);
		snprintf(word, sizeof(word), "repeat=%zu ", 1 + i / 4);
		assert_non_null(strstr(planned->id, word));
		for (size_t k = 0; k < i; k++) {
			assert_int_not_equal(plan.points[k].number, planned->number);
			assert_string_not_equal(plan.points[k].id, planned->id);
		}
		as_before += i >= 4 && planned->number == plan.points[i - 4].number + 4;
	}
	assert_true(as_before < (BLOCKS_NATIVE - 1) * 4);
	plan_free(&plan);
	sweep_free(&sweep);
}

static char *blocks_order(uint64_t seed)
{
	struct plan_options options = { .seed = seed };
	struct sweep sweep;
	struct plan plan;
	struct text text;

	text_open(&text);
	blocks_of(&plan, &sweep, three_points, &options);
	for (size_t i = 0; i < plan.count; i++)
		fprintf(text.out, " %s", plan.points[i].id);
	plan_free(&plan);
	sweep_free(&sweep);
	return text_close(&text);
}

/* So that a run is resumed in the order in which it was begun. */
static void the_seed_decides_the_order_of_blocks(void **state)
{
	(void)state;
	seed_decides(blocks_order);
}

static void has_blocks(const char *text, unsigned int repeat, size_t count)
{
	struct plan_options options = { .seed = 1, .repeat = repeat };
	struct sweep sweep;
	struct plan plan;

	blocks_of(&plan, &sweep, text, &options);
	assert_int_equal(plan.count, count);
	for (size_t i = 1; i < count; i++)
		assert_true(plan.points[i].point.repeat >= plan.points[i - 1].point.repeat);
	plan_free(&plan);
	sweep_free(&sweep);
}

static void who_says_how_often_gets_that(void **state)
{
	(void)state;
	has_blocks("[a]\nvcpus=1,2\nrepeat=1..3\n", 0, 6);
	has_blocks("[defaults]\nrepeat=1\n[a]\nvcpus=1,2\n", 0, 2);
	has_blocks("[a]\nvcpus=1,2\n", 4, 8);
	has_blocks("[a]\nvcpus=1,2\nrepeat=1..3\n", 2, 4);
	/* One round, as a test that all works needs no more. */
	has_blocks("[a]\nvcpus=1,2\nseconds=0\n", 0, 2);
	has_blocks("[a]\nvcpus=1,2\nseconds=0\n", 2, 4);
	has_blocks("[a]\nvcpus=1,2\nseconds=5\n", 0, 20);
	/* One series of two. */
	has_blocks("[a]\nvcpus=1,2\n[b]\nrepeat=1..3\n", 0, 23);
}

static void amounts_are_the_tiers(void **state)
{
	struct plan_options options = { .seed = 1 };
	struct sweep sweep;
	struct plan plan;

	(void)state;
	blocks_of(&plan, &sweep, "[a]\nvcpus=2\n", &options);
	assert_int_equal(plan.points[0].point.pages, 4096);
	assert_int_equal(plan.points[0].point.seconds, 1);
	plan_free(&plan);
	sweep_free(&sweep);
	/* What a sweep says of seconds is for its native points. */
	assert_int_equal(plan_of(&plan, &sweep, "[a]\nvcpus=2\nseconds=5\n", &options), 0);
	assert_int_equal(plan.count, 1);
	assert_int_equal(plan.points[0].point.pages, 256);
	assert_int_equal(plan.points[0].point.seconds, 0);
	plan_free(&plan);
	sweep_free(&sweep);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_and_ranges),
		cmocka_unit_test(bad_lists_are_refused),
		cmocka_unit_test(typos_are_named_with_file_and_line),
		cmocka_unit_test(what_is_no_text_is_refused),
		cmocka_unit_test(files_of_any_editor_are_read),
		cmocka_unit_test(lines_have_any_length),
		cmocka_unit_test(series_are_cross_products_over_defaults),
		cmocka_unit_test(cpus_follow_vcpus),
		cmocka_unit_test(longest_simulated_point_is_first),
		cmocka_unit_test(time_limit_grows_with_cost),
		cmocka_unit_test(threads_have_places_on_simulated_cpus),
		cmocka_unit_test(every_vcpu_has_16_pages),
		cmocka_unit_test(architectures_are_a_key),
		cmocka_unit_test(the_command_line_replaces_keys),
		cmocka_unit_test(bad_options_are_refused),
		cmocka_unit_test(what_does_not_go_together_is_named),
		cmocka_unit_test(a_value_given_twice_is_one_point),
		cmocka_unit_test(native_points_come_in_blocks),
		cmocka_unit_test(the_seed_decides_the_order_of_blocks),
		cmocka_unit_test(who_says_how_often_gets_that),
		cmocka_unit_test(amounts_are_the_tiers),
		cmocka_unit_test(the_seed_alone_decides_the_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
