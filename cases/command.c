// SPDX-License-Identifier: GPL-2.0-only
/* A program found along PATH as a shell does it, and its words. */
#include "command.h"

#include "misuse.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define PATH_DEFAULT "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

static bool is_program(const char *path)
{
	struct stat file;

	return !stat(path, &file) && S_ISREG(file.st_mode) && !access(path, X_OK);
}

/* As a shell finds it. Return: a path to free(3), or NULL. */
static char *find(const char *name)
{
	const char *path = getenv("PATH");
	char *found = NULL;

	if (strchr(name, '/'))
		return is_program(name) ? strdup(name) : NULL;
	for (const char *at = path ? path : PATH_DEFAULT; at; at = strchr(at, ':')) {
		at += *at == ':';
		if (asprintf(&found, "%.*s/%s", (int)strcspn(at, ":"), at, name) < 0)
			return NULL;
		if (is_program(found))
			return found;
		free(found);
	}
	return NULL;
}

/* No program gains privileges under a filter: it would be another one than it is otherwise. */
static bool gains_privileges(const char *path)
{
	struct stat file;

	if (stat(path, &file))
		return false;
	return file.st_mode & S_ISUID || (file.st_mode & S_ISGID && file.st_mode & S_IXGRP) ||
	       getxattr(path, "security.capability", NULL, 0) > 0;
}

/* Return: @argument, or, where it names an end, a new one that names its path. */
static char *with_path(char *argument, const char *name, const char *path)
{
	char *at = strstr(argument, name), *whole;

	if (!at)
		return argument;
	if (asprintf(&whole, "%.*s%s%s", (int)(at - argument), argument, path, at + strlen(name)) <
	    0)
		misused("no memory", "");
	return with_path(whole, name, path);
}

void command_prepare(struct program *program, char **argv)
{
	char *path;

	if (!argv[0])
		misused("no command to run", "");
	path = find(argv[0]);
	if (!path)
		misused("there is no program ", argv[0]);
	if (gains_privileges(path))
		misused("a set-user-ID program (or set-group-ID, or with capabilities) would run "
			"without them here: ",
			path);
	for (char **argument = argv + 1; *argument; argument++)
		*argument =
			with_path(with_path(*argument, "{in}", "/dev/fd/0"), "{out}", "/dev/fd/1");
	program->path = path;
	program->argv = argv;
}

/* Return: the bytes of the file @name in @folder, owned, of which there are *@size. */
static char *read_whole(int folder, const char *name, size_t *size)
{
	const int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
	struct stat file;
	char *bytes;

	if (fd < 0 || fstat(fd, &file) || file.st_size < 1)
		misused("there is no command in ", name);
	*size = (size_t)file.st_size;
	bytes = malloc(*size);
	if (!bytes || read(fd, bytes, *size) != file.st_size || bytes[*size - 1])
		misused("cannot read the command in ", name);
	close(fd);
	return bytes;
}

static void *there_is(void *memory)
{
	if (memory)
		return memory;
	misused("no memory", "");
}

/* Return: an array of the words that @bytes are, which ends with NULL. */
static char **split(char *bytes, size_t size)
{
	char **words = there_is(calloc(size + 1, sizeof(*words)));
	size_t count = 0;

	for (char *at = bytes; at < bytes + size; at += strlen(at) + 1)
		words[count++] = at;
	return words;
}

static struct strategy read_command(int folder, const char *name)
{
	struct program *program = there_is(calloc(1, sizeof(*program)));
	char *own = there_is(strdup(name)), *bytes;
	size_t size;

	bytes = read_whole(folder, name, &size);
	command_prepare(program, split(bytes, size));
	return (struct strategy){ .name = own, .program = program };
}

static int is_command(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

const struct strategy *commands_read(const char *folder, size_t *count)
{
	static struct strategy *commands;
	const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent **entries;
	const int found = scandir(folder, &entries, is_command, alphasort);

	if (fd < 0 || found < 1)
		misused("there are no commands in ", folder);
	commands = calloc((size_t)found, sizeof(*commands));
	if (!commands)
		misused("no memory", "");
	for (int i = 0; i < found; i++) {
		commands[i] = read_command(fd, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	close(fd);
	*count = (size_t)found;
	return commands;
}
