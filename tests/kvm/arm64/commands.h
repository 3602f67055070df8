/* SPDX-License-Identifier: GPL-2.0-only */
/* The commands that only arm64 has; carried out in guest.h. */
#ifndef FAULTLINE_ARM64_COMMANDS_H
#define FAULTLINE_ARM64_COMMANDS_H

#define CODE_RETURN 0xd65f03c0 /* ret */
#define TABLE_BITS 0x3ull
#define BLOCK_BITS 0x701ull /* of 2 MiB; accessed, inner shareable */
#define PAGE_BITS 0x703ull /* the same of 4 KiB */

#define PV_TIME_ST 0xc5000021 /* a call that asks for the address of the record of stolen time */

/*
 * HYPERCALL: the function whose number is the address, with the value as argument; what it
 * returns is the result. DEVICE_WRITE: the value to a register of a device at the address.
 * WRITE_AND_PV_TIME: the value to the word at the address, and then PV_TIME_ST without
 * leaving the guest in between; ..._SMC: the same by SMC in place of HVC.
 */
#define ARCH_COMMANDS                                 \
	COMMAND(HYPERCALL, hypercall)                 \
	COMMAND(DEVICE_WRITE, device_write)           \
	COMMAND(WRITE_AND_PV_TIME, write_and_pv_time) \
	COMMAND(WRITE_AND_PV_TIME_SMC, write_and_pv_time_smc)

#endif
