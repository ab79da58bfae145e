# SPDX-License-Identifier: GPL-2.0-only
#
# The results as one JSON document.
#
#     {"schema": 1, "kernel": {"release", "version", "machine"}, "troubles": ["..."],
#      "cases": [{"id", "act", "strategy", "source", "sink", "verdict", "errno", "stalled",
#                 "killable", "act_ms", "release_ms", "steps", "evidence"}]}
#
# errno, killable, act_ms and release_ms are null where they do not apply; reason and expected (the
# baseline's verdict) are there where there is one. evidence has the other keys of the case's
# evidence. troubles says what was wrong with a case program.
#
# From copyhang exec there is command, the program under test with its arguments. From a survey
# there is programs: [{"name", "package", "command", "rows", "installed", "mismatches"}], and each
# case has program, the name of one of them.
#
# Of kernels in guests:
#
#     {"schema": 1,
#      "kernels": [{"name", "release", "version", "machine", "accelerator", "outcome", "detail",
#                   "console", "seconds": {"boot", "cases", "total"}, "troubles", "cases": [...]}],
#      "transitions": [{"id", "before", "after", "from", "to", "suspects": [...],
#                       "explained"}]}
#
# Kernels are in the order of their versions; before and after are names of them. suspects are known
# changes of the kernel ({"version", "commit", "known", "subject"}) that might explain the
# transition: hints, by version numbers alone. known is bisected, read (in the source of both
# kernels) or guess; explained is false where there are only guesses, or none.
package Copyhang::Report::Document;

use v5.36;
use Cpanel::JSON::XS ();

my @FIELDS = qw(name release version machine accelerator outcome detail console seconds troubles);

# $results: of Copyhang::Matrix::Results.
sub text ($class, $results, $path = undef) {
    my %document = $results->running ? _running($results) : _guests($results);
    return Cpanel::JSON::XS->new->canonical->pretty->ascii->encode({%document, schema => 1});
}

sub _running ($results) {
    my $kernel = $results->running;
    return (
        $results->selection->document,
        kernel   => {map { $_ => $kernel->{$_} } qw(release version machine)},
        cases    => [map { $_->document } @{$kernel->{cases}}],
        troubles => $kernel->{troubles},
    );
}

sub _guests ($results) {
    my @kernels = map {
        my $kernel = $_;
        my @cases  = map { $_->document } @{$kernel->{cases}};
        +{cases => \@cases, map { $_ => $kernel->{$_} } @FIELDS}
    } $results->results;
    my @transitions = map { _transition($results, $_) } $results->transitions;
    return (kernels => \@kernels, transitions => \@transitions);
}

sub _transition ($results, $transition) {
    my @names = map { $_->{name} } $results->results;
    my %suspects;
    for my $hint (@{$transition->{hints}}) {
        my %change = map { $_ => $hint->[0]{$_} } qw(version commit known subject);
        push @{$suspects{$_}}, \%change for @{$hint->[1]};
    }
    my %is_unexplained = map { $_ => 1 } @{$transition->{unexplained}};
    return map {
        {
            id        => $_,
            before    => $names[$transition->{before}],
            after     => $names[$transition->{after}],
            from      => $transition->{from},
            to        => $transition->{to},
            suspects  => $suspects{$_} // [],
            explained => $is_unexplained{$_} ? \0 : \1,
        }
    } @{$transition->{ids}};
}

1;
