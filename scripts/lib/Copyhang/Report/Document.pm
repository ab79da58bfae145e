# SPDX-License-Identifier: GPL-2.0-only
#
# The results as one JSON document: see JSON DOCUMENT in copyhang-run(1) and copyhang-matrix(1).
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
        kernel   => {%{$kernel}{qw(release version machine)}},
        cases    => [map { $_->document } @{$kernel->{cases}}],
        troubles => $kernel->{troubles},
    );
}

sub _guests ($results) {
    my @kernels = map {
        +{%{$_}{@FIELDS}, cases => [map { $_->document } @{$_->{cases}}]}
    } $results->results;
    my @names       = map { $_->{name} } @kernels;
    my @differences = map { _difference($_, @names) } $results->differences;
    return (
        @differences ? (differences => \@differences) : (),
        kernels     => \@kernels,
        transitions => [map { _transition($_, @names) } $results->transitions]
    );
}

# One for each case that differs between architectures.
sub _difference ($difference, @names) {
    my @kernels = @names[@{$difference}{qw(first other)}];
    return
        map { +{id => $_, kernels => \@kernels, verdicts => $difference->{verdicts}} }
        @{$difference->{ids}};
}

# One for each case.
sub _transition ($transition, @names) {
    my %suspects;
    for my $hint (@{$transition->{hints}}) {
        my %change = %{$hint->[0]}{qw(version commit known subject)};
        push @{$suspects{$_}}, \%change for @{$hint->[1]};
    }
    my %is_unexplained = map { $_ => 1 } @{$transition->{unexplained}};
    my %same           = %{$transition}{qw(from to)};
    @same{qw(before after)} = @names[@{$transition}{qw(before after)}];
    return map {
        +{
            %same,
            id        => $_,
            suspects  => $suspects{$_} // [],
            explained => $is_unexplained{$_} ? \0 : \1
        }
    } @{$transition->{ids}};
}

1;
