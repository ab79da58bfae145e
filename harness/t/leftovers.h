/* SPDX-License-Identifier: GPL-2.0-only */
/* What a test may find left behind by cases: mounts, and loop devices with an image of theirs. */
#ifndef COPYHANG_LEFTOVERS_H
#define COPYHANG_LEFTOVERS_H

#include <glob.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/types.h>

/** count_lines() - Return: the lines of @path with @word in them, or, where that is NULL, all. */
static inline unsigned int count_lines(const char *path, const char *word)
{
	FILE *file = fopen(path, "re");
	unsigned int count = 0;
	char line[1024];

	while (file && fgets(line, sizeof(line), file))
		count += !word || strstr(line, word);
	if (file)
		fclose(file);
	return count;
}

/**
 * count_mounts() - Return: the mounts that this process and its children have made, and some more
 * that never change. Others' come and go: the first call leaves them, and with what is made here it
 * sees also what is less private than it was meant to be. Without the privilege for that nothing
 * can be mounted either.
 */
static inline unsigned int count_mounts(void)
{
	static bool own, asked;

	if (!asked)
		own = !unshare(CLONE_NEWNS) && !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) &&
		      !mount(NULL, "/", NULL, MS_REC | MS_SHARED, NULL);
	asked = true;
	return own ? count_lines("/proc/self/mountinfo", NULL) : 0;
}

/** count_loops() - Return: the loop devices whose image process @pid made. */
static inline unsigned int count_loops(pid_t pid)
{
	unsigned int count = 0;
	char word[32];
	glob_t files;

	snprintf(word, sizeof(word), "memfd:copyhang-%d ", pid);
	if (glob("/sys/block/loop*/loop/backing_file", 0, NULL, &files))
		return 0;
	for (size_t i = 0; i < files.gl_pathc; i++)
		count += count_lines(files.gl_pathv[i], word);
	globfree(&files);
	return count;
}

#endif
