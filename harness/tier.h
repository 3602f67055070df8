/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A tier says how strong the evidence of a figure is. To add one: a row in the table
 * below, and the value in results/schema/ (make schema).
 */
#ifndef FAULTLINE_TIER_H
#define FAULTLINE_TIER_H

#include <stdbool.h>

enum host_kind { HOST_NATIVE, HOST_VM }; /* where points execute */
enum machine_need { MACHINE_ANY, MACHINE_REAL, MACHINE_VIRTUAL }; /* what faultline must run on */

/* TIER(symbol, name, fields of struct tier_kind...), the best evidence first. */
#define TIERS                                                                                      \
	TIER(HARDWARE, "hardware", .host = HOST_NATIVE, .machine = MACHINE_REAL, .is_timed = true, \
	     .about = "on this real machine: performance claims",                                  \
	     .caption = "the kernel on a real machine, timed by its own counter: good for "        \
			"performance claims",                                                      \
	     .statement = "The kernel ran on a real machine and was timed by the CPU's own "       \
			  "counter. These figures may be quoted as performance, for this machine " \
			  "and this configuration.")                                               \
	TIER(NESTED, "nested", .host = HOST_NATIVE, .machine = MACHINE_VIRTUAL, .is_timed = true,  \
	     .about = "on this machine, which is or may be a VM: trends",                          \
	     .caption = "on a machine that is itself a virtual one, or cannot be told from one: "  \
			"trends only, no absolute claims",                                         \
	     .statement = "The kernel ran on a machine that is itself a virtual one, so that "     \
			  "every exit also pays for the outer hypervisor, or that cannot be told " \
			  "from one. Trends and ratios of one run are meaningful; absolute "       \
			  "figures are not.")                                                      \
	TIER(SIMULATED, "simulated", .host = HOST_VM, .is_timed = true, .is_simulated = true,      \
	     .about = "in QEMU, instructions counted: path lengths, repeatable to the digit",      \
	     .caption = "simulated CPUs, every instruction takes the same time: exact and "        \
			"repeatable path lengths and shapes, no absolute rates",                   \
	     .statement = "The patched kernel ran in QEMU with instruction counting: every "       \
			  "instruction takes the same simulated time, a second run gives the "     \
			  "same digits. Caches, instructions per cycle, NUMA, SMT and the "        \
			  "hardware's cost of an exit are not modelled, so these are not "         \
			  "predictions of any machine's rates.")                                   \
	TIER(EMULATED, "emulated", .host = HOST_VM,                                                \
	     .about = "in QEMU, times mean nothing: functional tests only",                        \
	     .caption = "functional and race testing only: no time is shown",                      \
	     .statement = "The kernel ran in QEMU at whatever speed the machine gave it. This "    \
			  "says whether pages arrived, once each and with the right content, "     \
			  "and nothing about time; no time is shown.")

enum tier {
	TIER_AUTO, /* the best one on which everything asked for can run */
#define TIER(symbol, ...) TIER_##symbol,
	TIERS
#undef TIER
		TIER_COUNT
};

struct tier_kind {
	const char *name;
	enum host_kind host;
	enum machine_need machine;
	bool is_simulated; /* CPUs are simulated: instructions are counted, digits repeat */
	bool is_timed; /* times mean something; otherwise none are recorded */
	const char *about; /* a few words for lists */
	const char *caption; /* what its results are worth, in a line for tables and plots */
	const char *statement; /* the same in full, for the report */
};

/* Indexed by enum tier; TIER_AUTO stands for whatever is there, and is timed. */
extern const struct tier_kind tier_kinds[TIER_COUNT];

#endif
