# SPDX-License-Identifier: GPL-2.0-only
#
# Tables of verdicts as text: what is alike is merged, columns are cut into blocks that fit.
#
# On one kernel (tables): strategies by source and sink, a table for each act, as REPORT in
# copyhang-run(1) describes it; verbose, nothing is merged. On several (sections): strategies by
# kernel, a section for each set of acts, in which neighbouring kernels with the same verdicts share
# a column.
#
# A row is {names, cases, ends}: a case for each column, undef where there is none, and what stands
# above the rows that go together. A column is {number, heads, width}: which of the cases of a row
# stands in it, and what stands above it, in groups of lines. A verdict that differs from the
# baseline's has a !, and where there is no case stands -.
package Copyhang::Grid;

use v5.36;
use Copyhang::Product qw(group merged neighbours);
use Copyhang::Text    qw($WIDTH fill);
use List::Util        qw(all any max min sum0 uniq);

my $GAP    = 2;
my $INDENT = 2;
my $NAMES  = 30;    # the widest column of strategies, where sources and sinks stand beside it,
my $HEADS  = 12;    # and what sources that share a column may take
my $MARGIN = 44;    # where kernels stand beside strategies, these end here at most

sub _cell ($case) {
    return $case ? $case->{verdict} . ($case->is_changed ? q{!} : q{}) : q{-};
}

# What stands in a column of these rows.
sub _cells ($number, @rows) {
    return map { _cell($_->{cases}[$number]) } @rows;
}

# --- One kernel ---

# In the order of the acts, each {acts, less, cases, rows, columns, alike, verbose}: the acts whose
# cases all are like these, those that try less of them, and {verdict => rows} that are only named.
sub tables ($class, $verbose, @cases) {
    my @acts  = group('act', @cases);
    my @cells = map {
        +{map { ("$_->{strategy}/$_->{source}-$_->{sink}" => _cell($_)) } @{$_}}
    } @acts;

    # Acts that try less and agree share the table of the one that tries most.
    my @tables;
    for my $act (sort { @{$acts[$b]} <=> @{$acts[$a]} } 0 .. $#acts) {
        my ($table) = grep { !$verbose && _agrees(@cells[$act, $_->[0]]) } @tables;
        push @tables, $table = [] if !$table;
        push @{$table}, $act;
    }
    return map {
        my $most = $acts[$_->[0]];
        $class->_new($verbose, $most, @acts[sort { $a <=> $b } @{$_}])
    } sort { $a->[0] <=> $b->[0] } @tables;
}

