# SPDX-License-Identifier: GPL-2.0-only
#
# A file that one process at a time has for itself, or several share.
#
# It is let go when the handle is closed, by all that have it: a process that was killed may have
# left others that still work.
package Copyhang::Lock;

use v5.36;
use Copyhang::Failure qw(bad_input);
use Fcntl             qw(:flock);
use Time::HiRes       qw(sleep);

my $TICK = 0.1;    # s

# The handle of a file, which is made if need be, with LOCK_SH together with those who say so, too;
# undef if others do not let go of it in $patience seconds.
sub take ($class, $path, $patience, $how = LOCK_EX) {
    open my $file, '>>', $path or bad_input("cannot write $path: $!");
    my $ticks = $patience / $TICK;
    while (!flock $file, $how | LOCK_NB) {
        Copyhang::Failure->check_signals;
        return if $ticks-- <= 0;
        sleep $TICK;
    }
    return $file;
}

1;
