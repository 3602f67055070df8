// SPDX-License-Identifier: GPL-2.0-only
/* `faultline report`: what the end of a run writes, from the records that are there. */
#include <getopt.h>
#include <string.h>

#include "../../keys.h"
#include "commands.h"
#include "../report/report.h"
#include "../report/table.h"
#include "../base/util.h"

static const char usage[] =
	"usage: faultline report DIR [OPTION]...\n"
	"Writes tables.txt, plots and report.html of a run once more, and prints the table.\n"
	"\n"
	"  --vcpus N  where distribution and phases are shown (the largest number of vCPUs\n"
	"             that most series have)\n"
	"  --png      draws the plots as PNG too, for a slide or a wiki\n"
	"  --help     this text\n";

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
	static const struct option options[] = { { "vcpus", required_argument, NULL, 'v' },
						 { "png", no_argument, NULL, 'p' },
						 { "help", no_argument, NULL, 'h' },
						 { 0 } };
	uint64_t vcpus = 0;
	bool png = false;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'h') {
			fputs(usage, stdout);
			return EXIT_FINE;
		}
		if (option == 'p') {
			png = true;
			continue;
		}
		if (option != 'v') /* getopt_long() has said what is wrong */
			return EXIT_USAGE;
		if (number_parse(optarg, 1, VCPUS_MAX, &vcpus)) {
			complain("--vcpus '%s' is not a number from 1 to %d", optarg, VCPUS_MAX);
			return EXIT_USAGE;
		}
	}
	if (optind + 1 != argc) {
		complain("report takes one folder of a run; see faultline report --help");
		return EXIT_USAGE;
	}
	return report_show(argv[optind], (unsigned int)vcpus, png);
}
