# SPDX-License-Identifier: GPL-2.0-only
#
# What the case program prints in a kernel, as an iterator for TAP::Parser.
#
# A Copyhang::Stream over as many boots (Copyhang::Guest) as it takes. A boot that is lost costs the
# case that it was lost in: the case program announces what it begins, and what had begun and has no
# result is played again in a fresh boot, one case at a time, until it is known which one it is.
# That one is broken, with the outcome of the boot as its reason, and the rest goes on. When a boot
# brings nothing new, or after $BOOTS of them, all that is missing is broken.
#
# result is the whole as Copyhang::Matrix::Results takes it; its outcome is that of the first boot
# that was not complete.
#
# A boot that init is not heard of in is tried on the next machine (Copyhang::Guest::Machine). The
# one that a kernel came up on, if it is not the first, is remembered in the cache.
package Copyhang::Guest::Stream;

use v5.36;
use parent 'Copyhang::Stream';
use Copyhang::Failure          ();
use Copyhang::Guest            ();
use Copyhang::Guest::Initramfs ();
use Copyhang::Guest::Machine   ();

# How often a kernel is booted at most. A case that takes it down costs two boots: one to find out
# which it is.
our $BOOTS = 12;

# Arguments: as of Copyhang::Stream, but for a command those of Copyhang::Guest::Machine, jobs
# (undef: the case program decides), each, load (undef, or a Copyhang::Guest::Payload), baseline,
# which is for the result only, on_state => code($words).
sub _initialize ($self, $argument) {
    $self->SUPER::_initialize($argument);
    $self->{machines} = [Copyhang::Guest::Machine->candidates(%{$argument})];
    @{$self}{qw(boots seconds wait)} = (0, {map { $_ => 0 } qw(boot cases total)}, 0);
    return $self;
}

sub start ($self) {
    $self->pass('TAP version 13');
    $self->pass('1..' . @{$self->{ids}});
    $self->{initramfs} = Copyhang::Guest::Initramfs->new(@{$self}{qw(kernel load)});
    $self->_boot($self->{jobs}, $self->missing);
    return $self;
}

sub _boot ($self, $jobs, @ids) {
    my @how = defined $jobs ? ('--jobs', $jobs) : ();
    push @how, '--each' if $self->{each};
    $self->{boots}++;
    $self->{on_state}->('boots');
    @{$self}{qw(begun before alone)} = ({}, scalar $self->cases, ($jobs // 0) == 1);
    $self->{process} = Copyhang::Guest->start(
        machine   => $self->{machines}[0],
        initramfs => $self->{initramfs}->for_boot(['--announce', @how], \@ids),
        on_line   => sub ($line) { $self->take_line($line) },
    );
    return;
}

# Every boot counts its cases anew.
sub take_line ($self, $line) {
    return if $line =~ /\A(?:TAP version|1[.][.]\d)/;
    $self->SUPER::take_line($line);
    $self->{begun}{$1} = 1 if $line =~ /\A[#] started (\S+)\z/;
    return;
}

sub number ($self, $case) { return $case->{number} = ++$self->{number} }

# A boot came to its end.
sub finish ($self) {
    my $guest   = delete $self->{process};
    my $seconds = $guest->seconds;
    $self->{seconds}{$_} += $seconds->{$_} for keys %{$seconds};
    $self->{$_} //= $guest->said($_) for qw(release machine);
    return if Copyhang::Failure->signalled;
    if (!$guest->is_up && @{$self->{machines}} > 1) {
        shift @{$self->{machines}};
        $self->{is_next} = 1;
        return $self->_boot($self->{jobs}, $self->missing);
    }
    $self->{machines}[0]->remember if $guest->is_up && !$self->{was_up}++ && $self->{is_next};

    my ($outcome, $detail) = $guest->outcome;
    my $status = $guest->said('end');
    if   (defined $status) { $self->close_test }
    else                   { delete $self->{test} }    # the rest of its evidence is missing
    $self->_note($guest, $outcome, $detail);
    my $odd = defined $status ? _odd_status($status) : undef;
    push @{$self->{troubles}}, "the case program $odd" if defined $odd;
    my $early = 'the case program ' . ($odd // 'ended early');
    return $self->_go_on($outcome eq 'complete' ? $early : _words($outcome, $detail));
}

sub _words ($outcome, $detail) {
    return join ': ', $outcome =~ s/_/ /gr, $detail // ();
}

# Whether the program's end is one that a kselftest has, passed, failed or skipped: its results tell
# what it makes of them.
sub _odd_status ($status) {
    return 'was killed by signal ' . ($status & 127) if $status & 127;
    my $exit = $status >> 8;
    return $exit == 0 || $exit == 1 || $exit == 4 ? undef : "exited with $exit";
}

# Something is missing, for this reason, or all is there.
sub _go_on ($self, $reason) {
    my @suspects = grep { $self->{begun}{$_} } $self->missing;
    if ($self->{alone} && @suspects == 1) {
        $self->give_up("$reason, while it was played", @suspects);
    }
    elsif ($self->{before} == $self->cases && !@suspects || $self->{boots} >= $BOOTS) {
        $self->give_up("no result: $reason, in boot $self->{boots}", $self->missing);
    }
    my @missing = $self->missing or return $self->{on_state}->('done');
    return $self->_boot(1,             @suspects) if @suspects && !$self->{alone};
    return $self->_boot($self->{jobs}, @missing);
}

# What went wrong first is what is said about the kernel.
sub _note ($self, $guest, $outcome, $detail) {
    push @{$self->{troubles}}, map { "in the guest: $_" } @{$guest->said('trouble') // []}
        if $self->{boots} == 1;
    if (defined $self->{outcome}) {
        push @{$self->{troubles}}, "boot $self->{boots}: " . _words($outcome, $detail)
            if $outcome ne 'complete';
        return;
    }
    $self->{console} = [$guest->console_tail];
    @{$self}{qw(outcome detail)} = ($outcome, $detail) if $outcome ne 'complete';
    return;
}

sub boots ($self) { return $self->{boots} }

# As a Copyhang::Matrix::Results takes it.
sub result ($self) {
    my $kernel = $self->{kernel};
    return {
        %{$self}{qw(name machine detail seconds baseline)},
        release     => $self->{release} // $kernel->release,
        version     => $kernel->version,
        page_size   => $kernel->page_size,
        accelerator => $self->{machines}[0]->accelerator,
        outcome     => $self->{outcome} // 'complete',
        console     => $self->{console} // [],
        cases       => [$self->cases],
        troubles    => [@{$self->{troubles}}, @{$self->{errors} // []}],
        config      => $kernel->config,
    };
}

1;
