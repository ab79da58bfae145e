# SPDX-License-Identifier: GPL-2.0-only
#
# The results as a page for a browser.
#
# Evidence has the id of its case: page.html#ID leads there from elsewhere. Of kernels in guests a
# failure is a link to that of the first case in its row on the first kernel that fails so.
#
# A page needs nothing else, neither a script nor the network, and is HTML and well-formed XML.
# Content is text, which is escaped, or elements as _tag makes them, or references to lists of both.
package Copyhang::Report::Html;

use v5.36;
use parent 'Copyhang::Report';
use Copyhang::Baseline        ();
use Copyhang::Case            ();
use Copyhang::Grid            ();
use Copyhang::Matrix::Changes qw(cases reasons sum_of unexplained);
use Copyhang::Paths           ();
use Copyhang::Product         qw(group neighbours phrases);
use Copyhang::Text            qw(painter);

# What stands in a cell; other verdicts stand there as they are.
my %LETTER = (safe => 's', refused => 'r', unavailable => 'u');

sub text ($class, $results, $path = undef) {
    my $self = bless {
        results  => $results,
        evidence => [],
        verbose  => 1,
        paint    => painter(0)
    }, $class;
    return $results->running ? $self->_running($results->running) : $self->_guests;
}

# How many of each verdict: ([the first cells of a row, its cases]...).
sub _overview ($self, $selector, $heads, @rows) {
    my ($verdicts, @counts) = $self->{results}->counts(map { $_->[1] } @rows);
    for my $row (@rows) {
        my $count = shift @counts;
        $row->[1] = [map { $count->{$_} ? _tag("td.$_", $count->{$_}) : _tag('td') } @{$verdicts}];
    }
    return _table($selector, q{}, [@{$heads}, @{$verdicts}], @rows);
}

# --- One kernel ---

sub _running ($self, $kernel) {
    my $results = $self->{results};
    my @cases   = $results->all_cases;
    my @acts    = Copyhang::Grid->tables(1, @cases);
    my @links   = map {
        my $act = $_->{acts}[0];
        [_tag('th', _link("act:$act", $act)), $_->{cases}]
    } @acts;
    return _page(
        "copyhang on Linux $kernel->{release}",
        _line('p', "$kernel->{release} $kernel->{version} $kernel->{machine}"),
        $self->_answer,
        _list('Trouble', @{$kernel->{troubles}}),
        $self->_changes($kernel),
        _key(),
        _line('p', 'A verdict is a link to its evidence.'),
        $self->_overview('table.overview', ['act'], @links),
        (map { _act($_) } @acts),
        _panels(map { [$_->{id}, $_->{id}, $_] } @cases),
    );
}

# As in the report for terminals.
sub _answer ($self) {
    return _line('pre.answer', join "\n", grep { length } $self->head, $self->proof);
}

