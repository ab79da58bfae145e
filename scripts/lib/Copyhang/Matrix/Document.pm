# SPDX-License-Identifier: GPL-2.0-only
package Copyhang::Matrix::Document;

use strict;
use warnings;
use feature 'signatures';
no warnings 'experimental::signatures';

use Copyhang::Matrix::Transitions ();
use Cpanel::JSON::XS              ();

my @FIELDS = qw(name release version machine accelerator outcome detail console seconds troubles);

sub text ($class, $results, $changes) {
    my %document = (
        schema      => 1,
        kernels     => [map { _kernel($_) } $results->results],
        transitions => [
            map { _transition($results, $_) }
                Copyhang::Matrix::Transitions->between($results, $changes)
        ],
    );
    return Cpanel::JSON::XS->new->canonical->pretty->ascii->encode(\%document);
}

sub _kernel ($result) {
    return {
        (map { $_ => $result->{$_} } @FIELDS),
        cases => [map { $_->document } @{$result->{cases}}]
    };
}

sub _transition ($results, $transition) {
    my ($before, $after) = @{$transition}{qw(before after)};
    my %suspects;
    for my $hint (@{$transition->{hints}}) {
        my %change = map { $_ => $hint->[0]{$_} } qw(version commit known subject);
        push @{$suspects{$_}}, \%change for @{$hint->[1]};
    }
    my %is_unexplained = map { $_ => 1 } @{$transition->{unexplained}};
    my @names          = map { $_->{name} } $results->results;
    return map {
        {
            id        => $_,
            before    => $names[$before],
            after     => $names[$after],
            from      => $transition->{from},
            to        => $transition->{to},
            suspects  => $suspects{$_} // [],
            explained => $is_unexplained{$_} ? \0 : \1,
        }
    } @{$transition->{ids}};
}

1;

__END__

=head1 NAME

Copyhang::Matrix::Document - the results of several kernels as one JSON document

=head1 DESCRIPTION

    {"schema": 1,
     "kernels": [{"name", "release", "version", "machine", "accelerator", "outcome", "detail",
                  "console", "seconds": {"boot", "cases", "total"}, "troubles", "cases": [...]}],
     "transitions": [{"id", "before", "after", "from", "to", "suspects": [...],
                      "explained"}]}

Kernels are in the order of their versions; C<before> and C<after> are names of them. Cases are as in
L<Copyhang::Document>. C<suspects> are known changes of the kernel ({"version", "commit",
"known", "subject"}) that might explain the transition: hints, by version numbers alone. C<known> is
C<bisected>, C<read> (in the source of both kernels) or C<guess>; C<explained> is false where there are
only guesses, or none.

=cut
