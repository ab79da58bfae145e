# SPDX-License-Identifier: GPL-2.0-only
#
# What a command has started does not outlive this program.
#
#     Copyhang::Process->start(command => [Copyhang::ProcessGroup->group('make', '-j4')], ...);
#
# However this program ends, also by SIGKILL, the whole process group of the command gets SIGKILL
# then. It is for commands such as make(1), which start others that would go on. single($signal,
# @command) is for one that sees to its own: that one alone gets the signal.
package Copyhang::ProcessGroup;

use v5.36;

# The shell leads the group. At this program's end, also if that has come by now, it kills the
# group; SIGTERM, which goes to all of the group, is left to the others, and their end awaited (dash
# says "Terminated" of it).
my $SCRIPT = <<'END';
trap 'kill -KILL 0' HUP
trap : TERM
[ "$PPID" = "$0" ] || kill -KILL 0
"$@" &
while :; do
	wait $! 2>/dev/null
	status=$?
	kill -0 $! 2>/dev/null || exit "$status"
done
END

# A command that runs another one, for a process that leads a process group, as Copyhang::Process
# starts them.
sub group ($class, @command) {
    return (qw(setpriv --pdeathsig HUP -- sh -c), $SCRIPT, $$, @command);
}

# A command that gets the signal at the end of this program, or does not even begin if that has
# come.
sub single ($class, $signal, @command) {
    my $begin = '[ "$PPID" = "$0" ] && exec "$@"';
    return (qw(setpriv --pdeathsig), $signal, qw(-- sh -c), $begin, $$, @command);
}

1;
