// SPDX-License-Identifier: GPL-2.0-only
/* Supervisors in slots, as many as there are jobs; results in the order of the cases. */
#include "runner.h"

#include "descriptors.h"
#include "endpoint.h"
#include "pattern.h"
#include "refusals.h"
#include "set_aside.h"
#include "shared.h"
#include "supervisor.h"
#include "tap.h"
#include "time_limits.h"

#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORD_EVERY (20 * NS_PER_S) /* a sign of life, for who reads along; ns */

/** struct slot - a supervisor, and the case that it plays. */
struct slot {
	pid_t pid; /* 0: there is none */
	int line;  /* to it */
	bool plays;
	size_t index;
};

/* What the runner waits for: in that order, and then for each slot's line. */
enum { POLLED_SIGNALS, POLLED_OUTPUT, POLLED_LINES };

struct runner {
	const struct test_case *cases;
	size_t count, reported;
	int64_t word_at; /* when something was last said of a case, ns */
	enum state { WAITS, PLAYS, IS_OVER } * states; /* of the cases; shared memory */
	size_t *order;  /* in which they begin: indexes, shared memory */
	size_t in_turn; /* so many at its beginning need what there is one of */
	bool turn_ends; /* one of these may begin now */
	size_t next;    /* all others before it have begun, or need no play */
	struct results results;
	struct refusals refusals;
	struct slot *slots;
	struct pollfd *polled; /* signals, output and lines; owned */
	struct run how;
	int signals;   /* signalfd(2) */
	int interrupt; /* the signal that ends all, or 0 */
};

static _Noreturn void die(const char *what)
{
	char why[128];

	snprintf(why, sizeof(why), "%s: %s", what, strerror(errno));
	tap_bail(why);
	exit(1);
}

/* Who wants to know is told, and has a moment to answer on standard input that it does. */
static void announce(const struct test_case *test)
{
	struct pollfd answer = { .fd = STDIN_FILENO, .events = POLLIN };
	char id[CASE_ID], byte;

	tap_note("started %s", case_id(test, id));
	if (poll(&answer, 1, TIME_ANSWER) > 0 && read(STDIN_FILENO, &byte, 1) < 0)
		tap_note("no answer: %s", strerror(errno));
}

static bool needs_turn(const struct test_case *test)
{
	return test->source->single || test->sink->single;
}

static bool have_in_common(const struct endpoint_kind *kind, const struct test_case *test)
{
	return kind->single && (kind == test->source || kind == test->sink);
}

static bool is_over(const struct runner *runner, size_t index)
{
	return runner->states[index] == IS_OVER;
}

/* Is what it needs, and there is one of, in use? Or may another one tell of it? */
static bool has_to_wait(const struct runner *runner, size_t index)
{
	const struct test_case *test = &runner->cases[index];
	const size_t first = runner->refusals.firsts[index];

	if (first != index && !is_over(runner, first))
		return true;
	for (unsigned int i = 0; i < runner->how.jobs; i++) {
		const struct test_case *other = &runner->cases[runner->slots[i].index];

		if (runner->slots[i].plays &&
		    (have_in_common(test->source, other) || have_in_common(test->sink, other)))
			return true;
	}
	return false;
}

static bool needs_no_play(const struct runner *runner, size_t index)
{
	return runner->states[index] != WAITS || refusals_know(&runner->refusals, index);
}

/* Return: of those from @from to before @to in the order, the first that can be played now, or @to.
 */
static size_t find_playable(const struct runner *runner, size_t from, size_t to)
{
	while (from < to && (needs_no_play(runner, runner->order[from]) ||
			     has_to_wait(runner, runner->order[from])))
		from++;
	return from;
}

/* Return: false when none can be played now. */
static bool take_next(struct runner *runner, size_t *index)
{
	size_t at = runner->in_turn;

	if (runner->turn_ends)
		at = find_playable(runner, 0, runner->in_turn);
	if (at == runner->in_turn) {
		runner->turn_ends = false;
		while (runner->next < runner->count &&
		       needs_no_play(runner, runner->order[runner->next]))
			runner->next++;
		at = find_playable(runner, runner->next, runner->count);
	}
	if (at == runner->count)
		return false;
	*index = runner->order[at];
	runner->states[*index] = PLAYS;
	return true;
}

/* One that has been killed meanwhile does not play: its end is yet to be seen. */
static bool have_it_play(struct runner *runner, struct slot *slot)
{
	if (!slot->pid)
		slot->pid =
			supervisor_start(runner->cases, &runner->results, slot->index, &slot->line);
	if (slot->pid < 0)
		die("cannot fork");
	return supervisor_play(slot->line, slot->index);
}

