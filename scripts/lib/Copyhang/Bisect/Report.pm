# SPDX-License-Identifier: GPL-2.0-only
#
# What a bisection has found: for people, and as a JSON document.
#
# An outcome is what the document of --json is, but for schema: case, control (an id, undef where
# there is none), verdicts (Copyhang::Bisect::Verdicts), the kernels good and bad, suspects (those
# between them that did not tell) and all steps, each as of Copyhang::Bisect::Step, among how many
# (among), how many boots, and the seconds of all steps. Where kernels were built also builds (how
# many), culprit (text about a commit, if it is known), log and reproduce (commands).
package Copyhang::Bisect::Report;

use v5.36;
use Copyhang::Bisect::Mail ();
use Copyhang::Text         qw(wrap);
use Cpanel::JSON::XS       ();
use List::Util             qw(max);

# $log: text that replays it.
sub text ($class, $outcome, $log) {
    my $is_built = defined $outcome->{builds};
    my @effort =
        map { "$outcome->{$_}s" eq '1s' ? '1 ' . s/s\z//r : "$outcome->{$_} $_" }
        $is_built ? 'builds' : (), 'boots';
    return join "\n", _ends($outcome),
        sprintf(
        "%s in %.1f minutes, of %d %s.\n",
        join(' and ', @effort),
        $outcome->{seconds} / 60,
        $outcome->{among}, $is_built ? 'commits' : 'kernels'
        ),
        "To replay:\n\n$log",
        "To mail:\n\n" . Copyhang::Bisect::Mail->text($outcome);
}

sub _ends ($outcome) {
    my ($good, $bad, @suspects) =
        (@{$outcome}{qw(good bad)}, @{$outcome->{suspects}});
    my @rows = (
        ['last good', $good, $good->{verdict}],
        (map { ['skipped', $_, 'did not tell'] } @suspects),
        ['first bad', $bad, $bad->{verdict}],
    );
    my $width = max(map { length $_->[1]{name} } @rows);
    my $text  = join q{},
        map { sprintf "%-10s %-${width}s  %s\n", $_->[0], $_->[1]{name}, $_->[2] } @rows;
    return $text if !@suspects;
    my $count = 1 + @suspects;
    return $text
        . wrap(q{}, "The first bad one is one of the last $count; which of them cannot be told.");
}

sub document ($class, $outcome) {
    my $verdicts = $outcome->{verdicts};
    my %document = (
        %{$outcome},
        schema   => 1,
        verdicts => {map { $_ => [$verdicts->names($_)] } qw(good bad)},
        steps    => [map { _step($verdicts, $_) } @{$outcome->{steps}}],
    );
    return Cpanel::JSON::XS->new->canonical->pretty->ascii->encode(\%document);
}

sub _step ($verdicts, $seen) {
    my ($answer, $why) = $verdicts->judge($seen);
    return {%{$seen}, answer => $answer, why => $why};
}

1;
