# SPDX-License-Identifier: GPL-2.0-only
#
# The verdicts on one kernel: strategies by source and sink, a table for each act.
#
# Strategies with the same verdicts everywhere share a row, sources a column, and then sinks, and
# acts a table: also an act that tries less than another one, if it agrees with it in all that it
# tries. Strategies that are refused everywhere, or unavailable, are named below the table. None of
# that when verbose. A verdict that differs from the baseline's has a !, and where there is no such
# case stands -.
package Copyhang::Grid::Ends;

use v5.36;
use Copyhang::Grid    qw(cell cells width cut block);
use Copyhang::Product qw(group merged);
use Copyhang::Text    qw($WIDTH fill);
use List::Util        qw(all any max min sum0 uniq);

my $NAMES  = 30;    # the widest column of strategies,
my $HEADS  = 12;    # and what sources that share a column may take
my $INDENT = 2;

# The tables, in the order of the acts.
sub tables ($class, $verbose, @cases) {
    my $place = 0;
    my @acts  = map {
        {
            name  => $_->[0]{act},
            place => $place++,
            cases => $_,
            cells => {map { ("$_->{strategy}/$_->{source}-$_->{sink}" => cell($_)) } @{$_}},
        }
    } group(sub ($case) { $case->{act} }, @cases);
    return map { $class->_new($verbose, $_) } @acts if $verbose;

    # Acts that try less and agree share the table of the one that tries most.
    my @tables;
    for my $act (sort { keys %{$b->{cells}} <=> keys %{$a->{cells}} } @acts) {
        my ($table) = grep { _agrees($act->{cells}, $_->[0]{cells}) } @tables;
        push @tables, $table = [] if !$table;
        push @{$table}, $act;
    }
    return map { $class->_new($verbose, @{$_}) } sort { $a->[0]{place} <=> $b->[0]{place} } @tables;
}

# Whether all of these are among those.
sub _agrees ($these, $those) {
    return all { defined $those->{$_} && $those->{$_} eq $these->{$_} } keys %{$these};
}

# The act whose cases are shown, and those that share its table.
sub _new ($class, $verbose, @acts) {
    my $self = bless {verbose => $verbose, cases => $acts[0]{cases}, acts => [], less => []},
        $class;
    for my $act (sort { $a->{place} <=> $b->{place} } @acts) {
        my $is_whole = keys %{$act->{cells}} == keys %{$acts[0]{cells}};
        push @{$self->{$is_whole ? 'acts' : 'less'}}, $act->{name};
    }
    my (%number, %row, @strategies);
    for my $case (@{$self->{cases}}) {
        my $end    = "$case->{sink} $case->{source}";
        my $number = $number{$end} = $number{$end} // keys %number;
        push @strategies, $case->{strategy} if !$row{$case->{strategy}};
        $row{$case->{strategy}}[$number] = $case;
    }
    my @rows = map { {names => [$_], cases => $row{$_}} } @strategies;
    $self->{rows} = \@rows;
    $self->_leave_out_uniform if !$verbose;
    $self->{columns} = [$self->_columns(%number)];
    $_->{width}      = width($_, @rows) for @{$self->{columns}};
    return $self;
}

# Strategies that the kernel refuses, or lacks, in every column need no row, if others have one.
sub _leave_out_uniform ($self) {
    my (%all, @shown);
    for my $row (@{$self->{rows}}) {
        my @cells = uniq map { cell($_) } grep { defined } @{$row->{cases}};
        if ("@cells" =~ /\A(?:refused|unavailable)\z/) { push @{$all{"@cells"}}, @{$row->{names}} }
        else                                           { push @shown, $row }
    }
    @{$self}{qw(rows alike)} = (\@shown, \%all) if @shown;
    return;
}

# Those that a row needs. Sources with the same cells share one, then sinks of the same sources.
sub _columns ($self, %number) {
    my @rows = @{$self->{rows}};
    my @used = grep {
        my $number = $number{$_};
        any { $_->{cases}[$number] } @rows
    } sort { $number{$a} <=> $number{$b} } keys %number;
    my @columns = map {
        my ($sink, $source) = split;
        {number => $number{$_}, sinks => [$sink], sources => [$source]}
    } map { @{$_} } group(sub ($end) { $end =~ s/ .*//r }, @used);
    if (!$self->{verbose}) {
        for my $parts (['sources', 'sinks'], ['sinks', 'sources']) {
            my ($part, $other) = @{$parts};
            my $key = sub ($column) { join q{ }, @{$column->{$other}}, cells([$column], @rows) };
            @columns = merged($part, $key, @columns);
        }
    }
    for my $column (@columns) {
        my ($sink, @sinks) = @{$column->{sinks}};
        $column->{heads} =
            [[fill($HEADS, "to $sink", @sinks)], [fill($HEADS, @{$column->{sources}})]];
    }
    return @columns;
}

sub text ($self, $paint) {
    my @names  = map { @{$_->{names}} } @{$self->{rows}};
    my $length = length join ', ', @names;
    my $least  = min($NAMES, $length);
    my @lines  = fill($WIDTH, @{$self->{acts}});
    my ($less, @less) = @{$self->{less}};
    push @lines, fill($WIDTH, "the same where tried: $less", @less) if defined $less;

    # The names may take what the columns leave.
    my @blocks = map {
        my $room = $WIDTH - $INDENT - sum0(map { $_->{width} } @{$_});
        $self->_block($paint, min($length, max($least, $room)), @{$_});
    } cut($WIDTH - $least - $INDENT, @{$self->{columns}});
    return join("\n", @lines, join "\n", @blocks) . join q{},
        map { q{ } x $INDENT . "$_\n" } $self->_alike;
}

# What is said of the strategies that have no row.
sub _alike ($self) {
    return map {
        my ($first, @more) = @{$self->{alike}{$_}};
        fill($WIDTH - 2 * $INDENT, "$_: $first", @more);
    } sort keys %{$self->{alike}};
}

# Neighbours to the same sinks are told so once.
sub _block ($self, $paint, $names, @columns) {
    my @rows = grep {
        my $cases = $_->{cases};
        any { $cases->[$_->{number}] } @columns
    } @{$self->{rows}};
    @rows = merged('names', sub ($row) { join q{ }, cells(\@columns, $row) }, @rows)
        if !$self->{verbose};
    my $before = q{};
    my @titled = map {
        my ($to, $from) = @{$_->{heads}};
        my $is_same = "@{$to}" eq $before;
        $before = "@{$to}";
        +{%{$_}, heads => [$is_same ? [] : $to, $from]}
    } @columns;
    return block($paint, $INDENT, $INDENT + $names, \@titled, @rows);
}

1;
