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
 */
#include <stdlib.h>
#include <string.h>

#include "isa.h"
#include "lines.h"
#include "manycore.h"
#include "plugin.h"

#define CHARGE_MAX_NS 1000000

PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc,
				      char **argv);

static struct manycore *manycore;
static struct lines *lines;
static const struct isa *isa;

static _Noreturn void refuse(const char *reason)
{
	plugin_refuse("coherence", reason);
}

/* QEMU asks for qemu_plugin_version right after this. */
__attribute__((constructor)) static void choose_version(void)
{
	manycore = plugin_start("coherence");
}

static void access_memory(unsigned int translating_cpu, qemu_plugin_meminfo_t info,
			  uint64_t address, void *is_write)
{
	struct qemu_plugin_hwaddr *place;
	uint64_t physical;
	int64_t *debt_ns = &manycore->debt_ns[manycore->cpu], transfer_ns;

	(void)translating_cpu;
	if (!manycore->is_fine)
		return;
	place = qemu_plugin_get_hwaddr(info, address);
	if (!place || qemu_plugin_hwaddr_is_io(place))
		return;
	physical = qemu_plugin_hwaddr_phys_addr(place);
	if (physical >> LINES_ADDRESS_BITS)
		refuse("the guest has memory above 1 TiB, which is not followed");
	/* As of the slice's start: queued where it will be when its debt is paid, it would keep a
	 * line that others want now from all of them until then. */
	transfer_ns = lines_touch(lines, manycore->cpu, physical,
				  is_write || qemu_plugin_mem_is_store(info), manycore->slice_ns);
	if (transfer_ns < 0)
		refuse("no memory to follow cache lines in");
	manycore->transfers += transfer_ns > 0;
	*debt_ns += transfer_ns;
}

static bool is_write_alone(const struct qemu_plugin_insn *insn)
{
	uint8_t code[PLUGIN_INSN_BYTES];

	return isa->is_atomic(code, plugin_insn_bytes(insn, code));
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t count = qemu_plugin_tb_n_insns(tb);

	(void)id;
	for (size_t i = 0; i < count; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		bool atomic = is_write_alone(insn);

		qemu_plugin_register_vcpu_mem_cb(insn, access_memory, QEMU_PLUGIN_CB_NO_REGS,
						 atomic ? QEMU_PLUGIN_MEM_W : QEMU_PLUGIN_MEM_RW,
						 (void *)(uintptr_t)atomic);
	}
}

int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv)
{
	char *end = NULL;
	int64_t charge_ns = 0;

	if (argc == 1 && !strncmp(argv[0], "ns=", 3) && argv[0][3] >= '0' && argv[0][3] <= '9')
		charge_ns = strtol(argv[0] + 3, &end, 10);
	if (!end || *end || charge_ns > CHARGE_MAX_NS)
		refuse("the one option is ns=N, simulated ns per transfer, up to 1000000");
	if (!info->system_emulation || info->system.max_vcpus > MANYCORE_CPUS_MAX)
		refuse("QEMU must emulate a whole machine of at most 1024 CPUs");
	isa = isa_find(info->target_name);
	if (!isa)
		refuse("QEMU must emulate x86-64 or arm64");
	lines = lines_new((unsigned int)info->system.max_vcpus, charge_ns);
	if (!lines)
		refuse("no memory to follow cache lines in");
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
