# SPDX-License-Identifier: GPL-2.0-only
package Copyhang::Comparison;

use strict;
use warnings;
use feature 'signatures';
no warnings 'experimental::signatures';

# $result: cases, baseline, selection, as of a run with a baseline.
sub new ($class, $result) {
    my @cases    = @{$result->{cases}};
    my @recorded = grep { defined $_->{expected} } @cases;
    my %self     = (
        changed => [grep { $_->is_changed } @recorded],
        not_now => [grep { !$_->is_known } @recorded],
        gone    => [],
    );
    $self{gone} = [$result->{baseline}->vanished(map { $_->{id} } @cases)]
        if $result->{selection}->is_whole;
    my @counts = (
        @recorded - @{$self{changed}} - @{$self{not_now}} . ' as expected',
        @{$self{changed}} . ' changed',
        @{$self{not_now}} . ' could not be compared',
        @cases - @recorded . ' new',
    );
    $self{sum} = 'Against ' . $result->{baseline}->title . ': ' . join(', ', @counts) . q{.};
    return bless \%self, $class;
}

# ([id, what became of it]...), without what is as expected.
sub differences ($self) {
    return (
        (map { [$_->{id}, "expected $_->{expected}, now $_->{verdict}"] } @{$self->{changed}}),
        (map { [$_->{id}, _not_now($_)] } @{$self->{not_now}}),
        (map { [$_,       'expected, but no longer a case'] } @{$self->{gone}}),
    );
}

sub _not_now ($case) {
    my $why = $case->{verdict} . (defined $case->{reason} ? " ($case->{reason})" : q{});
    return "expected $case->{expected}, could not be compared: $why";
}

# The counts, a sentence.
sub sum ($self) {
    return $self->{sum};
}

1;

__END__

=head1 NAME

Copyhang::Comparison - what differs between a run and the baseline that it was compared with

=cut
