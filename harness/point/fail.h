/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ends the measurement, or the test, from any thread. Defined by each program:
 * faultline-point writes a record with the reason, kvm-tests a KTAP line.
 */
#ifndef FAULTLINE_FAIL_H
#define FAULTLINE_FAIL_H

/* Something that should have worked did not: say what was tried and on what. */
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The kernel or the machine lacks what is needed: say what, and how to get it. */
_Noreturn void skip(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
