# SPDX-License-Identifier: GPL-2.0-only
#
# What pages for a browser are made of.
#
# A page needs nothing else, neither a script nor the network, and is HTML and well-formed XML. The
# evidence lies at its end.
package Copyhang::Report::Html::Page;

use v5.36;
use Copyhang::Case    ();
use Copyhang::Failure qw(bad_input);
use Copyhang::Product qw(group);
use Exporter 'import';

our @EXPORT_OK = qw(page tag escape paragraph list link_to table key cell evidence);

# What stands in a cell; other verdicts stand there as they are.
my %LETTER = (safe => 's', refused => 'r', unavailable => 'u');

sub page ($title, @body) {
    my $style = _style();
    $title = escape($title);
    return join q{}, <<"HTML", @body, "</body>\n</html>\n";
<!DOCTYPE html>
<html lang="en" xmlns="http://www.w3.org/1999/xhtml">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width"/>
<title>$title</title>
<style>
$style</style>
</head>
<body>
<h1>$title</h1>
HTML
}

# page.css beside this file, without the comments that it begins with.
sub _style () {
    my $path = __FILE__ =~ s/Page[.]pm\z/page.css/r;
    open my $in, '<', $path or bad_input("cannot read $path: $!");
    local $/ = undef;
    return <$in> =~ s{\A(?:/[*].*?[*]/\s*)*}{}sr;
}

# An element, named as page.css does: "td.safe.first" has two classes. Other attributes follow, as
# they are written. What is in it is escaped already.
sub tag ($selector, @content) {
    my ($name, $classes, $attributes) = $selector =~ /\A(\w+)([.\w]*)(.*)/s;
    my @classes = $classes =~ /\w+/g;
    $attributes = qq( class="@classes"$attributes) if @classes;
    return join q{}, "<$name$attributes>", @content, "</$name>";
}

# What is text becomes text, whatever it is made of: only ASCII is left.
sub escape ($text) {
    utf8::decode($text);
    $text =~ s/[^\t\n\x20-\x{7e}\x{a0}-\x{d7ff}\x{e000}-\x{fffd}\x{10000}-\x{10ffff}]/\x{fffd}/g;
    return $text =~ s/([&<>"']|[^\x00-\x7f])/'&#' . ord($1) . q{;}/ger;
}

sub paragraph ($text) { return tag('p', escape($text)) . "\n" }

sub list ($title, @items) {
    return q{} if !@items;
    return tag('h2', $title) . "\n" . tag('ul', "\n", map { tag('li', $_) . "\n" } @items) . "\n";
}

sub link_to ($id, $text = $id) {
    return tag('a href="#' . escape($id) . q{"}, escape($text));
}

# $start: its tag. Heads are texts, rows what is in them.
sub table ($start, $heads, @rows) {
    return join q{}, $start, '<thead>', tag('tr', map { tag('th', escape($_)) } @{$heads}),
        "</thead>\n<tbody>\n", (map { tag('tr', $_) . "\n" } @rows), "</tbody></table>\n";
}

sub key () {
    my @verdicts =
        map { tag("span.$_", $LETTER{$_} ? "$LETTER{$_} = " : q{}, $_) } Copyhang::Case->verdicts;
    return join "\n", '<p class="key">', @verdicts, '! = not as the baseline expects</p>', q{};
}

# A verdict in a table, a link where there is an anchor.
sub cell ($case, $class = q{}, $anchor = undef) {
    return tag("td.$class") if !$case;
    my ($mark, $changed) = $case->is_changed ? (q{!}, '.changed') : (q{}, q{});
    my $text = ($LETTER{$case->{verdict}} // $case->{verdict}) . $mark;
    return tag("td.$case->{verdict}.$class$changed",
        defined $anchor ? link_to($anchor, $text) : $text);
}

# The panels of evidence: ([anchor, title, case]...). Thousands of cases have the same few stacks:
# those that share them are one panel.
sub evidence (@items) {
    return map {
        tag(
            'div.evidence',
            qq(<a class="close" href="#-">close</a>\n),
            (map { _pairs(@{$_}) } @{$_}),
            tag('div.stacks', _stacks($_->[0]))
            )
            . "\n"
    } group(\&_stacks, @items);
}

sub _is_stack ($pair) { return $pair->[0] =~ /[.]stack\z/ }

sub _stacks ($item) {
    return join q{}, map {
        my ($key, $stack) = @{$_};
        tag('pre', escape(join "\n  ", $key, split / < /, $stack)) . "\n"
    } grep { _is_stack($_) } @{$item->[2]{pairs}};
}

sub _pairs ($anchor, $title, $case) {
    my @lines = tag("b.$case->{verdict}", $case->{verdict}) . q{ } . escape($title);
    push @lines, escape("expected: $case->{expected}") if defined $case->{expected};
    push @lines, map { escape(sprintf '%-12s %s', @{$_}) }
        grep { $_->[0] ne 'verdict' && !_is_stack($_) } @{$case->{pairs}};
    return tag('pre id="' . escape($anchor) . q{"}, join "\n", @lines) . "\n";
}

1;
