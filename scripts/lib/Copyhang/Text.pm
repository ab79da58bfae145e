# SPDX-License-Identifier: GPL-2.0-only
#
# Lines and colours for a terminal.
package Copyhang::Text;

use v5.36;
use Exporter 'import';
use List::Util qw(max);
use Text::Wrap ();

our @EXPORT_OK = qw($WIDTH fill widths wrap painter shell_word);

our $WIDTH = 100;

my %COLOUR =
    qw(safe 32 refused 36 hang 1;31 stuck 1;31 late 31 spins 31 missed 31 corrupt 31 broken 35);

# The names with commas, in lines of at most $width where that is possible.
sub fill ($width, @names) {
    my @lines = shift @names;
    for my $name (@names) {
        $lines[-1] .= q{,};
        if (length("$lines[-1] $name,") <= $width) { $lines[-1] .= " $name" }
        else                                       { push @lines, $name }
    }
    return @lines;
}

# How wide the columns of these rows are.
sub widths (@rows) {
    return map {
        my $column = $_;
        max(map { length $_->[$column] } @rows)
    } 0 .. $#{$rows[0]};
}

# Words in lines of $WIDTH, the last with its end.
sub wrap ($first, $text, $next = q{}) {
    local $Text::Wrap::columns  = $WIDTH + 1;
    local $Text::Wrap::huge     = 'overflow';
    local $Text::Wrap::unexpand = 0;
    return Text::Wrap::wrap($first, $next, $text) . "\n";
}

# As a shell takes it for one word.
sub shell_word ($word) {
    return $word =~ m{\A[\w.,:=+\@%/-]+\z} ? $word : q{'} . $word =~ s/'/'\\''/gr . q{'};
}

# What paints a text in the colour of a verdict, or leaves it as it is.
sub painter ($colour) {
    return sub ($text, $verdict) {
        my $code = $COLOUR{$verdict // q{}};
        return $colour && $code ? "\e[${code}m$text\e[0m" : $text;
    };
}

1;
