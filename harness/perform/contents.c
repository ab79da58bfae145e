// SPDX-License-Identifier: GPL-2.0-only
/* Files and pipes of a promise: made as it says, kept before and after. */
#include "contents.h"

#include "descriptors.h"
#include "pattern.h"
#include "promise.h"
#include "shared.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* All of a file, wherever it stands, up to @room. Return: so many bytes, or -1 with errno. */
static ssize_t read_whole(int fd, char *into, size_t room)
{
	size_t size = 0;
	ssize_t n;

	while (size < room && (n = pread(fd, into + size, room - size, (off_t)size)) > 0)
		size += (size_t)n;
	return size < room && n < 0 ? -1 : (ssize_t)size;
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

static bool prepare_sink(const struct scene *scene)
{
	return !scene->sink.kind->regular ||
	       fill_sink(scene->sink.far, scene->test->promise->before);
}

/* Not private: what is forked later need not have part in it. */
static struct rooms {
	char source[ROOM], before[ROOM], later[ROOM], after[ROOM], cached[ROOM], stored[ROOM];
} * rooms;

const char contents_mark[CONTENTS_MARK] = "-- WRITTEN AFTER THE COPY, AND NOT TO THE FILE --";
static int again = -1; /* the source's file, opened once more */

static bool have_rooms(void)
{
	rooms = shared_memory(sizeof(*rooms));
	return rooms;
}

void contents_drop(void)
{
	if (rooms)
		munmap(rooms, sizeof(*rooms));
	rooms = NULL;
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
	const struct endpoint *endpoint = &scene->source;
	ssize_t size;

	outcome->from = scene->test->promise->from;
	if (!endpoint->kind->regular) {
		outcome->source = pattern_bytes();
		outcome->source_size = endpoint->size;
		return true;
	}
	size = read_whole(endpoint->far, rooms->source, ROOM);
	outcome->source = rooms->source;
	outcome->source_size = (size_t)size;
	return size >= 0 && lseek(endpoint->far, outcome->from, SEEK_SET) >= 0;
}

static bool keep_sink(const struct scene *scene, struct outcome *outcome)
{
	const struct promise *promise = scene->test->promise;
	const struct endpoint *endpoint = &scene->sink;
	ssize_t size;

	outcome->before = rooms->before;
	if (!endpoint->kind->regular) {
		outcome->before = pattern_bytes();
		outcome->before_size = endpoint->filled;
		outcome->to = (off_t)endpoint->filled;
		return true;
	}
	size = read_whole(endpoint->far, rooms->before, ROOM);
	outcome->before_size = (size_t)size;
	outcome->to = promise->appends ? size : promise->to;
	return size >= 0 && lseek(endpoint->far, promise->to, SEEK_SET) >= 0;
}

bool contents_prepare(const struct scene *scene, struct outcome *outcome)
{
	const struct promise *promise = scene->test->promise;

	outcome->limit = promise->asks_nothing ? 0 : promise->limit ? promise->limit : INT64_MAX;
	outcome->appends = promise->appends;
	outcome->signals = promise->signals;
	outcome->looks_again = promise->looks_again;
	outcome->marks = promise->marks;
	return have_rooms() && prepare_sink(scene) && keep_source(scene, outcome) &&
	       keep_sink(scene, outcome) && open_again(scene);
}

/* Every byte of the source is another one now. */
bool contents_modify(const struct scene *scene, struct outcome *outcome)
{
	const size_t size = outcome->source_size;

	for (size_t i = 0; i < size; i++)
		rooms->later[i] = (char)(outcome->source[i] ^ 0x20);
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
	ssize_t size = read_whole(again, rooms->cached, ROOM);

	if (size < 0)
		return false;
	outcome->cached = rooms->cached;
	outcome->cached_size = (size_t)size;
	if (fsync(again))
		return false;
	posix_fadvise(again, 0, 0, POSIX_FADV_DONTNEED);
	if (!size || !is_dropped((size_t)size))
		return true;
	size = read_whole(again, rooms->stored, ROOM);
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

bool contents_keep(const struct scene *scene, const struct arrival *arrival,
		   struct outcome *outcome)
{
	ssize_t size = (ssize_t)without_mark(arrival, outcome);

	outcome->error = scene->report->error;
	outcome->moved = scene->report->copied;
	outcome->lost = arrival->lost;
	outcome->may_share = arrival->shares && !scene->sink.kind->regular;
	outcome->source_stands = scene->source.kind->regular ?
					 lseek(scene->source.far, 0, SEEK_CUR) :
					 (off_t)outcome->source_size - arrival->left;
	outcome->sink_stands = -1;
	outcome->sink = arrival->bytes;
	if (scene->sink.kind->regular) {
		outcome->sink = rooms->after;
		outcome->sink_stands = lseek(scene->sink.far, 0, SEEK_CUR);
		size = read_whole(scene->sink.far, rooms->after, ROOM);
	}
	outcome->sink_size = (size_t)size;
	return size >= 0;
}
