# SPDX-License-Identifier: GPL-2.0-only
#
# The verdicts on several kernels: strategies by kernel, a section for each set of acts.
#
# Cases with the same verdicts share rows: one row for all strategies, under all ends and all acts
# that go with each other. In a section (a set of acts) neighbouring kernels with the same verdicts
# share a column. Unless verbose, only what is not just safe or refused on all kernels alike has a
# row.
package Copyhang::Grid::Kernels;

use v5.36;
use Copyhang::Grid qw(cells width cut block);
use Copyhang::Text qw($WIDTH fill);
use List::Util     qw(max min);

my $NAMES  = 44;    # the widest column of strategies
my $INDENT = 4;

# $results: of Copyhang::Matrix::Results.
sub text ($class, $results, $verbose, $paint) {
    my @ids = grep { $verbose || $results->is_telling($_) } $results->ids;
    return join "\n", map { _section($results, $paint, @{$_}) } $results->sections(@ids);
}

sub _section ($results, $paint, @rows) {
    my $widest = max(map { 1 + length join ', ', @{$_->{names}} } @rows);
    my $margin = min($NAMES, $INDENT + $widest);
    my @blocks = cut($WIDTH - $margin, _columns($results, @rows));
    return join "\n", fill($WIDTH, @{$rows[0]{acts}}),
        map { block($paint, $INDENT, $margin, $_, @rows) } @blocks;
}

# Neighbours with the same verdicts share a column.
sub _columns ($results, @rows) {
    my @labels = $results->labels;
    my @columns;
    for my $number ($results->columns) {
        my $cells = join q{ }, cells([{number => $number}], @rows);
        push @columns, {cells => $cells, number => $number, labels => []}
            if !@columns || $columns[-1]{cells} ne $cells;
        push @{$columns[-1]{labels}}, $labels[$number];
    }
    for my $column (@columns) {
        my @these = @{$column->{labels}};
        $column->{heads} = [[$these[0], @these > 2 ? "- $these[-1]" : @these[1 .. $#these]]];
        $column->{width} = width($column, @rows);
    }
    return @columns;
}

1;
