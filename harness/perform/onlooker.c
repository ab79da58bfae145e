// SPDX-License-Identifier: GPL-2.0-only
/* The child that reads, and what is kept of its reads. */
#include "onlooker.h"

#include "checked.h"
#include "children.h"
#include "promise_children.h"
#include "time_limits.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define READ_SIZE 4096   /* at once */
#define STRIDE (8 << 10) /* between two of them, through all that the file begins with */
#define READS_BEFORE 16
#define TICK (NS_PER_MS / 2)

/* A read, by the blocks that the sink had when it began, and when it was over. */
struct seen_read {
	blkcnt_t begun, over;
};

/* What is known of all reads by now; the sink's blocks only get more. */
struct seen_reads {
	unsigned int meanwhile; /* that began when the sink had some */
	unsigned int last;      /* of these: that were over when it had as many as now */
	blkcnt_t now;
	struct seen_read longest; /* of all */
};

static blkcnt_t sink_blocks(void)
{
	struct stat stat;

	CHECKED(fstat(FD_SINK, &stat));
	return stat.st_blocks;
}

static char bytes[READ_SIZE];

/* What the page cache has is read whatever somebody does with the file (btrfs). */
static bool is_cached(off_t at)
{
	const struct iovec vector = { .iov_base = bytes, .iov_len = READ_SIZE };

	posix_fadvise(FD_SOURCE, at, READ_SIZE, POSIX_FADV_DONTNEED);
	return preadv2(FD_SOURCE, &vector, 1, at, RWF_NOWAIT) >= 0;
}

static void note(struct seen_reads *reads, struct seen_read one)
{
	if (one.over > reads->now)
		reads->last = 0;
	reads->now = one.over;
	if (one.begun) {
		reads->meanwhile++;
		reads->last++;
	}
	if (one.over - one.begun > reads->longest.over - reads->longest.begun)
		reads->longest = one;
}

/* Only now it is known how many blocks all are. */
static void conclude(struct seen_reads *reads, struct onlooking *seen)
{
	const blkcnt_t all = sink_blocks();
	const struct seen_read *longest = &reads->longest;

	seen->meanwhile = reads->meanwhile - (reads->now >= all ? reads->last : 0);
	seen->waited = longest->over >= all && longest->begun <= all / 2;
}

static bool copier_over(const struct report *report)
{
	return __atomic_load_n(&report->done, __ATOMIC_ACQUIRE) ||
	       __atomic_load_n(&report->error, __ATOMIC_ACQUIRE);
}

static _Noreturn void look_on(const struct scene *scene)
{
	const off_t end = scene->source.kind->hole;
	struct onlooking *seen = &promise_arrival->onlooking;
	struct seen_reads reads = { 0 };
	off_t at = 0;

	posix_fadvise(FD_SOURCE, 0, 0, POSIX_FADV_RANDOM);
	for (; !copier_over(scene->report); at = (at + STRIDE) % end) {
		struct seen_read one = { .begun = sink_blocks() };

		if (is_cached(at))
			continue;
		CHECKED(pread(FD_SOURCE, bytes, READ_SIZE, at));
		one.over = sink_blocks();
		note(&reads, one);
		if (!one.over)
			__atomic_fetch_add(&seen->before, 1, __ATOMIC_RELEASE);
	}
	conclude(&reads, seen);
	_exit(0);
}

static bool has_read(void *arg)
{
	const struct whole *whole = arg;

	return whole->onlooker->ended || __atomic_load_n(&promise_arrival->onlooking.before,
							 __ATOMIC_ACQUIRE) >= READS_BEFORE;
}

bool onlooker_start(struct whole *whole)
{
	struct scene *scene = &whole->scene;
	const struct child child = {
		.name = "the onlooker",
		.fd0 = scene->source.far,
		.fd1 = scene->sink.far,
		.fd2 = -1,
		.number = -1,
		.body = look_on,
	};
	pid_t pid = child_start(scene, &child);

	whole->onlooker = pid < 0 ? NULL : tracer_adopt(&scene->tracer, pid);
	if (!whole->onlooker)
		return scene_fails(scene, "cannot start a child", errno);
	patience_renew();
	if (!tracer_run(&scene->tracer, has_read, whole, TICK, patience_deadline()) ||
	    whole->onlooker->ended)
		return scene_fails(scene, "nobody could read the source before the copy", 0);
	return true;
}

bool onlooker_over(const struct whole *whole)
{
	return !whole->onlooker || whole->onlooker->ended;
}
