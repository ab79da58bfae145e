// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which combinations of act, strategy, source and sink are cases: what makes sense, and is worth
 * its time. The rows of acts and promises say what they meet; what is special in a kind of endpoint
 * is told here.
 */
#include "cases.h"
#include "endpoints.h"
#include "shared.h"
#include "text.h"

#include <fnmatch.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Kinds of endpoints that not everything meets, by their names. */
struct special {
	const char *kinds;
	const char *partners; /* they meet only these, and only core acts; "": none, for promises */
	const char *acts;     /* ... or only these, instead of core acts */
};

static const struct special specials[] = {
	{ "fifo", "pty unix pipe file", NULL },
	{ "unix_dgram eventfd full_pipe fuse userfault", "pipe file", NULL },
	{ "unix_seqpacket udp timerfd inotify kmsg fuse_cached", "pipe", NULL },
	{ "tmpfs", "tmpfs file", NULL },
	{ "memfd sparse", "file", NULL },
	{ "large", "file", "self_kill self_exit" },
	{ "append", "pipe unix", NULL },
	{ "same_file", "same_file", NULL },
	{ "ext4", "ext4 tmpfs", NULL },
	{ "xfs", "xfs tmpfs", NULL },
	{ "btrfs", "btrfs tmpfs", NULL },
	{ "overlay", "overlay tmpfs", NULL },
	{ "vsock tun", "pipe", "exit_group" },
	{ "v9fs", "v9fs pipe", "self_kill" },
	{ "fuse_splice", "pipe", "exit_group self_kill" },
	{ "fuse_beside", "fuse_splice", "self_kill" },
	{ "frozen_ext4 frozen_xfs frozen_btrfs", "unix pipe", "fsfreeze" },
	/* A program that trusts stat(2) copies nothing of the first two. */
	{ "proc sys small limited limited_pipe huge interrupted modified scribbled empty nothing holes "
	  "beyond_2g beyond_4g pieces_full_xfs full_xfs pieces_xfs pieces_btrfs long_xfs long_btrfs dirty_ext4 dirty_xfs dirty_btrfs "
	  "dirty_overlay device_null device_full device_zero device_urandom direct sealed hugetlb "
	  "tiny_pipe overlay_lower failed_write directory same_fd self ahead behind "
	  "nonblock_pipe nonblock_unix nonblock_tcp nonblock_pty nonblock_full_pipe "
	  "nonblock_full_unix nonblock_full_tcp intact intact_pipe used_pipe af_alg udp_begun "
	  "fuse_buffered fuse_spliced esp",
	  "", NULL },
};

/* All strategies that cannot but refuse what is no file, or no pipe as source. */
#define FILES_ONLY "seek_data copy_file_range ficlone ficlonerange"
#define FROM_PIPES "tee_splice"

/* Whole copies alone are what is special in these. */
#define WHOLE_ONLY "writev_empty"

/* Calls of others, entered otherwise or put together: for promises that name them. */
#define PROMISES_ONLY "vmsplice_private vmsplice_gift sendfile_raw splice_raw copy_file_range_libc"

/** struct kind - a kind, and what is special in it; NULL: nothing. */
struct kind {
	const struct endpoint_kind *kind;
	const struct special *special;
};

/** struct meeting - two ends that an act's cases may have. */
struct meeting {
	const struct kind *source, *sink;
	const struct promise_row *promises; /* of them; NULL for an act that is no whole copy */
};

/** struct candidate - a case that may make sense. */
struct candidate {
	const struct act_row *row;
	const struct special *source, *sink; /* of the endpoints */
	struct test_case test;
};

/* A bystander needs something to hold, and the right end of it. */
static bool bystander_can(const struct act_row *row, const struct test_case *test)
{
	bool has_fifo = test->source->is_fifo || test->sink->is_fifo;

	if (has_fifo ? !row->takes_fifos : row->needs_fifo)
		return false;
	switch (bystander_holds(test)) {
	case HOLDS_READ_END:
		/* A file has filled the pipe: nobody waits to read. */
		return row->pipe_end != WRITE_END &&
		       !(row->act.needs_waiting && !test->source->stalls);
	case HOLDS_WRITE_END:
		return row->pipe_end != READ_END;
	case HOLDS_FILE:
		return row->takes_files;
	default:
		return false;
	}
}

static bool takes_act(const struct special *kind, const struct act_row *row)
{
	if (!kind)
		return true;
	return kind->acts ? text_lists(kind->acts, row->act.name) : row->core || row->needs_fifo;
}

