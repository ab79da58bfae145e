# SPDX-License-Identifier: GPL-2.0-only
package Copyhang::Bisect;

use strict;
use warnings;
use feature 'signatures';
no warnings 'experimental::signatures';

use Copyhang::Bisect::Document ();
use Copyhang::Bisect::Report   ();
use Copyhang::Bisect::State    ();
use Copyhang::Bisect::Step     ();
use Copyhang::Bisect::Verdicts ();
use Copyhang::Cache            ();
use Copyhang::Failure          qw(bad_input);
use Copyhang::Output           ();
use Copyhang::Place            ();
use Copyhang::Progress::Bisect ();
use IO::Handle                 ();
use List::Util                 qw(sum0);

# Whatever is wrong with the options' values is found here, before anything runs or changes.
sub new ($class, $option, @paths) {
    my $self     = bless {option => $option}, $class;
    my $repeat   = $option->{repeat} // 1;
    my $progress = $self->{progress} = Copyhang::Progress::Bisect->begin;
    $self->{verdicts} = Copyhang::Bisect::Verdicts->new($option);
    $self->{step}     = Copyhang::Bisect::Step->new(
        case     => $option->{case},
        repeat   => $repeat,
        progress => $progress,
    );

    # Also what plays the case makes it another one.
    my @words = (Copyhang::Place->programs, $self->{step}->case, $repeat, $self->prepare(@paths));
    $self->{state}  = Copyhang::Bisect::State->new(@words);
    $self->{out}    = ($option->{json} // q{}) eq '-' ? \*STDERR : \*STDOUT;
    $self->{output} = Copyhang::Output->for_options($option, 'json');
    return $self;
}

sub main ($self) {
    my ($option, $state) = @{$self}{qw(option state)};
    if ($option->{log}) {
        $state->read // bad_input('--log: no such bisection has begun');
        print $self->log;
        return 0;
    }
    Copyhang::Failure->catch_signals;
    $self->{hold} = Copyhang::Cache->new->hold;
    $self->begin;
    $state->open($option->{resume});
    $self->{progress}->noise("Nothing of this bisection is known: it begins.\n")
        if $option->{resume} && !$state->seen;
    $self->{out}->autoflush;
    my $found = eval { $self->search };

    if (!$found) {
        print {*STDERR} "Interrupted. The same command with --resume goes on.\n"
            if Copyhang::Failure->signalled;
        die $@;    ## no critic (RequireCarping)
    }
    $self->_tell($found);
    Copyhang::Failure->check_signals;
    return $found->{suspects} ? 125 : 0;
}

sub _tell ($self, $found) {
    my @steps   = @{$found->{steps}};
    my $outcome = {
        case     => $self->{step}->case,
        control  => $self->{step}->control,
        verdicts => $self->{verdicts},
        boots    => sum0(map { $_->{boots} } @steps),
        seconds  => sum0(map { $_->{seconds} + ($_->{built} // 0) } @steps),
        %{$found},
    };
    my $json = Copyhang::Bisect::Document->text($outcome);
    $self->{output}{json}->write($json) if $self->{output}{json};
    print $json                         if ($self->{option}{json} // q{}) eq '-';
    print {$self->{out}} "\n", Copyhang::Bisect::Report->text($outcome);
    return;
}

1;

__END__

=head1 NAME

Copyhang::Bisect - copyhang bisect, after its options have been read

=head1 DESCRIPTION

What is the same whatever is bisected. C<new> checks the options, C<main> bisects, prints the report
and returns the exit status: 0 if the first bad one is known, 125 if only those between are that did
not tell. See L<Copyhang::Command::Bisect>.

L<Copyhang::Bisect::Packages> and L<Copyhang::Bisect::Git> are made of it, and have

=over

=item prepare(@paths)

Checks what C<option> has for it. Returns the words that, besides the case and how often it is played,
tell this bisection from others.

=item begin

What comes before anything is looked at, and is not needed for the log alone.

=item search

Returns what it found: C<good>, C<bad>, C<suspects>, C<among>, C<steps>, and what else
L<Copyhang::Bisect::Report> takes, but for what is known here.

=item log

The text that replays what has been seen.

=back

They find here C<option>, C<progress>, C<verdicts>, C<step>, C<state>, and C<out>: where the steps are
printed.

=cut
