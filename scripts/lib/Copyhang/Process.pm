# SPDX-License-Identifier: GPL-2.0-only
#
# How this program starts others, and does not wait for them in vain.
#
#     my $process = Copyhang::Process->start(
#         command  => ['./exit_group'],
#         on_line  => sub ($line) { ... },
#         on_noise => sub ($text) { print {*STDERR} $text },
#         silence  => 30,
#     );
#     Copyhang::Process->pump($process) until $process->has_ended;
#
# A case program may leave a process in the kernel that nobody can kill, and that process may hold
# the program's output open. So the end of the output is awaited only for a while after the
# program's end, and the program's end only as long as it prints; then its process group gets
# SIGTERM, and SIGKILL later, and if that does not help it is left alone. The limits are those of
# Copyhang::Limits. After a signal (Copyhang::Failure) every process is ended, fast.
#
# Copyhang::Tool is for those that are run to their end. Copyhang::Guest is a process whose lines
# (take_line) and limits (overdue) are others. Loads perl-base modules only, until it starts one.
package Copyhang::Process;

use v5.36;
use Config            qw(%Config);
use Copyhang::Failure qw(untestable);
use Copyhang::Limits  ();
use Fcntl             qw(F_SETFD);
use POSIX             qw(WNOHANG);

my $TICK  = 0.1;
my $CHUNK = 65_536;

# What ends a command (dies_by) when this program has ended, be it by SIGKILL, or before the command
# has begun: a signal, for the command alone, or GROUP, SIGKILL for its whole process group. That is
# for those such as make(1), which start others that would go on. There a shell leads the group; it
# leaves SIGTERM, which goes to all of the group, to the others, and awaits their end (dash says
# "Terminated" of it).
my $ONE   = '[ "$PPID" = "$0" ] && exec "$@"';
my $GROUP = <<'END';
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

# Arguments: command => [...]; on_line => code($line), on_noise => code($text, from stderr): else
# the object keeps them, in lines and noise; keep => [handles] that the command inherits under the
# same numbers; silence => for how many seconds it may be silent (undef: as long as it likes);
# is_over => code that is true when it has to end; session => true for a session of its own;
# dies_by.
sub start ($class, %argument) {
    Copyhang::Failure->catch_signals;
    my $self = bless {lines => [], noise => q{}, partial => q{}, %argument}, $class;
    if (my $signal = $self->{dies_by}) {
        my @how = $signal eq 'GROUP' ? ('HUP', $GROUP) : ($signal, $ONE);
        $self->{command} =
            [qw(setpriv --pdeathsig), $how[0], qw(-- sh -c), $how[1], $$, @{$self->{command}}];
    }
    pipe $self->{out}, my $out or untestable("cannot make a pipe: $!");
    pipe $self->{err}, my $err or untestable("cannot make a pipe: $!");
    $self->{heard} = now();
    $self->{pid}   = _fork(sub { $self->_become($out, $err) });

    # Whoever is first: it may have to be killed at once.
    setpgrp $self->{pid}, $self->{pid} if !$self->{session};
    return $self;
}

