// SPDX-License-Identifier: GPL-2.0-only
#include "memory.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/memfd.h>
#include <linux/userfaultfd.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../workloads/guest_abi.h"
#include "fail.h"
#include "huge_pages.h"
#include "kvm_abi.h"

/* What the kernel is asked for. */
static const struct {
	const char *what;
	bool is_file; /* that can be mapped twice */
	unsigned int memfd_flags;
	uint64_t minor_feature; /* of userfaultfd */
	const char *thp_setting; /* of the kernel's, for those with transparent huge pages */
} kinds[BACKING_COUNT] = {
	[BACKING_ANON] = { "anonymous memory", .thp_setting = "enabled" },
	[BACKING_SHMEM] = { "shmem", true, 0, UFFD_FEATURE_MINOR_SHMEM, "shmem_enabled" },
	[BACKING_HUGETLB2M] = { "huge pages of 2 MiB", true, MFD_HUGETLB | MFD_HUGE_2MB,
				UFFD_FEATURE_MINOR_HUGETLBFS },
	[BACKING_HUGETLB1G] = { "huge pages of 1 GiB", true, MFD_HUGETLB | MFD_HUGE_1GB,
				UFFD_FEATURE_MINOR_HUGETLBFS },
	[BACKING_GUEST_MEMFD] = { "a guest_memfd", true },
};

static uint8_t *map_at(void *address, size_t bytes, int flags, int fd, const char *what)
{
	void *p = mmap(address, bytes, PROT_READ | PROT_WRITE, flags, fd, 0);

	if (p == MAP_FAILED)
		fail("mmap of %zu MiB of %s: %s; take fewer vcpus or pages", bytes >> 20, what,
		     strerror(errno));
	return p;
}

static uint8_t *map(size_t bytes, int flags, int fd, const char *what)
{
	return map_at(NULL, bytes, flags, fd, what);
}

static size_t huge_bytes(enum backing backing)
{
	return (size_t)backing_kinds[backing].huge_pages * PAGE_BYTES;
}

/* Where memory can be made of huge pages, and KVM map them: guest addresses are aligned, too. */
static uint8_t *map_aligned(size_t bytes, int flags, int fd, enum backing backing)
{
	const size_t align = huge_bytes(backing);
	uint8_t *start =
		map(bytes + align, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, "addresses");
	size_t before = -(uintptr_t)start % align;

	if (before)
		munmap(start, before);
	start += before;
	munmap(start + bytes, align - before);
	return map_at(start, bytes, flags | MAP_FIXED, fd, kinds[backing].what);
}

static int create_guest_memfd(size_t bytes, int vm_fd)
{
	struct abi_create_guest_memfd create = { .size = bytes, .flags = ABI_GUEST_MEMFD_MAPPED };
	int flags = ioctl(vm_fd, KVM_CHECK_EXTENSION, ABI_CAP_GUEST_MEMFD_FLAGS), fd;

	if (flags < 0 || (flags & ABI_GUEST_MEMFD_MAPPED) != ABI_GUEST_MEMFD_MAPPED)
		skip("this KVM has no guest_memfd that the VMM can map (from 6.18 on, CONFIG_KVM_GUEST_MEMFD), and into another one it cannot write");
	fd = ioctl(vm_fd, ABI_CREATE_GUEST_MEMFD, &create);
	if (fd < 0)
		fail("KVM_CREATE_GUEST_MEMFD of %zu MiB: %s", bytes >> 20, strerror(errno));
	return fd;
}

static int create_memfd(size_t bytes, enum backing backing)
{
	int fd = memfd_create("faultline-tested-memory", MFD_CLOEXEC | kinds[backing].memfd_flags);

	if (fd < 0 && backing_kinds[backing].pool_size)
		skip("memfd_create: %s; %s are not to be had of this kernel and CPU (CONFIG_HUGETLBFS; pdpe1gb of /proc/cpuinfo for 1 GiB on x86-64)",
		     strerror(errno), kinds[backing].what);
	if (fd < 0)
		fail("memfd_create: %s", strerror(errno));
	if (ftruncate(fd, bytes))
		fail("ftruncate of a memfd to %zu MiB: %s", bytes >> 20, strerror(errno));
	return fd;
}

