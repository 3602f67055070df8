// SPDX-License-Identifier: GPL-2.0-only
#include "calls.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../kvm/test.h"
#include "../kvm/world.h"
#include "mappings.h"
#include "region.h"

#define KNOWN_FAULT_FLAGS (ABI_MEMORY_EXIT_FLAG_PRIVATE | ABI_MEMORY_EXIT_FLAG_USERFAULT)
#define NOWHERE ((void *)16)
#define PRE_FAULT_NS 20000000

static int result_of(int r)
{
	return r < 0 ? -errno : 0;
}

/* The seed stands for these values; where memory happens to lie does not count. */
static uint64_t keep(struct caller *c, uint64_t argument)
{
	c->digest = content_base(c->digest, argument);
	return argument;
}

static void keep_all(struct caller *c, const void *arguments, size_t bytes)
{
	uint64_t word;

	for (size_t i = 0; i + sizeof(word) <= bytes; i += sizeof(word)) {
		memcpy(&word, (const uint8_t *)arguments + i, sizeof(word));
		keep(c, word);
	}
}

static int set_slot_by(struct caller *c, bool by_older_ioctl)
{
	struct kvm_userspace_memory_region older;
	struct abi_memory_region2 region;
	bool is_nowhere;
	int r;

	draw_region(&c->draws, c->arena->is_private, &region);
	if (c->is_wild && draw_one_in(&c->draws, 2))
		spoil_region(&c->draws, &region);
	is_nowhere = c->is_wild && draw_one_in(&c->draws, 64);
	keep_all(c, &region, sizeof(region));
	use_memfd(c->arena, &region);
	older = (struct kvm_userspace_memory_region){
		.slot = region.slot,
		.flags = region.flags,
		.guest_phys_addr = region.guest_phys_addr,
		.memory_size = region.memory_size,
		.userspace_addr = region.userspace_addr,
	};
	if (by_older_ioctl)
		r = ioctl(c->arena->vm.fd, KVM_SET_USER_MEMORY_REGION,
			  is_nowhere ? NOWHERE : (void *)&older);
	else
		r = ioctl(c->arena->vm.fd, ABI_SET_USER_MEMORY_REGION2,
			  is_nowhere ? NOWHERE : (void *)&region);
	r = result_of(r);
	if (c->arena->is_ending)
		return r;
	if (is_nowhere)
		check_equal("the result of a region at a bad address", -r, EFAULT);
	else if (must_be_refused(&region, by_older_ioctl))
		check(r == -EINVAL,
		      "%s of slot %#x, flags %#x, %#llx bytes at %#llx, memory %#llx, bitmap %#llx: %d instead of EINVAL",
		      by_older_ioctl ? "region" : "region2", region.slot, region.flags,
		      (unsigned long long)region.memory_size,
		      (unsigned long long)region.guest_phys_addr,
		      (unsigned long long)region.userspace_addr,
		      (unsigned long long)region.userfault_bitmap, -r);
	return r;
}

static int set_region2(struct caller *c)
{
	return set_slot_by(c, false);
}

static int set_region(struct caller *c)
{
	return set_slot_by(c, true);
}

/* Which slot is there now is not known; this one most of the time. */
static void resolve(struct caller *c, uint64_t gpa)
{
	const uint64_t slot = (gpa - VM_TEST_GPA) / SLOT_BYTES % ARENA_SLOTS;
	_Atomic unsigned long *bits = c->arena->bits + slot * SLOT_BITMAP_BYTES / sizeof(long);

	for (size_t i = 0; i < SLOT_BITMAP_BYTES / sizeof(long); i++)
		if (bits[i])
			atomic_store_explicit(&bits[i], 0, memory_order_release);
	populate_page(gpa - VM_TEST_GPA);
}

static void take_fault(struct caller *c, bool is_resolved)
{
	struct abi_memory_fault fault;

	memcpy(&fault, (const void *)&c->vcpu->run->hw, sizeof(fault));
	check_equal("unknown flags of a fault",
		    fault.flags & ~(KNOWN_FAULT_FLAGS | ABI_MEMORY_EXIT_FLAGS_ACCESS), 0);
	check_equal("memory_fault.size", fault.size, PAGE_BYTES);
	check_equal("memory_fault.gpa in a page", fault.gpa % PAGE_BYTES, 0);
	atomic_fetch_add(&c->tally->faults, 1);
	if (is_resolved && fault.gpa >= VM_TEST_GPA)
		resolve(c, fault.gpa);
}

