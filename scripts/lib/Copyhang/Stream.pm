# SPDX-License-Identifier: GPL-2.0-only
#
# What a case program prints, as an iterator for TAP::Parser.
#
# It takes the evidence lines out, which are most of the output and would cost TAP::Parser most of
# its time, and makes a Copyhang::Case of each test line with its evidence. on_case may then say
# what is expected of the case; what TAP::Parser gets, and what is kept for rewind, is written anew
# from the case.
#
# A case that was asked for and has no result gets one: broken, with the reason. What is wrong with
# the program itself, be it an exit status that does not fit, is in troubles; exit and wait are 0
# without any, as TAP::Harness takes every other status for a failure.
package Copyhang::Stream;

use v5.36;
use parent 'TAP::Parser::Iterator';
use Copyhang::Case    ();
use Copyhang::Failure qw(untestable);
use Copyhang::Limits  ();
use Copyhang::Paths   ();
use Copyhang::Process ();
use Copyhang::Product qw(group);
use Copyhang::Tool    ();

# Arguments: name, command => [...], ids => [...]; on_case => code($case), if wanted; on_noise =>
# code($text).
sub _initialize ($self, $argument) {
    %{$self} = (
        %{$argument},
        awaited  => {map { $_ => 1 } @{$argument->{ids}}},
        cases    => [],
        tap      => [],
        queue    => [],
        troubles => [],
        number   => 0,
    );
    return $self;
}

sub cases ($self) { return @{$self->{cases}} }
sub name  ($self) { return $self->{name} }

# What is wrong with the program, a sentence each.
sub troubles ($self) {
    return map { "$self->{name}: $_" } @{$self->{troubles}}, @{$self->{errors} // []};
}

sub start ($self) {
    $self->{process} = Copyhang::Process->start(
        command  => $self->{command},
        on_line  => sub ($line) { $self->take_line($line) },
        on_noise => $self->{on_noise},
        silence  => $self->silence,
    );
    return $self;
}

# How long a case program may be silent: the supervisor of a case has a limit, and then there is a
# line for it.
sub silence ($class) {
    return $Copyhang::Limits::SILENCE //= do {
        my $program = Copyhang::Paths->cases;
        my ($status, $lines) = Copyhang::Tool->attempt([$program, '--limits']);
        my %ms = map { (split /\t/)[0, 1] } @{$lines};
        untestable("$program does not say what its limits are") if $status || !$ms{SUPERVISOR};
        $ms{SUPERVISOR} / 1000 + $Copyhang::Limits::MARGIN;
    };
}