# A process group of its own: it can be ended as a whole, and a Ctrl-C reaches it through us.
sub _become ($self, $out, $err) {
    $self->{session} ? POSIX::setsid() : setpgrp 0, 0;
    fcntl $_, F_SETFD, 0 for @{$self->{keep} // []};
    open STDIN,  '<',  '/dev/null';
    open STDERR, '>&', $err;
    open STDOUT, '>&', $out;
    my @command = @{$self->{command}};
    no warnings 'exec';    # it is said once
    exec {$command[0]} @command or print {*STDERR} "cannot run $command[0]: $!\n";
    return 127;
}

# Runs a command in this program's place: at the same terminal, and Ctrl-C is for the command alone.
# It takes as long as it likes, and ends with a signal that would end this program. $prepare is
# called in its process. Return: the wait status.
sub foreground ($class, $prepare, @command) {
    local @SIG{qw(INT QUIT)} = (sub { }) x 2;
    my $pid = _fork(
        sub {
            $prepare->();
            no warnings 'exec';
            exec {$command[0]} @command or untestable("cannot run $command[0]: $!");
        }
    );
    local @SIG{qw(TERM HUP)} = (sub ($name) { kill $name, $pid }) x 2;
    1 while waitpid($pid, 0) < 0 && $!{EINTR};
    return $?;
}

# A child that ends with what the code returns, unless that becomes another program.
sub _fork ($code) {
    my $pid = fork // untestable("cannot fork: $!");
    POSIX::_exit(Copyhang::Failure->status_of($code)) if !$pid;
    return $pid;
}

sub has_ended ($self) { return $self->{ended} }

# The wait status; undef if it could not be had.
sub status ($self) { return $self->{status} }

# What was wrong with its life, if anything was; always where there is no status.
sub complaint ($self) { return $self->{complaint} }

# What a wait status says in words.
sub ending ($class, $status) {
    return 'exited with ' .  ($status >> 8) if !($status & 127);
    return 'killed by SIG' . (split / /, $Config{sig_name})[$status & 127];
}

# Waits a moment for news of any of the processes, and deals with it.
sub pump ($class, @processes) {
    my ($wanted, $tick) = (q{}, $TICK);
    for my $self (@processes) {
        vec($wanted, fileno $_, 1) = 1 for grep { defined } @{$self}{qw(out err)};
        $tick = $TICK / 50 if !$self->{out};
    }
    my $found = select $wanted, undef, undef, $tick;
    for my $self (@processes) {
        for my $stream (grep { $found > 0 && defined $self->{$_} } qw(out err)) {
            $self->_read($stream) if vec $wanted, fileno $self->{$stream}, 1;
        }
        $self->_look_after;
    }
    return;
}

sub _read ($self, $stream) {
    my $got = sysread $self->{$stream}, my ($chunk), $CHUNK;
    return delete $self->{$stream} if !$got;
    if ($stream eq 'err') {
        return $self->{on_noise} ? $self->{on_noise}->($chunk) : ($self->{noise} .= $chunk);
    }
    $self->{heard} = now();
    my @lines = split /\n/, $self->{partial} . $chunk, -1;
    $self->{partial} = pop @lines;
    $self->take_line($_) for @lines;
    return;
}

# What it says goes to who listens, or is kept.
sub take_line ($self, $line) {
    return $self->{on_line} ? $self->{on_line}->($line) : push @{$self->{lines}}, $line;
}

# Why it has to be ended by force, undef as long as it has not.
sub overdue ($self, $now) {
    return 'no longer wanted' if $self->{is_over} && $self->{is_over}->();
    my $limit = $self->{silence};
    return defined $limit && $now - $self->{heard} >= $limit ? "silent for $limit s" : undef;
}

sub _look_after ($self) {
    my $now = now();
    if (!exists $self->{status} && waitpid($self->{pid}, WNOHANG) == $self->{pid}) {
        $self->{status} = $?;
        $self->{over}   = $now;
    }
    if (exists $self->{status}) {
        $self->finish if !$self->{out} && !$self->{err};
        $self->_leave_behind
            if !$self->{ended} && ($self->_is_drained($now) || Copyhang::Failure->signalled);
    }
    elsif ($self->{deadline})            { $self->_insist if $now >= $self->{deadline} }
    elsif (Copyhang::Failure->signalled) { $self->stop('TERM', $Copyhang::Limits::TERM_GRACE) }
    elsif (defined(my $why = $self->overdue($now))) {
        $self->{complaint} = "$why, ended by force";
        $self->stop('TERM', $Copyhang::Limits::TERM_GRACE);
    }
    return;
}

# It may take long to read what it has written; but nobody goes on writing for ever.
sub _is_drained ($self, $now) {
    my $since = $self->{heard} > $self->{over} ? $self->{heard} : $self->{over};
    return $now - $since >= $Copyhang::Limits::DRAIN
        || $now - $self->{over} >= $Copyhang::Limits::DRAIN_ALL;
}

# Ends it: with a signal, and with SIGKILL when it is still there after $grace seconds.
sub stop ($self, $signal, $grace) {
    $self->_kill($signal);
    @{$self}{qw(sent deadline)} = ($signal, now() + $grace);
    return;
}

sub _insist ($self) {
    return $self->stop('KILL', $Copyhang::Limits::KILL_GRACE) if $self->{sent} eq 'TERM';
    $self->{status}    = undef;
    $self->{complaint} = join '; ', $self->{complaint} // (), 'it cannot be killed';
    return $self->finish;
}

# Somebody else holds its output open. What is left of its group goes too.
sub _leave_behind ($self) {
    $self->_kill('KILL');
    $self->{complaint} //= 'a process that it left behind holds its output open';
    return $self->finish;
}

sub finish ($self) {
    delete @{$self}{qw(out err)};
    $self->take_line($self->{partial}) if length $self->{partial};
    $self->{ended} = 1;
    return;
}

# The leader of a session may not have become that yet.
sub _kill ($self, $signal) {
    return kill $signal, -$self->{pid}, $self->{session} ? $self->{pid} : ();
}

# Ends these at once.
sub end ($class, @processes) {
    $_->stop('KILL', $Copyhang::Limits::KILL_GRACE) for @processes;
    $class->pump(@processes) while @processes = grep { !$_->has_ended } @processes;
    return;
}

# Nobody reads it any more.
sub DESTROY ($self) {
    $self->_kill('KILL') if $self->{pid} && !exists $self->{status};
    return;
}

# In seconds, of a clock that nobody sets. Time::HiRes is not in perl-base.
sub now () {
    require Time::HiRes;
    return Time::HiRes::clock_gettime(Time::HiRes::CLOCK_MONOTONIC());
}

1;
