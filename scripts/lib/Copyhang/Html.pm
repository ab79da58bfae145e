# SPDX-License-Identifier: GPL-2.0-only
package Copyhang::Html;

use strict;
use warnings;
use feature 'signatures';
no warnings 'experimental::signatures';

use Copyhang::Case       ();
use Copyhang::Comparison ();
use Copyhang::Conclusion ();
use List::Util           qw(uniq);

# What stands in a cell; other verdicts stand there as they are.
my %LETTER = (safe => 's', refused => 'r', unavailable => 'u');

# The evidence lies at the end, and only what the address names is shown, in a panel. Old browsers
# show all of it, and the links lead there.
my $STYLE = <<'CSS';
:root { color-scheme: light }
body { font: 14px/1.4 sans-serif; margin: 1.5em; color: #111; background: #fff }
h1 { font-size: 1.5em; margin: 0 0 .5em }
h2 { font-size: 1.15em; margin: 2em 0 .4em }
p, ul, dl { max-width: 62em }
table { border-collapse: collapse; font-size: 12px; line-height: 1.25 }
th { font-weight: normal; text-align: left; padding: 0 .5em 0 0; white-space: nowrap }
thead th { vertical-align: bottom; padding: 2px }
thead .up { writing-mode: vertical-rl; transform: rotate(180deg) }
.first { border-left: 2px solid #888 }
tbody tr:hover th { background: #ffeb99 }
td { border: 1px solid #fff; padding: 0; text-align: center; min-width: 1.75em }
td a { display: block; padding: 1px 2px; color: inherit; text-decoration: none }
td a:hover, td a:focus { outline: 2px solid #000; outline-offset: -2px }
td.first { border-left: 2px solid #888 }
.overview td, .overview thead th + th { padding: 1px .6em; text-align: right }
.changed a { box-shadow: inset 0 0 0 2px #000, inset 0 0 0 4px #ffd800; padding: 4px 5px }
.safe { background: #d3ecdf }
.refused { background: #e6e8ee; color: #555 }
.hang { background: #b5340b; color: #fff; font-weight: bold }
.stuck { background: #000; color: #fff; font-weight: bold }
.late { background: #f0a030; font-weight: bold }
.corrupt { background: #7b2d8b; color: #fff; font-weight: bold }
.broken { background: #f4e542; font-weight: bold }
.unavailable { background: #fff; color: #666; outline: 1px dotted #999; outline-offset: -2px }
.key { max-width: none }
.key span { padding: 1px .5em; margin-right: .4em }
pre { font: 12px/1.35 monospace; margin: .5em 0; white-space: pre-wrap; overflow-wrap: anywhere }
.evidence { padding: .5em 1em; background: #fffef4; border-top: 3px solid #333 }
.evidence pre b { padding: 0 .4em }
.stacks { display: flex; flex-wrap: wrap; gap: 0 3em }
.close { float: right; padding: .2em .8em; border: 1px solid #333; color: #000; background: #fff }
@supports selector(:has(:target)) {
  .evidence, .evidence > pre { display: none }
  .evidence:has(:target) { display: block; position: fixed; left: 0; right: 0; bottom: 0;
    max-height: 55vh; overflow: auto; box-shadow: 0 0 12px #888 }
  .evidence > pre:target { display: block }
  body:has(.evidence :target) { padding-bottom: 55vh }
}
@page { size: A4 landscape; margin: 9mm }
@media print {
  body { margin: 0; padding: 0 !important; font-size: 10px; print-color-adjust: exact;
    -webkit-print-color-adjust: exact }
  table { font-size: 10px }
  section { break-inside: avoid }
  .evidence { display: none !important }
}
CSS

# $result: kernel, cases, troubles, seconds, baseline, selection.
sub text ($class, $result) {
    my (%cases, @acts);
    for my $case (@{$result->{cases}}) {
        push @acts,                   $case->{act} if !$cases{$case->{act}};
        push @{$cases{$case->{act}}}, $case;
    }
    my $title = 'copyhang on Linux ' . _escape($result->{kernel}{release});
    return join q{}, _head($title), _summary($result), _key(), _overview(\%cases, @acts),
        (map { _act($_, @{$cases{$_}}) } @acts), _evidence(@{$result->{cases}}),
        "</body>\n</html>\n";
}

# What is text becomes text, whatever it is made of: only ASCII is left.
sub _escape ($text) {
    utf8::decode($text);
    $text =~ s/[^\t\n\x20-\x{7e}\x{a0}-\x{d7ff}\x{e000}-\x{fffd}\x{10000}-\x{10ffff}]/\x{fffd}/g;
    return $text =~ s/([&<>"']|[^\x00-\x7f])/'&#' . ord($1) . q{;}/ger;
}

# HTML that is well-formed XML, too.
sub _head ($title) {
    return <<"HTML";
<!DOCTYPE html>
<html lang="en" xmlns="http://www.w3.org/1999/xhtml">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width"/>
<title>$title</title>
<style>
$STYLE</style>
</head>
<body>
<h1>$title</h1>
HTML
}

sub _summary ($result) {
    my ($kernel, @cases) = ($result->{kernel}, @{$result->{cases}});
    my $text =
          _paragraph("$kernel->{release} $kernel->{version} $kernel->{machine}")
        . _paragraph(Copyhang::Conclusion->text($kernel, @cases))
        . _paragraph(Copyhang::Conclusion->counts($result->{seconds}, @cases) . q{.});
    $text .= _list('Trouble', map { _escape($_) } @{$result->{troubles}});
    return $text if !$result->{baseline};
    my $comparison = Copyhang::Comparison->new($result);
    my %there      = map { $_->{id} => 1 } @cases;
    return $text
        . _list('Changes',
        map { ($there{$_->[0]} ? _link($_->[0]) : _escape($_->[0])) . ': ' . _escape($_->[1]) }
            $comparison->differences)
        . _paragraph($comparison->sum);
}

sub _paragraph ($text) {
    return '<p>' . _escape($text) . "</p>\n";
}

sub _list ($title, @items) {
    return q{} if !@items;
    return join q{}, "<h2>$title</h2>\n<ul>\n", (map { "<li>$_</li>\n" } @items), "</ul>\n";
}

sub _link ($id, $text = $id) {
    return sprintf '<a href="#%s">%s</a>', map { _escape($_) } $id, $text;
}

sub _key () {
    my @verdicts = map {
        my $letter = $LETTER{$_} ? "$LETTER{$_} = " : q{};
        qq(<span class="$_">$letter$_</span>)
    } Copyhang::Case->verdicts;
    return join "\n", '<p class="key">', @verdicts,
        '! = not as the baseline expects. A verdict is a link to its evidence.</p>', q{};
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
        join q{}, '<tr><th>', _link("act:$act", $act), '</th>',
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
    my $name = _escape($act);
    my @to   = map { _th("to $_", 'class="first" colspan="' . @{$sources{$_}} . q{"}) } @sinks;
    my @from = map { _heads('span class="up"', @{$sources{$_}}) } @sinks;
    return join q{}, qq(<section id="act:$name">\n<h2>$name</h2>\n<table>\n<thead>\n<tr>),
        _th('from'), @to, "</tr>\n<tr>", _th(q{}), @from, "</tr>\n</thead>\n<tbody>\n", @rows,
        "</tbody>\n</table>\n</section>\n";
}

sub _th ($text, $attributes = q{}) {
    return "<th $attributes>" =~ s/ >\z/>/r . _escape($text) . '</th>';
}

# What is first in a group has a line before it.
sub _heads ($tag, @sources) {
    my @heads = map { "<th><$tag>" . _escape($_) . '</span></th>' } @sources;
    $heads[0] =~ s/\A<th/<th class="first"/;
    return @heads;
}

sub _row ($strategy, $sinks, $sources, $grid) {
    my @cells;
    for my $sink (@{$sinks}) {
        my $first = ' first';
        for my $source (@{$sources->{$sink}}) {
            push @cells, _cell($grid->{"$strategy/$source-$sink"}, $first);
            $first = q{};
        }
    }
    return join q{}, '<tr>', _th($strategy), @cells, "</tr>\n";
}

sub _cell ($case, $first) {
    return '<td' . ($first ? qq( class="first") : q{}) . '></td>' if !$case;
    my $verdict = $case->{verdict};
    my ($class, $text) = ($verdict . $first, $LETTER{$verdict} // $verdict);
    ($class, $text) = ("$class changed", "$text!") if $case->is_changed;
    return qq(<td class="$class">) . _link($case->{id}, $text) . '</td>';
}

# Thousands of cases have the same few stacks: those that share them are one panel.
sub _evidence (@cases) {
    my (%cases, @stacks);
    for my $case (@cases) {
        my $stacks = join q{}, map { _stack(@{$_}) } grep { _is_stack(@{$_}) } @{$case->{pairs}};
        push @stacks,            $stacks if !$cases{$stacks};
        push @{$cases{$stacks}}, $case;
    }
    return map {
        join q{}, qq(<div class="evidence"><a class="close" href="#-">close</a>\n),
            (map { _pairs($_) } @{$cases{$_}}), qq(<div class="stacks">$_</div></div>\n)
    } @stacks;
}

sub _is_stack ($key, $value) {
    return $key =~ /[.]stack\z/;
}

sub _stack ($key, $value) {
    return '<pre>' . _escape(join "\n", $key, map { "  $_" } split / < /, $value) . "</pre>\n";
}

sub _pairs ($case) {
    my ($id, $verdict) = (_escape($case->{id}), $case->{verdict});
    my @lines = qq(<b class="$verdict">$verdict</b> $id);
    push @lines, _escape("expected: $case->{expected}") if defined $case->{expected};
    push @lines, map { _escape(sprintf '%-12s %s', @{$_}) }
        grep { $_->[0] ne 'verdict' && !_is_stack(@{$_}) } @{$case->{pairs}};
    return qq(<pre id="$id">) . join("\n", @lines) . "</pre>\n";
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
