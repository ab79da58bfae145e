#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# Signals at moments of no one's choice: whatever was going on, all of it ends, soon.

use strict;
use warnings;
use feature 'signatures';
no warnings 'experimental::signatures';

use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Copyhang::Place ();
use Fake            qw(start finish slurp);
use POSIX           qw(SIGINT SIGKILL SIGTERM);
use Real            qw(program launch adopt_orphans comes_true all_gone);
use Test::More;
use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC sleep);

my $SOON = 10;    # s, where a second is usual

# Enough to last for a second or two.
my @SOME = ('--only', 'exit_group/*/p*-pipe');

adopt_orphans();

interrupt(
    name    => 'copyhang-cases',
    start   => sub { launch(program(), @SOME) },
    from    => qr/^(?:not )?ok 1 /m,
    signal  => $_->[0],
    moments => 10,
    prints  => qr/^Bail out! interrupted by signal \Q$_->[0] ($_->[1])\E\n\z/m,
) for [SIGINT, 'Interrupt'], [SIGTERM, 'Terminated'];

interrupt(
    name    => 'copyhang-cases',
    start   => sub { launch(program(), @SOME) },
    from    => qr/\A/,
    signal  => SIGKILL,
    moments => 20,
    prints  => qr/\A/,
);

interrupt(
    name    => 'copyhang run',
    start   => sub { start(Copyhang::Place->programs, ['run', @SOME]) },
    from    => qr/\A/,
    signal  => $_,
    moments => 10,
    prints  => qr/\A\z|^\d+ cases in [^\n]*\n\z/m,    # the report is there whole, or not at all
) for SIGINT, SIGTERM;

done_testing;

# start: starts the program, as Fake's and Real's. from: what it has printed at the first moment.
# prints: what it has printed in the end.
sub interrupt (%trial) {
    my $lasts = whole_run(\%trial);
    my (@faults, $came);
    for (1 .. 5 * $trial{moments}) {
        my $after = rand $lasts;
        my $fault = fault(\%trial, $after);
        if (!defined $fault) {    # the first run may have been a slow one
            $lasts = $after;
            next;
        }
        push @faults, sprintf '%.3f s after its start: %s', $after, $fault if length $fault;
        last if ++$came == $trial{moments};
    }
    is($came, $trial{moments}, "signal $trial{signal} ends $trial{name}");
    is_deeply(\@faults, [], 'all of it');
    return;
}

# How long it takes from the first moment to the end, in seconds.
sub whole_run ($trial) {
    my $job   = begin($trial);
    my $since = clock_gettime(CLOCK_MONOTONIC);
    finish($job);
    return clock_gettime(CLOCK_MONOTONIC) - $since;
}

sub begin ($trial) {
    my $job = $trial->{start}->();
    comes_true($SOON, sub { slurp($job->{out}->filename) =~ $trial->{from} })
        or die "$trial->{name} prints nothing";
    return $job;
}

# Empty if all is well, undef if it came to its own end.
sub fault ($trial, $after) {
    my $job = begin($trial);
    sleep $after;
    kill $trial->{signal}, $job->{pid};
    my $since = clock_gettime(CLOCK_MONOTONIC);
    my ($status, $out, $err) = finish($job);
    my $took = clock_gettime(CLOCK_MONOTONIC) - $since;
    return                                 if $status =~ /\A[01]\z/;
    return "ends with $status"             if $status ne "signal $trial->{signal}";
    return "prints $out"                   if $out !~ $trial->{prints};
    return "complains: $err"               if length $err;
    return "takes $took s"                 if $took > $SOON;
    return 'processes that do not go away' if !all_gone($SOON);
    return q{};
}
