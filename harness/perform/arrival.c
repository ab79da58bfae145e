// SPDX-License-Identifier: GPL-2.0-only
/* What arrived of a scene's copy, once that is over: are bytes, counts and offsets as promised? */
#include "arrival.h"

#include "pattern.h"
#include "scene.h"
#include "shared.h"
#include "text.h"

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

/*
 * Are the @count bytes of the sink, from @at on, those that are @wanted, or in @room still 0?
 * Return: which one is not, or -1.
 */
static off_t bytes_differ(const char *bytes, const char *wanted, size_t count, off_t at, off_t room)
{
	if (!memcmp(bytes, wanted, count))
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (bytes[i] != wanted[i] && (bytes[i] || at + (off_t)i < room))
			return at + (off_t)i;
	}
	return -1;
}

/* Return: the first byte of the sink file that is not what it may be, or -1. */
static off_t wrong_byte(const struct scene *scene)
{
	const off_t room = room_begins(scene);
	struct pieces *pieces = have_pieces();
	off_t at = 0, wrong = -1;
	const char *wanted;
	ssize_t n = 0;

	while (wrong < 0 && (n = pread(scene->sink.far, pieces->sink, PIECE, at)) > 0) {
		const ssize_t there =
			find_wanted(&scene->source, pieces->source, &wanted, (size_t)n, at);

		if (there < 0)
			return at;
		wrong = bytes_differ(pieces->sink, wanted, (size_t)there, at, room);
		if (wrong < 0 && there < n)
			wrong = at + there;
		at += n;
	}
	return n < 0 ? at : wrong;
}

static bool byte_is_wrong(struct text *evidence, off_t at)
{
	text_add(evidence, "wrong=byte %lld\n", (long long)at);
	return true;
}

/* Return: is it not what is @wanted? */
static bool is_wrong(struct text *evidence, const char *what, int64_t is, int64_t wanted)
{
	if (is == wanted)
		return false;
	text_add(evidence, "wrong=%s %lld, not %lld\n", what, (long long)is, (long long)wanted);
	return true;
}

/* What comes of a foreign source that is no file is counted only. */
static bool file_differs(const struct scene *scene, struct text *evidence)
{
	const struct endpoint_kind *source = scene->source.kind;
	const off_t wrong = source->foreign && !source->regular ? -1 : wrong_byte(scene);

	if (wrong >= 0)
		return byte_is_wrong(evidence, wrong);
	return scene->report->done &&
	       is_wrong(evidence, "bytes in the sink:", lseek(scene->sink.far, 0, SEEK_END),
			promised(scene));
}

/* A stream keeps its order: of one that was cut off what came is right, from its start. */
static bool stream_differs(const struct scene *scene, struct text *evidence)
{
	const struct report *report = scene->report;

	if (report->differs)
		return byte_is_wrong(evidence, report->wrong_at);
	return report->done && report->received_all && !report->adds &&
	       is_wrong(evidence, "bytes that arrived:", report->received,
			promised(scene) + report->added);
}

bool arrival_differs(const struct scene *scene, struct text *evidence)
{
	const struct report *report = scene->report;
	const int64_t size = promised(scene) + report->added;

	if (scene->sink.kind->regular ? file_differs(scene, evidence) :
					stream_differs(scene, evidence))
		return true;
	if (!report->done || report->adds)
		return false;
	if (is_wrong(evidence, "bytes that the copy tells of:", report->copied, size))
		return true;
	return scene->source.kind->regular &&
	       is_wrong(evidence, "offset of the source:", lseek(scene->source.far, 0, SEEK_CUR),
			size);
}
