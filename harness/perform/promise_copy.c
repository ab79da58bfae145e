// SPDX-License-Identifier: GPL-2.0-only
/* One whole copy between endpoints that stand for a promise, compared with that. */
#include "promise_copy.h"

#include "checked.h"
#include "children.h"
#include "contents.h"
#include "copier.h"
#include "descriptors.h"
#include "outcome.h"
#include "pattern.h"
#include "promise.h"
#include "quiescence.h"
#include "scene.h"
#include "shared.h"
#include "spinning.h"
#include "steps.h"
#include "time_limits.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define TICK (NS_PER_MS / 2)

/* What no copy of these files comes near, in 4 KiB pieces either. */
#define CALLS_MAX 10000
#define BYTES_MAX ((int64_t)(16 * PATTERN_FILE))
#define FILE_MAX (2 * BYTES_MAX)

#define SIGNALS 4     /* so many come into the middle of a copy, */
#define PORTION 20000 /* and after each of them the sink is emptied by so much */

/** struct whole - a whole copy. */
struct whole {
	const struct promise *promise;
	struct scene scene;
	struct outcome outcome;
	struct steps steps;
	struct endpoint released; /* the source, with a far end of its own; or -1 */
	struct quiescence sleep;  /* of the copier, in the call that a signal is to come into */
	unsigned int serial;      /* of the call that a signal comes into */
	unsigned int calls, idle; /* of the copy, and those since bytes moved */
	int64_t bytes;
	struct spinning spinning; /* it runs on, and moves nothing: until it is killed, */
	struct spinning killed;   /* and after that */
	int killable;             /* 1, 0, or -1: was not tried */
};

static struct arrival *arrival;

/* --- The children --- */

/* A file that is copied into itself may never end: not to fill a disk with it. */
static void limit_files(off_t hole)
{
	const rlim_t most = (rlim_t)(hole + FILE_MAX);
	struct rlimit limit;

	signal(SIGXFSZ, SIG_IGN);
	CHECKED(getrlimit(RLIMIT_FSIZE, &limit));
	if (limit.rlim_cur > most)
		limit.rlim_cur = most;
	CHECKED(setrlimit(RLIMIT_FSIZE, &limit));
}

#define FD_MARK 16 /* the sink again: what goes there is no part of the copy */

/* After the copy, as anybody might who has the sink: to a pipe that was used before. */
static void leave_mark(void)
{
	ssize_t n;

	CHECKED(fcntl(FD_MARK, F_SETFL, O_NONBLOCK));
	n = write(FD_MARK, contents_mark, CONTENTS_MARK);
	arrival->marked = n > 0 ? (size_t)n : 0;
}

/* Of what has no offset to tell how far it was read. */
static bool can_tell_rest(const struct endpoint_kind *kind)
{
	return !kind->regular && !kind->is_file && !kind->nonblocking && !kind->limit;
}

static _Noreturn void be_copier(const struct scene *scene)
{
	const struct strategy *strategy = scene->test->strategy;
	const struct promise *promise = scene->test->promise;
	struct copy copy = {
		.in = FD_SOURCE,
		.out = FD_SINK,
		.limit = promise->limit ? promise->limit : COPY_UNLIMITED,
		.at_least = promise->at_least,
		.at_once = promise->at_once,
	};
	int error;

	limit_files(scene->source.kind->hole);
	catch_signal(SIGUSR1);
	copy_look(&copy);
	if (promise->marks)
		CHECKED(dup3(FD_SINK, FD_MARK, O_CLOEXEC));
	tracee_wait();
	error = promise->asks_nothing ? copy_nothing(strategy, &copy) :
					copy_through(strategy, &copy);
	if (scene->sink.kind->datagrams)
		endpoint_end_datagrams(FD_SINK);
	arrival->lost = copy.lost;
	arrival->shares = copy.shared;
	if (can_tell_rest(scene->source.kind))
		CHECKED(ioctl(FD_SOURCE, FIONREAD, &arrival->left));
	scene->report->copied = copy.moved;
	if (promise->marks)
		leave_mark();
	scene->report->error = -error;
	scene->report->done = !error;
	_exit(0);
}

/* Return: false at the end of the file. */
static bool receive(size_t most)
{
	const size_t room = sizeof(arrival->bytes) - arrival->size;
	ssize_t n;

	do {
		n = read(FD_SHARED, arrival->bytes + arrival->size, most < room ? most : room);
	} while (n < 0 && errno == EINTR);
	arrival->size += n > 0 ? (size_t)n : 0;
	return n > 0;
}

