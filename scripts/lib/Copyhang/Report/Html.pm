# SPDX-License-Identifier: GPL-2.0-only
#
# The results as a page for a browser.
#
# One page that needs nothing else, neither a script nor the network, for a screen and for paper. It
# is HTML and well-formed XML.
#
# Of the running kernel: what the run says, what changed, and for each act all verdicts in a table,
# told apart by letters and words as well as by colours. A verdict links to its evidence, which has
# the id of the case: page.html#ID leads there from elsewhere.
#
# Of kernels in guests: the kernels, what changed from one to the next with hints about the reason,
# what differs from the baselines, the consoles of kernels that failed, and the verdicts of all
# cases. A failure is a link to the evidence of the first case in its row on the first kernel that
# fails so; all of it is in the JSON document.
package Copyhang::Report::Html;

use v5.36;
use Copyhang::Baseline           ();
use Copyhang::Conclusion         ();
use Copyhang::Grid               ();
use Copyhang::Report::Html::Page qw(page tag escape paragraph list link_to table key cell evidence);
use Copyhang::Matrix::Changes    qw(cases reasons sum_of unexplained);
use Copyhang::Product            qw(group phrases);

# $results: of Copyhang::Matrix::Results.
sub text ($class, $results, $path = undef) {
    my $self = bless {results => $results, evidence => []}, $class;
    return $results->running ? $self->_running : $self->_guests;
}

sub _running ($self) {
    my @cases = $self->{results}->all_cases;
    my @acts  = Copyhang::Grid->tables(1, @cases);
    return page(
        'copyhang on Linux ' . $self->{results}->running->{release},
        $self->_summary,
        key(),
        paragraph('A verdict is a link to its evidence.'),
        $self->_overview('overview', ['act'], map { [_act_head($_), $_->{cases}] } @acts),
        (map { _act($_) } @acts),
        evidence(map { [$_->{id}, $_->{id}, $_] } @cases),
    );
}

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
        $self->_cascades,
        $self->_transitions,
        list('Against the baselines', map { escape($_) } Copyhang::Baseline->lines($results)),
        $self->_consoles,
        key(),
        @tables,
        evidence(@{$self->{evidence}}),
    );
}

# How many of each verdict: ([the first cells of a row, its cases]...).
sub _overview ($self, $class, $heads, @rows) {
    my ($verdicts, @counts) = $self->{results}->counts(map { $_->[1] } @rows);
    my @cells = map {
        my $counts = $_;
        join q{},
            map { $counts->[$_] ? tag("td.$verdicts->[$_]", $counts->[$_]) : tag('td') }
            0 .. $#{$verdicts};
    } @counts;
    return table(
        qq(<table class="$class">),
        [@{$heads}, @{$verdicts}],
        map { "$rows[$_][0]$cells[$_]" } 0 .. $#rows
    );
}

# --- One kernel ---

sub _summary ($self) {
    my $results = $self->{results};
    my $kernel  = $results->running;
    my $text    = join q{}, paragraph("$kernel->{release} $kernel->{version} $kernel->{machine}"),
        paragraph(Copyhang::Conclusion->text($results)),
        paragraph(Copyhang::Conclusion->counts($results) . q{.}),
        list('Trouble', map { escape($_) } @{$kernel->{troubles}});
    my $baseline = $kernel->{baseline} // return $text;
    my ($sum, @differences) = $baseline->compare($kernel, $results->selection);
    my %there   = map { $_ => 1 } $results->ids;
    my @changes = map {
        my ($id, $what) = @{$_};
        ($there{$id} ? link_to($id) : escape($id)) . ': ' . escape($what)
    } @differences;
    return $text . list('Changes', @changes) . paragraph($sum);
}

sub _act_head ($table) {
    my $act = $table->{acts}[0];
    return tag('th', link_to("act:$act", $act));
}

