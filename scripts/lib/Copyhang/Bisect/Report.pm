# SPDX-License-Identifier: GPL-2.0-only
package Copyhang::Bisect::Report;

use strict;
use warnings;
use feature 'signatures';
no warnings 'experimental::signatures';

use Copyhang::Bisect::Mail ();
use Copyhang::Text         qw(shell_word wrap);
use List::Util             qw(max);

sub text ($class, $outcome) {
    my $log = $outcome->{log}
        // $class->log($outcome->{case}, $outcome->{verdicts}, @{$outcome->{steps}});
    my @effort = map { $_->[1] == 1 ? "1 $_->[0]" : "$_->[1] $_->[0]s" }
        grep { defined $_->[1] } ['build', $outcome->{builds}], ['boot', $outcome->{boots}];
    return join "\n", _ends($outcome),
        sprintf(
        "%s in %.1f minutes, of %d %s.\n",
        join(' and ', @effort),
        $outcome->{seconds} / 60,
        $outcome->{among}, defined $outcome->{builds} ? 'commits' : 'kernels'
        ),
        "To replay:\n\n$log", "To mail:\n\n" . Copyhang::Bisect::Mail->text($outcome);
}

sub _ends ($outcome) {
    my ($good, $bad) = @{$outcome}{qw(good bad)};
    my @suspects = @{$outcome->{suspects} // []};
    my @rows     = (
        ['last good', $good, $good->{verdict}],
        (map { ['skipped', $_, 'did not tell'] } @suspects),
        ['first bad', $bad, $bad->{verdict}],
    );
    my $width = max(map { length $_->[1]{name} } @rows);
    my $text  = join q{},
        map { sprintf "%-10s %-${width}s  %s\n", $_->[0], $_->[1]{name}, $_->[2] } @rows;
    return $text if !@suspects;
    return $text
        . wrap(q{},
              'The first bad one is one of the last '
            . (1 + @suspects)
            . '; which of them cannot be told.');
}

# What replays each step, with what came of it.
sub log ($class, $case, $verdicts, @seen) {    ## no critic (ProhibitBuiltinHomonyms)
    return join q{}, map {
        my ($answer, $why) = $verdicts ? $verdicts->judge($_) : ();
        my $came = join ': ', $answer // (), $why // $_->{verdict};
        'copyhang matrix ' . shell_word($_->{name}) . " --only $case # $came\n"
    } @seen;
}

1;

__END__

=head1 NAME

Copyhang::Bisect::Report - what a bisection has found, for people

=head1 DESCRIPTION

C<text(\%outcome)> are the last good and the first bad kernel, what it took, the log that replays it,
and a text to mail (L<Copyhang::Bisect::Mail>). An outcome is

    {
        case     => 'exit_group/sendfile/pty-pipe',
        control  => 'exit_group/read_write/pty-pipe',    # undef where there is none
        verdicts => $verdicts,                           # of Copyhang::Bisect::Verdicts
        good     => $seen, bad => $seen,                 # of Copyhang::Bisect::Step
        suspects => [$seen, ...],                        # between them, did not tell; undef: none
        among    => 83,                                  # kernels, or commits
        steps    => [$seen, ...],
        boots    => 9,
        builds   => undef,                               # where kernels were built: how many
        seconds  => 48.2,                                # of all steps
        culprit  => undef,                               # text about a commit, for the mail
        log      => undef,                               # text that replays it, if not with matrix
        reproduce => undef,                              # a command, if it is not matrix
    }

C<log($case, $verdicts, @seen)> are the commands that replay steps, with what came of each as a comment;
without C<$verdicts> it is not known yet what is good.

=cut
