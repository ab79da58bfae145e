# SPDX-License-Identifier: GPL-2.0-only
#
# Passes the results of one case program to Copyhang::Progress.
package Copyhang::Progress::Program;

use v5.36;
use parent 'TAP::Formatter::Session';

sub result ($self, $result) {
    $self->formatter->count($self->name, scalar $result->is_ok) if $result->is_test;
    return;
}

1;
