// SPDX-License-Identifier: GPL-2.0-only
#include "machine_kinds.h"

/*
 * Whatever could make two boots differ is pinned down here or, where it is the same
 * for all machines, in host_vm.c. And copies by kernel and by user space must weigh about
 * the same where instructions are counted: without ERMS and FSRM a repeated string store
 * counts per word, without AVX and SVE a vector is two words, and what FEAT_MOPS sets or
 * copies would be one instruction (for all of QEMU 10's CPUs have it).
 *
 * x86-64: It is bare metal to its kernel, which would make its spinlocks unfair test-and-set
 * ones where CPUID's hypervisor bit is set. Of its memory, 1 GiB is below 4 GiB: that is the
 * zone DMA32, and all else is the zone Normal. By itself QEMU puts 3 GiB or more there. What is
 * above would bring bounce buffers along, 64 MiB of them, which no device here needs.
 *
 * Several CPUs need a timer each, one CPU has a shorter path with the machine's.
 * They would also measure udelay()'s loop one after the other, for 80 ms each: at 1 ns a
 * tick and 4 ms a jiffy the outcome is known; arm64 goes by the counter. The boot's check of its
 * timer panics where a busy machine lets an emulated CPU wait for ten ticks.
 *
 * arm64: The hypervisor needs EL2, GICv3 takes more than 8 CPUs. No firmware's seeds, no tags
 * and keys of pointers, which QEMU takes its time for; a counter of 1 GHz ticks once an
 * instruction.
 *
 * faultline-point brings up all CPUs but the first, after what the kernel does faster without
 * them.
 */
const struct machine_kind machine_kinds[ARCH_COUNT] = {
	[ARCH_X86_64] = {
		.qemu = "qemu-system-x86_64",
		.package = "qemu-system-x86",
		.kernel_file = "vmlinux",
		.machine_words = "-M pc,max-ram-below-4g=1G "
				 "-cpu max,-hypervisor,-erms,-fsrm,-rdrand,-rdseed,-avx,-avx2",
		.dma32_mib = 1024,
		.kernel_words = "console=ttyS0 quiet norandmaps nokaslr tsc=reliable "
				"clocksource=tsc no_timer_check swiotlb=noforce",
		.one_cpu_words = "nolapic_timer",
		.manycore_words = "lpj=4000000 maxcpus=1",
	},
	[ARCH_ARM64] = {
		.qemu = "qemu-system-aarch64",
		.package = "qemu-system-arm",
		.kernel_file = "Image",
		.machine_words = "-M virt,virtualization=on,gic-version=3,dtb-randomness=off "
				 "-cpu max,pauth=off,sve=off,sme=off,cntfrq=1000000000",
		.serial_device = "pci-serial",
		.kernel_words = "console=ttyAMA0 quiet norandmaps nokaslr arm64.nomops",
		.one_cpu_words = "",
		.manycore_words = "maxcpus=1",
	},
};
