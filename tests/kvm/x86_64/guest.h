/* SPDX-License-Identifier: GPL-2.0-only */
/* The guest's side of what takes instructions of x86-64. */
#ifndef FAULTLINE_X86_64_GUEST_H
#define FAULTLINE_X86_64_GUEST_H

#include "../commands.h"
#include "../../../workloads/tasks.h"
#include "../../../workloads/x86_64/cpu.h"

static inline void call(struct guest_vcpu *self)
{
	__asm__ volatile("call *%0" : : "r"(self->test[TEST_ADDRESS]) : "memory", "cc");
}

/* The entry that maps 1 GiB from there on. */
static inline volatile uint64_t *directory_entry(uint64_t address)
{
	const uint64_t address_mask = ~0xfffull;
	const volatile uint64_t *table;
	uint64_t cr3;

	__asm__ volatile("mov %%cr3, %0" : "=r"(cr3));
	table = (const volatile uint64_t *)(cr3 & address_mask);
	return (volatile uint64_t *)(table[0] & address_mask) + (address >> 30);
}

/* Before the CPU walks there: stores are seen in order. */
static inline void order_table_entry(void)
{
	__asm__ volatile("" : : : "memory");
}

static inline void undefined(struct guest_vcpu *self)
{
	(void)self;
	__asm__ volatile("mov %0, %%r15\n\tud2" : : "i"(MARK) : "r15");
}

/* Without a table of exceptions this one ends in a triple fault. */
static inline void fatal(struct guest_vcpu *self)
{
	const struct {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed)) nowhere = { 0, 0 };

	__asm__ volatile("lidt %0" : : "m"(nowhere));
	undefined(self);
}

static inline void outs(struct guest_vcpu *self)
{
	uint64_t address = self->test[TEST_ADDRESS];

	__asm__ volatile("cld\n\toutsl" : "+S"(address) : "d"((uint16_t)DOORBELL_PORT) : "memory");
}

static inline void write_msr(uint32_t number, uint64_t value)
{
	__asm__ volatile("wrmsr"
			 :
			 : "c"(number), "a"((uint32_t)value), "d"((uint32_t)(value >> 32))
			 : "memory");
}

static inline void wrmsr(struct guest_vcpu *self)
{
	write_msr((uint32_t)self->test[TEST_ADDRESS], self->test[TEST_VALUE]);
}

static inline void allow_interrupts(struct guest_vcpu *self)
{
	(void)self;
	__asm__ volatile("sti\n\tnop");
}

/* The vCPU's own block, from one of its tasks'. */
static inline struct guest_vcpu *vcpu_of(const struct guest_vcpu *task)
{
	return (struct guest_vcpu *)task->memory;
}

static inline void read_by_task(struct guest_vcpu *task)
{
	const struct guest_vcpu *self = vcpu_of(task);
	const uint64_t page = task_number(self, task) % self->test[TEST_VALUE];

	task->TASK_WORD = *(volatile uint64_t *)(self->test[TEST_ADDRESS] + page * PAGE_BYTES);
}

static inline void run_tasks(struct guest_vcpu *self, void (*run)(struct guest_vcpu *task))
{
	self->memory = (uintptr_t)self;
	tasks_run(self, run);
}

static inline void tasks_read(struct guest_vcpu *self)
{
	run_tasks(self, read_by_task);
}

static inline void read_or_spin(struct guest_vcpu *task)
{
	const struct guest_vcpu *self = vcpu_of(task);

	if (!task_number(self, task))
		read_by_task(task);
	else
		while (!__atomic_load_n(&self->pages_ready, __ATOMIC_RELAXED))
			;
}

static inline void tasks_spin(struct guest_vcpu *self)
{
	self->pages_ready = 0;
	run_tasks(self, read_or_spin);
}

static inline void read_closed(struct guest_vcpu *task)
{
	const _Bool is_first = !task_number(vcpu_of(task), task);

	if (!is_first)
		__asm__ volatile("cli" : : : "memory");
	read_by_task(task);
	if (!is_first)
		__asm__ volatile("sti" : : : "memory");
}

static inline void tasks_closed(struct guest_vcpu *self)
{
	run_tasks(self, read_closed);
}

static inline void read_or_toggle(struct guest_vcpu *task)
{
	const uint64_t on = (uintptr_t)vcpu_of(task) + ASYNC_PF_OFFSET + ASYNC_PF_ALL;

	if (!task_number(vcpu_of(task), task)) {
		read_by_task(task);
		return;
	}
	write_msr(MSR_KVM_ASYNC_PF_EN, 0);
	ring_doorbell(BELL_OFF);
	write_msr(MSR_KVM_ASYNC_PF_EN, on);
}

static inline void tasks_toggle(struct guest_vcpu *self)
{
	run_tasks(self, read_or_toggle);
}

#endif