# TAP::Parser's own complaints, such as a plan that does not fit. Another parser that reads it again
# later has the times of the first.
sub take_errors ($self, $parser) {
    $parser->$_($self->{$_} //= $parser->$_) for qw(start_time end_time);
    $self->{errors} = [map { (ref ? $_->message : $_) =~ s/\s+/ /gr } $parser->parse_errors];
    return;
}

# What has ended as if each act had had a program of its own: a stream for each. What the program
# said of none of its cases, and how it ended, is at the end of the last.
sub suites ($self) {
    my %case   = map { $_->{id} => $_ } $self->cases;
    my @suites = map { $self->_suite(@{$_}) } group('act', @case{@{$self->{ids}}});
    $suites[-1]{wait} = $self->{wait};
    $suites[-1]->pass($_) for grep { /\A#(?!   )/ } @{$self->{tap}};
    return @suites;
}

sub _suite ($self, @cases) {
    my %same  = (%{$self}{qw(start_time end_time)}, wait => 0);
    my $suite = (ref $self)->new({%same, name => $cases[0]{act}});
    $suite->pass($_) for 'TAP version 13', '1..' . @cases;
    for my $case (@cases) {
        delete $case->{number};    # it is counted anew
        $suite->number($case);
        $suite->deliver($case);
    }
    return $suite;
}

# Starts it all again, now from memory and with the evidence.
sub rewind ($self) {
    $self->{queue} = [@{$self->{tap}}];
    return $self;
}

sub is_ready ($self) { return @{$self->{queue}} || !$self->{process} }

sub next_raw ($self) {
    __PACKAGE__->pump($self) until $self->is_ready;
    return shift @{$self->{queue}};
}

sub pump ($class, @streams) {
    Copyhang::Process->pump(map { $_->{process} } @streams);
    $_->finish for grep { $_->{process}->has_ended } @streams;
    return;
}

# Copyhang::Harness waits for streams, as a handle alone does not tell when to give up.
sub get_select_handles ($self) { return $self }

sub wait ($self) { return $self->{wait} }         ## no critic (ProhibitBuiltinHomonyms)
sub exit ($self) { return $self->{wait} >> 8 }    ## no critic (ProhibitBuiltinHomonyms)

sub take_line ($self, $line) {
    return push @{$self->{test}[1]}, [$1, $2] if $self->{test} && $line =~ /\A#   ([^=]+)=(.*)\z/;
    $self->close_test;
    return $self->{test} = [$line, []] if $line =~ /\A(?:not )?ok\b/;
    if ($line =~ /\ABail out!\s*(.*)/) {
        push @{$self->{troubles}}, length $1 ? "bailed out: $1" : 'bailed out';
        $line = "# $line";    # ends this program only, not the run
    }
    return $self->pass($line);
}

# A test line is held back until all of its evidence is there.
sub close_test ($self) {
    my $test = delete $self->{test} or return;
    my $case = Copyhang::Case->from_tap(@{$test});
    if (!$case) {
        push @{$self->{troubles}}, "a result that names no case: $test->[0]";
        return $self->pass($test->[0]);
    }
    $self->number($case);
    $self->{not_ok}++            if !$case->{ok};
    return $self->deliver($case) if delete $self->{awaited}{$case->{id}};
    push @{$self->{troubles}}, "a second result, or one that was not asked for: $case->{id}";
    return $self->pass($case->tap_line);
}

sub number ($self, $case) { return $self->{number} = $case->{number} ||= $self->{number} + 1 }

sub deliver ($self, $case) {
    $self->{on_case}->($case) if $self->{on_case};
    push @{$self->{cases}}, $case;
    $self->pass($case->tap_line);
    push @{$self->{tap}}, $case->evidence_lines;
    return;
}

sub pass ($self, $line) {
    push @{$_}, $line for @{$self}{qw(queue tap)};
    return;
}

sub finish ($self) {
    $self->close_test;
    my $process = delete $self->{process};
    my $status  = $process->status;
    unshift @{$self->{troubles}}, grep { defined } $process->complaint // $self->odd_end($status);
    $self->{wait} = @{$self->{troubles}} ? $status // 9 : 0;
    return if Copyhang::Failure->signalled;
    my @missing = $self->missing;
    $self->give_up(join(', ', "no result from $self->{name}", $self->{troubles}[0] // ()),
        @missing);
    push @{$self->{troubles}}, 'no result for ' . @missing . ' of its cases' if @missing;
    return;
}

# The ids that have no result yet.
sub missing ($self) {
    return grep { $self->{awaited}{$_} } @{$self->{ids}};
}

# Gives these cases a result: that there is none, and why.
sub give_up ($self, $why, @ids) {
    for my $id (@ids) {
        delete $self->{awaited}{$id};
        $self->deliver(Copyhang::Case->without_result($id, ++$self->{number}, $why));
    }
    return;
}

# The exit statuses of a kselftest, as far as they fit what it printed: 0, 1 when a test is not
# ok, 4 when all are skipped.
sub odd_end ($self, $status) {
    my $not_ok  = $self->{not_ok} // 0;
    my $skipped = grep { $_->{verdict} eq 'unavailable' } $self->cases;
    my $ending  = Copyhang::Process->ending($status);
    return $ending if $status & 127;
    my $exit = $status >> 8;
    return if $exit == 0 && !$not_ok || $exit == 1 && $not_ok;
    return if $exit == 4 && !$not_ok               && $skipped == $self->cases;
    return "$ending, $not_ok of its results being not ok";
}

1;
