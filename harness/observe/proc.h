/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Evidence from /proc (proc(5)). Looking is passive: no signal, no ptrace
 * stop, nothing that could wake a sleeper; and no file is read whose handler
 * may wait for the task's memory map, which a stalled copy can hold, or that
 * of who runs whose handler keeps it.
 */
#ifndef COPYHANG_PROC_H
#define COPYHANG_PROC_H

#include "calls.h"
#include "text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/** struct proc_sample - a thread, or a process with all its threads, at one moment. */
struct proc_sample {
	bool quiet;        /* sleeps (S or D) or has ended: does not run, is not stopped */
	bool deep;         /* sleeps uninterruptibly (D) */
	bool stopped;      /* by a signal or by its tracer */
	bool runs;         /* is on a CPU, or waits for one: R; of a process: any thread is */
	pid_t worker;      /* the thread of io_uring's that it is or has; 0: none, as before 5.12 */
	uint64_t switches; /* context switches so far, of who does not run: unchanged, it did not */
	int64_t at;        /* when it was begun to look; CLOCK_MONOTONIC, ns */
};

/**
 * proc_fault() - what a file of /proc did not say that it should have, or memory that lacked: what
 * was sampled in this process since its start is worth nothing then. NULL: nothing lacked.
 */
const char *proc_fault(void);

/**
 * proc_forget() - close what is kept open to look at the same tasks again: nobody else is to close
 * it. A child of fork(2) has nothing of it from the start.
 */
void proc_forget(void);

/** proc_sample() - look at process @pid. Return: false when it is gone. */
bool proc_sample(pid_t pid, struct proc_sample *sample);

/** proc_sample_running() - the same, but for threads that a signal or their tracer has stopped. */
bool proc_sample_running(pid_t pid, struct proc_sample *sample);

/** proc_sample_thread() - look at the one thread @tid. Return: false when it is gone. */
bool proc_sample_thread(pid_t tid, struct proc_sample *sample);

/** proc_slept() - Return: how often thread @tid has gone to sleep; 0 when it is gone. */
uint64_t proc_slept(pid_t tid);

/** proc_starved() - Return: ns that thread @tid has waited for a CPU; 0 where nobody says. */
int64_t proc_starved(pid_t tid);

/** proc_ran() - Return: ns that thread @tid has had a CPU; 0 where nobody says. */
int64_t proc_ran(pid_t tid);

/** proc_ended() - is process @pid gone, or a zombie? */
bool proc_ended(pid_t pid);

/** proc_thread_group() - Return: the process that thread @tid belongs to, or -1. */
pid_t proc_thread_group(pid_t tid);

/** proc_describe() - append one line on thread @tid: state, wchan, system call, switches. */
void proc_describe(struct text *text, pid_t tid);

/** proc_stack() - append thread @tid's kernel stack, innermost first. Return: false without root.
 */
bool proc_stack(struct text *text, pid_t tid);

#define PROC_FD_NAME 256

/**
 * proc_fd_name() - what descriptor @fd of thread @tid is, as its link in /proc names it
 * ("pipe:[4711]"). Return: @name, PROC_FD_NAME bytes; empty where there is none.
 */
char *proc_fd_name(pid_t tid, int fd, char *name);

/**
 * proc_epoll_any() - Return: does @is_it say so of any of the descriptors that epoll(7) instance
 * @epfd of thread @tid watches, with the events it is watched for? It is given @arg.
 */
bool proc_epoll_any(pid_t tid, int epfd, bool (*is_it)(const void *arg, int fd, uint32_t events),
		    const void *arg);

/**
 * proc_memory() - read @size bytes of thread @tid's memory at @address, which takes its memory
 * map's lock. Return: false where they are not to be had.
 */
bool proc_memory(pid_t tid, uint64_t address, void *into, size_t size);

/** proc_name() - append the name of thread @tid, as it has it in /proc/TID/comm. */
void proc_name(struct text *text, pid_t tid);

/** proc_kill_children() - SIGKILL to every child of this process, adopted ones as well. */
void proc_kill_children(void);

/**
 * proc_children() - append the children of this process as `PID NAME STATE`, comma-separated:
 * those that have @name, or with @others all but them.
 */
void proc_children(struct text *text, const char *name, bool others);

#endif
