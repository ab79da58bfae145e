# SPDX-License-Identifier: GPL-2.0-only
package Copyhang::Bisect::Document;

use strict;
use warnings;
use feature 'signatures';
no warnings 'experimental::signatures';

use JSON::PP ();

sub text ($class, $outcome) {
    my $verdicts = $outcome->{verdicts};
    my %document = (
        %{$outcome},
        schema   => 1,
        verdicts => {map { $_ => [$verdicts->names($_)] } qw(good bad)},
        suspects => $outcome->{suspects} // [],
        steps    => [map { _step($verdicts, $_) } @{$outcome->{steps}}],
    );
    return JSON::PP->new->canonical->pretty->ascii->encode(\%document);
}

sub _step ($verdicts, $seen) {
    my ($answer, $why) = $verdicts->judge($seen);
    return {%{$seen}, answer => $answer, why => $why};
}

1;

__END__

=head1 NAME

Copyhang::Bisect::Document - a bisection as one JSON document

=head1 DESCRIPTION

    {"schema": 1, "case", "control", "verdicts": {"good": [...], "bad": [...]},
     "good", "bad", "suspects": [...], "among", "boots", "seconds", "steps": [...]}

C<good> is the last kernel that is known to be good, C<bad> the first that is known to be bad,
C<suspects> are those between them, which did not tell; each as L<Copyhang::Bisect::Step> saw it. A
step has C<answer> and C<why> besides. C<among> is how many kernels there were to choose from.

=cut
