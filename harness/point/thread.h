/* SPDX-License-Identifier: GPL-2.0-only */
/* The threads of vCPUs and handlers. */
#ifndef FAULTLINE_THREAD_H
#define FAULTLINE_THREAD_H

#include <pthread.h>

/* Returns 0 or an errno, as pthread_create() does. */
int thread_start(pthread_t *thread, void *(*main)(void *arg), void *arg);

#endif
