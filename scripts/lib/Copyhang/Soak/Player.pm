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
use Copyhang::Failure      qw(untestable);
use Copyhang::ProcessGroup ();
use Copyhang::Limits       ();
use Copyhang::Paths        ();
use Copyhang::Process      ();
use Cpanel::JSON::XS       ();

# Seconds that it waits for news at a time are few, so $on_tick->() is called often; as soon as that
# is true, the run is ended, and nothing returned.
# $surroundings: {slow => [arguments of scripts/slow], copyhang => [of the command]}
# Return: {cases, as JSON has them, troubles => [sentences]}
sub play ($class, $surroundings, $arguments, $on_tick = sub { 0 }) {
    my $scripts = Copyhang::Paths->checkout . '/scripts';
    my ($text, $noise) = (q{}, q{});
    local $ENV{COPYHANG_PROGRAMS} = Copyhang::Paths->programs;         # nothing to install or build
    local $Copyhang::Limits::INTERRUPTED = $Copyhang::Limits::SOAKED;
    my $process = Copyhang::Process->start(
        command => [
            Copyhang::ProcessGroup->single(
                'TERM',                             "$scripts/slow",
                @{$surroundings->{slow} // []},     '--',
                "$scripts/copyhang",                @{$arguments},
                @{$surroundings->{copyhang} // []}, qw(--json -)
            )
        ],
        on_line  => sub ($line) { $text   .= "$line\n" },
        on_noise => sub ($words) { $noise .= $words },
        silence  => undef,
    );
    my $is_over = 0;
    while (!$process->has_ended) {
        Copyhang::Process->pump($process);
        next if $is_over || !$on_tick->();
        $is_over = 1;
        $process->stop('TERM', $Copyhang::Limits::SOAKED);
    }
    Copyhang::Failure->check_signals;
    return $is_over ? undef : _result($process, $text, $noise);
}

sub _result ($process, $text, $noise) {
    my $document = eval { Cpanel::JSON::XS->new->decode($text) };
    my ($said)   = reverse grep { /\S/ } split /\n/, $noise;
    untestable($said // $process->complaint // 'a run ended with wait status ' . $process->status)
        if !$document;
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
