# SPDX-License-Identifier: GPL-2.0-only
#
# What a bisection has found, as a mail to a kernel list.
package Copyhang::Bisect::Mail;

use v5.36;
use Copyhang::Matrix::Changes ();
use Copyhang::Matrix::Report  ();
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

# $found: the document of --json.
sub text ($class, $found) {
    local $Copyhang::Text::WIDTH = $WIDTH;
    my ($case, $good, $bad) = @{$found}{qw(case good bad)};
    my $results   = Copyhang::Matrix::Results->new(map { +{%{$_}, cases => []} } $good, $bad);
    my @labels    = $results->labels;
    my $since     = @{$found->{suspects}} ? 'by' : 'since';
    my $reproduce = $found->{reproduce} // join q{ }, 'copyhang matrix',
        map({ shell_word($_->{name}) } $good, $bad), "--only $case";
    return join "\n",
        "Subject: $case: $good->{verdict} up to $labels[0], $bad->{verdict} $since $labels[1]\n",
        _question($case), _verdicts($good, $bad), _between($found), $found->{culprit} // (),
        _hints($results, $found), _evidence($good), _evidence($bad), _control($found),
        "To reproduce, with copyhang:\n\n  $reproduce\n";
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

sub _between ($found) {
    my ($good, $bad) = @{$found}{qw(good bad)};
    my @rows = (
        ["last $good->{verdict}", $good],
        (map { ['not known', $_] } @{$found->{suspects}}),
        ["first $bad->{verdict}", $bad],
    );
    return join q{}, map { sprintf "  %-16s %s\n", $_->[0], _kernel($_->[1]) } @rows;
}

sub _kernel ($seen) { return join q{ }, $seen->{release} // (), "($seen->{name})" }

sub _hints ($results, $found) {
    my %transition = (
        ids    => [$found->{case}],
        before => 0,
        after  => 1,
        from   => $found->{good}{verdict},
        to     => $found->{bad}{verdict},
    );
    my @hints =
        Copyhang::Matrix::Changes->new->hints(\%transition, map { $results->version($_) } 0, 1);
    return if !@hints;
    return join q{}, "Changes that lie between the two, by version alone:\n",
        map { wrap(q{  }, Copyhang::Matrix::Report::change($_->[0]), q{    }) } @hints;
}

sub _evidence ($seen) {
    return join "\n", "$seen->{verdict} on " . _kernel($seen), @{$seen->{evidence}}, q{};
}

sub _control ($found) {
    return if !defined $found->{control};
    return wrap(q{}, "On both the same with read and write ($found->{control}) is safe.");
}

1;
