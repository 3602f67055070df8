/* SPDX-License-Identifier: GPL-2.0-only */
/* The one way to a userfaultfd. */
#ifndef FAULTLINE_UFFD_OPEN_H
#define FAULTLINE_UFFD_OPEN_H

/*
 * A userfaultfd for faults in the kernel, as those of KVM are, from /dev/userfaultfd or, whatever
 * keeps that from being had, by the system call. Sets *way to the name of which it was, and
 * returns the descriptor. skip()s with advice where neither is to be had, fail()s where
 * only a limit stands in the way.
 */
int uffd_open(const char **way);

#endif
