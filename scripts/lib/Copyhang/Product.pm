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

our @EXPORT_OK = qw(boxes products product_of phrases group merged neighbours);

# Puts things together that have the same key, in the order of the first of each: ([...]...). The
# key is a member of each, or what code makes of each.
sub group ($key, @things) {
    my (%group, @groups);
    for my $thing (@things) {
        my $name = ref $key ? $key->($thing) : $thing->{$key};
        push @groups, $group{$name} = [] if !$group{$name};
        push @{$group{$name}}, $thing;
    }
    return @groups;
}

# Of things with the same key the first, with the list $part of all of them.
sub merged ($part, $key_of, @things) {
    return map {
        +{%{$_->[0]}, $part => [map { @{$_->{$part}} } @{$_}]}
    } group($key_of, @things);
}

# Puts those together that have the same key and stand beside each other.
sub neighbours ($key_of, @things) {
    my @keys = map { $key_of->($_) } @things;
    my @runs;
    for my $number (0 .. $#things) {
        push @runs,        [] if !$number || $keys[$number] ne $keys[$number - 1];
        push @{$runs[-1]}, $things[$number];
    }
    return @runs;
}

# {acts => [...], strategies => [...], sources => [...], sinks => [...]} of an id or a product.
my @PARTS = qw(acts strategies sources sinks);

sub _box ($product) {
    my ($acts, $strategies, $ends) = split m{/}, $product, 3;
    my ($sources, $sinks) = split /-/, $ends // q{}, 2;
    my %box;
    @box{@PARTS} = map { [split /,/, $_ // q{}] } $acts, $strategies, $sources, $sinks;
    return \%box;
}

# The same ids in few boxes, in the order of the first of each.
sub boxes (@ids) {
    my @boxes = _merge('acts', map { _box($_) } @ids);
    @boxes = map { @{$_} } group(_same(qw(strategies acts)), @boxes);
    @boxes = _merge($_, @boxes) for qw(sinks sources strategies);
    return @boxes;
}

sub _merge ($part, @boxes) {
    return merged($part, _same(grep { $_ ne $part } @PARTS), @boxes);
}

# What boxes have the same of that have the same names in these parts.
sub _same (@parts) {
    return sub ($box) {
        join q{/}, map { "@{$_}" } @{$box}{@parts};
    };
}

# The same in few words, which phrases has for people, with spaces.
sub products (@ids) {
    return map {
        my ($acts, $strategies, @ends) = map { join q{,}, @{$_} } @{$_}{@PARTS};
        "$acts/$strategies/" . join q{-}, @ends
    } boxes(@ids);
}

sub phrases (@ids) {
    return map { s/,/, /gr } products(@ids);
}

# The ids that a product stands for.
sub product_of ($product) {
    my $box = _box($product);
    return $product if !@{$box->{sinks}};
    my @ids;
    for my $act (@{$box->{acts}}) {
        for my $strategy (@{$box->{strategies}}) {
            for my $source (@{$box->{sources}}) {
                push @ids, map { "$act/$strategy/$source-$_" } @{$box->{sinks}};
            }
        }
    }
    return @ids;
}

1;
