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
use Copyhang::Comparison          ();
use Copyhang::Conclusion          ();
use Copyhang::Grid::Ends          ();
use Copyhang::Report::Html::Page  qw(page escape paragraph list link_to key cell th evidence);
use Copyhang::Matrix::Cascades    ();
use Copyhang::Matrix::Transitions qw(cases hints unexplained);
use Copyhang::Product             qw(phrases);

# $results: of Copyhang::Matrix::Results.
sub text ($class, $results, $path = undef) {
    my $self = bless {results => $results, evidence => []}, $class;
    return $results->running ? $self->_running : $self->_guests;
}

sub _running ($self) {
    my @cases = $self->{results}->all_cases;
    my @acts  = Copyhang::Grid::Ends->tables(1, @cases);
    return page(
        'copyhang on Linux ' . $self->{results}->running->{release},
        $self->_summary,
        key(),
        paragraph('A verdict is a link to its evidence.'),
        $self->_overview('overview', ['act'], map { [_act_link($_), $_->{cases}] } @acts),
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
        list('Against the baselines', map { escape($_) } Copyhang::Comparison->lines($results)),
        $self->_consoles,
        key(),
        @tables,
        evidence(@{$self->{evidence}}),
    );
}

# How many of each verdict: ([the first cells of a row, its cases]...).
sub _overview ($self, $class, $heads, @rows) {
    my ($verdicts, @counts) = $self->{results}->counts(map { $_->[1] } @rows);
    my $text = qq(<table class="$class"><thead><tr>);
    $text .= join q{}, (map { th($_) } @{$heads}, @{$verdicts}), "</tr></thead>\n<tbody>\n";
    for my $row (@rows) {
        my @numbers = @{shift @counts};
        my @cells   = map { _number($_, shift @numbers) } @{$verdicts};
        $text .= join q{}, "<tr>$row->[0]", @cells, "</tr>\n";
    }
    return "$text</tbody></table>\n";
}

sub _number ($verdict, $count) {
    return $count ? qq(<td class="$verdict">$count</td>) : '<td></td>';
}

# --- One kernel ---

sub _summary ($self) {
    my $results = $self->{results};
    my $kernel  = $results->running;
    my $text    = join q{}, paragraph("$kernel->{release} $kernel->{version} $kernel->{machine}"),
        paragraph(Copyhang::Conclusion->text($results)),
        paragraph(Copyhang::Conclusion->counts($results) . q{.}),
        list('Trouble', map { escape($_) } @{$kernel->{troubles}});
    my $comparison = Copyhang::Comparison->new($kernel, $results->selection) // return $text;
    my %there      = map { $_ => 1 } $results->ids;
    my @changes    = map {
        my ($id, $what) = @{$_};
        ($there{$id} ? link_to($id) : escape($id)) . ': ' . escape($what)
    } $comparison->differences;
    return $text . list('Changes', @changes) . paragraph($comparison->sum);
}

sub _act_link ($table) {
    my $act = $table->{acts}[0];
    return '<th>' . link_to("act:$act", $act) . '</th>';
}

# The table of an act: strategies by endpoints, those of one sink beside each other. What is first of
# these has a line before it.
sub _act ($table) {
    my (%count, %class, @sinks, @from);
    for my $column (@{$table->{columns}}) {
        my ($sink, $source) = map { @{$_} } @{$column}{qw(sinks sources)};
        push @sinks, $sink if !$count{$sink}++;
        $class{$column->{number}} = $count{$sink} == 1 ? 'first' : q{};
        push @from,
              ($count{$sink} == 1 ? '<th class="first">' : '<th>')
            . '<span class="up">'
            . escape($source)
            . '</span></th>';
    }
    my @to   = map { th("to $_", qq(class="first" colspan="$count{$_}")) } @sinks;
    my $name = escape($table->{acts}[0]);
    my $text = qq(<section id="act:$name">\n<h2>$name</h2>\n<table>\n<thead>\n<tr>);
    $text .= join q{}, th('from'), @to, "</tr>\n<tr>", th(q{}), @from, "</tr>\n</thead>\n<tbody>\n";
    for my $row (@{$table->{rows}}) {
        my @cells = map {
            my $case = $row->{cases}[$_->{number}];
            cell($case, $class{$_->{number}}, $case && $case->{id})
        } @{$table->{columns}};
        $text .= join q{}, '<tr>', th($row->{names}[0]), @cells, "</tr>\n";
    }
    return "$text</tbody>\n</table>\n</section>\n";
}

