// SPDX-License-Identifier: GPL-2.0-only
/* A row for each value of the key how. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "../modes/userfault.h"
#include "../point/fail.h"
#include "freeze_ways.h"

static void set_slot(struct measurement *m, const char *what)
{
	int r = vm_set_slot(&m->vm, &m->slot);

	if (r)
		fail("%s: %s", what, strerror(-r));
}

/* The bitmap is there, as in a VM that has seen a migration before, with no bit set. */
static void prepare_flag(struct measurement *m)
{
	userfault_add_bitmap(m, 0);
}

static void freeze_by_flag(struct measurement *m, struct writers *writers)
{
	(void)writers;
	userfault_fill_bitmap(m, 0xff);
	m->slot.flags |= ABI_MEM_USERFAULT;
	set_slot(m, "turning KVM_MEM_USERFAULT on");
}

static void thaw_by_flag(struct measurement *m, struct writers *writers)
{
	(void)writers;
	m->slot.flags &= ~ABI_MEM_USERFAULT;
	set_slot(m, "turning KVM_MEM_USERFAULT off");
}

static void freeze_by_memslot(struct measurement *m, struct writers *writers)
{
	(void)writers;
	m->slot.memory_size = 0;
	set_slot(m, "deleting the memslot");
}

static void thaw_by_memslot(struct measurement *m, struct writers *writers)
{
	(void)writers;
	m->slot.memory_size = m->memory.bytes;
	set_slot(m, "creating the memslot again");
}

static void protect(const struct measurement *m, int protection)
{
	if (mprotect(m->memory.hva, m->memory.bytes, protection))
		fail("mprotect of %zu MiB: %s", m->memory.bytes >> 20, strerror(errno));
}

static void freeze_by_mprotect(struct measurement *m, struct writers *writers)
{
	(void)writers;
	protect(m, PROT_NONE);
}

static void thaw_by_mprotect(struct measurement *m, struct writers *writers)
{
	(void)writers;
	protect(m, PROT_READ | PROT_WRITE);
}

static void freeze_by_pause(struct measurement *m, struct writers *writers)
{
	(void)m;
	writers_pause(writers);
}

static void thaw_by_nothing_more(struct measurement *m, struct writers *writers)
{
	(void)m;
	(void)writers;
}

/* clang-format off */
const struct freeze_way freeze_ways[] = {
	[FREEZE_FLAG] = { prepare_flag, freeze_by_flag, thaw_by_flag },
	[FREEZE_MEMSLOT] = { NULL, freeze_by_memslot, thaw_by_memslot },
	[FREEZE_MPROTECT] = { NULL, freeze_by_mprotect, thaw_by_mprotect },
	[FREEZE_PAUSE] = { NULL, freeze_by_pause, thaw_by_nothing_more },
};
/* clang-format on */
