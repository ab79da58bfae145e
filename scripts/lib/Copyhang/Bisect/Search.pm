# SPDX-License-Identifier: GPL-2.0-only
package Copyhang::Bisect::Search;

use strict;
use warnings;
use feature 'signatures';
no warnings 'experimental::signatures';

use List::Util qw(max reduce);

# Among so many things in a row, of which the first is known to be good, the last to be bad.
sub new ($class, $count) {
    return bless {good => 0, bad => $count - 1, skipped => {}}, $class;
}

# The number of the one to look at next: in the middle of the longest run that is left between
# those known. undef: there is none.
sub next ($self) {    ## no critic (ProhibitBuiltinHomonyms)
    my ($begin, @runs) = ($self->{good} + 1);
    for my $end ($self->skipped, $self->{bad}) {
        push @runs, [$begin, $end] if $begin < $end;
        $begin = $end + 1;
    }
    return if !@runs;
    my $longest = reduce { $b->[1] - $b->[0] > $a->[1] - $a->[0] ? $b : $a } @runs;
    return int(($longest->[0] + $longest->[1] - 1) / 2);
}

# $answer: good, bad or skip.
sub learn ($self, $number, $answer) {
    if   ($answer eq 'skip') { $self->{skipped}{$number} = 1 }
    else                     { $self->{$answer}          = $number }
    return;
}

# How many more looks it will take, if nothing more is skipped.
sub steps_left ($self) {
    my $suspects = max(1, $self->{bad} - $self->{good} - $self->skipped);
    my $steps    = 0;
    $steps++ while 1 << $steps < $suspects;
    return $steps;
}

# The last that is known to be good, and the first that is known to be bad.
sub good ($self) {
    return $self->{good};
}

sub bad ($self) {
    return $self->{bad};
}

# Those between them that do not tell.
sub skipped ($self) {
    my @skipped = sort { $a <=> $b } keys %{$self->{skipped}};
    return grep { $self->{good} < $_ && $_ < $self->{bad} } @skipped;
}

1;

__END__

=head1 NAME

Copyhang::Bisect::Search - a binary search that copes with what does not tell

=head1 SYNOPSIS

    my $search = Copyhang::Bisect::Search->new(83);
    while (defined(my $number = $search->next)) {
        $search->learn($number, look_at($number));    # good, bad or skip
    }
    # Between $search->good and $search->bad there are only $search->skipped.

=head1 DESCRIPTION

Without anything skipped it halves what is left: of I<n> in a row, the ends known, it looks at
ceil(log2(I<n> - 1)). One that does not tell is never tried again, nor those next to it, as long as
there is something better: kernels that do not boot often come in a row.

=cut