/* A portion for each byte on the release pipe; once that is closed, all. */
static _Noreturn void be_reader(const struct scene *scene)
{
	const struct endpoint_kind *sink = scene->test->sink;
	char byte;

	while (read(FD_RELEASE, &byte, 1) > 0)
		receive(PORTION);
	if (sink->process) {
		arrival->process_error = -sink->process(FD_SHARED);
		_exit(0);
	}
	while (receive(sizeof(arrival->bytes)))
		;
	_exit(0);
}

/* --- The copy --- */

/* copy_file_range(2) and ioctl_ficlonerange(2) refuse ranges that overlap: EINVAL. */
static void look_for_overlaps(struct whole *whole)
{
	for (int i = 0; i < whole->steps.count; i++) {
		const struct seen_step *step = &whole->steps.list[i];

		if (step->call.nr != SYS_copy_file_range && step->call.nr != SYS_ioctl)
			continue;
		whole->outcome.refused_overlap |= step->error == EINVAL;
		whole->outcome.moved_overlap |=
			!step->error && (step->bytes || !call_returns_bytes(&step->call));
	}
}

static bool fails(struct whole *whole, const char *fault, int error)
{
	if (!whole->outcome.fault) {
		whole->outcome.fault = fault;
		whole->scene.error = error;
	}
	return false;
}

/* Where they are to withhold: to see that they do, and to release the source. */
static bool watch_ends(struct whole *whole)
{
	struct scene *scene = &whole->scene;

	whole->released = scene->source;
	whole->released.far = -1;
	if (!whole->promise->at_once)
		return true;
	whole->released.far = fcntl(scene->source.far, F_DUPFD_CLOEXEC, 0);
	return whole->released.far >= 0 && !endpoint_watch(&scene->source) &&
	       !endpoint_watch(&scene->sink);
}

static bool set(struct whole *whole, const struct test_case *test)
{
	struct scene *scene = &whole->scene;

	if (!scene_open(scene, test, &own_copier))
		return false;
	arrival = shared_memory(sizeof(*arrival));
	if (!arrival)
		return fails(whole, "cannot map memory", errno);
	if (!contents_prepare(scene, arrival, &whole->outcome))
		return fails(whole, "cannot prepare the files", errno);
	if (!watch_ends(whole))
		return fails(whole, "cannot watch the endpoints", errno);
	scene->copier =
		scene_start(scene, "the copier", scene->source.fd, scene->sink.fd, be_copier);
	if (scene->output >= 0)
		scene->reader = scene_start_helper(scene, "the reader", scene->output, be_reader);
	return !scene->fault && !scene->missing && scene_begin(scene);
}

static bool on_call(void *arg, const struct task *task)
{
	struct whole *whole = arg;
	struct seen_step step = { 0 };

	if (task != whole->scene.copier || task->in_call)
		return true;
	if (!scene_owns(&whole->scene, &task->call))
		return true;
	whole->calls++;
	whole->idle++;
	step.call = task->call;
	step.error = steps_error(task);
	steps_keep(&whole->steps, &step, task->result);
	if (task->result > 0 && call_returns_bytes(&task->call)) {
		whole->bytes += task->result;
		whole->idle = 0;
	}
	return true;
}

/*
 * Errors that no program is to see are the kernel's own (include/linux/errno.h). A restart, which a
 * tracer does see, is none of them: steps_error().
 */
static void look_for_unknown_errors(struct whole *whole)
{
	for (int i = 0; i < whole->steps.count; i++) {
		if (whole->steps.list[i].error > EHWPOISON)
			whole->outcome.unknown = whole->steps.list[i].error;
	}
	if (whole->outcome.error > EHWPOISON)
		whole->outcome.unknown = whole->outcome.error;
}

static bool run(struct whole *whole, bool (*done)(void *arg))
{
	patience_renew();
	return tracer_run(&whole->scene.tracer, done, whole, TICK, patience_deadline());
}

static bool runs_away(const struct whole *whole)
{
	const off_t hole = whole->scene.source.kind->hole;

	return whole->calls > CALLS_MAX || whole->bytes > BYTES_MAX + hole;
}

static bool spins(const struct whole *whole)
{
	return spin_lasts(&whole->spinning.spin);
}

