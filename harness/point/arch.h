/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between architectures below vm.c; one folder each with the same
 * functions. All end the program through fail() or skip() on errors.
 */
#ifndef FAULTLINE_ARCH_H
#define FAULTLINE_ARCH_H

#include <stddef.h>
#include <stdint.h>

struct guest_exception;
struct vcpu;
struct vm;

/* The counter that host and guest share (x86-64: TSC, arm64: CNTVCT), read after earlier accesses. */
static inline uint64_t arch_ticks(void);

/*
 * Frequency of that counter in Hz, measured against CLOCK_MONOTONIC_RAW over
 * 20 ms. Under instruction counting one tick is one instruction and the result
 * is exactly 10^9 if it is within 0.1 % of it (is_simulated), else fail().
 * That is a second of the kernel's clock: results count point->speed times as many.
 */
uint64_t arch_ticks_hz(int is_simulated);

/* Sleeps until about then, if it is not then already; hz as above. */
void ticks_sleep_until(uint64_t ticks, uint64_t hz);

/* Bytes that arch_build_tables() needs to map mapped_bytes one to one. */
size_t arch_tables_bytes(uint64_t mapped_bytes);

/* Writes page tables and descriptor/vector tables into the system slot at vm->tables_gpa. */
void arch_build_tables(struct vm *vm, uint64_t mapped_bytes);

/* Type for KVM_CREATE_VM of an ordinary VM that maps mapped_bytes, or skip(). */
unsigned long arch_vm_type(int kvm_fd, uint64_t mapped_bytes);

/* VM-wide set-up that must precede the vCPUs. */
void arch_vm_init(struct vm *vm);

/*
 * An interrupt controller in the kernel, which the guest does not use, but which changes what
 * KVM does at each entry: made before the first vCPU, at guest addresses from gpa (64 KiB aligned)
 * on, and started after the last one. Where there is none to choose it is not asked for.
 */
void arch_gic_create(struct vm *vm, uint64_t gpa);
void arch_gic_start(struct vm *vm);

/*
 * A local APIC for each vCPU, in the kernel, which also waits there while the guest halts. Made
 * before the first vCPU. x86-64 only.
 */
void arch_lapics_create(struct vm *vm);

/*
 * Registers, so that the vCPU starts at entry_gpa with the stack that ends at
 * stack_gpa and the address of its control block as argument; and its counter: offset 0 to the host's, which
 * vcpu_check_clock() verifies later.
 */
void arch_vcpu_init(struct vcpu *vcpu, uint64_t entry_gpa, uint64_t stack_gpa, uint64_t block_gpa);

/* Whether the exit just taken is the guest's doorbell; then *value is what it says. */
int arch_exit_is_doorbell(struct vcpu *vcpu, uint64_t *value);

/* Registers of a vCPU as text, for messages. Returns buf; ARCH_DESCRIPTION_BYTES are enough. */
const char *arch_describe(struct vcpu *vcpu, char *buf, size_t size);

/* The same for an exception that the guest has reported. */
const char *arch_describe_exception(const struct guest_exception *exception, char *buf,
				    size_t size);

#define ARCH_DESCRIPTION_BYTES 1280

#if defined(__x86_64__)
#include "x86_64/machine.h"
#include "x86_64/spin.h"
#include "../../workloads/x86_64/ticks.h"
#elif defined(__aarch64__)
#include "arm64/machine.h"
#include "arm64/spin.h"
#include "../../workloads/arm64/ticks.h"
#endif

#endif
