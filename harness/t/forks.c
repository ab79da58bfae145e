// SPDX-License-Identifier: GPL-2.0-only
/*
 * The measure for the work of a case, as scripts/bench has it: forks N times a child that ends at
 * once, and waits for it. It is static, and has as much written memory as the program of the cases
 * had when this was chosen. It stays as it is, whatever becomes of that program: whoever makes its
 * forks cheaper is to see that.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char memory[1280 << 10];

int main(int argc, char **argv)
{
	const long times = argc == 2 ? strtol(argv[1], NULL, 10) : 0;

	if (times <= 0) {
		fprintf(stderr, "usage: forks N\n");
		return 2;
	}
	memset(memory, 1, sizeof(memory));
	for (long i = 0; i < times; i++) {
		const pid_t pid = fork();

		if (!pid)
			_exit(0);
		if (pid < 0 || waitpid(pid, NULL, 0) != pid) {
			perror("forks");
			return 1;
		}
	}
	return 0;
}
