// SPDX-License-Identifier: GPL-2.0-only
#include "waiting.h"

#include <stdlib.h>
#include <string.h>

#include "cpu_state.h"

#define READS_MAX 4 /* lines; a lock's word, and what else says whether to go on */

struct line {
	const uint64_t *holders;
	uint64_t mask;
};

/* What a CPU's latest turn was like. */
struct past {
	bool is_known; /* it was undisturbed, and ended at PAUSE in this state */
	bool is_repeated; /* so was the one before it, in the same state */
	unsigned int reads;
	struct line lines[READS_MAX];
	int64_t instructions;
	uint8_t state[CPU_STATE_BYTES];
};

static struct past *pasts;
static unsigned int cpus_count;
static struct {
	bool is_disturbed, has_paused;
	unsigned int reads;
	struct line lines[READS_MAX];
} turn;

int waiting_init(unsigned int cpus)
{
	pasts = calloc(cpus, sizeof(*pasts));
	cpus_count = cpus;
	return pasts ? 0 : -1;
}

void waiting_forget(void)
{
	for (unsigned int i = 0; i < cpus_count; i++)
		pasts[i].is_known = pasts[i].is_repeated = false;
	turn.is_disturbed = turn.has_paused = false;
	turn.reads = 0;
}

void waiting_read(const uint64_t *holders, uint64_t mask)
{
	for (unsigned int i = 0; i < turn.reads; i++)
		if (turn.lines[i].holders == holders)
			return;
	if (turn.reads == READS_MAX)
		turn.is_disturbed = true;
	else
		turn.lines[turn.reads++] = (struct line){ holders, mask };
}

void waiting_disturb(void)
{
	turn.is_disturbed = true;
}

bool waiting_is_disturbed(void)
{
	return turn.is_disturbed;
}

void waiting_pause(void)
{
	turn.has_paused = true;
}

void waiting_turn_ended(unsigned int cpu, int64_t instructions)
{
	struct past *past = &pasts[cpu];
	const uint8_t *state = NULL;

	if (turn.has_paused && !turn.is_disturbed && !cpu_state_find_exit_mark())
		state = cpu_state_bytes(cpu);
	past->is_repeated = state && past->is_known && past->instructions == instructions &&
			    !memcmp(past->state, state, CPU_STATE_BYTES);
	past->is_known = state;
	if (state && !past->is_repeated)
		memcpy(past->state, state, CPU_STATE_BYTES);
	past->instructions = instructions;
	past->reads = turn.reads;
	memcpy(past->lines, turn.lines, sizeof(turn.lines));
	turn.is_disturbed = turn.has_paused = false;
	turn.reads = 0;
}

bool waiting_repeats(unsigned int cpu, int64_t instructions)
{
	const struct past *past = &pasts[cpu];

	if (!past->is_repeated || past->instructions >= instructions || cpu_state_is_to_exit(cpu))
		return false;
	for (unsigned int i = 0; i < past->reads; i++)
		if (!(*past->lines[i].holders & past->lines[i].mask))
			return false;
	return true;
}
