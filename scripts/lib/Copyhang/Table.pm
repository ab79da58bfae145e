# SPDX-License-Identifier: GPL-2.0-only
package Copyhang::Table;

use strict;
use warnings;
use feature 'signatures';
no warnings 'experimental::signatures';

use List::Util qw(any max min uniq);

my $WIDTH = 100;
my $NAMES = 30;      # the widest column of strategies,
my $HEADS = 12;      # and what sources that share a column may take
my $GAP   = 2;
my $NONE  = q{-};    # no such case

# Arguments: cases => [...], verbose, paint => code($text, $verdict).
sub text ($class, %argument) {
    my $self = bless {%argument}, $class;
    my (%cells, @acts);
    for my $case (@{$self->{cases}}) {
        push @acts,                   $case->{act} if !$cells{$case->{act}};
        push @{$cells{$case->{act}}}, $case;
    }
    my @groups = $self->_merge(
        sub ($act) {
            join ' ', map { ("$_->{strategy}/$_->{source}-$_->{sink}", _cell($_)) } @{$cells{$act}};
        },
        @acts
    );
    return join "\n", map { $self->_act($_, $cells{$_->[0]}) } @groups;
}

# A change against the baseline is marked.
sub _cell ($case) {
    return $case->{verdict} . ($case->is_changed ? q{!} : q{});
}

# Puts the names together that have the same key: ([name, name], [name]...).
sub _merge ($self, $key_of, @names) {
    return map { [$_] } @names if $self->{verbose};
    my (%group, @groups);
    for my $name (@names) {
        my $key = $key_of->($name);
        push @groups, $group{$key} = [] if !$group{$key};
        push @{$group{$key}}, $name;
    }
    return @groups;
}

sub _act ($self, $acts, $cases) {
    my (%grid, %seen, @strategies, @ends);
    for my $case (@{$cases}) {
        my ($strategy, $end) = ($case->{strategy}, "$case->{sink} $case->{source}");
        push @strategies, $strategy if !$seen{strategy}{$strategy}++;
        push @ends,       $end      if !$seen{end}{$end}++;
        $grid{$end}{$strategy} = _cell($case);
    }
    my @columns = $self->_columns(\%grid, \@strategies, \@ends);
    my $names   = min($NAMES, length join ', ', @strategies);
    my @blocks  = _blocks($WIDTH - $names - $GAP, @columns);
    return join "\n", _fill($WIDTH, @{$acts}),
        join "\n", map { $self->_block($names, \@strategies, $_) } @blocks;
}

# A column: {sink, heads => [lines of sources], cells => {strategy => text}, width}.
sub _columns ($self, $grid, $strategies, $ends) {
    my @sinks   = uniq map { (split)[0] } @{$ends};
    my @by_sink = map {
        my $sink = $_;
        grep { /\A\Q$sink\E / } @{$ends}
    } @sinks;
    my @groups = $self->_merge(
        sub ($end) {
            join ' ', (split / /, $end)[0], map { $grid->{$end}{$_} // $NONE } @{$strategies};
        },
        @by_sink
    );
    return map {
        my ($sink) = split / /, $_->[0];
        my @heads  = _fill($HEADS, map { (split)[1] } @{$_});
        my $cells  = $grid->{$_->[0]};
        {
            sink  => $sink,
            heads => \@heads,
            cells => $cells,
            width => $GAP + max(map { length } "to $sink", @heads, values %{$cells}),
        }
    } @groups;
}

# Cuts the columns into blocks that fit.
sub _blocks ($width, @columns) {
    my @blocks = ([]);
    my $used   = 0;
    for my $column (@columns) {
        if ($used + $column->{width} > $width && @{$blocks[-1]}) {
            push @blocks, [];
            $used = 0;
        }
        push @{$blocks[-1]}, $column;
        $used += $column->{width};
    }
    return @blocks;
}

sub _block ($self, $names, $strategies, $columns) {
    my $text   = q{};
    my $before = q{};
    my @titles;
    for my $column (@{$columns}) {
        push @titles, $column->{sink} eq $before ? q{} : "to $column->{sink}";
        $before = $column->{sink};
    }
    for my $line (-1 .. max(map { $#{$_->{heads}} } @{$columns})) {
        my @heads = $line < 0 ? @titles : map { $_->{heads}[$line] // q{} } @{$columns};
        $text .= join q{}, _cut($GAP + $names, q{}),
            (map { _cut($columns->[$_]{width}, $heads[$_]) } 0 .. $#heads), "\n";
    }
    my @rows = $self->_merge(
        sub ($strategy) {
            join ' ', map { $_->{cells}{$strategy} // $NONE } @{$columns};
        },
        grep {
            my $strategy = $_;
            any { $_->{cells}{$strategy} } @{$columns}
        } @{$strategies}
    );
    for my $row (@rows) {
        my ($first, @more) = _fill($names, @{$row});
        $text .= _cut($GAP + $names, $first);
        $text .= $self->_painted($_->{width}, $_->{cells}{$row->[0]} // $NONE) for @{$columns};
        $text .= join q{}, "\n", map { q{ } x $GAP . "$_\n" } @more;
    }
    return $text =~ s/ +$//gmr;
}

sub _cut ($width, $text) {
    return q{ } x $GAP . sprintf '%-*s', $width - $GAP, $text;
}

# Colours take no room.
sub _painted ($self, $width, $cell) {
    my ($verdict) = $cell =~ /(\w+)/;
    return _cut($width, $cell) =~ s/\Q$cell\E/$self->{paint}->($cell, $verdict)/er;
}

# The names with commas, in lines of at most $width where that is possible.
sub _fill ($width, @names) {
    my @lines = shift @names;
    for my $name (@names) {
        $lines[-1] .= q{,};
        if (length("$lines[-1] $name,") <= $width) { $lines[-1] .= " $name" }
        else                                       { push @lines, $name }
    }
    return @lines;
}

1;

__END__

=head1 NAME

Copyhang::Table - the verdicts, strategy by source, a table for each act

=head1 DESCRIPTION

Strategies with the same verdicts everywhere share a row, sources of one sink a column, acts a
table; not when C<verbose>. A table that is too wide is cut into blocks. A verdict that differs
from the baseline's has a C<!>, and where there is no such case stands C<->.

=cut
