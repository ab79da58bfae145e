// SPDX-License-Identifier: GPL-2.0-only
/* Helpers and their lines: descriptors with what they are; a word to begin, and one to let go. */
#include "helper.h"

#include "checked.h"
#include "children.h"
#include "descriptors.h"
#include "shared.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FD_LINE = FD_SHARED, FD_PLAYERS_LINE = FD_SPARE };
#define DESCRIPTORS 2 /* at most, with a word */

/** struct word - what is said on a line; with the first of each case descriptors. */
struct word {
	enum { HAVE, BEGIN, LET_GO, PLAY } what;
	unsigned int number; /* of what it is given, from 1 on */
	struct endpoint endpoint;
	const struct test_case *test; /* memory that was there before the helper was */
};

/** struct state - shared: the last that it has done. */
struct state {
	unsigned int over;
};

static struct state *states; /* of all */
static struct {
	int line;
	pid_t pid;
	unsigned int given; /* the last that it got */
	enum { NONE, GIVEN, BEGUN } part;
} helpers[HELPERS] = { { .line = -1 }, { .line = -1 }, { .line = -1 }, { .line = -1 } };
static int place = -1;

/* --- In the helper --- */

union control {
	char bytes[CMSG_SPACE(DESCRIPTORS * sizeof(int))];
	struct cmsghdr header;
};

