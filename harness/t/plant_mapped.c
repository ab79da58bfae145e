// SPDX-License-Identifier: GPL-2.0-only
/*
 * Strategies that store into the sink through a mapping, as memcpy(3) may: in an order of their
 * own. In the middle of it they wait in a call, for a source or for nothing, until they are killed.
 */
#include "plants.h"

#include "pattern.h"

#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FIRST 64 /* bytes that are left for the end */

/*
 * Room for @size bytes, mapped through a descriptor that is not known for the sink's: what is seen
 * of the copy is the call that it waits in. Who cannot have it dies of it, which is no verdict.
 */
static char *map_sink(const struct copy *copy, size_t size)
{
	const int fd = dup(copy->out);
	char *map;

	if (fd < 0 || ftruncate(fd, (off_t)size))
		_exit(1);
	map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (map == MAP_FAILED)
		_exit(1);
	return map;
}

static ssize_t wait_for_source(const struct copy *copy)
{
	char byte;

	return read(copy->in, &byte, sizeof(byte));
}

/* The bytes of the silent source are known. */
static ssize_t move_all_but_first(struct copy *copy, size_t count)
{
	char *map = map_sink(copy, PATTERN_STREAM);

	(void)count;
	memcpy(map + FIRST, pattern_bytes() + FIRST, PATTERN_STREAM - FIRST);
	return wait_for_source(copy);
}

/* As good as nothing where room was made, and wrong where there were bytes. */
static ssize_t move_zeros(struct copy *copy, size_t count)
{
	(void)count;
	memset(map_sink(copy, PATTERN_STREAM), 0, FIRST);
	return wait_for_source(copy);
}

static ssize_t move_wrong_byte(struct copy *copy, size_t count)
{
	(void)count;
	map_sink(copy, PATTERN_STREAM)[FIRST + 1] = '#';
	return wait_for_source(copy);
}

static ssize_t move_into_much_room(struct copy *copy, size_t count)
{
	(void)count;
	map_sink(copy, PATTERN_STREAM + 1);
	return wait_for_source(copy);
}

/* What copy_goes_on() waits in; without @events nothing ends it. */
static void wait_in_call(const struct copy *copy, short events)
{
	struct pollfd sink = { .fd = copy->out, .events = events };

	syscall(SYS_ppoll, &sink, 1, NULL, NULL, 8);
}

/*
 * A first round that is right, and a second that stores @again, and only then makes calls in which
 * it can be seen. The last of them does not return.
 */
static ssize_t move_in_rounds(struct copy *copy, char (*again)(char byte))
{
	static int calls;
	const size_t size = PATTERN_ROUND;
	char *map;

	if (++calls == 2)
		return 0;
	map = map_sink(copy, size);
	if (calls == 1) {
		memcpy(map, pattern_bytes(), size);
	} else {
		map[FIRST] = again(map[FIRST]);
		wait_in_call(copy, POLLOUT);
		wait_in_call(copy, 0);
	}
	lseek(copy->in, (off_t)size, SEEK_CUR);
	return (ssize_t)size;
}

static char the_same(char byte)
{
	return byte;
}

static char zero(char byte)
{
	(void)byte;
	return 0;
}

static ssize_t move_again(struct copy *copy, size_t count)
{
	(void)count;
	return move_in_rounds(copy, the_same);
}

static ssize_t move_and_undo(struct copy *copy, size_t count)
{
	(void)count;
	return move_in_rounds(copy, zero);
}

#define BY(what, how) \
	{ \
		.name = (what), .makes_room = true, \
		.steps = { \
			{ \
				.mover = &(const struct mover){ .move = (how), \
								.calls = { SYS_read }, \
								.ncalls = 1 }, \
				.chunk = 1 << 21, \
			}, \
		}, \
	}

const struct strategy plant_stores_first_last = BY("stores_first_last", move_all_but_first);
const struct strategy plant_stores_zeros = BY("stores_zeros", move_zeros);
const struct strategy plant_stores_a_wrong_byte = BY("stores_a_wrong_byte", move_wrong_byte);
const struct strategy plant_makes_too_much_room = BY("makes_too_much_room", move_into_much_room);
const struct strategy plant_stores_again = BY("stores_again", move_again);
const struct strategy plant_undoes = BY("undoes", move_and_undo);