/* An access of the guest's to the tested memory; when one is under way still, that one. */
static int run(struct caller *c)
{
	const uint64_t command = keep(c, draw_one_in(&c->draws, 2) ? COMMAND_READ : COMMAND_WRITE);
	const uint64_t page = keep(c, draw_below(&c->draws, ARENA_BYTES / PAGE_BYTES));
	const bool is_immediate = keep(c, draw_one_in(&c->draws, 16));
	const bool is_resolved = keep(c, !draw_one_in(&c->draws, 4));
	const uint64_t word = keep(c, draw_below(&c->draws, BITMAPS_BYTES / sizeof(long)));
	const bool sets_bits = draw_one_in(&c->draws, 2);
	const uint64_t bits = keep(c, sets_bits ? draw(&c->draws) : 0);
	volatile uint64_t *test = c->vcpu->block->test;
	struct kvm_run *run = c->vcpu->run;
	int r;

	atomic_fetch_or(&c->arena->bits[word], bits);
	if (!test[TEST_IS_BUSY]) {
		test[TEST_COMMAND] = command;
		test[TEST_ADDRESS] = VM_TEST_GPA + page * PAGE_BYTES;
	}
	run->immediate_exit = is_immediate;
	if (run->exit_reason == ABI_EXIT_MEMORY_FAULT)
		run->exit_reason = KVM_EXIT_UNKNOWN;
	r = result_of(ioctl(c->vcpu->fd, KVM_RUN, 0));
	if (!r && arch_exit_is_doorbell(c->vcpu, &c->vcpu->doorbell)) {
		check_equal("the doorbell", c->vcpu->doorbell, BELL_FINISHED);
		atomic_fetch_add(&c->tally->commands, 1);
	} else if (r == -EFAULT && run->exit_reason == ABI_EXIT_MEMORY_FAULT) {
		take_fault(c, is_resolved);
	}
	return r;
}

static void ignore(int signal)
{
	(void)signal;
}

/*
 * KVM_PRE_FAULT_MEMORY of a slot that is being deleted tries again until the slot is gone, which waits for
 * it to end: Linux 6.12 needs a signal there, with this series or without it.
 */
void start_caller(struct caller *caller)
{
	struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGUSR1 };
	const struct sigaction action = { .sa_handler = ignore };

	event._sigev_un._tid = gettid();
	check(!sigaction(SIGUSR1, &action, NULL) &&
		      !timer_create(CLOCK_MONOTONIC, &event, &caller->alarm),
	      "no timer: %s", strerror(errno));
}

/* A signal after so long, and again until it is 0. */
static void set_alarm(struct caller *c, long ns)
{
	const struct itimerspec times = { { .tv_nsec = ns }, { .tv_nsec = ns } };

	timer_settime(c->alarm, 0, &times, NULL);
}

static int pre_fault_range(struct caller *c)
{
	struct vcpu *vcpu = c->vcpu;
	struct pre_fault range = { 0 };
	int r;

	range.gpa = VM_TEST_GPA + draw_below(&c->draws, ARENA_BYTES / PAGE_BYTES) * PAGE_BYTES;
	range.size = (1 + draw_below(&c->draws, 64)) * PAGE_BYTES;
	/* Waits for that one to leave KVM_RUN. */
	if (draw_one_in(&c->draws, 4))
		vcpu = &c->arena->vcpus[draw_below(&c->draws, ARENA_VCPUS)];
	if (c->is_wild && draw_one_in(&c->draws, 8))
		range.gpa = draw_address(&c->draws);
	if (c->is_wild && draw_one_in(&c->draws, 8))
		range.size = draw_size(&c->draws);
	if (c->is_wild && draw_one_in(&c->draws, 16))
		range.flags = draw(&c->draws);
	if (c->is_wild && draw_one_in(&c->draws, 16))
		range.padding[0] = draw(&c->draws);
	keep_all(c, &range, sizeof(range));
	set_alarm(c, PRE_FAULT_NS);
	r = pre_fault(vcpu, &range);
	set_alarm(c, 0);
	return r;
}

static int dirty_log(struct caller *c)
{
	/* Slots of 4 GiB are the largest ones. */
	static unsigned long logs[ARENA_VCPUS][(1ull << 32) / PAGE_BYTES / LONG_BITS];
	struct kvm_dirty_log log = { 0 };

	log.slot = ARENA_FIRST_SLOT + keep(c, draw_below(&c->draws, ARENA_SLOTS + c->is_wild));
	log.dirty_bitmap = logs[c->vcpu->index];
	return result_of(ioctl(c->arena->vm.fd, KVM_GET_DIRTY_LOG, &log));
}

static int set_attributes(struct caller *c)
{
	const uint64_t page = draw_below(&c->draws, ARENA_BYTES / PAGE_BYTES);
	struct abi_memory_attributes attributes = { .address = VM_TEST_GPA + page * PAGE_BYTES };

	attributes.size = (1 + draw_below(&c->draws, ARENA_BYTES / PAGE_BYTES - page)) * PAGE_BYTES;
	attributes.attributes = draw_one_in(&c->draws, 4) ? 0 : ABI_MEMORY_ATTRIBUTE_PRIVATE;
	if (c->is_wild && draw_one_in(&c->draws, 8))
		attributes.address = draw_address(&c->draws);
	if (c->is_wild && draw_one_in(&c->draws, 8))
		attributes.attributes = draw(&c->draws);
	keep_all(c, &attributes, sizeof(attributes));
	/* All but the tested memory stays shared, or the guest could not run. */
	if (attributes.address < VM_TEST_GPA)
		attributes.address = VM_TEST_GPA;
	return result_of(ioctl(c->arena->vm.fd, ABI_SET_MEMORY_ATTRIBUTES, &attributes));
}

