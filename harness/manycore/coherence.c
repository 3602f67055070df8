// SPDX-License-Identifier: GPL-2.0-only
/*
 * TCG plugin: what it costs that a cache line is held by another CPU. Every load
 * and store of the guest, kernel and user, is followed while the guest measures. A
 * write to a line that others hold a copy of, and a read of a line that only others
 * hold, is a transfer: the CPU stands still for ns= simulated ns, from the start of
 * its next slice on. Lines nobody else has touched are free.
 *
 * An instruction that reads and writes in one go is one write. Without that, its
 * load and its store would be charged for once each.
 *
 * One that clears a line (DC ZVA) QEMU carries out without telling plugins of an access: its
 * address is read from the register, and looked up as a debugger would. That gives the guest's
 * physical address, while accesses have that of QEMU's memory: the two are a fixed number
 * apart, which any access tells.
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "cpu_state.h"
#include "isa.h"
#include "lines.h"
#include "manycore.h"
#include "plugin.h"
#include "waiting.h"

#define CHARGE_MAX_NS 1000000
#define PAGE_BYTES 4096ull

PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc,
				      char **argv);

static struct manycore *manycore;
static struct lines *lines;
static const struct isa *isa;
/* Of lines cleared; the function is QEMU's: it returns a page's guest physical address, or -1. */
static uint64_t (*get_page)(void *cpu, uint64_t address);
static uint64_t offset; /* from a guest physical address to an access's */
static bool is_offset_known;

static _Noreturn void refuse(const char *reason)
{
	plugin_refuse("coherence", reason);
}

/* QEMU asks for qemu_plugin_version right after this. */
__attribute__((constructor)) static void choose_version(void)
{
	manycore = plugin_start("coherence");
}

/*
 * What is measured begins with lines that nobody holds, each time: who had touched a page in an earlier
 * measurement must not say what clearing it costs in the next one.
 */
static void begin_period(void)
{
	static uint64_t periods;

	if (periods == manycore->fine_periods)
		return;
	periods = manycore->fine_periods;
	lines_forget(lines);
	waiting_forget();
}

static void touch(uint64_t physical, bool is_write)
{
	int64_t transfer_ns;

	begin_period();
	if (physical >> LINES_ADDRESS_BITS)
		refuse("the guest has memory above 1 TiB, which is not followed");
	/* As of the slice's start: queued where it will be when its debt is paid, it would keep a
	 * line that others want now from all of them until then. */
	transfer_ns = lines_touch(lines, manycore->cpu, physical, is_write, manycore->slice_ns);
	if (transfer_ns < 0)
		refuse("no memory to follow cache lines in");
	manycore->transfers += transfer_ns > 0;
	manycore->debt_ns[manycore->cpu] += transfer_ns;
	if (is_write || transfer_ns) {
		waiting_disturb();
	} else if (!waiting_is_disturbed()) {
		uint64_t mask;
		const uint64_t *holders = lines_holders(lines, manycore->cpu, physical, &mask);

		waiting_read(holders, mask);
	}
}

/* Whether address is mapped, and if so where to in the guest's memory. */
static bool look_up(uint64_t address, uint64_t *physical)
{
	uint64_t page = get_page(cpu_state_cpu(manycore->cpu), address);

	*physical = (page & ~(PAGE_BYTES - 1)) | (address & (PAGE_BYTES - 1));
	return page != UINT64_MAX;
}

static void access_memory(unsigned int translating_cpu, qemu_plugin_meminfo_t info,
			  uint64_t address, void *is_write)
{
	struct qemu_plugin_hwaddr *place;
	uint64_t physical, guest_physical;

	(void)translating_cpu;
	if (!manycore->is_fine)
		return;
	place = qemu_plugin_get_hwaddr(info, address);
	if (!place || qemu_plugin_hwaddr_is_io(place)) {
		waiting_disturb();
		return;
	}
	physical = qemu_plugin_hwaddr_phys_addr(place);
	if (get_page && !is_offset_known && look_up(address, &guest_physical)) {
		offset = physical - guest_physical;
		is_offset_known = true;
	}
	touch(physical, is_write || qemu_plugin_mem_is_store(info));
}

