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

# The same ids in few boxes, {acts => [...], strategies => [...], sources => [...], sinks => [...]},
# in the order of the first of each.
sub boxes (@ids) {
    my @boxes = map {
        my ($act, $strategy, $ends) = split m{/}, $_, 3;
        my ($source, $sink) = split /-/, $ends // q{}, 2;
        +{acts => [$act], strategies => [$strategy], sources => [$source], sinks => [$sink]}
    } @ids;
    my $same = sub (@parts) {
        return sub ($box) {
            join q{/}, map { "@{$_}" } @{$box}{@parts};
        };
    };
    @boxes = merged('acts', $same->(qw(strategies sources sinks)), @boxes);
    @boxes = map { @{$_} } group($same->(qw(strategies acts)), @boxes);
    @boxes = merged('sinks',   $same->(qw(strategies acts sources)), @boxes);
    @boxes = merged('sources', $same->(qw(strategies acts sinks)),   @boxes);
    return merged('strategies', $same->(qw(acts sources sinks)), @boxes);
}

# The same in few words, which phrases has for people, with spaces.
sub products (@ids) {
    return map {
        my $box = $_;
        my ($acts, $strategies, @ends) =
            map { join q{,}, @{$box->{$_}} } qw(acts strategies sources sinks);
        join q{/}, $acts, $strategies, join q{-}, @ends
    } boxes(@ids);
}

sub phrases (@ids) {
    return map { s/,/, /gr } products(@ids);
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
