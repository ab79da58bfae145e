/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who reads a file all the while that it is copied. Whether a read was over before the copy was is
 * not asked of a clock: what the sink has got of blocks by then tells it.
 */
#ifndef COPYHANG_ONLOOKER_H
#define COPYHANG_ONLOOKER_H

#include "promise_whole.h"

/**
 * onlooker_start() - start it, and wait until it has read. It goes on until the copier says that it
 * is over. Return: false with the scene's fault.
 */
bool onlooker_start(struct whole *whole);

/** onlooker_over() - has it come to its end? What it saw is in the arrival (contents.h) then. */
bool onlooker_over(const struct whole *whole);

#endif