/* It meets pipes and files with all acts that take it; a sink that fills up, too, is special. */
static bool takes_cascade(const struct candidate *candidate)
{
	const struct endpoint_kind *sink = candidate->test.sink;
	const bool special =
		candidate->source || candidate->sink || (sink->stalls && !sink->is_pipe);

	return !candidate->row->raw_only && (!special || candidate->row->everything);
}

static bool is_file(const struct endpoint_kind *kind)
{
	return kind->regular || kind->is_file;
}

static bool takes_files_only(const struct strategy *strategy)
{
	return text_lists(FILES_ONLY, strategy->name) ||
	       (strategy->only & (SOURCE_REGULAR | SINK_REGULAR));
}

/* That it refuses what its manual page, or its program, rules out one act shows for all. */
static bool may_take(const struct candidate *candidate)
{
	const struct test_case *test = &candidate->test;
	const struct strategy *strategy = test->strategy;

	if (candidate->row->everything)
		return true;
	if (takes_files_only(strategy) && !(is_file(test->source) && is_file(test->sink)))
		return false;
	return !text_lists(FROM_PIPES, strategy->name) || test->source->is_pipe;
}

/* Strategies that nobody can use from, or to, what is no file, as one act shows for all. */
#define SEEKERS "pread_pwrite mmap_mmap"
#define SOURCE_SEEKERS "mmap_write sendfile_offset"

/* Who is to wake others meets the pairs that its row names: meets(). */
static bool may_wake(const struct candidate *candidate)
{
	const struct act_row *row = candidate->row;
	const struct test_case *test = &candidate->test;
	const char *strategy = test->strategy->name;
	const bool from_file = is_file(test->source), files = from_file && is_file(test->sink);

	if (text_lists(row->but, strategy) || strategy_is_cascade(test->strategy) ||
	    !may_take(candidate))
		return false;
	return (files || !text_lists(SEEKERS, strategy)) &&
	       (from_file || !text_lists(SOURCE_SEEKERS, strategy));
}

bool cases_can_execute(const struct act_row *row, const struct test_case *test)
{
	const struct act *act = &row->act;

	if (!test->source->is_source || !test->sink->is_sink || test->source->adopt ||
	    case_stall(test) == STALL_NONE)
		return false;
	/* A program has no thread for the act, and no handler: only what comes from outside. */
	return act->actor == ACTOR_COPIER ? !act->perform && !act->catches :
					    bystander_can(row, test);
}

static bool makes_sense(const struct candidate *candidate)
{
	const struct test_case *test = &candidate->test;

	if (candidate->row->keeps_promises)
		return test->promise;
	if (text_lists(PROMISES_ONLY, test->strategy->name))
		return false;
	if (candidate->row->pairs)
		return may_wake(candidate);
	if ((strategy_is_cascade(test->strategy) && !takes_cascade(candidate)) ||
	    !may_take(candidate) || text_lists(WHOLE_ONLY, test->strategy->name))
		return false;
	if (test->source->adopt && !strategy_takes_memory(test->strategy))
		return false;
	return test->act->actor == ACTOR_COPIER || bystander_can(candidate->row, test);
}

static bool is_selected(const struct test_case *test, char *const *globs, size_t nglobs)
{
	char id[CASE_ID];

	case_id(test, id);
	for (size_t i = 0; i < nglobs; i++) {
		if (!fnmatch(globs[i], id, 0))
			return true;
	}
	return !nglobs;
}

struct selection {
	char *const *globs;
	size_t nglobs;
	struct test_case *cases; /* NULL once memory is out */
	size_t count, room;
};

static void add(struct selection *selection, const struct test_case *test)
{
	if (selection->count == selection->room) {
		struct test_case *cases;

		selection->room *= 2;
		cases = realloc(selection->cases, selection->room * sizeof(*cases));
		if (!cases)
			free(selection->cases);
		selection->cases = cases;
	}
	if (selection->cases)
		selection->cases[selection->count++] = *test;
}

static const struct special *special_of(const struct endpoint_kind *kind)
{
	for (size_t i = 0; i < sizeof(specials) / sizeof(specials[0]); i++) {
		if (text_lists(specials[i].kinds, kind->name))
			return &specials[i];
	}
	return NULL;
}

static size_t count_kinds(void)
{
	size_t count = 0;

	while (endpoint_kinds[count])
		count++;
	return count;
}

