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
use Copyhang::Cache            ();
use Copyhang::Failure          ();
use Copyhang::Guest            ();
use Copyhang::Guest::Initramfs ();
use Copyhang::Guest::Machine   ();
use Digest::SHA                qw(sha256_hex);
use List::Util                 qw(sum0);

# How often a kernel is booted at most. A case that takes it down costs two boots: one to find out
# which it is.
our $BOOTS = 12;

# With which a kselftest ends: passed, failed, skipped.
my @EXITS = (0, 1, 4);

# Arguments: as of Copyhang::Stream, but for a command kernel => a Copyhang::Kernel that has been
# fetched, accelerator, processors (undef: one), append
# (undef, or words for the kernel's command line), jobs (undef: the case program decides), load (undef,
# or a Copyhang::Guest::Payload), on_state => code($words).
sub _initialize ($self, $argument) {
    $self->SUPER::_initialize($argument);
    $self->{machines} = [
        Copyhang::Guest::Machine->candidates(
            @{$argument}{qw(kernel accelerator)},
            $argument->{processors} // 1,
            $argument->{append}     // q{}
        )
    ];
    $self->{quickest} = $self->{machines}[0]->kind;
    @{$self}{qw(boots all_seconds begun wait)} = (0, [], {}, 0);
    return $self;
}

sub start ($self) {
    $self->pass('TAP version 13');
    $self->pass('1..' . @{$self->{ids}});
    $self->{initramfs} = Copyhang::Guest::Initramfs->new(@{$self}{qw(kernel load)});
    $self->_prefer_remembered;
    $self->_boot($self->{jobs}, $self->missing);
    return $self;
}

sub _boot ($self, $jobs, @ids) {
    my @jobs = defined $jobs ? ('--jobs', $jobs) : ();
    $self->{boots}++;
    $self->{on_state}->('boots');
    @{$self}{qw(begun before alone)} = ({}, scalar $self->cases, ($jobs // 0) == 1);
    $self->{process} = Copyhang::Guest->start(
        machine   => $self->{machines}[0],
        initramfs => $self->{initramfs}->for_boot(['--announce', @jobs], \@ids),
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

sub number ($self, $case) {
    $case->{number} = ++$self->{number};
    return;
}

# A boot came to its end.
sub finish ($self) {
    my $guest = delete $self->{process};
    my ($outcome, $detail) = $guest->outcome;
    push @{$self->{all_seconds}}, $guest->seconds;
    $self->{$_} //= $guest->said($_) for qw(release machine);
    return                   if Copyhang::Failure->signalled;
    return                   if !$guest->is_up && $self->_try_next_machine;
    $self->_remember_machine if $guest->is_up;

    my $ended = defined $guest->said('end');
    if   ($ended) { $self->close_test }
    else          { delete $self->{test} }    # the rest of its evidence is missing
    $self->_note($guest, $outcome, $detail);
    my $odd = $ended ? _odd_status($guest->said('end')) : undef;
    push @{$self->{troubles}}, "the case program $odd" if defined $odd;
    $self->_go_on(
          $outcome ne 'complete' ? _words($outcome, $detail)
        : defined $odd           ? "the case program $odd"
        :                          'the case program ended early'
    );
    return;
}

sub _words ($outcome, $detail) {
    return join ': ', $outcome =~ s/_/ /gr, $detail // ();
}

# Whether the program's end is one that a kselftest has: its results tell what it makes of them.
sub _odd_status ($status) {
    return 'was killed by signal ' . ($status & 127) if $status & 127;
    my $exit = $status >> 8;
    return (grep { $exit == $_ } @EXITS) ? undef : "exited with $exit";
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
    my @missing = $self->missing or return $self->_finish_all;
    return $self->_boot(1,             @suspects) if @suspects && !$self->{alone};
    return $self->_boot($self->{jobs}, @missing);
}

# What went wrong first is what is said about the kernel.
sub _note ($self, $guest, $outcome, $detail) {
    push @{$self->{troubles}}, map { "in the guest: $_" } @{$guest->said('trouble') // []}
        if $self->{boots} == 1;
    $self->{console} = [$guest->console_tail] if ($self->{outcome} // 'complete') eq 'complete';
    return                                    if $outcome eq 'complete';
    push @{$self->{troubles}}, "boot $self->{boots}: " . _words($outcome, $detail)
        if defined $self->{outcome};
    @{$self}{qw(outcome detail)} = ($outcome, $detail) if !defined $self->{outcome};
    return;
}

# The kernel has told all that it will.
sub _finish_all ($self) {
    $self->{on_state}->('done');
    return;
}

# How often the kernel was booted.
sub boots ($self) { return $self->{boots} }

# As a Copyhang::Matrix::Results takes it.
sub result ($self) {
    my $kernel = $self->{kernel};
    my %seconds;
    for my $part (qw(boot cases total)) {
        $seconds{$part} = sum0(map { $_->{$part} } @{$self->{all_seconds}});
    }
    return {
        name        => $self->{name},
        release     => $self->{release} // $kernel->release,
        version     => $kernel->version,
        machine     => $self->{machine},
        accelerator => $self->{machines}[0]->accelerator,
        outcome     => $self->{outcome} // 'complete',
        detail      => $self->{detail},
        console     => $self->{console} // [],
        seconds     => \%seconds,
        cases       => [$self->cases],
        troubles    => [@{$self->{troubles}}, @{$self->{errors} // []}],
        config      => $kernel->config,
    };
}

# --- Which machine: the first on which init was heard of, remembered for this kernel ---

sub _try_next_machine ($self) {
    return 0 if @{$self->{machines}} == 1;
    shift @{$self->{machines}};
    $self->_boot($self->{jobs}, $self->missing);
    return 1;
}

sub _prefer_remembered ($self) {
    my $kind = Copyhang::Cache->new->read_file($self->_memory) // return;
    chomp $kind;
    my $machines = $self->{machines};
    @{$machines} =
        ((grep { $_->kind eq $kind } @{$machines}), grep { $_->kind ne $kind } @{$machines});
    $self->{remembered} = 1;
    return;
}

sub _remember_machine ($self) {
    return if $self->{remembered}++;
    my $kind = $self->{machines}[0]->kind;
    Copyhang::Cache->new->write_file($self->_memory, "$kind\n") if $kind ne $self->{quickest};
    return;
}

sub _memory ($self) {
    my $key = join "\n", $self->{accelerator},
        map { join q{ }, $_, (stat)[7, 9] } $self->{kernel}->images;
    return 'machines/' . substr sha256_hex($key), 0, 16;
}

1;
