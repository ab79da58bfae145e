// SPDX-License-Identifier: GPL-2.0-only
/* What arrived of a scene's copy, once that is over: are bytes, counts and offsets as promised? */
#include "pattern.h"
#include "scene.h"

#include <string.h>
#include <unistd.h>

/*
 * Read a file from @at on, as long as it is the pattern, or, where not @pattern, zeros.
 * Return: where that ends, or -1.
 */
static off_t read_while(int fd, off_t at, bool pattern)
{
	static const char zeros[65536];
	static char bytes[sizeof(zeros)];
	ssize_t n;

	while ((n = pread(fd, bytes, sizeof(bytes), at)) > 0) {
		off_t differs = pattern_differs(bytes, (size_t)n, at);

		if (pattern && differs >= 0)
			return differs;
		if (!pattern && memcmp(bytes, zeros, (size_t)n))
			return at;
		at += n;
	}
	return n < 0 ? -1 : at;
}

/* Return: up to where @sink has what @source has there, or -1. */
static off_t compare_with(int source, int sink)
{
	static char ours[65536], theirs[sizeof(ours)];
	off_t at = 0;
	ssize_t n;

	while ((n = pread(sink, theirs, sizeof(theirs), at)) > 0) {
		const ssize_t there = pread(source, ours, (size_t)n, at);
		ssize_t same = 0;

		if (there == n && !memcmp(ours, theirs, (size_t)n)) {
			at += n;
			continue;
		}
		while (same < there && ours[same] == theirs[same])
			same++;
		return at + same;
	}
	return n < 0 ? -1 : at;
}

/* What a foreign source yields is known from the copier alone. */
static int64_t promised(const struct scene *scene)
{
	return scene->source.kind->foreign ? scene->report->copied : (int64_t)scene->source.size;
}

/* Return: up to where the sink file has what was promised, or -1. */
static off_t right_up_to(const struct scene *scene)
{
	const struct endpoint_kind *source = scene->source.kind;
	const int fd = scene->sink.far;

	if (!source->foreign)
		return read_while(fd, 0, true);
	return source->regular ? compare_with(scene->source.far, fd) : lseek(fd, 0, SEEK_END);
}

/* All of the sink file must be right; after that, where room was made for more, there are zeros. */
static bool file_differs(const struct scene *scene)
{
	const bool done = scene->report->done;
	const int fd = scene->sink.far;
	off_t end = right_up_to(scene);

	if (end >= 0 && !done && scene->test->strategy->makes_room)
		end = read_while(fd, end, false);
	if (end < 0 || end != lseek(fd, 0, SEEK_END))
		return true;
	return done && end != promised(scene);
}

static bool stream_differs(const struct scene *scene)
{
	const struct report *report = scene->report;

	return report->differs || (report->done && report->received_all && !report->adds &&
				   report->received != promised(scene) + report->added);
}

bool scene_differs(const struct scene *scene)
{
	const struct report *report = scene->report;
	const int64_t size = promised(scene) + scene->report->added;

	/* What a program makes of its input is its own affair. */
	if (scene->test->strategy->program)
		return false;
	if (scene->sink.kind->regular ? file_differs(scene) : stream_differs(scene))
		return true;
	if (!report->done || report->adds)
		return false;
	if (report->copied != size)
		return true;
	return scene->source.kind->regular && lseek(scene->source.far, 0, SEEK_CUR) != size;
}
