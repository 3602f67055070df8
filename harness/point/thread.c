// SPDX-License-Identifier: GPL-2.0-only
#include "thread.h"

/*
 * They need little. The default is what `ulimit -s` says: only address space, but that adds up
 * and is limited, too.
 */
#define STACK_BYTES (128u << 10)

int thread_start(pthread_t *thread, void *(*main)(void *arg), void *arg)
{
	pthread_attr_t attr;
	int r;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	r = pthread_create(thread, &attr, main, arg);
	pthread_attr_destroy(&attr);
	return r;
}
