/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Acts: what is done while a copy is stalled, and whose end is awaited. An act
 * is a row of a table (cases/acts.c). Its actor is held at the entry of the
 * act's system call until the copy is seen to stall; a control, identical but
 * for a pipe that nobody copies into, does the same at the same time.
 */
#ifndef COPYHANG_ACT_H
#define COPYHANG_ACT_H

#include <stdbool.h>
#include <stdint.h>

/* The descriptors of copier and bystander. */
enum { FD_SOURCE = 0, FD_SINK = 1, FD_SHARED = 0 };

/**
 * struct report - what copier and bystander tell the supervisor, in shared
 * memory; what they cannot be trusted with (time, stalls, ends) is not here.
 */
struct report {
	int64_t copied;    /* copier: bytes of the present round */
	int error;         /* copier: errno of a strategy that gave up */
	bool done;         /* copier: came to the end of the source */
	bool stop;         /* supervisor: no further rounds */
	int64_t received;  /* bystander: bytes it read from the shared pipe */
	bool differs;      /* bystander: one of them was wrong */
	bool received_all; /* bystander: it read until the end of the file */
};

enum actor {
	ACTOR_BYSTANDER, /* holds the other end of the copier's sink, at FD_SHARED */
	ACTOR_COPIER,
};

enum act_end {
	ENDS_PROCESS, /* the actor's whole process is to end */
	ENDS_CALL,    /* the one call is to return */
};

struct act {
	const char *name;
	const char *about; /* what is claimed, in one line */
	enum actor actor;
	enum act_end end;

	/*
	 * What the actor does; its system call nr (with descriptor fd, unless
	 * that is -1) is held until the copy stalls. For ACTOR_COPIER it runs in
	 * a second thread; NULL: the copying itself is all that the copier does.
	 */
	void (*perform)(struct report *report);
	long nr;
	int fd;

	int signal;        /* 0: the call is the act; else the act is this signal while it sleeps */
	bool must_succeed; /* a call that returns an error has not shown anything: broken */
	bool takes_files;  /* also with a regular file as sink, which the bystander has open */
	bool needs_empty;  /* makes no sense on a pipe that has bytes in it */
	bool receives;     /* the bystander then reads the pipe until its end and compares */
};

#endif
