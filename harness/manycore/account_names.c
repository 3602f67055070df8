// SPDX-License-Identifier: GPL-2.0-only
/* Names in accounts, for the plugin that writes them and the program that reads them. */
#include "account.h"

const char *const account_roles[] = { "vcpu", "handler", "idle", "other", NULL };
const char *const account_kinds[] = { "",	  "[spins]",  "[stalled]",  "[cut]",
				      "[halted]", "[asleep]", "[runnable]", NULL };
