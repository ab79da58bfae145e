# SPDX-License-Identifier: GPL-2.0-only
#
# What came of a kernel's cases in a job of LAVA's, as an iterator for TAP::Parser.
#
# A Copyhang::Stream whose lines are those that init put on the console; they are in the job's log
# (Copyhang::Lava::Log), each with its number and sum. What of them did not come through whole is not
# looked at: then the results count that LAVA has itself, which say a verdict and no more. Where both
# are there and differ the case is broken, and so is one of which neither tells.
#
# There is a log already, or it is what a command prints: lava-run.
#
# result is the whole as Copyhang::Matrix::Results takes it. Whose fault it is that it is not complete
# says its outcome: the kernel's (boot_failed, panic, wedged), ours (job_refused; lost is ours or the
# kernel's) or the lab's (lab_failed).
package Copyhang::Lava::Stream;

use v5.36;
use parent 'Copyhang::Stream';
use Copyhang::Case      ();
use Copyhang::Failure   ();
use Copyhang::Lava::Log ();
use Copyhang::Limits    ();
use Copyhang::Process   ();
use List::Util          qw(any tail);

my $LINES = 24;    # of the console that are kept

# What LAVA calls the reason of a job that failed, and whose fault that is.
my %OURS = map { $_ => 1 } qw(Job Configuration);

# Arguments: name, release, version, config (of the kernel), ids, baseline, on_case, on_state =>
# code($words), and logs => [paths], in the order of the jobs, or start => code, which returns (a handle
# that is to keep a log, the command that prints it).
# lab_says: what became of the job where its log does not tell.
sub _initialize ($self, $argument) {
    $self->SUPER::_initialize($argument);
    $self->{log} =
        Copyhang::Lava::Log->new(sub ($number, $text) { $self->_take_frame($number, $text) });
    @{$self}{qw(last told)} = (0, {});
    $self->{on_state} //= sub ($words) { };
    return $self;
}

sub start ($self) {
    $self->pass('TAP version 13');
    $self->pass('1..' . @{$self->{ids}}) if @{$self->{ids}};
    $self->{on_state}->('plays');
    return $self->_run if $self->{start};
    for my $path (@{$self->{logs}}) {
        open my $in, '<:raw', $path or next;
        chomp(my @lines = <$in>);
        $self->{log}->take($_) for @lines;
    }
    $self->_settle;
    return $self;
}

