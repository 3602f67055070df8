// SPDX-License-Identifier: GPL-2.0-only
/* What is told of machines that are made up of files, or of what run.json says of them. */
#include "made_up_machine.h"

#include "../../harness/run/base/json.h"
#include "../../harness/run/host/conditions.h"
#include "../../harness/run/host/cpu_ticks.h"
#include "../../harness/run/host/machine.h"

#define CPU "/sys/devices/system/cpu"

static void add(void *context, const char *text)
{
	fprintf(context, "%s\n", text);
}

/* All problems of a machine, a line each. The caller frees. */
static char *problems(const json_t *machine)
{
	struct text text;

	conditions_each(machine, add, text_open(&text));
	return text_close(&text);
}

/* The machine of that JSON has one problem, which begins like that; NULL: it has none. */
static void says(const char *machine_text, const char *expected)
{
	json_t *machine = json_loads(machine_text, 0, NULL);
	char *text = problems(machine);
	bool is_right;

	assert_non_null(machine);
	is_right = expected ? !strncmp(text, expected, strlen(expected)) &&
				      strchr(text, '\n') == text + strlen(text) - 1 :
			      !*text;
	if (!is_right)
		print_error("%s: %s\n", machine_text, text);
	assert_true(is_right);
	free(text);
	json_decref(machine);
}

static void what_is_not_known_is_no_problem(void **state)
{
	(void)state;
	says("{}", NULL);
	says("{\"governor\": null, \"idle\": null, \"kvm\": {}, \"load\": null}", NULL);
}

static void settings_are_judged(void **state)
{
	(void)state;
	says("{\"governor\": \"performance\"}", NULL);
	says("{\"governor\": \"performance, powersave\"}",
	     "frequency governor: performance, powersave: clocks follow");
	says("{\"boost\": \"1\"}", "boost: 1: few busy CPUs");
	says("{\"boost\": \"0\"}", NULL);
	says("{\"no_turbo\": \"0\"}", "no_turbo: 0: ");
	says("{\"no_turbo\": \"1\"}", NULL);
	says("{\"smt\": \"on\"}", "SMT: on: ");
	says("{\"smt\": \"notsupported\"}", NULL);
	says("{\"thp\": \"always [madvise] never\"}", NULL);
	says("{\"thp\": \"[always] madvise never\"}", "huge pages: ");
	says("{\"thp_shmem\": \"always [within_size] advise never deny force\"}",
	     "huge pages of shmem: ");
	says("{\"ksm\": \"1\"}", "KSM: ");
	says("{\"numa_balancing\": \"2\"}", "NUMA balancing: 2: ");
	says("{\"clocksource\": \"hpet\"}", "clocksource: hpet: ");
	says("{\"clocksource\": \"arch_sys_counter\"}", NULL);
	says("{\"kernel_debugging\": \"lockdep\"}", "kernel debugging: lockdep: ");
	says("{\"kvm\": {\"kvm.tdp_mmu\": \"Y\", \"kvm.nx_huge_pages\": \"N\"}}", NULL);
	says("{\"kvm\": {\"kvm.tdp_mmu\": \"N\"}}", "kvm.tdp_mmu: N: faults are handled one at");
	says("{\"kvm\": {\"kvm_intel.ept\": \"N\"}}", "kvm_intel.ept: N: ");
	says("{\"kvm\": {\"kvm_amd.npt\": \"0\"}}", "kvm_amd.npt: 0: ");
}

#define IDLE(limit, latency, disabled)                                                             \
	"{\"idle\": {\"driver\": \"d\", \"latency_limit_us\": " limit ", \"states\": [{\"name\": " \
	"\"C1\", \"latency_us\": 2, \"cpus\": 4, \"disabled\": 0}, {\"name\": \"C6\", "            \
	"\"latency_us\": " latency ", \"cpus\": 4, \"disabled\": " disabled "}]}}"

static void idle_states_count_where_they_are_entered(void **state)
{
	(void)state;
	says(IDLE("2000000000", "133", "0"), "idle states: C6 takes 133 us to leave (d): ");
	says(IDLE("null", "133", "3"), "idle states: C6 takes 133 us to leave (d): ");
	says(IDLE("null", "133", "4"), NULL);
	says(IDLE("null", "5", "0"), NULL);
	says(IDLE("100", "133", "0"), NULL);
	says(IDLE("133", "133", "0"), "idle states: C6");
}

static void a_task_is_a_load_on_few_cpus_and_on_many(void **state)
{
	(void)state;
	says("{\"load\": {\"cpus\": 2, \"busy_cpus\": 0.1}}", NULL);
	says("{\"load\": {\"cpus\": 2, \"busy_cpus\": 0.11}}", "load: 0.11 of 2 CPUs busy");
	says("{\"load\": {\"cpus\": 256, \"busy_cpus\": 0.5}}", NULL);
	says("{\"load\": {\"cpus\": 256, \"busy_cpus\": 0.9}}", "load: 0.90 of 256 CPUs busy");
}

