// SPDX-License-Identifier: GPL-2.0-only
/* The parts that need no scene: texts, calls, the pattern, /proc, quiescence. */
#include "calls.h"
#include "check.h"
#include "filter.h"
#include "pattern.h"
#include "proc.h"
#include "quiescence.h"
#include "text.h"
#include "time_limits.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/filter.h>
#include <linux/fs.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void check_text(void)
{
	static struct text text;

	text_add(&text, "%s-%d", "a", 1);
	text_add(&text, "+");
	CHECK(!strcmp(text.bytes, "a-1+"), "a text grows");
	for (int i = 0; i < TEXT_SIZE; i++)
		text_add(&text, "0123456789");
	CHECK(text.length == TEXT_SIZE - 1 && strlen(text.bytes) == text.length,
	      "a text that is full is cut off, and ends");
	CHECK(!strcmp(text_errno(EINVAL), "EINVAL"), "an errno has its symbol");
	CHECK(!strcmp(text_errno(4095), "errno 4095"), "an unknown errno has its number");
	CHECK(text_lists("pipe unix file", "unix") && text_lists("unix", "unix"),
	      "a list has a word");
	CHECK(!text_lists("unix_dgram pipe", "unix") && !text_lists("full_pipe", "pipe") &&
		      !text_lists(NULL, "pipe"),
	      "... but no part of one");
}

/* Under the filter, and without a tracer, a call that it stops for is one that is not there. */
static _Noreturn void count_unfiltered(void)
{
	size_t count;
	const struct call_kind *kinds = call_kinds(&count);
	int unfiltered = filter_install() ? 100 : 0;

	for (size_t i = 0; i < count; i++) {
		const long request = kinds[i].nr == SYS_ioctl ? (long)FICLONE : -1;

		/* No flag of mmap(2)'s: a mapping of a file. */
		if (kinds[i].role != CALL_APART &&
		    (syscall(kinds[i].nr, -1, request, -1, 0, -1, 0) >= 0 || errno != ENOSYS))
			unfiltered++;
	}
	_exit(getppid() > 0 && close(-1) < 0 && errno == EBADF ? unfiltered : 101);
}

static void check_filter(void)
{
	pid_t pid;
	int status;

	if (!filter_is_possible()) {
		ksft_test_result_skip("a filter: not possible here\n");
		return;
	}
	pid = fork();
	if (!pid)
		count_unfiltered();
	CHECK(waitpid(pid, &status, 0) == pid && !status,
	      "a filter stops for each call that copies or waits, and for no other");
}

/* What the kernel makes of such a program: it takes what a filter is written in, and no more. */
static uint32_t run_filter(const struct sock_filter *code, size_t length, const uint32_t *data)
{
	uint32_t loaded = 0;

	for (size_t at = 0; at < length; at++) {
		const struct sock_filter *step = &code[at];

		switch (step->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			loaded = data[step->k / sizeof(*data)];
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
			at += loaded == step->k ? step->jt : step->jf;
			break;
		case BPF_JMP | BPF_JSET | BPF_K:
			at += loaded & step->k ? step->jt : step->jf;
			break;
		case BPF_RET | BPF_K:
			return step->k;
		default:
			return 0;
		}
	}
	return 0;
}

/* A call as words of struct seccomp_data: nr, arch, two of an address, two for each argument. */
static bool filter_stops(const struct filter_target *target, const struct call *call, uint32_t arch)
{
	struct sock_filter *code = calloc(filter_room(), sizeof(*code));
	const size_t length = code ? filter_write(code, target) : 0;
	uint32_t data[4 + 2 * CALL_ARGS] = { (uint32_t)call->nr, arch }, action;

	for (int i = 0; i < CALL_ARGS; i++) {
		data[4 + 2 * i + target->big_endian] = (uint32_t)call->args[i];
		data[4 + 2 * i + !target->big_endian] = (uint32_t)(call->args[i] >> 32);
	}
	action = length > filter_room() ? 0 : run_filter(code, length, data);
	free(code);
	return action == SECCOMP_RET_TRACE;
}