static int new_memfd(struct caller *c)
{
	const uint64_t slot = keep(c, draw_below(&c->draws, ARENA_SLOTS));
	uint64_t bytes = SLOT_BYTES, flags = 0;
	int fd;

	if (c->is_wild && draw_one_in(&c->draws, 4))
		bytes = draw_size(&c->draws);
	if (c->is_wild && draw_one_in(&c->draws, 8))
		flags = draw(&c->draws);
	keep(c, bytes);
	keep(c, flags);
	fd = create_slot_memfd(c->arena, bytes, flags);
	if (fd < 0)
		return fd;
	fd = atomic_exchange(&c->arena->memfds[slot], fd);
	if (fd >= 0)
		close(fd);
	return 0;
}

/* Or free pages of a guest_memfd. */
static int allocate(struct caller *c)
{
	const uint64_t slot = keep(c, draw_below(&c->draws, ARENA_SLOTS));
	const uint64_t page = keep(c, draw_below(&c->draws, SLOT_BYTES / PAGE_BYTES));
	const uint64_t pages = keep(c, 1 + draw_below(&c->draws, 16));
	const bool is_freed = keep(c, !draw_one_in(&c->draws, 4));

	return result_of(fallocate(c->arena->memfds[slot],
				   FALLOC_FL_KEEP_SIZE | (is_freed ? FALLOC_FL_PUNCH_HOLE : 0),
				   page * PAGE_BYTES, pages * PAGE_BYTES));
}

static int memory(struct caller *c)
{
	struct mapping_call call = draw_memory_call(&c->draws);

	keep_all(c, &call, sizeof(call));
	return make_memory_call(&call);
}

static int bitmaps(struct caller *c)
{
	return change_bitmaps(c->arena, keep(c, draw(&c->draws)));
}

static const struct {
	const char *name;
	unsigned int weight;
	int (*make)(struct caller *c);
	int errors[10]; /* that it may fail with */
} calls[CALL_KINDS] = {
	[CALL_SET_REGION2] = { "KVM_SET_USER_MEMORY_REGION2",
			       45,
			       set_region2,
			       /* EFAULT: arm64, beyond the guest's addresses */
			       { EINVAL, EEXIST, EBADF, ENOMEM, EFAULT } },
	[CALL_SET_REGION] = { "KVM_SET_USER_MEMORY_REGION",
			      10,
			      set_region,
			      { EINVAL, EEXIST, ENOMEM, EFAULT } },
	[CALL_RUN] = { "KVM_RUN", 20, run, { EFAULT, EINTR, EAGAIN, ENOEXEC, ENOSYS } },
	[CALL_PRE_FAULT] = { "KVM_PRE_FAULT_MEMORY",
			     7,
			     pre_fault_range,
			     { EINVAL, ENOENT, EINTR, EAGAIN, EFAULT, EOPNOTSUPP, ENOTTY, EIO,
			       ENOMEM } },
	[CALL_DIRTY_LOG] = { "KVM_GET_DIRTY_LOG", 3, dirty_log, { EINVAL, ENOENT, ENOTTY } },
	[CALL_ATTRIBUTES] = { "KVM_SET_MEMORY_ATTRIBUTES",
			      3,
			      set_attributes,
			      { EINVAL, ENOMEM, ENOTTY } },
	[CALL_MEMFD] = { "KVM_CREATE_GUEST_MEMFD", 2, new_memfd, { EINVAL, ENOMEM, ENOTTY } },
	[CALL_ALLOCATE] = { "fallocate", 3, allocate, { EBADF, EINVAL, ENOMEM, EFBIG, ENOSPC } },
	[CALL_MEMORY] = { "memory", 4, memory, { EAGAIN, EFAULT, EINVAL, ENOMEM, EBUSY } },
	[CALL_BITMAPS] = { "bitmaps", 3, bitmaps, { ENOMEM } },
};

const char *call_name(enum call_kind kind)
{
	return calls[kind].name;
}

enum call_kind draw_kind(struct draws *d, unsigned int kinds)
{
	unsigned int sum = 0, kind;
	uint64_t drawn;

	for (kind = 0; kind < CALL_KINDS; kind++)
		sum += kinds >> kind & 1 ? calls[kind].weight : 0;
	drawn = draw_below(d, sum);
	for (kind = 0; kind < CALL_KINDS - 1; kind++) {
		const unsigned int weight = kinds >> kind & 1 ? calls[kind].weight : 0;

		if (drawn < weight)
			break;
		drawn -= weight;
	}
	return kind;
}

void make_call(struct caller *caller, enum call_kind kind)
{
	int r = calls[kind].make(caller);

	if (caller->arena->is_ending)
		return;
	if (!r) {
		atomic_fetch_add(&caller->tally->done[kind], 1);
		return;
	}
	atomic_fetch_add(&caller->tally->refused[kind], 1);
	for (size_t i = 0; calls[kind].errors[i]; i++)
		if (calls[kind].errors[i] == -r)
			return;
	fail("%s: %s, which is not documented", calls[kind].name, strerror(-r));
}
