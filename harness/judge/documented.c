// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ERRORS of manual pages, as man-pages 6.03 has them. read(2) and write(2) add that other
 * errors may occur, depending on the object; the other pages do not.
 */
#include "documented.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/syscall.h>

#define ERRORS 18

struct page {
	const char *name;
	bool open; /* it says that there may be others */
	int errors[ERRORS];
};

static const struct page read_2 = { "read(2)",
				    true,
				    { EAGAIN, EBADF, EFAULT, EINTR, EINVAL, EIO, EISDIR } };
static const struct page write_2 = { "write(2)",
				     true,
				     { EAGAIN, EBADF, EDESTADDRREQ, EDQUOT, EFAULT, EFBIG, EINTR,
				       EINVAL, EIO, ENOSPC, EPERM, EPIPE } };
static const struct page lseek_2 = { "lseek(2)",
				     false,
				     { EBADF, EINVAL, ENXIO, EOVERFLOW, ESPIPE } };
static const struct page readv_2 = { "readv(2)", false, { EINVAL, EOPNOTSUPP } };
static const struct page signal_7 = { "signal(7)", false, { EINTR } };
static const struct page sendfile_2 = {
	"sendfile(2)", false, { EAGAIN, EBADF, EFAULT, EINVAL, EIO, ENOMEM, EOVERFLOW, ESPIPE }
};
static const struct page splice_2 = { "splice(2)",
				      false,
				      { EAGAIN, EBADF, EINVAL, ENOMEM, ESPIPE } };
static const struct page tee_2 = { "tee(2)", false, { EAGAIN, EINVAL, ENOMEM } };
static const struct page vmsplice_2 = { "vmsplice(2)", false, { EAGAIN, EBADF, EINVAL, ENOMEM } };
static const struct page copy_file_range_2 = { "copy_file_range(2)",
					       false,
					       { EBADF, EFBIG, EINVAL, EIO, EISDIR, ENOMEM, ENOSPC,
						 EOPNOTSUPP, EOVERFLOW, EPERM, ETXTBSY, EXDEV } };
static const struct page ioctl_ficlone_2 = {
	"ioctl_ficlone(2)", false, { EBADF, EINVAL, EISDIR, EOPNOTSUPP, EPERM, ETXTBSY, EXDEV }
};
static const struct page mmap_2 = { "mmap(2)",
				    false,
				    { EACCES, EAGAIN, EBADF, EEXIST, EINVAL, ENFILE, ENODEV, ENOMEM,
				      EOVERFLOW, EPERM, ETXTBSY } };

#define PAGES 3

/*
 * A page refers to others, or speaks of nothing but the call, so that those of its ends, and of
 * what a signal does to it, are looked at, too.
 */
static const struct row {
	long nr;
	const struct page *own[PAGES];
	const struct page *ends[PAGES];
} rows[] = {
	{ SYS_read, { &read_2 }, { NULL } },
	{ SYS_readv, { &readv_2, &read_2 }, { NULL } },
	{ SYS_pread64, { &read_2, &lseek_2 }, { NULL } },
	{ SYS_write, { &write_2 }, { NULL } },
	{ SYS_writev, { &readv_2, &write_2 }, { NULL } },
	{ SYS_pwrite64, { &write_2, &lseek_2 }, { NULL } },
	{ SYS_sendfile, { &sendfile_2 }, { &signal_7, &read_2, &write_2 } },
	{ SYS_splice, { &splice_2 }, { &signal_7, &read_2, &write_2 } },
	{ SYS_tee, { &tee_2 }, { &signal_7, &read_2, &write_2 } },
	{ SYS_vmsplice, { &vmsplice_2 }, { &signal_7, &write_2 } },
	{ SYS_copy_file_range, { &copy_file_range_2 }, { &signal_7, &read_2, &write_2 } },
	{ SYS_ioctl, { &ioctl_ficlone_2 }, { &signal_7, &write_2 } },
	{ SYS_mmap, { &mmap_2 }, { NULL } },
};

static bool names(const struct page *page, int error)
{
	for (int i = 0; i < ERRORS && page->errors[i]; i++) {
		if (page->errors[i] == error)
			return true;
	}
	return false;
}

/* Return: that of @pages which names @error, or NULL. */
static const struct page *find(const struct page *const pages[PAGES], int error)
{
	for (int i = 0; i < PAGES && pages[i]; i++) {
		if (names(pages[i], error))
			return pages[i];
	}
	return NULL;
}

/* Return: that of @pages which says that there may be errors that it does not name, or NULL. */
static const struct page *find_open(const struct page *const pages[PAGES])
{
	for (int i = 0; i < PAGES && pages[i]; i++) {
		if (pages[i]->open)
			return pages[i];
	}
	return NULL;
}

static const struct row *row_of(long nr)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].nr == nr)
			return &rows[i];
	}
	return NULL;
}

static enum documented is(enum documented documented, const struct page *page, const char **name)
{
	*name = page ? page->name : NULL;
	return documented;
}

enum documented documented(long nr, int error, const char **page)
{
	const struct row *row = row_of(nr);
	const struct page *found;

	*page = NULL;
	if (!row || error == ENOSYS)
		return DOCUMENTED;
	found = find(row->own, error);
	if (found)
		return is(DOCUMENTED, found, page);
	found = find(row->ends, error) ?: find_open(row->own);
	if (found)
		return is(DOCUMENTED_ELSEWHERE, found, page);
	return is(DOCUMENTED_NOWHERE, row->own[0], page);
}