static bool copier_over(void *arg)
{
	struct whole *whole = arg;

	if (whole->scene.copier->ended)
		return true;
	spinning_look(&whole->spinning, &whole->scene, arrival->size);
	whole->spinning.spin.calls = whole->idle;
	return runs_away(whole) || spins(whole);
}

/* Killed, it ends; or it spins on. */
static bool spinner_told(void *arg)
{
	struct whole *whole = arg;

	if (whole->scene.copier->ended)
		return true;
	spinning_look(&whole->killed, &whole->scene, 0);
	return spin_lasts(&whole->killed.spin);
}

static bool reader_over(void *arg)
{
	const struct whole *whole = arg;

	return !whole->scene.reader || whole->scene.reader->ended;
}

static void look_at_copier(struct whole *whole)
{
	const struct task *copier = whole->scene.copier;

	if (!copier->in_call || copier->serial != whole->serial) {
		whole->serial = copier->serial;
		quiescence_forget(&whole->sleep);
	}
	if (copier->in_call && scene_owns(&whole->scene, &copier->call))
		quiescence_look_workers(&whole->sleep, copier->pid);
}

static bool look_until_it_waits(void *arg)
{
	if (copier_over(arg))
		return true;
	look_at_copier(arg);
	return quiescence_lasts(&((const struct whole *)arg)->sleep, LIMIT_OF(STALL));
}

static bool call_over(void *arg)
{
	struct whole *whole = arg;
	const struct task *copier = whole->scene.copier;

	return copier_over(whole) || !copier->in_call || copier->serial != whole->serial;
}

/* A signal each time that the copier waits for room; and then some room. */
static void send_signals(struct whole *whole)
{
	struct scene *scene = &whole->scene;

	while (whole->outcome.interrupted < SIGNALS && run(whole, look_until_it_waits) &&
	       !copier_over(whole)) {
		kill(scene->copier->pid, SIGUSR1);
		if (!run(whole, call_over))
			return;
		whole->outcome.interrupted++;
		if (write(scene->release[1], "", 1) < 0)
			return;
	}
}

/* What is done after the copy comes before anybody reads the sink, and takes the bytes away. */
static bool reads_later(const struct promise *promise)
{
	return promise->modifies || promise->looks_again;
}

static void kill_spinner(struct whole *whole)
{
	whole->outcome.spin = whole->spinning.spin;
	if (!spins(whole))
		return;
	scene_kill_copier(&whole->scene);
	if (run(whole, spinner_told))
		whole->killable = !!whole->scene.copier->ended;
}

static bool withholds(const struct scene *scene)
{
	return endpoint_standing(&scene->source) == STANDING_WITHHOLDS ||
	       endpoint_standing(&scene->sink) == STANDING_WITHHOLDS;
}

static bool look_until_it_is_held_up(void *arg)
{
	const struct whole *whole = arg;

	return look_until_it_waits(arg) && (copier_over(arg) || withholds(&whole->scene));
}

/* It sleeps while one end withholds: that it waits for this shows when that is released. */
static void release_if_it_waits(struct whole *whole)
{
	struct scene *scene = &whole->scene;

	if (run(whole, look_until_it_is_held_up) && !copier_over(whole)) {
		whole->outcome.waited = true;
		endpoint_release(&whole->released);
		close_fd(&scene->release[1]);
	}
	/* Nobody but the copier is to hold the sink, or who reads it sees no end. */
	endpoint_unwatch(&scene->source);
	endpoint_unwatch(&scene->sink);
}

static void perform(struct whole *whole)
{
	struct scene *scene = &whole->scene;
	struct outcome *outcome = &whole->outcome;

	scene->tracer.on_call = on_call;
	scene->tracer.arg = whole;
	scene_cue(scene);
	if (whole->promise->signals)
		send_signals(whole);
	if (whole->promise->at_once)
		release_if_it_waits(whole);
	else if (!reads_later(whole->promise))
		close_fd(&scene->release[1]);
	outcome->ended = run(whole, copier_over) && scene->copier->ended;
	outcome->runs_away = runs_away(whole);
	if (!outcome->ended) {
		kill_spinner(whole);
		return;
	}
	if (!scene->report->done && !scene->report->error)
		fails(whole, "the copier died", 0);
	if (whole->promise->modifies && !contents_modify(scene, outcome))
		fails(whole, "cannot write to the source", errno);
	close_fd(&scene->release[1]);
	if (!run(whole, reader_over))
		fails(whole, "the reader did not come to its end", 0);
	if (arrival->process_error && scene->report->copied)
		fails(whole, "the sink did not process what it got", arrival->process_error);
	if (whole->promise->looks_again && !contents_look_again(outcome))
		fails(whole, "cannot read the source again", errno);
	if (!contents_keep(scene, arrival, outcome))
		fails(whole, "cannot read the sink", errno);
	look_for_overlaps(whole);
	look_for_unknown_errors(whole);
}

