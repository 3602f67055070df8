// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tasks of one vCPU, switched by exchanging the frame of an exception or interrupt for that of
 * another task: nothing else of a task is in the CPU. They are left where KVM says that a page
 * is not there, and at their end, and go on in the order in which they could.
 */
#include "../tasks.h"

#include "cpu.h"
#include "exception.h"

#define MSR_APIC_BASE 0x1b
#define APIC_BASE_X2APIC (3u << 10)
#define MSR_X2APIC_EOI 0x80b
#define MSR_X2APIC_SPURIOUS 0x80f
#define APIC_ENABLED 0x1ff /* and the vector of interrupts that are none */

#define MSR_KVM_ASYNC_PF_EN 0x4b564d02
#define ASYNC_PF_EN_BITS 0xb /* on; also for the guest's kernel; pages are ready by interrupt */
#define MSR_KVM_ASYNC_PF_INT 0x4b564d06
#define MSR_KVM_ASYNC_PF_ACK 0x4b564d07
#define TOKEN_ALL 0xffffffffu /* whoever waits has to look again */

#define RFLAGS_TASK 0x202 /* interrupts are on */

/* What KVM writes to. */
struct async_pf {
	uint32_t is_not_present, ready_token;
};

struct task {
	struct guest_vcpu block; /* first, see task_block() */
	struct frame frame; /* while it does not run */
	struct task *next; /* of those that could run */
	uint64_t token; /* of the page that it waits for; 0: it does not */
};

/* In the vCPU's own part of the tasks' memory. */
struct scheduler {
	struct task *running, *first, *last;
	uint64_t unfinished;
	void (*run)(struct guest_vcpu *task);
	struct task main, idle;
};

_Static_assert(sizeof(struct task) + 4096 <= TASK_BYTES, "no room for a task's stack");
_Static_assert(sizeof(struct scheduler) <= TASK_BYTES, "no room for the scheduler");

static void write_msr(uint32_t number, uint64_t value)
{
	__asm__ volatile("wrmsr"
			 :
			 : "c"(number), "a"((uint32_t)value), "d"((uint32_t)(value >> 32))
			 : "memory");
}

static uint64_t read_msr(uint32_t number)
{
	uint32_t low, high;

	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(number));
	return (uint64_t)high << 32 | low;
}

static volatile struct async_pf *async_pf(struct guest_vcpu *self)
{
	return (volatile struct async_pf *)((uintptr_t)self + ASYNC_PF_OFFSET);
}

static struct scheduler *scheduler(const struct guest_vcpu *self)
{
	return (struct scheduler *)self->task_memory;
}

void arch_tasks_prepare(struct guest_vcpu *self)
{
	if (!self->async_pf)
		return;
	write_msr(MSR_APIC_BASE, read_msr(MSR_APIC_BASE) | APIC_BASE_X2APIC);
	write_msr(MSR_X2APIC_SPURIOUS, APIC_ENABLED);
	write_msr(MSR_KVM_ASYNC_PF_INT, VECTOR_PAGE_READY);
	write_msr(MSR_KVM_ASYNC_PF_EN, (uintptr_t)async_pf(self) | ASYNC_PF_EN_BITS);
}

static void add(struct scheduler *s, struct task *task)
{
	task->next = NULL;
	if (s->first)
		s->last->next = task;
	else
		s->first = task;
	s->last = task;
}

/* The next of those that can run; when none can, whoever waits for that or for all to end. */
static struct task *take(struct scheduler *s)
{
	struct task *task = s->first;

	if (!task)
		return s->unfinished ? &s->idle : &s->main;
	s->first = task->next;
	return task;
}

static void switch_to(struct scheduler *s, struct frame *frame, struct task *task)
{
	s->running->frame = *frame;
	*frame = task->frame;
	s->running = task;
}

static void wake(struct guest_vcpu *self, uint32_t token)
{
	for (uint64_t i = 0; i < self->tasks; i++) {
		struct task *task = (struct task *)task_block(self, i);

		if (task->token && (task->token == token || token == TOKEN_ALL)) {
			task->token = 0;
			add(scheduler(self), task);
		}
	}
}

/* A page of the running task's is not there. */
static _Bool not_present(struct guest_vcpu *self, struct frame *frame)
{
	struct scheduler *s = scheduler(self);

	if (!self->async_pf || !async_pf(self)->is_not_present)
		return 0;
	async_pf(self)->is_not_present = 0;
	self->pages_not_present++;
	s->running->token = read_cr2();
	switch_to(s, frame, take(s));
	return 1;
}

/*
 * Where QEMU emulates the CPU that KVM runs on, this may be entered once more before its first exit
 * to KVM, wherever it is: version 7.2 keeps the number of an interrupt that VMRUN has injected,
 * and takes it for an exception if it ends the CPU's turn before the next exit. So each has a
 * frame of its own, and nothing is touched before the first exit. The one that was interrupted
 * later finds no token, or the next one before its interrupt.
 */
static void page_ready(struct guest_vcpu *self, struct frame *frame)
{
	struct scheduler *s = scheduler(self);
	uint32_t token;

	write_msr(MSR_X2APIC_EOI, 0);
	token = async_pf(self)->ready_token;
	if (!token)
		return;
	if (token != TOKEN_ALL)
		self->pages_ready++;
	wake(self, token);
	async_pf(self)->ready_token = 0;
	write_msr(MSR_KVM_ASYNC_PF_ACK, 1);
	/* Who computes gives way to who has waited, as under a scheduler that is fair. */
	if (s->first && computes(&s->running->block))
		add(s, s->running);
	else if (!s->first || s->running != &s->idle)
		return;
	switch_to(s, frame, take(s));
}

_Bool tasks_exception(struct guest_vcpu *self, struct frame *frame)
{
	switch (frame->vector) {
	case VECTOR_PAGE_FAULT:
		return not_present(self, frame);
	case VECTOR_PAGE_READY:
		page_ready(self, frame);
		return 1;
	case VECTOR_SWITCH:
		switch_to(scheduler(self), frame, take(scheduler(self)));
		return 1;
	default:
		return 0;
	}
}

static void leave(void)
{
	__asm__ volatile("int %0" : : "i"(VECTOR_SWITCH) : "memory");
}

static void task_main(struct scheduler *s, struct task *task)
{
	s->run(&task->block);
	s->unfinished--;
	leave();
}

static void tasks_idle(void)
{
	for (;;)
		__asm__ volatile("sti\n\thlt");
}

static struct frame start_frame(void (*start)(void), uint64_t stack)
{
	return (struct frame){
		.rip = (uintptr_t)start,
		.cs = SELECTOR_CODE,
		.rflags = RFLAGS_TASK,
		/* As after a call. */
		.rsp = stack - sizeof(uint64_t),
		.ss = SELECTOR_DATA,
	};
}

void arch_tasks_run(struct guest_vcpu *self, void (*run)(struct guest_vcpu *task))
{
	struct scheduler *s = scheduler(self);

	s->running = &s->main;
	s->first = NULL;
	s->run = run;
	s->unfinished = self->tasks;
	s->idle.frame = start_frame(tasks_idle, self->task_memory + TASK_BYTES);
	for (uint64_t i = 0; i < self->tasks; i++) {
		struct task *task = (struct task *)task_block(self, i);

		task->frame = start_frame((void (*)(void))task_main, (uintptr_t)task + TASK_BYTES);
		task->frame.regs[7] = (uintptr_t)s; /* RDI */
		task->frame.regs[6] = (uintptr_t)task; /* RSI */
		task->token = 0;
		add(s, task);
	}
	leave();
}
