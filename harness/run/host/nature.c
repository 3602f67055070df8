// SPDX-License-Identifier: GPL-2.0-only
#include "nature.h"

#include <ctype.h>
#include <glob.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/file.h"
#include "../base/spawn.h"
#include "../base/util.h"

/* Directories of the device tree, which are one where both are there. */
#define TREE "/proc/device-tree"
#define TREE_SYS "/sys/firmware/devicetree/base"

/* Places in the tree of features of Xen, of SMBIOS' structure of the BIOS. */
#define XEN_DOM0 (1 << 11)
#define SMBIOS_VM_BYTE 0x13
#define SMBIOS_VM_BIT 0x10

static bool say(struct nature *nature, int kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static bool say(struct nature *nature, int kind, const char *format, ...)
{
	va_list args;

	nature->kind = kind;
	va_start(args, format);
	vsnprintf(nature->how, sizeof(nature->how), format, args);
	va_end(args);
	return true;
}

/* The text of a file, "" if there is none; lists of device trees have blanks for their zeroes. */
static char *text_of(const char *root, const char *path)
{
	char *full = xasprintf("%s%s", root, path), *text = xcalloc(1, 65536);
	FILE *f = fopen(full, "re");
	size_t n = f ? fread(text, 1, 65535, f) : 0;

	if (f)
		fclose(f);
	free(full);
	while (n && (!text[n - 1] || isspace((unsigned char)text[n - 1])))
		text[--n] = '\0';
	for (size_t i = 0; i < n; i++)
		if (!text[i])
			text[i] = ' ';
	return text;
}

/* The first path that matches, without root, or NULL. Caller frees. */
static char *find(const char *root, const char *pattern)
{
	char *full = xasprintf("%s%s", root, pattern), *found = NULL;
	glob_t matches;

	if (!glob(full, 0, NULL, &matches)) {
		found = xstrdup(matches.gl_pathv[0] + strlen(root));
		globfree(&matches);
	}
	free(full);
	return found;
}

/* x86 CPUs have a flag for it; 1 set, 0 not set, -1 no such CPU. */
static int cpu_flag(const char *root)
{
	char *text = text_of(root, "/proc/cpuinfo"), *flags = strstr(text, "\nflags");
	int is_set = -1;

	if (flags) {
		flags[1 + strcspn(flags + 1, "\n")] = '\0';
		is_set = strstr(flags, " hypervisor") ? 1 : 0;
	}
	free(text);
	return is_set;
}

/* Domain 0 is the one that runs Xen's machine: no VM, though its CPUs have the flag. */
static bool tell_xen(const char *root, struct nature *nature)
{
	char *capabilities = text_of(root, "/proc/xen/capabilities");
	char *features = text_of(root, "/sys/hypervisor/properties/features");
	char *type = text_of(root, "/sys/hypervisor/type");
	bool told = true;

	if (strstr(capabilities, "control_d") || strtoul(features, NULL, 16) & XEN_DOM0)
		say(nature, NATURE_REAL, "it is Xen's domain 0");
	else if (*type)
		say(nature, NATURE_VIRTUAL, "/sys/hypervisor/type is %s", type);
	else
		told = false;
	free(type);
	free(features);
	free(capabilities);
	return told;
}

static bool tell_cpu(const char *root, struct nature *nature)
{
	if (cpu_flag(root) != 1)
		return false;
	return say(nature, NATURE_VIRTUAL, "its CPUs have the flag hypervisor in /proc/cpuinfo");
}

/*
 * Names that machines have in firmware, as systemd-detect-virt knows them, and of clouds.
 * sells_machines: real ones have it, too; those of x86 then lack the CPU's flag.
 */
static const struct firmware_name {
	const char *name;
	bool sells_machines;
} firmware_names[] = {
	{ "Amazon EC2", true },
	{ "Google Compute Engine", true },
	{ "Alibaba Cloud", true },
	{ "AHV" },
	{ "Apple Virtualization" },
	{ "BHYVE" },
	{ "Bochs" },
	{ "Cloud Hypervisor" },
	{ "Firecracker" },
	{ "HVM domU" },
	{ "Hyper-V" },
	{ "KVM" },
	{ "KubeVirt" },
	{ "OpenStack" },
	{ "Parallels" },
	{ "QEMU" },
	{ "Tencent Cloud" },
	{ "VMware" },
	{ "Virtual Machine" }, /* Microsoft's, whose other machines are real */
	{ "VirtualBox" },
	{ "Xen" },
	{ "crosvm" },
	{ "innotek GmbH" },
	{ "oVirt" },
	{ "vServer" },
};

static const char *const firmware_files[] = {
	"product_name", "sys_vendor", "board_vendor", "bios_vendor", "product_version",
};

/* Whether the text begins with the name, which ends there: a Xenon is no Xen. */
static bool begins_with(const char *text, const char *name)
{
	return !strncasecmp(text, name, strlen(name)) &&
	       !islower((unsigned char)text[strlen(name)]);
}

static const struct firmware_name *firmware_name(const char *text)
{
	for (size_t i = 0; i < sizeof(firmware_names) / sizeof(firmware_names[0]); i++)
		if (begins_with(text, firmware_names[i].name))
			return &firmware_names[i];
	return NULL;
}

static bool tell_name(const char *root, const char *file, struct nature *nature)
{
	char *path = xasprintf("/sys/class/dmi/id/%s", file), *text = text_of(root, path);
	char *product = text_of(root, "/sys/class/dmi/id/product_name");
	const struct firmware_name *name = firmware_name(text);
	bool told = false;

	if (name && name->sells_machines && strstr(product, ".metal"))
		told = say(nature, NATURE_REAL, "%s has %s, which is a real machine", text,
			   product);
	else if (name && !(name->sells_machines && !cpu_flag(root)))
		told = say(nature, NATURE_VIRTUAL, "%s is %s", path, text);
	free(product);
	free(text);
	free(path);
	return told;
}

static bool tell_firmware(const char *root, struct nature *nature)
{
	char *path = xasprintf("%s/sys/firmware/dmi/entries/0-0/raw", root);
	FILE *f = fopen(path, "re");
	unsigned char bios[SMBIOS_VM_BYTE + 1];
	bool told = f && fread(bios, sizeof(bios), 1, f) == 1 &&
		    bios[SMBIOS_VM_BYTE] & SMBIOS_VM_BIT;

	if (f)
		fclose(f);
	free(path);
	if (told)
		return say(nature, NATURE_VIRTUAL, "its SMBIOS says so");
	for (size_t i = 0; i < sizeof(firmware_files) / sizeof(firmware_files[0]) && !told; i++)
		told = tell_name(root, firmware_files[i], nature);
	return told;
}

/* Arm's models of machines are none either. */
static bool tell_tree(const char *root, const char *tree, struct nature *nature)
{
	static const char *const parts[] = { "virt", "xen,", "qemu", "arm,fvp", "arm,foundation" };
	char *path = xasprintf("%s/hypervisor/compatible", tree), *hypervisor = text_of(root, path);
	char *whole_path = xasprintf("%s/compatible", tree), *whole = text_of(root, whole_path);
	bool told = false;

	if (*hypervisor)
		told = say(nature, NATURE_VIRTUAL, "%s is %s", path, hypervisor);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && !told; i++)
		if (strstr(whole, parts[i]))
			told = say(nature, NATURE_VIRTUAL, "%s is %s", whole_path, whole);
	free(whole);
	free(whole_path);
	free(hypervisor);
	free(path);
	return told;
}

