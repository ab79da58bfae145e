# SPDX-License-Identifier: GPL-2.0-only
package Copyhang::Bisect::Packages;

use strict;
use warnings;
use feature 'signatures';
no warnings 'experimental::signatures';

use Copyhang::Bisect::Document ();
use Copyhang::Bisect::Kernels  ();
use Copyhang::Bisect::Report   ();
use Copyhang::Bisect::Search   ();
use Copyhang::Bisect::State    ();
use Copyhang::Bisect::Step     ();
use Copyhang::Bisect::Verdicts ();
use Copyhang::Failure          qw(bad_input);
use Copyhang::Output           ();
use Copyhang::Place            ();
use Copyhang::Progress::Bisect ();
use Copyhang::Text             qw(painter);
use IO::Handle                 ();
use List::Util                 qw(sum0);

# Whatever is wrong with the options' values is found here, before anything runs.
sub new ($class, $option) {
    my $self     = bless {option => $option}, $class;
    my $progress = $self->{progress} = Copyhang::Progress::Bisect->begin;
    $self->{verdicts} = Copyhang::Bisect::Verdicts->new($option);
    $self->{step}     = Copyhang::Bisect::Step->new(
        case     => $option->{case},
        repeat   => $option->{repeat} // 1,
        progress => $progress,
    );

    # Also what plays the case makes it another one.
    $self->{state} = Copyhang::Bisect::State->new(
        Copyhang::Place->programs,
        $self->{step}->case,
        @{$option}{qw(good bad kernels repeat)}
    );
    $self->{out}    = ($option->{json} // q{}) eq '-' ? \*STDERR : \*STDOUT;
    $self->{paint}  = painter(-t $self->{out} && !length($ENV{NO_COLOR} // q{}));
    $self->{output} = Copyhang::Output->for_options($option, 'json');
    return $self;
}

sub main ($self) {
    return $self->_print_log if $self->{option}{log};
    Copyhang::Failure->catch_signals;
    $self->{kernels} = [Copyhang::Bisect::Kernels->between($self->{option})];
    $self->{state}->open($self->{option}{resume});
    $self->{out}->autoflush;
    my $outcome = eval { $self->_search };
    if (!$outcome) {
        print {*STDERR} "Interrupted. The same command with --resume goes on.\n"
            if Copyhang::Failure->signalled;
        die $@;    ## no critic (RequireCarping)
    }
    $self->_tell($outcome);
    Copyhang::Failure->check_signals;
    return $outcome->{suspects} ? 125 : 0;
}

# What Copyhang::Bisect::Report and Copyhang::Bisect::Document take.
sub _search ($self) {
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
        case     => $self->{step}->case,
        control  => $self->{step}->control,
        verdicts => $verdicts,
        good     => $good,
        bad      => $bad,
        suspects => @suspects ? \@between : undef,
        among    => scalar @{$kernels},
        steps    => $self->{steps},
        boots    => sum0(map { $_->{boots} } @{$self->{steps}}),
        seconds  => sum0(map { $_->{seconds} } @{$self->{steps}}),
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

sub _tell ($self, $outcome) {
    my $json = Copyhang::Bisect::Document->text($outcome);
    $self->{output}{json}->write($json) if $self->{output}{json};
    print $json                         if ($self->{option}{json} // q{}) eq '-';
    print {$self->{out}} "\n", Copyhang::Bisect::Report->text($outcome);
    return;
}

# What replays the steps so far.
sub _print_log ($self) {
    my $state = $self->{state};
    $state->read // bad_input('--log: no such bisection has begun');
    my @seen     = $state->seen;
    my $verdicts = $self->{verdicts};
    my $is_known = @seen > 1 && eval { $verdicts->take_ends(@seen[0, 1]); 1 };
    print Copyhang::Bisect::Report->log($self->{step}->case, $is_known ? $verdicts : undef, @seen);
    return 0;
}

1;

__END__

=head1 NAME

Copyhang::Bisect::Packages - copyhang bisect among kernels that can be had, after its options have
been read

=head1 DESCRIPTION

C<new> checks the options, C<main> bisects, prints the report and returns the exit status: 0 if the
first bad kernel is known, 125 if only those between are that did not tell. See
L<Copyhang::Command::Bisect>.

A kernel that cannot be downloaded is skipped, and not remembered: the next time it may be there.

=cut
