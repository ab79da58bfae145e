#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# Signals at moments all over a program's life: whatever was going on, all of it ends.

use v5.36;
use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Copyhang::Paths ();
use POSIX           qw(SIGINT SIGKILL SIGTERM);
use Real            qw(program launch interrupted adopt_orphans);
use Test::More;

my @SOME = ('--only', 'exit_group/*/pty-pipe');

adopt_orphans();

# Before the first case it may end without a word.
my $NO_RESULT = qr/\A(?!.*^(?:not )?ok \d)/ms;

interrupt(
    name    => 'copyhang-cases',
    command => [program(), @SOME],
    signal  => $_->[0],
    moments => 20,
    prints  => qr/$NO_RESULT|^Bail out! interrupted by signal \Q$_->[0] ($_->[1])\E\n\z/m,
) for [SIGINT, 'Interrupt'], [SIGTERM, 'Terminated'];

interrupt(
    name    => 'copyhang-cases',
    command => [program(), @SOME],
    signal  => SIGKILL,
    moments => 20,
    prints  => qr/\A/,
);

local $ENV{COPYHANG_PROGRAMS} = Copyhang::Paths->programs;
interrupt(
    name    => 'copyhang run',
    command => ["$Bin/../copyhang", 'run', @SOME],
    signal  => $_,
    moments => 20,
    prints  => qr/\A\z|^\d+ cases in [^\n]*\n\z/m,    # the report is there whole, or not at all
) for SIGINT, SIGTERM;

done_testing;

# prints: what it has printed in the end.
sub interrupt (%trial) {
    my @ends = interrupted($trial{signal}, $trial{moments},
        sub (@follow) { launch(@follow, @{$trial{command}}) });
    is(scalar @ends, $trial{moments}, "signal $trial{signal} at each moment of $trial{name}");
    is_deeply([map { fault(\%trial, $_) } @ends], [], 'ends all of it');
    return;
}

sub fault ($trial, $end) {
    my $fault =
          $end->{status} ne "signal $trial->{signal}" ? "ends with $end->{status}"
        : $end->{out} !~ $trial->{prints}             ? "prints $end->{out}"
        : length $end->{err}                          ? "complains: $end->{err}"
        : !$end->{gone}                               ? 'processes that do not go away'
        :                                               return;
    return "$end->{moment}: $fault";
}