/* --- What is told --- */

static void describe_bytes(const struct whole *whole, struct text *text)
{
	const struct outcome *outcome = &whole->outcome;

	text_add(text, "moved=%" PRId64 "\n", outcome->moved);
	text_add(text, "wanted=%" PRId64 "\n", outcome_wanted(outcome));
	if (!whole->scene.test->sink->process)
		text_add(text, "sink_size=%zu\n", outcome->sink_size);
	text_add(text, "source_stands=%lld\n", (long long)outcome->source_stands);
	if (outcome->sink_stands >= 0)
		text_add(text, "sink_stands=%lld\n", (long long)outcome->sink_stands);
	if (!whole->scene.test->sink->process)
		text_add(text, "copied=%s\n", outcome_is_copied(outcome) ? "yes" : "no");
	if (outcome->lost)
		text_add(text, "lost=yes\n");
	if (outcome->signals)
		text_add(text, "interrupted=%u\n", outcome->interrupted);
	if (outcome->at_once)
		text_add(text, "waited=%s\n", outcome->waited ? "yes" : "no");
	if (outcome->later && !outcome->error)
		text_add(text, "shared=%s\n", outcome_is_shared(outcome) ? "yes" : "no");
}

static void describe_source(const struct outcome *outcome, struct text *text)
{
	static const char *const places[] = {
		[CHANGED_IN_CACHE] = "page_cache",
		[CHANGED_ON_DISK] = "disk",
		[CHANGED_IN_BOTH] = "page_cache_and_disk",
	};
	enum changed changed;
	off_t at;

	if (!outcome->cached)
		return;
	changed = outcome_changed(outcome, &at);
	text_add(text, "source_intact=%s\n", changed ? "no" : "yes");
	if (changed)
		text_add(text, "source_changed_in=%s\nsource_changed_at=%lld\n", places[changed],
			 (long long)at);
	text_add(text, "source_dropped=%s\n", outcome->stored ? "yes" : "no");
}

static void describe(const struct whole *whole, struct text *text)
{
	const struct outcome *outcome = &whole->outcome;

	text_add(text, "promise=%s\n", whole->promise->claim);
	text_add(text, "written=%s\n", whole->promise->written);
	if (outcome->error)
		text_add(text, "errno=%s\n", text_errno(outcome->error));
	if (whole->scene.sink.variant)
		text_add(text, "sink_is=%s\n", whole->scene.sink.variant);
	if (outcome->ended && !outcome->fault) {
		describe_bytes(whole, text);
		describe_source(outcome, text);
	}
	if (whole->killable >= 0)
		text_add(text, "killable=%s\n", whole->killable ? "yes" : "no");
	if (!outcome->ended)
		spinning_describe(&whole->spinning, text);
	steps_describe(&whole->steps, false, text);
}

void promise_copy_play(const struct test_case *test, struct result *result)
{
	static struct whole whole;
	const struct promise *promise = test->promise;
	struct scene *scene = &whole.scene;
	struct judgement judgement;
	const char *told;

	whole = (struct whole){ .promise = promise, .killable = -1, .released.far = -1 };
	result->stage = "setting the scene";
	if (set(&whole, test)) {
		result->stage = "copying";
		perform(&whole);
	}
	told = scene_told(scene);
	if (scene->fault)
		whole.outcome.fault = scene->fault;
	if (told) {
		whole.outcome.fault = told;
		scene->error = 0;
	}
	whole.outcome.missing = scene->missing;
	judgement = outcome_judge(&whole.outcome, promise->check ? promise->check : outcome_copied);
	describe(&whole, &result->evidence);
	result->stage = "clearing the scene";
	patience_renew();
	result->left = scene_clear(scene);
	close_fd(&whole.released.far);
	contents_drop();
	if (arrival)
		munmap(arrival, sizeof(*arrival));
	arrival = NULL;
	result_conclude(result, judgement, scene->error);
}
