# SPDX-License-Identifier: GPL-2.0-only
#
# What pages for a browser are made of.
#
# A page needs nothing else, neither a script nor the network, and is HTML and well-formed XML.
# Content is text, which is escaped, or elements as tag makes them, or references to lists of both.
package Copyhang::Report::Html::Page;

use v5.36;
use Copyhang::Case    ();
use Copyhang::Failure qw(bad_input);
use Copyhang::Product qw(group);
use Exporter 'import';

our @EXPORT_OK = qw(page tag joined paragraph list link_to table key cell evidence);

# What stands in a cell; other verdicts stand there as they are.
my %LETTER = (safe => 's', refused => 'r', unavailable => 'u');

# page.html.in, filled in.
sub page ($title, @body) {
    my %part = (title => _html($title), style => _file('page.css'), body => _html(@body));
    return _file('page.html.in') =~ s/\{(title|style|body)\}/$part{$1}/gr;
}

# One beside this file, without the comments that it begins with.
sub _file ($name) {
    my $path = __FILE__ =~ s/Page[.]pm\z/$name/r;
    open my $in, '<', $path or bad_input("cannot read $path: $!");
    local $/ = undef;
    return <$in> =~ s{\A(?:(?:/[*].*?[*]/|<!--.*?-->)\s*)*}{}sr;
}

# An element, named as page.css does: "td.safe.first" has two classes. Other attributes may come
# before what is in it.
sub tag ($selector, @content) {
    my %attribute = ref $content[0] eq 'HASH' ? %{shift @content} : ();
    my ($name, @classes) = split /[.]+/, $selector;
    my $attributes = @classes ? qq( class="@classes") : q{};
    $attributes .= qq( $_=") . _html($attribute{$_}) . q{"} for keys %attribute;
    return \join q{}, "<$name$attributes>", _html(@content), "</$name>";
}

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
sub joined ($separator, @content) {
    return \join $separator, map { _html($_) } @content;
}

sub paragraph ($text) { return [tag('p', $text), "\n"] }

sub list ($title, @items) {
    return [] if !@items;
    return [tag('h2', $title), "\n", tag('ul', "\n", map { (tag('li', $_), "\n") } @items), "\n"];
}

sub link_to ($id, $text = $id) { return tag('a', {href => "#$id"}, $text) }

# $start: what comes before its head, a line of names. Rows are [what is in them].
sub table ($selector, $start, $heads, @rows) {
    my $head = tag('thead', tag('tr', map { tag('th', $_) } @{$heads}));
    my $body = tag('tbody', "\n", map { (tag('tr', $_), "\n") } @rows);
    return [tag($selector, $start, $head, "\n", $body), "\n"];
}

sub key () {
    my @verdicts = map { (tag("span.$_", $LETTER{$_} ? "$LETTER{$_} = " : q{}, $_), "\n") }
        Copyhang::Case->verdicts;
    return [tag('p.key', "\n", @verdicts, '! = not as the baseline expects'), "\n"];
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
        my @cases = map { _pairs(@{$_}) } @{$_};
        my $close = tag('a.close', {href => '#-'}, 'close');
        (tag('div.evidence', $close, "\n", @cases, tag('div.stacks', \_stacks($_->[0]))), "\n")
    } group(\&_stacks, @items);
}

sub _is_stack ($pair) { return $pair->[0] =~ /[.]stack\z/ }

sub _stacks ($item) {
    return _html(
        map {
            my ($key, $stack) = @{$_};
            (tag('pre', "$key\n  ", joined("\n  ", split / < /, $stack)), "\n")
        } grep { _is_stack($_) } @{$item->[2]{pairs}}
    );
}

sub _pairs ($anchor, $title, $case) {
    my @lines = [tag("b.$case->{verdict}", $case->{verdict}), " $title"];
    push @lines, "expected: $case->{expected}" if defined $case->{expected};
    push @lines, map { sprintf '%-12s %s', @{$_} }
        grep { $_->[0] ne 'verdict' && !_is_stack($_) } @{$case->{pairs}};
    return (tag('pre', {id => $anchor}, joined("\n", @lines)), "\n");
}

1;
