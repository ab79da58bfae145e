// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs a command as a strict container does: the system calls named are refused by seccomp with
 * the errno given, and no program it executes gains privileges.
 *
 *	confine ERRNO:CALL[,CALL]... ... -- COMMAND [ARG]...
 *
 * ERRNO is EPERM or ENOSYS. Exit: the command's, 2 bad usage, 125 no such filter here.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CALL(name) \
	{ \
#name, SYS_##name \
	}
static const struct {
	const char *name;
	unsigned int number;
} calls[] = {
	CALL(close_range), CALL(copy_file_range), CALL(io_setup), CALL(io_uring_setup),
	CALL(pidfd_getfd), CALL(pidfd_open),      CALL(seccomp),  CALL(userfaultfd),
};

enum { CALLS = sizeof(calls) / sizeof(calls[0]) };

/* A load, two instructions for each call, and the one that allows the rest. */
static struct sock_filter filter[2 + 2 * CALLS];
static unsigned short length;

static void add(struct sock_filter instruction)
{
	filter[length++] = instruction;
}

static int refuse(const char *name, unsigned int error)
{
	for (size_t i = 0; i < CALLS; i++) {
		if (strcmp(calls[i].name, name))
			continue;
		if (length + 2 >= (int)(sizeof(filter) / sizeof(filter[0])))
			return -1;
		add((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, calls[i].number, 0, 1));
		add((struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error));
		return 0;
	}
	return -1;
}

/* One argument: ERRNO:CALL,CALL... Return: 0, or -1 if it is none. */
static int refuse_all(char *text)
{
	char *names = strchr(text, ':');
	unsigned int error;

	if (!names)
		return -1;
	*names++ = '\0';
	if (!strcmp(text, "EPERM"))
		error = EPERM;
	else if (!strcmp(text, "ENOSYS"))
		error = ENOSYS;
	else
		return -1;
	for (char *name = strtok(names, ","); name; name = strtok(NULL, ","))
		if (refuse(name, error))
			return -1;
	return 0;
}

int main(int argc, char **argv)
{
	struct sock_fprog program = { .filter = filter };
	int i = 1;

	add((struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
					 offsetof(struct seccomp_data, nr)));
	for (; i < argc && strcmp(argv[i], "--"); i++)
		if (refuse_all(argv[i]))
			break;
	if (i + 1 >= argc || strcmp(argv[i], "--")) {
		fprintf(stderr, "usage: confine ERRNO:CALL[,CALL]... -- COMMAND [ARG]...\n");
		return 2;
	}
	add((struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
	program.len = length;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) {
		perror("confine: seccomp");
		return 125;
	}
	execvp(argv[i + 1], &argv[i + 1]);
	perror(argv[i + 1]);
	return 125;
}
