# SPDX-License-Identifier: GPL-2.0-only
package Copyhang::Bisect::Packages;

use strict;
use warnings;
use feature 'signatures';
no warnings 'experimental::signatures';

use parent 'Copyhang::Bisect';
use Copyhang::Bisect::Kernels ();
use Copyhang::Bisect::Report  ();
use Copyhang::Bisect::Search  ();
use Copyhang::Bisect::Step    ();
use Copyhang::Failure         ();
use Copyhang::Text            qw(painter);

sub prepare ($self) {
    return @{$self->{option}}{qw(good bad kernels)};
}

sub begin ($self) {
    $self->{kernels} = [Copyhang::Bisect::Kernels->between($self->{option})];
    $self->{paint}   = painter(-t $self->{out} && !length($ENV{NO_COLOR} // q{}));
    return;
}

sub search ($self) {
    my ($kernels, $verdicts) = @{$self}{qw(kernels verdicts)};
    my $search = Copyhang::Bisect::Search->new(scalar @{$kernels});
    my @ends   = map { $self->_look_at($_, $search) } 0, $#{$kernels};
    $verdicts->take_ends(@ends);
    $self->_print_step($_) for @ends;
    while (defined(my $number = $search->next)) {
        my $seen = $self->_look_at($number, $search);
        $search->learn($number, ($verdicts->judge($seen))[0]);
        $self->_print_step($seen);
    }
    my %seen     = map { $_->{identity} => $_ } @{$self->{steps}};
    my @suspects = $search->skipped;
    my ($good, $bad, @between) = map { $seen{$kernels->[$_]->identity} } $search->good,
        $search->bad, @suspects;
    return {
        good     => $good,
        bad      => $bad,
        suspects => @suspects ? \@between : undef,
        among    => scalar @{$kernels},
        steps    => $self->{steps},
    };
}

# What a kernel does; it is known already where an earlier process has seen it.
sub _look_at ($self, $number, $search) {
    my $kernel = $self->{kernels}[$number];
    my $step   = 1 + @{$self->{steps} // []};
    my $about  = $step < 3 ? 2 + $search->steps_left : $step - 1 + $search->steps_left;
    $self->{progress}->step("step $step of about $about");
    my $seen = $self->{state}->find($kernel->identity);
    if (!$seen) {
        my $why = $self->_fetch($kernel);
        $seen = defined $why ? _not_had($kernel, $why) : $self->{step}->run($kernel);
        $self->{state}->add($seen) if !defined $why;
    }
    push @{$self->{steps}}, $seen;
    return $seen;
}

# Returns why the kernel cannot be had, undef if it can.
sub _fetch ($self, $kernel) {
    my ($progress, $name) = ($self->{progress}, $kernel->name);
    my $tell = sub ($words) { $progress->state_of($name, $words) };
    return if eval { $kernel->fetch(on_progress => $tell); 1 };
    my $failure = $@;
    Copyhang::Failure->check_signals;
    die $failure    ## no critic (RequireCarping)
        if !ref $failure || !$failure->isa('Copyhang::Failure') || $failure->status != 125;

    # Of what apt says, without where it looked.
    return $failure->message =~ s{Failed to fetch \S+ | \[IP: [^]]*\]}{}gr;
}

sub _not_had ($kernel, $why) {
    return {
        name     => $kernel->name,
        identity => $kernel->identity,
        release  => $kernel->release,
        version  => $kernel->version,
        %{Copyhang::Bisect::Step->not_booted($why)},
    };
}

sub _print_step ($self, $seen) {
    my ($answer, $why) = $self->{verdicts}->judge($seen);
    my $words = defined $why ? "skip ($why)" : "$seen->{verdict}: $answer";
    $words = $self->{paint}->($words, $seen->{verdict});
    print {$self->{out}} sprintf "%-26s %-30s %s\n", $seen->{name}, $seen->{release} // q{-},
        $words;
    return;
}

sub log ($self) {    ## no critic (ProhibitBuiltinHomonyms)
    my ($verdicts, @seen) = ($self->{verdicts}, $self->{state}->seen);
    my $is_known = @seen > 1 && eval { $verdicts->take_ends(@seen[0, 1]); 1 };
    return Copyhang::Bisect::Report->log($self->{step}->case, $is_known ? $verdicts : undef, @seen);
}

1;

__END__

=head1 NAME

Copyhang::Bisect::Packages - copyhang bisect among kernels that can be had

=head1 DESCRIPTION

A L<Copyhang::Bisect>. A kernel that cannot be downloaded is skipped, and not remembered: the next time
it may be there.

=cut
