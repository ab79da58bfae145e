# SPDX-License-Identifier: GPL-2.0-only
#
# The guests of copyhang matrix in a laboratory: jobs on a server of LAVA's.
#
# All jobs are submitted, all are awaited, their logs are fetched, and only then they are read. What has
# been done is in jobs.json of the folder of --state, before it is done: the same command goes on where
# one has ended, however it did. A job is called by a name that no other has, so one that was about to be
# submitted then is found, or it was not.
#
# One that ended by the laboratory's fault, or that the server does not know any more, is submitted once
# more, and so is one that still runs long after its own time limit: of a worker that is gone a server
# says for ever what it said last. What a guest that died left is another job.
package Copyhang::Lava::Lab;

use v5.36;
use Copyhang::Failure      qw(bad_input);
use Copyhang::Lava::Job    ();
use Copyhang::Lava::Server ();
use Copyhang::Lava::Stream ();
use Copyhang::Output       ();
use Copyhang::Paths        ();
use Cpanel::JSON::XS       ();

my $FAULTS = 1;                                               # of the laboratory, after one another
my $STATE  = 'jobs.json';
my $JSON   = Cpanel::JSON::XS->new->utf8->canonical->pretty;

sub new ($class, $option) {
    for my $name (qw(url token-file state)) {
        bad_input("--engine lava wants --$name") if !defined $option->{$name};
    }
    my $folder = $option->{state};
    my $self   = bless {
        option  => $option,
        folder  => $folder,
        streams => [],
        tell    => sub ($text) { }
        },
        $class;
    $self->{server} = Copyhang::Lava::Server->new(@{$option}{qw(url token-file)},
        sub ($text) { $self->{tell}->($text) });
    $self->{claim} = Copyhang::Lava::Engine->claim($folder);
    my $text = Copyhang::Paths->contents("$folder/$STATE");
    my $said = defined $text ? eval { $JSON->decode($text) } : {url => $option->{url}, jobs => {}};
    bad_input("$folder/$STATE is of another server") if ($said->{url} // q{}) ne $option->{url};
    $self->{said} = $said;
    return $self;
}

sub _save ($self) {
    return Copyhang::Output->new("$self->{folder}/$STATE")->write($JSON->encode($self->{said}));
}

# The stream of a kernel begins to flow when collect has come to its end.
sub stream ($self, $argument) {
    my ($kernel, $name) = @{$argument}{qw(kernel name)};
    my $folder = Copyhang::Lava::Job->folder($name, $self->{seen} //= {});
    my $stream = Copyhang::Lava::Stream->new(
        {%{$argument}, map { $_ => $kernel->$_ } qw(release version config)});
    push @{$self->{streams}},
        {stream => $stream, argument => $argument, folder => $folder, read => 0};
    return $stream;
}

# Brings all jobs to their ends. $progress: of Copyhang::Progress.
sub collect ($self, $progress) {
    $self->{tell} = sub ($text) { $progress->tell($text) };
    my @open = @{$self->{streams}};
    while () {
        $self->_advance($_) for @open;
        @open = grep { !$_->{over} } @open or last;
        $self->{tell}->(@open . ' jobs are not over yet');
        Copyhang::Lava::Server::pause();
    }
    return;
}

# A step of a kernel's job: number, name, attempt, begun, runs_since, faults, refused, over in {said}.
sub _advance ($self, $entry) {
    my $job = $self->{said}{jobs}{$entry->{folder}} //= {attempt => 1};
    $self->_read($entry, $job->{attempt} - 1);
    if    ($job->{over})            { return $self->_finish($entry, $job) }
    elsif (!defined $job->{number}) { return $self->_submit($entry, $job) }
    my ($status, $said) = $self->{server}->job($job->{number});
    return $self->_again($entry, $job, "the server does not know job $job->{number} any more")
        if $status == 404;
    return if $status != 200;
    return $self->_fetch($entry, $job, $said) if ($said->{state} // q{}) eq 'Finished';
    return $self->_watch($entry, $job, $said->{state} // q{});
}

# By this machine's clock, from where the job is first seen to run.
sub _watch ($self, $entry, $job, $state) {
    return if $state !~ /\A(?:Running|Canceling)\z/;
    if (!$job->{runs_since}) {
        $job->{runs_since} = time;
        $self->_save;
    }
    my (undef, @ids) = $entry->{stream}->due;
    my $limit = $Copyhang::Limits::OVERDUE
        // 60 * Copyhang::Lava::Job->minutes(\@ids) + $Copyhang::Limits::LATE;
    return if time - $job->{runs_since} < $limit;
    $self->{server}->cancel($job->{number});
    return $self->_again($entry, $job, "job $job->{number} has not ended: the worker may be gone");
}

sub _submit ($self, $entry, $job) {
    $job->{number} = $self->{server}->find($job->{name}) if $job->{begun};
    return $self->_save                                  if defined $job->{number};
    $job->{name} = sprintf 'copyhang %s %08x', $entry->{argument}{kernel}->name, rand 2**32
        if !$job->{begun}++;
    my $folder   = "$self->{folder}/$entry->{folder}";
    my $url      = $self->{option}{'files-url'};
    my $argument = $entry->{argument};
    my ($jobs, @ids) = $entry->{stream}->due;
    my $path = Copyhang::Lava::Job->write(
        $folder, %{$argument},
        jobs        => $jobs,
        ids         => \@ids,
        asked       => $argument,
        title       => $job->{name},
        device_type => $self->{option}{'device-type'} // 'qemu',
        url         => defined $url ? $url =~ s{/*\z}{/$entry->{folder}}r : undef,
    );
    $self->_save;
    my ($status, $said) =
        $self->{server}->submit(Copyhang::Paths->contents("$path/job.yaml"));
    return if $status >= 500;    # it is found the next time, or submitted
    if   ($status == 201) { $job->{number}            = $said->[0] }
    else                  { @{$job}{qw(refused over)} = ("$status $said", 1) }
    return $self->_save;
}

sub _log_of ($self, $entry, $attempt) {
    return "$self->{folder}/$entry->{folder}/log-$attempt.yaml";
}

# What the logs of its jobs say up to that of this attempt, as far as there are any.
sub _read ($self, $entry, $attempt) {
    while ($entry->{read} < $attempt) {
        my $log = $self->_log_of($entry, ++$entry->{read});
        $entry->{stream}->take_log($log) if -e $log;
    }
    return;
}

sub _fetch ($self, $entry, $job, $said) {
    my ($status, $text) = $self->{server}->log($job->{number});
    my $why = "$said->{health}: " . ($said->{failure_comment} || 'there is no end of the job');
    return $self->_again($entry, $job, $why) if $status != 200;
    Copyhang::Output->new($self->_log_of($entry, $job->{attempt}))->write($text);
    $self->_read($entry, $job->{attempt});
    my $stream = $entry->{stream};
    my $fault  = $stream->lab_fault;
    return $self->_again($entry, $job, $stream->has_job_end ? $fault : $why) if defined $fault;
    if   ($stream->is_due && !$stream->is_refused) { $self->_next($job) }
    else                                           { $job->{over} = 1 }
    return $self->_save;
}

# What is left is another job.
sub _next ($self, $job) {
    delete @{$job}{qw(number name begun faults runs_since)};
    return $job->{attempt}++;
}

# Once more, or it is over.
sub _again ($self, $entry, $job, $why) {
    my $faults = ($job->{faults} // 0) + 1;
    if ($faults <= $FAULTS) {
        $self->{tell}->("$entry->{argument}{name}: submitted again: $why");
        $self->_next($job);
        $job->{faults} = $faults;
    }
    else { @{$job}{qw(over lab_says)} = (1, $why) }
    return $self->_save;
}

sub _finish ($self, $entry, $job) {
    $self->_read($entry, $job->{attempt});
    $entry->{stream}->hear($job);
    return $entry->{over} = 1;
}

1;
