# SPDX-License-Identifier: GPL-2.0-only
#
# What a bisection has found, as a mail to a kernel list.
package Copyhang::Bisect::Mail;

use v5.36;
use Copyhang::Matrix::Changes qw(change);
use Copyhang::Matrix::Results ();
use Copyhang::Selection       ();
use Copyhang::Text            qw(shell_word wrap);
use List::Util                qw(uniq);

my $WIDTH = 72;    # columns, of all but the evidence

my %MEANING = (
    safe    => 'it holds, also while the copy is seen to be stalled',
    refused => 'the kernel refuses this way of copying between these two',
    hang    => 'it does not, until the copy is released: the actor is at rest in the kernel',
    stuck   => 'it does not, not even after the copy has been released',
    late    => 'it does so by itself, but late',
    corrupt => 'bytes, counts or offsets are not what the interface promises',
);

# $outcome: of Copyhang::Bisect::Report.
sub text ($class, $outcome) {
    local $Copyhang::Text::WIDTH = $WIDTH;
    my ($good, $bad) = @{$outcome}{qw(good bad)};
    my $results = Copyhang::Matrix::Results->new(
        map {
            { %{$_}, cases => [] }
        } $good,
        $bad
    );
    my @labels = $results->labels;
    my $since  = @{$outcome->{suspects}} ? 'by' : 'since';
    return join "\n",
        "Subject: $outcome->{case}: $good->{verdict} up to $labels[0],"
        . " $bad->{verdict} $since $labels[1]\n",
        _question($outcome->{case}), _verdicts($good, $bad), _between($outcome),
        $outcome->{culprit} // (), _hints($results, $outcome), _evidence($good), _evidence($bad),
        _control($outcome),
        "To reproduce, with copyhang:\n\n  " . ($outcome->{reproduce} // _matrix($outcome)) . "\n";
}

sub _matrix ($outcome) {
    return join q{ }, 'copyhang matrix',
        map({ shell_word($_->{name}) } @{$outcome}{qw(good bad)}),
        "--only $outcome->{case}";
}

sub _question ($case) {
    my ($act, $strategy, $source, $sink) = $case =~ m{\A([^/]+)/([^/]+)/([^-]+)-(.+)\z};
    my $claim = Copyhang::Selection->claim($act) // "the act $act ends in time";
    return wrap(q{}, "While $strategy copies from $source to $sink, is it true that $claim?");
}

sub _verdicts (@seen) {
    return join q{},
        map { wrap(sprintf('  %-9s ', $_), $MEANING{$_}, q{ } x 12) }
        uniq map { $_->{verdict} } @seen;
}

sub _between ($outcome) {
    my @rows = (
        ["last $outcome->{good}{verdict}", $outcome->{good}],
        (map { ['not known', $_] } @{$outcome->{suspects}}),
        ["first $outcome->{bad}{verdict}", $outcome->{bad}],
    );
    return join q{}, map { sprintf "  %-16s %s\n", $_->[0], _kernel($_->[1]) } @rows;
}

sub _kernel ($seen) { return join q{ }, $seen->{release} // (), "($seen->{name})" }

sub _hints ($results, $outcome) {
    my %transition = (
        ids    => [$outcome->{case}],
        before => 0,
        after  => 1,
        from   => $outcome->{good}{verdict},
        to     => $outcome->{bad}{verdict},
    );
    my @hints = Copyhang::Matrix::Changes->new->hints($results, \%transition) or return;
    return join q{}, "Changes that lie between the two, by version alone:\n",
        map { wrap(q{  }, change($_->[0]), q{    }) } @hints;
}

sub _evidence ($seen) {
    return join "\n", "$seen->{verdict} on " . _kernel($seen), @{$seen->{evidence}}, q{};
}

sub _control ($outcome) {
    return if !defined $outcome->{control};
    return wrap(q{}, "On both the same with read and write ($outcome->{control}) is safe.");
}

1;
