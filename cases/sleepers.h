/* SPDX-License-Identifier: GPL-2.0-only */
/* Those who sleep for what a copy brings about: see struct waking. */
#ifndef COPYHANG_SLEEPERS_H
#define COPYHANG_SLEEPERS_H

#include "waking.h"

extern const struct waking waking_read, waking_write, waking_poll, waking_epollet, waking_sigio,
	waking_setpipe_sz, waking_inotify, waking_fanotify;

#endif
