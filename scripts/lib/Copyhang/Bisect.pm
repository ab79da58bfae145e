# SPDX-License-Identifier: GPL-2.0-only
#
# The loop of every bisection, whatever is bisected: look, judge, remember, go on, and tell in the end.
#
# main bisects, prints the report and returns the exit status: 0 if the first bad one is known, 125
# if only those between are that did not tell.
#
# What differs is the range that is bisected, Copyhang::Bisect::Kernels or
# Copyhang::Bisect::Commits. Each has
# - words: what tells this bisection from others, besides the case and how often it is played.
# - begin: what comes before anything is looked at, and is not needed for the log alone. Returns the
#   search (Copyhang::Bisect::Search); the points are its.
# - identity($point), look_at($point): what tells a point from others for ever; what is seen there,
#   as of Copyhang::Bisect::Step, and whether it may be otherwise the next time.
# - columns($seen), log($verdicts, @seen), facts($verdicts, $bad, \@suspects, @steps): the beginning
#   of a step's line, what replays the steps ($verdicts is undef as long as it is not known what is
#   good), and what else Copyhang::Bisect::Report tells.
package Copyhang::Bisect;

use v5.36;
use Copyhang::Bisect::Report   ();
use Copyhang::Bisect::State    ();
use Copyhang::Bisect::Step     ();
use Copyhang::Bisect::Verdicts ();
use Copyhang::Cache            ();
use Copyhang::Failure          qw(bad_input);
use Copyhang::Output           ();
use Copyhang::Paths            ();
use Copyhang::Text             qw(painter);
use IO::Handle                 ();
use List::Util                 qw(sum0);

# $kind: Kernels or Commits. Whatever is wrong with the options' values is found here, before anything
# runs or changes.
sub new ($class, $kind, $option, @paths) {
    my $repeat   = $option->{repeat} // 1;
    my $step     = Copyhang::Bisect::Step->new(case => $option->{case}, repeat => $repeat);
    my $verdicts = Copyhang::Bisect::Verdicts->new($option);
    require "Copyhang/Bisect/$kind.pm";
    my $range = "Copyhang::Bisect::$kind"->new($option, $step, @paths);

    # Also what plays the case makes it another one.
    my @words = (Copyhang::Paths->programs, $step->case, $repeat, $range->words);
    my $out   = ($option->{json} // q{}) eq '-' ? \*STDERR : \*STDOUT;
    return bless {
        option   => $option,
        progress => $step->progress,
        step     => $step,
        steps    => [],
        verdicts => $verdicts,
        range    => $range,
        state    => Copyhang::Bisect::State->new(@words),
        out      => $out,
        paint    => painter(-t $out && !length($ENV{NO_COLOR} // q{})),
        output   => Copyhang::Output->for_options($option, 'json'),
    }, $class;
}

sub main ($self) {
    my ($option, $state) = @{$self}{qw(option state)};
    return $self->_print_log if $option->{log};
    Copyhang::Failure->catch_signals;
    $self->{hold}   = Copyhang::Cache->new->hold;
    $self->{search} = $self->{range}->begin;
    $state->open($option->{resume});
    $self->{progress}->noise("Nothing of this bisection is known: it begins.\n")
        if $option->{resume} && !$state->seen;
    $self->{out}->autoflush;

    if (!eval { $self->_bisect; 1 }) {
        print {*STDERR} "Interrupted. The same command with --resume goes on.\n"
            if Copyhang::Failure->signalled;
        die $@;    ## no critic (RequireCarping)
    }
    $self->_report;
    Copyhang::Failure->check_signals;
    return $self->{search}->skipped ? 125 : 0;
}

sub _bisect ($self) {
    my ($search, $verdicts) = @{$self}{qw(search verdicts)};
    my @ends = map { $self->_look_at($_) } $search->good, $search->bad;
    $verdicts->take_ends(@ends);
    $self->_print_step($_) for @ends;
    while (defined(my $point = $search->next)) {
        my $seen = $self->_look_at($point);
        $search->learn($point, ($verdicts->judge($seen))[0]);
        $self->_print_step($seen);
    }
    return;
}

# What there is to be seen at a point; it is known already where an earlier process has seen it.
sub _look_at ($self, $point) {
    my ($range, $state, $steps) = @{$self}{qw(range state steps)};
    my $about = $self->{search}->steps_left + (@{$steps} < 2 ? 2 : @{$steps});
    $self->{progress}->step('step ' . (1 + @{$steps}) . " of about $about");
    my $seen = $state->find($range->identity($point));
    if (!$seen) {
        ($seen, my $may_change) = $range->look_at($point);
        $state->add($seen) if !$may_change;
    }
    push @{$steps}, $self->{seen}{$point} = $seen;
    return $seen;
}

sub _print_step ($self, $seen) {
    my ($answer, $why) = $self->{verdicts}->judge($seen);
    my $words = defined $why ? "skip ($why)" : "$seen->{verdict}: $answer";
    $self->{progress}->summary;    # takes the line away
    print {$self->{out}} $self->{range}->columns($seen), q{ },
        $self->{paint}->($words, $seen->{verdict}), "\n",
        defined $why && defined $seen->{log} ? "  the log: $seen->{log}\n" : ();
    return;
}

sub _report ($self) {
    my ($range, $search, $step, $verdicts) = @{$self}{qw(range search step verdicts)};
    my @steps = @{$self->{steps}};
    my ($good, $bad, @suspects) =
        map { $self->{seen}{$_} } $search->good, $search->bad, $search->skipped;
    my $outcome = {
        case     => $step->case,
        control  => $step->control,
        verdicts => $verdicts,
        good     => $good,
        bad      => $bad,
        suspects => \@suspects,
        steps    => \@steps,
        boots    => sum0(map { $_->{boots} } @steps),
        seconds  => sum0(map { $_->{seconds} + ($_->{built} // 0) } @steps),
        $range->facts($verdicts, $bad, \@suspects, @steps),
    };
    my $json = Copyhang::Bisect::Report->document($outcome);
    $self->{output}{json}->write($json) if $self->{output}{json};
    print $json                         if ($self->{option}{json} // q{}) eq '-';
    my $log = $range->log($verdicts, @steps);
    print {$self->{out}} "\n", Copyhang::Bisect::Report->text($outcome, $log);
    return;
}

# The first two that were seen are the ends; what they show may say nothing.
sub _print_log ($self) {
    my ($range, $state, $verdicts) = @{$self}{qw(range state verdicts)};
    my @seen     = ($state->read // bad_input('--log: no such bisection has begun'))->seen;
    my $is_known = @seen > 1 && eval { $verdicts->take_ends(@seen[0, 1]); 1 };
    print $range->log($is_known ? $verdicts : undef, @seen);
    return 0;
}

1;
