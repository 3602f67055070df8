// SPDX-License-Identifier: GPL-2.0-only
/* The tests' guest: carries out one command after the other, see commands.h. */
#include "commands.h"
#include "../../workloads/x86_64/cpu.h"

void guest_main(struct guest_vcpu *self);

static volatile uint64_t *word(const struct guest_vcpu *self)
{
	return (volatile uint64_t *)self->test[TEST_ADDRESS];
}

static void read_word(struct guest_vcpu *self)
{
	self->test[TEST_RESULT] = *word(self);
}

static void write_word(struct guest_vcpu *self)
{
	*word(self) = self->test[TEST_VALUE];
}

static void call(struct guest_vcpu *self)
{
	__asm__ volatile("call *%0" : : "r"(self->test[TEST_ADDRESS]) : "memory", "cc");
}

static void outs(struct guest_vcpu *self)
{
	uint64_t address = self->test[TEST_ADDRESS];

	__asm__ volatile("cld\n\toutsl" : "+S"(address) : "d"((uint16_t)DOORBELL_PORT) : "memory");
}

static void wrmsr(struct guest_vcpu *self)
{
	uint64_t value = self->test[TEST_VALUE];

	__asm__ volatile("wrmsr"
			 :
			 : "c"((uint32_t)self->test[TEST_ADDRESS]), "a"((uint32_t)value),
			   "d"((uint32_t)(value >> 32))
			 : "memory");
}

static void allow_interrupts(struct guest_vcpu *self)
{
	(void)self;
	__asm__ volatile("sti\n\tnop");
}

static void undefined(struct guest_vcpu *self)
{
	(void)self;
	__asm__ volatile("ud2");
}

static void triple_fault(struct guest_vcpu *self)
{
	const struct {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed)) nowhere = { 0, 0 };

	__asm__ volatile("lidt %0" : : "m"(nowhere));
	undefined(self);
}

static void (*const commands[COMMANDS])(struct guest_vcpu *self) = {
	[COMMAND_READ] = read_word,	 [COMMAND_WRITE] = write_word,
	[COMMAND_CALL] = call,		 [COMMAND_OUTS] = outs,
	[COMMAND_WRMSR] = wrmsr,	 [COMMAND_ALLOW_INTERRUPTS] = allow_interrupts,
	[COMMAND_UNDEFINED] = undefined, [COMMAND_TRIPLE_FAULT] = triple_fault,
};

void guest_main(struct guest_vcpu *self)
{
	for (;;) {
		self->test[TEST_IS_BUSY] = 1;
		self->ready_ticks = arch_ticks();
		commands[self->test[TEST_COMMAND]](self);
		self->test[TEST_IS_BUSY] = 0;
		ring_doorbell(BELL_FINISHED);
	}
}
