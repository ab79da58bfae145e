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

our @EXPORT_OK = qw(page escape paragraph list link_to key cell th evidence);

# What stands in a cell; other verdicts stand there as they are.
my %LETTER = (safe => 's', refused => 'r', unavailable => 'u');

# A whole page: HTML that is well-formed XML, too.
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

# What is text becomes text, whatever it is made of: only ASCII is left.
sub escape ($text) {
    utf8::decode($text);
    $text =~ s/[^\t\n\x20-\x{7e}\x{a0}-\x{d7ff}\x{e000}-\x{fffd}\x{10000}-\x{10ffff}]/\x{fffd}/g;
    return $text =~ s/([&<>"']|[^\x00-\x7f])/'&#' . ord($1) . q{;}/ger;
}

sub paragraph ($text) { return '<p>' . escape($text) . "</p>\n" }

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
    return map {
        join q{}, qq(<div class="evidence"><a class="close" href="#-">close</a>\n),
            (map { _pairs(@{$_}) } @{$_}), '<div class="stacks">', _stacks($_->[0]),
            "</div></div>\n"
    } group(\&_stacks, @items);
}

sub _stacks ($item) {
    return join q{}, map { _stack(@{$_}) } grep { _is_stack(@{$_}) } @{$item->[2]{pairs}};
}

sub _is_stack ($key, $value) { return $key =~ /[.]stack\z/ }

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
