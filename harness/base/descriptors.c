// SPDX-License-Identifier: GPL-2.0-only
/* By which numbers a process has which files, and no others. */
#include "descriptors.h"

#include "checked.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void null_descriptors(void)
{
	int null = CHECKED(open("/dev/null", O_RDWR));

	for (int fd = 0; fd <= 2; fd++)
		CHECKED(dup2(null, fd));
	if (null > 2)
		close(null);
}

void forget_descriptors(int first)
{
	struct dirent *entry;
	DIR *dir;

#ifdef SYS_close_range /* kernel 5.9 */
	if (!syscall(SYS_close_range, first, ~0U, 0))
		return;
#endif
	dir = opendir("/proc/self/fd");
	if (!dir)
		checked_fail("opendir(\"/proc/self/fd\")", errno, __FILE__, __LINE__);
	while ((entry = readdir(dir))) {
		int fd = (int)strtol(entry->d_name, NULL, 10);

		if (fd >= first && fd != dirfd(dir))
			close(fd);
	}
	closedir(dir);
}

/* Who is in a place that others are to take steps aside first. */
void take_descriptors(const int *wanted, int count)
{
	int from[DESCRIPTORS_MAX];

	for (int fd = 0; fd < count; fd++)
		from[fd] = wanted[fd] < 0 || wanted[fd] >= count ?
				   wanted[fd] :
				   CHECKED(fcntl(wanted[fd], F_DUPFD, count));
	for (int fd = 0; fd < count; fd++) {
		if (from[fd] >= 0)
			CHECKED(dup2(from[fd], fd));
		else if (fd > 2)
			close(fd);
	}
	forget_descriptors(count);
}