/* Return: false when there is nothing to be started now. */
static bool start(struct runner *runner, struct slot *slot)
{
	struct result *result;

	if (!take_next(runner, &slot->index))
		return false;
	result = results_at(&runner->results, slot->index);
	result->stage = "starting";
	result->renewed = clock_now();
	if (runner->how.announce)
		announce(&runner->cases[slot->index]);
	slot->plays = true;
	have_it_play(runner, slot);
	return true;
}

/* Return: false when the next result is yet to come. */
static bool report_next(struct runner *runner)
{
	static struct result unplayed;
	const size_t index = runner->reported;
	const bool known = index < runner->count && refusals_know(&runner->refusals, index);
	char id[CASE_ID];

	if (index == runner->count || (!known && !is_over(runner, index)))
		return false;
	if (known)
		refusals_tell(&runner->refusals, index, &unplayed);
	tap_result(case_id(&runner->cases[index], id),
		   known ? &unplayed : results_at(&runner->results, index));
	results_drop(&runner->results, index);
	runner->reported++;
	runner->word_at = clock_now();
	return true;
}

static void report(struct runner *runner)
{
	while (report_next(runner))
		;
}

/* A case takes as long as it goes ahead. */
static void say_what_it_waits_for(struct runner *runner)
{
	char id[CASE_ID];

	if (runner->reported == runner->count || clock_now() < runner->word_at + WORD_EVERY)
		return;
	tap_note("still playing %s", case_id(&runner->cases[runner->reported], id));
	runner->word_at = clock_now();
}

static void fill_slots(struct runner *runner)
{
	for (unsigned int i = 0; i < runner->how.jobs; i++) {
		if (!runner->slots[i].plays && !start(runner, &runner->slots[i]))
			return;
	}
}

/* What the supervisor wrote counts only if it came to its end. */
static void finish(struct runner *runner, struct slot *slot, const char *why)
{
	struct result *result = results_at(&runner->results, slot->index);

	if (why) {
		result->verdict = VERDICT_BROKEN;
		/* Where it could not get ready, it has said so. */
		if (!*result->reason)
			snprintf(result->reason, sizeof(result->reason),
				 "the supervisor %s while %s", why, result->stage);
	}
	runner->states[slot->index] = IS_OVER;
	runner->turn_ends |= needs_turn(&runner->cases[slot->index]);
	if (!refusals_keep(&runner->refusals, slot->index, result))
		die("no memory");
	slot->plays = false;
}

static void let_go(struct slot *slot)
{
	slot->pid = 0;
	close_fd(&slot->line);
}

static void take_results(struct runner *runner)
{
	for (unsigned int i = 0; i < runner->how.jobs; i++) {
		struct slot *slot = &runner->slots[i];

		if (runner->polled[POLLED_LINES + i].revents && supervisor_is_done(&slot->line))
			finish(runner, slot, NULL);
	}
}

static void reap(struct runner *runner)
{
	char why[64];
	pid_t pid;
	int status;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (unsigned int i = 0; i < runner->how.jobs; i++) {
			if (runner->slots[i].pid != pid)
				continue;
			if (WIFSIGNALED(status))
				snprintf(why, sizeof(why), "died by signal %d", WTERMSIG(status));
			else
				snprintf(why, sizeof(why), "exited with %d", WEXITSTATUS(status));
			if (runner->slots[i].plays)
				finish(runner, &runner->slots[i], status ? why : NULL);
			let_go(&runner->slots[i]);
		}
	}
}

static int64_t given_up_at(const struct runner *runner, const struct slot *slot)
{
	return patience_renewed(&results_at(&runner->results, slot->index)->renewed) +
	       LIMIT_OF(SUPERVISOR);
}

/*
 * With its children, of which it may wait for one itself: for the server of a file. Not with those
 * that put right what was done, which have a group of their own.
 */
static void end_supervisor(pid_t pid)
{
	kill(-pid, SIGKILL);
	kill(pid, SIGKILL);
}

/* A supervisor that is itself caught in the kernel is left there, as its child is. */
static void expire(struct runner *runner)
{
	for (unsigned int i = 0; i < runner->how.jobs; i++) {
		struct slot *slot = &runner->slots[i];

		if (!slot->plays || clock_now() < given_up_at(runner, slot))
			continue;
		end_supervisor(slot->pid);
		finish(runner, slot, "did not come to an end");
		let_go(slot);
	}
}

static int64_t next_deadline(const struct runner *runner)
{
	int64_t next = runner->word_at + WORD_EVERY;

	for (unsigned int i = 0; i < runner->how.jobs; i++) {
		if (runner->slots[i].plays && given_up_at(runner, &runner->slots[i]) < next)
			next = given_up_at(runner, &runner->slots[i]);
	}
	return next;
}

