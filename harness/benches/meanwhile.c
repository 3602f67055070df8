// SPDX-License-Identifier: GPL-2.0-only
#include "meanwhile.h"

#include <errno.h>
#include <linux/kvm.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../modes/userfault.h"
#include "../point/fail.h"
#include "../point/thread.h"

#define PAUSE_US 100

struct changer {
	struct measurement *m;
	pthread_t thread;
	_Atomic bool stopping;
	unsigned long *log; /* a bit a page */
};

static void set_slot(struct changer *changer, const struct abi_memory_region2 *slot)
{
	int r = vm_set_slot(&changer->m->vm, slot);

	if (r)
		fail("memslot with flags %#x, while vCPUs run: %s", slot->flags, strerror(-r));
}

static void read_log(struct changer *changer)
{
	struct kvm_dirty_log log = { .slot = VM_TEST_SLOT, .dirty_bitmap = changer->log };

	if (ioctl(changer->m->vm.fd, KVM_GET_DIRTY_LOG, &log))
		fail("KVM_GET_DIRTY_LOG: %s", strerror(errno));
}

static void *change_slot(void *arg)
{
	struct changer *changer = arg;
	const struct measurement *m = changer->m;
	struct abi_memory_region2 slot = m->slot;

	for (unsigned int turn = 0; !atomic_load(&changer->stopping); turn++) {
		slot.flags ^= KVM_MEM_LOG_DIRTY_PAGES;
		if (turn % 2 && slot.flags & ABI_MEM_USERFAULT)
			slot.userfault_bitmap = (uintptr_t)userfault_bitmap(m, turn / 2 % 2);
		set_slot(changer, &slot);
		if (slot.flags & KVM_MEM_LOG_DIRTY_PAGES)
			read_log(changer);
		usleep(PAUSE_US);
	}
	set_slot(changer, &m->slot);
	return NULL;
}

void meanwhile_start(struct measurement *m)
{
	struct changer *changer;
	int r;

	if (m->point->meanwhile == MEANWHILE_NOTHING)
		return;
	changer = calloc(1, sizeof(*changer));
	if (!changer || !(changer->log = calloc(m->pages_total / 64 + 1, sizeof(uint64_t))))
		fail("no memory for a dirty log of %llu pages", (unsigned long long)m->pages_total);
	changer->m = m;
	m->findings = changer;
	r = thread_start(&changer->thread, change_slot, changer);
	if (r)
		fail("starting a thread that changes the slot: %s; raise the limit on processes",
		     strerror(r));
}

void meanwhile_stop(struct measurement *m)
{
	struct changer *changer = m->findings;

	if (!changer)
		return;
	atomic_store(&changer->stopping, true);
	pthread_join(changer->thread, NULL);
	free(changer->log);
	free(changer);
	m->findings = NULL;
}
