// SPDX-License-Identifier: GPL-2.0-only
/* KVM's interrupt controller has commands and tables in guest memory. */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "../accessors.h"
#include "../test.h"

/* Where no slot is, and the doorbell neither. */
#define DISTRIBUTOR_GPA 0x90000000ull
#define REDISTRIBUTORS_GPA 0x90100000ull
#define ITS_GPA 0x90200000ull

#define GICR_PROPBASER 0x70
#define GICR_PENDBASER 0x78
#define GITS_CTLR 0x0
#define GITS_CBASER 0x80
#define GITS_CWRITER 0x88
#define GITS_CREADR 0x90
#define GITS_BASER_DEVICES 0x100
#define GITS_BASER_COLLECTIONS 0x108
#define GITS_VALID (1ull << 63)
#define INTERRUPT_ID_BITS 16

/* A command has four words; these are what the ones used here have in them. */
#define COMMAND_WORDS 4
#define COMMAND_BYTES (COMMAND_WORDS * sizeof(uint64_t))
#define MAPD 0x08 /* word 1: bits of event numbers less one; word 2: VALID, table of them */
#define MAPC 0x09 /* word 2: VALID, collection 0 goes to the first vCPU */
#define MAPTI 0x0a /* word 1: event 0 is this interrupt; word 2: in collection 0 */
#define FIRST_LPI 8192ull

/* Memory for what is not looked at: 64 KiB each. */
#define SCRATCH_SLOT (VM_TEST_SLOT + 1)
#define SCRATCH_GPA (2 * VM_TEST_GPA)
#define AREA_BYTES 0x10000u
enum area {
	AREA_COMMANDS,
	AREA_COLLECTIONS,
	AREA_CONFIGURATION,
	AREA_PENDING,
	AREA_DEVICES,
	AREA_EVENTS,
	AREAS
};

static int gic_fd, its_fd;
static uint64_t *scratch;
static uint64_t areas[AREAS]; /* guest addresses */

static void set_attr(int fd, uint32_t group, uint64_t attr, uint64_t value)
{
	const struct kvm_device_attr a = {
		.group = group,
		.attr = attr,
		.addr = (uintptr_t)&value,
	};

	check(!ioctl(fd, KVM_SET_DEVICE_ATTR, &a), "setting attribute %#llx of group %u: %s",
	      (unsigned long long)attr, group, strerror(errno));
}

static int create_device(struct vm *vm, uint32_t type, const char *name)
{
	struct kvm_create_device device = { .type = type };

	if (ioctl(vm->fd, KVM_CREATE_DEVICE, &device))
		skip("this KVM has no %s: %s", name, strerror(errno));
	return device.fd;
}

static void create_its(struct vm *vm)
{
	gic_fd = create_device(vm, KVM_DEV_TYPE_ARM_VGIC_V3, "GICv3");
	set_attr(gic_fd, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_DIST, DISTRIBUTOR_GPA);
	set_attr(gic_fd, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_REDIST,
		 REDISTRIBUTORS_GPA);
	its_fd = create_device(vm, KVM_DEV_TYPE_ARM_VGIC_ITS, "ITS");
	set_attr(its_fd, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_ITS_ADDR_TYPE, ITS_GPA);
}

/* A register of the first vCPU; they are set by halves. */
static void set_redistributor(uint64_t offset, uint64_t value)
{
	set_attr(gic_fd, KVM_DEV_ARM_VGIC_GRP_REDIST_REGS, offset, (uint32_t)value);
	set_attr(gic_fd, KVM_DEV_ARM_VGIC_GRP_REDIST_REGS, offset + 4, value >> 32);
}

static void set_its(uint64_t offset, uint64_t value)
{
	set_attr(its_fd, KVM_DEV_ARM_VGIC_GRP_ITS_REGS, offset, value);
}