# The table of an act: strategies by endpoints, those of one sink beside each other. What is first of
# these has a line before it.
sub _act ($table) {
    my @columns = @{$table->{columns}};
    my @sinks   = group(sub ($column) { $column->{sinks}[0] }, @columns);
    my @class   = map { ('first', (q{}) x $#{$_}) } @sinks;
    my @to =
        map { tag('th.first colspan="' . @{$_} . q{"}, escape("to $_->[0]{sinks}[0]")) } @sinks;
    my @from = map { tag("th.$class[$_]", tag('span.up', escape($columns[$_]{sources}[0]))) }
        0 .. $#columns;
    my @rows = map {
        my $row   = $_;
        my @cases = map { $row->{cases}[$_->{number}] } @columns;
        my @cells = map { cell($cases[$_], $class[$_], $cases[$_] && $cases[$_]{id}) } 0 .. $#cases;
        tag('tr', tag('th', escape($row->{names}[0])), @cells) . "\n"
    } @{$table->{rows}};
    my $name = escape($table->{acts}[0]);
    return join q{}, qq(<section id="act:$name">\n), tag('h2', $name), "\n<table>\n<thead>\n",
        tag('tr', tag('th', 'from'), @to), "\n", tag('tr', tag('th'), @from), "\n",
        "</thead>\n<tbody>\n", @rows, "</tbody>\n</table>\n</section>\n";
}

# --- Several kernels ---

sub _kernels ($self) {
    my @rows = map {
        my $result = $_;
        my @texts =
            (@{$result}{qw(name release accelerator)}, $self->{results}->outcome($result));
        my @seconds = map { defined ? sprintf '%.1f s', $_ : q{} }
            @{$result->{seconds} // {}}{qw(boot cases total)};
        my @cells = ((map { tag('th', escape($_ // q{})) } @texts), map { tag('td', $_) } @seconds);
        [join(q{}, @cells), $result->{cases}]
    } $self->{results}->results;
    my @heads = qw(kernel release under outcome boot cases total);
    return $self->_overview('overview kernels', \@heads, @rows);
}

sub _cascades ($self) {
    my @items = map {
        my @seen = map { "$_->[0]: $_->[1]" } @{$_->{seen}};
        join '<br/>', map { escape($_) } phrases(@{$_->{ids}}), @seen
    } $self->{results}->cascades;
    return list('What the programs did', @items);
}

sub _transitions ($self) {
    my $results     = $self->{results};
    my @labels      = map { escape($_) } $results->labels;
    my @transitions = $results->transitions;
    my @items       = map {
        my ($from, $to, $before, $after, $ids) = @{$_}{qw(from to before after ids)};
        my ($then, $now) = map { tag("span.$_", $_) } $from, $to;
        my $unexplained = unexplained($_);
        join '<br/>',
            "$then &#8594; $now between $labels[$before] and $labels[$after]: "
            . cases(scalar @{$ids}),
            (map { escape($_) } phrases(@{$ids})), (map { tag('i', escape($_)) } reasons($_)),
            defined $unexplained ? tag('b.unexplained', 'unexplained') . escape($unexplained) : ();
    } @transitions;
    return list('What changed: ' . sum_of(@transitions), @items);
}

sub _consoles ($self) {
    my @items;
    for my $result ($self->{results}->results) {
        my ($outcome, @console) =
            ($self->{results}->outcome($result), map { escape($_) } @{$result->{console} // []});
        my $text = escape(join ': ', $result->{name}, $outcome, $result->{detail} // ());
        $text .= tag('pre', join "\n", @console) if @console;
        push @items, $text if $outcome ne 'complete';
        push @items, map { escape("$result->{name}: $_") } @{$result->{troubles} // []};
    }
    return list('Trouble', @items);
}

sub _sections ($self, $title, @ids) {
    return q{} if !@ids;
    return tag('h2', escape("$title: " . cases(scalar @ids))), "\n",
        map { $self->_section(@{$_}) } $self->{results}->sections(@ids);
}

# The rows of the same acts. No line ends within a name.
sub _section ($self, @rows) {
    my @labels = ($self->{results}->labels)[$self->{results}->columns];
    my $acts   = tag('h3', escape(join ', ', @{$rows[0]{acts}}));
    my @lines  = map {
        my ($ends, @same) = ($_->[0]{ends}, @{$_});
        tag('th.ends colspan="' . (1 + @labels) . q{"}, escape($ends)), map {
            join q{}, tag('th', join ', ', map { tag('span', escape($_)) } @{$_->{names}}),
                $self->_cells($_)
        } @same
    } group(sub ($row) { $row->{ends} }, @rows);
    return join q{}, "<section>\n$acts\n",
        table(qq(<table class="rows">\n), [q{}, @labels], @lines),
        "</section>\n";
}

# Of neighbours with the same failure only the first one shows its evidence.
sub _cells ($self, $row) {
    my @names = map { $_->{name} } $self->{results}->results;
    my ($anchor, @cells);
    my $before = q{};
    for my $number ($self->{results}->columns) {
        my $case = $row->{cases}[$number];
        if ($case && $case->{verdict} ne $before) {
            $anchor = undef;
            if ($case->is_unsafe || $case->{verdict} eq 'broken') {
                $anchor = "$names[$number]:$case->{id}";
                push @{$self->{evidence}}, [$anchor, "$case->{id} on $names[$number]", $case];
            }
        }
        $before = $case ? $case->{verdict} : q{};
        push @cells, cell($case, q{}, $anchor);
    }
    return @cells;
}

1;
