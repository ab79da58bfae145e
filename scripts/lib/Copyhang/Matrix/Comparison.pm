# SPDX-License-Identifier: GPL-2.0-only
package Copyhang::Matrix::Comparison;

use strict;
use warnings;
use feature 'signatures';
no warnings 'experimental::signatures';

use Copyhang::Comparison ();
use Copyhang::Product    qw(group products);

# $results: of Copyhang::Matrix::Results, whose cases know what is expected of them.
sub new ($class, $results, $selection) {
    my (@lines, @sums);
    for my $result (grep { $_->{baseline} } $results->results) {
        my $comparison  = Copyhang::Comparison->new({%{$result}, selection => $selection});
        my @differences = group(sub ($difference) { $difference->[1] }, $comparison->differences);
        for my $same (@differences) {
            push @lines,
                map { "$result->{name} $_: $same->[0][1]" } products(map { $_->[0] } @{$same});
        }
        push @sums, "$result->{name}: " . $comparison->sum;
    }
    push @sums,
        map { "$_->{name}: nothing is recorded for it" } grep { !$_->{baseline} } $results->results
        if @sums;
    return bless {lines => [@lines, @sums]}, $class;
}

# One for each thing that differs from a kernel's baseline, then one for each kernel.
sub lines ($self) {
    return @{$self->{lines}};
}

1;

__END__

=head1 NAME

Copyhang::Matrix::Comparison - what differs between kernels and their baselines

=cut
