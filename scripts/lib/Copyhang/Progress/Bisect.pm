# SPDX-License-Identifier: GPL-2.0-only
package Copyhang::Progress::Bisect;

use strict;
use warnings;
use feature 'signatures';
no warnings 'experimental::signatures';

use parent 'Copyhang::Progress';
use IO::Handle ();

my $RELAYED = '# ';

sub begin ($class) {
    my $self = $class->for_cases(0);
    @{$self}{qw(step now relayed)} = (q{}) x 3;
    return $self;
}

# Shows what another process is at, as that told in the relay.
sub take ($self, $words) {
    $self->{now} = $words;
    $self->show;
    return;
}

# With this in the environment the words go to standard output, a line each.
sub show ($self) {
    return $self->SUPER::show                if !$ENV{COPYHANG_RELAY};
    print {*STDOUT} "$RELAYED$self->{now}\n" if $self->{relayed} ne $self->{now};
    $self->{relayed} = $self->{now};
    return STDOUT->flush;
}

# The words in a line of another process's standard output; undef if there are none.
sub relayed ($class, $line) {
    my ($words) = $line =~ /\A\Q$RELAYED\E(.*)/;
    return $words;
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

__END__

=head1 NAME

Copyhang::Progress::Bisect - how far a bisection is, in one line that moves

=head1 DESCRIPTION

"step 3 of about 5: debian:6.1.170 boots, 12 s". C<step> says which one it is.

With C<COPYHANG_RELAY> in the environment it is for another process to show: each change is a line of
standard output, which C<relayed> there understands and C<take> shows.

=cut
