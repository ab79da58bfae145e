# SPDX-License-Identifier: GPL-2.0-only
#
# A binary search that copes with what does not tell, here among things in a row.
#
#     my $search = Copyhang::Bisect::Search->new(good => [0], bad => 82);
#     while (defined(my $number = $search->next)) {
#         $search->learn($number, look_at($number));    # good, bad or skip
#     }
#     # Between $search->good and $search->bad there are only $search->skipped.
#
# Without anything skipped it looks at ceil(log2(n - 1)) of n, the ends known. After the first that
# does not tell comes the next best. After the second it is one that is farther from the middle, and
# so on, farther and nearer in turn: kernels that do not boot often come in a row.
#
# Where things are in no row, between, best_first and good are others (Copyhang::Bisect::Commits).
package Copyhang::Bisect::Search;

use v5.36;
use List::Util qw(max);

# How far apart in a list of length 1 are any two that are looked at one after the other: so they
# never come to lie close together (the golden section).
my $APART = 0.618;

# What is said to those who have it the other way round.
our $OLDER = 'good is the older end, also where something was fixed (--good-verdict says which'
    . ' verdicts it has)';

# good: those that are known to be good; bad: the first that is known to be bad; and more.
sub new ($class, %self) { return bless {%self, skipped => {}}, $class }

# The one to look at next; undef: there is none.
sub next ($self) {    ## no critic (ProhibitBuiltinHomonyms)
    my @left  = $self->best_first;
    my @open  = grep { !$self->{skipped}{$_} } @left;
    my $turns = max(0, @left - @open - 1) * $APART;
    return $open[@open * ($turns - int $turns)**1.5];
}

# $answer: good, bad or skip.
sub learn ($self, $point, $answer) {
    if    ($answer eq 'skip') { $self->{skipped}{$point} = 1 }
    elsif ($answer eq 'bad')  { $self->{bad} = $point }
    else                      { push @{$self->{good}}, $point }
    return;
}

# How many more looks it will take, if nothing more is skipped.
sub steps_left ($self) {
    my $open = grep { !$self->{skipped}{$_} } $self->between;
    return $open && length sprintf '%b', $open;
}

# The last that is known to be good, and the first that is known to be bad.
sub good ($self) { return $self->{good}[-1] }
sub bad  ($self) { return $self->{bad} }

# Those between them that do not tell.
sub skipped ($self) {
    return grep { $self->{skipped}{$_} } $self->between;
}

# What is between the good and the bad ones, in order.
sub between ($self) { return $self->good + 1 .. $self->bad - 1 }

# The same, that first which leaves the fewest to look at, whatever it tells.
sub best_first ($self) {
    my $middle = $self->good + $self->bad;
    my @between =
        sort { abs(2 * $a - $middle) <=> abs(2 * $b - $middle) || $a <=> $b } $self->between;
    return @between;
}

1;
