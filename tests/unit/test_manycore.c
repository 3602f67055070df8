// SPDX-License-Identifier: GPL-2.0-only
/* The parts of the simulated many-core host that need no QEMU. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../harness/manycore/atomics.h"
#include "../../harness/manycore/isa.h"
#include "../../harness/manycore/jump_cache.h"
#include "../../harness/manycore/lines.h"
#include "../../harness/manycore/options.h"
#include "../../harness/point/micro.h"

static void options_are_read(void **state)
{
	struct manycore_options o;
	char err[512] = "";

	(void)state;
	assert_int_equal(
		manycore_options_parse("quantum=500,boot_quantum=20000,control=/a,,b=c,status=s",
				       &o, err, sizeof(err)),
		0);
	assert_int_equal(o.quantum, 500);
	assert_int_equal(o.boot_quantum, 20000);
	assert_string_equal(o.control, "/a,b=c");
	assert_string_equal(o.status, "s");
}

static void bad_options_are_named(void **state)
{
	static const struct {
		const char *text, *named;
	} bad[] = {
		{ "", "quantum is missing" },
		{ "quantum=500", "boot_quantum is missing" },
		{ "quantum=500,boot_quantum=500,control=c", "status is missing" },
		{ "quantum=500,boot_quantum=500,status=s", "control is missing" },
		{ "quantum=9", "'quantum=9'" },
		{ "quantum=1000001", "'quantum=1000001'" },
		{ "quantum=-5", "'quantum=-5'" },
		{ "quantum=", "'quantum='" },
		{ "quantum=5x", "'quantum=5x'" },
		{ "quantum", "'quantum'" },
		{ "control=", "'control='" },
		{ "speed=4", "'speed=4'" },
	};
	char long_text[8192], err[512];
	struct manycore_options o;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(manycore_options_parse(bad[i].text, &o, err, sizeof(err)), -1);
		assert_non_null(strstr(err, bad[i].named));
	}
	memset(long_text, 'x', sizeof(long_text));
	memcpy(long_text, "status=", 7);
	long_text[sizeof(long_text) - 1] = '\0';
	assert_int_equal(manycore_options_parse(long_text, &o, err, sizeof(err)), -1);
}

#define CHARGE_NS 280

static struct lines *lines;

static int setup_lines(void **state)
{
	(void)state;
	lines = lines_new(130, CHARGE_NS); /* three words of holders */
	return !lines;
}

static int free_lines(void **state)
{
	(void)state;
	lines_free(lines);
	return 0;
}

/* Long after everything before it, so that no line is on its way any more. */
static int64_t touch(unsigned int cpu, uint64_t address, bool is_write)
{
	static int64_t now_ns;

	return lines_touch(lines, cpu, address, is_write, now_ns += 1000000);
}

static void own_lines_are_free(void **state)
{
	(void)state;
	assert_int_equal(touch(0, 0x1000, false), 0);
	assert_int_equal(touch(0, 0x1000, true), 0);
	assert_int_equal(touch(0, 0x103f, false), 0);
	/* the next line, and one 16 MiB on */
	assert_int_equal(touch(129, 0x1040, true), 0);
	assert_int_equal(touch(129, 0x1001000, true), 0);
}

static void readers_pay_once(void **state)
{
	(void)state;
	touch(3, 0x2000, true);
	assert_int_equal(touch(129, 0x2000, false), CHARGE_NS);
	assert_int_equal(touch(129, 0x2008, false), 0);
	assert_int_equal(touch(64, 0x2000, false), CHARGE_NS);
	assert_int_equal(touch(3, 0x2000, false), 0);
}

/* From 1000 to 1280 the line is on its way to CPU 2, then to CPU 3: who comes meanwhile waits. */
static void a_line_goes_to_one_cpu_at_a_time(void **state)
{
	(void)state;
	lines_touch(lines, 1, 0x4000, true, 0);
	assert_int_equal(lines_touch(lines, 2, 0x4000, true, 1000), CHARGE_NS);
	assert_int_equal(lines_touch(lines, 3, 0x4000, true, 1100), 180 + CHARGE_NS);
	/* The first copy comes from the writer, the others hold up nobody. */
	assert_int_equal(lines_touch(lines, 4, 0x4000, false, 1500), 60 + CHARGE_NS);
	assert_int_equal(lines_touch(lines, 5, 0x4000, false, 1500), 340 + CHARGE_NS);
	assert_int_equal(lines_touch(lines, 6, 0x4000, false, 1500), 340 + CHARGE_NS);
	assert_int_equal(lines_touch(lines, 7, 0x4000, true, 2000), CHARGE_NS);
	/* Another line is another matter. */
	assert_int_equal(lines_touch(lines, 1, 0x4040, true, 2000), 0);
	assert_int_equal(lines_touch(lines, 2, 0x4040, true, 2000), CHARGE_NS);
}

