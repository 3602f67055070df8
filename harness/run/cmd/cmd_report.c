// SPDX-License-Identifier: GPL-2.0-only
/* `faultline report`: what the end of a run writes, from the records that are there. */
#include <getopt.h>

#include "../../keys.h"
#include "command_line.h"
#include "commands.h"
#include "../host/setup.h"
#include "../report/findings.h"
#include "../report/report.h"
#include "../report/table.h"
#include "../base/util.h"

struct request {
	unsigned int vcpus;
	bool png, mail;
};

#define FIELD(name) offsetof(struct request, name)

/* clang-format off */
static const struct option_row rows[] = {
	{ "vcpus", "N", "where distribution and phases are shown (the largest number of vCPUs\n"
	  "that most series have)", take_number, FIELD(vcpus), VCPUS_MAX },
	{ "mail", NULL, "prints findings and provenance only, in at most 60 lines of 78 columns",
	  take_flag, FIELD(mail) },
	{ "png", NULL, PNG_HELP, take_flag, FIELD(png) },
	{ 0 },
};
/* clang-format on */

static const struct command_line command_line = {
	"usage: faultline report DIR [OPTION]...\n"
	"Writes tables.txt, plots and report.html of a run once more, and prints the table.\n",
	rows,
	"Exit code: 0 written, 2 bad input or something is missing.\n",
};

/* Writes nothing. Returns an exit code. */
static int show_mail(const char *run_dir)
{
	struct run_data run;

	if (run_data_load(&run, run_dir, 0)) {
		complain("no report: %s", error_text());
		return EXIT_USAGE;
	}
	findings_mail(stdout, &run);
	run_data_free(&run);
	return EXIT_FINE;
}

int report_show(const char *run_dir, unsigned int vcpus, bool png)
{
	struct run_data run;
	int failed = run_data_load(&run, run_dir, vcpus);

	if (!failed) {
		failed = report_write(&run, run_dir, png);
		if (!failed)
			table_print(stdout, &run);
		run_data_free(&run);
	}
	if (failed) {
		complain("no report: %s", error_text());
		return EXIT_USAGE;
	}
	printf("\nreport: %s/report.html\n", run_dir);
	return EXIT_FINE;
}

int cmd_report(int argc, char **argv)
{
	struct request r = { 0 };
	struct setup setup;
	int code = options_parse(&command_line, argc, argv, &r, NULL);

	if (code >= 0)
		return code;
	if (optind + 1 != argc) {
		complain("report takes one folder of a run; see faultline report --help");
		return EXIT_USAGE;
	}
	setup_init(&setup); /* tells where plots/ are */
	code = r.mail ? show_mail(argv[optind]) : report_show(argv[optind], r.vcpus, r.png);
	setup_free(&setup);
	return code;
}
