// SPDX-License-Identifier: GPL-2.0-only
/* The patched kernel in QEMU, with faultline-point as its first and only program. */
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "host.h"
#include "machine_kinds.h"
#include "../../mode.h"
#include "../plan/keyset.h"
#include "../plan/plan.h"
#include "../store/record.h"
#include "../base/file.h"
#include "../base/spawn.h"

#define MIB (1024 * 1024ull)
#define LINE_BYTES 64

/* Instructions between turns of simulated CPUs while the VM boots: nothing is timed then. */
#define BOOT_QUANTUM "20000"

/* The library says so when it has found and verified all of QEMU that it relies on. */
#define MANYCORE_READY "manycore: ready "

static int vm_prepare(const struct setup *setup, enum arch arch)
{
	char *version = setup_qemu_version(setup, arch);
	const char *initramfs = setup->targets[arch].initramfs;
	json_t *manifest = version ? setup_kernel_manifest(setup, arch) : NULL;

	free(version);
	json_decref(manifest);
	if (!manifest)
		return -1;
	if (!access(initramfs, R_OK))
		return 0;
	return error("%s is missing; build it: make ARCHES=%s, or ./run.sh --arch %s", initramfs,
		     arch_names[arch], arch_names[arch]);
}

/*
 * Many simulated CPUs need QEMU's loop to be changed, and may need the plugin;
 * which points do is known when their commands are made.
 */
static int vm_check_point(const struct setup *setup, const struct point *p)
{
	const bool has_library = !access(setup->manycore, R_OK);
	struct utsname machine;

	if (!point_is_manycore(p))
		return 0;
	uname(&machine);
	if (strcmp(machine.machine, "x86_64"))
		return error(
			"simulated CPUs in parallel (cpus=%u, speed=%u) need an x86-64 machine to "
			"run on, and this one is %s; use one, or cpus=1 and speed=1",
			p->cpus, p->speed, machine.machine);
	if (has_library && (!p->coherence_ns || !access(setup->coherence, R_OK)))
		return 0;
	return error("%s is missing, which simulated CPUs need (cpus=%u, coherence=%u); build it: "
		     "make, or ./run.sh",
		     has_library ? setup->coherence : setup->manycore, p->cpus, p->coherence_ns);
}

/* KVM's table of attributes: 9.1 in `./run.sh point bench=clear mode=attributes`, slab when it is set up. */
#define ATTRIBUTE_BYTES 10

/*
 * What the guest uses beside kernel and initramfs: a vCPU's KVM structures, stack and
 * page tables, a thread's stacks, and per tested page the page itself, its copy at the
 * source and its records and tables; and what the kernel keeps per CPU.
 */
static uint64_t used_memory_bytes(const struct point *p)
{
	uint64_t bytes =
		256 * MIB + p->vcpus * MIB + p->readers * MIB / 4 + 3 * 4096 * point_pages_total(p);

	bytes += point_tasks_bytes(p);
	if (p->mode == MODE_attributes)
		bytes += ATTRIBUTE_BYTES * point_slot_pages(p);
	return point_is_manycore(p) ? bytes + 2 * p->cpus * MIB : bytes;
}

/*
 * A kernel lets each CPU keep an eighth of its share of a zone as free pages of its own,
 * but at least 4 batches (252 pages). Large machines have far more than that. With less
 * memory a CPU, the lists are full of what nobody wants at the moment, and each
 * fault queues for the zone's lock: 256 vCPUs on 128 CPUs with a userfaultfd each had a
 * 25th of the rate. 32 MiB make room for 4 times the least. They are not used otherwise.
 *
 * The zone is Normal, so what DMA32 takes comes on top, for machines of any size: were Normal
 * only what is left, it could be small, and would be on some. The boot CPU, which was
 * allowed more while it was alone, then has more on lists for other kinds and sizes of pages,
 * a huge page for one, than it may have in all: each page that it frees goes back to the zone
 * with its list, and is fetched again with a batch. Of 4.5 GiB with 3 GiB in DMA32, 128 CPUs
 * may keep 356 pages each, and the boot CPU had 968.
 */
static uint64_t guest_memory_bytes(const struct point *p)
{
	uint64_t bytes = used_memory_bytes(p) + machine_kinds[p->arch].dma32_mib * MIB;

	return point_is_manycore(p) ? bytes + 32 * p->cpus * MIB : bytes;
}

/*
 * With simulated CPUs also what QEMU itself takes: translated code, and for the charge
 * on moves of cache lines a bit per CPU and line, and a word.
 */
static uint64_t vm_memory_bytes(const struct point *p)
{
	uint64_t used = used_memory_bytes(p);

	if (!point_is_manycore(p))
		return used;
	/* The kernel describes each page, used or not, in 64 bytes. */
	return used + guest_memory_bytes(p) / 64 + 512 * MIB +
	       (p->coherence_ns ? used / LINE_BYTES * (1 + (p->cpus + 63) / 64) * 8 : 0);
}

