// SPDX-License-Identifier: GPL-2.0-only
/*
 * The case programs. There is one file; its name tells it which act's cases
 * to play, and as `copyhang-cases` it plays them all.
 */
#include "cases.h"
#include "describe.h"
#include "ids.h"
#include "misuse.h"
#include "runner.h"
#include "tap.h"
#include "time_limits.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct options {
	const char *act; /* NULL: all */
	char **globs;
	size_t nglobs;
	const char *ids; /* NULL: all */
	struct run how;
	bool list;
};

static void usage(const char *name)
{
	printf("usage: %s [--only GLOB]... [--ids FILE] [--jobs N] [--each] [--announce]\n"
	       "       [--act NAME] [--bare-skips] [--list | --describe | --limits | --version]\n"
	       "\n"
	       "Plays cases on the running kernel and prints TAP: which ways of copying bytes\n"
	       "are safe for the processes around them?\n"
	       "\n"
	       "  --only GLOB  only cases whose id matches; ids are act/strategy/source-sink, and\n"
	       "               * matches / as well: --only '*/sendfile/pty-*'\n"
	       "  --ids FILE   only cases that FILE names, one id a line\n"
	       "  --act NAME   only cases of this act, as under its name\n"
	       "  --jobs N     play N cases at once (default: %u)\n"
	       "  --each       play also what is refused whatever the act: else one case of these\n"
	       "               stands for all that copy alike, as `# seen_in=ID` tells\n"
	       "  --announce   print `# started ID` and wait for a byte, or the end, on standard input,\n"
	       "               before each case: which one takes the kernel down is known then\n"
	       "  --bare-skips print SKIP without its reason, for those who take that for a part of the\n"
	       "               name; it stands below as in `reason=` anyway\n"
	       "  --list       print the ids and do nothing else\n"
	       "  --describe   print what the tables of acts, strategies, endpoints and promises say, a\n"
	       "               fact a line: table, row, fact, value, with tabs between\n"
	       "  --limits     print every time limit: its name, ms, the verdicts that depend on it, and\n"
	       "               why it is as it is\n"
	       "  --version    print which copyhang this belongs to\n"
	       "\n"
	       "Under the name of an act, only that act's cases. Acts:\n",
	       name, runner_jobs());
	for (const struct act_row *row = acts; row->act.name; row++)
		printf("  %-14s %s\n", row->act.name, row->act.about);
	printf("\n"
	       "Exit: 0 every case is safe or refused, 1 one is not, 4 all were skipped.\n"
	       "`scripts/copyhang run` runs all of these and reports.\n");
}

static const char *act_named(const char *name)
{
	const struct act_row *row = cases_find_act(name);

	if (row)
		return row->act.name;
	misused("no such act: ", name);
}

static void parse(int argc, char **argv, struct options *options)
{
	static const struct option known[] = {
		{ "only", required_argument, NULL, 'o' },
		{ "ids", required_argument, NULL, 'i' },
		{ "act", required_argument, NULL, 'A' },
		{ "jobs", required_argument, NULL, 'j' },
		{ "each", no_argument, NULL, 'e' },
		{ "announce", no_argument, NULL, 'a' },
		{ "bare-skips", no_argument, NULL, 'b' },
		{ "list", no_argument, NULL, 'l' },
		{ "describe", no_argument, NULL, 'd' },
		{ "limits", no_argument, NULL, 'm' },
		{ "version", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "h", known, NULL)) >= 0) {
		switch (option) {
		case 'o':
			options->globs[options->nglobs++] = optarg;
			break;
		case 'i':
			options->ids = optarg;
			break;
		case 'A':
			options->act = act_named(optarg);
			break;
		case 'b':
			tap_leave_skips_bare();
			break;
		case 'e':
			options->how.each = true;
			break;
		case 'a':
			options->how.announce = true;
			break;
		case 'j':
			options->how.jobs = parse_jobs(optarg);
			break;
		case 'l':
			options->list = true;
			break;
		case 'd':
			describe_tables();
			exit(0);
		case 'm':
			limits_print();
			exit(0);
		case 'v':
			puts("copyhang-cases " COPYHANG_VERSION);
			exit(0);
		case 'h':
			usage(program_invocation_short_name);
			exit(0);
		default:
			exit(1);
		}
	}
	if (optind < argc)
		misused("takes no argument ", argv[optind]);
}

int main(int argc, char **argv)
{
	struct options options = { .how.jobs = runner_jobs() };
	const struct act_row *row;
	struct test_case *cases;
	size_t count;

	if (!strcmp(argv[0], CASES_EXECUTED))
		return 0;
	row = cases_find_act(program_invocation_short_name);
	options.act = row ? row->act.name : NULL;
	options.globs = calloc((size_t)argc, sizeof(*options.globs));
	if (!options.globs)
		misused("no memory", "");
	parse(argc, argv, &options);
	cases = cases_select(options.act, options.globs, options.nglobs, &count);
	free(options.globs);
	if (!cases)
		misused("no memory", "");
	if (options.ids)
		ids_keep(options.ids, cases, &count);
	if (options.list)
		cases_list(cases, count);
	else if (!count)
		tap_skip_all("no case matches");
	else
		runner_run(cases, count, options.how);
	return 0;
}
