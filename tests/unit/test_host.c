// SPDX-License-Identifier: GPL-2.0-only
/* The command that measures a point, as each host makes it. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "../../harness/run/base/spawn.h"
#include "../../harness/run/host/host.h"

static struct setup setup;
static struct point point;
static struct point_files files;

static int make_setup(void **state)
{
	(void)state;
	setenv("FAULTLINE_ROOT", "/a,b c", 1);
	setenv("FAULTLINE_KERNEL_DIR_x86_64", "/k", 1);
	setenv("FAULTLINE_KERNEL_DIR_arm64", "/k", 1);
	setenv("FAULTLINE_QEMU_x86_64", "", 1); /* empty is not set */
	setenv("PATH", "", 1); /* where nothing is found names stay names */
	setenv("FAULTLINE_QEMU_arm64", "/my/qemu", 1);
	setup_init(&setup);
	point_defaults(&point);
	point.arch = ARCH_X86_64;
	files = (struct point_files){ "r,r", "con", "err", "ctl", "sta", NULL };
	return 0;
}

static int free_setup(void **state)
{
	(void)state;
	setup_free(&setup);
	return 0;
}

/* Whether the command has that text. */
static bool has(enum tier tier, const char *part)
{
	struct strings words = { 0 };
	char *command;
	bool found;

	point.tier = tier;
	host_of(tier)->command(&setup, &point, &files, &words);
	command = shell_quote(words.v);
	found = strstr(command, part);
	free(command);
	strings_free(&words);
	return found;
}

static void native_points_are_programs(void **state)
{
	(void)state;
	assert_true(has(TIER_HARDWARE, "'/a,b c/build/x86_64/faultline-point' mode="));
}

static void only_simulated_vms_count_instructions(void **state)
{
	(void)state;
	assert_true(has(TIER_EMULATED, "qemu-system-x86_64 -M pc,max-ram-below-4g=1G "
				       "-cpu max,-hypervisor,"));
	assert_true(has(TIER_EMULATED, " -smp 2 -kernel /k/vmlinux "
				       "-initrd '/a,b c/build/x86_64/initramfs.cpio' -append "));
	assert_false(has(TIER_EMULATED, "-icount"));
	assert_true(has(TIER_SIMULATED, " -icount shift=0,sleep=off -smp 1 -kernel "));
	assert_false(has(TIER_SIMULATED, "LD_PRELOAD"));
	point.cpus = 8;
	assert_true(has(TIER_SIMULATED,
			"env FAULTLINE_MANYCORE=quantum=500,boot_quantum=20000,"
			"control=ctl,status=sta sh -c 'exec 9<\"$0\"; export "
			"LD_PRELOAD=/proc/self/fd/9; exec \"$@\"' '/a,b c/build/manycore.so' "
			"qemu-system-x86_64 "));
	assert_false(has(TIER_SIMULATED, "-plugin"));
	point.coherence_ns = 70;
	point.speed = 4;
	assert_true(has(TIER_SIMULATED, " -plugin '/a,,b c/build/coherence.so,ns=280' "));
}

/* Kernels take the memory below 4 GiB last, where it is another zone: it comes on top. */
static void memory_of_a_cpu_is_the_same_on_both(void **state)
{
	(void)state;
	point.pages = 256;
	assert_true(has(TIER_SIMULATED, " -m 1284 "));
	point.arch = ARCH_ARM64;
	assert_true(has(TIER_SIMULATED, " -m 260 "));
	point.cpus = 64;
	assert_true(has(TIER_SIMULATED, " -m 2436 "));
	point.arch = ARCH_X86_64;
	assert_true(has(TIER_SIMULATED, " -m 3460 "));
}

static void profiles_of_one_cpu_need_both_libraries(void **state)
{
	(void)state;
	files.account = "acc,1";
	point.vcpus = 3;
	assert_true(has(TIER_SIMULATED, "env FAULTLINE_MANYCORE=observe sh -c "));
	assert_true(has(TIER_SIMULATED,
			" -plugin '/a,,b c/build/profile.so,kernel=/k/System.map,"
			"program=/a,,b c/build/x86_64/faultline-point.map,"
			"guest=/a,,b c/build/x86_64/guest.map,vcpus=3,out=acc,,1' -kernel "));
}

static void records_come_by_a_serial_port(void **state)
{
	(void)state;
	assert_true(has(TIER_SIMULATED, " -serial file:con -serial file:r,r"));
	point.arch = ARCH_ARM64;
	assert_true(has(TIER_SIMULATED, "/my/qemu -M virt,"));
	assert_true(has(TIER_SIMULATED, " -kernel /k/Image "));
	assert_true(has(TIER_SIMULATED, " -serial file:con -chardev file,id=record,path=r,,r "
					"-device pci-serial,chardev=record"));
	assert_false(has(TIER_SIMULATED, "ctl"));
	point.cpus = 2;
	assert_true(has(TIER_SIMULATED, "-device pci-serial,chardev=control"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(native_points_are_programs, make_setup, free_setup),
		cmocka_unit_test_setup_teardown(only_simulated_vms_count_instructions, make_setup,
						free_setup),
		cmocka_unit_test_setup_teardown(memory_of_a_cpu_is_the_same_on_both, make_setup,
						free_setup),
		cmocka_unit_test_setup_teardown(profiles_of_one_cpu_need_both_libraries, make_setup,
						free_setup),
		cmocka_unit_test_setup_teardown(records_come_by_a_serial_port, make_setup,
						free_setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
