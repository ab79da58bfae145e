// SPDX-License-Identifier: GPL-2.0-only
/* Results as lines of TAP. */
#include "tap.h"

#include <kselftest.h>
#include <string.h>

static bool bare_skips;

void tap_leave_skips_bare(void)
{
	bare_skips = true;
}

void tap_begin(unsigned int plan)
{
	ksft_print_header();
	ksft_set_plan(plan);
}

void tap_note(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	printf("# ");
	vprintf(format, args);
	printf("\n");
	va_end(args);
	fflush(stdout);
}

/*
 * ksft_test_result_skip() and _error() of many kernels put the directive in
 * the place of the description, which would lose the id: only their counting
 * is used.
 */
static void result_line(const char *id, const struct result *result)
{
	switch (result->verdict) {
	case VERDICT_SAFE:
	case VERDICT_REFUSED:
		ksft_test_result_pass("%s\n", id);
		break;
	case VERDICT_UNAVAILABLE:
		ksft_inc_xskip_cnt();
		printf("ok %u %s # SKIP%s%s\n", ksft_test_num(), id, bare_skips ? "" : " ",
		       bare_skips ? "" : result->reason);
		break;
	case VERDICT_BROKEN:
		ksft_inc_error_cnt();
		printf("not ok %u %s # error\n", ksft_test_num(), id);
		break;
	default:
		ksft_test_result_fail("%s\n", id);
		break;
	}
}

static void evidence_lines(const struct text *evidence)
{
	const char *line = evidence->bytes;

	while (*line) {
		size_t length = strcspn(line, "\n");

		printf("#   %.*s\n", (int)length, line);
		line += length + (line[length] == '\n');
	}
}

void tap_result(const char *id, const struct result *result)
{
	result_line(id, result);
	printf("#   verdict=%s\n", verdict_name(result->verdict));
	if (*result->reason)
		printf("#   reason=%s\n", result->reason);
	evidence_lines(&result->evidence);
	if (result->left)
		printf("#   set_aside=%d\n", result->left);
	fflush(stdout);
}

void tap_bail(const char *why)
{
	printf("Bail out! %s\n", why);
	fflush(stdout);
}

void tap_finish(void)
{
	if (ksft_plan && ksft_plan == (unsigned int)ksft_get_xskip_cnt()) {
		ksft_print_cnts();
		exit(KSFT_SKIP);
	}
	ksft_finished();
	/* Not reached; older headers do not say that the above exits. */
	exit(KSFT_FAIL);
}

void tap_skip_all(const char *why)
{
	ksft_print_header();
	ksft_exit_skip("%s\n", why);
	exit(KSFT_SKIP);
}
