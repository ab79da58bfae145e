# SPDX-License-Identifier: GPL-2.0-only
#
# A child process whose output is read, and which is never waited for in vain.
#
#     my $process = Copyhang::Process->start(
#         command  => ['./exit_group'],
#         on_line  => sub ($line) { ... },
#         on_noise => sub ($text) { print {*STDERR} $text },
#         silence  => Copyhang::Limits->silence,
#     );
#     Copyhang::Process->pump($process) until $process->has_ended;
#
# A case program may leave a process in the kernel that nobody can kill, and that process may hold
# the program's output open. So the end of the output is awaited only for a while after the
# program's end, and the program's end only as long as it prints; then its process group gets
# SIGTERM, and SIGKILL later, and if that does not help it is left alone. The limits are those of
# Copyhang::Limits. After a signal (Copyhang::Failure) every process is ended, fast.
#
# Copyhang::Guest is a process whose lines (take_line), noise (take_noise) and limits (overdue) are
# others.
package Copyhang::Process;

use v5.36;
use Copyhang::Failure ();
use Copyhang::Limits  ();
use Fcntl             qw(F_SETFD);
use POSIX             qw(WNOHANG);
use Time::HiRes       qw(clock_gettime CLOCK_MONOTONIC);

my $TICK  = 0.1;
my $CHUNK = 65_536;

# Arguments: command => [...], on_line => code($line), on_noise => code($text, from stderr),
# keep => [handles] that the command inherits under the same numbers, silence => for how many
# seconds it may be silent (undef: as long as it likes).
sub start ($class, %argument) {
    my $self = bless {%argument, partial => q{}, heard => _now()}, $class;
    pipe $self->{out}, my $out or die "cannot make a pipe: $!\n";
    pipe $self->{err}, my $err or die "cannot make a pipe: $!\n";
    $self->{pid} = fork // die "cannot fork: $!\n";
    if ($self->{pid}) {
        setpgrp $self->{pid}, $self->{pid};    # whoever is first: it may have to be killed at once
        return $self;
    }
    _become($self->{command}, $out, $err, @{$self->{keep} // []});
    return;
}

# A process group of its own: it can be ended as a whole, and a Ctrl-C reaches it through us.
sub _become ($command, $out, $err, @keep) {
    setpgrp 0, 0;
    fcntl $_, F_SETFD, 0 for @keep;
    open STDIN,  '<',  '/dev/null';
    open STDERR, '>&', $err;
    open STDOUT, '>&', $out;
    exec {$command->[0]} @{$command} or print {*STDERR} "cannot run $command->[0]: $!\n";
    POSIX::_exit(127);
    return;
}

sub has_ended ($self) { return $self->{ended} }

# The wait status; undef if it could not be had.
sub status ($self) { return $self->{status} }

# What was wrong with its life, if anything was; always where there is no status.
sub complaint ($self) { return $self->{complaint} }

# Waits a moment for news of any of the processes, and deals with it.
sub pump ($class, @processes) {
    my $wanted = q{};
    my $tick   = $TICK;
    for my $self (@processes) {
        vec($wanted, fileno $_, 1) = 1 for grep { defined } @{$self}{qw(out err)};
        $tick = $TICK / 20 if !$self->{out};
    }
    my $found = select $wanted, undef, undef, $tick;
    for my $self (@processes) {
        if ($found > 0) {
            for my $stream (grep { defined $self->{$_} } qw(out err)) {
                $self->_read($stream) if vec $wanted, fileno $self->{$stream}, 1;
            }
        }
        $self->_look_after;
    }
    return;
}

sub _read ($self, $stream) {
    my $got = sysread $self->{$stream}, my ($chunk), $CHUNK;
    if (!$got) {
        delete $self->{$stream};
        return;
    }
    if ($stream eq 'err') {
        $self->take_noise($chunk);
        return;
    }
    $self->{heard} = _now();
    my @lines = split /\n/, $self->{partial} . $chunk, -1;
    $self->{partial} = pop @lines;
    $self->take_line($_) for @lines;
    return;
}

sub take_line  ($self, $line) { return $self->{on_line}->($line) }
sub take_noise ($self, $text) { return $self->{on_noise}->($text) }

# Why it has to be ended by force, undef as long as it has not.
sub overdue ($self, $now) {
    my $limit = $self->{silence};
    return defined $limit && $now - $self->{heard} >= $limit ? "silent for $limit s" : undef;
}

sub _look_after ($self) {
    my $now = _now();
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
    elsif (Copyhang::Failure->signalled) { $self->stop('TERM', $Copyhang::Limits::INTERRUPTED) }
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
    kill $signal, -$self->{pid};
    @{$self}{qw(sent deadline)} = ($signal, _now() + $grace);
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
    kill 'KILL', -$self->{pid};
    $self->{complaint} //= 'a process that it left behind holds its output open';
    return $self->finish;
}

sub finish ($self) {
    delete @{$self}{qw(out err)};
    $self->take_line($self->{partial}) if length $self->{partial};
    $self->{ended} = 1;
    return;
}

# Nobody reads it any more.
sub DESTROY ($self) {
    kill 'KILL', -$self->{pid} if !exists $self->{status};
    return;
}

sub _now () { return clock_gettime(CLOCK_MONOTONIC) }

1;
