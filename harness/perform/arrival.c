// SPDX-License-Identifier: GPL-2.0-only
/* What arrived of a scene's copy, once that is over: are bytes, counts and offsets as promised? */
#include "arrival.h"

#include "pattern.h"
#include "scene.h"
#include "shared.h"

#include <string.h>
#include <unistd.h>

#define PIECE (128 << 10) /* that is read and compared at a time */

/* What a foreign source yields is known from the copier alone. */
static int64_t promised(const struct scene *scene)
{
	return scene->source.kind->foreign ? scene->report->copied : (int64_t)scene->source.size;
}

struct pieces {
	char sink[PIECE], source[PIECE];
};

/* Shared where that is to be had: else what is written after a fork would be copied first. */
static struct pieces *have_pieces(void)
{
	static struct pieces *pieces, own;

	if (!pieces)
		pieces = shared_memory(sizeof(*pieces)) ?: &own;
	return pieces;
}

/*
 * What is to be in the sink at @at: at *@wanted, maybe in @room. Return: how many bytes of @count
 * there are; -1 with errno.
 */
static ssize_t find_wanted(const struct endpoint *source, char *room, const char **wanted,
			   size_t count, off_t at)
{
	const size_t left = at < (off_t)source->size ? source->size - (size_t)at : 0;

	*wanted = room;
	if (source->kind->foreign)
		return pread(source->far, room, count, at);
	*wanted = pattern_bytes() + (left ? at : 0);
	return (ssize_t)(count < left ? count : left);
}

/*
 * Of a copy through a mapping that was cut off each byte is what it was or what it is to be, in
 * whatever order they came: memcpy(3) promises none. Where room was made it was 0 (ftruncate(2)).
 * Return: from where on that may be; what a round that is over has copied is there.
 *
 * A call that writes gives a file a byte before it makes the file that long (write_end in
 * Documentation/filesystems/vfs.rst), and a clone its extents: however they are cut off, all that
 * the file has is right.
 */
static off_t room_begins(const struct scene *scene)
{
	const struct report *report = scene->report;

	if (!scene->test->strategy->makes_room || report->done)
		return INT64_MAX;
	return report->copied > scene->sink_size ? report->copied : scene->sink_size;
}

/* Are the @count bytes of the sink, from @at on, those that are @wanted, or in @room still 0? */
static bool bytes_differ(const char *bytes, const char *wanted, size_t count, off_t at, off_t room)
{
	if (!memcmp(bytes, wanted, count))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (bytes[i] != wanted[i] && (bytes[i] || at + (off_t)i < room))
			return true;
	}
	return false;
}

/* Return: how long the sink file is, or -1 where it has something else than it may. */
static off_t right_size(const struct scene *scene)
{
	const off_t room = room_begins(scene);
	struct pieces *pieces = have_pieces();
	const char *wanted;
	off_t at = 0;
	ssize_t n;

	while ((n = pread(scene->sink.far, pieces->sink, PIECE, at)) > 0) {
		if (find_wanted(&scene->source, pieces->source, &wanted, (size_t)n, at) != n ||
		    bytes_differ(pieces->sink, wanted, (size_t)n, at, room))
			return -1;
		at += n;
	}
	return n < 0 ? -1 : at;
}

/* What comes of a foreign source that is no file is counted only. */
static bool file_differs(const struct scene *scene)
{
	const struct endpoint_kind *source = scene->source.kind;
	const off_t size = source->foreign && !source->regular ?
				   lseek(scene->sink.far, 0, SEEK_END) :
				   right_size(scene);

	return size < 0 || (scene->report->done && size != promised(scene));
}

/* A stream keeps its order: of one that was cut off what came is right, from its start. */
static bool stream_differs(const struct scene *scene)
{
	const struct report *report = scene->report;

	return report->differs || (report->done && report->received_all && !report->adds &&
				   report->received != promised(scene) + report->added);
}

bool arrival_differs(const struct scene *scene)
{
	const struct report *report = scene->report;
	const int64_t size = promised(scene) + scene->report->added;

	if (scene->sink.kind->regular ? file_differs(scene) : stream_differs(scene))
		return true;
	if (!report->done || report->adds)
		return false;
	if (report->copied != size)
		return true;
	return scene->source.kind->regular && lseek(scene->source.far, 0, SEEK_CUR) != size;
}
