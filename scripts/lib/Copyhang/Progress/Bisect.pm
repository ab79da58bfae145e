# SPDX-License-Identifier: GPL-2.0-only
#
# How far a bisection is, in one line that moves: "step 3 of about 5: debian:6.1.170 boots, 12 s".
package Copyhang::Progress::Bisect;

use v5.36;
use parent 'Copyhang::Progress';

sub begin ($class) {
    my $self = $class->for_cases(0);
    @{$self}{qw(step now)} = (q{}) x 2;
    return $self;
}

# Which step it is, in words.
sub step ($self, $step) {
    $self->{step} = "$step: ";
    return;
}

# What a kernel is at: boots, done.
sub state_of ($self, $name, $words) {
    $self->{now} = "$name $words";
    $self->show;
    return;
}

sub count ($self, $name, $is_ok) {
    $self->{now} = "$name plays";
    return $self->SUPER::count($name, $is_ok);
}

sub line ($self) {
    return sprintf '%s%s, %.0f s', @{$self}{qw(step now)}, $self->elapsed;
}

1;
