// SPDX-License-Identifier: GPL-2.0-only
/*
 * TCG plugin: what the simulated time of each CPU and each thread goes to, exactly, while
 * the workload runs. Its options are the files with the functions of kernel, program and guest, the
 * number of vCPUs, and the file that the account is written to.
 *
 * A CPU's time is what its slices tell: instructions, and before them what it stood still for. The
 * rest of a slice that it gave up, and passes in which it was halted, are seen at the next slice. The
 * instructions of a block are known when the next one starts, by QEMU's counter, since a fault
 * may end it in the middle; those of a slice are checked against the clock.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpu_state.h"
#include "plugin.h"
#include "threads.h"

#define REASON_SIZE 1024

PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc,
				      char **argv);

struct block {
	const struct function *function;
	unsigned int instructions;
	bool is_entry;
	enum last_instruction last;
};

/* How long a CPU will have to stand still, and what caused it. */
struct charge {
	struct node *node;
	int64_t ns;
};

struct cpu {
	bool is_followed; /* from its first slice after registers and counter were found */
	struct thread *thread;
	const struct block *block; /* the one that runs, NULL between slices */
	enum last_instruction last; /* of the last block of the slice before */
	struct node *node; /* that its instructions go to */
	enum phase phase;
	unsigned int before; /* QEMU's counter before the block */
	int64_t now_ns; /* at the block's start */
	int64_t filled_ns; /* up to where time is accounted for */
	int64_t slice_instructions; /* up to the block's start */
	int64_t slice_icount; /* QEMU's count when the slice began */
	struct charge *charges;
	unsigned int charges_count, charges_room;
	int64_t charged_ns; /* their sum */
};

static struct {
	const char *files[LEVEL_COUNT], *out;
	unsigned int vcpus;
} options;

static struct manycore *manycore;
static const struct isa *isa;
static struct functions *functions;
static struct cpu *cpus;
static unsigned int cpus_count;
static bool is_found; /* registers and counter */
static bool is_counting, is_written;
static int64_t start_ns, pass_ns;
static uint64_t instructions_counted;

static _Noreturn void refuse(const char *reason)
{
	plugin_refuse("profile", reason);
}

__attribute__((constructor)) static void choose_version(void)
{
	manycore = plugin_start("profile");
}

/* Time of the CPU, and of the thread that it runs. */
static void put_down(struct cpu *cpu, struct node *node, enum phase phase, enum kind kind,
		     int64_t from_ns, int64_t until_ns)
{
	if (is_counting && until_ns > from_ns &&
	    thread_spend(cpu->thread, node, phase, kind, from_ns, until_ns))
		refuse(threads_trouble);
}

/*
 * Takes so much off what the CPU owes, the oldest first: paid from from_ns on, or, with -1, not
 * in a slice but while it was halted.
 */
static void take_charges(struct cpu *cpu, int64_t ns, int64_t from_ns)
{
	unsigned int taken = 0;

	cpu->charged_ns -= ns;
	while (ns > 0) {
		struct charge *c = &cpu->charges[taken];
		int64_t part;

		if (taken == cpu->charges_count)
			refuse("a CPU stands still for what it was not charged for");
		part = c->ns < ns ? c->ns : ns;
		if (from_ns >= 0) {
			put_down(cpu, c->node, thread_phase(cpu->thread), KIND_STALLED, from_ns,
				 from_ns + part);
			from_ns += part;
		}
		c->ns -= part;
		ns -= part;
		taken += !c->ns;
	}
	cpu->charges_count -= taken;
	if (taken)
		memmove(cpu->charges, cpu->charges + taken,
			cpu->charges_count * sizeof(*cpu->charges));
}

/* What its last block has cost: it has been charged for that by another plugin. */
static void note_charges(struct cpu *cpu)
{
	int64_t new_ns = manycore->debt_ns[cpu - cpus] - cpu->charged_ns;

	if (!new_ns)
		return;
	if (cpu->charges_count == cpu->charges_room) {
		cpu->charges_room += 64;
		cpu->charges = reallocarray(cpu->charges, cpu->charges_room, sizeof(*cpu->charges));
		if (!cpu->charges)
			refuse("no memory for what a CPU owes");
	}
	cpu->charges[cpu->charges_count++] = (struct charge){ cpu->node, new_ns };
	cpu->charged_ns += new_ns;
}

