/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who lives on with its supervisor, and does its part in case after case: reader and releaser of
 * plain endpoints, a copier that leaves nothing behind, and a bystander whose act does not change
 * it. What that is about they get before the copy begins: a supervisor that is killed while it has
 * the last reference to a pipe waits, on its way out, for who holds the pipe's lock, and its
 * children are killed only after that.
 */
#ifndef COPYHANG_HELPER_H
#define COPYHANG_HELPER_H

#include "scene.h"

/**
 * helper_place() - where their lines are to be in this process: at @fd and the next, which hold
 * the place; nothing else is to close them.
 */
void helper_place(int fd);

/**
 * helper_have() - have one, and follow its end. Return: its task, which lives on; NULL with fault
 * or missing set.
 */
struct task *helper_have(struct scene *scene, enum helper which);

/**
 * helper_play() - have a copier, or a bystander, that does its part of @scene's case, with what
 * the @count descriptors @fds stand for at 0 and 1; it comes to tracee_wait(). It is through with
 * that at its ended_at; then it has none of them any more. Return: as above.
 */
struct task *helper_play(struct scene *scene, enum helper which, const int *fds, int count);

/** helper_give() - let it have @endpoint, by descriptor *@fd, which is closed here. */
void helper_give(enum helper which, const struct endpoint *endpoint, int *fd);

/** helper_begin() - have it do its part with that. */
void helper_begin(enum helper which);

/** helper_is_over() - has it done what it was given? */
bool helper_is_over(enum helper which);

/**
 * helper_finish() - is it through with what it was given? It lets go of that by and by; of what it
 * was not to begin with as well. Return: false while it is at its part.
 */
bool helper_finish(enum helper which);

/** helper_forsake() - there is none any more; it may be killed. */
void helper_forsake(enum helper which);

#endif
