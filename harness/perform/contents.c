// SPDX-License-Identifier: GPL-2.0-only
/* Files and pipes of a promise: made as it says, kept before and after. */
#include "contents.h"

#include "copy.h"
#include "descriptors.h"
#include "pattern.h"
#include "promise.h"
#include "shared.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static off_t size_of(int fd)
{
	struct stat stat;

	return fstat(fd, &stat) ? -1 : stat.st_size;
}

/*
 * All of a file beyond its @hole, wherever it stands, up to @room. Return: the size of the file as
 * far as there was room, or -1 with errno.
 */
static ssize_t read_whole(int fd, char *into, size_t room, off_t hole)
{
	size_t size = 0;
	ssize_t n;
	off_t end;

	while (size < room && (n = pread(fd, into + size, room - size, hole + (off_t)size)) > 0)
		size += (size_t)n;
	if (size < room && n < 0)
		return -1;
	if (size || !hole)
		return hole + (ssize_t)size;
	/* Not beyond its hole, if it is as long at all. */
	end = size_of(fd);
	return end < hole ? end : hole;
}

/* What the sink holds already is not of the pattern. */
static bool fill_sink(int fd, size_t size)
{
	static char filler[4096];
	size_t done = 0;

	memset(filler, '-', sizeof(filler));
	while (done < size) {
		const size_t left = size - done;
		ssize_t n = write(fd, filler, left < sizeof(filler) ? left : sizeof(filler));

		if (n < 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

/* A file as sink is to have as long a hole as the source. */
static off_t sink_hole(const struct scene *scene)
{
	return scene->sink.kind->regular ? scene->source.kind->hole : 0;
}

/* ... and has it already, where the copy begins behind it. Return: how much of it. */
static off_t skipped(const struct promise *promise, off_t hole)
{
	return promise->with_hole ? 0 : hole;
}

static bool prepare_sink(const struct scene *scene)
{
	const int fd = scene->sink.far;
	const off_t hole = skipped(scene->test->promise, sink_hole(scene));

	if (!scene->sink.kind->regular)
		return true;
	if (hole && (ftruncate(fd, hole) || lseek(fd, hole, SEEK_SET) < 0))
		return false;
	return fill_sink(fd, scene->test->promise->before);
}

/* For one copy after the other. */
static struct rooms {
	char source[ROOM], before[ROOM], later[ROOM], after[ROOM], cached[ROOM], stored[ROOM];
	const char zeros[ROOM];
} * rooms;

const char contents_mark[CONTENTS_MARK] = "-- WRITTEN AFTER THE COPY, AND NOT TO THE FILE --";
static int again = -1; /* the source's file, opened once more */

static bool have_rooms(void)
{
	if (!rooms)
		rooms = own_memory(sizeof(*rooms));
	return rooms;
}

void contents_drop(void)
{
	close_fd(&again);
}

/* What it holds is on disk before the copy begins: a change that nobody wrote back is then seen. */
static bool open_again(const struct scene *scene)
{
	char path[32];

	if (!scene->test->promise->looks_again)
		return true;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", scene->source.far);
	again = open(path, O_RDONLY | O_CLOEXEC);
	return again >= 0 && !fsync(again);
}

static bool keep_source(const struct scene *scene, struct outcome *outcome)
{
	const struct promise *promise = scene->test->promise;
	const struct endpoint *endpoint = &scene->source;
	ssize_t size;

	outcome->source_hole = endpoint->kind->hole;
	outcome->from = promise->from + skipped(promise, outcome->source_hole);
	outcome->yields_any = endpoint->kind->yields_any;
	if (!endpoint->kind->regular) {
		outcome->source = endpoint->kind->yields_zeros ? rooms->zeros : pattern_bytes();
		outcome->source_size = endpoint->size;
		return true;
	}
	size = read_whole(endpoint->far, rooms->source, ROOM, outcome->source_hole);
	outcome->source = rooms->source;
	outcome->source_size = (size_t)size;
	return size >= 0 && lseek(endpoint->far, outcome->from, SEEK_SET) >= 0;
}

static bool keep_sink(const struct scene *scene, const struct arrival *arrival,
		      struct outcome *outcome)
{
	const struct promise *promise = scene->test->promise;
	const struct endpoint *endpoint = &scene->sink;
	ssize_t size;

	outcome->before = rooms->before;
	outcome->keeps_nothing = endpoint->kind->keeps_nothing;
	if (!endpoint->kind->regular) {
		/* What it was filled with comes out first; where it is full that is only counted.
		 */
		outcome->before = promise->at_once ? arrival->bytes : pattern_bytes();
		outcome->before_size = endpoint->filled;
		outcome->to = (off_t)endpoint->filled;
		return true;
	}
	outcome->sink_hole = sink_hole(scene);
	size = read_whole(endpoint->far, rooms->before, ROOM, outcome->sink_hole);
	outcome->before_size = (size_t)size;
	outcome->to = promise->appends ? size : promise->to + skipped(promise, outcome->sink_hole);
	return size >= 0 && lseek(endpoint->far, promise->appends ? 0 : outcome->to, SEEK_SET) >= 0;
}

bool contents_prepare(const struct scene *scene, const struct arrival *arrival,
		      struct outcome *outcome)
{
	const struct promise *promise = scene->test->promise;

	outcome->limit = promise->asks_nothing ? 0 : promise->limit ? promise->limit : INT64_MAX;
	outcome->appends = promise->appends;
	outcome->at_once = promise->at_once;
	outcome->fails = promise->fails;
	outcome->may_run_out = promise->may_run_out;
	outcome->signals = promise->signals;
	outcome->looks_again = promise->looks_again;
	outcome->marks = promise->marks;
	outcome->read_along = promise->read_along;
	return have_rooms() && prepare_sink(scene) && keep_source(scene, outcome) &&
	       keep_sink(scene, arrival, outcome) && open_again(scene);
}

/* Every byte of the source is another one now. */
bool contents_modify(const struct scene *scene, struct outcome *outcome)
{
	const size_t size = outcome->source_size;

	for (size_t i = 0; i < size; i++)
		rooms->later[i] = (char)(outcome->source[i] ^ COPY_SCRIBBLE);
	outcome->later = rooms->later;
	return pwrite(scene->source.far, rooms->later, size, 0) == (ssize_t)size;
}

/* Have all pages of the file left memory? Not where there is nothing else, as on tmpfs. */
static bool is_dropped(size_t size)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE), pages = (size + page - 1) / page;
	static unsigned char resident[ROOM / 4096 + 1];
	bool dropped = false;
	void *map = mmap(NULL, size, PROT_READ, MAP_SHARED, again, 0);

	if (map == MAP_FAILED)
		return false;
	if (!mincore(map, size, resident)) {
		for (size_t i = 0; i < pages; i++)
			resident[0] |= resident[i];
		dropped = !(resident[0] & 1);
	}
	munmap(map, size);
	return dropped;
}

bool contents_look_again(struct outcome *outcome)
{
	ssize_t size = read_whole(again, rooms->cached, ROOM, 0);

	if (size < 0)
		return false;
	outcome->cached = rooms->cached;
	outcome->cached_size = (size_t)size;
	if (fsync(again))
		return false;
	posix_fadvise(again, 0, 0, POSIX_FADV_DONTNEED);
	if (!size || !is_dropped((size_t)size))
		return true;
	size = read_whole(again, rooms->stored, ROOM, 0);
	if (size < 0)
		return false;
	outcome->stored = rooms->stored;
	outcome->stored_size = (size_t)size;
	return true;
}

/* What comes after the copy's bytes is not theirs. Return: how many of @size are. */
static size_t without_mark(const struct arrival *arrival, struct outcome *outcome)
{
	const size_t marked = arrival->marked, size = arrival->size;

	outcome->marked = marked;
	outcome->mark_out = marked && size >= marked &&
			    !memcmp(arrival->bytes + size - marked, contents_mark, marked);
	return outcome->mark_out ? size - marked : size;
}

/* One that had no bytes yet stands nowhere. */
static off_t source_stands(const struct scene *scene, const struct arrival *arrival)
{
	const struct endpoint *source = &scene->source;

	if (source->kind->regular)
		return lseek(source->far, 0, SEEK_CUR);
	if (source->kind->nonblocking || source->kind->is_file || source->kind->limit)
		return -1;
	return (off_t)source->size - arrival->left;
}

bool contents_keep(const struct scene *scene, const struct arrival *arrival,
		   struct outcome *outcome)
{
	ssize_t size = (ssize_t)without_mark(arrival, outcome);

	outcome->error = scene->report->error;
	outcome->moved = scene->report->copied;
	outcome->lost = arrival->lost;
	outcome->onlooking = arrival->onlooking;
	outcome->may_share = arrival->shares && !scene->sink.kind->regular;
	outcome->source_stands = source_stands(scene, arrival);
	outcome->sink_stands = -1;
	outcome->sink = arrival->bytes;
	if (scene->sink.kind->regular) {
		outcome->sink = rooms->after;
		outcome->sink_stands = lseek(scene->sink.far, 0, SEEK_CUR);
		size = read_whole(scene->sink.far, rooms->after, ROOM, outcome->sink_hole);
	}
	outcome->sink_size = (size_t)size;
	return size >= 0;
}
