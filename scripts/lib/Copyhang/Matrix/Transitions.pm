# SPDX-License-Identifier: GPL-2.0-only
package Copyhang::Matrix::Transitions;

use strict;
use warnings;
use feature 'signatures';
no warnings 'experimental::signatures';

use Copyhang::Product qw(group);

# ({ids, from, to, before, after}...): before and after are numbers of results.
sub between ($class, $results) {
    my @steps;
    for my $id ($results->ids) {
        my @cases = $results->cases($id);
        my $before;
        for my $after (grep { $cases[$_] && $cases[$_]->is_known } 0 .. $#cases) {
            push @steps, [$before, $after, map({ $_->{verdict} } @cases[$before, $after]), $id]
                if defined $before && $cases[$before]{verdict} ne $cases[$after]{verdict};
            $before = $after;
        }
    }
    my @groups = group(sub ($step) { "@{$step}[0 .. 3]" }, @steps);
    return map {
        my %transition = (ids => [map { $_->[4] } @{$_}]);
        @transition{qw(before after from to)} = @{$_->[0]};
        \%transition
    } sort { $a->[0][1] <=> $b->[0][1] || $a->[0][0] <=> $b->[0][0] } @groups;
}

1;

__END__

=head1 NAME

Copyhang::Matrix::Transitions - what changed from one kernel to the next

=head1 DESCRIPTION

C<between($results)>, of a L<Copyhang::Matrix::Results>, returns for each change of a verdict the
last kernel before it, the first one after it, and the cases that have changed so there. Kernels on
which a case was C<unavailable>, C<broken> or not tried say nothing: they lie between the two.

=cut
