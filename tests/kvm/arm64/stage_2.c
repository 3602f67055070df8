// SPDX-License-Identifier: GPL-2.0-only
#include "../world.h"

bool arch_has_stage_2(void)
{
	return true;
}

bool arch_asks_for_permissions(void)
{
	return true;
}
