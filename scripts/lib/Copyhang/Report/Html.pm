# SPDX-License-Identifier: GPL-2.0-only
#
# The results as a page for a browser.
#
# Of the running kernel: what the run says, what changed, and for each act all verdicts in a table,
# each a link to its evidence, which has the id of the case: page.html#ID leads there from
# elsewhere.
#
# Of kernels in guests: what Copyhang::Matrix::Report tells, and the verdicts of all cases. A
# failure is a link to the evidence of the first case in its row on the first kernel that fails so.
package Copyhang::Report::Html;

use v5.36;
use parent 'Copyhang::Report';
use Copyhang::Baseline           ();
use Copyhang::Grid               ();
use Copyhang::Matrix::Changes    qw(cases reasons sum_of unexplained);
use Copyhang::Product            qw(group neighbours phrases);
use Copyhang::Report::Html::Page qw(page tag joined paragraph list link_to table key cell evidence);

# $results: of Copyhang::Matrix::Results.
sub text ($class, $results, $path = undef) {
    my $self = bless {results => $results, evidence => []}, $class;
    return $results->running ? $self->_running($results->running) : $self->_guests;
}

# How many of each verdict: ([the first cells of a row, its cases]...).
sub _overview ($self, $selector, $heads, @rows) {
    my ($verdicts, @counts) = $self->{results}->counts(map { $_->[1] } @rows);
    for my $row (@rows) {
        my $count = shift @counts;
        $row->[1] = [map { $count->{$_} ? tag("td.$_", $count->{$_}) : tag('td') } @{$verdicts}];
    }
    return table($selector, q{}, [@{$heads}, @{$verdicts}], @rows);
}

# --- One kernel ---

sub _running ($self, $kernel) {
    my $results = $self->{results};
    my @cases   = $results->all_cases;
    my @acts    = Copyhang::Grid->tables(1, @cases);
    my @links   = map {
        my $act = $_->{acts}[0];
        [tag('th', link_to("act:$act", $act)), $_->{cases}]
    } @acts;
    return page(
        "copyhang on Linux $kernel->{release}",
        paragraph("$kernel->{release} $kernel->{version} $kernel->{machine}"),
        paragraph($self->conclusion),
        paragraph($self->counts . q{.}),
        list('Trouble', @{$kernel->{troubles}}),
        $self->_changes($kernel),
        key(),
        paragraph('A verdict is a link to its evidence.'),
        $self->_overview('table.overview', ['act'], @links),
        (map { _act($_) } @acts),
        evidence(map { [$_->{id}, $_->{id}, $_] } @cases),
    );
}

