/* SPDX-License-Identifier: GPL-2.0-only */
/* What is still there when all cases are over, though it was killed. */
#ifndef COPYHANG_SET_ASIDE_H
#define COPYHANG_SET_ASIDE_H

/**
 * set_aside_name() - wait for the children of this process to go, for LEAVE at most, and tell of
 * those that have not. @signals: signalfd(2) that tells of SIGCHLD; what else comes there is
 * dropped.
 */
void set_aside_name(int signals);

#endif
