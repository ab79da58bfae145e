# SPDX-License-Identifier: GPL-2.0-only
package Copyhang::JUnit;

use strict;
use warnings;
use feature 'signatures';
no warnings 'experimental::signatures';

use Copyhang::Harness     ();
use TAP::Formatter::JUnit ();
use TAP::Harness          ();

sub text ($class, @streams) {
    open my $out, '>', \my $text or die "cannot write to memory: $!\n";
    my $formatter = TAP::Formatter::JUnit->new({stdout => $out});
    Copyhang::Harness->replay(TAP::Harness->new({formatter => $formatter}), @streams);
    close $out or die "cannot write to memory: $!\n";
    return $text;
}

1;

__END__

=head1 NAME

Copyhang::JUnit - the results as JUnit XML, made by TAP::Formatter::JUnit

=cut