sub _changes ($self, $kernel) {
    my $results  = $self->{results};
    my $baseline = $kernel->{baseline} // return;
    my ($sum, @differences) = $baseline->compare($kernel, $results->selection);
    my %there = map { $_ => link_to($_) } $results->ids;
    return list('Changes', map { [$there{$_->[0]} // $_->[0], ": $_->[1]"] } @differences),
        paragraph($sum);
}

# The table of an act: strategies by endpoints, those of one sink beside each other. What is first
# of these has a line before it.
sub _act ($table) {
    my @columns = @{$table->{columns}};
    my @sinks   = group(sub ($column) { $column->{sinks}[0] }, @columns);
    my @class   = map { ('first', (q{}) x $#{$_}) } @sinks;
    my @to      = map { tag('th.first', {colspan => scalar @{$_}}, "to $_->[0]{sinks}[0]") } @sinks;
    my @from = map { tag("th.$class[$_]", tag('span.up', $columns[$_]{sources})) } 0 .. $#columns;
    my @rows = map {
        my @cases = @{$_->{cases}}[map { $_->{number} } @columns];
        my @cells = map { cell($cases[$_], $class[$_], $cases[$_] && $cases[$_]{id}) } 0 .. $#cases;
        (tag('tr', tag('th', $_->{names}), @cells), "\n")
    } @{$table->{rows}};
    my $name = $table->{acts}[0];
    my $head = tag('thead', "\n", tag('tr', tag('th', 'from'), @to),
        "\n", tag('tr', tag('th'), @from), "\n");
    my $all = tag('table', "\n", $head, "\n", tag('tbody', "\n", @rows), "\n");
    return (tag('section', {id => "act:$name"}, "\n", tag('h2', $name), "\n", $all, "\n"), "\n");
}

# --- Several kernels ---

sub _guests ($self) {
    my $results = $self->{results};
    my @ids     = $results->ids;
    my @tables  = (
        paragraph(
            'Cases with the same verdicts on all kernels share a row. A failure is a link to the'
                . ' evidence of the first of them.'
        ),
        $self->_sections('What differs, or fails',       grep { $results->is_telling($_) } @ids),
        $self->_sections('What is alike on all kernels', grep { !$results->is_telling($_) } @ids),
    );
    return page(
        'copyhang on ' . $results->results . ' kernels',
        $self->_kernels,
        list('What the programs did', map { _cascade($_) } $results->cascades),
        $self->_transitions,
        list('Against the baselines', Copyhang::Baseline->lines($results)),
        list('Trouble',               map { $self->_troubles($_) } $results->results),
        key(),
        @tables,
        evidence(@{$self->{evidence}}),
    );
}

sub _kernels ($self) {
    my @rows = map {
        my @texts   = (@{$_}{qw(name release accelerator)}, $self->{results}->outcome($_));
        my @seconds = map { defined ? sprintf '%.1f s', $_ : q{} }
            @{$_->{seconds} // {}}{qw(boot cases total)};
        [[(map { tag('th', $_ // q{}) } @texts), map { tag('td', $_) } @seconds], $_->{cases}]
    } $self->{results}->results;
    my @heads = qw(kernel release under outcome boot cases total);
    return $self->_overview('table.overview.kernels', \@heads, @rows);
}

sub _cascade ($cascade) {
    return joined('<br/>', phrases(@{$cascade->{ids}}),
        map { "$_->[0]: $_->[1]" } @{$cascade->{seen}});
}

sub _transitions ($self) {
    my @labels      = $self->{results}->labels;
    my @transitions = $self->{results}->transitions;
    my @items       = map {
        my ($from, $to, $before, $after, $ids) = @{$_}{qw(from to before after ids)};
        my $unexplained = unexplained($_);
        joined(
            '<br/>',
            [
                tag("span.$from", $from),
                " \xe2\x86\x92 ",
                tag("span.$to", $to),
                " between $labels[$before] and $labels[$after]: " . cases(scalar @{$ids})
            ],
            phrases(@{$ids}),
            (map { tag('i', $_) } reasons($_)),
            defined $unexplained ? [tag('b.unexplained', 'unexplained'), $unexplained] : ()
        )
    } @transitions;
    return list('What changed: ' . sum_of(@transitions), @items);
}

# What became of a kernel that was not tested to the end, and what was wrong with case programs.
sub _troubles ($self, $result) {
    my $outcome = $self->{results}->outcome($result);
    my @console = @{$result->{console} // []};
    my $text    = join ': ', $result->{name}, $outcome, $result->{detail} // ();
    return (
        $outcome eq 'complete' ? () : [$text, @console ? tag('pre', joined("\n", @console)) : ()],
        map { "$result->{name}: $_" } @{$result->{troubles} // []});
}

sub _sections ($self, $title, @ids) {
    return if !@ids;
    return tag('h2', "$title: " . cases(scalar @ids)), "\n",
        map { $self->_section(@{$_}) } $self->{results}->sections(@ids);
}

# The rows of the same acts. No line ends within a name.
sub _section ($self, @rows) {
    my @labels = ($self->{results}->labels)[$self->{results}->columns];
    my @lines  = map {
        my $ends = tag('th.ends', {colspan => 1 + @labels}, $_->[0]{ends});
        $ends, map {
            [tag('th', joined(', ', map { tag('span', $_) } @{$_->{names}})), $self->_cells($_)]
        } @{$_}
    } group('ends', @rows);
    my $acts = tag('h3', join ', ', @{$rows[0]{acts}});
    return (tag('section', "\n", $acts, "\n", table('table.rows', "\n", [q{}, @labels], @lines)),
        "\n");
}

# Of neighbours with the same failure only the first one shows its evidence.
sub _cells ($self, $row) {
    my @names = map { $_->{name} } $self->{results}->results;
    my @cases = @{$row->{cases}};
    my $same  = sub ($number) { $cases[$number] ? $cases[$number]{verdict} : q{} };
    return map {
        my ($name, $case) = ($names[$_->[0]], $cases[$_->[0]]);
        my $fails  = $case && ($case->is_unsafe || $case->{verdict} eq 'broken');
        my $anchor = $fails ? "$name:$case->{id}" : undef;
        push @{$self->{evidence}}, [$anchor, "$case->{id} on $name", $case] if $fails;
        map { cell($cases[$_], q{}, $anchor) } @{$_}
    } neighbours($same, $self->{results}->columns);
}

1;
