# SPDX-License-Identifier: GPL-2.0-only
#
# Many ids of cases in few words.
#
#     products('close/splice/pty-pipe', 'poll/splice/pty-pipe');    # 'close,poll/splice/pty-pipe'
#     product_of('close,poll/splice/pty,unix-pipe');                  # four ids
#
# An id is act/strategy/source-sink. In a product each of the four may be several names with commas
# between: it stands for all the combinations, and for nothing else. The products of some ids stand
# for exactly these ids.
package Copyhang::Product;

use v5.36;
use Exporter 'import';
use List::Util qw(uniq);

our @EXPORT_OK = qw(products product_of phrases group merged);

# Puts things together that have the same key, in the order of the first of each: ([...]...).
sub group ($key_of, @things) {
    my (%group, @groups);
    for my $thing (@things) {
        my $key = $key_of->($thing);
        push @groups, $group{$key} = [] if !$group{$key};
        push @{$group{$key}}, $thing;
    }
    return @groups;
}

# Of things with the same key the first, with the list $part of all of them.
sub merged ($part, $key_of, @things) {
    return map {
        +{%{$_->[0]}, $part => [map { @{$_->{$part}} } @{$_}]}
    } group($key_of, @things);
}

# The same ids in few words, none twice, in the order of the first of each.
sub products (@ids) {
    my (%acts, @pairs);
    for my $id (@ids) {
        my ($act, $pair) = split m{/}, $id, 2;
        push @pairs,          $pair if !$acts{$pair};
        push @{$acts{$pair}}, $act;
    }
    my @lines;
    for my $pairs (group(sub ($pair) { $pair =~ s{/.*}{}r . " @{$acts{$pair}}" }, @pairs)) {
        my ($strategy) = split m{/}, $pairs->[0];
        my $acts       = join q{,}, @{$acts{$pairs->[0]}};
        push @lines, map { [$acts, $strategy, $_] } _boxes(map { s{[^/]*/}{}r } @{$pairs});
    }
    return map {
        my ($acts, undef, $ends) = @{$_->[0]};
        join q{/}, $acts, join(q{,}, map { $_->[1] } @{$_}), $ends
    } group(sub ($line) { "@{$line}[0, 2]" }, @lines);
}

# The same for people, with spaces.
sub phrases (@ids) {
    return map { s/,/, /gr } products(@ids);
}

# "source-sink"... as "source,source-sink,sink"...: sources that go to the same sinks.
sub _boxes (@ends) {
    my %sinks;
    for my $end (@ends) {
        my ($source, $sink) = split /-/, $end, 2;
        push @{$sinks{$source}}, $sink;
    }
    my @sources = uniq map { (split /-/)[0] } @ends;
    return
        map { join(q{,}, @{$_}) . q{-} . join q{,}, @{$sinks{$_->[0]}} }
        group(sub ($source) { "@{$sinks{$source}}" }, @sources);
}

# The ids that a product stands for.
sub product_of ($product) {
    my ($acts, $strategies, $ends) = split m{/}, $product, 3;
    return $product if !defined $ends;
    my ($sources, $sinks) = split /-/, $ends, 2;
    my @ids = q{};
    for my $part ([$acts, q{/}], [$strategies, q{/}], [$sources, q{-}], [$sinks // q{}, q{}]) {
        my ($names, $behind) = @{$part};
        @ids = map {
            my $id = $_;
            map { "$id$_$behind" } split /,/, $names
        } @ids;
    }
    return @ids;
}

1;
