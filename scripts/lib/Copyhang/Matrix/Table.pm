# SPDX-License-Identifier: GPL-2.0-only
package Copyhang::Matrix::Table;

use strict;
use warnings;
use feature 'signatures';
no warnings 'experimental::signatures';

use Copyhang::Product qw(group);
use Copyhang::Text    qw($WIDTH fill);
use List::Util        qw(any max min sum0);

my $NAMES = 44;         # the widest column of strategies
my $GAP   = 2;
my $NONE  = q{-};       # no result of this case on this kernel
my $ONE   = q{    };    # where strategies begin

# Arguments: verbose, paint => code($text, $verdict).
sub text ($class, $results, %argument) {
    my $self = bless {results => $results, labels => [$results->labels], %argument}, $class;
    my @ids  = grep { $self->{verbose} || $results->is_telling($_) } $results->ids;
    return join "\n", map { $self->_section(@{$_}) } $results->sections(@ids);
}

sub _cell ($row, $number) {
    my $case = $row->{cases}[$number] // return $NONE;
    return $case->{verdict} . ($case->is_changed ? q{!} : q{});
}

# The rows of the same acts, those with the same ends together.
sub _section ($self, @rows) {
    my @columns = $self->_columns(@rows);
    my $names =
        min($NAMES, max(map { length("$ONE,") + length join ', ', @{$_->{strategies}} } @rows));
    my @blocks = map { $self->_block($names, $_, @rows) } _blocks($WIDTH - $names, @columns);
    return join "\n", fill($WIDTH, @{$rows[0]{acts}}), join "\n", @blocks;
}

# Neighbours with the same verdicts share a column.
sub _columns ($self, @rows) {
    my @columns;
    for my $number ($self->{results}->columns) {
        my $cells = join q{ }, map { _cell($_, $number) } @rows;
        push @columns, {cells => $cells, number => $number, labels => []}
            if !@columns || $columns[-1]{cells} ne $cells;
        push @{$columns[-1]{labels}}, $self->{labels}[$number];
    }
    for my $column (@columns) {
        my @labels = @{$column->{labels}};
        $column->{heads} = [$labels[0], @labels > 2 ? "- $labels[-1]" : @labels[1 .. $#labels]];
        my @texts = (@{$column->{heads}}, map { _cell($_, $column->{number}) } @rows);
        $column->{width} = $GAP + max(map { length } @texts);
    }
    return @columns;
}

sub _blocks ($width, @columns) {
    my @blocks = ([]);
    for my $column (@columns) {
        push @blocks, []
            if @{$blocks[-1]} && sum0(map { $_->{width} } @{$blocks[-1]}, $column) > $width;
        push @{$blocks[-1]}, $column;
    }
    return @blocks;
}

sub _block ($self, $names, $columns, @rows) {
    my $text = q{};
    for my $line (0, 1) {
        my @heads = map { $_->{heads}[$line] // q{} } @{$columns};
        next if !any { length } @heads;
        $text .= sprintf '%-*s', $names, q{};
        $text .= sprintf '%*s%-*s', $GAP, q{}, $columns->[$_]{width} - $GAP, $heads[$_]
            for 0 .. $#heads;
        $text .= "\n";
    }
    for my $group (group(sub ($row) { ends($row) }, @rows)) {
        $text .= q{  } . ends($group->[0]) . "\n";
        $text .= $self->_row($names, $columns, $_) for @{$group};
    }
    return $text =~ s/ +$//gmr;
}

# "from pty, unix to pipe"
sub ends ($row) {
    my ($from, $to) = map { join ', ', @{$_} } @{$row->{ends}};
    return "from $from to $to";
}

sub _row ($self, $names, $columns, $row) {
    my ($first, @more) = fill($names - length $ONE, @{$row->{strategies}});
    my $text = sprintf '%-*s', $names, "$ONE$first";
    for my $column (@{$columns}) {
        my $cell = _cell($row, $column->{number});
        my ($verdict) = $cell =~ /(\w+)/;
        $text .= q{ } x $GAP . $self->{paint}->($cell, $verdict);
        $text .= q{ } x ($column->{width} - $GAP - length $cell);
    }
    return join "\n", $text, (map { "$ONE$_" } @more), q{};
}

1;

__END__

=head1 NAME

Copyhang::Matrix::Table - the verdicts, strategies by kernels

=head1 DESCRIPTION

Cases with the same verdicts share rows: one row for all strategies, under all ends and all acts
that go with each other. In a section (a set of acts) neighbouring kernels with the same verdicts
share a column. Unless C<verbose>, only what is not just safe or refused on all kernels alike has a
row.

=cut
