# SPDX-License-Identifier: GPL-2.0-only
#
# How long what is waited for.
#
# Package variables, in seconds. They keep this program from waiting for ever and are as long as a
# slow and crowded machine may need; no verdict depends on any of them, only whether there is one.
# Those of a case are in the case programs (harness/base/time_limits.h, copyhang-cases --limits).
package Copyhang::Limits;

use v5.36;

# Of a case program, from one line to the next; undef: what it says itself (Copyhang::Stream).
our $SILENCE;
our $OVERDUE;         # of a job of LAVA's on a server, once it runs; undef: what it says itself
our $MARGIN = 30;     # for what it says to get here, on a slow machine
our $TOOL   = 900;    # of a program of the system's, which may well say nothing

# Of any process. On SIGTERM a case program waits for a second for its children to go.
our $TERM_GRACE = 5;      # from SIGTERM to SIGKILL
our $KILL_GRACE = 5;      # from SIGKILL to giving up on it
our $DRAIN      = 5;      # without output, from a program's end to the end of that
our $DRAIN_ALL  = 120;    # and with it: nobody goes on writing for ever

# Of a guest on a machine that is as fast as this one; a slower one has more. A kernel that does not
# come up mostly says so; who waits for one that does not waits for $BOOT_SILENT.
our $BOOT        = 60;    # from the start of the emulator to init's first word
our $BOOT_SILENT = 15;    # the same, with nothing new on the console
our $LIFE        = 15;    # from one sign of life to the next, of which there is one a second
our $GRACE       = 2;     # for the emulator to end when told to: what it had to say it has said

# For others that use the same.
our $CACHE    = 900;     # for another run that changes the cache: it does so for a kernel at a time
our $BUILD    = 60;      # for the processes of a build that was cut off
our $MIRROR   = 20;      # for a mirror that says nothing
our $LAVA     = 7200;    # for a job of LAVA's, which has limits of its own
our $LATE     = 600;     # for a server of its to notice that it is over
our $SERVER   = 600;     # for a server of LAVA's that does not answer
our $POLL     = 10;      # from one look at its jobs to the next
our $SOAKED   = 20;      # for a run that soaking ends, which has guests and cases to clear away
our $MEASURED = 3600;    # for a run that is measured

1;
