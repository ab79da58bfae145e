# SPDX-License-Identifier: GPL-2.0-only
#
# What changed from one kernel to the next.
#
# between($results, $changes), of a Copyhang::Matrix::Results and Copyhang::Matrix::Changes, returns
# for each change of a verdict the last kernel before it, the first one after it, the cases that
# have changed so there, and what may have been the reason. sum counts them; hints and unexplained
# are the reasons in words. Kernels on which a case was unavailable, broken or not tried say
# nothing: they lie between the two.
package Copyhang::Matrix::Transitions;

use v5.36;
use Copyhang::Product qw(group phrases);
use Exporter 'import';
use List::Util qw(sum0);

our @EXPORT_OK = qw(cases change hints unexplained);

# ({ids, from, to, before, after, hints, unexplained}...): before and after are numbers of results, the
# last two as of Copyhang::Matrix::Changes.
sub between ($class, $results, $changes) {
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
        $changes->explain(\%transition, map { $results->version($_) } @transition{qw(before after)})
    } sort { $a->[0][1] <=> $b->[0][1] || $a->[0][0] <=> $b->[0][0] } @groups;
}

# "3 transitions, of which 1 unexplained", a transition being one case's; empty if there are none.
sub sum ($class, @transitions) {
    my ($all, $unexplained) = map {
        my $ids = $_;
        sum0(map { scalar @{$_->{$ids}} } @transitions)
    } qw(ids unexplained);
    return q{} if !$all;
    my $text = $all == 1 ? '1 transition' : "$all transitions";
    return $unexplained ? "$text, of which $unexplained unexplained" : "$text, all explained";
}

# "hint for 3 cases, not confirmed: COMMIT (Linux 5.12), SUBJECT"
sub hints ($transition) {
    return map {
        my ($change, $ids) = @{$_};
        my $for = _for($transition, $ids) . ($change->{explains} ? q{} : ', not confirmed');
        "hint$for: " . change($change)
    } @{$transition->{hints}};
}

# "COMMIT (Linux 5.12), SUBJECT"
sub change ($change) {
    return "$change->{commit} (Linux $change->{version}), $change->{subject}";
}

# What is to follow the word: nothing, " for 3 cases: IDS", or undef where it does not belong.
sub unexplained ($transition) {
    my @ids = @{$transition->{unexplained}} or return;
    my $for = _for($transition, \@ids);
    return length $for ? "$for: " . join '; ', phrases(@ids) : q{};
}

# Of a part of its cases.
sub _for ($transition, $ids) {
    return @{$ids} < @{$transition->{ids}} ? ' for ' . cases(scalar @{$ids}) : q{};
}

# "3 cases"
sub cases ($count) {
    return $count == 1 ? '1 case' : "$count cases";
}

1;