/* Anonymous, or no clone, in the one half of the argument, and not in the other. */
static void check_filter_of(const struct filter_target *target, const char *whose)
{
	const uint64_t high = (uint64_t)MAP_ANONYMOUS << 32, clone = (uint32_t)FICLONE;
	const struct call copies[] = {
		{ .nr = SYS_mmap, .args = { 0, 1, 0, high | MAP_SHARED } },
		{ .nr = SYS_ioctl, .args = { 0, (uint64_t)1 << 32 | clone } },
		{ .nr = SYS_ioctl, .args = { 0, (uint32_t)FICLONERANGE } },
		{ .nr = SYS_splice },
		{ .nr = SYS_ppoll },
	};
	const struct call apart[] = {
		{ .nr = SYS_ioctl, .args = { 0, clone << 32 | 0x5401 } },
		{ .nr = SYS_close },
		{ .nr = SYS_getpid },
	};
	const struct call memory = { .nr = SYS_mmap, .args = { [3] = high | MAP_ANONYMOUS } };
	bool right = filter_stops(target, &memory, target->arch) == target->mmap_in_memory;

	for (size_t i = 0; i < ARRAY_SIZE(copies); i++)
		right &= filter_stops(target, &copies[i], target->arch) &&
			 !filter_stops(target, &copies[i], target->arch + 1);
	for (size_t i = 0; i < ARRAY_SIZE(apart); i++)
		right &= !filter_stops(target, &apart[i], target->arch);
	CHECK(right, "a filter %s stops for what copies, and for that alone", whose);
}

static void check_filters(void)
{
	check_filter_of(&(struct filter_target){ .arch = 62 }, "of a little-endian machine");
	check_filter_of(&(struct filter_target){ .arch = 22, .big_endian = true },
			"of a big-endian one");
	check_filter_of(
		&(struct filter_target){ .arch = 22, .big_endian = true, .mmap_in_memory = true },
		"of one whose mmap has its arguments in memory");
}

static void check_calls(void)
{
	const struct call sendfile = { .nr = SYS_sendfile, .args = { 1, 0, 0, 4096 } };
	const struct call splice = { .nr = SYS_splice, .args = { 0, 0, 1, 0, 65536, 0 } };
	const struct call getpid_call = { .nr = SYS_getpid };
	struct text text = { 0 };

	CHECK(call_source(&sendfile) == 0 && call_sink(&sendfile) == 1 &&
		      call_count(&sendfile) == 4096,
	      "sendfile names its sink first");
	CHECK(call_source(&splice) == 0 && call_sink(&splice) == 1 && call_count(&splice) == 65536,
	      "splice names its source first");
	CHECK(call_source(&getpid_call) == -1 && call_count(&getpid_call) == -1,
	      "a call that copies nothing has neither");
	call_describe(&text, &sendfile);
	CHECK(!strcmp(text.bytes, "sendfile(1, 0, 0x0, 4096)"), "a call is described");
	text = (struct text){ 0 };
	call_decode(&text, &sendfile, "source", "sink");
	CHECK(!strcmp(text.bytes, "sendfile(1<sink>, 0<source>, NULL, 4 KiB)"), "and decoded");
	text = (struct text){ 0 };
	call_size(&text, &splice);
	CHECK(!strcmp(text.bytes, "64 KiB"), "it asks for so much");
}

static void check_roles(void)
{
	const struct call anonymous = { .nr = SYS_mmap, .args = { 0, 1, 0, MAP_ANONYMOUS } };
	const struct call mapping = { .nr = SYS_mmap, .args = { 0, 1, 0, MAP_SHARED } };
	const struct call terminal = { .nr = SYS_ioctl, .args = { 0, 0x5401 } };
	const struct call forever = { .nr = SYS_ppoll, .args = { 1, 1, 0 } };
	const struct call a_while = { .nr = SYS_ppoll, .args = { 1, 1, 1 } };
	const struct call epoll = { .nr = SYS_epoll_pwait, .args = { 3, 1, 1, 0xffffffff } };
	const struct call some_ms = { .nr = SYS_epoll_pwait, .args = { 3, 1, 1, 5 } };
	const struct call getpid_call = { .nr = SYS_getpid };

	CHECK(call_role(&mapping) == CALL_COPIES && call_role(&anonymous) == CALL_APART,
	      "only a mapping of a file copies");
	CHECK(call_role(&terminal) == CALL_APART && call_role(&getpid_call) == CALL_APART,
	      "other calls have nothing to do with it");
	CHECK(call_role(&forever) == CALL_POLLS && call_limit(&forever).kind == LIMIT_NONE &&
		      call_limit(&a_while).kind == LIMIT_TIMESPEC,
	      "a poll is timed by an address");
	CHECK(call_role(&epoll) == CALL_EPOLLS && call_limit(&epoll).kind == LIMIT_NONE &&
		      call_limit(&some_ms).kind == LIMIT_MS && call_limit(&some_ms).value == 5,
	      "an epoll by a number");
}

