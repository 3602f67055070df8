// SPDX-License-Identifier: GPL-2.0-only
#include "qemu.h"

#ifndef __x86_64__
// cppcheck-suppress preprocessorErrorDirective
#error "the simulated many-core host needs an x86-64 machine to run on: jumps are written as its code"
#endif

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <link.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "manycore.h"

/*
 * Versions whose main loop was read and run with this library. What it replaces
 * may do something else in others.
 */
static const struct {
	int major, minor;
} known_versions[] = { { 7, 2 }, { 10, 0 } };

struct qemu qemu;

_Noreturn void refuse(const char *format, ...)
{
	char reason[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(reason, sizeof(reason), format, args);
	va_end(args);
	if (qemu.major)
		fprintf(stderr, "manycore: QEMU %d.%d.%d: %s\n", qemu.major, qemu.minor, qemu.micro,
			reason);
	else
		fprintf(stderr, "manycore: QEMU of unknown version: %s\n", reason);
	_exit(MANYCORE_EXIT_REFUSED);
}

/* Length of an exported object or function; 0 if unknown. */
size_t qemu_symbol_bytes(void *symbol)
{
	Dl_info info;
	const ElfW(Sym) *entry = NULL;

	if (!dladdr1(symbol, &info, (void **)&entry, RTLD_DL_SYMENT) || !entry ||
	    info.dli_saddr != symbol)
		return 0;
	return entry->st_size;
}

const char *qemu_function_at(void *address, void **start)
{
	Dl_info info;

	if (!dladdr(address, &info) || !info.dli_sname)
		return NULL;
	if ((char *)address >= (char *)info.dli_saddr + qemu_symbol_bytes(info.dli_saddr))
		return NULL;
	*start = info.dli_saddr;
	return info.dli_sname;
}

/*
 * Asked of QEMU itself: what its monitor command query-version is made of. It
 * needs nothing but malloc, and so can be called before main().
 */
static void find_version(void)
{
	struct version {
		struct {
			int64_t major, minor, micro;
		} * triple;
		char *package;
	};
	struct version *(*query)(void **error) = dlsym(RTLD_DEFAULT, "qmp_query_version");
	const struct version *version;

	if (!query)
		refuse("the symbol qmp_query_version is missing");
	version = query(NULL);
	qemu.major = (int)version->triple->major;
	qemu.minor = (int)version->triple->minor;
	qemu.micro = (int)version->triple->micro;
	for (size_t i = 0; i < sizeof(known_versions) / sizeof(known_versions[0]); i++)
		if (qemu.major == known_versions[i].major && qemu.minor == known_versions[i].minor)
			return;
	refuse("known are only 7.2 (Debian 12) and 10.0 (Debian 13)");
}

static void find_symbols(void)
{
	const struct {
		const char *name;
		void *place; /* NULL for nothing to fill in */
	} wanted[] = {
		{ "use_icount", &qemu.use_icount },
		{ "icount_get_raw", &qemu.icount_get_raw },
		{ "icount_to_ns", &qemu.icount_to_ns },
		{ "qemu_clock_get_ns", &qemu.qemu_clock_get_ns },
		{ "qemu_clock_deadline_ns_all", &qemu.qemu_clock_deadline_ns_all },
		{ "qemu_clock_run_timers", &qemu.qemu_clock_run_timers },
		{ "qemu_get_cpu", &qemu.qemu_get_cpu },
		{ "qemu_in_vcpu_thread", &qemu.qemu_in_vcpu_thread },
		{ "cpu_thread_is_idle", &qemu.cpu_thread_is_idle },
		{ "cpu_is_stopped", &qemu.cpu_is_stopped },
		{ "qemu_notify_event", &qemu.qemu_notify_event },
		{ "async_run_on_cpu", &qemu.async_run_on_cpu },
		{ "object_class_dynamic_cast", &qemu.object_class_dynamic_cast },
		{ "replay_mode", NULL },
		{ "current_cpu", NULL },
		{ "timers_state", NULL },
		{ "cpu_can_run", NULL },
		{ "icount_round", NULL },
		{ "replay_mutex_unlock", NULL },
		{ "all_cpu_threads_idle", NULL },
		{ "qemu_timer_notify_cb", NULL },
		{ "object_dynamic_cast_assert", NULL },
		{ "object_class_dynamic_cast_assert", NULL },
	};
	char missing[1024] = "";

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		void *symbol = dlsym(RTLD_DEFAULT, wanted[i].name);
		size_t used = strlen(missing);

		if (!symbol)
			snprintf(missing + used, sizeof(missing) - used, " %s", wanted[i].name);
		else if (wanted[i].place)
			memcpy(wanted[i].place, &symbol, sizeof(symbol));
	}
	if (*missing)
		refuse("these symbols are missing:%s; Debian's own QEMU has them", missing);
}

