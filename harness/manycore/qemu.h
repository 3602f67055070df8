/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The parts of the running QEMU that the library uses or replaces. Debian's QEMU
 * exports its internal symbols for the sake of its modules, so that all of them
 * can be found by name.
 */
#ifndef FAULTLINE_MANYCORE_QEMU_H
#define FAULTLINE_MANYCORE_QEMU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { QEMU_CLOCK_VIRTUAL = 1, QEMU_TIMER_ATTR_ALL = -1 }; /* of include/qemu/timer.h */

/* QEMU's functions and variables, under QEMU's names. */
struct qemu {
	int major, minor, micro;
	volatile int64_t *icount; /* the instruction count within timers_state */
	int *use_icount;
	int64_t (*icount_get_raw)(void);
	int64_t (*icount_to_ns)(int64_t instructions);
	int64_t (*qemu_clock_get_ns)(int clock);
	int64_t (*qemu_clock_deadline_ns_all)(int clock, int attributes);
	bool (*qemu_clock_run_timers)(int clock);
	void *(*qemu_get_cpu)(int index);
	bool (*qemu_in_vcpu_thread)(void);
	bool (*cpu_thread_is_idle)(void *cpu);
	bool (*cpu_is_stopped)(void *cpu);
	void *(*object_class_dynamic_cast)(void *class, const char *type);
	void (*qemu_notify_event)(void);
	void (*async_run_on_cpu)(void *cpu, void (*work)(void *cpu, uint64_t data), uint64_t data);
};

extern struct qemu qemu;

/* QEMU's own: the CPU that the calling thread runs; NULL in all but the vCPU thread. */
extern __thread void *current_cpu __attribute__((weak));

/* Says why, naming QEMU's version, and ends the process with MANYCORE_EXIT_REFUSED. */
_Noreturn void refuse(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * Fills in qemu, before main() and before there is a second thread; refuse()s a
 * process that is no QEMU of a known version, one that lacks a symbol, and one
 * whose instruction count is not where it can be found.
 */
void qemu_find(void);

/*
 * Makes all calls of a function go to another one. name is for messages. The
 * function must not be running in another thread, nor be returned to within its
 * first QEMU_JUMP_BYTES.
 */
#define QEMU_JUMP_BYTES 14
void qemu_replace(const char *name, void *function, void *with);

/* The same for an exported function; refuse()s when it is not there. */
void qemu_replace_symbol(const char *name, void *with);

/* How long an exported function or variable is; 0 when that is not known. */
size_t qemu_symbol_bytes(void *symbol);

/*
 * Tells in which exported function an address lies. Returns its name and sets
 * *start, or NULL if it is in none.
 */
const char *qemu_function_at(void *address, void **start);

#endif
