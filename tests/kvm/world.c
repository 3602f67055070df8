// SPDX-License-Identifier: GPL-2.0-only
#include "world.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "../../harness/point/statistics.h"
#include "test.h"

#define MARK_BYTE 0x5a

static uint8_t *map_aligned(size_t bytes, size_t align)
{
	uint8_t *start = mmap(NULL, bytes + align, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	uint8_t *aligned;

	check(start != MAP_FAILED, "cannot map %zu bytes: %s", bytes + align, strerror(errno));
	aligned = (uint8_t *)(((uintptr_t)start + align - 1) & ~(uintptr_t)(align - 1));
	/* Not only for neatness: nothing may lie right behind it. */
	munmap(start, aligned - start);
	munmap(aligned + bytes, align - (aligned - start));
	return aligned;
}

static void create_vm(struct world *w, unsigned long type, size_t extra_bytes)
{
	*w = (struct world){ .pages = HUGE_BYTES / PAGE_BYTES };
	vm_create_type(&w->vm, type, VCPUS, test_guest_image,
		       test_guest_image_end - test_guest_image, HUGE_BYTES, extra_bytes);
}

static void fill_world(struct world *w)
{
	for (unsigned int i = 0; i < VCPUS; i++)
		vcpu_create(&w->vm, &w->vcpus[i], i);

	w->memory = map_aligned(HUGE_BYTES, HUGE_BYTES);
	madvise(w->memory, HUGE_BYTES, MADV_NOHUGEPAGE);
	w->bitmap_bytes = PAGE_BYTES;
	w->bitmap = (void *)map_aligned(w->bitmap_bytes, PAGE_BYTES);
	w->region = (struct abi_memory_region2){
		.slot = VM_TEST_SLOT,
		.guest_phys_addr = VM_TEST_GPA,
		.memory_size = HUGE_BYTES,
		.userspace_addr = (uintptr_t)w->memory,
		.userfault_bitmap = (uintptr_t)w->bitmap,
	};
}

void create_world(struct world *w, unsigned long type)
{
	create_vm(w, type, 0);
	fill_world(w);
}

void create_prepared_world(struct world *w, void (*prepare)(struct vm *vm))
{
	create_world_of_tasks(w, 0, 0, prepare);
}

void create_world_of_tasks(struct world *w, unsigned long type, unsigned int tasks,
			   void (*prepare)(struct vm *vm))
{
	const uint64_t bytes = TASK_MEMORY_BYTES(tasks);

	create_vm(w, type, VCPUS * bytes);
	if (prepare)
		prepare(&w->vm);
	fill_world(w);
	for (unsigned int i = 0; i < VCPUS; i++) {
		w->vcpus[i].block->tasks = tasks;
		w->vcpus[i].block->task_memory = w->vm.extra_gpa + i * bytes;
	}
}

int try_slot(struct world *w, uint32_t flags)
{
	w->region.flags = flags;
	return vm_set_slot(&w->vm, &w->region);
}

void set_slot(struct world *w, uint32_t flags)
{
	int err = try_slot(w, flags);

	check(!err, "setting the tested slot with flags %#x: %s", flags, strerror(-err));
}

void give_attributes(struct world *w, uint64_t first, uint64_t pages, uint64_t attributes)
{
	int err = vm_set_attributes(&w->vm, page_gpa(first), pages * PAGE_BYTES, attributes);

	check(!err, "giving %llu pages from page %llu on attributes %#llx: %s",
	      (unsigned long long)pages, (unsigned long long)first, (unsigned long long)attributes,
	      strerror(-err));
}

static bool slot_takes(struct world *w, uint32_t flags)
{
	struct abi_memory_region2 probe = {
		.slot = VM_TEST_SLOT + 1,
		.flags = flags,
		.guest_phys_addr = VM_TEST_GPA * 2,
		.memory_size = PAGE_BYTES,
		.userspace_addr = (uintptr_t)w->memory,
		.userfault_bitmap = (uintptr_t)w->bitmap,
	};

	if (vm_set_slot(&w->vm, &probe))
		return false;
	probe.memory_size = 0;
	check(!vm_set_slot(&w->vm, &probe), "cannot delete a slot");
	return true;
}

static bool has_exit_on_missing(struct world *w)
{
	return vm_capability(&w->vm, ABI_CAP_EXIT_ON_MISSING) &&
	       slot_takes(w, ABI_MEM_EXIT_ON_MISSING);
}

int userfault_capability(struct world *w)
{
	return vm_capability(&w->vm, ABI_CAP_USERFAULT_SINCE_6_17) ? ABI_CAP_USERFAULT_SINCE_6_17 :
								     ABI_CAP_USERFAULT;
}

/* The number that it has on 6.12 means something else in later kernels: that alone says nothing. */
static bool has_userfault(struct world *w)
{
	return vm_capability(&w->vm, userfault_capability(w)) && slot_takes(w, ABI_MEM_USERFAULT);
}

bool has_series(struct world *w)
{
	return has_exit_on_missing(w) || has_userfault(w);
}

void need_exit_on_missing(struct world *w)
{
	if (!has_exit_on_missing(w))
		skip("this kernel has no KVM_MEM_EXIT_ON_MISSING");
}

void need_userfault(struct world *w)
{
	if (!has_userfault(w))
		skip("this kernel has no KVM_MEM_USERFAULT");
}

void check_capability(struct world *w, int capability)
{
	check_equal("the capability of the VM", vm_capability(&w->vm, capability), 1);
	check_equal("the capability of /dev/kvm",
		    ioctl(w->vm.kvm_fd, KVM_CHECK_EXTENSION, capability), 1);
}

void start_exit_on_missing(struct world *w)
{
	create_world(w, 0);
	need_exit_on_missing(w);
	set_slot(w, ABI_MEM_EXIT_ON_MISSING);
}

void start_userfault(struct world *w)
{
	create_world(w, 0);
	need_userfault(w);
	set_slot(w, ABI_MEM_USERFAULT);
}

void set_bit(struct world *w, uint64_t page)
{
	atomic_fetch_or(&w->bitmap[page / LONG_BITS], 1ul << page % LONG_BITS);
}

void clear_bit(struct world *w, uint64_t page)
{
	atomic_fetch_and_explicit(&w->bitmap[page / LONG_BITS], ~(1ul << page % LONG_BITS),
				  memory_order_release);
}

uint64_t page_gpa(uint64_t page)
{
	return VM_TEST_GPA + page * PAGE_BYTES;
}

volatile uint64_t *host_word(struct world *w, uint64_t page)
{
	return (volatile uint64_t *)(w->memory + page * PAGE_BYTES);
}

void give_command(struct vcpu *vcpu, enum command command, uint64_t address, uint64_t value)
{
	/* It would go on with what it is at. */
	check(!vcpu->block->test[TEST_IS_BUSY],
	      "wrong test: vCPU %u has not finished its last command", vcpu->index);
	vcpu->block->test[TEST_COMMAND] = command;
	vcpu->block->test[TEST_ADDRESS] = address;
	vcpu->block->test[TEST_VALUE] = value;
}

static const char *const exit_names[] = {
	[VCPU_DOORBELL] = "a doorbell",
	[VCPU_MEMORY_FAULT] = "a memory fault",
	[VCPU_FAULT_UNKNOWN] = "EFAULT without further information",
	[VCPU_INTERRUPTED] = "EINTR",
	[VCPU_STORE] = "a store where no slot is",
};

uint64_t run_command(struct vcpu *vcpu)
{
	enum vcpu_exit exit = vcpu_run(vcpu);

	if (exit == VCPU_MEMORY_FAULT)
		fail("command %llu ended in a memory fault at %#llx, flags %#llx",
		     (unsigned long long)vcpu->block->test[TEST_COMMAND],
		     (unsigned long long)vcpu->fault.gpa, (unsigned long long)vcpu->fault.flags);
	check(exit == VCPU_DOORBELL, "command %llu ended in %s",
	      (unsigned long long)vcpu->block->test[TEST_COMMAND], exit_names[exit]);
	check_equal("the doorbell", vcpu->doorbell, BELL_FINISHED);
	return vcpu->block->test[TEST_RESULT];
}

uint64_t guest_read(struct vcpu *vcpu, uint64_t page)
{
	give_command(vcpu, COMMAND_READ, page_gpa(page), 0);
	return run_command(vcpu);
}

void guest_write(struct vcpu *vcpu, uint64_t page, uint64_t value)
{
	give_command(vcpu, COMMAND_WRITE, page_gpa(page), value);
	run_command(vcpu);
}

void expect_fault(struct vcpu *vcpu, uint64_t page, uint64_t flags)
{
	enum vcpu_exit exit = vcpu_run(vcpu);

	check(exit == VCPU_MEMORY_FAULT, "access to page %llu ended in %s, not in a memory fault",
	      (unsigned long long)page, exit_names[exit]);
	check_equal("memory_fault.gpa", vcpu->fault.gpa, page_gpa(page));
	check_equal("memory_fault.size", vcpu->fault.size, PAGE_BYTES);
	check_equal("memory_fault.flags", vcpu->fault.flags, flags);
}

void expect_read_fault(struct vcpu *vcpu, uint64_t page, uint64_t flags)
{
	give_command(vcpu, COMMAND_READ, page_gpa(page), 0);
	expect_fault(vcpu, page, flags);
}

/* of: the file of a VM or vCPU */
static uint64_t read_statistic(int of, const char *name)
{
	struct statistic statistic;
	uint64_t value;

	if (!statistic_open(&statistic, of, name))
		skip("this KVM has no statistic %s", name);
	value = statistic_read(&statistic);
	statistic_close(&statistic);
	return value;
}

uint64_t vm_statistic(struct world *w, const char *name)
{
	return read_statistic(w->vm.fd, name);
}

#define CAP_PRE_FAULT_MEMORY 236

void need_pre_fault(struct world *w)
{
	struct pre_fault none = { .gpa = VM_TEST_GPA };

	if (!vm_capability(&w->vm, CAP_PRE_FAULT_MEMORY))
		skip("this KVM has no KVM_PRE_FAULT_MEMORY");
	if (!arch_has_stage_2())
		skip("KVM_PRE_FAULT_MEMORY does not work with shadow paging");
	check_equal("an empty range", pre_fault(&w->vcpus[0], &none), -EINVAL);
}

int pre_fault(struct vcpu *vcpu, struct pre_fault *range)
{
	return ioctl(vcpu->fd, _IOWR(KVMIO, 0xd5, *range), range) ? -errno : 0;
}

void mark_run(struct vcpu *vcpu)
{
	memset(vcpu->run->padding, MARK_BYTE, sizeof(vcpu->run->padding));
}

void check_run_is_marked(struct vcpu *vcpu)
{
	uint8_t marked[sizeof(vcpu->run->padding)];

	memset(marked, MARK_BYTE, sizeof(marked));
	check(!memcmp(vcpu->run->padding, marked, sizeof(marked)), "kvm_run was written to");
}

pid_t fork_helper(void)
{
	const pid_t test = getpid();
	pid_t pid = fork();

	check(pid >= 0, "fork: %s", strerror(errno));
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != test)
			_exit(1);
	}
	return pid;
}

uint64_t exits_of_reading(struct vcpu *vcpu, uint64_t pages)
{
	const uint64_t before = read_statistic(vcpu->fd, "exits");

	give_command(vcpu, COMMAND_READ_PAGES, page_gpa(0), pages);
	run_command(vcpu);
	return read_statistic(vcpu->fd, "exits") - before;
}
