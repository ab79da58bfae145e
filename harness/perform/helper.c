// SPDX-License-Identifier: GPL-2.0-only
/* Helpers and their lines: a descriptor with what it is; a word to begin, and one to let go. */
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

enum { FD_LINE = FD_SHARED };

/** struct word - what is said on a line; with the first a descriptor. */
struct word {
	enum { HAVE, BEGIN, LET_GO } what;
	unsigned int number; /* of what it is given, from 1 on */
	struct endpoint endpoint;
};

/** struct state - shared: the last that it has done, and the last that it has let go of. */
struct state {
	unsigned int over, idle;
};

static struct state *states; /* of all */
static struct {
	int line;
	unsigned int given, begun; /* the last that it got, and that it was to begin with */
} helpers[HELPERS] = { { .line = -1 }, { .line = -1 } };
static int place = -1;

/* --- In the helper --- */

union control {
	char bytes[CMSG_SPACE(sizeof(int))];
	struct cmsghdr header;
};

/* Return: false at the end of the line. */
static bool hear(struct word *word, int *fd)
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
		n = recvmsg(FD_LINE, &message, MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	header = CMSG_FIRSTHDR(&message);
	if (header && header->cmsg_type == SCM_RIGHTS)
		memcpy(fd, CMSG_DATA(header), sizeof(int));
	return n == (ssize_t)sizeof(*word);
}

static void keep(unsigned int *kept, unsigned int number)
{
	__atomic_store_n(kept, number, __ATOMIC_RELEASE);
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
	if (endpoint->far < 0)
		keep(&states[which].idle, number);
	keep(&states[which].over, number);
	if (which == READER)
		call_supervisor();
}

static _Noreturn void serve(enum helper which, struct report *report)
{
	struct endpoint endpoint = { .far = -1 };
	struct word word;
	int fd = -1;

	forget_descriptors(FD_LINE + 1);
	while (hear(&word, &fd)) {
		if (word.what == HAVE) {
			endpoint = word.endpoint;
			endpoint.far = fd;
		} else if (word.what == BEGIN) {
			do_part(which, &endpoint, report, word.number);
		} else {
			close_fd(&endpoint.far);
			keep(&states[which].idle, word.number);
			call_supervisor();
		}
	}
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

/* In a process group of its own: so it is not taken for what a case has left behind. */
static pid_t start(const struct scene *scene, enum helper which)
{
	struct child child = {
		.name = which == READER ? "the reader" : "the releaser",
		.fd1 = -1,
		.fd2 = -1,
		.number = -1,
		.body = which == READER ? be_reader : be_releaser,
	};
	int ends[2], error;
	pid_t pid;

	if (!have_states() || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		return -1;
	child.fd0 = ends[1];
	states[which] = (struct state){ 0 };
	pid = child_start(scene, &child);
	error = errno;
	close_fd(&ends[1]);
	if (pid < 0 || setpgid(pid, pid)) {
		close_fd(&ends[0]);
		errno = error;
		return -1;
	}
	helpers[which].given = helpers[which].begun = 0;
	put_in_place(which, ends[0]);
	return pid;
}

struct task *helper_have(struct scene *scene, enum helper which)
{
	static pid_t pids[HELPERS];
	struct task *task;

	if (helpers[which].line < 0)
		pids[which] = start(scene, which);
	if (helpers[which].line < 0)
		return NULL;
	task = tracer_adopt(&scene->tracer, pids[which]);
	if (task)
		task->lives_on = true;
	return task;
}

static void say(enum helper which, const struct word *word, const int *fd)
{
	union control control = { .header = { .cmsg_level = SOL_SOCKET,
					      .cmsg_type = SCM_RIGHTS,
					      .cmsg_len = CMSG_LEN(sizeof(int)) } };
	struct iovec data = { .iov_base = (void *)word, .iov_len = sizeof(*word) };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1 };

	if (fd) {
		message.msg_control = &control;
		message.msg_controllen = sizeof(control);
		memcpy(CMSG_DATA(&control.header), fd, sizeof(int));
	}
	/* One that is gone has done nothing: that is seen. */
	(void)sendmsg(helpers[which].line, &message, MSG_NOSIGNAL);
}

static void order(enum helper which, int what)
{
	const struct word word = { .what = what, .number = helpers[which].given };

	say(which, &word, NULL);
}

void helper_give(enum helper which, const struct endpoint *endpoint, int *fd)
{
	const struct word word = {
		.what = HAVE,
		.number = ++helpers[which].given,
		.endpoint = *endpoint,
	};

	say(which, &word, fd);
	close_fd(fd);
}

void helper_begin(enum helper which)
{
	helpers[which].begun = helpers[which].given;
	order(which, BEGIN);
}

static bool has_come_to(const unsigned int *kept, enum helper which)
{
	return __atomic_load_n(kept, __ATOMIC_ACQUIRE) == helpers[which].given;
}

bool helper_is_over(enum helper which)
{
	return has_come_to(&states[which].over, which);
}

bool helper_finish(enum helper which)
{
	if (helper_is_idle(which))
		return true;
	if (helpers[which].begun == helpers[which].given && !helper_is_over(which))
		return false;
	order(which, LET_GO);
	return true;
}

bool helper_is_idle(enum helper which)
{
	return helpers[which].line < 0 || has_come_to(&states[which].idle, which);
}

void helper_forsake(enum helper which)
{
	put_in_place(which, -1);
}
