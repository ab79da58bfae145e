# SPDX-License-Identifier: GPL-2.0-only
package Copyhang::Document;

use strict;
use warnings;
use feature 'signatures';
no warnings 'experimental::signatures';

use JSON::PP ();
use POSIX    ();

# The running kernel.
sub kernel ($class) {
    my %kernel;
    @kernel{qw(release version machine)} = (POSIX::uname())[2 .. 4];
    return \%kernel;
}

# %more: what else there is to say.
sub text ($class, $kernel, $cases, $troubles, %more) {
    my %document = (
        %more,
        schema   => 1,
        kernel   => $kernel,
        cases    => [map { $_->document } @{$cases}],
        troubles => $troubles,
    );
    return JSON::PP->new->canonical->pretty->ascii->encode(\%document);
}

1;

__END__

=head1 NAME

Copyhang::Document - the results as one JSON document

=head1 DESCRIPTION

    {"schema": 1, "kernel": {"release", "version", "machine"}, "troubles": ["..."],
     "cases": [{"id", "act", "strategy", "source", "sink", "verdict", "errno", "stalled",
                "killable", "act_ms", "release_ms", "steps", "evidence"}]}

C<errno>, C<killable>, C<act_ms> and C<release_ms> are null where they do not apply; C<reason> and
C<expected> (the baseline's verdict) are there where there is one. C<evidence> has the other keys
of the case's evidence. C<troubles> says what was wrong with a case program.

From C<copyhang exec> there is C<command>, the program under test with its arguments. From a survey
there is C<programs>: C<[{"name", "package", "command", "rows", "installed", "mismatches"}]>, and each
case has C<program>, the name of one of them.

=cut
