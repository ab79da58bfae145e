# SPDX-License-Identifier: GPL-2.0-only
#
# What came of a kernel's cases in jobs of LAVA's, as an iterator for TAP::Parser.
#
# A Copyhang::Boots whose lines are those that init put on the console; they are in the job's log
# (Copyhang::Lava::Log), each with its number and sum. What of them did not come through whole is not
# looked at: then the results count that LAVA has itself, which say a verdict and no more. Where both
# are there and differ the case is broken, and so is one of which neither tells.
#
# There are logs already, of one boot after the other, or they are what a command prints: lava-run; or
# take_log gets them. due is what the next job is to play. A boot that the laboratory is at fault for
# (lab_fault) is due once more, if anybody has another log of it.
#
# result is the whole as Copyhang::Matrix::Results takes it. Whose fault it is that it is not complete
# says its outcome: the kernel's (boot_failed, panic, wedged), ours (job_refused; lost is ours or the
# kernel's) or the lab's (lab_failed).
package Copyhang::Lava::Stream;

use v5.36;
use parent 'Copyhang::Boots';
use Copyhang::Case      ();
use Copyhang::Failure   ();
use Copyhang::Lava::Job ();
use Copyhang::Lava::Log ();
use Copyhang::Limits    ();
use Copyhang::Paths     ();
use Copyhang::Process   ();
use List::Util          qw(any tail);

my $LINES = 24;    # of the console that are kept

# What LAVA calls the reason of a job that failed, and whose fault that is.
my %OURS = map { $_ => 1 } qw(Job Configuration);

# Of these there is no other boot of the same job.
my %IS_OPEN = map { $_ => 1 } qw(job_refused lab_failed);

# Arguments: name, release, version, config (of the kernel), ids, jobs, baseline, on_case, on_state =>
# code($words), and logs => [paths], in the order of the jobs, or start => code(boot, jobs, ids), which
# returns (a handle that is to keep a log, the command that prints it).
# lab_says: what became of the job where its log does not tell.
sub _initialize ($self, $argument) {
    $self->SUPER::_initialize($argument);
    @{$self}{qw(boots wait told)} = (0, 0, {});
    $self->{seconds} = {map { $_ => 0 } qw(boot cases total)};
    $self->{due}     = [$self->{jobs}, @{$self->{ids}}];
    $self->{on_state} //= sub ($words) { };
    return $self;
}

sub start ($self) {
    return $self->_run if $self->{start};
    $self->take_log($_) for @{$self->{logs}};
    $self->_end;
    return $self;
}

# (jobs, ids) of the next job; there are no ids if there is none.
sub due ($self) { return @{$self->{due}} }

sub is_due ($self) { return @{$self->{due}} > 1 }

# The log of what was due.
sub take_log ($self, $path) {
    $self->_begin;
    $self->{log}->take($_) for split /\n/, Copyhang::Paths->contents($path) // q{};
    return $self->_settle;
}

# Why what is due was due before; undef if it was not, or is for another reason.
sub lab_fault ($self) {
    return $self->{open} && !$self->is_refused ? $self->{open}[1] : undef;
}

sub is_refused ($self) { return ($self->{open} ? $self->{open}[0] : q{}) eq 'job_refused' }

# Whether LAVA says how the last job ended.
sub has_job_end ($self) { return defined $self->{log}->job }

# A boot.
sub _begin ($self) {
    if (!$self->{boots}) {
        $self->pass('TAP version 13');
        $self->pass('1..' . @{$self->{ids}}) if @{$self->{ids}};
    }
    $self->begin_boot($self->{due}[0]);
    $self->{on_state}->('plays');
    delete @{$self}{qw(open noise)};
    @{$self}{qw(last said)} = (0, {});
    return $self->{log} =
        Copyhang::Lava::Log->new(sub ($number, $text) { $self->_take_frame($number, $text) });
}

