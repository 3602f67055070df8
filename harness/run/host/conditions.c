// SPDX-License-Identifier: GPL-2.0-only
#include "conditions.h"

#include <stdlib.h>
#include <string.h>

#include "../base/json.h"
#include "../base/util.h"

/* A fault's phases without the fetch are a few us: states that take longer to leave hide them. */
#define WAKE_UP_US 5

/* A task beside a run takes a CPU, what any machine does by itself less than that of ten or more. */
#define BUSY_CPUS 0.5
#define BUSY_PERCENT 5

/* Idle states that take long to leave, are not turned off, and not forbidden by a latency limit. */
static bool judge_idle(FILE *found, const json_t *idle)
{
	const json_t *limit = json_object_get(idle, "latency_limit_us"), *state;
	const char *driver = json_member(idle, "driver"), *separator = "";
	size_t i;

	json_array_foreach (json_object_get(idle, "states"), i, state) {
		const json_int_t latency_us = json_number_of(state, "latency_us");

		if (latency_us <= WAKE_UP_US ||
		    json_number_of(state, "disabled") >= json_number_of(state, "cpus") ||
		    (json_is_integer(limit) && latency_us > json_integer_value(limit)))
			continue;
		fprintf(found, "%s%s takes %lld us to leave", separator, json_member(state, "name"),
			latency_us);
		separator = ", ";
	}
	if (!*separator)
		fprintf(found, "none that takes over %d us to leave", WAKE_UP_US);
	if (driver)
		fprintf(found, " (%s)", driver);
	return *separator;
}

static bool judge_load(FILE *found, const json_t *load)
{
	const double busy = json_number_value(json_object_get(load, "busy_cpus"));
	const double cpus = (double)json_number_of(load, "cpus");
	const double tolerance = cpus * BUSY_PERCENT / 100;

	fprintf(found, "%.2f of %.0f CPUs busy before the start", busy, cpus);
	return busy > (tolerance < BUSY_CPUS ? tolerance : BUSY_CPUS);
}

/* What two settings do each. */
#define FEW_ARE_FASTER "few busy CPUs run faster than many, so that scaling looks worse than it is"
#define SHADOWED "page tables are shadowed: each fault costs more, and other exits come on top"

#define TEE(value, file) "echo " value " | sudo tee " file
#define CPU "/sys/devices/system/cpu"
#define THP "/sys/kernel/mm/transparent_hugepage"

