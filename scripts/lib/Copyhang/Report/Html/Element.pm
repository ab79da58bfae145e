# SPDX-License-Identifier: GPL-2.0-only
#
# What pages are made of. Content is text, which is escaped, or elements as tag makes them, or
# references to lists of both. What comes of it is HTML and well-formed XML, in ASCII, whatever bytes
# the text has.
package Copyhang::Report::Html::Element;

use v5.36;
use Digest::SHA qw(sha256_base64);
use Exporter 'import';

our @EXPORT_OK = qw(box css_string digest html joined line link_to list table tag);

my %IS_VOID = map { $_ => 1 } qw(input);

# An element, named as page.css does: "td.safe.first" has two classes. Other attributes may come
# before what is in it.
sub tag ($selector, @content) {
    my %attribute = ref $content[0] eq 'HASH' ? %{shift @content} : ();
    my ($name, @classes) = split /[.]+/, $selector;
    my $attributes = @classes ? qq( class="@classes") : q{};
    $attributes .= qq( $_=") . html($attribute{$_}) . q{"} for sort keys %attribute;
    return \"<$name$attributes/>" if $IS_VOID{$name};
    return \join q{}, "<$name$attributes>", html(@content), "</$name>";
}

# One that ends its line.
sub line (@what) { return [tag(@what), "\n"] }

# What is text becomes text, whatever it is made of: only ASCII is left.
sub html (@content) {
    return join q{}, map { ref eq 'ARRAY' ? html(@{$_}) : ref ? ${$_} : _escape($_) } @content;
}

sub _escape ($text) {
    utf8::decode($text);
    $text =~ s/[^\t\n\x20-\x{7e}\x{a0}-\x{d7ff}\x{e000}-\x{fffd}\x{10000}-\x{10ffff}]/\x{fffd}/g;
    return $text =~ s/([&<>"']|[^\x00-\x7f])/'&#' . ord($1) . q{;}/ger;
}

# With something between them, which is HTML.
sub joined ($separator, @content) {
    return \join $separator, map { html($_) } @content;
}

# Under a title; nothing without an item.
sub list ($title, @items) {
    return [] if !@items;
    return [line('h2', $title), line('ul', "\n", map { line('li', $_) } @items)];
}

sub link_to ($id, $text = $id) { return tag('a', {href => "#$id"}, $text) }

# What is too wide for the window moves in it, and not the page.
sub box (@content) { return line('div.box', "\n", @content) }

# A table with one line of names as its head. Rows are [what is in them].
sub table ($selector, $heads, @rows) {
    my $head = line('thead', tag('tr', map { tag('th', $_) } @{$heads}));
    return box(line($selector, "\n", $head, line('tbody', "\n", map { line('tr', $_) } @rows)));
}

# As a style sheet has it, and with nothing in it that HTML or XML would take for its own.
sub css_string ($text) {
    utf8::decode($text);
    return q{"} . $text =~ s/([^A-Za-z0-9_-])/sprintf '\\%x ', ord $1/ger . q{"};
}

# By which a page says that just this script or style is its own.
sub digest ($text) { return "'sha256-" . sha256_base64($text) . q{='} }

1;
