# SPDX-License-Identifier: GPL-2.0-only
package Copyhang::Html::Page;

use strict;
use warnings;
use feature 'signatures';
no warnings 'experimental::signatures';

use Copyhang::Case ();
use Exporter 'import';

our @EXPORT_OK = qw(page escape paragraph list link_to key cell th evidence);

# What stands in a cell; other verdicts stand there as they are.
my %LETTER = (safe => 's', refused => 'r', unavailable => 'u');

# The evidence lies at the end, and only what the address names is shown, in a panel. Old browsers
# show all of it, and the links lead there.
my $STYLE = <<'CSS';
:root { color-scheme: light }
body { font: 14px/1.4 sans-serif; margin: 1.5em; color: #111; background: #fff }
h1 { font-size: 1.5em; margin: 0 0 .5em }
h2 { font-size: 1.15em; margin: 2em 0 .4em }
h3 { font-size: 1em; margin: 1.5em 0 .3em; max-width: 62em }
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
.unexplained { padding: 0 .4em; border: 1px solid #b5340b; color: #b5340b }
.key { max-width: none }
.key span { padding: 1px .5em; margin-right: .4em }
pre { font: 12px/1.35 monospace; margin: .5em 0; white-space: pre-wrap; overflow-wrap: anywhere }
.evidence { padding: .5em 1em; background: #fffef4; border-top: 3px solid #333 }
.evidence pre b { padding: 0 .4em }
.rows th { padding: 1px .5em; text-align: center }
.rows tbody th { text-align: left; white-space: normal; width: 36em; min-width: 36em }
.rows tbody th span { white-space: nowrap }
.rows td { min-width: 4.5em }
.rows .ends { background: #f3f3f3 }
.rows tbody tr:hover .ends { background: #f3f3f3 }
.kernels th { padding-right: 1em }
.overview.kernels thead th:nth-child(-n + 4) { text-align: left; padding-left: 0 }
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
  table, pre { font-size: 10px }
  section { break-inside: avoid }
  tr { break-inside: avoid }
  .rows tbody th { width: 26em; min-width: 26em }
  .rows td { min-width: 4em }
  .evidence { display: none !important }
}
CSS

# A whole page: HTML that is well-formed XML, too.
sub page ($title, @body) {
    $title = escape($title);
    return join q{}, <<"HTML", @body, "</body>\n</html>\n";
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

# What is text becomes text, whatever it is made of: only ASCII is left.
sub escape ($text) {
    utf8::decode($text);
    $text =~ s/[^\t\n\x20-\x{7e}\x{a0}-\x{d7ff}\x{e000}-\x{fffd}\x{10000}-\x{10ffff}]/\x{fffd}/g;
    return $text =~ s/([&<>"']|[^\x00-\x7f])/'&#' . ord($1) . q{;}/ger;
}

sub paragraph ($text) {
    return '<p>' . escape($text) . "</p>\n";
}

sub list ($title, @items) {
    return q{} if !@items;
    return join q{}, "<h2>$title</h2>\n<ul>\n", (map { "<li>$_</li>\n" } @items), "</ul>\n";
}

sub link_to ($id, $text = $id) {
    return sprintf '<a href="#%s">%s</a>', map { escape($_) } $id, $text;
}

sub key () {
    my @verdicts = map {
        my $letter = $LETTER{$_} ? "$LETTER{$_} = " : q{};
        qq(<span class="$_">$letter$_</span>)
    } Copyhang::Case->verdicts;
    return join "\n", '<p class="key">', @verdicts, '! = not as the baseline expects</p>', q{};
}

sub th ($text, $attributes = q{}) {
    return "<th $attributes>" =~ s/ >\z/>/r . escape($text) . '</th>';
}

# A verdict in a table, a link where there is an anchor.
sub cell ($case, $class = q{}, $anchor = undef) {
    return '<td' . ($class ? qq( class="$class") : q{}) . '></td>' if !$case;
    my ($mark, $changed) = $case->is_changed ? (q{!}, ' changed') : (q{}, q{});
    my $text    = ($LETTER{$case->{verdict}} // $case->{verdict}) . $mark;
    my $classes = join q{ }, $case->{verdict}, $class || ();
    return
        qq(<td class="$classes$changed">)
        . (defined $anchor ? link_to($anchor, $text) : $text) . '</td>';
}

# The panels of evidence: ([anchor, title, case]...). Thousands of cases have the same few stacks:
# those that share them are one panel.
sub evidence (@items) {
    my (%items, @stacks);
    for my $item (@items) {
        my $case   = $item->[2];
        my $stacks = join q{}, map { _stack(@{$_}) } grep { _is_stack(@{$_}) } @{$case->{pairs}};
        push @stacks,            $stacks if !$items{$stacks};
        push @{$items{$stacks}}, $item;
    }
    return map {
        join q{}, qq(<div class="evidence"><a class="close" href="#-">close</a>\n),
            (map { _pairs(@{$_}) } @{$items{$_}}), qq(<div class="stacks">$_</div></div>\n)
    } @stacks;
}

sub _is_stack ($key, $value) {
    return $key =~ /[.]stack\z/;
}

sub _stack ($key, $value) {
    return '<pre>' . escape(join "\n", $key, map { "  $_" } split / < /, $value) . "</pre>\n";
}

sub _pairs ($anchor, $title, $case) {
    my $verdict = $case->{verdict};
    my @lines   = qq(<b class="$verdict">$verdict</b> ) . escape($title);
    push @lines, escape("expected: $case->{expected}") if defined $case->{expected};
    push @lines, map { escape(sprintf '%-12s %s', @{$_}) }
        grep { $_->[0] ne 'verdict' && !_is_stack(@{$_}) } @{$case->{pairs}};
    return '<pre id="' . escape($anchor) . '">' . join("\n", @lines) . "</pre>\n";
}

1;

__END__

=head1 NAME

Copyhang::Html::Page - what the pages for a browser have in common

=head1 DESCRIPTION

A page needs nothing else, neither a script nor the network, and is HTML and well-formed XML. The
evidence lies at its end.

=cut
