# SPDX-License-Identifier: GPL-2.0-only
#
# The results as a page for a browser.
#
# Evidence has the id of its case: page.html#ID leads there from elsewhere. Of kernels in guests a
# failure is a link to that of the first case in its row on the first kernel that fails so.
#
# A page needs nothing else, and no network: it tells the browser not to load anything. It is HTML and
# well-formed XML. Where scripts may run it can be narrowed by more than without.
package Copyhang::Report::Html;

use v5.36;
use parent 'Copyhang::Report';
use Copyhang::Baseline              ();
use Copyhang::Case                  ();
use Copyhang::Grid                  ();
use Copyhang::Matrix::Changes       qw(cases reasons sum_of unexplained);
use Copyhang::Paths                 ();
use Copyhang::Product               qw(group neighbours phrases);
use Copyhang::Report::Html::Element qw(box digest html joined line link_to list table tag);
use Copyhang::Report::Html::Filter  ();
use Copyhang::Text                  qw(painter);
use List::Util                      qw(uniq);

# What stands in a cell; other verdicts stand there as they are.
my %LETTER = (safe => 's', refused => 'r', unavailable => 'u');

my $ARROW = "\xe2\x86\x92";

sub text ($class, $results, $path = undef) {
    my %how  = (verbose => 1, paint => painter(0));
    my $self = bless {%how, results => $results, evidence => []}, $class;
    return $results->running ? $self->_running($results->running) : $self->_guests;
}

# How many of each verdict: ([the first cells of a row, its cases]...).
sub _overview ($self, $selector, $heads, @rows) {
    my ($verdicts, @counts) = $self->{results}->counts(map { $_->[1] } @rows);
    for my $row (@rows) {
        my $count = shift @counts;
        $row->[1] = [map { $count->{$_} ? tag("td.$_", $count->{$_}) : tag('td') } @{$verdicts}];
    }
    return table($selector, [@{$heads}, @{$verdicts}], @rows);
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
    return $self->_page(
        "copyhang on Linux $kernel->{release}",
        [
            line('p', "$kernel->{release} $kernel->{version} $kernel->{machine}"),
            $self->_head,
            list('Trouble', @{$kernel->{troubles}}),
            $self->_changes($kernel),
            line(
                'p',
                'A verdict is a link to its evidence. With a ! it is not what the baseline expects.'
            ),
            $self->_overview('table.overview', ['act'], @links),
        ],
        [map { _act($_) } @acts],
        map { [$_->{id}, $_->{id}, $_] } @cases,
    );
}