# Whether all of these are among those.
sub _agrees ($these, $those) {
    return all { ($those->{$_} // q{}) eq $these->{$_} } keys %{$these};
}

# Of the act that tries most, and all acts that share its table.
sub _new ($class, $verbose, $cases, @acts) {
    my $self = bless {verbose => $verbose, cases => $cases, less => []}, $class;
    push @{$self->{@{$_} == @{$cases} ? 'acts' : 'less'}}, $_->[0]{act} for @acts;
    my $end_of = sub ($case) { "$case->{sink} $case->{source}" };
    my @ends   = uniq map { $end_of->($_) } map { @{$_} } group('sink', @{$cases});
    my @rows   = map {
        my %case = map { $end_of->($_) => $_ } @{$_};
        {names => [$_->[0]{strategy}], cases => [@case{@ends}]}
    } group('strategy', @{$cases});
    $self->{rows} = \@rows;
    $self->_leave_out_uniform if !$verbose;
    $self->{columns} = [$self->_columns(@ends)];
    return $self;
}

# Strategies that the kernel refuses, or lacks, in every column need no row, if others have one.
sub _leave_out_uniform ($self) {
    my %rows;
    for my $row (@{$self->{rows}}) {
        my @cells = uniq map { _cell($_) } grep { defined } @{$row->{cases}};
        push @{$rows{"@cells" =~ /\A(refused|unavailable)\z/ ? $1 : 'shown'}}, $row;
    }
    @{$self}{qw(rows alike)} = (delete $rows{shown}, \%rows) if $rows{shown};
    return;
}

# Those that a row needs. Sources with the same cells share one, then sinks of the same sources.
sub _columns ($self, @ends) {
    my @rows    = @{$self->{rows}};
    my @columns = map {
        my ($sink, $source) = split q{ }, $ends[$_];
        {number => $_, sinks => [$sink], sources => [$source]}
    } grep {
        my $number = $_;
        any { $_->{cases}[$number] } @rows
    } 0 .. $#ends;
    for my $parts ($self->{verbose} ? () : (['sources', 'sinks'], ['sinks', 'sources'])) {
        my ($part, $other) = @{$parts};
        my $key =
            sub ($column) { join q{ }, @{$column->{$other}}, _cells($column->{number}, @rows) };
        @columns = merged($part, $key, @columns);
    }
    return map {
        my ($sink, @sinks) = @{$_->{sinks}};
        my @heads = ([fill($HEADS, "to $sink", @sinks)], [fill($HEADS, @{$_->{sources}})]);
        +{%{$_}, heads => \@heads}
    } @columns;
}

sub text ($self, $paint) {
    my $length = length join ', ', map { @{$_->{names}} } @{$self->{rows}};
    my $least  = min($NAMES, $length);
    my @lines  = fill($WIDTH, @{$self->{acts}});
    push @lines, _titled($WIDTH, 'the same where tried', @{$self->{less}});
    my @all    = map { @{$_} } $self->{rows}, values %{$self->{alike}};
    my @blocks = map {
        my @columns = @{$_};
        my @rows    = grep {
            my $cases = $_->{cases};
            any { $cases->[$_->{number}] } @columns
        } @{$self->{rows}};
        my $cells = sub ($row) {
            join q{ }, map { _cells($_->{number}, $row) } @columns;
        };
        @rows = merged('names', $cells, @rows) if !$self->{verbose};

        # The names may take what the columns leave.
        my $room = $WIDTH - $INDENT - sum0(map { $_->{width} } @columns);
        _block($paint, $INDENT, $INDENT + min($length, max($least, $room)), \@columns, @rows);
    } _cut($WIDTH - $least - $INDENT, $self->{columns}, @all);
    my @alike = map {
        _titled($WIDTH - 2 * $INDENT, $_, map { @{$_->{names}} } @{$self->{alike}{$_}})
        }
        sort keys %{$self->{alike}};
    return join("\n", @lines, join "\n", @blocks) . join q{},
        map { q{ } x $INDENT . "$_\n" } @alike;
}

# "title: name, name" in lines; none without a name.
sub _titled ($width, $title, @names) {
    my $first = shift @names // return;
    return fill($width, "$title: $first", @names);
}

# --- Several kernels ---

# $results: of Copyhang::Matrix::Results.
sub sections ($class, $results, $paint) {
    return join "\n", map { _section($results, $paint, @{$_}) } $results->sections($results->ids);
}

sub _section ($results, $paint, @rows) {
    my $indent  = 2 * $INDENT;
    my $widest  = max(map { 1 + length join ', ', @{$_->{names}} } @rows);
    my $margin  = min($MARGIN, $indent + $widest);
    my @columns = _kernels($results, @rows);
    return join "\n", fill($WIDTH, @{$rows[0]{acts}}),
        map { _block($paint, $indent, $margin, $_, @rows) }
        _cut($WIDTH - $margin, \@columns, @rows);
}

# Neighbours with the same verdicts share a column.
sub _kernels ($results, @rows) {
    my @labels = $results->labels;
    my $cells  = sub ($number) { join q{ }, _cells($number, @rows) };
    return map {
        my ($first, @more) = @labels[@{$_}];
        @more = "- $more[-1]" if @more > 1;
        {number => $_->[0], heads => [[$first, @more]]}
    } neighbours($cells, $results->columns);
}

# --- Text ---

# Columns that fit beside each other, which get their widths here: ([column...]...).
sub _cut ($room, $columns, @rows) {
    my @blocks = ([]);
    my $used   = 0;
    for my $column (@{$columns}) {
        my @heads = map { @{$_} } @{$column->{heads}};
        $column->{width} = $GAP + max(map { length } _cells($column->{number}, @rows), @heads);
        $used += $column->{width};
        if ($used > $room && @{$blocks[-1]}) {
            push @blocks, [];
            $used = $column->{width};
        }
        push @{$blocks[-1]}, $column;
    }
    return @blocks;
}

# Names begin at $indent, columns at $margin.
sub _block ($paint, $indent, $margin, $columns, @rows) {
    my $text = join q{}, map { q{ } x $margin . "$_\n" } _heads(@{$columns});
    my $ends = q{};
    for my $row (@rows) {
        $text .= q{ } x $INDENT . "$row->{ends}\n" if ($row->{ends} // q{}) ne $ends;
        $ends = $row->{ends} // q{};
        my ($first, @more) = fill($margin - $indent, @{$row->{names}});
        $text .= sprintf '%-*s', $margin, q{ } x $indent . $first;
        for my $column (@{$columns}) {
            my $cell      = _cell($row->{cases}[$column->{number}]);
            my ($verdict) = $cell =~ /(\w+)/;
            $text .= _pad($column, $cell) =~ s/\Q$cell\E/$paint->($cell, $verdict)/er;
        }
        $text .= join q{}, "\n", map { q{ } x $indent . "$_\n" } @more;
    }
    return $text =~ s/ +$//gmr;
}

# The lines above columns. What neighbours have in common is told once, but for the last.
sub _heads (@columns) {
    my @lines;
    my $last = @columns ? $#{$columns[0]{heads}} : -1;
    for my $level (0 .. $last) {
        my @heads = map { $_->{heads}[$level] } @columns;
        for my $number ($level < $last ? reverse 1 .. $#heads : ()) {
            $heads[$number] = [] if "@{$heads[$number]}" eq "@{$heads[$number - 1]}";
        }
        for my $line (0 .. max(map { $#{$_} } @heads)) {
            push @lines, join q{},
                map { _pad($columns[$_], $heads[$_][$line] // q{}) } 0 .. $#heads;
        }
    }
    return @lines;
}

sub _pad ($column, $text) {
    return q{ } x $GAP . sprintf '%-*s', $column->{width} - $GAP, $text;
}

1;
