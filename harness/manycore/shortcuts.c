// SPDX-License-Identifier: GPL-2.0-only
/*
 * Casts between QEMU's classes are checked by name at every use. An object is the same
 * pointer before and after; what a class becomes is remembered here. QEMU remembers
 * too, but less than one round over the CPUs asks for, so that it never finds it.
 *
 * When a block of translated code is dropped, because the guest writes to where it
 * came from, each CPU forgets where all translated code is: 64 KiB of stores a
 * CPU. The guest does that thousands of times while it boots, with most of its CPUs
 * asleep. A CPU that has not executed anything since has nothing to forget.
 */
#include "shortcuts.h"

#include <dlfcn.h>
#include <stdint.h>
#include <string.h>

#include "jump_cache.h"
#include "manycore.h"
#include "qemu.h"

static void *object_cast(void *object, const char *type, const char *file, int line,
			 const char *function)
{
	(void)type;
	(void)file;
	(void)line;
	(void)function;
	return object;
}

/* Classes and names of types live as long as QEMU. Any thread casts: each has its own. */
static void *class_cast(void *class, const char *type, const char *file, int line,
			const char *function)
{
	static __thread struct {
		void *class, *result;
		const char *type;
	} known[256], *k;
	uintptr_t hash = ((uintptr_t) class >> 4) ^ (uintptr_t)type;

	k = &known[hash % (sizeof(known) / sizeof(known[0]))];
	if (k->result && k->class == class && k->type == type)
		return k->result;
	k->result = qemu.object_class_dynamic_cast(class, type);
	k->class = class;
	k->type = type;
	if (class && !k->result)
		refuse("%s:%d: %s: a class is no %s", file, line, function, type);
	return k->result;
}

static struct jump_cache jump_cache;

/* Which CPUs have executed since they last forgot; a hash by their addresses. */
static struct mark {
	void *cpu;
	bool has_run;
} marks[2 * MANYCORE_CPUS_MAX];

/* Returns the CPU's mark, or the free one where it would be. */
static struct mark *mark_of(const void *cpu)
{
	size_t i = ((uintptr_t)cpu >> 6) * 2654435761u;

	while (marks[i % (2 * MANYCORE_CPUS_MAX)].cpu &&
	       marks[i % (2 * MANYCORE_CPUS_MAX)].cpu != cpu)
		i++;
	return &marks[i % (2 * MANYCORE_CPUS_MAX)];
}

/* tcg_flush_jmp_cache() */
static void flush_jump_cache(char *cpu)
{
	struct mark *mark = mark_of(cpu);
	char *cache;

	if (current_cpu && mark->cpu && !mark->has_run)
		return;
	memcpy(&cache, cpu + jump_cache.pointer_offset, sizeof(cache));
	if (!cache)
		return;
	for (char *entry = cache; entry < cache + jump_cache.bytes; entry += 16)
		*(void *volatile *)entry = NULL;
	/* This CPU executes next. Other threads do not know which one that is. */
	if (current_cpu && current_cpu != cpu)
		mark->has_run = false;
}

void shortcuts_add_cpu(void *cpu)
{
	/* What it did before it was known counts. */
	*mark_of(cpu) = (struct mark){ cpu, true };
}

void shortcuts_cpu_runs(void *cpu)
{
	mark_of(cpu)->has_run = true;
}

void shortcuts_install(void)
{
	void *flush = dlsym(RTLD_DEFAULT, "tcg_flush_jmp_cache");

	qemu_replace_symbol("object_dynamic_cast_assert", object_cast);
	qemu_replace_symbol("object_class_dynamic_cast_assert", class_cast);
	/* Versions that were compiled otherwise keep their own, and take longer. */
	if (flush && jump_cache_find(flush, qemu_symbol_bytes(flush), &jump_cache))
		qemu_replace("tcg_flush_jmp_cache", flush, flush_jump_cache);
}
