/* SPDX-License-Identifier: GPL-2.0-only */
/* The manners of the planted program that wait for something before they copy. */
#ifndef COPYHANG_PROGRAM_WAITS_H
#define COPYHANG_PROGRAM_WAITS_H

/** plainly() - copy standard input to standard output. Return: the exit status. */
int plainly(void);

/* Each waits in the way that its name says, and then copies plainly. */
int after_a_poll(void);
int while_polling(void);
int after_a_minute_in_poll(void);
int after_a_minute_in_ppoll(void);
int after_a_minute_in_select(void);
int after_a_minute_in_pselect(void);
int after_a_minute_in_epoll(void);
int after_a_minute_in_epoll_pwait2(void);
int after_a_large_epoll(void);
int after_a_large_poll(void);
int after_an_epoll_for_nothing(void);
int a_timer(void);
int once_both_are_ready_in_poll(void);
int once_both_are_ready_in_select(void);
int once_both_are_ready_in_epoll(void);
int once_there_is_room(void);

#endif
