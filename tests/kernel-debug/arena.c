// SPDX-License-Identifier: GPL-2.0-only
#include "arena.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../kvm/test.h"
#include "../kvm/world.h"

/* What the oldest headers lack; see Documentation/virt/kvm/api.rst. */
#define CAP_VM_TYPES 235
#define VM_TYPE_SW_PROTECTED 1ul

struct create_guest_memfd {
	uint64_t size, flags, reserved[6];
};

#define CREATE_GUEST_MEMFD _IOWR(KVMIO, 0xd4, struct create_guest_memfd)

static bool has_private_vms(void)
{
	int fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	bool has = fd >= 0 &&
		   ioctl(fd, KVM_CHECK_EXTENSION, CAP_VM_TYPES) & 1 << VM_TYPE_SW_PROTECTED;

	close(fd);
	return has;
}

int map_memory(uint64_t offset, uint64_t bytes)
{
	void *place = (void *)(ARENA_MEMORY + offset);

	return mmap(place, bytes, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0) == place ?
		       0 :
		       -errno;
}

int map_bitmaps(const struct arena *a)
{
	void *place = (void *)ARENA_BITMAPS;

	return mmap(place, BITMAPS_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
		    a->bitmap_file, 0) == place ?
		       0 :
		       -errno;
}

int create_slot_memfd(struct arena *a, uint64_t bytes, uint64_t flags)
{
	struct create_guest_memfd create = { .size = bytes, .flags = flags };
	int fd = ioctl(a->vm.fd, CREATE_GUEST_MEMFD, &create);

	return fd < 0 ? -errno : fd;
}

static void create_bitmaps(struct arena *a)
{
	a->bitmap_file = memfd_create("bitmaps", MFD_CLOEXEC);
	check(a->bitmap_file >= 0 && !ftruncate(a->bitmap_file, BITMAPS_BYTES),
	      "no file for bitmaps: %s", strerror(errno));
	a->bits = mmap(NULL, BITMAPS_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, a->bitmap_file, 0);
	check(a->bits != MAP_FAILED && !map_bitmaps(a), "cannot map the bitmaps: %s",
	      strerror(errno));
}

void create_arena(struct arena *a, bool is_private)
{
	*a = (struct arena){ .is_private = is_private && has_private_vms() };
	vm_create_type(&a->vm, a->is_private ? VM_TYPE_SW_PROTECTED : 0, ARENA_VCPUS,
		       test_guest_image, test_guest_image_end - test_guest_image, ARENA_BYTES, 0);
	for (unsigned int i = 0; i < ARENA_VCPUS; i++)
		vcpu_create(&a->vm, &a->vcpus[i], i);
	check(!map_memory(0, ARENA_BYTES), "cannot map memory: %s", strerror(errno));
	create_bitmaps(a);
	for (unsigned int i = 0; i < ARENA_SLOTS; i++) {
		int fd = a->is_private ? create_slot_memfd(a, SLOT_BYTES, 0) : -1;

		check(fd >= -1, "cannot create a guest_memfd: %s", strerror(-fd));
		a->memfds[i] = fd;
	}
}
