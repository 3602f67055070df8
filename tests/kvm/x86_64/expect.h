/* SPDX-License-Identifier: GPL-2.0-only */
/* What differs between architectures in what tests expect. */
#ifndef FAULTLINE_X86_64_EXPECT_H
#define FAULTLINE_X86_64_EXPECT_H

/* Words of reports on COMMAND_UNDEFINED, on reading UNMAPPED_ADDRESS, on COMMAND_FATAL. */
#define REPORT_UNDEFINED "exception: vector 6, error code 0", " r15 0x3a5c96"
#define REPORT_UNMAPPED "exception: vector 14, error code 0", "cr2 0x10000000000"
#define REPORT_FATAL "exit reason 8;", "rip 0x" /* KVM_EXIT_SHUTDOWN */
#define REPORT_OUTSIDE "exit reason 6;", "rip 0x" /* KVM_EXIT_MMIO */

/* The ends that user memory may have, by levels of the kernel's page tables. */
#define USER_ENDS 0x7ffffffff000ull, 0xfffffffffff000ull

#endif