/* Where @line has descriptors they go to @fds. Return: false at its end. */
static bool hear(int line, struct word *word, int *fds)
{
	union control control = { 0 };
	struct iovec data = { .iov_base = word, .iov_len = sizeof(*word) };
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	const struct cmsghdr *header;
	ssize_t n;

	do {
		n = recvmsg(line, &message, MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	header = CMSG_FIRSTHDR(&message);
	if (header && header->cmsg_type == SCM_RIGHTS)
		memcpy(fds, CMSG_DATA(header), header->cmsg_len - CMSG_LEN(0));
	return n == (ssize_t)sizeof(*word);
}

/* Its supervisor waits for a signal of its children's, or for a tick. */
static void call_supervisor(void)
{
	kill(getppid(), SIGCHLD);
}

static void read_all(struct endpoint *sink, struct report *report)
{
	report_receive(report, sink->far, sink->filled);
	close_fd(&sink->far);
}

static void release(struct endpoint *source, struct report *report)
{
	report->release_error = -endpoint_release(source);
	report->released = true;
}

static void do_part(enum helper which, struct endpoint *endpoint, struct report *report,
		    unsigned int number)
{
	if (which == READER)
		read_all(endpoint, report);
	else
		release(endpoint, report);
	__atomic_store_n(&states[which].over, number, __ATOMIC_RELEASE);
	if (which == READER)
		call_supervisor();
}

static void take_word(enum helper which, const struct word *word, int fd, struct endpoint *endpoint,
		      struct report *report)
{
	if (word->what == BEGIN) {
		do_part(which, endpoint, report, word->number);
		return;
	}
	close_fd(&endpoint->far);
	*endpoint = word->endpoint;
	endpoint->far = word->what == HAVE ? fd : -1;
}

/* What its part was about it keeps until the next: nobody waits for that any more. */
static _Noreturn void serve(enum helper which, struct report *report)
{
	struct endpoint endpoint = { .far = -1 };
	struct word word;
	int fd = -1;

	forget_descriptors(FD_LINE + 1);
	while (hear(FD_LINE, &word, &fd))
		take_word(which, &word, fd, &endpoint, report);
	_exit(0);
}

static _Noreturn void be_reader(const struct scene *scene)
{
	serve(READER, scene->report);
}

static _Noreturn void be_releaser(const struct scene *scene)
{
	serve(RELEASER, scene->report);
}

/* What a part leaves open besides, it has closed with it. */
static void let_go(void)
{
	close(FD_SOURCE);
	close(FD_SINK);
	forget_descriptors(FD_PLAYERS_LINE + 1);
}

/*
 * It has nothing at source and sink, or at what is shared, until it gets those: there they go,
 * being the first that are free. That its part is over it says by the same stop that it waits in.
 */
static _Noreturn void play(const struct scene *scene, void (*part)(const struct scene *scene))
{
	struct scene own = { .report = scene->report, .feed = { -1, -1 } };
	int fds[DESCRIPTORS];
	struct word word;

	let_go();
	while (hear(FD_PLAYERS_LINE, &word, fds)) {
		own.test = word.test;
		own.stall = case_stall(word.test);
		part(&own);
		let_go();
		tracee_wait();
	}
	_exit(0);
}

static void copy(const struct scene *scene)
{
	child_copy(scene);
	strategy_forget(scene->test->strategy);
}

static _Noreturn void be_copier(const struct scene *scene)
{
	play(scene, copy);
}

static _Noreturn void be_bystander(const struct scene *scene)
{
	play(scene, child_act);
}

/* --- In its supervisor --- */

/* Where this process keeps nothing else; -1: none. */
static void put_in_place(enum helper which, int line)
{
	int *own = &helpers[which].line;

	if (place < 0) {
		close_fd(own);
		*own = line;
		return;
	}
	dup3(line < 0 ? STDIN_FILENO : line, place + (int)which, O_CLOEXEC);
	*own = line < 0 ? -1 : place + (int)which;
	close_fd(&line);
}

void helper_place(int fd)
{
	place = fd;
	for (int which = 0; which < HELPERS; which++)
		put_in_place(which, -1);
}

static bool have_states(void)
{
	if (!states)
		states = shared_memory(HELPERS * sizeof(*states));
	return states;
}

static const struct child children[HELPERS] = {
	[READER] = { .name = "the reader", .fd1 = -1, .fd2 = -1, .number = -1, .body = be_reader },
	[RELEASER] = { .name = "the releaser",
		       .fd1 = -1,
		       .fd2 = -1,
		       .number = -1,
		       .body = be_releaser },
	[COPIER] = { .name = "the copier", .fd0 = -1, .fd1 = -1, .body = be_copier },
	[BYSTANDER] = { .name = "the bystander",
			.fd0 = -1,
			.fd1 = -1,
			.acts = true,
			.body = be_bystander },
};

/* These are traced. */
static bool plays(enum helper which)
{
	return which == COPIER || which == BYSTANDER;
}

/* With its line at @end. */
static struct task *start_with(struct scene *scene, enum helper which, int end)
{
	struct child child = children[which];
	pid_t pid;

	*(plays(which) ? &child.fd2 : &child.fd0) = end;
	if (plays(which))
		return scene_start_traced(scene, child, false);
	pid = child_start(scene, &child);
	return pid < 0 ? NULL : tracer_adopt(&scene->tracer, pid);
}

/* In a process group of its own: so it is not taken for what a case has left behind. */
static struct task *start(struct scene *scene, enum helper which)
{
	struct task *task;
	int ends[2], error;

	if (!have_states() || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		return NULL;
	states[which] = (struct state){ 0 };
	task = start_with(scene, which, ends[1]);
	error = errno;
	close_fd(&ends[1]);
	if (!task || setpgid(task->pid, task->pid)) {
		close_fd(&ends[0]);
		errno = error;
		return NULL;
	}
	helpers[which].pid = task->pid;
	helpers[which].given = 0;
	helpers[which].part = NONE;
	put_in_place(which, ends[0]);
	return task;
}

static struct task *take_back(struct scene *scene, enum helper which)
{
	const struct child *child = &children[which];
	const pid_t pid = helpers[which].pid;
	struct task *task;

	if (!plays(which))
		return tracer_adopt(&scene->tracer, pid);
	task = tracer_take_back(&scene->tracer, pid, child->acts);
	if (task)
		task->name = child->name;
	return task;
}

struct task *helper_have(struct scene *scene, enum helper which)
{
	struct task *task = helpers[which].line < 0 ? start(scene, which) : take_back(scene, which);

	if (task)
		task->lives_on = true;
	else
		scene_fails(scene, "cannot start a child", errno);
	return task;
}

static void say(enum helper which, const struct word *word, const int *fds, int count)
{
	const size_t size = (size_t)count * sizeof(int);
	union control control = { .header = { .cmsg_level = SOL_SOCKET,
					      .cmsg_type = SCM_RIGHTS,
					      .cmsg_len = CMSG_LEN(size) } };
	struct iovec data = { .iov_base = (void *)word, .iov_len = sizeof(*word) };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1 };

	if (count) {
		message.msg_control = &control;
		message.msg_controllen = CMSG_SPACE(size);
		memcpy(CMSG_DATA(&control.header), fds, size);
	}
	/* One that is gone has done nothing: that is seen. */
	(void)sendmsg(helpers[which].line, &message, MSG_NOSIGNAL);
}

static void order(enum helper which, int what)
{
	const struct word word = { .what = what, .number = helpers[which].given };

	say(which, &word, NULL, 0);
}

void helper_give(enum helper which, const struct endpoint *endpoint, int *fd)
{
	const struct word word = {
		.what = HAVE,
		.number = ++helpers[which].given,
		.endpoint = *endpoint,
	};

	say(which, &word, fd, 1);
	helpers[which].part = GIVEN;
	close_fd(fd);
}

struct task *helper_play(struct scene *scene, enum helper which, const int *fds, int count)
{
	const struct word word = { .what = PLAY, .test = scene->test };
	const bool is_there = helpers[which].line >= 0;
	struct task *task;

	/* Said before it goes on, it finds it there. */
	if (is_there)
		say(which, &word, fds, count);
	task = helper_have(scene, which);
	if (task && !is_there)
		say(which, &word, fds, count);
	return task;
}

void helper_begin(enum helper which)
{
	helpers[which].part = BEGUN;
	order(which, BEGIN);
}

bool helper_is_over(enum helper which)
{
	return __atomic_load_n(&states[which].over, __ATOMIC_ACQUIRE) == helpers[which].given;
}

bool helper_finish(enum helper which)
{
	if (helpers[which].part == GIVEN)
		order(which, LET_GO);
	else if (helpers[which].part == BEGUN && !helper_is_over(which))
		return false;
	helpers[which].part = NONE;
	return true;
}

void helper_forsake(enum helper which)
{
	put_in_place(which, -1);
}
