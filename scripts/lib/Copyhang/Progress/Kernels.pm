# SPDX-License-Identifier: GPL-2.0-only
#
# How far several kernels are, in one line that moves.
package Copyhang::Progress::Kernels;

use v5.36;
use parent 'Copyhang::Progress';

# How many cases there are for each of so many kernels.
sub for_kernels ($class, $cases, $kernels) {
    my $self = $class->for_cases($cases * $kernels);
    @{$self}{qw(cases kernels over now)} = ($cases, $kernels, 0, {});
    return $self;
}

# What a kernel is at: boots, done.
sub state_of ($self, $name, $words) {
    if ($words eq 'done') {
        delete $self->{now}{$name};
        $self->{over}++;
    }
    else { $self->{now}{$name} = {words => $words, done => $self->{now}{$name}{done} // 0} }
    $self->show;
    return;
}

sub count ($self, $name, $is_ok) {
    $self->{now}{$name}{words} = q{};
    $self->{now}{$name}{done}++;
    return $self->SUPER::count($name, $is_ok);
}

sub line ($self) {
    my $now     = $self->{now};
    my @kernels = map {
        my $part = $now->{$_};
        length $part->{words} ? "$_ $part->{words}" : "$_ $part->{done}/$self->{cases}"
    } sort keys %{$now};
    return join ', ', "$self->{over}/$self->{kernels} kernels", "$self->{failing} failing",
        sprintf('%.0f s', $self->elapsed), @kernels;
}

1;
