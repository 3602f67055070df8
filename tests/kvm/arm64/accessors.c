// SPDX-License-Identifier: GPL-2.0-only
/* KVM's interrupt translation service has its commands and tables in guest memory. */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>

#include "../accessors.h"
#include "../test.h"

/* Where no slot is, and the doorbell neither. */
#define DISTRIBUTOR_GPA 0x90000000ull
#define REDISTRIBUTORS_GPA 0x90100000ull
#define ITS_GPA 0x90200000ull

#define GITS_CTLR 0x0
#define GITS_CBASER 0x80
#define GITS_CWRITER 0x88
#define GITS_CREADR 0x90
#define GITS_BASER_DEVICES 0x100
#define GITS_BASER_COLLECTIONS 0x108
#define GITS_VALID (1ull << 63)
#define COMMAND_BYTES 32
#define DEVICES_PAGE (ACCESSED_PAGE + 16)
#define OTHER_PAGE (ACCESSED_PAGE + 32)

static int gic_fd, its_fd;

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

static void set_up_its(uint64_t commands_page, uint64_t collections_page)
{
	set_attr(gic_fd, KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, 0);
	set_attr(its_fd, KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, 0);
	set_attr(its_fd, KVM_DEV_ARM_VGIC_GRP_ITS_REGS, GITS_BASER_DEVICES,
		 GITS_VALID | page_gpa(DEVICES_PAGE));
	set_attr(its_fd, KVM_DEV_ARM_VGIC_GRP_ITS_REGS, GITS_BASER_COLLECTIONS,
		 GITS_VALID | page_gpa(collections_page));
	set_attr(its_fd, KVM_DEV_ARM_VGIC_GRP_ITS_REGS, GITS_CBASER,
		 GITS_VALID | page_gpa(commands_page));
	set_attr(its_fd, KVM_DEV_ARM_VGIC_GRP_ITS_REGS, GITS_CTLR, 1);
}

/* The guest says that there is a command. It is none that KVM knows, and so is skipped. */
static void by_its_commands(struct world *w, uint64_t word)
{
	uint64_t read = 0;
	const struct kvm_device_attr a = {
		.group = KVM_DEV_ARM_VGIC_GRP_ITS_REGS,
		.attr = GITS_CREADR,
		.addr = (uintptr_t)&read,
	};

	(void)word;
	set_up_its(ACCESSED_PAGE, OTHER_PAGE);
	give_command(&w->vcpus[0], COMMAND_DEVICE_WRITE, ITS_GPA + GITS_CWRITER, COMMAND_BYTES);
	run_command(&w->vcpus[0]);
	check(!ioctl(its_fd, KVM_GET_DEVICE_ATTR, &a), "reading GITS_CREADR: %s", strerror(errno));
	check_equal("GITS_CREADR", read, COMMAND_BYTES);
}

/* KVM marks the end of the table of collections, of which there are none. */
static void by_its_tables(struct world *w, uint64_t word)
{
	(void)word;
	set_up_its(OTHER_PAGE, ACCESSED_PAGE);
	set_attr(its_fd, KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_ITS_SAVE_TABLES, 0);
	check_equal("the end of the table", *host_word(w, ACCESSED_PAGE), 0);
}

const struct accessor accessors[] = {
	{ "ITS commands", create_its, by_its_commands },
	{ "ITS tables", create_its, by_its_tables },
	{ 0 },
};