static void check_pattern(void)
{
	static char bytes[PATTERN_FILE];

	memcpy(bytes, pattern_bytes(), sizeof(bytes));
	CHECK(pattern_differs(bytes, sizeof(bytes), 0) == -1, "the pattern is itself");
	CHECK(pattern_differs(bytes + 4099, 5000, 4099) == -1, "... from any place");
	CHECK(pattern_differs(bytes, 32, 16) >= 0, "lines put elsewhere are seen");
	bytes[70000] ^= 1;
	CHECK(pattern_differs(bytes, sizeof(bytes), 0) == 70000, "one wrong bit is seen");
	CHECK(pattern_differs(bytes, 1, PATTERN_FILE) == PATTERN_FILE, "a byte too many is seen");
}

/* --- /proc --- */

/* With many groups the counts of context switches stand beyond the first 4 KiB of its status. */
static void check_many_groups(void)
{
	gid_t groups[1000];
	struct proc_sample sample = { 0 };
	int ready[2];
	char byte;
	pid_t pid;

	for (unsigned int i = 0; i < ARRAY_SIZE(groups); i++)
		groups[i] = 1000000000 + i;
	if (pipe2(ready, O_CLOEXEC))
		ksft_exit_fail_msg("no pipe\n");
	fflush(stdout);
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (setgroups(ARRAY_SIZE(groups), groups) || write(ready[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ready[1]);
	if (pid < 0 || read(ready[0], &byte, 1) != 1) {
		ksft_test_result_skip("needs root, to have many groups\n");
	} else {
		const int64_t deadline = clock_now() + 10 * NS_PER_S;

		while (proc_sample_thread(pid, &sample) && !sample.quiet && clock_now() < deadline)
			sched_yield();
		CHECK(sample.switches > 0, "switches are counted of one with many groups");
		CHECK(!proc_fault(), "... and nothing lacked");
	}
	close(ready[0]);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static pid_t fork_sleeper(void)
{
	const pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		pause();
}

static bool is_quiet(pid_t pid)
{
	struct proc_sample sample;

	return proc_sample_thread(pid, &sample) && sample.quiet;
}

static pid_t fork_reader(int fd)
{
	const pid_t pid = fork();
	char byte;

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (read(fd, &byte, 1) == 1)
		;
	_exit(0);
}

static struct proc_sample await_sleep(pid_t pid, uint64_t switches)
{
	const int64_t deadline = clock_now() + 10 * NS_PER_S;
	struct proc_sample sample = { 0 };

	while (clock_now() < deadline && proc_sample_thread(pid, &sample) &&
	       !(sample.quiet && sample.switches > switches))
		sched_yield();
	return sample;
}

/* Who sleeps on is not looked at in the same way again. */
static void check_sleeps(void)
{
	struct proc_sample first, again, next;
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		ksft_exit_fail_msg("no pipe\n");
	fflush(stdout);
	pid = fork_reader(ends[0]);
	first = await_sleep(pid, 0);
	CHECK(proc_sample_thread(pid, &again) && again.quiet && again.switches == first.switches,
	      "one that sleeps on is seen to");
	CHECK(write(ends[1], "", 1) == 1 && (next = await_sleep(pid, again.switches)).quiet &&
		      next.switches > again.switches,
	      "... and that it has woken since");
	kill(pid, SIGSTOP);
	CHECK(waitpid(pid, NULL, WUNTRACED) == pid && proc_sample_thread(pid, &next) &&
		      next.stopped,
	      "... that it was stopped");
	kill(pid, SIGKILL);
	CHECK(waitid(P_PID, (id_t)pid, NULL, WEXITED | WNOWAIT) == 0 && proc_ended(pid) &&
		      proc_sample_thread(pid, &next) && next.switches > again.switches,
	      "... and that it has ended");
	waitpid(pid, NULL, 0);
	close(ends[0]);
	close(ends[1]);
	proc_forget();
}

/* Its files stay open: they are to say each time how it is, and by and by that it is gone. */
static void check_looks(void)
{
	const int64_t deadline = clock_now() + 10 * NS_PER_S;
	pid_t pid, other;

	fflush(stdout);
	pid = fork_sleeper();
	while (!is_quiet(pid) && clock_now() < deadline)
		sched_yield();
	CHECK(is_quiet(pid), "one that sleeps is seen to");
	other = fork();
	if (!other)
		_exit(is_quiet(getpid()) || !is_quiet(pid));
	CHECK(waitpid(other, &other, 0) > 0 && !other, "a child looks by itself");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	CHECK(!is_quiet(pid) && proc_ended(pid), "one that is gone is seen to be");
	proc_forget();
	CHECK(!is_quiet(getpid()), "one that runs is seen to");
}

/* --- Quiescence, from samples by hand --- */

static void nap(void)
{
	const struct timespec ms = { .tv_nsec = NS_PER_MS };

	nanosleep(&ms, NULL);
}

static void look(struct quiescence *quiescence, bool quiet, uint64_t switches)
{
	nap();
	quiescence_look_sample(quiescence, &(struct proc_sample){
						   .quiet = quiet,
						   .switches = switches,
						   .at = clock_now(),
					   });
}

static void check_quiescence(void)
{
	struct quiescence one = { 0 }, none = { 0 };
	struct quiescence before;

	CHECK(!quiescence_lasts(&none, 0), "before the first look nothing lasts");
	look(&one, true, 5);
	CHECK(!quiescence_lasts(&one, 1), "one look is no sleep");
	nap();
	quiescence_look_sample(&one, &(struct proc_sample){
					     .quiet = true,
					     .switches = 5,
					     .at = one.since,
				     });
	CHECK(!quiescence_lasts(&one, 1), "nor is the time that the next one takes");
	look(&one, true, 5);
	before = one;
	CHECK(quiescence_lasts(&one, NS_PER_MS) && !quiescence_lasts(&one, NS_PER_S),
	      "two that are alike are one, as long as the time between them");
	nap();
	CHECK(one.since == before.since && one.until == before.until &&
		      one.switches == before.switches,
	      "to ask changes nothing, nor does time");
	look(&one, true, 6);
	CHECK(!quiescence_lasts(&one, 1), "a context switch ends it");
	look(&one, true, 6);
	look(&one, false, 6);
	CHECK(!quiescence_lasts(&one, 1), "so does running");
	look(&one, true, 6);
	quiescence_look_thread(&one, -1);
	CHECK(!quiescence_lasts(&one, 1), "and to be gone");
	look(&one, true, 6);
	quiescence_forget(&one);
	CHECK(!quiescence_lasts(&one, 0), "what is forgotten has not been");
}

/* One who waits in another process knows when a phase began. */
static void check_patience(void)
{
	static int64_t kept;

	patience_in(&kept);
	CHECK(kept && patience_deadline() == kept + LIMIT_OF(PHASE), "a phase has its time");
	kept -= NS_PER_S;
	CHECK(patience_deadline() == kept + LIMIT_OF(PHASE), "whoever renews it");
	patience_renew();
	CHECK(patience_deadline() > clock_now() + LIMIT_OF(PHASE) - NS_PER_S, "each has its own");
	CHECK(patience_renewed(&kept) == kept, "as can be seen");
}

int main(void)
{
	ksft_print_header();
	check_patience();
	check_text();
	check_sleeps();
	check_looks();
	check_many_groups();
	check_calls();
	check_filter();
	check_filters();
	check_roles();
	check_pattern();
	check_quiescence();
	return checks_done();
}
