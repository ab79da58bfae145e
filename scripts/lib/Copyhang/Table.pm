# SPDX-License-Identifier: GPL-2.0-only
package Copyhang::Table;

use strict;
use warnings;
use feature 'signatures';
no warnings 'experimental::signatures';

use Copyhang::Text qw($WIDTH fill);
use List::Util     qw(all any max min sum0 uniq);

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
    return join "\n", map { $self->_act(@{$_}) } $self->_tables(\%cells, @acts);
}

# Acts that a table shows, and its cases: ([acts, acts that try less and agree, cases]...).
sub _tables ($self, $cells, @acts) {
    my %verdicts;
    for my $act (@acts) {
        $verdicts{$act} =
            {map { ("$_->{strategy}/$_->{source}-$_->{sink}" => _cell($_)) } @{$cells->{$act}}};
    }
    return map { [[$_], [], $cells->{$_}] } @acts if $self->{verbose};
    my @tables;
    for my $act (sort { keys %{$verdicts{$b}} <=> keys %{$verdicts{$a}} } @acts) {
        my $mine = $verdicts{$act};
        my ($table) = grep { _agrees($mine, $verdicts{$_->[0][0]}) } @tables;
        push @tables, $table = [[], [], $cells->{$act}] if !$table;
        my $whole = !@{$table->[0]} || keys %{$mine} == keys %{$verdicts{$table->[0][0]}};
        push @{$table->[$whole ? 0 : 1]}, $act;
    }
    my %place = map { $acts[$_] => $_ } 0 .. $#acts;
    for my $names (map { @{$_}[0, 1] } @tables) {
        @{$names} = sort { $place{$a} <=> $place{$b} } @{$names};
    }
    @tables = sort { $place{$a->[0][0]} <=> $place{$b->[0][0]} } @tables;
    return @tables;
}

# Whether all of these are among those.
sub _agrees ($these, $those) {
    return all { defined $those->{$_} && $those->{$_} eq $these->{$_} } keys %{$these};
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

sub _act ($self, $acts, $less, $cases) {
    my (%grid, %seen, @strategies, @ends);
    for my $case (@{$cases}) {
        my ($strategy, $end) = ($case->{strategy}, "$case->{sink} $case->{source}");
        push @strategies, $strategy if !$seen{strategy}{$strategy}++;
        push @ends,       $end      if !$seen{end}{$end}++;
        $grid{$end}{$strategy} = _cell($case);
    }
    my ($shown, $alike) = $self->_uniform(\%grid, @strategies);
    my @columns = $self->_columns(\%grid, $shown, \@ends);
    my $names   = min($NAMES, length join ', ', @{$shown});
    my @blocks =
        map { $self->_block($names, $shown, $_) } _blocks($WIDTH - $names - $GAP, @columns);
    my @lines = fill($WIDTH, @{$acts});
    push @lines, fill($WIDTH, 'the same where tried: ' . $less->[0], @{$less}[1 .. $#{$less}])
        if @{$less};
    return join "\n", @lines, join "\n", @blocks[0 .. $#blocks - 1], $blocks[-1] . $alike;
}

# The strategies that need a row, and what is said of those that the kernel refuses, or lacks, in
# every column.
sub _uniform ($self, $grid, @strategies) {
    return (\@strategies, q{}) if $self->{verbose};
    my (%all, @shown);
    for my $strategy (@strategies) {
        my @cells = uniq grep { defined } map { $_->{$strategy} } values %{$grid};
        if (@cells == 1 && $cells[0] =~ /\A(?:refused|unavailable)\z/) {
            push @{$all{$cells[0]}}, $strategy;
        }
        else { push @shown, $strategy }
    }
    return (\@strategies, q{}) if !@shown;
    my @lines =
        map { fill($WIDTH - 2 * $GAP, "$_: " . shift @{$all{$_}}, @{$all{$_}}) } sort keys %all;
    return (\@shown, join q{}, map { q{ } x $GAP . "$_\n" } @lines);
}

# A column: {sinks, heads => [lines], cells => {strategy => text}, width}. First sources with the
# same cells share it, then sinks of the same sources.
sub _columns ($self, $grid, $strategies, $ends) {
    my @used = grep {
        my $cells = $grid->{$_};
        any { defined $cells->{$_} } @{$strategies}
    } @{$ends};
    my $cells_of = sub ($end) {
        join ' ', map { $grid->{$end}{$_} // $NONE } @{$strategies};
    };
    my @sinks   = uniq map { (split)[0] } @used;
    my @by_sink = map {
        my $sink = $_;
        grep { /\A\Q$sink\E / } @used
    } @sinks;
    my @groups =
        $self->_merge(sub ($end) { (split / /, $end)[0] . q{ } . $cells_of->($end) }, @by_sink);
    my %sources = map {
        $_->[0] => [map { (split)[1] } @{$_}]
    } @groups;
    my @shared = $self->_merge(sub ($end) { "@{$sources{$end}} " . $cells_of->($end) },
        map { $_->[0] } @groups);
    return map {
        _column([map { (split)[0] } @{$_}], $sources{$_->[0]}, $grid->{$_->[0]})
    } @shared;
}

sub _column ($sinks, $sources, $cells) {
    my @to    = fill($HEADS, "to $sinks->[0]", @{$sinks}[1 .. $#{$sinks}]);
    my @heads = fill($HEADS, @{$sources});
    return {
        to    => \@to,
        heads => \@heads,
        cells => $cells,
        width => $GAP + max(map { length } @to, @heads, values %{$cells}),
    };
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

# The names may take what the columns leave.
sub _block ($self, $least, $strategies, $columns) {
    my $room   = $WIDTH - $GAP - sum0(map { $_->{width} } @{$columns});
    my $names  = min(length join(', ', @{$strategies}), max($least, $room));
    my $text   = q{};
    my $before = q{};
    my @titles;
    for my $column (@{$columns}) {
        my $to = join "\n", @{$column->{to}};
        push @titles, $to eq $before ? [] : $column->{to};
        $before = $to;
    }
    for my $rows (\@titles, [map { $_->{heads} } @{$columns}]) {
        for my $line (0 .. max(map { $#{$_} } @{$rows})) {
            $text .= join q{}, _cut($GAP + $names, q{}),
                (map { _cut($columns->[$_]{width}, $rows->[$_][$line] // q{}) } 0 .. $#{$rows}),
                "\n";
        }
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
        my ($first, @more) = fill($names, @{$row});
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

1;

__END__

=head1 NAME

Copyhang::Table - the verdicts, strategy by source, a table for each act

=head1 DESCRIPTION

Strategies with the same verdicts everywhere share a row, sources a column, and then sinks, and acts
a table: also an act that tries less than another one, if it agrees with it in all that it tries.
Strategies that are refused everywhere, or unavailable, are named below the table. None of that
when C<verbose>. A table that is too wide is cut into blocks. A verdict that differs from the
baseline's has a C<!>, and where there is no such case stands C<->.

=cut
