# SPDX-License-Identifier: GPL-2.0-only
#
# What narrows a page to some of its cases. Verdicts and acts are chosen by check boxes, which a style
# sheet heeds where scripts may not run: who has none of those that are checked is not shown. page.js
# takes over from it where they may, and adds fields for the rest.
#
# It looks for cases in sections, which have their acts, and in tables of class grid, whose cells are
# links to a case, or of class rows, whose rows and bodies have their strategies, sources and sinks.
package Copyhang::Report::Html::Filter;

use v5.36;
use Copyhang::Report::Html::Element qw(css_string line tag);

# $letter: what stands in a cell for a verdict, where that is not the word.
sub new ($class, $letter, $verdicts, $acts) {
    return bless {letter => $letter, verdicts => $verdicts, acts => $acts}, $class;
}

# Around all that it may hide. The form is sent nowhere.
sub around ($self, @content) {
    my %form = (id => 'filter', method => 'dialog', autocomplete => 'off');
    return line('form', \%form, "\n", $self->_bar, @content);
}

sub _bar ($self) {
    my @verdicts = map { _check('verdict', $_, $self->_words($_), ".$_") } @{$self->{verdicts}};
    my @acts     = map { _check('act',     $_, $_) } @{$self->{acts}};
    my @fields   = map { _field(@{$_}) }['strategy'], ['source', 'from'], ['sink', 'to'];
    my $word     = tag('input', {type => 'search', name => 'word', size => 12});
    return line(
        'div.bar',
        "\n",
        line('fieldset.verdicts', "\n", _legend('Only these verdicts'), @verdicts),
        line(
            'details.acts',          "\n",
            line('summary', 'acts'), line('fieldset', "\n", _legend('Only these acts'), @acts)
        ),
        line('div.fields', {hidden => 'hidden'}, "\n", line('label', 'word ', $word), @fields),
        line('output',     {role   => 'status'}),
        line('button',     {type   => 'reset'}, 'show all'),
    );
}

sub _legend ($text) { return line('legend', $text) }

sub _words ($self, $verdict) {
    my $letter = $self->{letter}{$verdict};
    return defined $letter ? "$letter = $verdict" : $verdict;
}

sub _check ($name, $value, $text, $class = q{}) {
    return line("label$class",
        tag('input', {type => 'checkbox', name => $name, value => $value}), $text);
}

sub _field ($name, $words = $name) {
    my $any = tag('option', {value => q{}}, 'any');
    return line('label', "$words ", tag('select', {name => $name}, $any));
}

# A style sheet for where no script runs. What is hidden while anything is checked comes back where it
# has what is.
my $RULES = <<'END';

@supports not selector(:has(:checked)) { .bar :is(input, .acts, button) { display: none } }
:root:has([name=verdict]:checked) form :is(section > *, tbody, tbody > tr:has(td)),
:root:has([name=act]:checked) form section { display: none }
:root:has([name=verdict]:checked) form .grid td { opacity: .2 }
END

sub rules ($self) {
    return join q{}, $RULES, (map { _verdict($_) } @{$self->{verdicts}}),
        map { _act($_) } @{$self->{acts}};
}

sub _checked ($name, $value) {
    my $string = css_string($value);
    return ":root:has([name=$name][value=$string]:checked) form";
}

sub _verdict ($verdict) {
    my $checked = _checked('verdict', $verdict);
    my $shown   = join ', ',
        map { "$checked $_" } "section:has(td.$verdict) > *", "tbody:has(> tr > td.$verdict)",
        "tbody > tr:has(> td.$verdict)";
    return "$shown { display: revert }\n$checked .grid td.$verdict { opacity: 1 }\n";
}

sub _act ($act) {
    my $string = css_string($act);
    return _checked('act', $act) . " section[data-acts~=$string] { display: revert }\n";
}

1;
