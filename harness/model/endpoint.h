/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Endpoints: what a copy reads from and writes to. A kind is a row of a table
 * (fixtures/endpoints.c); an endpoint is one that was opened for one case.
 */
#ifndef COPYHANG_ENDPOINT_H
#define COPYHANG_ENDPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum role {
	ROLE_SOURCE, /* silent, if it can be, until it is released */
	ROLE_FEED,   /* a pipe as source, full of bytes, for a sink that stalls */
	ROLE_SINK,   /* takes what comes */
	ROLE_FULL, /* a sink that is full until it is emptied; a pipe starts empty, and fills up */
};

/** role_is_sink() - is it the end that is written to? */
static inline bool role_is_sink(enum role role)
{
	return role == ROLE_SINK || role == ROLE_FULL;
}

struct copy;
struct endpoint_kind;

/** struct endpoint - the descriptors are the supervisor's, O_CLOEXEC; -1 when closed. */
struct endpoint {
	const struct endpoint_kind *kind;
	int fd;       /* the copier's; a supervisor closes it once the copier has it */
	int far;      /* the other end: releases a source, empties a sink, or is the bystander's */
	int watched;  /* the supervisor's reference to what fd is, to poll; -1: none */
	int kept;     /* what else it keeps open until it is closed; -1: nothing */
	int borrowed; /* the place of the file that endpoint_borrow() gave it, from 1 on; 0: none */
	enum role role;
	size_t size;   /* bytes of pattern that a source yields; its kind's unless it says otherwise
			*/
	size_t filled; /* bytes that were put into a sink to fill it, and come out first */
	const char *variant; /* which of several things it is, to people: constant text, or NULL */
};

struct endpoint_kind {
	const char *name;
	const char *about;
	const char *sort; /* what reports call it and its like; NULL: a pipe, or a file */
	bool exotic;      /* the kernel itself waits there for somebody: reports tell it apart */
	bool is_source, is_sink;
	bool stalls;  /* as source it yields nothing, as sink it fills up, until released */
	bool regular; /* a regular file: far reads back what is there */
	bool is_file; /* of a file system, if not regular */
	bool is_pipe; /* a bystander can hold its other end */
	bool is_fifo; /* ... and open it anew */
	/*
	 * Any process can release it, or read it, that has far and what is told here; and none that
	 * closes far has to wait for anything, unless it is the last one.
	 */
	bool plain;
	bool full;         /* as sink it is full in any case: what stalls otherwise feeds it */
	bool full_is_full; /* once filled, this sink takes not a byte more, whoever writes */
	bool nonblocking; /* its descriptor has O_NONBLOCK: where another would stall it says EAGAIN
			   */
	bool single;   /* there is one, and whoever else has it is waited for: one case at a time */
	bool foreign;  /* as source it yields bytes of its own: they are counted, not compared */
	size_t size;   /* bytes of pattern that it yields as source, up to PATTERN_FILE */
	int eof_errno; /* read(2)'s word for the end of this source, where that is not 0 */
	size_t limit;  /* of bytes to copy from a source that has no end; 0: it has one */
	off_t hole;    /* bytes of hole that this file begins with, before those of size */
	bool yields_zeros;  /* this source has nothing but zeros, */
	bool yields_any;    /* or bytes that nobody knows */
	bool keeps_nothing; /* what goes into this sink is gone: it is only counted */

	bool messages; /* as sink it takes a write whole, as one message, or finds it too long */

	/* As sink it makes datagrams: who reads them knows of no end but an empty one. */
	bool datagrams;

	/*
	 * Make what all of this kind need, once, before any is opened: called in the process whose
	 * end is to be the end of it; open then says what went wrong. NULL: nothing.
	 */
	void (*prepare)(const struct endpoint_kind *kind);

	/*
	 * Set fd and far. A source of a kind that does not stall holds its bytes; a feed is to have
	 * endpoint->size bytes, or what there is room for, and says there how many it got.
	 * Return: 0, or -errno; *missing says what this machine lacks where
	 * that is the cause, and is left alone where something went wrong.
	 */
	int (*open)(struct endpoint *endpoint, enum role role, const char **missing);