static bool tell_trees(const char *root, struct nature *nature)
{
	return tell_tree(root, TREE, nature) || tell_tree(root, TREE_SYS, nature);
}

/* Devices that only VMs have, whatever name their firmware goes by. */
static bool tell_devices(const char *root, struct nature *nature)
{
	static const char *const patterns[] = {
		TREE "/fw-cfg*",
		TREE_SYS "/fw-cfg*",
		"/sys/firmware/qemu_fw_cfg",
		"/sys/bus/acpi/devices/QEMU*",
		"/sys/bus/acpi/devices/VMGENCTR*",
		"/sys/bus/acpi/devices/VMBUS*",
		"/sys/bus/vmbus/devices/*",
	};

	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		char *path = find(root, patterns[i]);

		if (path)
			say(nature, NATURE_VIRTUAL, "it has %s", path);
		free(path);
		if (path)
			return true;
	}
	return false;
}

/* Clocks that hypervisors offer. */
static bool tell_clocks(const char *root, struct nature *nature)
{
	static const char *const files[] = {
		"/sys/devices/system/clocksource/clocksource0/available_clocksource",
		"/sys/class/ptp/ptp0/clock_name",
	};
	static const char *const clocks[] = { "kvm-clock", "hyperv", "KVM virtual PTP" };
	bool told = false;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]) && !told; i++) {
		char *text = text_of(root, files[i]);

		for (size_t k = 0; k < sizeof(clocks) / sizeof(clocks[0]) && !told; k++)
			if (strstr(text, clocks[k]))
				told = say(nature, NATURE_VIRTUAL, "it has the clock %s",
					   clocks[k]);
		free(text);
	}
	return told;
}

/* It may know more than is known here. Containers are no VMs for it either. */
static bool tell_systemd(const char *root, struct nature *nature)
{
	char *argv[] = { "systemd-detect-virt", "--vm", NULL };
	char *name = *root ? NULL : command_line_of(argv);
	bool told = name;

	if (told)
		say(nature, NATURE_VIRTUAL, "systemd-detect-virt --vm says %s", name);
	free(name);
	return told;
}

/*
 * Nothing speaks for a VM. Where no CPU has a flag for it that is no proof: virtio devices are
 * rare in real machines, and a firmware without a name tells nothing.
 */
static bool tell_rest(const char *root, struct nature *nature)
{
	char *vendor = text_of(root, "/sys/class/dmi/id/sys_vendor");
	char *tree = text_of(root, TREE "/compatible"),
	     *tree_sys = text_of(root, TREE_SYS "/compatible");
	char *virtio = find(root, "/sys/bus/virtio/devices/*");
	const char *name = *tree ? tree : tree_sys;

	if (!cpu_flag(root))
		say(nature, NATURE_REAL, "its CPUs lack the flag hypervisor in /proc/cpuinfo");
	else if (virtio)
		say(nature, NATURE_UNTOLD, "its firmware names no VM, but it has %s", virtio);
	else if (*vendor)
		say(nature, NATURE_REAL, "its firmware is that of a machine of %s", vendor);
	else if (*name)
		say(nature, NATURE_REAL, "its device tree is that of %s", name);
	else
		say(nature, NATURE_UNTOLD, "it has neither DMI nor a device tree to tell by");
	free(virtio);
	free(tree_sys);
	free(tree);
	free(vendor);
	return true;
}

void nature_tell(const char *root, struct nature *nature)
{
	static bool (*const ways[])(const char *root, struct nature *nature) = {
		tell_xen,     tell_cpu,	   tell_firmware, tell_trees,
		tell_devices, tell_clocks, tell_systemd,  tell_rest,
	};

	for (size_t i = 0; !ways[i](root, nature); i++)
		;
}

const struct nature *machine_nature(void)
{
	static struct nature nature;

	if (!*nature.how)
		nature_tell("", &nature);
	return &nature;
}
