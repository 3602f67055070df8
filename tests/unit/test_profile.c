// SPDX-License-Identifier: GPL-2.0-only
/* Profiles: the parts of the plugin that need no QEMU, and what the program makes of its account. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../harness/manycore/functions.h"
#include "../../harness/manycore/threads.h"
#include "../../harness/run/profile/flame.h"
#include "../../harness/run/profile/label.h"
#include "../../harness/run/profile/profile.h"
#include "../../harness/run/base/file.h"
#include "../../harness/run/base/util.h"

#define KERNEL 0xffffffff81000000ull
#define STACK 0xffff888001004000ull /* of one thread: 16 KiB up to here */
#define IRQ_STACK 0xffff888009000000ull

/* Writes text to a new file, whose name is returned. Caller frees, after unlink. */
static char *file_with(const char *text)
{
	char *path = xstrdup("/tmp/faultline-test-XXXXXX");
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	return path;
}

static struct functions *functions;

static void add_functions(enum level level, const char *text)
{
	char *path = file_with(text), err[512];

	assert_int_equal(functions_add(&functions, path, level, err, sizeof(err)), 0);
	unlink(path);
	free(path);
}

static int make_functions(void **state)
{
	(void)state;
	add_functions(LEVEL_KERNEL, "0000000000000000 D __per_cpu_start\n"
				    "ffffffff81000000 T entry\n"
				    "ffffffff81000100 t __pfx_a\n"
				    "ffffffff81000110 t a\n"
				    "ffffffff81000200 T b.isra.0\n"
				    "ffffffff81000200 T b_too\n"
				    "ffffffff81000300 T __x86_indirect_thunk_rax\n"
				    "ffffffff81000400 T __switch_to_asm\n"
				    "ffffffff81000500 T irq\n"
				    "ffffffff81000600 t a.cold\n"
				    "ffffffff81000680 t __mutex_lock.constprop.0\n"
				    "ffffffff81000700 D not_code\n"
				    "ffffffff81000800 T entry_SYSCALL_64\n"
				    "ffffffff81000820 T entry_SYSCALL_64_after_hwframe\n"
				    "ffffffff81000b00 T __sched_text_start\n"
				    "ffffffff81000b00 t $x\n"
				    "ffffffff81000b00 t __pi_leaf\n"
				    "ffffffff81000b80 T vectors\n"
				    "ffffffff81000c00 T cpu_switch_to\n"
				    "ffffffff81001000 B a_lock\n"
				    "ffffffff81002000 B _end\n");
	add_functions(LEVEL_PROGRAM, "                 w _ITM\n"
				     "0000000000401000 T vcpu_main\n"
				     "0000000000402000 T handler_main\n"
				     "0000000000403000 T page_event_begin\n"
				     "0000000000404000 t uffd_resolve\n");
	add_functions(LEVEL_GUEST, "0000000000010000 T _start\n"
				   "0000000000010500 T workload_sequential\n");
	return 0;
}

static int free_functions(void **state)
{
	(void)state;
	threads_free();
	account_free();
	functions_free(functions);
	functions = NULL;
	return 0;
}

