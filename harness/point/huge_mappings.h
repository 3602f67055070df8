/* SPDX-License-Identifier: GPL-2.0-only */
/* How much of tested memory is mapped by huge pages. */
#ifndef FAULTLINE_HUGE_MAPPINGS_H
#define FAULTLINE_HUGE_MAPPINGS_H

#include <stdint.h>

#include "memory.h"
#include "vm.h"

struct huge_mappings {
	uint64_t process_kib; /* by page tables of this process, of both mappings */
	int64_t kvm_kib; /* by KVM, of all memory of the VM; -1 where it does not tell */
};

struct huge_mappings huge_mappings_count(const struct memory *memory, const struct vm *vm);

#endif
