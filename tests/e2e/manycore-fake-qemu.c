// SPDX-License-Identifier: GPL-2.0-only
/*
 * A QEMU that the simulated many-core host must refuse: VERSION says which one it
 * claims to be, HAS_SYMBOLS that it has all of the known names, but none of the
 * words of its timers_state is what icount_get_raw() returns.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct triple {
	int64_t major, minor, micro;
};

struct info {
	struct triple *triple;
	char *package;
};

struct info *qmp_query_version(void **error)
{
	static struct triple triple = { VERSION };
	static struct info info = { &triple, 0 };

	(void)error;
	return &info;
}

#ifdef HAS_SYMBOLS
int64_t timers_state[12];
int use_icount, replay_mode;
__thread void *current_cpu;

int64_t icount_get_raw(void)
{
	return 0;
}

#define NAMED(name)     \
	void name(void) \
	{               \
	}
NAMED(icount_to_ns)
NAMED(qemu_clock_get_ns)
NAMED(qemu_clock_deadline_ns_all)
NAMED(qemu_clock_run_timers)
NAMED(qemu_get_cpu)
NAMED(qemu_in_vcpu_thread)
NAMED(cpu_thread_is_idle)
NAMED(qemu_notify_event)
NAMED(async_run_on_cpu)
NAMED(cpu_is_stopped)
NAMED(cpu_can_run)
NAMED(icount_round)
NAMED(replay_mutex_unlock)
NAMED(all_cpu_threads_idle)
NAMED(qemu_timer_notify_cb)
NAMED(object_class_dynamic_cast)
NAMED(object_class_dynamic_cast_assert)
NAMED(object_dynamic_cast_assert)
#endif

int main(int argc, char **argv)
{
	const struct triple *version = qmp_query_version(NULL)->triple;

	if (argc == 2 && !strcmp(argv[1], "--version"))
		printf("QEMU emulator version %d.%d.%d\n", (int)version->major, (int)version->minor,
		       (int)version->micro);
	else
		puts("a number that must never be seen");
	return 0;
}
