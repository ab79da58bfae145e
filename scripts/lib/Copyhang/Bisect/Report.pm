# SPDX-License-Identifier: GPL-2.0-only
#
# What a bisection has found, for people.
package Copyhang::Bisect::Report;

use v5.36;
use Copyhang::Bisect::Mail ();
use Copyhang::Text         qw(wrap);
use List::Util             qw(max);

# $found: the document of --json; $log: text that replays it.
sub text ($class, $found, $log) {
    my $is_built = defined $found->{builds};
    my @effort =
        map { "$found->{$_} " . ($found->{$_} == 1 ? s/s\z//r : $_) } $is_built ? 'builds' : (),
        'boots';
    return join "\n", _ends($found),
        sprintf(
        "%s in %.1f minutes, of %d %s.\n",
        join(' and ', @effort),
        $found->{seconds} / 60,
        $found->{among}, $is_built ? 'commits' : 'kernels'
        ),
        "To replay:\n\n$log",
        "To mail:\n\n" . Copyhang::Bisect::Mail->text($found);
}

sub _ends ($found) {
    my ($good, $bad, @suspects) = (@{$found}{qw(good bad)}, @{$found->{suspects}});
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

1;
