// SPDX-License-Identifier: GPL-2.0-only
/* Which machines are VMs, by what they have in /proc and /sys. */
#include "made_up_machine.h"

#include "../../harness/run/host/nature.h"

#define X86 "/proc/cpuinfo", "processor\t: 0\nmodel name\t: some\nflags\t\t: fpu vme sse2 lm\n"
#define X86_VM "/proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu lm hypervisor lahf_lm\n"
#define ARM64 "/proc/cpuinfo", "processor\t: 0\nFeatures\t: fp asimd evtstrm\n"
#define DMI(name) "/sys/class/dmi/id/" name
#define TREE(name) "/proc/device-tree/" name
#define TREE_SYS(name) "/sys/firmware/devicetree/base/" name
#define SMBIOS_BYTES 20
#define CLOCKS "/sys/devices/system/clocksource/clocksource0/available_clocksource"

/* A text file in each pair; where the text is NULL, the folder that the path names. */
static const struct machine {
	const char *name;
	int kind;
	const char *files[7][2];
} machines[] = {
	{ "desktop",
	  NATURE_REAL,
	  { { X86 }, { DMI("sys_vendor"), "Dell Inc.\n" }, { DMI("product_name"), "XPS\n" } } },
	{ "desktop without DMI", NATURE_REAL, { { X86 } } },
	{ "server of Oracle",
	  NATURE_REAL,
	  { { X86 }, { DMI("sys_vendor"), "Oracle Corporation\n" } } },
	{ "VM without DMI", NATURE_VIRTUAL, { { X86_VM } } },
	{ "QEMU that hides",
	  NATURE_VIRTUAL,
	  { { X86 },
	    { DMI("sys_vendor"), "QEMU\n" },
	    { DMI("product_name"), "Standard PC (Q35 + ICH9, 2009)\n" } } },
	{ "KVM that hides", NATURE_VIRTUAL, { { X86 }, { CLOCKS, "kvm-clock tsc acpi_pm\n" } } },
	{ "QEMU that hides behind another name",
	  NATURE_VIRTUAL,
	  { { X86 },
	    { DMI("sys_vendor"), "Dell Inc.\n" },
	    { "/sys/bus/acpi/devices/QEMU0002:00", NULL } } },
	{ "EC2, x86, VM",
	  NATURE_VIRTUAL,
	  { { X86_VM },
	    { DMI("sys_vendor"), "Amazon EC2\n" },
	    { DMI("product_name"), "m5.large\n" } } },
	{ "EC2, x86, metal",
	  NATURE_REAL,
	  { { X86 },
	    { DMI("sys_vendor"), "Amazon EC2\n" },
	    { DMI("product_name"), "m5.metal\n" } } },
	{ "EC2, arm64, VM",
	  NATURE_VIRTUAL,
	  { { ARM64 },
	    { DMI("sys_vendor"), "Amazon EC2\n" },
	    { DMI("bios_vendor"), "Amazon EC2\n" },
	    { DMI("product_name"), "m6g.large\n" } } },
	{ "EC2, arm64, metal",
	  NATURE_REAL,
	  { { ARM64 },
	    { DMI("sys_vendor"), "Amazon EC2\n" },
	    { DMI("board_vendor"), "Amazon EC2\n" },
	    { DMI("product_name"), "c7g.metal\n" } } },
	{ "EC2, arm64, metal of many sizes",
	  NATURE_REAL,
	  { { ARM64 },
	    { DMI("sys_vendor"), "Amazon EC2\n" },
	    { DMI("product_name"), "r8g.metal-24xl\n" } } },
	{ "Google, x86, metal",
	  NATURE_REAL,
	  { { X86 },
	    { DMI("sys_vendor"), "Google\n" },
	    { DMI("product_name"), "Google Compute Engine\n" } } },
	{ "Google, arm64",
	  NATURE_VIRTUAL,
	  { { ARM64 },
	    { DMI("sys_vendor"), "Google\n" },
	    { DMI("product_name"), "Google Compute Engine\n" } } },
	{ "QEMU, arm64, ACPI",
	  NATURE_VIRTUAL,
	  { { ARM64 },
	    { DMI("sys_vendor"), "QEMU\n" },
	    { DMI("product_name"), "KVM Virtual Machine\n" },
	    { DMI("bios_vendor"), "EFI Development Kit II / OVMF\n" } } },
	{ "QEMU, arm64, device tree",
	  NATURE_VIRTUAL,
	  { { ARM64 }, { TREE("compatible"), "linux,dummy-virt" } } },
	{ "QEMU, arm64, fw-cfg alone",
	  NATURE_VIRTUAL,
	  { { ARM64 }, { TREE("compatible"), "some,board" }, { TREE("fw-cfg@9020000"), NULL } } },
	{ "Firecracker, arm64",
	  NATURE_VIRTUAL,
	  { { ARM64 }, { TREE_SYS("compatible"), "linux,dummy-virt" } } },
	{ "KVM's node",
	  NATURE_VIRTUAL,
	  { { ARM64 },
	    { TREE("compatible"), "some,board" },
	    { TREE("hypervisor/compatible"), "linux,kvm" } } },
	{ "Apple Virtualization",
	  NATURE_VIRTUAL,
	  { { ARM64 },
	    { DMI("sys_vendor"), "Apple Inc.\n" },
	    { DMI("product_name"), "Apple Virtualization Generic Platform\n" } } },
	{ "Apple's own, real", NATURE_REAL, { { ARM64 }, { TREE("compatible"), "apple,j314s" } } },
	{ "Azure, arm64",
	  NATURE_VIRTUAL,
	  { { ARM64 },
	    { DMI("sys_vendor"), "Microsoft Corporation\n" },
	    { DMI("product_name"), "Virtual Machine\n" } } },
	{ "Microsoft's own, real",
	  NATURE_REAL,
	  { { ARM64 },
	    { DMI("sys_vendor"), "Microsoft Corporation\n" },
	    { DMI("product_name"), "Surface Pro X\n" } } },
	{ "Hyper-V without a name",
	  NATURE_VIRTUAL,
	  { { ARM64 }, { "/sys/bus/vmbus/devices/a", NULL } } },
	{ "VMware, arm64",
	  NATURE_VIRTUAL,
	  { { ARM64 },
	    { DMI("sys_vendor"), "VMware, Inc.\n" },
	    { DMI("product_name"), "VMware20,1\n" } } },
	{ "Parallels, arm64",
	  NATURE_VIRTUAL,
	  { { ARM64 }, { DMI("product_name"), "Parallels ARM Virtual Machine\n" } } },
	{ "Hetzner, arm64",
	  NATURE_VIRTUAL,
	  { { ARM64 }, { DMI("sys_vendor"), "Hetzner\n" }, { DMI("product_name"), "vServer\n" } } },
	{ "OpenStack, arm64",
	  NATURE_VIRTUAL,
	  { { ARM64 }, { DMI("product_name"), "OpenStack Nova\n" } } },
	{ "a cloud without a name that is known",
	  NATURE_UNTOLD,
	  { { ARM64 },
	    { DMI("sys_vendor"), "Some Cloud\n" },
	    { "/sys/bus/virtio/devices/virtio0", NULL } } },
	{ "Xen, guest", NATURE_VIRTUAL, { { X86_VM }, { "/sys/hypervisor/type", "xen\n" } } },
	{ "Xen, guest, arm64",
	  NATURE_VIRTUAL,
	  { { ARM64 }, { TREE("hypervisor/compatible"), "xen,xen-4.17" } } },
	{ "Xen, domain 0",
	  NATURE_REAL,
	  { { X86_VM },
	    { "/sys/hypervisor/type", "xen\n" },
	    { "/proc/xen/capabilities", "control_d\n" } } },
	{ "Xen, domain 0, /proc/xen not mounted",
	  NATURE_REAL,
	  { { X86_VM },
	    { "/sys/hypervisor/type", "xen\n" },
	    { "/sys/hypervisor/properties/features", "00000fff\n" } } },
	{ "Ampere Altra",
	  NATURE_REAL,
	  { { ARM64 },
	    { DMI("sys_vendor"), "GIGABYTE\n" },
	    { DMI("product_name"), "R272-P30-JG\n" },
	    { DMI("bios_vendor"), "GIGABYTE\n" } } },
	{ "Raspberry Pi",
	  NATURE_REAL,
	  { { ARM64 }, { TREE("compatible"), "raspberrypi,4-model-b" } } },
	{ "a model of Arm's",
	  NATURE_VIRTUAL,
	  { { ARM64 }, { TREE("compatible"), "arm,fvp-base-revc" } } },
	{ "arm64 without any name", NATURE_UNTOLD, { { ARM64 } } },
	{ "a Xenon", NATURE_REAL, { { ARM64 }, { DMI("sys_vendor"), "Xenon Computers\n" } } },
	{ "nothing to read", NATURE_UNTOLD, { { NULL } } },
	{ "a container on a real machine",
	  NATURE_REAL,
	  { { X86 }, { "/run/systemd/container", "docker\n" } } },
};