/* The block that ran last on the CPU has executed that many instructions. */
static void end_block(struct cpu *cpu, int64_t instructions)
{
	put_down(cpu, cpu->node, cpu->phase, KIND_RUNS, cpu->now_ns, cpu->now_ns + instructions);
	if (is_counting)
		instructions_counted += (uint64_t)instructions;
	cpu->slice_instructions += instructions;
	cpu->now_ns += instructions;
	cpu->filled_ns = cpu->now_ns;
	note_charges(cpu);
	if (cpu->block->last == LAST_CLOCK && cpu->block->function->marker == MARKER_WORKLOAD &&
	    instructions == (int64_t)cpu->block->instructions)
		thread_stamp(cpu->thread);
	cpu->last = instructions == (int64_t)cpu->block->instructions ? cpu->block->last :
									LAST_OTHER;
	cpu->block = NULL;
}

/* The time up to then in which the CPU did not execute anything. */
static void fill(struct cpu *cpu, int64_t until_ns)
{
	enum kind kind = cpu->last == LAST_PAUSE ? KIND_SPINS :
			 cpu->last == LAST_HALT	 ? KIND_HALTED :
						   KIND_CUT;

	if (cpu->filled_ns < start_ns)
		cpu->filled_ns = start_ns;
	if (cpu->node)
		put_down(cpu, cpu->node, cpu->phase, kind, cpu->filled_ns, until_ns);
	if (until_ns > cpu->filled_ns)
		cpu->filled_ns = until_ns;
}

static void start_counting(int64_t now_ns)
{
	is_counting = true;
	start_ns = now_ns;
	threads_count_from(now_ns);
}

static void write_account(int64_t now_ns)
{
	FILE *out = fopen(options.out, "we");

	for (unsigned int i = 0; i < cpus_count; i++)
		fill(&cpus[i], now_ns);
	if (threads_count_to(now_ns))
		refuse(threads_trouble);
	is_counting = false;
	is_written = true;
	if (!out)
		refuse("the account cannot be written");
	fprintf(out, "profile window_ns=%lld cpus=%u vcpus=%u handlers=%u instructions=%llu\n",
		(long long)(now_ns - start_ns), cpus_count, threads_count(ROLE_VCPU),
		threads_count(ROLE_HANDLER), (unsigned long long)instructions_counted);
	account_write(out, functions);
	if (ferror(out) | fclose(out))
		refuse("the account cannot be written");
}

/*
 * Everything starts and ends between two passes, when all CPUs are at the same time. With one
 * CPU that is any time.
 */
static void check_window(int64_t now_ns)
{
	if (!is_counting && !is_written && threads_workloads_begun())
		start_counting(now_ns);
	else if (is_counting && threads_workloads_done() == options.vcpus)
		write_account(now_ns);
}

static void slice_begun(int64_t begin_ns, int64_t stalled_ns)
{
	struct cpu *cpu = &cpus[manycore->cpu];
	int64_t owed_ns;

	if (!is_found)
		return;
	if (!cpu->thread)
		cpu->thread = thread_new_idle();
	if (!cpu->thread)
		refuse(threads_trouble);
	cpu->is_followed = true;
	if (begin_ns > pass_ns)
		check_window(begin_ns);
	pass_ns = begin_ns;
	fill(cpu, begin_ns);
	owed_ns = manycore->debt_ns[manycore->cpu] + stalled_ns;
	if (owed_ns < cpu->charged_ns)
		take_charges(cpu, cpu->charged_ns - owed_ns, -1);
	take_charges(cpu, stalled_ns, begin_ns);
	cpu->now_ns = begin_ns + stalled_ns;
	if (cpu->filled_ns < cpu->now_ns)
		cpu->filled_ns = cpu->now_ns;
	cpu->slice_instructions = 0;
	cpu->slice_icount = *manycore->icount;
}

static void slice_ended(int64_t instructions)
{
	struct cpu *cpu = &cpus[manycore->cpu];
	int64_t rest = instructions - cpu->slice_instructions;

	if (!cpu->is_followed)
		return;
	if (rest < 0 || rest > (cpu->block ? (int64_t)cpu->block->instructions : 0)) {
		/* A CPU that is started by another one is reset first, its counter, too. */
		if (is_counting)
			refuse("the instructions counted in a slice are not those of QEMU's clock");
		cpu->block = NULL;
	}
	if (cpu->block)
		end_block(cpu, rest);
}

/* Instructions of the block before, now that the next one starts: n_before is QEMU's counter. */
static int64_t executed(const struct cpu *cpu, unsigned int n_before)
{
	int64_t instructions = (int64_t)cpu->before - (int64_t)n_before;

	/* Refilled, perhaps while the block was left early, for an exception. */
	if (instructions < 0 || instructions > (int64_t)cpu->block->instructions)
		return *manycore->icount - cpu->slice_icount - cpu->slice_instructions;
	return instructions;
}

/* Early in the boot, with one CPU. */
static void find_state(const struct block *block)
{
	int found;

	if (block->function->level != LEVEL_KERNEL)
		return;
	found = manycore->cpu ? -1 : cpu_state_find(block->instructions);
	if (found < 0)
		refuse("registers and instruction counter of the CPU are not where they can be found");
	is_found = found;
}

