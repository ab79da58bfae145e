# SPDX-License-Identifier: GPL-2.0-only
package Copyhang::Html;

use strict;
use warnings;
use feature 'signatures';
no warnings 'experimental::signatures';

use Copyhang::Case       ();
use Copyhang::Comparison ();
use Copyhang::Conclusion ();
use Copyhang::Html::Page qw(page escape paragraph list link_to key cell th evidence);
use List::Util           qw(uniq);

# $result: kernel, cases, troubles, seconds, baseline, selection.
sub text ($class, $result) {
    my (%cases, @acts);
    for my $case (@{$result->{cases}}) {
        push @acts,                   $case->{act} if !$cases{$case->{act}};
        push @{$cases{$case->{act}}}, $case;
    }
    return page(
        "copyhang on Linux $result->{kernel}{release}",
        _summary($result),
        key(),
        paragraph('A verdict is a link to its evidence.'),
        _overview(\%cases, @acts),
        (map { _act($_, @{$cases{$_}}) } @acts),
        evidence(map { [$_->{id}, $_->{id}, $_] } @{$result->{cases}}),
    );
}

sub _summary ($result) {
    my ($kernel, @cases) = ($result->{kernel}, @{$result->{cases}});
    my $text =
          paragraph("$kernel->{release} $kernel->{version} $kernel->{machine}")
        . paragraph(Copyhang::Conclusion->text($kernel, @cases))
        . paragraph(Copyhang::Conclusion->counts($result->{seconds}, @cases) . q{.});
    $text .= list('Trouble', map { escape($_) } @{$result->{troubles}});
    return $text if !$result->{baseline};
    my $comparison = Copyhang::Comparison->new($result);
    my %there      = map { $_->{id} => 1 } @cases;
    return $text
        . list('Changes',
        map { ($there{$_->[0]} ? link_to($_->[0]) : escape($_->[0])) . ': ' . escape($_->[1]) }
            $comparison->differences)
        . paragraph($comparison->sum);
}

# How many of each verdict an act has.
sub _overview ($cases, @acts) {
    my %count;
    for my $case (map { @{$cases->{$_}} } @acts) {
        $count{$case->{verdict}}{$case->{act}}++;
    }
    my @verdicts = grep { $count{$_} } Copyhang::Case->verdicts;
    my @rows     = map {
        my $act = $_;
        join q{}, '<tr><th>', link_to("act:$act", $act), '</th>',
            (map { _number($_, $count{$_}{$act}) } @verdicts), "</tr>\n"
    } @acts;
    return join q{}, '<table class="overview"><thead><tr><th>act</th>',
        (map { "<th>$_</th>" } @verdicts), "</tr></thead>\n<tbody>\n", @rows, "</tbody></table>\n";
}

sub _number ($verdict, $count) {
    return $count ? qq(<td class="$verdict">$count</td>) : '<td></td>';
}

# The table of an act: strategies by endpoints, those of one sink beside each other.
sub _act ($act, @cases) {
    my %grid       = map      { ("$_->{strategy}/$_->{source}-$_->{sink}" => $_) } @cases;
    my @strategies = uniq map { $_->{strategy} } @cases;
    my %sources;
    push @{$sources{$_->{sink}}}, $_->{source} for @cases;
    my @sinks = uniq map { $_->{sink} } @cases;
    $_ = [uniq @{$_}] for values %sources;
    my @rows = map { _row($_, \@sinks, \%sources, \%grid) } @strategies;
    my $name = escape($act);
    my @to   = map { th("to $_", 'class="first" colspan="' . @{$sources{$_}} . q{"}) } @sinks;
    my @from = map { _heads('span class="up"', @{$sources{$_}}) } @sinks;
    return join q{}, qq(<section id="act:$name">\n<h2>$name</h2>\n<table>\n<thead>\n<tr>),
        th('from'), @to, "</tr>\n<tr>", th(q{}), @from, "</tr>\n</thead>\n<tbody>\n", @rows,
        "</tbody>\n</table>\n</section>\n";
}

# What is first in a group has a line before it.
sub _heads ($tag, @sources) {
    my @heads = map { "<th><$tag>" . escape($_) . '</span></th>' } @sources;
    $heads[0] =~ s/\A<th/<th class="first"/;
    return @heads;
}

sub _row ($strategy, $sinks, $sources, $grid) {
    my @cells;
    for my $sink (@{$sinks}) {
        my $first = 'first';
        for my $source (@{$sources->{$sink}}) {
            my $case = $grid->{"$strategy/$source-$sink"};
            push @cells, cell($case, $first, $case && $case->{id});
            $first = q{};
        }
    }
    return join q{}, '<tr>', th($strategy), @cells, "</tr>\n";
}

1;

__END__

=head1 NAME

Copyhang::Html - the results as a page for a browser

=head1 DESCRIPTION

One page that needs nothing else, neither a script nor the network: what the run says, what
changed, and for each act all verdicts in a table, told apart by letters and words as well as by
colours. A verdict links to its evidence, which has the id of the case: F<page.html#ID> leads there
from elsewhere. The page is HTML and well-formed XML.

=cut