static void functions_are_found(void **state)
{
	static const struct {
		uint64_t address;
		const char *name;
	} cases[] = {
		{ KERNEL, "entry" },
		{ KERNEL + 0x105, "entry" }, /* what precedes a function is nobody's */
		{ KERNEL + 0x110, "a" },
		{ KERNEL + 0x2ff, "b" },
		{ KERNEL + 0x600, "a" },
		{ KERNEL + 0x7ff, "__mutex_lock" },
		{ KERNEL + 0x821, "entry_SYSCALL_64" },
		{ KERNEL + 0xb04, "leaf" }, /* neither the linker's mark nor the object's */
		{ KERNEL + 0x7000, "cpu_switch_to" },
		{ 0xffff800080014c74, "[unknown kernel code]" }, /* where arm64's is */
		{ KERNEL - 1, "[unknown kernel code]" },
		{ 0x402001, "handler_main" },
		{ 0x7fff00001000, "[vdso]" },
		{ 0x10600, "workload_sequential" },
		{ 0x100, "[unknown guest code]" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(functions_find(functions, cases[i].address)->name,
				    cases[i].name);
	assert_true(functions_find(functions, KERNEL + 0x601)->is_part);
	assert_false(functions_find(functions, KERNEL + 0x801)->is_part);
	assert_true(functions_find(functions, KERNEL + 0x821)->is_part);
	assert_true(functions_find(functions, KERNEL + 0x301)->is_thunk);
	assert_true(functions_find(functions, KERNEL + 0xb84)->is_thunk);
	assert_int_equal(functions_find(functions, KERNEL + 0x400)->marker, MARKER_SWITCH);
	assert_int_equal(functions_find(functions, KERNEL + 0xc00)->marker, MARKER_SWITCH);
}

static void locks_of_the_kernel_have_names(void **state)
{
	static const struct {
		uint64_t address;
		const char *name;
	} cases[] = {
		{ KERNEL + 0x1000, "a_lock" },		{ KERNEL + 0x1008, "a_lock+0x8" },
		{ KERNEL + 0x708, "not_code+0x8" },	{ KERNEL + 0x2000, "ffffffff81002000" },
		{ KERNEL + 0x6ff, "ffffffff810006ff" }, { 0xabc, "abc" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct text text;

		functions_write_object(functions, text_open(&text), cases[i].address);
		assert_string_equal(text_close(&text), cases[i].name);
		free(text.text);
	}
}

static void bad_maps_are_named(void **state)
{
	char *path = file_with("nothing of the kind\n"), err[512];
	struct functions *none = NULL;

	(void)state;
	assert_int_equal(functions_add(&none, path, LEVEL_KERNEL, err, sizeof(err)), -1);
	assert_non_null(strstr(err, "has no functions"));
	assert_int_equal(functions_add(&none, "/nowhere", LEVEL_KERNEL, err, sizeof(err)), -1);
	assert_non_null(strstr(err, "cannot read /nowhere"));
	functions_free(none);
	unlink(path);
	free(path);
}

/* A block at an address; one that is a function's start is its entry. */
static void run(struct thread *t, uint64_t address, uint64_t stack_pointer, uint64_t result,
		int64_t now_ns)
{
	const struct function *f = functions_find(functions, address);

	assert_int_equal(thread_block(t, f, f->start == address, stack_pointer, 0xabc, result,
				      now_ns),
			 0);
}

/* The account's lines, of which those that hold a word are counted. */
static unsigned int lines_with(const char *word)
{
	unsigned int count = 0;
	struct text text;
	char *rest, *line;

	account_write(text_open(&text), functions);
	for (rest = text_close(&text); (line = strsep(&rest, "\n"));)
		count += strstr(line, word) != NULL;
	free(text.text);
	return count;
}

static void stacks_are_followed(void **state)
{
	struct thread *t = thread_new_idle();
	const uint64_t sp = STACK - 0x100;

	(void)state;
	run(t, KERNEL, sp, 0, 0);
	run(t, KERNEL + 0x110, sp - 0x20, 0, 0);
	run(t, KERNEL + 0x200, sp - 0x40, 0, 0);
	account_add(thread_node(t), PHASE_NONE, KIND_RUNS, 1); /* in a call of a call */
	run(t, KERNEL + 0x150, sp - 0x30, 0, 0); /* returned to the middle of a */
	account_add(thread_node(t), PHASE_NONE, KIND_RUNS, 2);
	run(t, KERNEL + 0x610, sp - 0x30, 0, 0); /* its cold part is a, too */
	account_add(thread_node(t), PHASE_NONE, KIND_RUNS, 3);
	run(t, KERNEL + 0x300, sp - 0x38, 0, 0); /* a thunk is nothing of its own */
	run(t, KERNEL + 0x200, sp - 0x38, 0, 0);
	run(t, KERNEL + 0x500, sp - 0x90, 0, 0); /* an interrupt, which takes another stack */
	run(t, KERNEL + 0x110, IRQ_STACK - 0x10, 0, 0);
	account_add(thread_node(t), PHASE_NONE, KIND_RUNS, 4);
	run(t, KERNEL + 0x210, sp - 0x40, 0, 0); /* and has returned */
	account_add(thread_node(t), PHASE_NONE, KIND_RUNS, 5);
	run(t, KERNEL + 0x110, sp - 0x38, 0, 0); /* b ends with a jump to a */
	account_add(thread_node(t), PHASE_NONE, KIND_RUNS, 6);
	run(t, KERNEL + 0x680, sp - 0x48, 0, 0); /* a wait for a lock says for which */
	run(t, KERNEL + 0x690, sp - 0x58, 0, 0);
	account_add(thread_node(t), PHASE_NONE, KIND_RUNS, 7);
	assert_int_equal(lines_with("none 7 idle;entry;a;a;__mutex_lock;lock_abc"), 1);
	assert_int_equal(lines_with("none 5 idle;entry;a"), 1); /* 2 and 3 */
	assert_int_equal(lines_with("none 6 idle;entry;a;b"), 1); /* 1 and 5 */
	assert_int_equal(lines_with("none 4 idle;entry;a;b;irq;a"), 1);
	assert_int_equal(lines_with("none 6 idle;entry;a;a"), 1);
}

/* As calls of arm64, which leave the stack pointer where it is. */
static void stacks_are_followed_without_return_addresses(void **state)
{
	struct thread *t = thread_new_idle();
	const uint64_t sp = STACK - 0x100;

	(void)state;
	run(t, KERNEL, sp, 0, 0);
	run(t, KERNEL + 0x110, sp - 0x20, 0, 0); /* a, from entry */
	run(t, KERNEL + 0xb00, sp - 0x40, 0, 0); /* a leaf of it */
	run(t, KERNEL + 0xb10, sp - 0x40, 0, 0);
	account_add(thread_node(t), PHASE_NONE, KIND_RUNS, 1);
	run(t, KERNEL + 0xb90, sp - 0x40, 0, 0); /* an interrupt of it */
	run(t, KERNEL + 0x500, sp - 0x190, 0, 0);
	account_add(thread_node(t), PHASE_NONE, KIND_RUNS, 2);
	run(t, KERNEL + 0xb20, sp - 0x40, 0, 0);
	account_add(thread_node(t), PHASE_NONE, KIND_RUNS, 4);
	run(t, KERNEL + 0x150, sp - 0x40, 0, 0); /* back to a, which has the leaf's stack pointer */
	account_add(thread_node(t), PHASE_NONE, KIND_RUNS, 8);
	run(t, KERNEL + 0x200, sp - 0x40, 0, 0); /* which calls b */
	account_add(thread_node(t), PHASE_NONE, KIND_RUNS, 16);
	run(t, KERNEL + 0xb00, sp - 0x40, 0, 0); /* which jumps to the leaf at its end */
	account_add(thread_node(t), PHASE_NONE, KIND_RUNS, 32);
	run(t, KERNEL + 0x160, sp - 0x40, 0, 0);
	account_add(thread_node(t), PHASE_NONE, KIND_RUNS, 64);
	run(t, KERNEL + 0x50, sp - 0x20, 0, 0); /* and a returns */
	account_add(thread_node(t), PHASE_NONE, KIND_RUNS, 128);
	assert_int_equal(lines_with("none 37 idle;entry;a;leaf"), 1);
	assert_int_equal(lines_with("none 2 idle;entry;a;leaf;irq"), 1);
	assert_int_equal(lines_with("none 72 idle;entry;a"), 1);
	assert_int_equal(lines_with("none 16 idle;entry;a;b"), 1);
	assert_int_equal(lines_with("none 128 idle;entry"), 1);
}

/* A handler and a vCPU on two CPUs share the life of a page. */
static void a_page_goes_through_its_phases(void **state)
{
	struct thread *idle = thread_new_idle(), *idle2 = thread_new_idle(), *vcpu, *handler;

	(void)state;
	threads_count_from(0);
	vcpu = thread_switch(idle, 1, 100, 0);
	handler = thread_switch(idle2, 2, 200, 0);
	run(vcpu, 0x401000, 0x7ff000001000, 0, 0);
	run(handler, 0x402000, 0x7ff000002000, 0, 0);
	assert_int_equal(thread_phase(handler), PHASE_DELIVERY);
	run(vcpu, KERNEL, STACK - 0x10, 0, 1);
	run(vcpu, 0x10500, 0, 0, 2);
	assert_int_equal(threads_workloads_begun(), 1);
	thread_stamp(vcpu); /* t0 */
	assert_int_equal(thread_phase(vcpu), PHASE_DELIVERY);
	run(vcpu, KERNEL + 0x10, STACK - 0x20, 0, 10);
	assert_ptr_equal(thread_switch(vcpu, 100, 1, 1000), idle); /* asleep */
	run(handler, 0x403000, 0x7ff000001f00, 0, 1500); /* t1 */
	assert_int_equal(thread_phase(handler), PHASE_FETCH);
	run(handler, 0x402010, 0x7ff000001f08, 1, 1510); /* the page is its own */
	assert_int_equal(thread_phase(handler), PHASE_FETCH);
	run(handler, 0x404000, 0x7ff000001f00, 0, 3500); /* t2 */
	thread_wake(handler, 100, 4000);
	assert_int_equal(thread_phase(vcpu), PHASE_RESOLVE);
	run(handler, 0x402020, 0x7ff000001f08, 0, 4600); /* t3 */
	assert_int_equal(thread_phase(handler), PHASE_DELIVERY);
	assert_int_equal(thread_phase(vcpu), PHASE_RESUME);
	assert_ptr_equal(thread_switch(idle, 1, 100, 5600), vcpu);
	thread_stamp(vcpu); /* t4 */
	assert_int_equal(thread_phase(vcpu), PHASE_NONE);
	assert_int_equal(lines_with("delivery 500 vcpu;vcpu_main;entry;[asleep]"), 1);
	assert_int_equal(lines_with("fetch 2000 vcpu;vcpu_main;entry;[asleep]"), 1);
	assert_int_equal(lines_with("resolve 500 vcpu;vcpu_main;entry;[asleep]"), 1);
	assert_int_equal(lines_with("resolve 600 vcpu;vcpu_main;entry;[runnable]"), 1);
	assert_int_equal(lines_with("resume 1000 vcpu;vcpu_main;entry;[runnable]"), 1);

	run(handler, 0x403000, 0x7ff000001f00, 0, 6000);
	run(handler, 0x402010, 0x7ff000001f08, 0, 6010); /* somebody else's page */
	assert_int_equal(thread_phase(handler), PHASE_DELIVERY);
	run(vcpu, 0x10000, 0, 0, 7000);
	assert_int_equal(threads_workloads_done(), 1);
	assert_int_equal(threads_count(ROLE_VCPU), 1);
	assert_null(thread_switch(vcpu, 300, 1, 8000));
	assert_non_null(strstr(threads_trouble, "another thread"));
}

/* What wakes a thread may be ahead of the CPU that it then runs on. */
static void no_time_is_counted_twice(void **state)
{
	struct thread *idle = thread_new_idle(), *waker = thread_new_idle(), *t;

	(void)state;
	threads_count_from(100);
	t = thread_switch(idle, 1, 100, 0);
	run(t, 0x401000, 0x7ff000001000, 0, 0);
	assert_ptr_equal(thread_switch(t, 100, 1, 50), idle);
	thread_wake(waker, 100, 450);
	assert_ptr_equal(thread_switch(idle, 1, 100, 300), t);
	assert_int_equal(lines_with("none 200 vcpu;vcpu_main;[asleep]"), 1);
	assert_int_equal(lines_with("runnable"), 0);
	assert_ptr_equal(thread_switch(t, 100, 1, 500), idle); /* preempted: nobody wakes it */
	assert_ptr_equal(thread_switch(idle, 1, 100, 700), t);
	assert_int_equal(lines_with("none 200 vcpu;vcpu_main;[runnable]"), 1);
	assert_ptr_equal(thread_switch(t, 100, 1, 800), idle);
	threads_count_to(1000);
	assert_int_equal(lines_with("none 400 vcpu;vcpu_main;[asleep]"), 1);
}

/* Two CPUs, one thread, 1000 ns. */
static const char account[] =
	"profile window_ns=1000 cpus=2 vcpus=1 handlers=0 instructions=500\n"
	"delivery 100 vcpu;vcpu_main;ioctl;handle_userfault;__wake_up;_raw_spin_lock;queued_spin_lock_slowpath;lock_abc\n"
	"delivery 300 vcpu;vcpu_main;ioctl;handle_userfault;__wake_up;_raw_spin_lock;queued_spin_lock_slowpath;lock_abc;[spins]\n"
	"fetch 500 vcpu;vcpu_main;ioctl;handle_userfault;schedule;__schedule;[asleep]\n"
	"delivery 50 vcpu;vcpu_main;ioctl\n"
	"resolve 50 vcpu;vcpu_main;ioctl\n"
	"none 200 idle;a\n"
	"none 100 idle;a\n"
	"none 1200 idle;a;[halted]\n";

static void read_account(struct stacks *stacks)
{
	char *path = file_with(account);

	assert_int_equal(stacks_read(stacks, path), 0);
	unlink(path);
	free(path);
}

static void accounts_are_read(void **state)
{
	struct stacks stacks;

	(void)state;
	read_account(&stacks);
	assert_int_equal(stacks.n, 7); /* of nine lines two are one */
	assert_int_equal(stacks.window_ns, 1000);
	assert_int_equal(stacks_sum(&stacks), 2500);
	assert_string_equal(stacks.v[0].frames, "idle;a");
	assert_int_equal(stacks.v[0].ns, 300);
	assert_int_equal(stacks.v[1].kind, KIND_HALTED);
	stacks_free(&stacks);
}

static void bad_accounts_are_named(void **state)
{
	static const struct {
		const char *text, *named;
	} bad[] = {
		{ "", "line 1" },
		{ "profile window_ns=1 cpus=1 vcpus=0 handlers=0 instructions=0\nnone 1 who;a\n",
		  "line 2" },
		{ "profile window_ns=1 cpus=1 vcpus=0 handlers=0 instructions=0\nsome 1 idle;a\n",
		  "line 2" },
		{ "profile window_ns=2 cpus=1 vcpus=0 handlers=0 instructions=1\nnone 1 idle;a\n",
		  "does not add up" },
		{ "profile window_ns=1 cpus=1 vcpus=0 handlers=0 instructions=2\nnone 1 idle;a\n",
		  "does not add up" },
		{ "profile window_ns=1 cpus=1 vcpus=1 handlers=0 instructions=1\nnone 1 idle;a\n",
		  "does not add up" },
	};
	struct stacks stacks;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char *path = file_with(bad[i].text);

		assert_int_equal(stacks_read(&stacks, path), -1);
		assert_non_null(strstr(error_text(), bad[i].named));
		unlink(path);
		free(path);
	}
	assert_int_equal(stacks_read(&stacks, "/nowhere"), -1);
	assert_non_null(strstr(error_text(), "there is no profile"));
}

/* 10 pages, at 2 instructions a ns. */
static void set_point(struct point *p)
{
	point_defaults(p);
	p->vcpus = 1;
	p->pages = 10;
	p->speed = 2;
}

static void tables_name_locks_and_sleeps(void **state)
{
	struct point p;
	struct stacks stacks;
	struct text written;
	char *text;

	(void)state;
	set_point(&p);
	read_account(&stacks);
	profile_print(text_open(&written), &stacks, &p);
	text = text_close(&written);
	/* 400 ns of 10 pages at 2 instructions a ns, of which a quarter ran. */
	assert_non_null(strstr(text,
			       "       10.0        5.0       15.0        0.0        0.0        "
			       "0.0       20.0  88.9%  "
			       "queued_spin_lock_slowpath < __wake_up < handle_userfault\n"));
	assert_non_null(
		strstr(text, "       25.0        0.0       25.0 100.0%  handle_userfault\n"));
	assert_non_null(strstr(text, "40.0%  lock abc < __wake_up < handle_userfault\n"));
	assert_null(strstr(text, "handlers' threads"));
	free(text);
	stacks_free(&stacks);
}

static void functions_are_compared_by_what_they_do(void **state)
{
	(void)state;
	assert_string_equal(function_group("kvm_tdp_mmu_map"), "[stage-2 page tables]");
	assert_string_equal(function_group("stage2_map_walker"), "[stage-2 page tables]");
	assert_string_equal(function_group("kvm_handle_guest_abort"), "[stage-2 fault]");
	assert_string_equal(function_group("clear_page_rep"), "[clearing pages]");
	assert_string_equal(function_group("__get_user_8"), "[copies between kernel and program]");
	assert_null(function_group("__get_user_pages"));
	assert_null(function_group("handle_userfault"));
	assert_null(function_group("cpu_switch_to_idle"));
	assert_null(function_group(""));
}

static void profiles_are_put_side_by_side(void **state)
{
	struct stack x86_64[] = {
		{ "vcpu;a;kvm_tdp_mmu_map", ROLE_VCPU, PHASE_RESUME, KIND_RUNS, 4000 },
		{ "vcpu;a;handle_userfault", ROLE_VCPU, PHASE_RESUME, KIND_RUNS, 1000 },
		{ "vcpu;a;tiny", ROLE_VCPU, PHASE_RESUME, KIND_RUNS, 10 },
	};
	struct stack arm64[] = {
		{ "vcpu;a;kvm_pgtable_walk", ROLE_VCPU, PHASE_RESUME, KIND_RUNS, 5000 },
		{ "vcpu;a;stage2_map_walker", ROLE_VCPU, PHASE_RESUME, KIND_RUNS, 1000 },
		{ "vcpu;a;handle_userfault", ROLE_VCPU, PHASE_RESUME, KIND_RUNS, 1000 },
		{ "vcpu;a;handle_userfault;schedule;asleep", ROLE_VCPU, PHASE_RESUME, KIND_ASLEEP,
		  600 },
		{ "vcpu;a;tiny", ROLE_VCPU, PHASE_RESUME, KIND_RUNS, 20 },
		{ "other;b", ROLE_OTHER, PHASE_NONE, KIND_RUNS, 70000 },
	};
	struct stacks sides[] = { { .v = x86_64, .n = 3 }, { .v = arm64, .n = 6 } };
	const struct stacks *both[] = { &sides[0], &sides[1] };
	struct point p;
	struct text written;
	char *text;

	(void)state;
	set_point(&p);
	profile_compare(text_open(&written), both, &p);
	text = text_close(&written);
	/* Of 10 pages, at 2 instructions a ns. */
	assert_non_null(strstr(text,
			       "      400.0     600.0    +200.0       200.0     300.0    +100.0"
			       "   1.50  [stage-2 page tables]\n"
			       "      100.0     100.0      +0.0        50.0      80.0     +30.0"
			       "   1.60  handle_userfault\n"
			       "        1.0       2.0      +1.0         0.5       1.0      +0.5"
			       "   2.00  (others)\n"
			       "      501.0     702.0    +201.0       250.5     381.0    +130.5"
			       "   1.52  all\n"));
	assert_non_null(strstr(text,
			       "  [stage-2 page tables]\n"
			       "    x86_64: kvm_tdp_mmu_map 400.0\n"
			       "    arm64: kvm_pgtable_walk 500.0, stage2_map_walker 100.0\n"));
	assert_null(strstr(text, ", handlers' threads"));
	assert_null(strstr(text, "[exceptions]"));
	free(text);
}

static void flames_are_as_wide_as_time(void **state)
{
	struct stacks stacks, chosen;
	struct text written;
	char *text;

	(void)state;
	read_account(&stacks);
	chosen = stacks_select(&stacks, &(struct selection){ 0 });
	assert_int_equal(chosen.n, 6); /* phases do not matter */
	flame_write(text_open(&written), &chosen, "<t>", "note", "ns");
	text = text_close(&written);
	assert_non_null(strstr(text, "<title>&lt;t&gt;</title>"));
	/* 1500 of 2500 ns at 1180 points, and on top of it 1200. */
	assert_non_null(strstr(text, "<title>idle: 1500 (60.00 %)</title><rect x=\"10.0\""));
	assert_non_null(strstr(text, "width=\"708.0\""));
	assert_non_null(strstr(text, "<title>[halted]: 1200 (48.00 %)</title><rect x=\"151.6\""));
	assert_non_null(strstr(text, "2500 ns in all"));
	free(text);
	stacks_free(&chosen);
	stacks_free(&stacks);
}

static void profiles_are_stored_as_a_whole(void **state)
{
	char *scratch = scratch_make(), *above = xasprintf("%s/above", scratch);
	char *dir = xasprintf("%s/new//", above), *table = xasprintf("%s/table.txt", dir), *text;
	struct stacks stacks;
	struct point p;

	(void)state;
	set_point(&p);
	read_account(&stacks);
	assert_int_equal(profile_check_dir(dir), 0);
	assert_int_equal(profile_store(dir, &stacks, &p), 0);
	text = file_read(table);
	assert_non_null(strstr(text, "vcpus=1 "));
	assert_int_equal(profile_check_dir(dir), -1);
	assert_int_equal(profile_store(dir, &stacks, &p), -1); /* somebody else was faster */
	assert_non_null(strstr(error_text(), "cannot name the profile's folder"));
	folder_remove(dir);
	folder_remove(above); /* and nothing else is in there */
	assert_int_equal(access(above, F_OK), -1);
	stacks_free(&stacks);
	scratch_remove(scratch);
	free(text);
	free(table);
	free(dir);
	free(above);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(functions_are_found, make_functions,
						free_functions),
		cmocka_unit_test_setup_teardown(locks_of_the_kernel_have_names, make_functions,
						free_functions),
		cmocka_unit_test(bad_maps_are_named),
		cmocka_unit_test_setup_teardown(stacks_are_followed, make_functions,
						free_functions),
		cmocka_unit_test_setup_teardown(stacks_are_followed_without_return_addresses,
						make_functions, free_functions),
		cmocka_unit_test_setup_teardown(a_page_goes_through_its_phases, make_functions,
						free_functions),
		cmocka_unit_test_setup_teardown(no_time_is_counted_twice, make_functions,
						free_functions),
		cmocka_unit_test(accounts_are_read),
		cmocka_unit_test(bad_accounts_are_named),
		cmocka_unit_test(tables_name_locks_and_sleeps),
		cmocka_unit_test(functions_are_compared_by_what_they_do),
		cmocka_unit_test(profiles_are_put_side_by_side),
		cmocka_unit_test(flames_are_as_wide_as_time),
		cmocka_unit_test(profiles_are_stored_as_a_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
