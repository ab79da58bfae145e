# SPDX-License-Identifier: GPL-2.0-only
#
# One run of the cases in some surroundings.
#
#     my $result = Copyhang::Soak::Player->play(
#         {slow => ['--cpu', 50], copyhang => ['--jobs', 4]}, ['run', '--only', 'exit_group/*']);
#
# Plays them by scripts/slow and scripts/copyhang, so that all of it is in those surroundings, also
# an emulator.
package Copyhang::Soak::Player;

use v5.36;
use Copyhang::Failure qw(untestable);
use Copyhang::Limits  ();
use Copyhang::Paths   ();
use Copyhang::Tool    ();
use Cpanel::JSON::XS  ();

# As soon as $is_over->(), which is called often, is true, the run is ended, and nothing returned.
# $surroundings: {slow => [arguments of scripts/slow], copyhang => [of the command]}
# Return: {cases, as JSON has them, troubles => [sentences]}
sub play ($class, $surroundings, $arguments, $is_over = sub { 0 }) {
    my $scripts = Copyhang::Paths->checkout . '/scripts';
    my @command = (
        "$scripts/slow", @{$surroundings->{slow} // []},
        '--', "$scripts/copyhang", @{$arguments}, @{$surroundings->{copyhang} // []},
        qw(--json -)
    );
    local $ENV{COPYHANG_PROGRAMS} = Copyhang::Paths->programs;         # nothing to install or build
    local $Copyhang::Limits::TERM_GRACE = $Copyhang::Limits::SOAKED;
    my $was_over;
    my ($status, $lines, $noise) = Copyhang::Tool->attempt(
        \@command,
        dies_by => 'TERM',
        silence => undef,
        is_over => sub { $was_over = $is_over->() }
    );
    return if $was_over;
    my $document = eval { Cpanel::JSON::XS->new->decode(join "\n", @{$lines}) };
    my ($said)   = reverse grep { /\S/ } split /\n/, $noise;
    untestable($said // "a run ended with wait status $status") if !$document;
    my @kernels  = $document->{kernels} ? @{$document->{kernels}} : $document;
    my @outcomes = grep { ($_->{outcome} // 'complete') ne 'complete' } @kernels;
    return {
        cases    => [map { @{$_->{cases}} } @kernels],
        troubles => [
            (map { join ': ', $_->{outcome}, $_->{detail} // () } @outcomes),
            map { @{$_->{troubles} // []} } @kernels
        ],
    };
}

1;