/*
 * The instruction count is a field of timers_state, whose layout no header tells.
 * It is where a number must be written for icount_get_raw() to return it.
 * Numbers are even in both halves: one of the words tried is the sequence count
 * that icount_get_raw() reads under, and an odd one would mean a writer at work,
 * to be waited for.
 */
static void find_icount(void)
{
	static const int64_t probes[] = { 0x1122334455667788, 0x0a0b0c0d0e0f1012 };
	char *state = dlsym(RTLD_DEFAULT, "timers_state");
	size_t size = qemu_symbol_bytes(state);
	unsigned int found = 0;

	for (size_t offset = 0; offset + sizeof(int64_t) <= size; offset += sizeof(int64_t)) {
		volatile int64_t *word = (volatile int64_t *)(state + offset);
		int64_t saved = *word;
		bool is_it = true;

		for (size_t i = 0; i < sizeof(probes) / sizeof(probes[0]); i++) {
			*word = probes[i];
			is_it &= qemu.icount_get_raw() == probes[i];
		}
		*word = saved;
		if (is_it) {
			found++;
			qemu.icount = word;
		}
	}
	if (found != 1)
		refuse("the instruction count was found at %u places of timers_state (%zu bytes), not at one",
		       found, size);
}

static void check_host(void)
{
	struct utsname machine;
	char exe[4096];
	ssize_t length = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	const char *base;

	exe[length > 0 ? length : 0] = '\0';
	base = strrchr(exe, '/') ? strrchr(exe, '/') + 1 : exe;
	if (strcmp(base, "qemu-system-x86_64") && strcmp(base, "qemu-system-aarch64")) {
		fprintf(stderr,
			"manycore: '%s' is neither qemu-system-x86_64 nor qemu-system-aarch64; "
			"preload the library into nothing else\n",
			exe);
		_exit(MANYCORE_EXIT_REFUSED);
	}
	if (uname(&machine) || strcmp(machine.machine, "x86_64"))
		refuse("the host is no x86-64 machine but %s; use one", machine.machine);
}

void qemu_find(void)
{
	check_host();
	find_version();
	find_symbols();
	find_icount();
}

void qemu_replace(const char *name, void *function, void *with)
{
	/* jmp *0(%rip), followed by where to */
	unsigned char jump[QEMU_JUMP_BYTES] = { 0xff, 0x25, 0, 0, 0, 0 };
	uintptr_t page = sysconf(_SC_PAGESIZE);
	uintptr_t start = (uintptr_t)function & ~(page - 1);
	size_t length = (uintptr_t)function + sizeof(jump) - start;

	if (qemu_symbol_bytes(function) < sizeof(jump))
		refuse("%s is %zu bytes long, too short to be replaced", name,
		       qemu_symbol_bytes(function));
	memcpy(jump + 6, &with, sizeof(with));
	if (mprotect((void *)start, length, PROT_READ | PROT_WRITE | PROT_EXEC))
		refuse("%s cannot be replaced: making it writable: %s", name, strerror(errno));
	memcpy(function, jump, sizeof(jump));
	if (mprotect((void *)start, length, PROT_READ | PROT_EXEC))
		refuse("%s cannot be replaced: making it executable: %s", name, strerror(errno));
}

void qemu_replace_symbol(const char *name, void *with)
{
	void *function = dlsym(RTLD_DEFAULT, name);

	if (!function)
		refuse("the symbol %s is missing", name);
	qemu_replace(name, function, with);
}
