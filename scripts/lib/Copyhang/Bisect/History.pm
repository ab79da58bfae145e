# SPDX-License-Identifier: GPL-2.0-only
#
# A binary search among commits, which are in no row: git says what is left, and what halves it.
#
# A Copyhang::Bisect::Search. Which commit is next follows from what is known of the others, and
# from nothing that git would have to remember.
package Copyhang::Bisect::History;

use v5.36;
use parent 'Copyhang::Bisect::Search';
use Copyhang::Failure qw(untestable);
use List::Util        qw(reduce uniq);

# In a Copyhang::Bisect::Repository, between two commits; of those that touch the paths.
sub new ($class, $repository, $good, $bad, @paths) {
    return bless {
        repository => $repository,
        good       => [$good],
        bad        => $bad,
        skipped    => {},
        paths      => \@paths
    }, $class;
}

# What may be the first bad one, as `git rev-list` has it; not with --bisect, which would also heed a
# bisection of the user's own.
sub _left ($self, @options) {
    my @range = ($self->{bad}, map { "^$_" } @{$self->{good}});
    my @lines = $self->{repository}
        ->git('find the next commit', 'rev-list', @options, @range, '--', @{$self->{paths}});
    my @left = map { /\b([0-9a-f]{40,})\b/ } @lines;
    untestable("the first bad commit touches none of @{$self->{paths}}") if !@left;
    return grep { $_ ne $self->{bad} } @left;
}

sub between ($self) { return $self->_left(qw(--topo-order --reverse)) }

# What `git bisect` would take comes first, also where others are as good.
sub best_first ($self) {
    return uniq($self->_left('--bisect-vars'), $self->_left('--bisect-all'));
}

# The one that is nearest.
sub good ($self) {
    my %distance = map { $_ => $self->{repository}->distance($_, $self->{bad}) } @{$self->{good}};
    return reduce { $distance{$a} <= $distance{$b} ? $a : $b } @{$self->{good}};
}

1;
