// SPDX-License-Identifier: GPL-2.0-only
/* The kernel that faultline itself runs on, through its /dev/kvm. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "host.h"
#include "../../mode.h"
#include "../../kvm_advice.h"
#include "../plan/keyset.h"
#include "../plan/plan.h"
#include "../store/record.h"

static int native_prepare(const struct setup *setup, enum arch arch)
{
	const char *program = setup->targets[arch].point_program;
	int kvm;

	if (arch != arch_of_machine())
		return error("this machine is not %s", arch_names[arch]);
	if (access(program, X_OK))
		return error("%s is missing; build it: make, or ./run.sh", program);
	kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (kvm >= 0) {
		close(kvm);
		return 0;
	}
	return error("cannot open /dev/kvm: %s; %s", strerror(errno), kvm_advice(errno));
}

/* The tested pages, their source and their records; the threads' stacks. */
static uint64_t memory_bytes(const struct point *p)
{
	return ((uint64_t)p->vcpus + p->readers) * 256 * 1024 + 3 * 4096 * point_pages_total(p) +
	       point_tasks_bytes(p);
}

#define BRIEF_BYTES 1200 /* what a record has of a round */
/* Of a vCPU, at most: they make so many rounds, which are more than ROUNDS_PAGES_EACH asks for. */
#define FAULTS_PER_S 1000000

static uint64_t output_bytes(const struct point *p)
{
	uint64_t faults = (uint64_t)p->seconds * FAULTS_PER_S;

	if (!p->seconds)
		return LOG_BYTES;
	return LOG_BYTES + BRIEF_BYTES * (1 + faults * p->vcpus / point_pages_total(p));
}

static uint64_t native_needs(const struct point *p, enum limit_id what)
{
	const uint64_t handlers = point_handlers(p);
	const uint64_t uffds = mode_handlers[p->mode] == HANDLERS_UFFDS ? p->uffds * p->queues : 0;

	switch (what) {
	case LIMIT_MEMORY:
		return memory_bytes(p);
	case LIMIT_ADDRESS_SPACE: /* and what malloc() maps for a handler's thread: an estimate */
		return memory_bytes(p) + handlers * 8 * 1024 * 1024;
	case LIMIT_DESCRIPTORS: /* 2 a vCPU, an epoll a handler; VM, files, what was inherited */
		return 2ull * p->vcpus + uffds + handlers + 32;
	case LIMIT_THREADS: /* those, the pulse, and the processes around them */
		return p->vcpus + handlers + 3;
	case LIMIT_MAPPINGS: /* a stack and its guard each, a vCPU's page, its memory's; program, VM */
		return 5ull * p->vcpus + 2 * handlers + uffds + 100;
	case LIMIT_FILE_SIZE:
	case LIMIT_DISK:
		return output_bytes(p);
	default:
		return 0;
	}
}

static void native_command(const struct setup *setup, const struct point *p,
			   const struct point_files *files, struct strings *words)
{
	(void)files; /* the record comes by stdout */
	strings_add(words, xstrdup(setup->targets[p->arch].point_program));
	point_words(p, KEYSET_ALL, words);
}

const struct host host_native = {
	.name = "native",
	.one_at_a_time = true,
	.has_record_on_stdout = true,
	.prepare = native_prepare,
	.needs = native_needs,
	.command = native_command,
	.parse = record_parse,
};