/* All areas are in scratch memory but the one that is to be accessed. */
static void set_up_its(struct world *w, enum area accessed)
{
	struct abi_memory_region2 region = {
		.slot = SCRATCH_SLOT,
		.guest_phys_addr = SCRATCH_GPA,
		.memory_size = AREAS * AREA_BYTES,
	};

	scratch = mmap(NULL, region.memory_size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	check(scratch != MAP_FAILED, "mmap: %s", strerror(errno));
	region.userspace_addr = (uintptr_t)scratch;
	check(!vm_set_slot(&w->vm, &region), "no slot for scratch memory");
	for (unsigned int i = 0; i < AREAS; i++)
		areas[i] = i == accessed ? page_gpa(ACCESSED_PAGE) : SCRATCH_GPA + i * AREA_BYTES;

	set_attr(gic_fd, KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, 0);
	set_attr(its_fd, KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, 0);
	set_redistributor(GICR_PROPBASER, areas[AREA_CONFIGURATION] | (INTERRUPT_ID_BITS - 1));
	set_redistributor(GICR_PENDBASER, areas[AREA_PENDING]);
	set_its(GITS_BASER_DEVICES, GITS_VALID | areas[AREA_DEVICES]);
	set_its(GITS_BASER_COLLECTIONS, GITS_VALID | areas[AREA_COLLECTIONS]);
	set_its(GITS_CBASER, GITS_VALID | areas[AREA_COMMANDS]);
	set_its(GITS_CTLR, 1);
}

/* The guest says that there are so many commands, and KVM carries them out. */
static void run_its_commands(struct world *w, unsigned int commands)
{
	uint64_t read = 0;
	const struct kvm_device_attr a = {
		.group = KVM_DEV_ARM_VGIC_GRP_ITS_REGS,
		.attr = GITS_CREADR,
		.addr = (uintptr_t)&read,
	};

	give_command(&w->vcpus[0], COMMAND_DEVICE_WRITE, ITS_GPA + GITS_CWRITER,
		     commands * COMMAND_BYTES);
	run_command(&w->vcpus[0]);
	check(!ioctl(its_fd, KVM_GET_DEVICE_ATTR, &a), "reading GITS_CREADR: %s", strerror(errno));
	check_equal("GITS_CREADR", read, commands * COMMAND_BYTES);
}

/* It is none that KVM knows, and so is skipped. */
static void by_its_commands(struct world *w, uint64_t word)
{
	(void)word;
	set_up_its(w, AREA_COMMANDS);
	run_its_commands(w, 1);
}

/* KVM marks the end of the table of collections, of which there are none. */
static void by_its_tables(struct world *w, uint64_t word)
{
	(void)word;
	set_up_its(w, AREA_COLLECTIONS);
	set_attr(its_fd, KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_ITS_SAVE_TABLES, 0);
	check_equal("the end of the table", *host_word(w, ACCESSED_PAGE), 0);
}

/* KVM then looks up the interrupt's configuration, and whether it is pending. */
static void map_interrupt(struct world *w)
{
	const uint64_t commands[][COMMAND_WORDS] = {
		{ MAPD, 0, GITS_VALID | areas[AREA_EVENTS] },
		{ MAPC, 0, GITS_VALID },
		{ MAPTI, FIRST_LPI << 32, 0 },
	};

	memcpy(scratch + AREA_COMMANDS * AREA_BYTES / sizeof(*scratch), commands, sizeof(commands));
	run_its_commands(w, sizeof(commands) / sizeof(commands[0]));
}

static void by_interrupt_configuration(struct world *w, uint64_t word)
{
	(void)word;
	set_up_its(w, AREA_CONFIGURATION);
	map_interrupt(w);
}

static void by_pending_interrupt(struct world *w, uint64_t word)
{
	(void)word;
	set_up_its(w, AREA_PENDING);
	map_interrupt(w);
}

/* Of an interrupt that is there. */
static void by_saving_pending_tables(struct world *w, uint64_t word)
{
	(void)word;
	set_up_its(w, AREAS);
	map_interrupt(w);
	set_redistributor(GICR_PENDBASER, page_gpa(ACCESSED_PAGE));
	set_attr(gic_fd, KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_SAVE_PENDING_TABLES, 0);
}

const struct accessor accessors[] = {
	{ "ITS commands", create_its, by_its_commands, .may_fail = true },
	{ "saving ITS tables", create_its, by_its_tables },
	{ "configuration of an LPI", create_its, by_interrupt_configuration },
	{ "pending LPI", create_its, by_pending_interrupt },
	{ "saving pending tables", create_its, by_saving_pending_tables },
	{ 0 },
};