sub _changes ($self, $kernel) {
    my $results  = $self->{results};
    my $baseline = $kernel->{baseline} // return;
    my ($sum, @differences) = $baseline->compare($kernel, $results->selection);
    my %there = map { $_ => link_to($_) } $results->ids;
    return list('Changes', map { [$there{$_->[0]} // $_->[0], ": $_->[1]"] } @differences),
        line('p', $sum);
}

# The table of an act: strategies by endpoints, those of one sink beside each other. What is first
# of these has a line before it.
sub _act ($table) {
    my @columns = @{$table->{columns}};
    my @sinks   = group(sub ($column) { $column->{sinks}[0] }, @columns);
    my @class = map { ('first', (q{}) x $#{$_}) } @sinks;
    my @to    = map { _to(scalar @{$_}, $_->[0]{sinks}[0]) } @sinks;
    my @from  = map { tag("th.$class[$_]", tag('span.up', $columns[$_]{sources})) } 0 .. $#columns;
    my @rows  = map {
        my @cases = @{$_->{cases}}[map { $_->{number} } @columns];
        my @cells =
            map { _cell($cases[$_], $class[$_], $cases[$_] && $cases[$_]{id}) } 0 .. $#cases;
        line('tr', tag('th', $_->{names}), @cells)
    } @{$table->{rows}};
    my $name  = $table->{acts}[0];
    my @heads = (line('tr', tag('th'), @to), line('tr', tag('th', 'from'), @from));
    my $all =
        line('table.grid', "\n", line('thead', "\n", @heads), line('tbody', "\n", @rows));
    return line(
        'section', {id => "act:$name", 'data-acts' => $name},
        "\n", line('h2', $name),
        box($all)
    );
}

# What stands above the columns of a sink: upright where they are fewer than it is long.
sub _to ($columns, $sink) {
    my $text = "to $sink";
    return tag(
        'th.first',
        {colspan => $columns},
        6 * $columns < length $text ? tag('span.up', $text) : $text
    );
}

# --- Several kernels ---

sub _guests ($self) {
    my $results  = $self->{results};
    my @ids      = $results->ids;
    my @cascades = map {
        my @seen = map { "$_->[0]: $_->[1]" } @{$_->{seen}};
        joined('<br/>', phrases(@{$_->{ids}}), @seen)
    } $results->cascades;
    my @tables = (
        $self->_sections('What differs, or fails',       grep { $results->is_telling($_) } @ids),
        $self->_sections('What is alike on all kernels', grep { !$results->is_telling($_) } @ids),
    );
    my $before = [
        $self->_head,
        $self->_kernels,
        list('What the programs did', @cascades),
        $self->_transitions,
        $self->_differences,
        list('Against the baselines', map { @{$_} } Copyhang::Baseline->lines($results)),
        list('Trouble',               map { $self->_troubles($_) } $results->results),
        line(
            'p',
            'Cases with the same verdicts on all kernels share a row. A failure is a link to the'
                . ' evidence of the first of them. With a ! it is not what the baseline expects.'
        ),
    ];
    return $self->_page('copyhang on ' . $results->results . ' kernels',
        $before, \@tables, @{$self->{evidence}});
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

# What changed as a timeline: kernels side by side, and each transition where it lies between two.
sub _transitions ($self) {
    my @transitions = $self->{results}->transitions or return;
    return $self->_side_by_side('What changed: ' . sum_of(@transitions),
        map { [_transition($_, $self->{results}->columns)] } @transitions);
}

# Of kernels between the two nothing is known. Below stand the cases, and what may be the reason.
sub _transition ($transition, @columns) {
    my ($from, $to, $before, $after, $ids) = @{$transition}{qw(from to before after ids)};
    my @cells = map {
              $_ == $before               ? tag("td.from.$from", "$from $ARROW")
            : $_ == $after                ? tag("td.to.$to",     $to)
            : $_ > $before && $_ < $after ? tag('td',            $ARROW)
            : tag('td')
    } @columns;
    my $unexplained = unexplained($transition);
    return $ids, \@cells,
        (map { tag('i', $_) } reasons($transition)),
        defined $unexplained ? [tag('b.unexplained', 'unexplained'), $unexplained] : ();
}

# What differs between architectures: each difference where the two kernels stand.
sub _differences ($self) {
    my @differences = $self->{results}->differences or return;
    my $sum         = cases(scalar map { @{$_->{ids}} } @differences);
    return $self->_side_by_side("What differs between architectures: $sum",
        map { [_difference($_, $self->{results}->columns)] } @differences);
}

sub _difference ($difference, @columns) {
    my %verdict;
    @verdict{@{$difference}{qw(first other)}} = @{$difference->{verdicts}};
    my @cells = map {
        my $verdict = $verdict{$_};
        defined $verdict ? tag("td.$verdict", $verdict) : tag('td.apart')
    } @columns;
    return ($difference->{ids}, \@cells);
}

# Some cases each, what became of them on each kernel, and what is to be said of it: ([ids, cells,
# words...]...).
sub _side_by_side ($self, $title, @rows) {
    my @labels = ($self->{results}->labels)[$self->{results}->columns];
    my $head   = line('thead', tag('tr', tag('th'), map { tag('th', $_) } @labels));
    my @bodies = map {
        my ($ids, $cells, @words) = @{$_};
        my $what = joined('<br/>', phrases(@{$ids}), @words);
        line(
            'tbody', "\n",
            line('tr', tag('th', cases(scalar @{$ids})), @{$cells}),
            line('tr', tag('td.what', {colspan => 1 + @labels}, tag('div', $what))),
        )
    } @rows;
    return (line('h2', $title), box(line('table.timeline', "\n", $head, @bodies)));
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
    return line('h2', "$title: " . cases(scalar @ids)),
        map { $self->_section(@{$_}) } $self->{results}->sections(@ids);
}

# The rows of the same acts. No line ends within a name.
sub _section ($self, @rows) {
    my @labels = ($self->{results}->labels)[$self->{results}->columns];
    my $head   = line('thead', tag('tr', tag('th'), map { tag('th', $_) } @labels));
    my @bodies = map { $self->_body(1 + @labels, @{$_}) } group('ends', @rows);
    my @acts   = @{$rows[0]{acts}};
    return line(
        'section', {'data-acts' => "@acts"},
        "\n",
        line('h3', join ', ', @acts),
        box(line('table.rows', "\n", $head, @bodies))
    );
}

# Those of the same sources and sinks.
sub _body ($self, $columns, @rows) {
    my ($sources, $sinks) = @{$rows[0]}{qw(sources sinks)};
    my $ends = line('tr', tag('th.ends', {colspan => $columns}, tag('span', $rows[0]{ends})));
    return line(
        'tbody',
        {'data-sources' => "@{$sources}", 'data-sinks' => "@{$sinks}"},
        "\n", $ends,
        map {
            my $names = joined(', ', map { tag('span', $_) } @{$_->{names}});
            line('tr', tag('th', $names), $self->_cells($_))
        } @rows
    );
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
        map { _cell($cases[$_], q{}, $anchor) } @{$_}
    } neighbours($same, $self->{results}->columns);
}

# --- What both have ---

# The answer, as text reports have it.
sub _head ($self) {
    my @sections = map {
        my $section = $_;
        my @items   = map { line('li', tag('b', join ', ', @{$_->{names}}), ": $_->{where}") }
            @{$section->{findings}};
        line('h3', tag("span.$section->{verdict}", $section->{title})), line('ul', "\n", @items),
            map { line('p', "$_.") }
            @{$section->{notes}}
    } $self->sections;
    my ($title, @proof) = split /\n/, $self->proof;
    my $proof  = @proof ? [line('h3', $title), box(line('pre', join "\n", @proof))] : [];
    my $kernel = $self->{results}->newest // return [];
    my $name   = $kernel->{name};
    return [
        defined $name
        ? line('p', "$name, the newest that was tested:")
        : line('p', $self->title =~ s/\s+/ /gr),
        line('div.answer', "\n", @sections, $proof)
    ];
}

# page.html.in, filled in, around what its filter narrows and the evidence.
sub _page ($self, $title, $before, $narrowed, @evidence) {
    my $results    = $self->{results};
    my ($verdicts) = $results->counts([$results->all_cases]);
    my @acts       = uniq map { $_->{act} } $results->all_cases;
    my $filter     = Copyhang::Report::Html::Filter->new(\%LETTER, $verdicts, \@acts);
    my @body       = ($before, $filter->around($narrowed), _panels(@evidence));
    return $self->filled($title, \@body, $filter->rules, "\n" . _file('page.js'));
}

# page.html.in with this in it, and rules of style and a script of its own.
sub filled ($class, $title, $body, $rules = q{}, $script = q{}) {
    my %part = (
        title  => html($title),
        style  => "\n" . _file('page.css'),
        rules  => $rules,
        script => $script,
        body   => html($body),
    );
    my %policy = (
        'default-src' => q{'none'},
        'base-uri'    => q{'none'},
        'form-action' => q{'none'},
        'style-src'   => join(q{ }, map { digest($part{$_}) } qw(style rules)),
        'script-src'  => digest($part{script}),
    );
    $part{policy} = join '; ', map { "$_ $policy{$_}" } sort keys %policy;
    return _file('page.html.in') =~ s/\{(title|policy|style|rules|script|body)\}/$part{$1}/gr;
}

# One of this module's folder, without the comments that it begins with.
sub _file ($name) {
    my $path = __FILE__ =~ s{[.]pm\z}{/$name}r;
    return join(q{}, Copyhang::Paths->lines($path)) =~ s{\A(?:(?:/[*].*?[*]/|<!--.*?-->)\s*)*}{}sr;
}

# A verdict in a table, a link where there is an anchor.
sub _cell ($case, $class = q{}, $anchor = undef) {
    return tag("td.$class") if !$case;
    my ($mark, $changed) = $case->is_changed ? (q{!}, '.changed') : (q{}, q{});
    my $text = ($LETTER{$case->{verdict}} // $case->{verdict}) . $mark;
    return tag("td.$case->{verdict}.$class$changed",
        defined $anchor ? link_to($anchor, $text) : $text);
}

# The panels of evidence: ([anchor, title, case]...). Thousands of cases have the same few stacks:
# those that share them are one panel.
sub _panels (@items) {
    return map {
        my @cases = map { _pairs(@{$_}) } @{$_};
        my $close = line('a.close', {href => '#-'}, 'close');
        line('div.evidence', $close, @cases, tag('div.stacks', \_stacks($_->[0])))
    } group(\&_stacks, @items);
}

sub _is_stack ($pair) { return $pair->[0] =~ /[.]stack\z/ }

sub _stacks ($item) {
    return html(
        map {
            my ($key, $stack) = @{$_};
            line('pre', "$key\n  ", joined("\n  ", split / < /, $stack))
        } grep { _is_stack($_) } @{$item->[2]{pairs}}
    );
}

sub _pairs ($anchor, $title, $case) {
    my @lines = [tag("b.$case->{verdict}", $case->{verdict}), " $title"];
    push @lines, "expected: $case->{expected}" if defined $case->{expected};
    push @lines, map { sprintf '%-12s %s', @{$_} }
        grep { $_->[0] ne 'verdict' && !_is_stack($_) } @{$case->{pairs}};
    return line('pre', {id => $anchor}, joined("\n", @lines));
}

1;
