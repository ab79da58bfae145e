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
# more.
package Copyhang::Lava::Lab;

use v5.36;
use Copyhang::Failure      qw(bad_input);
use Copyhang::Lava::Job    ();
use Copyhang::Lava::Log    ();
use Copyhang::Lava::Server ();
use Copyhang::Lava::Stream ();
use Copyhang::Output       ();
use Copyhang::Paths        ();
use Cpanel::JSON::XS       ();

my $ATTEMPTS = 2;
my $STATE    = 'jobs.json';
my $JSON     = Cpanel::JSON::XS->new->utf8->canonical->pretty;

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
    mkdir $folder or $!{EEXIST} or bad_input("cannot make $folder: $!");
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
    my @logs;
    my $stream = Copyhang::Lava::Stream->new(
        {
            %{$argument},
            logs => \@logs,
            map { $_ => $kernel->$_ } qw(release version config)
        }
    );
    push @{$self->{streams}},
        {stream => $stream, argument => $argument, folder => $folder, logs => \@logs};
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

# A step of a kernel's job: number, name, attempt, begun, refused, over in {said}.
sub _advance ($self, $entry) {
    my $job = $self->{said}{jobs}{$entry->{folder}} //= {attempt => 1};
    if    ($job->{over})            { return $self->_finish($entry, $job) }
    elsif (!defined $job->{number}) { return $self->_submit($entry, $job) }
    my ($status, $said) = $self->{server}->job($job->{number});
    return $self->_again($entry, $job, "the server does not know job $job->{number} any more")
        if $status == 404;
    return if $status != 200 || ($said->{state} // q{}) ne 'Finished';
    return $self->_fetch($entry, $job, $said);
}

sub _submit ($self, $entry, $job) {
    $job->{number} = $self->{server}->find($job->{name}) if $job->{begun};
    return $self->_save                                  if defined $job->{number};
    $job->{name} = sprintf 'copyhang %s %08x', $entry->{argument}{kernel}->name, rand 2**32
        if !$job->{begun}++;
    my $folder = "$self->{folder}/$entry->{folder}";
    my $url    = $self->{option}{'files-url'};
    my $path   = Copyhang::Lava::Job->write(
        $folder,
        %{$entry->{argument}},
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

sub _fetch ($self, $entry, $job, $said) {
    my ($status, $text) = $self->{server}->log($job->{number});
    Copyhang::Output->new($self->_log_of($entry, $job->{attempt}))->write($text)
        if $status == 200;
    my $log = Copyhang::Lava::Log->new;
    $log->take($_) for $status == 200 ? split /\n/, $text : ();
    return $self->_again($entry, $job,
        "$said->{health}: " . ($said->{failure_comment} || 'there is no end of the job'))
        if !$log->job;
    return $self->_again($entry, $job, $log->job->{error_msg}) if $log->is_of_lab;
    $job->{over} = 1;
    return $self->_save;
}

# Once more, or it is over.
sub _again ($self, $entry, $job, $why) {
    if ($job->{attempt} < $ATTEMPTS) {
        $self->{tell}->("$entry->{argument}{name}: submitted again: $why");
        delete @{$job}{qw(number name begun)};
        $job->{attempt}++;
    }
    else { @{$job}{qw(over lab_says)} = (1, $why) }
    return $self->_save;
}

sub _finish ($self, $entry, $job) {
    @{$entry->{logs}} = grep { -e } map { $self->_log_of($entry, $_) } 1 .. $job->{attempt};
    $entry->{stream}->hear($job);
    return $entry->{over} = 1;
}

1;