static bool are_partners(const struct special *one, const struct endpoint_kind *other)
{
	return one && text_lists(one->partners, other->name);
}

/*
 * What is special in a kind that has partners shows with these, with few acts, and with the raw
 * strategies; one act goes through everything.
 */
static bool may_meet(const struct act_row *row, const struct kind *source, const struct kind *sink)
{
	if (!source->special && !sink->special)
		return !row->by_name;
	return takes_act(source->special, row) && takes_act(sink->special, row) &&
	       (are_partners(source->special, sink->kind) ||
		are_partners(sink->special, source->kind));
}

/* Whatever the strategy: may these two meet in the cases of @row? */
static bool meets(const struct act_row *row, const struct meeting *meeting)
{
	const struct endpoint_kind *source = meeting->source->kind, *sink = meeting->sink->kind;
	char pair[CASE_ID];

	if (row->keeps_promises)
		return meeting->promises;
	if (!source->is_source || !sink->is_sink)
		return false;
	if (!row->pairs)
		return may_meet(row, meeting->source, meeting->sink);
	snprintf(pair, sizeof(pair), "%s-%s", source->name, sink->name);
	return text_lists(row->pairs, pair);
}

/* In the order of the tables. Return: how many there are of @kinds, @count of them. */
static size_t find_meetings(const struct act_row *row, const struct kind *kinds, size_t count,
			    struct meeting *meetings)
{
	size_t found = 0;

	for (size_t i = 0; i < count * count; i++) {
		struct meeting *meeting = &meetings[found];

		*meeting = (struct meeting){ &kinds[i % count], &kinds[i / count], NULL };
		if (row->keeps_promises)
			meeting->promises =
				promise_row_of(meeting->source->kind, meeting->sink->kind);
		found += meets(row, meeting);
	}
	return found;
}

static void select_meetings(struct selection *selection, const struct meeting *meetings,
			    size_t count, struct candidate *candidate)
{
	struct test_case *test = &candidate->test;

	for (size_t i = 0; i < count && selection->cases; i++) {
		const struct meeting *meeting = &meetings[i];

		test->source = meeting->source->kind;
		test->sink = meeting->sink->kind;
		candidate->source = meeting->source->special;
		candidate->sink = meeting->sink->special;
		test->promise = promise_to(meeting->promises, test->strategy);
		if (makes_sense(candidate) &&
		    is_selected(test, selection->globs, selection->nglobs))
			add(selection, test);
	}
}

static void select_cases(struct selection *selection, const char *act, const struct kind *kinds,
			 size_t count, struct meeting *meetings)
{
	struct candidate candidate;
	struct test_case *test = &candidate.test;

	for (const struct act_row *row = acts; row->act.name; row++) {
		size_t found;

		if (act && strcmp(act, row->act.name) != 0)
			continue;
		found = find_meetings(row, kinds, count, meetings);
		candidate.row = row;
		test->act = &row->act;
		for (test->strategy = strategies; test->strategy->name; test->strategy++)
			select_meetings(selection, meetings, found, &candidate);
	}
}

struct test_case *cases_select(const char *act, char *const *globs, size_t nglobs, size_t *count)
{
	struct selection selection = { .globs = globs, .nglobs = nglobs, .room = 1024 };
	const size_t nkinds = count_kinds();
	struct kind *kinds = calloc(nkinds + 1, sizeof(*kinds));
	struct meeting *meetings = calloc(nkinds * nkinds + 1, sizeof(*meetings));
	struct test_case *shared = NULL;

	selection.cases = calloc(selection.room, sizeof(*selection.cases));
	if (kinds && meetings && selection.cases) {
		for (size_t i = 0; i < nkinds; i++)
			kinds[i] =
				(struct kind){ endpoint_kinds[i], special_of(endpoint_kinds[i]) };
		select_cases(&selection, act, kinds, nkinds, meetings);
	}
	if (kinds && meetings && selection.cases)
		shared = shared_copy(selection.cases, selection.count * sizeof(*shared));
	free(kinds);
	free(meetings);
	free(selection.cases);
	*count = selection.count;
	return shared;
}

const struct act_row *cases_find_act(const char *name)
{
	for (const struct act_row *row = acts; row->act.name; row++) {
		if (!strcmp(row->act.name, name))
			return row;
	}
	return NULL;
}

void cases_list(const struct test_case *cases, size_t count)
{
	char id[CASE_ID];

	for (size_t i = 0; i < count; i++)
		puts(case_id(&cases[i], id));
}
