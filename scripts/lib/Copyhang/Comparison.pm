# SPDX-License-Identifier: GPL-2.0-only
#
# What differs between kernels and the baselines that they were compared with.
package Copyhang::Comparison;

use v5.36;
use Copyhang::Product qw(group products);

# $result: of one kernel, see Copyhang::Matrix::Results. Undef if it has no baseline.
sub new ($class, $result, $selection) {
    my $baseline = $result->{baseline} // return;
    my @cases    = @{$result->{cases}};
    my @recorded = grep { defined $_->{expected} } @cases;
    my @changed  = grep { $_->is_changed } @recorded;
    my @not_now  = grep { !$_->is_known } @recorded;
    my @gone     = $selection->is_whole ? $baseline->vanished(map { $_->{id} } @cases) : ();
    my $sum      = join ', ', @recorded - @changed - @not_now . ' as expected',
        @changed . ' changed', @not_now . ' could not be compared', @cases - @recorded . ' new';
    my @differences = (
        (map { [$_->{id}, "expected $_->{expected}, now $_->{verdict}"] } @changed),
        (map { [$_->{id}, _not_now($_)] } @not_now),
        (map { [$_,       'expected, but no longer a case'] } @gone),
    );
    return bless {differences => \@differences, sum => 'Against ' . $baseline->title . ": $sum."},
        $class;
}

sub _not_now ($case) {
    my $why = $case->{verdict} . (defined $case->{reason} ? " ($case->{reason})" : q{});
    return "expected $case->{expected}, could not be compared: $why";
}

# ([id, what became of it]...), without what is as expected.
sub differences ($self) { return @{$self->{differences}} }

# The counts, a sentence.
sub sum ($self) { return $self->{sum} }

# Of several kernels: a line for each thing that differs from a kernel's baseline, then one for each
# kernel; none without any baseline. $results: of Copyhang::Matrix::Results.
sub lines ($class, $results) {
    my (@lines, @sums);
    for my $result (grep { $_->{baseline} } $results->results) {
        my $self = $class->new($result, $results->selection);
        for my $same (group(sub ($difference) { $difference->[1] }, $self->differences)) {
            push @lines,
                map { "$result->{name} $_: $same->[0][1]" } products(map { $_->[0] } @{$same});
        }
        push @sums, "$result->{name}: " . $self->sum;
    }
    return if !@sums;
    return @lines, @sums,
        map { "$_->{name}: nothing is recorded for it" } grep { !$_->{baseline} } $results->results;
}

1;
