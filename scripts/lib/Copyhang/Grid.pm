# SPDX-License-Identifier: GPL-2.0-only
#
# A table of verdicts as text: what is alike is merged, columns are cut into blocks that fit.
#
# A row is {names, cases, ends}: what it is called, a case for each column, undef where there is
# none, and what stands above those rows that go together, if anything does. A column is {number,
# heads, width}: which of the cases of a row stands in it, what stands above it, in groups of lines,
# and how wide it is. They are made by Copyhang::Grid::Ends and Copyhang::Grid::Kernels.
package Copyhang::Grid;

use v5.36;
use Copyhang::Text qw(fill);
use Exporter 'import';
use List::Util qw(max);

our @EXPORT_OK = qw(cell cells width cut block);

my $GAP  = 2;
my $NONE = q{-};    # no such case, or no result of it on this kernel

# A change against the baseline is marked.
sub cell ($case) {
    return $case ? $case->{verdict} . ($case->is_changed ? q{!} : q{}) : $NONE;
}

# What stands in these columns of these rows.
sub cells ($columns, @rows) {
    return map {
        my $cases = $_->{cases};
        map { cell($cases->[$_->{number}]) } @{$columns}
    } @rows;
}

sub width ($column, @rows) {
    return $GAP + max(map { length } cells([$column], @rows), map { @{$_} } @{$column->{heads}});
}

# Columns that fit beside each other: ([column...]...).
sub cut ($room, @columns) {
    my @blocks = ([]);
    my $used   = 0;
    for my $column (@columns) {
        if ($used + $column->{width} > $room && @{$blocks[-1]}) {
            push @blocks, [];
            $used = 0;
        }
        push @{$blocks[-1]}, $column;
        $used += $column->{width};
    }
    return @blocks;
}

# Names begin at $indent, columns at $margin.
sub block ($paint, $indent, $margin, $columns, @rows) {
    my $text = q{};
    for my $level (map { 0 .. $#{$_->{heads}} } $columns->[0] // ()) {
        my @heads = map { $_->{heads}[$level] } @{$columns};
        for my $line (0 .. max(map { $#{$_} } @heads)) {
            $text .= q{ } x $margin;
            $text .= _pad($columns->[$_], $heads[$_][$line] // q{}) for 0 .. $#heads;
            $text .= "\n";
        }
    }
    my $ends = q{};
    for my $row (@rows) {
        $text .= "  $row->{ends}\n" if ($row->{ends} // q{}) ne $ends;
        $ends = $row->{ends} // q{};
        my ($first, @more) = fill($margin - $indent, @{$row->{names}});
        $text .= sprintf '%-*s', $margin, q{ } x $indent . $first;
        for my $column (@{$columns}) {
            my $cell      = cell($row->{cases}[$column->{number}]);
            my ($verdict) = $cell =~ /(\w+)/;
            $text .= _pad($column, $cell) =~ s/\Q$cell\E/$paint->($cell, $verdict)/er;
        }
        $text .= join q{}, "\n", map { q{ } x $indent . "$_\n" } @more;
    }
    return $text =~ s/ +$//gmr;
}

sub _pad ($column, $text) {
    return q{ } x $GAP . sprintf '%-*s', $column->{width} - $GAP, $text;
}

1;
