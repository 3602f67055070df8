/* SPDX-License-Identifier: GPL-2.0-only */
/* Threads of this process that sleep on a word. */
#ifndef FAULTLINE_FUTEX_H
#define FAULTLINE_FUTEX_H

#include <linux/futex.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Sleeps if the word has that value, until woken or a signal comes, or for a timeout if any. */
static inline void futex_wait(_Atomic uint32_t *word, uint32_t value,
			      const struct timespec *timeout)
{
	syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, timeout, NULL, 0);
}

static inline void futex_wake_all(_Atomic uint32_t *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0);
}

#endif
