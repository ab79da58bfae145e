# SPDX-License-Identifier: GPL-2.0-only
#
# What a bisection has found, for people, with a mail to a kernel list.
package Copyhang::Bisect::Report;

use v5.36;
use Copyhang::Matrix::Changes ();
use Copyhang::Matrix::Results ();
use Copyhang::Selection       ();
use Copyhang::Text            qw(shell_word wrap);
use List::Util                qw(max uniq);

my $WIDTH = 72;    # columns of a mail, of all but the evidence

my %MEANING = (
    safe    => 'it holds, also while the copy is seen to be stalled',
    refused => 'the kernel refuses this way of copying between these two',
    hang    => 'it does not, until the copy is released: the actor is at rest in the kernel',
    stuck   => 'it does not, not even after the copy has been released',
    late    => 'it does so by itself, but late',
    spins   => 'the copier runs on without end, and copies nothing',
    missed  => 'somebody sleeps on who waits for what the copy has brought about',
    corrupt => 'bytes, counts or offsets are not as promised, or the source has changed',
);

# $found: the document of --json; $log: text that replays it.
sub text ($class, $found, $log) {
    my @units  = ($found->{builds} ? 'builds' : (), 'boots');
    my $effort = join ' and ', map { "$found->{$_} " . ($found->{$_} == 1 ? s/s\z//r : $_) } @units;
    my $minutes = sprintf '%.1f', $found->{seconds} / 60;
    my $things  = $found->{builds} ? 'commits' : 'kernels';
    return join "\n", _ends($found), "$effort in $minutes minutes, of $found->{among} $things.\n",
        "To replay:\n\n$log", "To mail:\n\n" . _mail($found);
}

sub _ends ($found) {
    my @rows  = _rows($found, 'last good', 'skipped', 'first bad');
    my $width = max(map { length $_->[1]{name} } @rows);
    my $text  = q{};
    for (@rows) {
        my ($title, $seen) = @{$_};
        my $tells = $title eq 'skipped' ? 'did not tell' : $seen->{verdict};
        $text .= sprintf "%-10s %-${width}s  %s\n", $title, $seen->{name}, $tells;
    }
    my $count = @rows - 1;
    $text .= wrap(q{}, "The first bad one is one of the last $count; which of them cannot be told.")
        if $count > 1;
    return $text;
}

# From the last good one to the first bad one, with these titles.
sub _rows ($found, $good, $suspect, $bad) {
    my @suspects = map { [$suspect, $_] } @{$found->{suspects}};
    return ([$good, $found->{good}], @suspects, [$bad, $found->{bad}]);
}

sub _mail ($found) {
    local $Copyhang::Text::WIDTH = $WIDTH;
    my ($case, @ends) = @{$found}{qw(case good bad)};
    my ($from, $to)   = map { $_->{verdict} } @ends;
    my $results = Copyhang::Matrix::Results->new(map { +{%{$_}, cases => []} } @ends);
    my ($old, $new) = $results->labels;
    my $since    = @{$found->{suspects}} ? 'by' : 'since';
    my @meanings = map { wrap(sprintf('  %-9s ', $_), $MEANING{$_}, q{ } x 12) } uniq $from, $to;
    my @between  = map { sprintf "  %-16s %s\n", $_->[0], _kernel($_->[1]) }
        _rows($found, "last $from", 'not known', "first $to");
    my @evidence =
        map { join "\n", "$_->{verdict} on " . _kernel($_), @{$_->{evidence}}, q{} } @ends;
    my @control = map { "On both the same with read and write ($_) is safe." } $found->{control}
        // ();
    my $reproduce = $found->{reproduce} // join q{ }, 'copyhang matrix',
        (map { shell_word($_->{name}) } @ends), "--only $case";
    return join "\n", "Subject: $case: $from up to $old, $to $since $new\n", _question($case),
        join(q{}, @meanings), join(q{}, @between), $found->{culprit} // (),
        _hints($results, $case, $from, $to), @evidence, (map { wrap(q{}, $_) } @control),
        "To reproduce, with copyhang:\n\n  $reproduce\n";
}

sub _question ($case) {
    my ($act, $strategy, $source, $sink) = $case =~ m{\A([^/]+)/([^/]+)/([^-]+)-(.+)\z};
    my $claim = Copyhang::Selection->claim($act) // "the act $act ends in time";
    return wrap(q{}, "While $strategy copies from $source to $sink, is it true that $claim?");
}

sub _kernel ($seen) { return join q{ }, $seen->{release} // (), "($seen->{name})" }

sub _hints ($results, $case, $from, $to) {
    my %transition = (ids => [$case], from => $from, to => $to, before => 0, after => 1);
    my @hints      = Copyhang::Matrix::Changes->new->hints($results, \%transition) or return;
    return join q{}, "Changes that lie between the two, by version alone:\n",
        map { wrap(q{  }, $_->[0]{words}, q{    }) } @hints;
}

1;
