/* SPDX-License-Identifier: GPL-2.0-only */
/* To play planted faults as cases are played, and to see that they are noticed. */
#ifndef COPYHANG_PLANTING_H
#define COPYHANG_PLANTING_H

#include "case.h"
#include "check.h"
#include "clock.h"

#include <sys/prctl.h>

struct plant {
	struct test_case test;
	enum verdict verdict;
	const char *says;  /* the reason contains this; NULL: there is none */
	const char *shows; /* the evidence contains this line, or NULL */
	int left;
};

/** plants_results() - Return: memory for so many results, shared with supervisors; or NULL. */
struct result *plants_results(size_t count);

/** plant_supervise() - play one case in a supervisor. Return: its pid. */
pid_t plant_supervise(const struct test_case *test, struct result *result);

/** plant_be_supervisor() - play one case in this process, and exit. */
_Noreturn void plant_be_supervisor(const struct test_case *test, struct result *result);

/**
 * plant_all_gone() - reap until no child, own or inherited from a supervisor, is left.
 * Return: false when one is there at @deadline.
 */
bool plant_all_gone(int64_t deadline);

/* Here, since kselftest.h counts for each file on its own. */

static inline void plant_check(const struct plant *plant, const struct result *result)
{
	char id[CASE_ID];
	const char *evidence = result->evidence.bytes;

	case_id(&plant->test, id);
	if (result->verdict == VERDICT_UNAVAILABLE && plant->verdict != VERDICT_UNAVAILABLE) {
		ksft_inc_xskip_cnt();
		printf("ok %u %s # SKIP %s\n", ksft_test_num(), id, result->reason);
		return;
	}
	if (result->verdict != plant->verdict)
		fprintf(stderr, "# %s: %s %s\n%s\n", id, verdict_name(result->verdict),
			result->reason, evidence);
	CHECK(result->verdict == plant->verdict, "%s: %s", id, verdict_name(plant->verdict));
	if (plant->says && !strstr(result->reason, plant->says))
		fprintf(stderr, "# %s\n", result->reason);
	CHECK(plant->says ? !!strstr(result->reason, plant->says) : !*result->reason,
	      "%s: the reason is right", id);
	if (plant->shows)
		CHECK(strstr(evidence, plant->shows), "%s: %s", id, plant->shows);
	if (result->left != plant->left)
		fprintf(stderr, "# %s: %d set aside\n%s\n", id, result->left, evidence);
	CHECK(result->left == plant->left, "%s: %d set aside", id, plant->left);
}

/* So many at once that their controls stay far below what a late plant waits on purpose. */
#define PLANTS_AT_ONCE 16

/** plants_check() - play them all, and check each. This process reaps its orphans. */
static inline void plants_check(const struct plant *plants, size_t count, struct result *results)
{
	bool all_gone = true;

	if (!results)
		ksft_exit_fail_msg("no memory\n");
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	for (size_t i = 0; i < count && all_gone; i++) {
		plant_supervise(&plants[i].test, &results[i]);
		if (i % PLANTS_AT_ONCE == PLANTS_AT_ONCE - 1 || i == count - 1)
			all_gone = plant_all_gone(clock_now() + GIVE_UP);
	}
	CHECK(all_gone, "all come to an end, and nothing stays behind");
	for (size_t i = 0; i < count; i++)
		plant_check(&plants[i], &results[i]);
}

#endif