# All that it says is kept.
sub _run ($self) {
    $self->_begin;
    my ($jobs,  @ids)     = $self->due;
    my ($keeps, @command) = $self->{start}->($self->{boots}, $jobs, \@ids);
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

sub finish ($self) {
    my $process = delete $self->{process};
    return if Copyhang::Failure->signalled;
    $self->{noise} = $process->complaint // $self->{noise};
    $self->_settle;
    return $self->is_due && !$self->{open} ? $self->_run : $self->_end;
}

# --- The end ---

# Of a boot. Whether it is the last one is not known.
sub _settle ($self) {
    my ($log, $said) = @{$self}{qw(log said)};
    $self->close_test if defined $said->{end} || $self->{test} && $self->_is_whole;
    delete $self->{test};
    $self->_take_results;
    $self->{first}{$_} //= $said->{$_} for qw(release machine);
    $self->{emulator}  //= $log->heard('emulator');
    $self->{seconds}{$_} += $log->seconds->{$_} for keys %{$self->{seconds}};
    push @{$self->{troubles}}, map { "in the guest: $_" } @{$log->heard('troubles')}
        if $self->{boots} == 1;
    my $odd = $self->odd_status($said->{end});
    push @{$self->{troubles}}, "the case program $odd" if defined $odd;
    my ($outcome, $detail) = $self->_outcome($odd);
    my @end = ($outcome, $detail, tail $LINES, $log->console);
    $self->{why} =
        defined $odd && $outcome eq 'complete'
        ? "the case program $odd"
        : $self->words_of($outcome, $detail);

    if ($IS_OPEN{$outcome}) {
        $self->{open} = \@end;
        my ($jobs, @ids) = $self->due;
        return $self->{due} = [$jobs, grep { $self->{awaited}{$_} } @ids];
    }
    $self->note_boot(@end);
    return $self->{due} = [$self->missing ? $self->next_boot($self->{why}) : undef];
}

# Of all of them.
sub _end ($self) {
    my ($says) = map { $self->{$_} } grep { defined $self->{$_} } qw(refused lab_says);
    if (!$self->{boots} || defined $says && $self->is_due && !$self->{open}) {
        $self->_begin;
        $self->_settle;
    }
    elsif (defined $self->{lab_says} && $self->{open} && !$self->has_job_end) {
        $self->{open}[1] = $self->{lab_says};
        $self->{why} = $self->words_of(@{$self->{open}}[0, 1]);
    }
    $self->note_boot(@{$self->{open}}) if $self->{open};
    $self->give_up("no result: $self->{why}", $self->missing);
    $self->pass('1..' . $self->cases) if $self->{knows_none};
    return $self->{on_state}->('done');
}

# LAVA gets a result after all of its evidence.
sub _is_whole ($self) {
    my $case  = Copyhang::Case->from_tap(@{$self->{test}}) // return 0;
    my %names = map { $_ => 1 } Copyhang::Lava::Job->names_of($case->{id});
    return
        any { $names{$_->{case}} && ($_->{units} // q{}) eq $case->{verdict} }
        $self->{log}->results;
}

# Of LAVA's own results those that are whole.
sub _take_results ($self) {
    my @cases = $self->cases;
    my %case  = map { $_->{id} => $_ } @cases[$self->{before} .. $#cases];
    for my $result ($self->{log}->results) {
        my ($suite, $name, $verdict, $sum) = @{$result}{qw(definition case units measurement)};
        next if ($suite // 'lava') eq 'lava' || !defined $verdict || !defined $sum;
        if    ($name eq 'kernel') { $self->{said}{release} //= $verdict }
        elsif ($name eq 'end')    { $self->{said}{count}   //= $sum }
        my $id = $self->_id($name, "$verdict", $sum) // next;
        $self->_await($id) if $self->{knows_none};
        if    (!$case{$id})                     { $self->_tell($id, $verdict) }
        elsif ($case{$id}{verdict} ne $verdict) { $self->_doubt($case{$id}, $verdict) }
    }
    return;
}

# act.strategy.source-sink, where only the strategy may have dots itself, or what LAVA's monitors make of
# it; undef if it is none, or is not whole.
sub _id ($self, $name, $verdict, $sum) {
    $self->{monitored} //= {map { (Copyhang::Lava::Job->names_of($_))[1] => $_ } @{$self->{ids}}};
    my $id = $self->{monitored}{$name} // $name =~ s{\A(\w+)[.](.+)[.](\w+-\w+)\z}{$1/$2/$3}r;
    return if $id !~ m{/} || $sum != unpack '%32C*', "$id $verdict";
    return $id;
}

sub _tell ($self, $id, $verdict) {
    return if !delete $self->{awaited}{$id};
    my $lost = 'did not come through';
    my $case = Copyhang::Case->of_verdict($id, $verdict);
    push @{$case->{pairs}}, ['evidence', $lost];
    if ($verdict eq 'broken') {
        $case->{reason} = "its reason $lost";
        push @{$case->{pairs}}, ['reason', $case->{reason}];
    }
    $self->number($case);
    return $self->deliver($case);
}

sub _doubt ($self, $case, $verdict) {
    my $why = "the log says $case->{verdict}, and LAVA's result $verdict";
    push @{$case->{pairs}}, ['verdict', 'broken'], ['reason', $why];
    @{$case}{qw(verdict reason)} = ('broken', $why);
    return push @{$self->{troubles}}, "$case->{id}: $why";
}

# (one of these words, what there is to say about it). $odd: how the case program ended, if that was not
# as it should.
sub _outcome ($self, $odd) {
    my ($log, $said) = @{$self}{qw(log said)};
    my $job  = $log->job;
    my $type = $job                              ? $job->{error_type} // q{}       : q{};
    my $why  = $job && defined $job->{error_msg} ? $job->{error_msg} =~ s/\s+/ /gr : undef;
    return (panic       => $log->heard('oops')) if defined $log->heard('oops');
    return (job_refused => $self->{refused})    if defined $self->{refused};
    my $missing = $self->{knows_none} ? 0 : grep { $self->{awaited}{$_} }
        @{$self->{due}}[1 .. $#{$self->{due}}];
    return 'complete' if $self->_is_over && (!$missing || defined $odd);
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
    my $release = $self->{first}{release} // $self->{release};
    return {
        %{$self}{qw(name detail baseline config seconds)},
        outcome     => $self->{outcome} // 'complete',
        release     => $release,
        version     => $self->{version}        // $release,
        machine     => $self->{first}{machine} // 'x86_64',
        accelerator => ($self->{emulator} // q{}) =~ /kvm/ ? 'kvm'            : 'tcg',
        console     => defined $self->{outcome}            ? $self->{console} : [],
        cases       => [$self->cases],
        troubles    => [@{$self->{troubles}}, @{$self->{errors} // []}],
    };
}

1;
