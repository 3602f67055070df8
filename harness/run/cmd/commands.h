/* SPDX-License-Identifier: GPL-2.0-only */
/* The commands of faultline: each gets its own name as argv[0] and returns an exit code. */
#ifndef FAULTLINE_COMMANDS_H
#define FAULTLINE_COMMANDS_H

#include <stdbool.h>

struct run_options;

/*
 * Measures a sweep and writes its report, or what is left of a run that is resumed. Returns an
 * exit code, after a message if it is not 0. *dir, unless dir is NULL: the folder of the run, which
 * the caller frees; NULL when it came to none.
 */
int run_measure(const struct run_options *options, char **dir);

/* What an option leaves as it is. */
extern const struct run_options run_defaults;

/*
 * Writes a run's report, prints its table and says where the report is; vcpus as for
 * run_data_load(), png: as for report_write(). Returns an exit code, after a message if it is not 0.
 */
int report_show(const char *run_dir, unsigned int vcpus, bool png);

int cmd_run(int argc, char **argv);
int cmd_point(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_verify(int argc, char **argv);
int cmd_soak(int argc, char **argv);
int cmd_published(int argc, char **argv);
int cmd_doctor(int argc, char **argv);
int cmd_list(int argc, char **argv);

#endif