/* What the CPU still has to stand still for delays the next thread. */
static void switch_thread(struct cpu *cpu, uint64_t previous, uint64_t next)
{
	cpu->thread = thread_switch(cpu->thread, previous, next, cpu->now_ns);
	if (!cpu->thread)
		refuse(threads_trouble);
	for (unsigned int i = 0; i < cpu->charges_count; i++)
		cpu->charges[i].node = thread_node(cpu->thread);
}

static void block_starts(unsigned int translating_cpu, void *data)
{
	const struct block *block = data;
	const struct function *f = block->function;
	unsigned int index = manycore->cpu, before;
	struct cpu *cpu = &cpus[index];
	uint64_t argument;

	(void)translating_cpu;
	if (!is_found) {
		find_state(block);
		return;
	}
	if (!cpu->is_followed)
		return;
	argument = cpu_state_register(index, isa->arguments[0]);
	before = cpu_state_left(index) + block->instructions;
	if (cpu->block)
		end_block(cpu, executed(cpu, before));
	if (f->marker == MARKER_SWITCH && block->is_entry)
		switch_thread(cpu, argument, cpu_state_register(index, isa->arguments[1]));
	else if (thread_block(cpu->thread, f, block->is_entry,
			      cpu_state_register(index, isa->stack_pointer), argument,
			      cpu_state_register(index, isa->result), cpu->now_ns))
		refuse(threads_trouble);
	if (f->marker == MARKER_WAKE && block->is_entry)
		thread_wake(cpu->thread, argument, cpu->now_ns);
	if (cpus_count == 1)
		check_window(cpu->now_ns);
	cpu->node = thread_node(cpu->thread);
	cpu->phase = thread_phase(cpu->thread);
	cpu->block = block;
	cpu->before = before;
}

static enum last_instruction kind_of(const struct qemu_plugin_insn *insn)
{
	uint8_t code[PLUGIN_INSN_BYTES];

	return isa->last(code, plugin_insn_bytes(insn, code));
}

/* A block may be translated again; what was made for it before may still be in use. */
static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t count = qemu_plugin_tb_n_insns(tb);
	struct block *block = malloc(sizeof(*block));
	uint64_t address = qemu_plugin_tb_vaddr(tb);

	(void)id;
	if (!block)
		refuse("no memory for blocks of code");
	block->function = functions_find(functions, address);
	block->instructions = (unsigned int)count;
	block->is_entry = block->function->start == address;
	block->last = kind_of(qemu_plugin_tb_get_insn(tb, count - 1));
	qemu_plugin_register_vcpu_tb_exec_cb(tb, block_starts, QEMU_PLUGIN_CB_NO_REGS, block);
}

static bool take_option(const char *arg)
{
	static const struct {
		const char *name;
		const char **value;
	} known[] = {
		{ "kernel=", &options.files[LEVEL_KERNEL] },
		{ "program=", &options.files[LEVEL_PROGRAM] },
		{ "guest=", &options.files[LEVEL_GUEST] },
		{ "out=", &options.out },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strncmp(arg, known[i].name, strlen(known[i].name)))
			continue;
		*known[i].value = strdup(arg + strlen(known[i].name));
		return *known[i].value;
	}
	return sscanf(arg, "vcpus=%u", &options.vcpus) == 1;
}

static void take_options(int argc, char **argv)
{
	char reason[REASON_SIZE];

	for (int i = 0; i < argc; i++)
		if (!take_option(argv[i]))
			argc = 0;
	if (!argc || !options.out || !options.vcpus || !options.files[LEVEL_KERNEL] ||
	    !options.files[LEVEL_PROGRAM] || !options.files[LEVEL_GUEST])
		refuse("the options are kernel=FILE, program=FILE, guest=FILE (what nm -n prints), "
		       "vcpus=N, out=FILE; all of them");
	for (int level = 0; level < LEVEL_COUNT; level++)
		if (functions_add(&functions, options.files[level], level, reason, sizeof(reason)))
			refuse(reason);
}

int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv)
{
	const char *missing;

	take_options(argc, argv);
	isa = isa_find(info->target_name);
	if (!isa || !info->system_emulation || info->system.max_vcpus > MANYCORE_CPUS_MAX)
		refuse("QEMU must emulate a whole x86-64 or arm64 machine of at most 1024 CPUs");
	cpus_count = (unsigned int)info->system.max_vcpus;
	cpus = calloc(cpus_count, sizeof(*cpus));
	missing = cpus ? cpu_state_init(isa, cpus_count) : "no memory for CPUs";
	if (missing)
		refuse(missing);
	manycore->slice_begun = slice_begun;
	manycore->slice_ended = slice_ended;
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
