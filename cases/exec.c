// SPDX-License-Identifier: GPL-2.0-only
/*
 * copyhang-exec: cases with a program under test in the copier's place, as the strategy `exec`.
 */
#include "cases.h"
#include "command.h"
#include "endpoints.h"
#include "ids.h"
#include "misuse.h"
#include "rates.h"
#include "runner.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHOICES_MAX 64

/** struct choice - names that an option was given with, or those that stand for none. */
struct choice {
	const char *names[CHOICES_MAX];
	size_t count;
};

struct options {
	struct choice acts, sources, sinks;
	struct run how;
	bool reverse, both, list, rates;
	const char *commands; /* a folder; NULL: the command is among the arguments */
	const char *ids;      /* NULL: all */
	const char *copy;     /* a strategy: be a program that copies through it */
};

static void usage(void)
{
	printf("usage: %s [OPTION]... -- COMMAND [ARG...]\n"
	       "       %s [OPTION]... --commands DIR\n"
	       "\n"
	       "Puts a program in the copier's place, on the running kernel, and prints TAP: are the\n"
	       "processes around it safe while it copies? Its standard input is a source that yields\n"
	       "nothing, its standard output a pipe whose other end a bystander holds.\n"
	       "\n"
	       "  --source KIND  from this kind of source (default: pty unix tcp pipe file)\n"
	       "  --sink KIND    to this kind of sink (default: pipe)\n"
	       "  --reverse      the other way round: from a pipe whose other end the bystander\n"
	       "                 holds to a sink that takes nothing (default: pty unix tcp full_pipe)\n"
	       "  --both         both ways round, each with its default kinds\n"
	       "  --act ACT      what happens meanwhile (default: exit_group)\n"
	       "  --jobs N       play N cases at once (default: %u)\n"
	       "  --commands DIR try the command in each file of DIR, as a strategy that is called as\n"
	       "                 the file; after each word of it there is a null byte\n"
	       "  --ids FILE     only cases that FILE names, one id a line\n"
	       "  --announce     print `# started ID` and wait for a byte, or the end, on standard\n"
	       "                 input, before each case\n"
	       "  --list         print the ids and do nothing else\n"
	       "  --copy NAME    copy standard input to standard output through a strategy of\n"
	       "                 copyhang-cases, as a program to compare others with\n"
	       "  --rates        measure instead how many bytes each strategy copies in a second\n"
	       "\n"
	       "KIND and ACT may be repeated. {in} and {out} in an ARG become paths of standard\n"
	       "input and output. Set-user-ID programs are refused: no program gains privileges here.\n"
	       "\n"
	       "Exit: 0 every case is safe, 1 one is not, or bad usage, 4 all were skipped.\n"
	       "`scripts/copyhang exec` runs this and reports.\n",
	       program_invocation_short_name, program_invocation_short_name, runner_jobs());
}

/* Once, though it may be named twice. */
static void choose(struct choice *choice, const char *name)
{
	for (size_t i = 0; i < choice->count; i++) {
		if (!strcmp(choice->names[i], name))
			return;
	}
	if (choice->count == CHOICES_MAX)
		misused("too many choices at ", name);
	choice->names[choice->count++] = name;
}

static const struct choice exit_only = { { "exit_group" }, 1 }, a_pipe = { { "pipe" }, 1 },
			   sources = { { "pty", "unix", "tcp", "pipe", "file" }, 5 },
			   full_sinks = { { "pty", "unix", "tcp", "full_pipe" }, 4 };

static void parse(int argc, char **argv, struct options *options)
{
	static const struct option known[] = {
		{ "source", required_argument, NULL, 's' },
		{ "sink", required_argument, NULL, 'k' },
		{ "act", required_argument, NULL, 'a' },
		{ "reverse", no_argument, NULL, 'r' },
		{ "both", no_argument, NULL, 'b' },
		{ "jobs", required_argument, NULL, 'j' },
		{ "commands", required_argument, NULL, 'm' },
		{ "ids", required_argument, NULL, 'i' },
		{ "announce", no_argument, NULL, 'n' },
		{ "list", no_argument, NULL, 'l' },
		{ "copy", required_argument, NULL, 'c' },
		{ "rates", no_argument, NULL, 't' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "+h", known, NULL)) >= 0) {
		switch (option) {
		case 's':
			choose(&options->sources, optarg);
			break;
		case 'k':
			choose(&options->sinks, optarg);
			break;
		case 'a':
			choose(&options->acts, optarg);
			break;
		case 'r':
			options->reverse = true;
			break;
		case 'b':
			options->both = true;
			break;
		case 'j':
			options->how.jobs = parse_jobs(optarg);
			break;
		case 'm':
			options->commands = optarg;
			break;
		case 'i':
			options->ids = optarg;
			break;
		case 'n':
			options->how.announce = true;
			break;
		case 'l':
			options->list = true;
			break;
		case 'c':
			options->copy = optarg;
			break;
		case 't':
			options->rates = true;
			break;
		case 'h':
			usage();
			exit(0);
		default:
			exit(1);
		}
	}
}

