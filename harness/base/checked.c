// SPDX-License-Identifier: GPL-2.0-only
/* Where a process says what it could not do, before it ends. */
#include "checked.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char *into;
static size_t room;
static const char *me = "a child";

void checked_into(char *text, size_t size)
{
	into = text;
	room = size;
}

void checked_as(const char *who)
{
	me = who;
}

void checked_say(const char *who, const char *what, int error)
{
	if (into && !*into)
		snprintf(into, room, "%s: %s%s%s", who, what, error ? ": " : "",
			 error ? strerror(error) : "");
}

_Noreturn void checked_fail(const char *what, int error, const char *file, int line)
{
	const char *name = strrchr(file, '/');
	char where[128];

	snprintf(where, sizeof(where), "%s:%d: %s", name ? name + 1 : file, line, what);
	checked_say(me, where, error);
	_exit(CHECKED_FAILED);
}
