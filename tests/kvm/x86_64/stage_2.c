// SPDX-License-Identifier: GPL-2.0-only
#include <cpuid.h>
#include <fcntl.h>
#include <unistd.h>

#include "../world.h"

#define SVM_BIT (1u << 2)

static bool is_on(const char *parameter)
{
	int fd = open(parameter, O_RDONLY | O_CLOEXEC);
	char value = 'N';

	if (fd < 0)
		return false;
	if (read(fd, &value, 1) != 1)
		value = 'N';
	close(fd);
	return value == 'Y' || value == '1';
}

bool arch_has_stage_2(void)
{
	unsigned int a, b, c = 0, d;

	/* A kernel may have both modules, of which one has found nothing to do. */
	__get_cpuid(0x80000001, &a, &b, &c, &d);
	return is_on(c & SVM_BIT ? "/sys/module/kvm_amd/parameters/npt" :
				   "/sys/module/kvm_intel/parameters/ept");
}

bool arch_asks_for_permissions(void)
{
	/* With stage 2, the fast path for such faults does without; shadow paging maps anew. */
	return !arch_has_stage_2();
}
