// SPDX-License-Identifier: GPL-2.0-only
#include "scene.h"

#include "checked.h"
#include "children.h"
#include "cleanup.h"
#include "descriptors.h"
#include "proc.h"
#include "time_limits.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define CLEAR_TICK (10 * NS_PER_MS)

static bool fails(struct scene *scene, const char *fault, int error)
{
	if (!scene->fault && !scene->missing) {
		scene->fault = fault;
		scene->error = error;
	}
	return false;
}

/* @error is negative; where something is @missing, that is why. */
static bool lacks(struct scene *scene, const char *missing, const char *fault, int error)
{
	if (!missing)
		return fails(scene, fault, -error);
	scene->missing = missing;
	scene->error = -error;
	return false;
}

static bool open_endpoint(struct scene *scene, struct endpoint *endpoint,
			  const struct endpoint_kind *kind, enum role role)
{
	const char *missing = NULL;
	int error = endpoint_open(endpoint, kind, role, &missing);

	return !error ||
	       lacks(scene, missing,
		     role == ROLE_SOURCE ? "cannot open the source" : "cannot open the sink",
		     error);
}

/* What the control holds. */
static bool open_idle(struct scene *scene)
{
	const struct endpoint_kind *sink = scene->test->sink;
	const char *missing = NULL;
	int fd;

	if (scene->held != HELD_FILE || !sink->open_other)
		return !pipe2(scene->idle, O_CLOEXEC) || fails(scene, "cannot make a pipe", errno);
	fd = sink->open_other(sink, &missing);
	if (fd < 0)
		return lacks(scene, missing, "cannot open what the control holds", fd);
	scene->idle[0] = fd;
	return true;
}

static int steal_fd(int *fd)
{
	int stolen = *fd;

	*fd = -1;
	return stolen;
}

static bool reopen_sink(struct scene *scene)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", scene->sink.fd);
	scene->shared = open(path, O_RDWR | O_CLOEXEC);
	return scene->shared >= 0 || fails(scene, "cannot open the sink once more", errno);
}

/* Who is to hold the far ends: the bystander, the reader, or nobody but the supervisor. */
static bool deal_out(struct scene *scene)
{
	if (scene->held == HELD_READER)
		scene->shared = steal_fd(&scene->sink.far);
	else if (!scene->sink.kind->regular)
		scene->output = steal_fd(&scene->sink.far);
	if (scene->held == HELD_WRITER)
		scene->shared = steal_fd(&scene->source.far);
	return scene->held != HELD_FILE || reopen_sink(scene);
}

/* Its offset stays: the copier's descriptor has the same. */
static bool keep_sink_size(struct scene *scene)
{
	struct stat sink;

	if (!scene->sink.kind->regular)
		return true;
	if (fstat(scene->sink.far, &sink))
		return false;
	scene->sink_size = sink.st_size;
	return true;
}

/* Where the other end is to stall, this one must be ready. */
static enum role source_role(const struct scene *scene)
{
	return scene->stall == STALL_SINK && scene->test->source->stalls ? ROLE_FEED : ROLE_SOURCE;
}

static enum role sink_role(const struct scene *scene)
{
	return scene->stall == STALL_SINK && !scene->test->promise ? ROLE_FULL : ROLE_SINK;
}

/* A program may take more than a pipe holds before it writes: it is to get that. */
static bool is_fed(const struct scene *scene)
{
	return scene->test->strategy->program && source_role(scene) == ROLE_FEED;
}

/* What a promise is looked at with has nobody who acts, and nothing that stalls for long. */
static bool watch_ends(struct scene *scene)
{
	int error = 0;

	if (scene->stall == STALL_NONE || scene->test->promise)
		return true;
	error = endpoint_watch(&scene->source) ?: endpoint_watch(&scene->sink);
	return !error || fails(scene, "cannot watch the endpoints", -error);
}