	/*
	 * Open what the control of a bystander holds that has this kind's file open. Return: a
	 * descriptor, or -errno and *missing as above. NULL: an idle pipe will do.
	 */
	int (*open_other)(const struct endpoint_kind *kind, const char **missing);

	/*
	 * A source that is memory: set copy->memory, in the copier, whose descriptor of the source
	 * is @fd. Return: 0 or -errno. NULL: the source is the descriptor.
	 */
	int (*adopt)(int fd, struct copy *copy);

	/*
	 * Has the endpoint's own helper (a server, who releases it) a request of the copier's that
	 * it holds up at this moment? NULL: poll(2) tells, which takes none of the locks that a
	 * copy holds.
	 */
	bool (*withholds)(void);

	/*
	 * What there is to be done, in the process that releases it, from the start until
	 * @release_fd comes to its end. NULL: nothing.
	 */
	void (*attend)(struct endpoint *endpoint, int release_fd);

	/*
	 * A sink whose bytes come out changed, or not at all: have what was put into it processed,
	 * by way of its @far, after the copy. Must not block. Return: 0, or -errno where it was
	 * not. NULL: they are read until the end.
	 */
	int (*process)(int far);

	/* Let a stalled source yield its bytes and end. Must not block. Return: 0 or -errno. */
	int (*release)(struct endpoint *endpoint);
};

/**
 * endpoint_open() - see open above; on error nothing stays open. @size: bytes of the pattern that a
 * source is to have: a feed so many, another at most so many; 0: what its kind has.
 */
int endpoint_open(struct endpoint *endpoint, const struct endpoint_kind *kind, enum role role,
		  size_t size, const char **missing);

/** endpoint_release() - let a source yield and end. Return: 0 or -errno. */
int endpoint_release(struct endpoint *endpoint);

/**
 * endpoint_watch() - keep a reference to what the copier has of it, until endpoint_unwatch(), where
 * poll(2) is to tell whether it withholds. It is the copier's end, not one that somebody else drops
 * in an act, and never the last: it is no reference too many. Return: 0 or -errno.
 */
int endpoint_watch(struct endpoint *endpoint);
void endpoint_unwatch(struct endpoint *endpoint);

/** enum standing - would a copier have to wait for an end now: for bytes, or for room? */
enum standing {
	STANDING_UNKNOWN, /* nobody can say: it counts for neither */
	STANDING_READY,
	STANDING_WITHHOLDS,
};

/** endpoint_standing() - how it stands at this moment; an end of the file is ready, too. */
enum standing endpoint_standing(const struct endpoint *endpoint);

/** endpoint_end_datagrams() - send an empty one by @fd, after what has been begun, if any. */
void endpoint_end_datagrams(int fd);

/**
 * endpoint_keep_at() - from now on a file may be kept in this process for the next case that wants
 * it: at @fd and the next, ENDPOINTS_KEPT of them, which hold nothing else.
 */
#define ENDPOINTS_KEPT 12
void endpoint_keep_at(int fd);

/** struct endpoint_wanted - a file that is kept, and what all of it is to be like. */
struct endpoint_wanted {
	const struct endpoint_kind *kind; /* it tells where: one of those that are there */
	bool written;                     /* who borrows it cuts it off, and writes to it; */
	size_t size;                      /* else it has so many bytes of pattern */
};

/**
 * endpoint_borrow() - give @endpoint a file that is kept, if there is one like this and nobody has
 * it, until it is closed. Return: its descriptor, to be opened anew, or -1.
 */
int endpoint_borrow(struct endpoint *endpoint, const struct endpoint_wanted *wanted);

/**
 * endpoint_keep() - keep @endpoint's fd, which is like this, for the next, and borrow it first:
 * what it has open is closed. Return: as above; -1 where nothing is kept, and it is as it was.
 */
int endpoint_keep(struct endpoint *endpoint, const struct endpoint_wanted *is);

/** endpoint_close() - close what is open. */
void endpoint_close(struct endpoint *endpoint);

/**
 * endpoint_fill() - write into @fd until it takes no more, or has @most, up to PATTERN_FILE.
 * Return: bytes, or -errno.
 */
ssize_t endpoint_fill(int fd, size_t most);

#endif
