// SPDX-License-Identifier: GPL-2.0-only
/* One run: running at each look, in the same call, and nothing has moved from one to the next. */
#include "spinning.h"

#include "calls.h"
#include "pattern.h"
#include "proc.h"
#include "time_limits.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- What an ordinary copy takes --- */

static int64_t cpu_time(void)
{
	struct timespec time;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return (int64_t)time.tv_sec * NS_PER_S + time.tv_nsec;
}

/* The pattern through a pipe of ours, by write(2) and read(2). Return: ns of a CPU; 0: it failed.
 */
static int64_t copy_pattern(void)
{
	static char piece[4096];
	const char *bytes = pattern_bytes();
	int ends[2];
	int64_t begun;
	size_t done = 0;

	if (pipe2(ends, O_CLOEXEC))
		return 0;
	begun = cpu_time();
	while (done < PATTERN_FILE && write(ends[1], bytes + done, sizeof(piece)) > 0 &&
	       read(ends[0], piece, sizeof(piece)) > 0)
		done += sizeof(piece);
	begun = cpu_time() - begun;
	close(ends[0]);
	close(ends[1]);
	return done < PATTERN_FILE ? 0 : begun;
}

/* ... and as many bytes as the source has, if that are more. */
static int64_t ordinary_copy(const struct scene *scene)
{
	const int64_t once = copy_pattern();
	struct stat source;

	if (!scene->source.kind->regular || fstat(scene->source.far, &source) ||
	    source.st_size <= (off_t)PATTERN_FILE)
		return once;
	return once * (source.st_size / (off_t)PATTERN_FILE + 1);
}

/* --- Looks --- */

/* Of a file whatever changes when it is written to; of other sinks what came out of them. */
static uint64_t moved(const struct scene *scene, uint64_t received)
{
	struct stat sink;

	received += (uint64_t)scene->report->received + (uint64_t)scene->report->copied;
	if (!scene->sink.kind->regular || fstat(scene->sink.far, &sink))
		return received;
	return received + (uint64_t)sink.st_size + (uint64_t)sink.st_blocks +
	       (uint64_t)sink.st_mtim.tv_sec * NS_PER_S + (uint64_t)sink.st_mtim.tv_nsec;
}

void spinning_forget(struct spinning *spinning)
{
	const int64_t ordinary = spinning->spin.ordinary;

	*spinning = (struct spinning){ .spin = { .ordinary = ordinary } };
}

/*
 * While one waits for its requests a worker of io_uring's may run. Return: who runs, or @task
 * itself; 0: nobody is there any more.
 */
static pid_t who_runs(const struct task *task, struct proc_sample *sample)
{
	struct proc_sample all;

	if (!proc_sample_thread(task->tid, sample))
		return 0;
	if (sample->runs || call_role(&task->call) != CALL_SUBMITS ||
	    !proc_sample(task->pid, &all) || !all.worker)
		return task->tid;
	return proc_sample_thread(all.worker, sample) ? all.worker : 0;
}

/* Who sleeps, or has just come, or gets further, has not begun to spin. */
static void begin_anew(struct spinning *spinning, const struct task *task, pid_t tid,
		       uint64_t slept, uint64_t moved_by_now)
{
	spinning->call = task->call;
	spinning->serial = task->serial;
	spinning->tid = tid;
	spinning->began = spinning->ran = proc_ran(tid);
	spinning->slept = slept;
	spinning->moved = moved_by_now;
	spinning->spin.looks = 0;
	spinning->spin.ran = 0;
}

static bool goes_on(const struct spinning *spinning, const struct task *task, pid_t tid,
		    uint64_t slept, uint64_t moved_by_now)
{
	return task->serial == spinning->serial && tid == spinning->tid &&
	       slept == spinning->slept && moved_by_now == spinning->moved;
}

static void look(struct spinning *spinning, const struct scene *scene, const struct task *task,
		 uint64_t received)
{
	const uint64_t moved_by_now = moved(scene, received);
	struct proc_sample sample;
	const pid_t tid = who_runs(task, &sample);
	const uint64_t slept = tid ? proc_slept(tid) : 0;
	int64_t ran;

	if (!tid)
		return;
	if (!sample.runs || !goes_on(spinning, task, tid, slept, moved_by_now)) {
		begin_anew(spinning, task, tid, slept, moved_by_now);
		return;
	}
	ran = proc_ran(tid);
	if (ran <= spinning->ran)
		return; /* it waits for a CPU */
	spinning->ran = ran;
	spinning->spin.ran = ran - spinning->began;
	spinning->spin.looks++;
	if (!spinning->spin.ordinary && spinning->spin.ran >= LIMIT_OF(SPINS))
		spinning->spin.ordinary = ordinary_copy(scene);
}

void spinning_look_at(struct spinning *spinning, const struct scene *scene, const struct task *task,
		      uint64_t received)
{
	const int64_t now = clock_now();

	if (!task->in_call || now - task->entered_at < LIMIT_OF(SPINS_LOOK) ||
	    now < spinning->look_at)
		return;
	spinning->look_at = now + LIMIT_OF(SPINS_LOOK);
	look(spinning, scene, task, received);
}

void spinning_look(struct spinning *spinning, const struct scene *scene, uint64_t received)
{
	spinning_look_at(spinning, scene, scene->copier, received);
}

void spinning_describe(const struct spinning *spinning, struct text *text)
{
	const struct spin *spin = &spinning->spin;

	if (!spin_lasts(spin))
		return;
	if (spin->calls >= SPINS_CALLS) {
		text_add(text, "idle_calls=%u\n", spin->calls);
		return;
	}
	text_add(text, "spins_ms=%.3f\nordinary_ms=%.3f\nlooks=%u\ncopier=", clock_ms(spin->ran),
		 clock_ms(spin->ordinary), spin->looks);
	call_describe(text, &spinning->call);
	text_add(text, "\n");
}