# All that it says is kept.
sub _run ($self) {
    my ($keeps, @command) = $self->{start}->();
    $self->{process} = Copyhang::Process->start(
        command => ['sh', '-c', 'exec "$0" "$@" 2>&1', @command],
        silence => $Copyhang::Limits::LAVA,
        dies_by => 'TERM',
        on_line => sub ($line) {
            print {$keeps} "$line\n";
            $self->{log}->take($line);
            $self->{noise} = $line if $line !~ /\A\{/ && $line =~ /\S/;
        },
    );
    return $self;
}

# Only what is there without a gap belongs together.
sub _take_frame ($self, $number, $text) {
    delete $self->{test} if $number != $self->{last} + 1;
    $self->{last} = $number;
    return $self->_listen($1, $2 // q{}) if $text =~ /\A[@](\w+)(?: (.*))?\z/;
    return                               if $text =~ /\A(?:TAP version|1[.][.]\d|\# started )/;
    return $self->take_line($text);
}

sub _listen ($self, $what, $text) {
    $self->close_test;
    return push @{$self->{troubles}}, "in the guest: $text" if $what eq 'trouble';
    $self->{said}{$what} = $text;
    return;
}

# What was sent twice counts once.
sub close_test ($self) {
    my $test      = $self->{test} or return;
    my ($verdict) = map { $_->[1] } grep { $_->[0] eq 'verdict' } @{$test->[1]};
    my ($id)      = $test->[0] =~ m{\bok \d+ (?:- )?(\S+)};
    if (defined $id && ($self->{told}{$id} // q{}) eq ($verdict // q{})) {
        delete $self->{test};
        return;
    }
    $self->{told}{$id} //= $verdict if defined $id;
    $self->_await($id)              if defined $id && $self->{knows_none};
    return $self->SUPER::close_test;
}

# Where nobody knows which cases it were, those that come are all.
sub _await ($self, $id) {
    return if $self->{known}{$id}++;
    push @{$self->{ids}}, $id;
    return $self->{awaited}{$id} = 1;
}

# What is known of the job beside its log: refused, or lab_says, a sentence.
sub hear ($self, $job) { return @{$self}{qw(refused lab_says)} = @{$job}{qw(refused lab_says)} }

sub number ($self, $case) { return $case->{number} = ++$self->{number} }

sub finish ($self) {
    my $process = delete $self->{process};
    return if Copyhang::Failure->signalled;
    $self->{noise} = $process->complaint // $self->{noise};
    return $self->_settle;
}

# --- The end ---

sub _settle ($self) {
    $self->close_test if defined $self->{said}{end} || $self->{test} && $self->_is_whole;
    delete $self->{test};
    $self->_take_results;
    $self->{wait} = 0;
    my ($outcome, $detail) = $self->_outcome;
    @{$self}{qw(outcome detail)} = ($outcome, $detail);
    my $words = join ': ', $outcome =~ s/_/ /gr, $detail // ();
    $self->give_up("no result: $words", $self->missing);
    $self->pass('1..' . $self->cases) if $self->{knows_none};
    return $self->{on_state}->('done');
}

# LAVA gets a result after all of its evidence.
sub _is_whole ($self) {
    my $case = Copyhang::Case->from_tap(@{$self->{test}}) // return 0;
    return
        any { $_->{case} eq $case->{id} =~ tr{/}{.}r && ($_->{units} // q{}) eq $case->{verdict} }
        $self->{log}->results;
}

# Of LAVA's own results those that are whole.
sub _take_results ($self) {
    my %case = map { $_->{id} => $_ } $self->cases;
    for my $result ($self->{log}->results) {
        my ($suite, $name, $verdict, $sum) = @{$result}{qw(definition case units measurement)};
        next if ($suite // 'lava') eq 'lava' || !defined $verdict || !defined $sum;
        if    ($name eq 'kernel') { $self->{said}{release} //= $verdict }
        elsif ($name eq 'end')    { $self->{said}{count}   //= $sum }
        my $id = $self->_id($name, "$verdict", $sum) // next;
        $self->_await($id) if $self->{knows_none} && !$case{$id};
        if    (!$case{$id})                     { $self->_tell($id, $verdict) }
        elsif ($case{$id}{verdict} ne $verdict) { $self->_doubt($case{$id}, $verdict) }
    }
    return;
}

# act.strategy.source-sink, where only the strategy may have dots itself; undef if it is none, or is
# not whole.
sub _id ($self, $name, $verdict, $sum) {
    my $id = $name =~ s{\A(\w+)[.](.+)[.](\w+-\w+)\z}{$1/$2/$3}r;
    return if $id !~ m{/} || $sum != unpack '%32C*', "$id $verdict";
    return $id;
}

sub _tell ($self, $id, $verdict) {
    return if !delete $self->{awaited}{$id};
    my $case = Copyhang::Case->of_verdict($id, $verdict);
    push @{$case->{pairs}}, ['evidence', 'did not come through'];
    $self->number($case);
    return $self->deliver($case);
}

sub _doubt ($self, $case, $verdict) {
    my $why = "the log says $case->{verdict}, and LAVA's result $verdict";
    push @{$case->{pairs}}, ['verdict', 'broken'], ['reason', $why];
    @{$case}{qw(verdict reason)} = ('broken', $why);
    return push @{$self->{troubles}}, "$case->{id}: $why";
}

# (one of these words, what there is to say about it)
sub _outcome ($self) {
    my ($log, $said) = @{$self}{qw(log said)};
    my $job  = $log->job;
    my $type = $job                              ? $job->{error_type} // q{}       : q{};
    my $why  = $job && defined $job->{error_msg} ? $job->{error_msg} =~ s/\s+/ /gr : undef;
    return (panic       => $log->heard('oops')) if defined $log->heard('oops');
    return (job_refused => $self->{refused})    if defined $self->{refused};
    my $missing = $self->missing;
    return 'complete' if !$missing && $self->_is_over;
    return (lost        => _count($missing)) if $self->_is_over;
    return (job_refused => $why)             if $OURS{$type} && !defined $log->heard('emulator');
    return (lab_failed  => $self->{lab_says} // $self->{noise} // 'there is no end of the job')
        if !$job;
    my $is_up = defined $said->{release};
    my $ended = $log->was_cut_off;
    return (lab_failed => "$type: $why")             if $log->is_of_lab;
    return (lost       => 'it ended without a word') if $ended && $is_up;
    return (boot_failed => $why // 'it ended before init said a word') if !$is_up;
    return (wedged => $why // "LAVA says: $job->{result}");
}

# Init came to the end of the case program.
sub _is_over ($self) { return defined $self->{said}{end} || defined $self->{said}{count} }

sub _count ($missing) {
    return $missing == 1
        ? 'a result did not come through'
        : "$missing results did not come through";
}

# As a Copyhang::Matrix::Results takes it.
sub result ($self) {
    my ($log, $said) = @{$self}{qw(log said)};
    my $release  = $said->{release} // $self->{release};
    my @guest    = map { "in the guest: $_" } @{$log->heard('troubles')};
    my $emulator = $log->heard('emulator') // q{};
    return {
        %{$self}{qw(name outcome detail baseline config)},
        release     => $release,
        version     => $self->{version} // $release,
        machine     => $said->{machine} // 'x86_64',
        accelerator => $emulator =~ /kvm/             ? 'kvm' : 'tcg',
        console     => $self->{outcome} eq 'complete' ? []    : [tail $LINES, $log->console],
        seconds     => $log->seconds,
        cases       => [$self->cases],
        troubles    => [@{$self->{troubles}}, @guest, @{$self->{errors} // []}],
    };
}

1;