const struct condition conditions[] = {
	{ "frequency governor", "governor", .good = "performance",
	  .effect = "clocks follow the load, and times with them",
	  .remedy = TEE("performance", CPU "/cpu*/cpufreq/scaling_governor") },
	{ "boost", "boost", .bad = "1", .effect = FEW_ARE_FASTER,
	  .remedy = TEE("0", CPU "/cpufreq/boost") },
	{ "no_turbo", "no_turbo", .bad = "0", .effect = FEW_ARE_FASTER,
	  .remedy = TEE("1", CPU "/intel_pstate/no_turbo") },
	{ "idle states", "idle", .judge = judge_idle,
	  .effect = "each wake-up of a handler or a vCPU that slept may take as much longer",
	  .remedy = "sudo cpupower idle-set -D 6, or a program that keeps a limit of 5 us in "
		    "/dev/cpu_dma_latency" },
	{ "SMT", "smt", .bad = "on",
	  .effect = "where threads outnumber cores, two share one; so does what else runs",
	  .remedy = TEE("off", CPU "/smt/control") },
	{ "load", "load", .judge = judge_load, .effect = "threads wait for their CPUs",
	  .remedy = "end what else runs (top), or keep it off CPUs of the points (taskset)" },
	{ "huge pages", "thp", .bad = "always",
	  .effect = "the pages' source may be in huge pages or not, as memory allows, and copying "
		    "from it faster; tested memory is kept from them",
	  .remedy = TEE("madvise", THP "/enabled") },
	{ "huge pages of shmem", "thp_shmem", .bad = "always within_size force",
	  .effect = "with backing=shmem minor faults may map parts of huge pages",
	  .remedy = TEE("advise", THP "/shmem_enabled") },
	{ "KSM", "ksm", .bad = "1",
	  .effect = "a thread scans memory, and takes CPU time and locks for that",
	  .remedy = TEE("0", "/sys/kernel/mm/ksm/run") },
	{ "NUMA balancing", "numa_balancing", .good = "0",
	  .effect = "the kernel unmaps memory to see who uses it: faults that are not counted",
	  .remedy = "sudo sysctl kernel.numa_balancing=0" },
	{ "clocksource", "clocksource", .good = "tsc arch_sys_counter",
	  .effect = "the kernel's time, and each sleep of a fetch, takes longer",
	  .remedy = "boot with tsc=reliable if this CPU's TSC is, or take another machine" },
	{ "kernel debugging", "kernel_debugging", .good = "",
	  .effect = "locks and memory are checked as they are used",
	  .remedy = "boot a kernel that is built without" },
	{ "kvm.tdp_mmu", "kvm.tdp_mmu", .bad = "N",
	  .effect = "faults are handled one at a time, with mmu_lock held for writing",
	  .remedy = "load kvm with tdp_mmu=1 (on the kernel's command line: kvm.tdp_mmu=1)" },
	{ "kvm_intel.ept", "kvm_intel.ept", .bad = "N 0", .effect = SHADOWED,
	  .remedy = "sudo modprobe -r kvm_intel && sudo modprobe kvm_intel ept=1" },
	{ "kvm_amd.npt", "kvm_amd.npt", .bad = "N 0", .effect = SHADOWED,
	  .remedy = "sudo modprobe -r kvm_amd && sudo modprobe kvm_amd npt=1" },
	{ "kvm.nx_huge_pages", "kvm.nx_huge_pages", .bad = "Y",
	  .effect = "each fault looks for code in huge pages, and a thread zaps mappings",
	  .remedy = TEE("N", "/sys/module/kvm/parameters/nx_huge_pages") ", which undoes a "
									 "mitigation" },
};

const size_t conditions_count = sizeof(conditions) / sizeof(conditions[0]);

static bool is_among(const char *words, const char *word, size_t n)
{
	while (words && *words) {
		size_t length = strcspn(words, " ");

		if (length == n && !strncmp(words, word, n))
			return true;
		words += length + strspn(words + length, " ");
	}
	return false;
}

/* Values are one word, those of CPUs that differ "a, b", or choices with "[this]" one taken. */
static bool has_problem(const struct condition *c, const char *value)
{
	const char *chosen = strchr(value, '[');
	bool is_problem = false;

	if (chosen) {
		size_t n = strcspn(chosen + 1, "]");

		return is_among(c->bad, chosen + 1, n) ||
		       (c->good && !is_among(c->good, chosen + 1, n));
	}
	while (*value) {
		size_t n = strcspn(value, ", ");

		is_problem |= is_among(c->bad, value, n) ||
			      (c->good && !is_among(c->good, value, n));
		value += n + strspn(value + n, ", ");
	}
	return is_problem;
}

static const json_t *value_of(const struct condition *c, const json_t *machine)
{
	const char *object = !strncmp(c->member, "kvm", 3) ? "kvm" : NULL;

	return json_object_get(object ? json_object_get(machine, object) : machine, c->member);
}

bool condition_is_problem(const struct condition *c, const json_t *machine, char **found)
{
	const json_t *value = value_of(c, machine);
	struct text text;
	bool is_problem;

	*found = NULL;
	if (!value || json_is_null(value))
		return false;
	text_open(&text);
	if (c->judge) {
		is_problem = c->judge(text.out, value);
	} else {
		const char *words = json_is_string(value) ? json_string_value(value) : "";

		fputs(words, text.out);
		is_problem = has_problem(c, words);
	}
	*found = text_close(&text);
	return is_problem;
}

void conditions_each(const json_t *machine, void (*say)(void *context, const char *text),
		     void *context)
{
	for (size_t i = 0; i < conditions_count; i++) {
		const struct condition *c = &conditions[i];
		char *found, *text;

		if (condition_is_problem(c, machine, &found)) {
			text = xasprintf("%s: %s: %s; %s", c->name, found, c->effect, c->remedy);
			say(context, text);
			free(text);
		}
		free(found);
	}
}
