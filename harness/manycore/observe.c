// SPDX-License-Identifier: GPL-2.0-only
/*
 * QEMU's round-robin loop with one CPU, as it is: what is replaced here is what
 * parallel_time.c replaces to find where slices begin and end, by functions that do what
 * QEMU's own do at shift=0 and without replay: nothing.
 */
#include "observe.h"

#include "manycore.h"
#include "qemu.h"

static bool is_in_slice;
static int64_t start; /* of the slice, in instructions */

static int64_t round_up(int64_t count)
{
	if (!*qemu.use_icount || qemu.icount_to_ns(1) != 1 || qemu.qemu_get_cpu(1))
		refuse("slices are observed of one CPU only, at -icount shift=0");
	is_in_slice = true;
	start = *qemu.icount;
	if (faultline_manycore.slice_begun)
		faultline_manycore.slice_begun(qemu.qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL), 0);
	return count;
}

static void unlock(void)
{
	if (!is_in_slice || !current_cpu)
		return;
	is_in_slice = false;
	if (faultline_manycore.slice_ended)
		faultline_manycore.slice_ended(*qemu.icount - start);
}

void observe_install(void)
{
	faultline_manycore.qemu_major = qemu.major;
	faultline_manycore.qemu_minor = qemu.minor;
	faultline_manycore.is_fine = true;
	faultline_manycore.icount = qemu.icount;
	qemu_replace_symbol("icount_round", round_up);
	qemu_replace_symbol("replay_mutex_unlock", unlock);
}
