# SPDX-License-Identifier: GPL-2.0-only
#
# What the case program prints in a kernel, as an iterator for TAP::Parser.
#
# A Copyhang::Boots, of guests that Copyhang::Guest boots. result is the whole as
# Copyhang::Matrix::Results takes it.
#
# A boot that init is not heard of in is tried on the next machine (Copyhang::Guest::Machine). The
# one that a kernel came up on, if it is not the first, is remembered in the cache.
package Copyhang::Guest::Stream;

use v5.36;
use parent 'Copyhang::Boots';
use Copyhang::Failure          ();
use Copyhang::Guest            ();
use Copyhang::Guest::Initramfs ();
use Copyhang::Guest::Machine   ();

# Arguments: as of Copyhang::Boots, but for a command those of Copyhang::Guest::Machine, each, load
# (undef, or a Copyhang::Guest::Payload), baseline, which is for the result only, on_state =>
# code($words).
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
    $self->{on_state}->('boots');
    $self->begin_boot($jobs);
    $self->{process} = Copyhang::Guest->start(
        machine   => $self->{machines}[0],
        initramfs => $self->{initramfs}->for_boot(['--announce', @how], \@ids),
        on_line   => sub ($line) { $self->take_line($line) },
    );
    return;
}

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
    push @{$self->{troubles}}, map { "in the guest: $_" } @{$guest->said('trouble') // []}
        if $self->{boots} == 1;
    $self->note_boot($outcome, $detail, $guest->console_tail);
    my $odd = $self->odd_status($status);
    push @{$self->{troubles}}, "the case program $odd" if defined $odd;
    my $early  = 'the case program ' . ($odd // 'ended early');
    my $reason = $outcome eq 'complete' ? $early : $self->words_of($outcome, $detail);
    my ($jobs, @ids) = $self->next_boot($reason);
    return @ids ? $self->_boot($jobs, @ids) : $self->{on_state}->('done');
}

# Whether init was heard of in any boot.
sub was_up ($self) { return $self->{was_up} }

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
