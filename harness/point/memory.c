// SPDX-License-Identifier: GPL-2.0-only
#include "memory.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../workloads/guest_abi.h"
#include "fail.h"

#define HUGE_BYTES (2u << 20)

static uint8_t *map(size_t bytes, int flags, int fd, const char *what)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags, fd, 0);

	if (p == MAP_FAILED)
		fail("mmap of %zu MiB of %s: %s; take fewer vcpus or pages", bytes >> 20, what,
		     strerror(errno));
	return p;
}

/* A kernel without transparent huge pages says EINVAL, and has none to turn off. */
static void forbid_huge_pages(uint8_t *memory, size_t bytes)
{
	if (madvise(memory, bytes, MADV_NOHUGEPAGE) && errno != EINVAL)
		fail("madvise(MADV_NOHUGEPAGE): %s", strerror(errno));
}

static uint8_t *map_anon(size_t bytes)
{
	return map(bytes, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, "anonymous memory");
}

static void create_anon(struct memory *memory, const struct numa *numa)
{
	memory->hva = map_anon(memory->bytes);
	numa_bind(numa, memory->hva);
}

static int create_memfd(size_t bytes)
{
	int fd = memfd_create("faultline-tested-memory", MFD_CLOEXEC);

	if (fd < 0)
		fail("memfd_create: %s", strerror(errno));
	if (ftruncate(fd, bytes))
		fail("ftruncate of a memfd to %zu MiB: %s", bytes >> 20, strerror(errno));
	return fd;
}

static void create_shmem(struct memory *memory, const struct numa *numa)
{
	int fd = create_memfd(memory->bytes);

	memory->hva = map(memory->bytes, MAP_SHARED | MAP_NORESERVE, fd, "shmem");
	numa_bind(numa, memory->hva); /* shared memory's policy is that of every mapping */
	if (memory->fault == FAULT_MINOR) {
		memory->alias = map(memory->bytes, MAP_SHARED, fd, "shmem");
		forbid_huge_pages(memory->alias, memory->bytes);
		if (fallocate(fd, 0, 0, memory->bytes))
			fail("fallocate of %zu MiB of shmem: %s; take fewer vcpus or pages",
			     memory->bytes >> 20, strerror(errno));
		if (madvise(memory->alias, memory->bytes, MADV_POPULATE_WRITE))
			fail("madvise(MADV_POPULATE_WRITE) of %zu MiB of shmem: %s",
			     memory->bytes >> 20, strerror(errno));
	}
	close(fd);
}

/* In the order of enum backing. */
static void (*const creators[])(struct memory *memory, const struct numa *numa) = { create_anon,
										    create_shmem };

void memory_create(struct memory *memory, enum backing backing, enum fault_kind fault, size_t bytes,
		   const struct numa *numa)
{
	*memory = (struct memory){ .bytes = bytes, .fault = fault };
	creators[backing](memory, numa);
	forbid_huge_pages(memory->hva, bytes);
}

static uint8_t *map_anon_aligned(size_t bytes)
{
	uint8_t *start = map_anon(bytes + HUGE_BYTES);
	size_t before = -(uintptr_t)start % HUGE_BYTES;

	if (before)
		munmap(start, before);
	munmap(start + before + bytes, HUGE_BYTES - before);
	return start + before;
}

static void map_sparse_shmem(struct memory *memory)
{
	int fd = create_memfd(memory->bytes);

	memory->hva = map(memory->bytes, MAP_SHARED | MAP_NORESERVE, fd, "shmem");
	if (memory->fault == FAULT_MINOR)
		memory->alias = map(memory->bytes, MAP_SHARED | MAP_NORESERVE, fd, "shmem");
	close(fd);
}

void memory_create_sparse(struct memory *memory, enum backing backing, enum fault_kind fault,
			  size_t bytes, bool is_huge)
{
	*memory = (struct memory){ .bytes = bytes, .fault = fault };
	if (backing == BACKING_ANON)
		memory->hva = map_anon_aligned(bytes);
	else
		map_sparse_shmem(memory);
	if (!is_huge)
		forbid_huge_pages(memory->hva, bytes);
	else if (madvise(memory->hva, bytes, MADV_HUGEPAGE))
		skip("madvise(MADV_HUGEPAGE): %s; mapped=2m needs transparent huge pages",
		     strerror(errno));
	if (memory->alias)
		forbid_huge_pages(memory->alias, bytes);
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
	munmap(memory->hva, memory->bytes);
	if (memory->alias)
		munmap(memory->alias, memory->bytes);
	if (memory->source)
		munmap(memory->source, memory->bytes);
}
