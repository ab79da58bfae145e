# SPDX-License-Identifier: GPL-2.0-only
package Copyhang::Matrix::Html;

use strict;
use warnings;
use feature 'signatures';
no warnings 'experimental::signatures';

use Copyhang::Case                ();
use Copyhang::Html::Page          qw(page escape paragraph list key cell th evidence);
use Copyhang::Matrix::Cascades    ();
use Copyhang::Matrix::Comparison  ();
use Copyhang::Matrix::Report      ();
use Copyhang::Matrix::Table       ();
use Copyhang::Matrix::Transitions ();
use Copyhang::Product             qw(products);

# $results: of Copyhang::Matrix::Results. Arguments: changes, selection.
sub text ($class, $results, %argument) {
    my $self   = bless {%argument, results => $results, evidence => []}, $class;
    my @ids    = $results->ids;
    my @tables = (
        paragraph(
            'Cases with the same verdicts on all kernels share a row. A failure is a link to the'
                . ' evidence of the first of them.'
        ),
        $self->_tables('What differs, or fails',       grep { $results->is_telling($_) } @ids),
        $self->_tables('What is alike on all kernels', grep { !$results->is_telling($_) } @ids),
    );
    return page(
        'copyhang on ' . $results->results . ' kernels', $self->_kernels,
        $self->_cascades,                                $self->_transitions,
        $self->_comparison,                              $self->_consoles,
        key(),                                           @tables,
        evidence(@{$self->{evidence}}),
    );
}

sub _kernels ($self) {
    my @results  = $self->{results}->results;
    my %seen     = map  { $_->{verdict} => 1 } map { @{$_->{cases}} } @results;
    my @verdicts = grep { $seen{$_} } Copyhang::Case->verdicts;
    my @heads    = (qw(kernel release under outcome boot cases total), @verdicts);
    my @rows     = map { _kernel($_, @verdicts) } @results;
    return join q{}, '<table class="overview kernels"><thead><tr>', (map { th($_) } @heads),
        "</tr></thead>\n<tbody>\n", @rows, "</tbody></table>\n";
}

