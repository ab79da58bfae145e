// SPDX-License-Identifier: GPL-2.0-only
/* Memory for more than one process. Each mapping costs a fork, so small ones are parts of one. */
#include "shared.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define ROOM ((size_t)1 << 20)

/** struct room - a mapping that is given away from its beginning on, by who made it. */
struct room {
	char *rest;
	size_t left;
	pid_t owner;
};

/*
 * Where a kernel gives huge pages unasked (Debian's do), the first byte that a process writes takes
 * 2 MB, and the time to clear them. EINVAL: it has none.
 */
static void have_small_pages(void *memory, size_t size)
{
	madvise(memory, size, MADV_NOHUGEPAGE);
}

void shared_have_small_pages(void)
{
	extern char __bss_start[], _end[]; /* ld(1) */
	const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	const uintptr_t begin = ((uintptr_t)__bss_start + page - 1) / page * page;

	have_small_pages((void *)begin, (uintptr_t)_end - begin);
}

static void *map(size_t size, int flag)
{
	void *memory = mmap(NULL, size ? size : 1, PROT_READ | PROT_WRITE,
			    flag | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memory == MAP_FAILED)
		return NULL;
	have_small_pages(memory, size);
	if (flag == MAP_PRIVATE)
		madvise(memory, size, MADV_WIPEONFORK);
	return memory;
}

static void *part_of(struct room *room, size_t size, int flag)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	const size_t whole = (size + page - 1) / page * page;
	char *part;

	if (whole >= ROOM)
		return map(size, flag);
	if (room->owner != getpid() || room->left < whole)
		*room = (struct room){ map(ROOM, flag), ROOM, getpid() };
	if (!room->rest) {
		room->left = 0;
		return NULL;
	}
	part = room->rest;
	room->rest += whole;
	room->left -= whole;
	return part;
}

void *shared_memory(size_t size)
{
	static struct room room;

	return part_of(&room, size, MAP_SHARED);
}

void *own_memory(size_t size)
{
	static struct room room;

	return part_of(&room, size, MAP_PRIVATE);
}

void *shared_copy(const void *from, size_t size)
{
	void *memory = shared_memory(size);

	if (memory)
		memcpy(memory, from, size);
	return memory;
}
