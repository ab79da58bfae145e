# SPDX-License-Identifier: GPL-2.0-only
#
# A Copyhang::Stream over as many boots of a kernel as it takes.
#
# A boot that is lost costs the case that it was lost in: the case program announces what it begins, and
# what had begun and has no result is played again in a fresh boot, one case at a time, until it is known
# which one it is. That one is broken, with the outcome of the boot as its reason, and the rest goes on.
# When a boot brings nothing new, or after $BOOTS of them, all that is missing is broken.
#
# Its outcome is that of the first boot that was not complete. The arguments have jobs (undef: the case
# program decides) besides those of a Copyhang::Stream.
package Copyhang::Boots;

use v5.36;
use parent 'Copyhang::Stream';

# How often a kernel is booted at most. A case that takes it down costs two boots: one to find out
# which it is.
our $BOOTS = 12;

# Every boot counts its cases anew.
sub number ($self, $case) { return $case->{number} = ++$self->{number} }

# $jobs: at once, in this boot.
sub begin_boot ($self, $jobs) {
    $self->{boots}++;
    return @{$self}{qw(begun before alone)} = ({}, scalar $self->cases, ($jobs // 0) == 1);
}

sub take_line ($self, $line) {
    return if $line =~ /\A(?:TAP version|1[.][.]\d)/;
    $self->SUPER::take_line($line);
    $self->{begun}{$1} = 1 if $line =~ /\A[#] started (\S+)\z/;
    return;
}

sub boots ($self) { return $self->{boots} }

# A boot came to its end. What went wrong first is what is said about the kernel.
sub note_boot ($self, $outcome, $detail, @console) {
    if (defined $self->{outcome}) {
        push @{$self->{troubles}}, "boot $self->{boots}: " . $self->words_of($outcome, $detail)
            if $outcome ne 'complete';
        return;
    }
    $self->{console} = \@console;
    @{$self}{qw(outcome detail)} = ($outcome, $detail) if $outcome ne 'complete';
    return;
}

sub words_of ($class, $outcome, $detail) {
    return join ': ', $outcome =~ s/_/ /gr, $detail // ();
}

# Undef if the program's end, a wait status, is one that a kselftest has, passed, failed or skipped: its
# results tell what it makes of them.
sub odd_status ($class, $status) {
    return                                           if !defined $status;
    return 'was killed by signal ' . ($status & 127) if $status & 127;
    my $exit = $status >> 8;
    return $exit == 0 || $exit == 1 || $exit == 4 ? undef : "exited with $exit";
}

# What is to be played in another boot, as something is missing, for this reason: (jobs, ids); empty if
# that would bring nothing, and then nothing is missing any more.
sub next_boot ($self, $reason) {
    my @suspects = grep { $self->{begun}{$_} } $self->missing;
    if ($self->{alone} && @suspects == 1) {
        $self->give_up("$reason, while it was played", @suspects);
    }
    elsif ($self->{before} == $self->cases && !@suspects || $self->{boots} >= $BOOTS) {
        $self->give_up("no result: $reason, in boot $self->{boots}", $self->missing);
    }
    my @missing = $self->missing or return;
    return @suspects && !$self->{alone} ? (1, @suspects) : ($self->{jobs}, @missing);
}

1;