sub _kernel ($result, @verdicts) {
    my %count;
    $count{$_->{verdict}}++ for @{$result->{cases}};
    my @texts =
        (@{$result}{qw(name release accelerator)}, Copyhang::Matrix::Report::outcome($result));
    my @seconds =
        (map { defined $result->{seconds}{$_} ? sprintf '%.1f s', $result->{seconds}{$_} : undef }
            qw(boot cases total));
    return join q{}, '<tr>', (map { th($_ // q{}) } @texts),
        (map { '<td>' . ($_ // q{}) . '</td>' } @seconds),
        (map { $count{$_} ? qq(<td class="$_">$count{$_}</td>) : '<td></td>' } @verdicts),
        "</tr>\n";
}

sub _cascades ($self) {
    my @items = map {
        my @seen = map { "$_->[0]: $_->[1]" } @{$_->{seen}};
        join '<br/>', map { escape($_) } (map { s/,/, /gr } products(@{$_->{ids}})), @seen
    } Copyhang::Matrix::Cascades->all($self->{results});
    return list('What the programs did', @items);
}

sub _transitions ($self) {
    my $results     = $self->{results};
    my @labels      = $results->labels;
    my @transitions = Copyhang::Matrix::Transitions->between($results, $self->{changes});
    my @items;
    for my $transition (@transitions) {
        my ($from, $to, $before, $after, $ids) = @{$transition}{qw(from to before after ids)};
        my @lines = (
            sprintf(
                '<span class="%s">%s</span> &#8594; <span class="%s">%s</span> between %s and %s: %s',
                $from, $from, $to, $to,
                (map { escape($_) } @labels[$before, $after]),
                Copyhang::Matrix::Report::cases(scalar @{$ids})
            ),
            (map { escape(s/,/, /gr) } products(@{$ids})),
            map { '<i>' . escape($_) . '</i>' } Copyhang::Matrix::Report::hints($transition),
        );
        my $unexplained = Copyhang::Matrix::Report::unexplained($transition);
        push @lines, '<b class="unexplained">unexplained</b>' . escape($unexplained)
            if defined $unexplained;
        push @items, join '<br/>', @lines;
    }
    return list('What changed: ' . Copyhang::Matrix::Transitions->sum(@transitions), @items);
}

sub _comparison ($self) {
    my $comparison = Copyhang::Matrix::Comparison->new($self->{results}, $self->{selection});
    return list('Against the baselines', map { escape($_) } $comparison->lines);
}

sub _consoles ($self) {
    my @items;
    for my $result ($self->{results}->results) {
        my @console = map { escape($_) } @{$result->{console} // []};
        my $title   = join ': ', $result->{name}, Copyhang::Matrix::Report::outcome($result),
            $result->{detail} // ();
        push @items, escape($title) . (@console ? '<pre>' . join("\n", @console) . '</pre>' : q{})
            if $result->{outcome} ne 'complete';
        push @items, map { escape("$result->{name}: $_") } @{$result->{troubles} // []};
    }
    return list('Trouble', @items);
}

sub _tables ($self, $title, @ids) {
    return q{} if !@ids;
    return join q{},
        '<h2>' . escape("$title: " . Copyhang::Matrix::Report::cases(scalar @ids)) . "</h2>\n",
        map { $self->_section(@{$_}) } $self->{results}->sections(@ids);
}

# The rows of the same acts.
sub _section ($self, @rows) {
    my @labels = $self->{results}->labels;
    my $acts   = escape(join ', ', @{$rows[0]{acts}});
    my $width  = 1 + $self->{results}->columns;
    my $text =
          qq(<section>\n<h3>$acts</h3>\n<table class="rows">\n<thead><tr>)
        . join(q{}, th(q{}), map { th($labels[$_]) } $self->{results}->columns)
        . "</tr></thead>\n<tbody>\n";
    my $before = q{};
    for my $row (@rows) {
        my $ends = Copyhang::Matrix::Table::ends($row);
        $text .= qq(<tr><th class="ends" colspan="$width">) . escape($ends) . "</th></tr>\n"
            if $ends ne $before;
        $before = $ends;
        $text .= join q{}, '<tr>', _names(@{$row->{strategies}}), $self->_cells($row), "</tr>\n";
    }
    return "$text</tbody></table>\n</section>\n";
}

# No line ends within a name.
sub _names (@names) {
    return '<th>' . join(', ', map { '<span>' . escape($_) . '</span>' } @names) . '</th>';
}

# Of neighbours with the same failure only the first one shows its evidence.
sub _cells ($self, $row) {
    my @results = $self->{results}->results;
    my ($anchor, @cells);
    my $before = q{};
    for my $number ($self->{results}->columns) {
        my $case = $row->{cases}[$number];
        if ($case && $case->{verdict} ne $before) {
            $anchor = undef;
            if ($case->is_unsafe || $case->{verdict} eq 'broken') {
                $anchor = "$results[$number]{name}:$case->{id}";
                push @{$self->{evidence}},
                    [$anchor, "$case->{id} on $results[$number]{name}", $case];
            }
        }
        $before = $case ? $case->{verdict} : q{};
        push @cells, cell($case, q{}, $anchor);
    }
    return @cells;
}

1;

__END__

=head1 NAME

Copyhang::Matrix::Html - the results of several kernels as a page for a browser

=head1 DESCRIPTION

One page that needs nothing else, for a screen and for paper: the kernels, what changed from one to
the next with hints about the reason, what differs from the baselines, the consoles of kernels that
failed, and the verdicts of all cases. A failure is a link to the evidence of the first case in its
row on the first kernel that fails so; all of it is in the JSON document.

=cut