static void machines_are_told(void **state)
{
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
		const struct machine *machine = &machines[i];
		struct nature nature;

		make_root(state);
		for (size_t k = 0; machine->files[k][0]; k++)
			put(machine->files[k][0], machine->files[k][1]);
		nature_tell(root, &nature);
		remove_root(state);
		if ((int)nature.kind != machine->kind)
			fail_msg("%s: %d, since %s", machine->name, nature.kind, nature.how);
		assert_true(strlen(nature.how) > 10);
	}
}

/* Bit 4 of the second extension byte of the characteristics. */
static void smbios_tells(void **state)
{
	char bios[SMBIOS_BYTES + 1] = "";
	struct nature nature;

	memset(bios, 1, SMBIOS_BYTES);
	make_root(state);
	put("/sys/class/dmi/id/sys_vendor", "Some\n");
	put("/sys/firmware/dmi/entries/0-0/raw", bios);
	nature_tell(root, &nature);
	assert_int_equal(nature.kind, NATURE_REAL);
	bios[SMBIOS_BYTES - 1] = 0x1c;
	put("/sys/firmware/dmi/entries/0-0/raw", bios);
	nature_tell(root, &nature);
	assert_int_equal(nature.kind, NATURE_VIRTUAL);
	remove_root(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(machines_are_told),
		cmocka_unit_test(smbios_tells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