sub _changes ($self, $kernel) {
    my $results  = $self->{results};
    my $baseline = $kernel->{baseline} // return;
    my ($sum, @differences) = $baseline->compare($kernel, $results->selection);
    my %there = map { $_ => _link($_) } $results->ids;
    return _list('Changes', map { [$there{$_->[0]} // $_->[0], ": $_->[1]"] } @differences),
        _line('p', $sum);
}

# The table of an act: strategies by endpoints, those of one sink beside each other. What is first
# of these has a line before it.
sub _act ($table) {
    my @columns = @{$table->{columns}};
    my @sinks   = group(sub ($column) { $column->{sinks}[0] }, @columns);
    my @class   = map { ('first', (q{}) x $#{$_}) } @sinks;
    my @to   = map { _tag('th.first', {colspan => scalar @{$_}}, "to $_->[0]{sinks}[0]") } @sinks;
    my @from = map { _tag("th.$class[$_]", _tag('span.up', $columns[$_]{sources})) } 0 .. $#columns;
    my @rows = map {
        my @cases = @{$_->{cases}}[map { $_->{number} } @columns];
        my @cells =
            map { _cell($cases[$_], $class[$_], $cases[$_] && $cases[$_]{id}) } 0 .. $#cases;
        _line('tr', _tag('th', $_->{names}), @cells)
    } @{$table->{rows}};
    my $name  = $table->{acts}[0];
    my @heads = (_line('tr', _tag('th', 'from'), @to), _line('tr', _tag('th'), @from));
    my $all =
        _line('table', "\n", _line('thead', "\n", @heads), _line('tbody', "\n", @rows));
    return _line('section', {id => "act:$name"}, "\n", _line('h2', $name), $all);
}

# --- Several kernels ---

sub _guests ($self) {
    my $results  = $self->{results};
    my @ids      = $results->ids;
    my @cascades = map {
        my @seen = map { "$_->[0]: $_->[1]" } @{$_->{seen}};
        _joined('<br/>', phrases(@{$_->{ids}}), @seen)
    } $results->cascades;
    my @tables = (
        _line(
            'p',
            'Cases with the same verdicts on all kernels share a row. A failure is a link to the'
                . ' evidence of the first of them.'
        ),
        $self->_sections('What differs, or fails',       grep { $results->is_telling($_) } @ids),
        $self->_sections('What is alike on all kernels', grep { !$results->is_telling($_) } @ids),
    );
    return _page(
        'copyhang on ' . $results->results . ' kernels',
        $self->_kernels,
        _list('What the programs did', @cascades),
        $self->_transitions,
        _list('Against the baselines', Copyhang::Baseline->lines($results)),
        _list('Trouble',               map { $self->_troubles($_) } $results->results),
        _key(),
        @tables,
        _panels(@{$self->{evidence}}),
    );
}

sub _kernels ($self) {
    my @rows = map {
        my @texts   = (@{$_}{qw(name release accelerator)}, $self->{results}->outcome($_));
        my @seconds = map { defined ? sprintf '%.1f s', $_ : q{} }
            @{$_->{seconds} // {}}{qw(boot cases total)};
        [[(map { _tag('th', $_ // q{}) } @texts), map { _tag('td', $_) } @seconds], $_->{cases}]
    } $self->{results}->results;
    my @heads = qw(kernel release under outcome boot cases total);
    return $self->_overview('table.overview.kernels', \@heads, @rows);
}

sub _transitions ($self) {
    my @labels      = $self->{results}->labels;
    my @transitions = $self->{results}->transitions;
    my @items       = map {
        my ($from, $to, $before, $after, $ids) = @{$_}{qw(from to before after ids)};
        my $unexplained = unexplained($_);
        _joined(
            '<br/>',
            [
                _tag("span.$from", $from),
                " \xe2\x86\x92 ",
                _tag("span.$to", $to),
                " between $labels[$before] and $labels[$after]: " . cases(scalar @{$ids})
            ],
            phrases(@{$ids}),
            (map { _tag('i', $_) } reasons($_)),
            defined $unexplained ? [_tag('b.unexplained', 'unexplained'), $unexplained] : ()
        )
    } @transitions;
    return _list('What changed: ' . sum_of(@transitions), @items);
}

# What became of a kernel that was not tested to the end, and what was wrong with case programs.
sub _troubles ($self, $result) {
    my $outcome = $self->{results}->outcome($result);
    my @console = @{$result->{console} // []};
    my $text    = join ': ', $result->{name}, $outcome, $result->{detail} // ();
    return (
        $outcome eq 'complete' ? () : [$text, @console ? _tag('pre', _joined("\n", @console)) : ()],
        map { "$result->{name}: $_" } @{$result->{troubles} // []}
    );
}

sub _sections ($self, $title, @ids) {
    return if !@ids;
    return _line('h2', "$title: " . cases(scalar @ids)),
        map { $self->_section(@{$_}) } $self->{results}->sections(@ids);
}

# The rows of the same acts. No line ends within a name.
sub _section ($self, @rows) {
    my @labels = ($self->{results}->labels)[$self->{results}->columns];
    my @lines  = map {
        my $ends = _tag('th.ends', {colspan => 1 + @labels}, $_->[0]{ends});
        $ends, map {
            [_tag('th', _joined(', ', map { _tag('span', $_) } @{$_->{names}})), $self->_cells($_)]
        } @{$_}
    } group('ends', @rows);
    my $acts = _line('h3', join ', ', @{$rows[0]{acts}});
    return _line('section', "\n", $acts, _table('table.rows', "\n", [q{}, @labels], @lines));
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

# --- What pages are made of ---

# page.html.in, filled in.
sub _page ($title, @body) {
    my %part = (title => _html($title), style => _file('page.css'), body => _html(@body));
    return _file('page.html.in') =~ s/\{(title|style|body)\}/$part{$1}/gr;
}

# One of this module's folder, without the comments that it begins with.
sub _file ($name) {
    my $path = __FILE__ =~ s{[.]pm\z}{/$name}r;
    return join(q{}, Copyhang::Paths->lines($path)) =~ s{\A(?:(?:/[*].*?[*]/|<!--.*?-->)\s*)*}{}sr;
}

# An element, named as page.css does: "td.safe.first" has two classes. Other attributes may come
# before what is in it.
sub _tag ($selector, @content) {
    my %attribute = ref $content[0] eq 'HASH' ? %{shift @content} : ();
    my ($name, @classes) = split /[.]+/, $selector;
    my $attributes = @classes ? qq( class="@classes") : q{};
    $attributes .= qq( $_=") . _html($attribute{$_}) . q{"} for keys %attribute;
    return \join q{}, "<$name$attributes>", _html(@content), "</$name>";
}

# One that ends its line.
sub _line (@what) { return [_tag(@what), "\n"] }

# What is text becomes text, whatever it is made of: only ASCII is left.
sub _html (@content) {
    return join q{}, map { ref eq 'ARRAY' ? _html(@{$_}) : ref ? ${$_} : _escape($_) } @content;
}

sub _escape ($text) {
    utf8::decode($text);
    $text =~ s/[^\t\n\x20-\x{7e}\x{a0}-\x{d7ff}\x{e000}-\x{fffd}\x{10000}-\x{10ffff}]/\x{fffd}/g;
    return $text =~ s/([&<>"']|[^\x00-\x7f])/'&#' . ord($1) . q{;}/ger;
}

# With something between them, which is HTML.
sub _joined ($separator, @content) {
    return \join $separator, map { _html($_) } @content;
}

sub _list ($title, @items) {
    return [] if !@items;
    return [_line('h2', $title), _line('ul', "\n", map { _line('li', $_) } @items)];
}

sub _link ($id, $text = $id) { return _tag('a', {href => "#$id"}, $text) }

# $start: what comes before its head, a line of names. Rows are [what is in them].
sub _table ($selector, $start, $heads, @rows) {
    my $head = _line('thead', _tag('tr', map { _tag('th', $_) } @{$heads}));
    my $body = _tag('tbody', "\n", map { _line('tr', $_) } @rows);
    return _line($selector, $start, $head, $body);
}

sub _key () {
    my @verdicts =
        map { _line("span.$_", $LETTER{$_} ? "$LETTER{$_} = " : q{}, $_) } Copyhang::Case->verdicts;
    return _line('p.key', "\n", @verdicts, '! = not as the baseline expects');
}

# A verdict in a table, a link where there is an anchor.
sub _cell ($case, $class = q{}, $anchor = undef) {
    return _tag("td.$class") if !$case;
    my ($mark, $changed) = $case->is_changed ? (q{!}, '.changed') : (q{}, q{});
    my $text = ($LETTER{$case->{verdict}} // $case->{verdict}) . $mark;
    return _tag("td.$case->{verdict}.$class$changed",
        defined $anchor ? _link($anchor, $text) : $text);
}

# The panels of evidence: ([anchor, title, case]...). Thousands of cases have the same few stacks:
# those that share them are one panel.
sub _panels (@items) {
    return map {
        my @cases = map { _pairs(@{$_}) } @{$_};
        my $close = _line('a.close', {href => '#-'}, 'close');
        _line('div.evidence', $close, @cases, _tag('div.stacks', \_stacks($_->[0])))
    } group(\&_stacks, @items);
}

sub _is_stack ($pair) { return $pair->[0] =~ /[.]stack\z/ }

sub _stacks ($item) {
    return _html(
        map {
            my ($key, $stack) = @{$_};
            _line('pre', "$key\n  ", _joined("\n  ", split / < /, $stack))
        } grep { _is_stack($_) } @{$item->[2]{pairs}}
    );
}

sub _pairs ($anchor, $title, $case) {
    my @lines = [_tag("b.$case->{verdict}", $case->{verdict}), " $title"];
    push @lines, "expected: $case->{expected}" if defined $case->{expected};
    push @lines, map { sprintf '%-12s %s', @{$_} }
        grep { $_->[0] ne 'verdict' && !_is_stack($_) } @{$case->{pairs}};
    return _line('pre', {id => $anchor}, _joined("\n", @lines));
}

1;