static void conditions_are_read_from_files(void **state)
{
	json_t *machine, *idle, *states;
	char *text;

	(void)state;
	put(CPU "/cpu0/cpufreq/scaling_governor", "performance\n");
	put(CPU "/cpu1/cpufreq/scaling_governor", "powersave\n");
	put(CPU "/cpuidle/current_driver", "intel_idle\n");
	for (int cpu = 0; cpu < 2; cpu++) {
		char *dir = xasprintf(CPU "/cpu%d/cpuidle/state3", cpu);
		char *name = xasprintf("%s/name", dir), *latency = xasprintf("%s/latency", dir);
		char *disable = xasprintf("%s/disable", dir);

		put(name, "C6\n");
		put(latency, "133\n");
		put(disable, cpu ? "1\n" : "0\n");
		free(disable);
		free(latency);
		free(name);
		free(dir);
	}
	put("/sys/kernel/mm/transparent_hugepage/use_zero_page", "1\n");
	put("/sys/module/kvm/parameters/tdp_mmu", "N\n");
	put("/proc/lockdep", "");
	machine = machine_describe();
	assert_string_equal(json_member(machine, "governor"), "performance, powersave");
	assert_string_equal(json_member(machine, "thp_zero_page"), "1");
	idle = json_object_get(machine, "idle");
	assert_true(json_is_null(json_object_get(idle, "latency_limit_us")));
	states = json_object_get(idle, "states");
	assert_int_equal(json_array_size(states), 1);
	assert_int_equal(json_number_of(json_array_get(states, 0), "cpus"), 2);
	assert_int_equal(json_number_of(json_array_get(states, 0), "disabled"), 1);
	text = problems(machine);
	assert_non_null(strstr(text, "frequency governor: performance, powersave"));
	assert_non_null(strstr(text, "C6 takes 133 us to leave (intel_idle)"));
	assert_non_null(strstr(text, "kernel debugging: lockdep"));
	assert_non_null(strstr(text, "kvm.tdp_mmu: N"));
	free(text);
	json_decref(machine);
	/* Four bytes, or nothing is known; both architectures have the least first. */
	put("/dev/cpu_dma_latency", "\x05");
	machine = machine_describe();
	assert_true(json_is_null(
		json_object_get(json_object_get(machine, "idle"), "latency_limit_us")));
	json_decref(machine);
	put("/dev/cpu_dma_latency", "\x05\x01\x01\x01");
	machine = machine_describe();
	assert_int_equal(json_number_of(json_object_get(machine, "idle"), "latency_limit_us"),
			 0x01010105);
	json_decref(machine);
}

static void what_comes_and_goes_is_told_apart(void **state)
{
	json_t *machine = json_pack("{s:i, s:i, s:i}", "cpus", 2, "memory_bytes", 7, "load", 1);
	json_t *lasting = machine_lasting(machine);

	(void)state;
	assert_int_equal(json_object_size(lasting), 1);
	assert_int_equal(json_number_of(lasting, "cpus"), 2);
	assert_int_equal(json_object_size(machine), 3);
	json_decref(lasting);
	json_decref(machine);
	assert_null(machine_lasting(NULL));
}

/* Guests' time is in user's already; interrupts and other CPUs do not count. */
static void ticks_of_tasks_are_busy(void **state)
{
	struct cpu_ticks ticks;

	(void)state;
	put("/proc/stat", "cpu  9 9 9 9 9 9 9 9 9 9\ncpu0 1 2 4 900 800 70 60 5 1 2\n"
			  "cpu1 100 0 0 0 0 0 0 0 0 0\ncpu10 10 0 0 0 0 0 0 2 10 0\ncpu11 1 2\n"
			  "garbage\nintr 1 2 3 4 5 6 7 8 9\n");
	ticks = cpu_ticks_of("0,10-12");
	assert_int_equal(ticks.cpus, 2);
	assert_int_equal(ticks.busy_ns, 17 * 10000000ull);
	assert_int_equal(ticks.stolen_ns, 7 * 10000000ull);
	assert_int_equal(cpu_ticks_of("unknown").cpus, 0);
	put("/proc/stat", "");
	assert_int_equal(cpu_ticks_of("0").busy_ns, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_root, remove_root)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_not_known_is_no_problem),
		TEST(settings_are_judged),
		TEST(idle_states_count_where_they_are_entered),
		TEST(a_task_is_a_load_on_few_cpus_and_on_many),
		TEST(conditions_are_read_from_files),
		TEST(what_comes_and_goes_is_told_apart),
		TEST(ticks_of_tasks_are_busy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
