# SPDX-License-Identifier: GPL-2.0-only
#
# The results as JUnit XML.
package Copyhang::Report::JUnit;

use v5.36;
use Copyhang::Harness     ();
use TAP::Formatter::JUnit ();
use TAP::Harness          ();

# $results: of Copyhang::Matrix::Results.
sub text ($class, $results, $path = undef) {
    open my $out, '>', \my $text or die "cannot write to memory: $!\n";
    my $formatter = TAP::Formatter::JUnit->new({stdout => $out});
    Copyhang::Harness->replay(TAP::Harness->new({formatter => $formatter}), $results->streams);
    close $out or die "cannot write to memory: $!\n";
    return $text;
}

1;
