/* SPDX-License-Identifier: GPL-2.0-only */
/* What differs between architectures in what tests expect. */
#ifndef FAULTLINE_ARM64_EXPECT_H
#define FAULTLINE_ARM64_EXPECT_H

/* Words of reports on COMMAND_UNDEFINED, on reading UNMAPPED_ADDRESS, on COMMAND_FATAL. */
#define REPORT_UNDEFINED "exception: vector 0, esr_el1 0x2000000,", " x30 0x3a5c96"
#define REPORT_UNMAPPED "exception: vector 0, esr_el1 0x9600000", "far_el1 0x10000000000,"
#define REPORT_FATAL "exit reason 24;", " x30 0x3a5c96" /* KVM_EXIT_SYSTEM_EVENT */
#define REPORT_OUTSIDE "exit reason 6;", "pc 0x" /* KVM_EXIT_MMIO */

/* The ends that user memory may have, by bits of the kernel's virtual addresses. */
#define USER_ENDS 1ull << 39, 1ull << 42, 1ull << 47, 1ull << 48, 1ull << 52

#endif