/*
 * QEMU maps all of the guest's memory and its own tables. Instructions that are counted are
 * executed by one thread, whatever the number of CPUs.
 */
static uint64_t vm_needs(const struct point *p, enum limit_id what)
{
	switch (what) {
	case LIMIT_MEMORY:
		return vm_memory_bytes(p);
	case LIMIT_ADDRESS_SPACE: /* 768: code, heap and, on arm64, 128 of flash */
		return guest_memory_bytes(p) + vm_memory_bytes(p) - used_memory_bytes(p) +
		       768 * MIB;
	case LIMIT_DESCRIPTORS:
		return 64;
	case LIMIT_THREADS:
		return 8;
	case LIMIT_MAPPINGS:
		return 1000;
	case LIMIT_FILE_SIZE:
	case LIMIT_DISK:
		return LOG_BYTES;
	default:
		return 0;
	}
}

/* What two boots could differ in on any machine: clock and seed. */
#define FIXED_WORDS                                                  \
	"-nodefaults -no-user-config -nographic -no-reboot -seed 1 " \
	"-rtc base=2024-01-01,clock=vm -net none"

/* A file's name in a list of options that ends at commas: there a comma of its own is doubled. */
static void put_path(FILE *out, const char *before, const char *path)
{
	fputs(before, out);
	for (; *path; path++)
		fprintf(out, *path == ',' ? "%c," : "%c", *path);
}

static void add_all(struct strings *words, const char *more)
{
	for (size_t n; *more; more += n + strspn(more + n, " ")) {
		n = strcspn(more, " ");
		strings_add(words, xasprintf("%.*s", (int)n, more));
	}
}

/* An option with its value, which is taken over; without one, none is added. */
static void add(struct strings *words, const char *option, char *value)
{
	if (!value)
		return;
	strings_add(words, xstrdup(option));
	strings_add(words, value);
}

/* The machine's next serial port, whose output goes to a file. */
static void add_serial(struct strings *words, const char *device, const char *name,
		       const char *path)
{
	struct text text;

	if (!device) {
		add(words, "-serial", xasprintf("file:%s", path));
		return;
	}
	fprintf(text_open(&text), "file,id=%s", name);
	put_path(text.out, ",path=", path);
	add(words, "-chardev", text_close(&text));
	add(words, "-device", xasprintf("%s,chardev=%s", device, name));
}

/*
 * What changes QEMU for simulated CPUs goes by its environment: `env` sets that for QEMU
 * only. A profile of one CPU needs the library, too, which then changes nothing. LD_PRELOAD is a
 * list with blanks, colons and variables in it: a file whose name has such is opened for it.
 */
static void add_environment(const struct setup *setup, const struct point *p,
			    const struct point_files *files, struct strings *words)
{
	const bool is_strange = strpbrk(setup->manycore, " \t\n:$");
	struct text text;

	if (!point_is_manycore(p) && !files->account)
		return;
	strings_add(words, xstrdup("env"));
	if (!is_strange)
		strings_add(words, xasprintf("LD_PRELOAD=%s", setup->manycore));
	fputs("FAULTLINE_MANYCORE=", text_open(&text));
	if (point_is_manycore(p)) {
		fprintf(text.out, "quantum=%u,boot_quantum=" BOOT_QUANTUM, p->quantum);
		put_path(text.out, ",control=", files->control);
		put_path(text.out, ",status=", files->status);
	} else {
		fputs("observe", text.out);
	}
	strings_add(words, text_close(&text));
	if (!is_strange)
		return;
	add(words, "sh", xstrdup("-c"));
	add(words, "exec 9<\"$0\"; export LD_PRELOAD=/proc/self/fd/9; exec \"$@\"",
	    xstrdup(setup->manycore));
}

/* Without a second CPU no line moves. */
static char *coherence_plugin(const struct setup *setup, const struct point *p)
{
	struct text text;

	if (!p->coherence_ns || p->cpus == 1)
		return NULL;
	put_path(text_open(&text), "", setup->coherence);
	fprintf(text.out, ",ns=%u", p->coherence_ns * p->speed);
	return text_close(&text);
}

static char *profile_plugin(const struct setup *setup, const struct point *p, const char *account)
{
	const struct target *target = &setup->targets[p->arch];
	struct text text;

	if (!account)
		return NULL;
	put_path(text_open(&text), "", setup->profile);
	put_path(text.out, ",kernel=", target->system_map);
	put_path(text.out, ",program=", target->program_map);
	put_path(text.out, ",guest=", target->guest_map);
	fprintf(text.out, ",vcpus=%u", p->vcpus);
	put_path(text.out, ",out=", account);
	return text_close(&text);
}