# --- Several kernels ---

sub _kernels ($self) {
    my @rows = map {
        my $result = $_;
        my @texts =
            (@{$result}{qw(name release accelerator)}, $self->{results}->outcome($result));
        my @seconds = map { defined ? sprintf '%.1f s', $_ : q{} }
            @{$result->{seconds} // {}}{qw(boot cases total)};
        [
            join(q{}, (map { th($_ // q{}) } @texts), map { "<td>$_</td>" } @seconds),
            $result->{cases}
        ]
    } $self->{results}->results;
    my @heads = qw(kernel release under outcome boot cases total);
    return $self->_overview('overview kernels', \@heads, @rows);
}

sub _cascades ($self) {
    my @items = map {
        my @seen = map { "$_->[0]: $_->[1]" } @{$_->{seen}};
        join '<br/>', map { escape($_) } phrases(@{$_->{ids}}), @seen
    } Copyhang::Matrix::Cascades->all($self->{results});
    return list('What the programs did', @items);
}

sub _transitions ($self) {
    my $results     = $self->{results};
    my @labels      = map { escape($_) } $results->labels;
    my @transitions = $results->transitions;
    my @items;
    for my $transition (@transitions) {
        my ($from, $to, $before, $after, $ids) = @{$transition}{qw(from to before after ids)};
        my ($then, $now) = map { qq(<span class="$_">$_</span>) } $from, $to;
        my $cases = cases(scalar @{$ids});
        my @lines = "$then &#8594; $now between $labels[$before] and $labels[$after]: $cases";
        push @lines, map { escape($_) } phrases(@{$ids});
        push @lines, map { '<i>' . escape($_) . '</i>' } hints($transition);
        my $unexplained = unexplained($transition);
        push @lines, '<b class="unexplained">unexplained</b>' . escape($unexplained)
            if defined $unexplained;
        push @items, join '<br/>', @lines;
    }
    return list('What changed: ' . Copyhang::Matrix::Transitions->sum(@transitions), @items);
}

sub _consoles ($self) {
    my @items;
    for my $result ($self->{results}->results) {
        my ($outcome, $console) = ($self->{results}->outcome($result), $result->{console});
        my $text = escape(join ': ', $result->{name}, $outcome, $result->{detail} // ());
        $text .= '<pre>' . join("\n", map { escape($_) } @{$console}) . '</pre>'
            if @{$console // []};
        push @items, $text if $outcome ne 'complete';
        push @items, map { escape("$result->{name}: $_") } @{$result->{troubles} // []};
    }
    return list('Trouble', @items);
}

sub _sections ($self, $title, @ids) {
    return q{} if !@ids;
    my $cases = cases(scalar @ids);
    return '<h2>' . escape("$title: $cases") . "</h2>\n",
        map { $self->_section(@{$_}) } $self->{results}->sections(@ids);
}

# The rows of the same acts. No line ends within a name.
sub _section ($self, @rows) {
    my @labels = ($self->{results}->labels)[$self->{results}->columns];
    my $acts   = escape(join ', ', @{$rows[0]{acts}});
    my $width  = 1 + @labels;
    my $text   = qq(<section>\n<h3>$acts</h3>\n<table class="rows">\n<thead><tr>);
    $text .= join q{}, (map { th($_) } q{}, @labels), "</tr></thead>\n<tbody>\n";
    my $before = q{};
    for my $row (@rows) {
        my $ends = $row->{ends};
        $text .= qq(<tr><th class="ends" colspan="$width">) . escape($ends) . "</th></tr>\n"
            if $ends ne $before;
        $before = $ends;
        my $names = join ', ', map { '<span>' . escape($_) . '</span>' } @{$row->{names}};
        $text .= join q{}, "<tr><th>$names</th>", $self->_cells($row), "</tr>\n";
    }
    return "$text</tbody></table>\n</section>\n";
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
