// SPDX-License-Identifier: GPL-2.0-only
/* Formatting into a text that has an end. */
#include "text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void text_add(struct text *text, const char *format, ...)
{
	size_t room = sizeof(text->bytes) - text->length;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text->bytes + text->length, room, format, args);
	va_end(args);
	if (n > 0)
		text->length += (size_t)n < room ? (size_t)n : room - 1;
}

void text_cut(struct text *text, size_t length)
{
	text->length = length;
	text->bytes[length] = '\0';
}

/* strerrorname_np(3) came with glibc 2.32 only; these are the ones that copying meets. */
const char *text_errno(int error)
{
	static const struct {
		int error;
		const char *name;
	} names[] = {
#define NAME(e) { e, #e }
		NAME(EPERM),       NAME(ENOENT),        NAME(EINTR),        NAME(EIO),
		NAME(EBADF),       NAME(EAGAIN),        NAME(ENOMEM),       NAME(EACCES),
		NAME(EFAULT),      NAME(EBUSY),         NAME(EXDEV),        NAME(ENODEV),
		NAME(EISDIR),      NAME(EINVAL),        NAME(EMFILE),       NAME(ENOTTY),
		NAME(EFBIG),       NAME(ENOSPC),        NAME(ESPIPE),       NAME(EPIPE),
		NAME(ENOSYS),      NAME(ENXIO),         NAME(EOPNOTSUPP),   NAME(ETXTBSY),
		NAME(ETIMEDOUT),   NAME(ESRCH),         NAME(ENFILE),       NAME(EROFS),
		NAME(ERANGE),      NAME(EOVERFLOW),     NAME(EMLINK),       NAME(EDOM),
		NAME(EEXIST),      NAME(ENOTCONN),      NAME(ECONNRESET),   NAME(ENOTSOCK),
		NAME(ENETUNREACH), NAME(EADDRNOTAVAIL), NAME(ECONNREFUSED), NAME(ENOBUFS),
		NAME(ECHILD),      NAME(ENOEXEC),       NAME(EMSGSIZE),
#undef NAME
	};
	static char other[24];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].error == error)
			return names[i].name;
	}
	snprintf(other, sizeof(other), "errno %d", error);
	return other;
}

bool text_lists(const char *names, const char *name)
{
	const size_t length = strlen(name);

	for (const char *at = names; at && *at; at += *at == ' ') {
		if (!strncmp(at, name, length) && (!at[length] || at[length] == ' '))
			return true;
		at = strchrnul(at, ' ');
	}
	return false;
}