static bool open_all(struct scene *scene)
{
	const struct test_case *test = scene->test;

	if (pipe2(scene->start, O_CLOEXEC) || pipe2(scene->cue, O_CLOEXEC) ||
	    pipe2(scene->release, O_CLOEXEC) ||
	    (test->strategy->program && pipe2(scene->said, O_CLOEXEC)) ||
	    (is_fed(scene) && pipe2(scene->feed, O_CLOEXEC)))
		return fails(scene, "cannot make a pipe", errno);
	scene->report = mmap(NULL, 2 * sizeof(*scene->report), PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (scene->report == MAP_FAILED) {
		scene->report = NULL;
		return fails(scene, "cannot map memory", errno);
	}
	checked_into(scene->report->fault, sizeof(scene->report->fault));
	if (!open_endpoint(scene, &scene->source, test->source, source_role(scene)) ||
	    !open_endpoint(scene, &scene->sink, test->sink, sink_role(scene)) ||
	    !watch_ends(scene) || !open_idle(scene))
		return false;
	if (!keep_sink_size(scene))
		return fails(scene, "cannot tell the sink's size", errno);
	proc_fd_name(getpid(), scene->source.fd, scene->ends.source);
	proc_fd_name(getpid(), scene->sink.fd, scene->ends.sink);
	scene->report->size = scene->source.size;
	scene->report->foreign = test->source->foreign;
	/* A control that is to wait in write(2) finds no room, either. */
	if (test->act->needs_waiting && scene->held == HELD_WRITER &&
	    endpoint_fill(scene->idle[1]) < 0)
		return fails(scene, "cannot fill the control's pipe", errno);
	return deal_out(scene);
}

static struct task *start_traced(struct scene *scene, const struct child *child,
				 struct task *(*trace)(struct tracer *tracer, pid_t pid))
{
	pid_t pid = child_start(scene, child);
	struct task *task;

	if (pid < 0) {
		fails(scene, "cannot start a child", errno);
		return NULL;
	}
	task = trace(&scene->tracer, pid);
	if (task)
		return task;
	if (errno == EPERM)
		scene->missing = "ptrace is not permitted here (Yama ptrace_scope, seccomp)";
	fails(scene, "cannot trace a child", errno);
	return NULL;
}

struct task *scene_start(struct scene *scene, const char *name, int fd0, int fd1,
			 void (*body)(const struct scene *scene))
{
	const struct child child = {
		.name = name,
		.fd0 = fd0,
		.fd1 = fd1,
		.fd2 = -1,
		.start = body == child_copier ? scene->cue[0] : scene->start[0],
		.body = body,
	};

	return start_traced(scene, &child, tracer_seize);
}

static struct task *start_program(struct scene *scene)
{
	const struct child child = {
		.name = "the program",
		.fd0 = scene->source.fd,
		.fd1 = scene->sink.fd,
		.fd2 = scene->said[1],
		.start = scene->cue[0],
		.body = child_program,
	};

	/* Whatever it leaves behind is to be found, what no tracer can have as well. */
	if (prctl(PR_SET_CHILD_SUBREAPER, 1)) {
		fails(scene, "cannot adopt what the program leaves", errno);
		return NULL;
	}
	return start_traced(scene, &child, tracer_follow);
}

struct task *scene_start_helper(struct scene *scene, const char *name, int fd,
				void (*body)(const struct scene *scene))
{
	const struct child child = {
		.name = name,
		.fd0 = fd,
		.fd1 = -1,
		.fd2 = -1,
		.start = scene->start[0],
		.body = body,
	};
	pid_t pid = child_start(scene, &child);
	struct task *task = pid < 0 ? NULL : tracer_adopt(&scene->tracer, pid);

	if (!task)
		fails(scene, "cannot start a child", errno);
	return task;
}

static bool start_all(struct scene *scene)
{
	const bool copier_acts = scene->test->act->actor == ACTOR_COPIER;

	if (scene->test->strategy->program) {
		scene->copier = start_program(scene);
		scene->listener =
			scene_start_helper(scene, "the listener", scene->said[0], child_listener);
	} else {
		scene->copier = scene_start(scene, "the copier", scene->source.fd, scene->sink.fd,
					    child_copier);
	}
	if (scene->shared >= 0)
		scene->bystander =
			scene_start(scene, "the bystander", scene->shared, -1, child_bystander);
	if (scene->output >= 0)
		scene->reader =
			scene_start_helper(scene, "the reader", scene->output, child_reader);
	if (scene->source.far >= 0 && !scene->source.kind->regular)
		scene->releaser = scene_start_helper(scene, "the releaser", scene->source.far,
						     child_releaser);
	scene->control = scene_start(scene, "the control", scene->idle[scene->held == HELD_WRITER],
				     -1, child_control);
	scene->actor = copier_acts ? scene->copier : scene->bystander;
	if (!scene->actor)
		fails(scene, "there is nothing for a bystander to hold", 0);
	return !scene->fault && !scene->missing;
}

static bool set_act_fixture(struct scene *scene)
{
	const struct act_fixture *fixture = scene->test->act->fixture;
	const struct act_setting setting = {
		.sink = &scene->sink,
		.control_holds = scene->idle[0],
		.actor = scene->actor->pid,
		.control = scene->control->pid,
	};
	const char *missing = NULL;
	int line = fixture ? fixture->set(&setting, &missing) : -1;

	if (fixture && line < 0)
		return lacks(scene, missing, "cannot prepare the act", line);
	scene->cleanup = line;
	return true;
}

void scene_gate(const struct scene *scene, struct task *leader)
{
	const struct act *act = scene->test->act;
	const struct gate gate = {
		.nr = act->nr,
		.fd = act->fd,
		.thread = act->in_thread,
	};

	if (act->perform)
		tracer_gate(leader, gate);
}

/* One who refills the source writes, too: that is not the act. */
static void set_gates(struct scene *scene)
{
	if (!scene_feeds(scene))
		scene_gate(scene, scene->actor);
	scene_gate(scene, scene->control);
}

void scene_hand_over(struct scene *scene)
{
	close_fd(&scene->source.fd);
	close_fd(&scene->sink.fd);
	close_fd(&scene->shared);
	close_fd(&scene->output);
	close_fd(&scene->said[0]);
	close_fd(&scene->said[1]);
	close_fd(&scene->feed[0]);
	close_fd(&scene->idle[scene->held == HELD_WRITER]);
	close_fd(&scene->start[0]);
	close_fd(&scene->cue[0]);
	close_fd(&scene->release[0]);
	if (!scene->source.kind->regular)
		close_fd(&scene->source.far);
	close_fd(&scene->start[1]);
}

bool scene_open(struct scene *scene, const struct test_case *test)
{
	int error;

	*scene = (struct scene){
		.test = test,
		.held = case_held(test),
		.stall = case_stall(test),
		.source = { .fd = -1, .far = -1, .watched = -1 },
		.sink = { .fd = -1, .far = -1, .watched = -1 },
		.shared = -1,
		.output = -1,
		.said = { -1, -1 },
		.feed = { -1, -1 },
		.idle = { -1, -1 },
		.cleanup = -1,
		.start = { -1, -1 },
		.cue = { -1, -1 },
		.release = { -1, -1 },
	};
	error = tracer_start(&scene->tracer);
	if (error)
		return fails(scene, "cannot watch children", -error);
	return open_all(scene);
}

bool scene_set(struct scene *scene, const struct test_case *test)
{
	if (!scene_open(scene, test) || !start_all(scene) || !set_act_fixture(scene))
		return false;
	set_gates(scene);
	scene_hand_over(scene);
	return true;
}

bool scene_owns(const struct scene *scene, const struct call *call)
{
	return call_source(call) == FD_SOURCE || call_sink(call) == FD_SINK ||
	       strategy_owns(scene->test->strategy, call, FD_SOURCE, FD_SINK);
}

bool scene_copies(const struct scene *scene, const struct task *task)
{
	return task == scene->copier || task->followed;
}

bool scene_copier_over(const struct scene *scene)
{
	return scene->copier->ended_at && !tracer_follows(&scene->tracer);
}

void scene_kill_copier(struct scene *scene)
{
	for (int i = 0; i < scene->tracer.count; i++) {
		const struct task *task = scene->tracer.tasks[i];

		if (scene_copies(scene, task) && !task->ended)
			kill(task->pid, SIGKILL);
	}
}

void scene_cue(struct scene *scene)
{
	close_fd(&scene->cue[1]);
}

static const struct endpoint *stalling(const struct scene *scene)
{
	return scene->stall == STALL_SINK ? &scene->sink : &scene->source;
}

bool scene_withholds(const struct scene *scene)
{
	return endpoint_standing(stalling(scene)) == STANDING_WITHHOLDS;
}

bool scene_is_ready(const struct scene *scene)
{
	const struct endpoint *other = scene->stall == STALL_SINK ? &scene->source : &scene->sink;

	/*
	 * Who has the copier's own request knows what that waits for, and that the other end did
	 * not hold it up. Before Linux 6.5 splice(2) has, by then, taken room in the pipe for what
	 * it asked for (ITER_PIPE in lib/iov_iter.c, gone with 3fc40265ae2b): to poll(2) it is
	 * full.
	 */
	if (stalling(scene)->kind->withholds)
		return true;
	return endpoint_standing(other) == STANDING_READY;
}

void scene_unwatch(struct scene *scene)
{
	endpoint_unwatch(&scene->source);
	endpoint_unwatch(&scene->sink);
}

bool scene_has_released(const struct scene *scene)
{
	const struct task *who = scene->stall == STALL_SINK ? scene->reader : scene->releaser;

	return !who || scene->report->released;
}

void scene_release(struct scene *scene)
{
	/* An end of the file is to come through. */
	scene_unwatch(scene);
	scene->report->stop = true;
	close_fd(&scene->release[1]);
	/* A pipe that is full, and whose reader is the actor, nobody will empty. */
	if (scene->stall == STALL_SINK && scene->held == HELD_READER && !scene->test->act->receives)
		scene_kill_copier(scene);
}

const char *scene_told(const struct scene *scene)
{
	static char told[FAULT_MAX];

	snprintf(told, sizeof(told), "%s", scene->report ? scene->report->fault : "");
	return *told ? told : NULL;
}

/* How many of the processes have not been reaped. */
static int left_over(const struct scene *scene)
{
	int left = 0;

	for (int i = 0; i < scene->tracer.count; i++) {
		const struct task *task = scene->tracer.tasks[i];

		left += !task->ended && task->tid == task->pid;
	}
	return left;
}

/* Over and over: a program under test may make more of them while it is killed. */
static bool none_left(void *arg)
{
	const struct scene *scene = arg;

	for (int i = 0; i < scene->tracer.count; i++) {
		if (!scene->tracer.tasks[i]->ended)
			kill(scene->tracer.tasks[i]->pid, SIGKILL);
	}
	if (scene->test->strategy->program)
		proc_kill_children();
	return !left_over(scene);
}

int scene_clear(struct scene *scene)
{
	struct tracer *tracer = &scene->tracer;
	int left;

	/* What is frozen may not even be killed. */
	cleanup_run(scene->cleanup);
	none_left(scene);
	endpoint_close(&scene->source);
	endpoint_close(&scene->sink);
	close_fd(&scene->shared);
	close_fd(&scene->output);
	for (int i = 0; i < 2; i++) {
		close_fd(&scene->said[i]);
		close_fd(&scene->feed[i]);
		close_fd(&scene->idle[i]);
		close_fd(&scene->start[i]);
		close_fd(&scene->cue[i]);
		close_fd(&scene->release[i]);
	}
	tracer_run(tracer, none_left, scene, CLEAR_TICK, clock_now() + LIMIT_OF(TEARDOWN));
	left = left_over(scene);
	cleanup_end(&scene->cleanup);
	tracer_stop(tracer);
	checked_into(NULL, 0);
	if (scene->report)
		munmap(scene->report, 2 * sizeof(*scene->report));
	return left;
}