/* What was not chosen. */
static void complete(struct options *options)
{
	if (options->both && (options->reverse || options->sources.count || options->sinks.count))
		misused("--both goes without --source, --sink and --reverse", "");
	if (!options->acts.count)
		options->acts = exit_only;
	if (!options->sources.count)
		options->sources = options->reverse ? a_pipe : sources;
	if (!options->sinks.count)
		options->sinks = options->reverse ? full_sinks : a_pipe;
}

static const struct endpoint_kind *find_kind(const char *name)
{
	for (const struct endpoint_kind *const *kind = endpoint_kinds; *kind; kind++) {
		if (!strcmp((*kind)->name, name))
			return *kind;
	}
	misused("no kind of endpoint is called ", name);
}

static const struct act_row *find_act(const char *name)
{
	const struct act_row *row = cases_find_act(name);

	if (!row)
		misused("no act is called ", name);
	return row;
}

/** struct round - cases to be made: all commands with all kinds of these ends. */
struct round {
	const struct strategy *commands;
	size_t ncommands;
	const struct choice *acts, *sources, *sinks;
};

static size_t size_of(const struct round *round)
{
	return round->ncommands * round->acts->count * round->sources->count * round->sinks->count;
}

static void add_cases(const struct round *round, struct test_case *cases, size_t *count)
{
	const size_t nsources = round->sources->count, nsinks = round->sinks->count;
	const size_t each = round->acts->count * nsources * nsinks;
	char id[CASE_ID];

	for (size_t i = 0; i < size_of(round); i++) {
		const struct act_row *row =
			find_act(round->acts->names[i % each / nsources / nsinks]);
		const struct test_case test = {
			.act = &row->act,
			.strategy = &round->commands[i / each],
			.source = find_kind(round->sources->names[i / nsinks % nsources]),
			.sink = find_kind(round->sinks->names[i % nsinks]),
		};

		if (!cases_can_execute(row, &test))
			misused("nothing to hold up, or nobody to see it, in ", case_id(&test, id));
		cases[(*count)++] = test;
	}
}

static struct test_case *make_cases(const struct options *options, const struct strategy *commands,
				    size_t ncommands, size_t *count)
{
	const struct round round = { commands, ncommands, &options->acts, &options->sources,
				     &options->sinks };
	const struct round reverse = { commands, ncommands, &options->acts, &a_pipe, &full_sinks };
	struct test_case *cases = calloc(size_of(&round) + size_of(&reverse) + 1, sizeof(*cases));

	if (!cases)
		misused("no memory", "");
	*count = 0;
	add_cases(&round, cases, count);
	if (options->both)
		add_cases(&reverse, cases, count);
	return cases;
}

static const struct strategy *find_strategy(const char *name)
{
	for (const struct strategy *strategy = strategies; strategy->name; strategy++) {
		if (!strcmp(strategy->name, name))
			return strategy;
	}
	misused("no strategy is called ", name);
}

static int copy(const char *name)
{
	const struct strategy *strategy = find_strategy(name);
	struct copy whole = { .in = FD_SOURCE, .out = FD_SINK, .limit = COPY_UNLIMITED };
	int error;

	if (strategy->ignores_sigpipe)
		signal(SIGPIPE, SIG_IGN);
	error = copy_through(strategy, &whole);
	if (error)
		fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, name,
			strerror(-error));
	return !!error;
}

static void run(const struct options *options, struct test_case *cases, size_t count)
{
	if (options->ids)
		ids_keep(options->ids, cases, &count);
	if (options->list)
		cases_list(cases, count);
	else if (options->rates)
		rates_run(cases, count, options->how.announce);
	else
		runner_run(cases, count, options->how);
	free(cases);
}

int main(int argc, char **argv)
{
	/* Only our own copiers are known to do the same each time. */
	struct options options = { .how = { .jobs = runner_jobs(), .each = true } };
	struct program program;
	const struct strategy strategy = { .name = "exec", .program = &program };
	const struct strategy *commands = &strategy;
	struct test_case *cases;
	size_t ncommands = 1, count;

	if (!strcmp(argv[0], CASES_EXECUTED))
		return 0;
	parse(argc, argv, &options);
	if (options.copy)
		return copy(options.copy);
	if (options.rates) {
		cases = rates_cases(&count);
		run(&options, cases, count);
		return 0;
	}
	complete(&options);
	if (options.commands && argv[optind])
		misused("--commands has them all, not also ", argv[optind]);
	if (options.commands)
		commands = commands_read(options.commands, &ncommands);
	else
		command_prepare(&program, argv + optind);
	cases = make_cases(&options, commands, ncommands, &count);
	run(&options, cases, count);
	return 0;
}
