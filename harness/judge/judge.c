// SPDX-License-Identifier: GPL-2.0-only
/* The order in which observations count: faults, refusals, the scene, and only then the act. */
#include "judge.h"

#include <errno.h>

#define SAYS(v, why) ((struct judgement){ .verdict = VERDICT_##v, .reason = (why) })

bool is_refusal(int error)
{
	switch (error) {
	case EBADF: /* O_APPEND and the like: "not open for this" (splice(2), copy_file_range(2)) */
	case EINVAL:
	case EISDIR:
	case EMSGSIZE: /* a socket takes no message of that size (unix(7)) */
	case ENODEV:   /* a file that cannot be mapped (mmap(2)) */
	case ENOTTY:
	case EOPNOTSUPP:
	case EPERM:
	case ESPIPE:
	case ETXTBSY:
	case EXDEV:
		return true;
	default:
		return false;
	}
}

struct judgement judge_refusal(int error, int64_t moved)
{
	if (error == ENOSYS)
		return SAYS(UNAVAILABLE, "the system call is not there, or not permitted, here");
	if (moved)
		return SAYS(BROKEN, "the copy failed half-way");
	if (is_refusal(error))
		return SAYS(REFUSED, NULL);
	return SAYS(BROKEN, "the copy failed, and not with a refusal");
}

/* Is the copy stalled, and where its id says? */
static const char *stall_fault(const struct observation *seen)
{
	if (seen->stall == STALL_NONE)
		return seen->under_way ? NULL : "the copy was not under way";
	if (!seen->stalled)
		return "the copy never stalled";
	if (!seen->withheld)
		return seen->stall == STALL_SINK ?
			       "the copier sleeps, but not for the sink: that has room" :
			       "the copier sleeps, but not for the source: that has bytes";
	if (!seen->ready)
		return seen->stall == STALL_SINK ?
			       "the copier may sleep for the source: that has no bytes" :
			       "the copier may sleep for the sink: that has no room";
	return NULL;
}

/* Nothing below may be reached without the stall, the act and a limit for it having been seen. */
static const char *scene_fault(const struct observation *seen)
{
	const char *fault = stall_fault(seen);

	if (fault)
		return fault;
	if (!seen->acted)
		return "the act was not seen to begin";
	if (!seen->limit)
		return "the control did not end: the machine cannot be judged";
	if (seen->left_early)
		return "the stall did not last until the act ended";
	if (seen->stall != STALL_NONE && !seen->slept_on)
		return "the copier woke during the act: it may have slept elsewhere in its call";
	return NULL;
}

bool judge_starved(const struct observation *seen)
{
	return (seen->ended_by == ENDED_NEVER || seen->ended_by == ENDED_BY_TEARDOWN) &&
	       seen->starved > seen->act / 2;
}

static struct judgement judge_unended(const struct observation *seen)
{
	switch (seen->ended_by) {
	case ENDED_BY_KILL:
		return SAYS(BROKEN, "killed by the probe before its cause could be shown");
	case ENDED_BY_RELEASE:
		return seen->at_rest ? SAYS(HANG, NULL) :
				       SAYS(BROKEN, "the actor was never at rest in the kernel");
	case ENDED_AFTERWARDS:
		return SAYS(LATE, NULL);
	default:
		return judge_starved(seen) ?
			       SAYS(BROKEN, "what did not end had no CPU for most of the time") :
			       SAYS(STUCK, NULL);
	}
}

struct judgement judge(const struct observation *seen)
{
	const char *fault;

	if (seen->fault)
		return SAYS(BROKEN, seen->fault);
	if (seen->missing)
		return SAYS(UNAVAILABLE, seen->missing);
	if (seen->copy_errno)
		return judge_refusal(seen->copy_errno, seen->copied);
	if (!seen->acted && spin_lasts(&seen->spin))
		return spin_judge(&seen->spin);
	fault = scene_fault(seen);
	if (fault)
		return SAYS(BROKEN, fault);
	if (seen->ended_by != ENDED_BY_ITSELF)
		return judge_unended(seen);
	if (seen->act - seen->starved > seen->limit)
		return SAYS(LATE, NULL);
	return seen->differs ? SAYS(CORRUPT, NULL) : SAYS(SAFE, NULL);
}
