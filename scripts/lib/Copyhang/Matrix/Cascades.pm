# SPDX-License-Identifier: GPL-2.0-only
#
# What programs under test were seen to do on several kernels.
package Copyhang::Matrix::Cascades;

use v5.36;
use Copyhang::Product qw(merged);

# Cases that are alike on all kernels, and what was seen on which:
# ({ids => [...], seen => [[kernels, words]...]}...).
sub all ($class, $results) {
    my @cases = grep { @{$_->{seen}} }
        map { {ids => [$_], seen => [_seen($results, $_)]} } $results->ids;
    my $key = sub ($case) {
        join "\n", map { "@{$_}" } @{$case->{seen}};
    };
    return merged('ids', $key, @cases);
}

# Neighbouring kernels on which the same was seen go together.
sub _seen ($results, $id) {
    my @labels = $results->labels;
    my @cases  = $results->cases($id);
    my @seen;
    for my $number (0 .. $#cases) {
        my $words = $cases[$number] && _words($cases[$number]) // next;
        push @seen, {words => $words, labels => []} if !@seen || $seen[-1]{words} ne $words;
        push @{$seen[-1]{labels}}, $labels[$number];
    }
    return map {
        my @same = @{$_->{labels}};
        [@same > 1 ? "$same[0] - $same[-1]" : @same, $_->{words}]
    } @seen;
}

# The cascade; of a program that could not be tried what it did and said instead. Undef for what is
# no program under test.
sub _words ($case) {
    my @said = map { $_->[0] eq 'stderr' ? $_->[1] : () } @{$case->{pairs}};
    return $case->value('cascade') if $case->is_known;
    return                         if $case->{strategy} !~ /\Aexec\b/;
    return join '; ', $case->{reason} // $case->{verdict}, map { "it said: $_" } @said;
}

1;
