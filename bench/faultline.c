// SPDX-License-Identifier: GPL-2.0-only
/* The user's program: finds the command and hands over to it. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../harness/run/cmd/commands.h"
#include "../harness/run/base/util.h"

static const struct command {
	const char *name;
	int (*main)(int argc, char **argv);
	const char *summary;
} commands[] = {
	{ "run", cmd_run, "measure a sweep and write a report; also when no command is given" },
	{ "point", cmd_point, "measure one point" },
	{ "report", cmd_report, "write the report of a run once more, for other vCPU counts" },
	{ "verify", cmd_verify, "measure points of a run again and compare every digit" },
	{ "soak", cmd_soak, "measure points drawn at random, and check every page" },
	{ "published", cmd_published, "set published figures beside simulated ones" },
	{ "doctor", cmd_doctor, "say what this machine can do" },
	{ "list", cmd_list, "list modes, workloads, sweeps, backings, keys" },
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static int help(void)
{
	puts("usage: faultline [COMMAND] [ARGUMENT]...\n"
	     "Measures the ways in which a VMM can learn of, and resolve, a missing page of\n"
	     "guest memory under KVM.\n");
	for (size_t i = 0; i < COMMANDS; i++)
		printf("  %-11s%s\n", commands[i].name, commands[i].summary);
	puts("\n"
	     "faultline COMMAND --help says more, faultline --version which one this is.\n"
	     "./run.sh COMMAND does the same and first sets up what is missing.\n"
	     "\n"
	     "Environment: FAULTLINE_ROOT, the repository; FAULTLINE_KERNEL_DIR_x86_64 and "
	     "_arm64,\nfolders of the kernels under test (./run.sh sets these); "
	     "FAULTLINE_QEMU_x86_64 and _arm64,\n"
	     "other QEMUs than qemu-system-x86_64 and -aarch64; TMPDIR.");
	return EXIT_FINE;
}

static int command(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "-"; /* options without a command are run's */

	if (!strcmp(name, "--help"))
		return help();
	if (!strcmp(name, "--version")) {
		puts("faultline " FAULTLINE_VERSION);
		return EXIT_FINE;
	}
	for (size_t i = 0; i < COMMANDS; i++)
		if (!strcmp(name, commands[i].name))
			return commands[i].main(argc - 1, argv + 1);
	if (name[0] == '-')
		return cmd_run(argc, argv);
	fprintf(stderr, "faultline: unknown command '%s'; known:", name);
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(stderr, " %s", commands[i].name);
	fputc('\n', stderr);
	return EXIT_USAGE;
}

/* A file that is opened must not pass for a standard stream that the caller has closed. */
static void fill_standard_streams(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	close(fd);
}

int main(int argc, char **argv)
{
	int code;

	fill_standard_streams();
	/* Options may follow other words: by this one, getopt_long() would take them for words. */
	unsetenv("POSIXLY_CORRECT");
	/* A file that grows beyond `ulimit -f` is an error like a full disk, with a message. */
	signal(SIGXFSZ, SIG_IGN);
	code = command(argc, argv);

	/* A table or record that has not arrived must not pass for one. */
	if (!fflush(stdout) && !ferror(stdout))
		return code;
	complain("cannot write to standard output; is the disk full, or its reader gone?");
	return code ? code : EXIT_POINT_FAILED;
}