static void writers_take_the_line(void **state)
{
	(void)state;
	touch(1, 0x3000, false);
	assert_int_equal(touch(129, 0x3000, true), CHARGE_NS);
	assert_int_equal(touch(129, 0x3000, true), 0);
	assert_int_equal(touch(1, 0x3000, false), CHARGE_NS);
	/* shared by now, also to who wrote it last */
	assert_int_equal(touch(129, 0x3000, true), CHARGE_NS);
}

static void forgotten_lines_are_nobodys(void **state)
{
	(void)state;
	touch(1, 0x3000, true);
	lines_forget(lines);
	assert_int_equal(touch(2, 0x3000, true), 0);
}

static void highest_address(void **state)
{
	uint64_t last = (1ull << LINES_ADDRESS_BITS) - 1;

	(void)state;
	assert_int_equal(touch(5, last, true), 0);
	assert_int_equal(touch(6, last, true), CHARGE_NS);
}

static void atomics_are_recognised(void **state)
{
	static const struct {
		uint8_t code[8];
		size_t length;
		bool is_atomic;
	} cases[] = {
		{ { 0xf0, 0x48, 0x0f, 0xc1, 0x07 }, 5, true }, /* lock xadd %rax,(%rdi) */
		{ { 0x66, 0xf0, 0x0f, 0xc1, 0x07 }, 5, true }, /* lock xadd %ax,(%rdi) */
		{ { 0x87, 0x07 }, 2, true }, /* xchg %eax,(%rdi) */
		{ { 0x65, 0x48, 0x87, 0x07 }, 4, true }, /* xchg %rax,%gs:(%rdi) */
		{ { 0x86, 0x07 }, 2, true }, /* xchg %al,(%rdi) */
		{ { 0x48, 0x87, 0xc3 }, 3, false }, /* xchg %rax,%rbx */
		{ { 0x48, 0x01, 0x07 }, 3, false }, /* add %rax,(%rdi) */
		{ { 0x0f, 0xc1, 0x07 }, 3, false }, /* xadd without lock */
		{ { 0x90 }, 1, false },
		{ { 0x66 }, 1, false },
		{ { 0 }, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(x86_64_is_atomic(cases[i].code, cases[i].length),
				 cases[i].is_atomic);
}

static void arm64_instructions_that_write_alone(void **state)
{
	static const struct {
		uint32_t code;
		bool is_atomic;
	} cases[] = {
		{ 0xb8200041, true }, /* ldadd w0, w1, [x2] */
		{ 0xf8e00041, true }, /* ldaddal x0, x1, [x2] */
		{ 0xb820005f, true }, /* stadd w0, [x2] */
		{ 0xb8601041, true }, /* ldclrl w0, w1, [x2] */
		{ 0x78e03041, true }, /* ldsetalh w0, w1, [x2] */
		{ 0xf8207041, true }, /* ldumin x0, x1, [x2] */
		{ 0xf8e08041, true }, /* swpal x0, x1, [x2] */
		{ 0x38208041, true }, /* swpb w0, w1, [x2] */
		{ 0xc8e0fc41, true }, /* casal x0, x1, [x2] */
		{ 0x08a07c41, true }, /* casb w0, w1, [x2] */
		{ 0x4860fc82, true }, /* caspal x0, x1, x2, x3, [x4] */
		{ 0x08207c82, true }, /* casp w0, w1, w2, w3, [x4] */
		{ 0x88007c41, true }, /* stxr w0, w1, [x2] */
		{ 0x4800fc41, true }, /* stlxrh w0, w1, [x2] */
		{ 0xc8200861, true }, /* stxp w0, x1, x2, [x3] */
		{ 0x88208861, true }, /* stlxp w0, w1, w2, [x3] */
		{ 0x885f7c40, false }, /* ldxr w0, [x2] */
		{ 0xc87f8440, false }, /* ldaxp x0, x1, [x2] */
		{ 0x88dffc40, false }, /* ldar w0, [x2] */
		{ 0x889ffc40, false }, /* stlr w0, [x2] */
		{ 0xf8bfc040, false }, /* ldapr x0, [x2] */
		{ 0xf9400020, false }, /* ldr x0, [x1] */
		{ 0xb8227820, false }, /* str w0, [x1, x2, lsl #2] */
		{ 0xa9bf07e0, false }, /* stp x0, x1, [sp, #-16]! */
		{ 0xf85f8020, false }, /* ldur x0, [x1, #-8] */
		{ 0xf8400820, false }, /* ldtr x0, [x1] */
		{ 0x3d800020, false }, /* str q0, [x1] */
		{ 0xd50b7420, false }, /* dc zva, x0 */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (arm64_is_atomic((const uint8_t *)&cases[i].code, 4) != cases[i].is_atomic)
			print_error("%08x\n", cases[i].code);
		assert_int_equal(arm64_is_atomic((const uint8_t *)&cases[i].code, 4),
				 cases[i].is_atomic);
	}
	assert_false(arm64_is_atomic((const uint8_t *)&cases[0].code, 2));
}

static void instructions_that_end_blocks(void **state)
{
	static const struct {
		const char *target;
		uint8_t code[4];
		size_t length;
		enum last_instruction last;
	} cases[] = {
		{ "x86_64", { 0xf3, 0x90 }, 2, LAST_PAUSE },
		{ "x86_64", { 0x0f, 0x31 }, 2, LAST_CLOCK },
		{ "x86_64", { 0xf4 }, 1, LAST_HALT },
		{ "x86_64", { 0x90 }, 1, LAST_OTHER },
		{ "aarch64", { 0x3f, 0x20, 0x03, 0xd5 }, 4, LAST_PAUSE }, /* yield */
		{ "aarch64", { 0x5f, 0x20, 0x03, 0xd5 }, 4, LAST_PAUSE }, /* wfe */
		{ "aarch64", { 0x7f, 0x20, 0x03, 0xd5 }, 4, LAST_HALT }, /* wfi */
		{ "aarch64", { 0xbf, 0x20, 0x03, 0xd5 }, 4, LAST_OTHER }, /* sevl */
		{ "aarch64", { 0x43, 0xe0, 0x3b, 0xd5 }, 4, LAST_CLOCK }, /* mrs x3, cntvct_el0 */
		{ "aarch64", { 0x43, 0xe0, 0x1b, 0xd5 }, 4, LAST_OTHER }, /* msr */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(isa_find(cases[i].target)->last(cases[i].code, cases[i].length),
				 cases[i].last);
	assert_null(isa_find("riscv64"));
}

static void cleared_lines_are_known_by_their_register(void **state)
{
	static const struct {
		uint32_t code, written;
	} cases[] = {
		{ 0x8b010000, 1u << 0 }, /* add x0, x0, x1 */
		{ 0xd2800082, 1u << 2 }, /* mov x2, #4 */
		{ 0xa8c17bfd, 1u << 29 | 1u << 30 | 1u << 31 }, /* ldp x29, x30, [sp], #16 */
		{ 0xf8408401,
		  1u << 0 | 1u << 1 }, /* ldr x1, [x0], #8; and what only looks like one */
	};
	static const uint32_t zva = 0xd50b7423, /* dc zva, x3 */ cvac = 0xd50b7a23;
	const struct isa *isa = isa_find("aarch64");

	(void)state;
	assert_int_equal(isa->clears_line((const uint8_t *)&zva, 4), 3);
	assert_int_equal(isa->clears_line((const uint8_t *)&cvac, 4), -1);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(isa->writes_registers((const uint8_t *)&cases[i].code, 4) &
					 cases[i].written,
				 cases[i].written);
	/* The kernel's clear_page() makes the step in x1 and x2, and its first line is at x0. */
	assert_int_equal(isa->writes_registers((const uint8_t *)&cases[1].code, 4) & 1, 0);
	assert_null(isa_find("x86_64")->clears_line);
}

static void known_answers_are_asked_for(void **state)
{
	char *micros[] = { "micro=lock", "cpus=16", "coherence=70", "quantum=250", NULL };
	char *point[] = { "mode=uffd", NULL };
	char *nothing[] = { NULL };
	struct micro micro;

	(void)state;
	assert_true(micro_is_asked_for(micros));
	assert_false(micro_is_asked_for(point));
	assert_false(micro_is_asked_for(nothing));
	assert_int_equal(micro_parse(&micro, micros), 0);
	assert_string_equal(micro.test, "lock");
	assert_int_equal(micro.point.cpus, 16);
	assert_int_equal(micro.point.quantum, 250);
	assert_int_equal(micro.point.coherence_ns, 70);
	assert_int_equal(micro.point.speed, 4);
}

static void bad_arguments_of_known_answers(void **state)
{
	static const char *const bad[][2] = {
		{ "micro=nothing", "cpus=2" }, { "micro=all", "cpus=1" },
		{ "micro=all", "cpus=257" },   { "micro=all", "cpus" },
		{ "micro=all", "vcpus=2" },    { "micro=all", "quantum=4" },
		{ "micro=all", "speed=4" }, /* and no cpus */
	};
	struct micro micro;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char *arguments[] = { (char *)bad[i][0], (char *)bad[i][1], NULL };

		error("%s", "");
		assert_int_equal(micro_parse(&micro, arguments), -1);
		assert_true(error_text()[0]);
	}
}

/* Machine code that forgets a jump cache of 64 KiB, to which the CPU points at 0x230. */
static const unsigned char forgetting[] = {
	0x48, 0x8b, 0x87, 0x30, 0x02, 0x00, 0x00, /* mov 0x230(%rdi),%rax */
	0x48, 0x85, 0xc0, 0x74, 0x1b, /* test %rax,%rax; je to the end */
	0x48, 0x8d, 0x90, 0x00, 0x00, 0x01, 0x00, /* lea 0x10000(%rax),%rdx */
	0x90, 0x90, /* nop; nop */
	0x48, 0xc7, 0x00, 0x00, 0x00, 0x00, 0x00, /* movq $0,(%rax) */
	0x48, 0x83, 0xc0, 0x10, 0x48, 0x39, 0xd0, /* add $16,%rax; cmp %rdx,%rax */
	0x75, 0xf0, 0xc3, /* jne to the store; ret */
};

static void jump_cache_is_found(void **state)
{
	struct jump_cache found;

	(void)state;
	assert_true(jump_cache_find(forgetting, sizeof(forgetting), &found));
	assert_int_equal(found.pointer_offset, 0x230);
	assert_int_equal(found.bytes, 65536);
}

/* Whichever instruction is another one; the two nops and numbers do not matter. */
static void other_code_is_left_alone(void **state)
{
	static const size_t matters[] = { 0,  1,  2,  7,  8,  9,  10, 12, 13,
					  14, 21, 24, 27, 31, 34, 35, 37 };
	struct jump_cache found;
	unsigned char code[sizeof(forgetting)];

	(void)state;
	for (size_t i = 0; i < sizeof(matters) / sizeof(matters[0]); i++) {
		memcpy(code, forgetting, sizeof(code));
		code[matters[i]] ^= 1;
		assert_false(jump_cache_find(code, sizeof(code), &found));
	}
	assert_false(jump_cache_find(forgetting, sizeof(forgetting) - 1, &found));
	assert_false(jump_cache_find(forgetting, 0, &found));
}

int main(void)
{
#define LINES(f) cmocka_unit_test_setup_teardown(f, setup_lines, free_lines)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_are_read),
		cmocka_unit_test(bad_options_are_named),
		LINES(own_lines_are_free),
		LINES(readers_pay_once),
		LINES(a_line_goes_to_one_cpu_at_a_time),
		LINES(writers_take_the_line),
		LINES(forgotten_lines_are_nobodys),
		LINES(highest_address),
		cmocka_unit_test(atomics_are_recognised),
		cmocka_unit_test(arm64_instructions_that_write_alone),
		cmocka_unit_test(instructions_that_end_blocks),
		cmocka_unit_test(cleared_lines_are_known_by_their_register),
		cmocka_unit_test(known_answers_are_asked_for),
		cmocka_unit_test(bad_arguments_of_known_answers),
		cmocka_unit_test(jump_cache_is_found),
		cmocka_unit_test(other_code_is_left_alone),
	};

	return cmocka_run_group_tests_name("manycore", tests, NULL, NULL);
}