/* In one word, for kernels give init 31 at most. */
static char *init_argument(const char *arguments)
{
	char *word = xstrdup(arguments);

	for (char *c = word; *c; c++)
		if (*c == ' ')
			*c = POINT_SEPARATOR;
	return word;
}

/* For those that are reserved: as many as the point's memory is made of. */
static char *huge_page_words(const struct point *p)
{
	const struct backing_kind *kind = &backing_kinds[p->backing];

	if (!kind->pool_size)
		return xstrdup("");
	return xasprintf("hugepagesz=%s hugepages=%llu ", kind->pool_size,
			 (unsigned long long)(point_pages_total(p) / kind->huge_pages));
}

/* arguments: of faultline-point. */
static void add_command(const struct setup *setup, const struct point *p,
			const struct point_files *files, const char *arguments,
			struct strings *words)
{
	const struct target *target = &setup->targets[p->arch];
	const struct machine_kind *kind = &machine_kinds[p->arch];
	const bool manycore = point_is_manycore(p), simulated = tier_kinds[p->tier].is_simulated;
	char *argument = init_argument(arguments), *huge = huge_page_words(p);

	add_environment(setup, p, files, words);
	strings_add(words, xstrdup(target->qemu));
	add_all(words, kind->machine_words);
	add_all(words, FIXED_WORDS);
	/* Side by side, CPUs of QEMU 7.2 now and then forget that they are under nested paging. */
	add(words, "-accel",
	    xasprintf("tcg,tb-size=%d%s", manycore ? 512 : 256, simulated ? "" : ",thread=single"));
	add(words, "-m", xasprintf("%llu", guest_memory_bytes(p) / MIB));
	add(words, "-icount", simulated ? xstrdup("shift=0,sleep=off") : NULL);
	add(words, "-smp", xasprintf("%u", simulated ? p->cpus : 2));
	add(words, "-plugin", coherence_plugin(setup, p));
	add(words, "-plugin", profile_plugin(setup, p, files->account));
	add(words, "-kernel", xstrdup(target->kernel_image));
	add(words, "-initrd", xstrdup(target->initramfs));
	add(words, "-append",
	    xasprintf("%s %s %spanic=-1 rdinit=/faultline-point -- %s", kind->kernel_words,
		      manycore ? kind->manycore_words : kind->one_cpu_words, huge, argument));
	free(argument);
	free(huge);
	add_serial(words, NULL, "console", files->console);
	add_serial(words, kind->serial_device, "record", files->record);
	if (manycore)
		add_serial(words, kind->serial_device, "control", files->control);
}

static void vm_command(const struct setup *setup, const struct point *p,
		       const struct point_files *files, struct strings *words)
{
	char *keys = point_text(p, KEYSET_ALL);

	add_command(setup, p, files, keys, words);
	free(keys);
}

static void answers_command(const struct setup *setup, const struct point *p,
			    const struct point_files *files, struct strings *words)
{
	char *arguments = xasprintf("micro=all cpus=%u quantum=%u coherence=%u speed=%u", p->cpus,
				    p->quantum, p->coherence_ns, p->speed);

	add_command(setup, p, files, arguments, words);
	free(arguments);
}

static json_t *answers_parse(const char *text, const struct point *p)
{
	json_error_t cause;
	json_t *answers = json_loads(text, 0, &cause);

	(void)p; /* what was asked for stands in the answers */
	if (!answers)
		error("its line is no JSON: %s", cause.text);
	return answers;
}

/* A library that cannot be loaded is only a warning to the loader. */
static int vm_verify(const struct point *p, const struct point_files *files)
{
	char *status;
	bool is_ready;

	if (!point_is_manycore(p))
		return 0;
	status = file_read(files->status);
	is_ready = status && strstr(status, MANYCORE_READY);
	free(status);
	if (is_ready)
		return 0;
	return error("the library for simulated CPUs was not loaded into QEMU, so its times mean "
		     "nothing; is LD_PRELOAD permitted for it?");
}

static char *vm_explain(const struct point_files *files)
{
	char *console = file_read(files->console);
	char *panic = console ? strstr(console, "Kernel panic") : NULL;
	char *cause = NULL;

	if (panic) {
		panic[strcspn(panic, "\r\n")] = '\0';
		cause = xasprintf("the kernel under test panicked: %s", panic);
	}
	free(console);
	return cause;
}

/* What points and known answers share. */
#define VM_HOST                                                                                \
	.name = "vm", .prepare = vm_prepare, .needs = vm_needs, .check_point = vm_check_point, \
	.verify = vm_verify, .explain = vm_explain

const struct host host_vm = {
	VM_HOST,
	.command = vm_command,
	.parse = record_parse,
};

const struct host host_answers = {
	VM_HOST,
	.command = answers_command,
	.parse = answers_parse,
};