/* Of a supervisor, or of anybody else. */
static void wait_for_word(struct runner *runner, int64_t deadline)
{
	const struct timespec timeout = clock_timeout(deadline);
	struct pollfd *fds = runner->polled;
	struct signalfd_siginfo info;

	fds[POLLED_SIGNALS] = (struct pollfd){ .fd = runner->signals, .events = POLLIN };
	fds[POLLED_OUTPUT] = (struct pollfd){ .fd = STDOUT_FILENO };
	for (unsigned int i = 0; i < runner->how.jobs; i++)
		fds[POLLED_LINES + i] = (struct pollfd){
			.fd = runner->slots[i].line,
			.events = POLLIN,
		};
	ppoll(fds, POLLED_LINES + runner->how.jobs, &timeout, NULL);
	/* Nobody reads the pipe that TAP goes to any more: who asked for this has been killed. */
	if (fds[POLLED_OUTPUT].revents & POLLERR)
		runner->interrupt = SIGPIPE;
	while (read(runner->signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo != SIGCHLD)
			runner->interrupt = (int)info.ssi_signo;
	}
}

static _Noreturn void interrupted(struct runner *runner)
{
	const int signal = runner->interrupt;
	char why[64];
	sigset_t all;

	for (unsigned int i = 0; i < runner->how.jobs; i++) {
		if (runner->slots[i].pid)
			end_supervisor(runner->slots[i].pid);
	}
	set_aside_name(runner->signals);
	snprintf(why, sizeof(why), "interrupted by signal %d (%s)", signal, strsignal(signal));
	tap_bail(why);
	sigfillset(&all);
	sigprocmask(SIG_UNBLOCK, &all, NULL);
	raise(signal);
	exit(1);
}

/* It may take long: to make file systems, on a slow machine. */
static void prepare_kind(struct runner *runner, const struct endpoint_kind *kind)
{
	if (!kind->prepare)
		return;
	kind->prepare(kind);
	if (clock_now() < runner->word_at + WORD_EVERY)
		return;
	tap_note("%s is prepared", kind->name);
	runner->word_at = clock_now();
}

/* What takes long begins early, so that nobody waits for it alone in the end. */
enum turn { IN_TURN, AT_EXOTIC, AT_ANY, TURNS };

static enum turn turn_of(const struct test_case *test)
{
	if (needs_turn(test))
		return IN_TURN;
	return test->source->exotic || test->sink->exotic ? AT_EXOTIC : AT_ANY;
}

static void arrange(struct runner *runner)
{
	size_t at = 0;

	for (enum turn turn = 0; turn < TURNS; turn++) {
		for (size_t i = 0; i < runner->count; i++) {
			if (turn_of(&runner->cases[i]) == turn)
				runner->order[at++] = i;
		}
		if (turn == IN_TURN)
			runner->next = runner->in_turn = at;
	}
	runner->turn_ends = true;
}

static void prepare(struct runner *runner)
{
	sigset_t signals;

	pattern_bytes(); /* once, for all supervisors */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGPIPE);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	runner->signals = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	if (runner->signals < 0)
		die("signalfd");

	runner->states = shared_memory(runner->count * sizeof(*runner->states));
	runner->order = shared_memory(runner->count * sizeof(*runner->order));
	runner->slots = calloc(runner->how.jobs, sizeof(*runner->slots));
	runner->polled = calloc(POLLED_LINES + runner->how.jobs, sizeof(*runner->polled));
	if (!runner->states || !runner->order || !runner->slots || !runner->polled ||
	    results_map(&runner->results, runner->count) ||
	    !refusals_begin(&runner->refusals, runner->cases, runner->count, runner->how.each))
		die("no memory");
	arrange(runner);
	for (unsigned int i = 0; i < runner->how.jobs; i++)
		runner->slots[i].line = -1;
	for (size_t i = 0; i < runner->count; i++) {
		prepare_kind(runner, runner->cases[i].source);
		prepare_kind(runner, runner->cases[i].sink);
	}
	malloc_trim(0); /* what nobody has any more no fork has to copy */
}

void runner_run(const struct test_case *cases, size_t count, struct run how)
{
	struct runner runner = { .cases = cases, .count = count, .how = how };
	struct utsname kernel;

	uname(&kernel);
	tap_begin((unsigned int)count);
	tap_note("kernel=%s machine=%s jobs=%u", kernel.release, kernel.machine, how.jobs);
	runner.word_at = clock_now();
	shared_have_small_pages();
	prepare(&runner);
	while (runner.reported < count) {
		fill_slots(&runner);
		wait_for_word(&runner, next_deadline(&runner));
		if (runner.interrupt)
			interrupted(&runner);
		take_results(&runner);
		reap(&runner);
		expire(&runner);
		report(&runner);
		say_what_it_waits_for(&runner);
	}
	for (unsigned int i = 0; i < how.jobs; i++)
		close_fd(&runner.slots[i].line);
	set_aside_name(runner.signals);
	free(runner.polled);
	free(runner.slots);
	tap_finish();
}