/* Maps it twice where there is a file and pages are to be there before they are at hva. */
static int map_both(struct memory *memory, enum backing backing, bool is_huge, int vm_fd)
{
	const bool is_file = kinds[backing].is_file;
	/* Of reserved huge pages only a mapping's own are sure to be there. */
	const int flags = (is_file ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS) |
			  (backing_kinds[backing].pool_size ? 0 : MAP_NORESERVE);
	const int fd = backing_kinds[backing].is_guest_memfd ?
			       create_guest_memfd(memory->bytes, vm_fd) :
		       is_file ? create_memfd(memory->bytes, backing) :
				 -1;
	const char *what = kinds[backing].what;

	memory->minor_feature = kinds[backing].minor_feature;
	memory->hva = is_huge ? map_aligned(memory->bytes, flags, fd, backing) :
				map(memory->bytes, flags, fd, what);
	if (memory->fault == FAULT_MINOR)
		memory->alias = is_huge ? map_aligned(memory->bytes, flags, fd, backing) :
					  map(memory->bytes, flags, fd, what);
	return fd;
}

static void advise(uint8_t *memory, size_t bytes, enum backing backing, enum thp thp)
{
	if (backing_kinds[backing].pool_size)
		return;
	if (thp == THP_ALWAYS)
		huge_pages_ask(memory, bytes, kinds[backing].thp_setting);
	else
		huge_pages_forbid(memory, bytes);
}

/* Of a file that has been mapped; huge pages come with the mapping that asks for them. */
static void populate(const struct memory *memory, int fd, enum backing backing, enum thp thp)
{
	const char *what = kinds[backing].what;

	if (thp == THP_NEVER && fallocate(fd, 0, 0, memory->bytes))
		fail("fallocate of %zu MiB of %s: %s; take fewer vcpus or pages",
		     memory->bytes >> 20, what, strerror(errno));
	if (madvise(memory->alias, memory->bytes, MADV_POPULATE_WRITE))
		fail("madvise(MADV_POPULATE_WRITE) of %zu MiB of %s: %s", memory->bytes >> 20, what,
		     strerror(errno));
}

void memory_create(struct memory *memory, enum backing backing, enum thp thp, enum fault_kind fault,
		   size_t bytes, const struct numa *numa, int vm_fd)
{
	const char *pool_size = backing_kinds[backing].pool_size;
	int fd;

	*memory = (struct memory){
		.bytes = bytes,
		.fault = fault,
		.is_remapped = thp == THP_ALWAYS && fault == FAULT_MINOR,
	};
	if (pool_size)
		huge_pages_need(huge_bytes(backing), bytes);
	fd = map_both(memory, backing, pool_size || thp == THP_ALWAYS, vm_fd);
	numa_bind(numa, memory->hva); /* shared memory's policy is that of every mapping */
	advise(memory->hva, bytes, backing, thp);
	if (memory->alias) {
		advise(memory->alias, bytes, backing, thp);
		populate(memory, fd, backing, thp);
	}
	if (backing_kinds[backing].is_guest_memfd)
		memory->guest_memfd = fd;
	else if (fd >= 0)
		close(fd);
}

void memory_create_sparse(struct memory *memory, enum backing backing, enum fault_kind fault,
			  size_t bytes, bool is_huge)
{
	int fd;

	*memory = (struct memory){ .bytes = bytes, .fault = fault };
	fd = map_both(memory, backing, backing == BACKING_ANON, -1);
	advise(memory->hva, bytes, backing, is_huge ? THP_ALWAYS : THP_NEVER);
	if (memory->alias)
		advise(memory->alias, bytes, backing, THP_NEVER);
	if (fd >= 0)
		close(fd);
}

void memory_fill(void *pages, size_t bytes, uint64_t seed)
{
	uint64_t *words = pages;

	for (uint64_t page = 0; page < bytes / PAGE_BYTES; page++) {
		uint64_t word = content_base(seed, page);

		for (unsigned int i = 0; i < PAGE_WORDS; i++, word += CONTENT_STEP)
			*words++ = word;
	}
}

void memory_add_source(struct memory *memory, uint64_t seed, const struct numa *numa)
{
	memory->source = map(memory->bytes, MAP_PRIVATE | MAP_ANONYMOUS, -1, "source memory");
	numa_bind(numa, memory->source);
	memory_fill(memory->source, memory->bytes, seed);
}

void memory_destroy(struct memory *memory)
{
	if (memory->guest_memfd)
		close(memory->guest_memfd);
	munmap(memory->hva, memory->bytes);
	if (memory->alias)
		munmap(memory->alias, memory->bytes);
	if (memory->source)
		munmap(memory->source, memory->bytes);
}
