/* SPDX-License-Identifier: GPL-2.0-only */
/* What a test may find left behind by cases: mounts, and loop devices with an image of theirs. */
#ifndef COPYHANG_LEFTOVERS_H
#define COPYHANG_LEFTOVERS_H

#include <glob.h>
#include <stdio.h>
#include <string.h>
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

static inline unsigned int count_mounts(void)
{
	return count_lines("/proc/self/mountinfo", NULL);
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
