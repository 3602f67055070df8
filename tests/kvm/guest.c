// SPDX-License-Identifier: GPL-2.0-only
/* The tests' guest: carries out one command after the other, see commands.h. */
#if defined(__x86_64__)
#include "x86_64/guest.h"
#elif defined(__aarch64__)
#include "arm64/guest.h"
#endif

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

static void read_pages(struct guest_vcpu *self)
{
	for (uint64_t page = 0; page < self->test[TEST_VALUE]; page++)
		(void)*(word(self) + page * PAGE_WORDS);
}

static void read_by_table(struct guest_vcpu *self)
{
	*directory_entry(BY_TABLE) = self->test[TEST_ADDRESS] | TABLE_BITS;
	order_table_entry();
	self->test[TEST_RESULT] = *(volatile uint64_t *)BY_TABLE;
}

static void (*const commands[COMMANDS])(struct guest_vcpu *self) = {
	[COMMAND_READ] = read_word,
	[COMMAND_WRITE] = write_word,
	[COMMAND_READ_PAGES] = read_pages,
	[COMMAND_CALL] = call,
	[COMMAND_READ_BY_TABLE] = read_by_table,
	[COMMAND_UNDEFINED] = undefined,
	[COMMAND_FATAL] = fatal,
#define COMMAND(NAME, function) [COMMAND_##NAME] = function,
	ARCH_COMMANDS
#undef COMMAND
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