/* If the address is not mapped, the guest will come here again. */
static void clear_line(unsigned int translating_cpu, void *reg)
{
	uint64_t address, physical;

	(void)translating_cpu;
	waiting_disturb();
	if (!manycore->is_fine || !is_offset_known)
		return;
	if (cpu_state_find_registers())
		refuse("registers of the CPU are not where they can be found");
	address = cpu_state_register(manycore->cpu, (unsigned int)(uintptr_t)reg);
	if (look_up(address, &physical))
		touch(physical + offset, true);
}

/*
 * Within a block the register's value is known as long as nothing has written it since the block's
 * start. A loop, which is what clears pages, is such a block each time around.
 */
static void follow_clearing(struct qemu_plugin_insn *insn, const uint8_t *code, size_t length,
			    uint32_t *written)
{
	int reg = isa->clears_line(code, length);

	if (reg >= 0 && !(*written & 1u << reg))
		qemu_plugin_register_vcpu_insn_exec_cb(insn, clear_line, QEMU_PLUGIN_CB_NO_REGS,
						       (void *)(uintptr_t)reg);
	*written |= isa->writes_registers(code, length);
}

static void gives_up_slice(unsigned int translating_cpu, void *nothing)
{
	(void)translating_cpu;
	(void)nothing;
	waiting_pause();
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t count = qemu_plugin_tb_n_insns(tb);
	uint32_t written = 0;

	(void)id;
	for (size_t i = 0; i < count; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint8_t code[PLUGIN_INSN_BYTES];
		size_t length = plugin_insn_bytes(insn, code);
		bool atomic = isa->is_atomic(code, length);

		if (isa->last(code, length) == LAST_PAUSE)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, gives_up_slice,
							       QEMU_PLUGIN_CB_NO_REGS, NULL);
		if (isa->clears_line)
			follow_clearing(insn, code, length, &written);
		qemu_plugin_register_vcpu_mem_cb(insn, access_memory, QEMU_PLUGIN_CB_NO_REGS,
						 atomic ? QEMU_PLUGIN_MEM_W : QEMU_PLUGIN_MEM_RW,
						 (void *)(uintptr_t)atomic);
	}
}

static void prepare_clearing(void)
{
	void *symbol = dlsym(RTLD_DEFAULT, "cpu_get_phys_page_debug");

	if (!symbol)
		refuse("the symbol cpu_get_phys_page_debug is missing");
	memcpy(&get_page, &symbol, sizeof(get_page));
}

/* Without it every turn is taken: the digits are the same, for what takes many times as long. */
static void prepare_waiting(unsigned int cpus)
{
	if (waiting_init(cpus))
		refuse("no memory for what CPUs wait for");
	manycore->turn_ended = waiting_turn_ended;
	manycore->turn_repeats = waiting_repeats;
}

/* Options are NAME=VALUE. Returns the number behind ns=, or -1. */
static int64_t charge_of(const char *option)
{
	char *end = NULL;
	int64_t charge_ns;

	if (strncmp(option, "ns=", 3) || option[3] < '0' || option[3] > '9')
		return -1;
	charge_ns = strtol(option + 3, &end, 10);
	return *end || charge_ns > CHARGE_MAX_NS ? -1 : charge_ns;
}

int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv)
{
	int64_t charge_ns = argc ? charge_of(argv[0]) : -1;
	bool takes_all_turns = argc == 2 && !strcmp(argv[1], "turns=all");
	const char *missing;

	if (charge_ns < 0 || argc > 1 + takes_all_turns)
		refuse("the options are ns=N, simulated ns per transfer, up to 1000000, and turns=all, "
		       "which also takes those that change nothing");
	if (!info->system_emulation || info->system.max_vcpus > MANYCORE_CPUS_MAX)
		refuse("QEMU must emulate a whole machine of at most 1024 CPUs");
	isa = isa_find(info->target_name);
	if (!isa)
		refuse("QEMU must emulate x86-64 or arm64");
	missing = cpu_state_init(isa, (unsigned int)info->system.max_vcpus);
	if (missing)
		refuse(missing);
	if (isa->clears_line)
		prepare_clearing();
	if (!takes_all_turns)
		prepare_waiting((unsigned int)info->system.max_vcpus);
	lines = lines_new((unsigned int)info->system.max_vcpus, charge_ns);
	if (!lines)
		refuse("no memory to follow cache lines in");
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
