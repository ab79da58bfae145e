# SPDX-License-Identifier: GPL-2.0-only
#
# The loop of every bisection, whatever is bisected: look, judge, remember, go on, and tell.
#
# What differs is the range that is bisected, Copyhang::Bisect::Kernels or Commits. It is a
# Copyhang::Bisect::Search and has
# - for_options($option, $step, @paths), words: made of the command line; what tells this bisection
#   from others, besides the case and how often it is played.
# - begin: what comes before anything is looked at, and is not needed for the log alone.
# - identity($point), look_at($point): what tells a point from others for ever; what is seen there,
#   as of Copyhang::Bisect::Step, and whether it may be otherwise the next time.
# - columns($seen), log(@judged), facts($found): the beginning of a step's line, what replays the
#   steps (without an answer as long as it is not known what is good), what --json has besides.
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
use Cpanel::JSON::XS           ();
use List::Util                 qw(sum0);

# $kind: Kernels or Commits. Finds what is wrong with the options' values, and changes nothing.
sub new ($class, $kind, $option, @paths) {
    my $step     = Copyhang::Bisect::Step->new($option);
    my $verdicts = Copyhang::Bisect::Verdicts->new($option);
    require "Copyhang/Bisect/$kind.pm";
    my $range = "Copyhang::Bisect::$kind"->for_options($option, $step, @paths);

    # Also what plays the case makes it another one.
    my @words = (Copyhang::Paths->programs, $step->case, $option->{repeat} // 1, $range->words);
    my ($out, $colour) = Copyhang::Output->for_people($option);
    return bless {
        option   => $option,
        step     => $step,
        verdicts => $verdicts,
        range    => $range,
        state    => Copyhang::Bisect::State->new(@words),
        seen     => {},                                                       # of each point
        steps    => [],                                                       # the same, judged
        out      => $out,
        paint    => painter($colour),
        json     => Copyhang::Output->for_options($option, 'json')->{json},
    }, $class;
}

# Returns the exit status: 0 if the first bad one is known, 125 if some before it did not tell.
sub main ($self) {
    my ($option, $range, $state) = @{$self}{qw(option range state)};
    return $self->_print_log if $option->{log};
    Copyhang::Failure->catch_signals;
    my $hold = Copyhang::Cache->new->hold;
    $range->begin;
    $state->open($option->{resume});
    $self->{step}->progress->noise("Nothing of this bisection is known: it begins.\n")
        if $option->{resume} && !$state->seen;
    $self->{out}->autoflush;

    if (!eval { $self->_bisect; 1 }) {
        print {*STDERR} "Interrupted. The same command with --resume goes on.\n"
            if Copyhang::Failure->signalled;
        die $@;    ## no critic (RequireCarping)
    }
    $self->_report;
    Copyhang::Failure->check_signals;
    return $range->skipped ? 125 : 0;
}

sub _bisect ($self) {
    my ($range, $verdicts) = @{$self}{qw(range verdicts)};
    my @ends = map { $self->_look_at($_) } $range->good, $range->bad;
    $verdicts->take_ends(@ends);
    $self->_judge($_) for @ends;
    while (defined(my $point = $range->next)) {
        $range->learn($point, $self->_judge($self->_look_at($point)));
    }
    return;
}

# What there is to be seen at a point; it is known already where an earlier process has seen it.
sub _look_at ($self, $point) {
    my ($range, $state) = @{$self}{qw(range state)};
    my $count = keys %{$self->{seen}};
    my $about = $range->steps_left + ($count < 2 ? 2 : $count);
    $self->{step}->progress->step('step ' . (1 + $count) . " of about $about");
    my $seen = $state->find($range->identity($point));
    if (!$seen) {
        ($seen, my $may_change) = $range->look_at($point);
        $state->add($seen) if !$may_change;
    }
    return $self->{seen}{$point} = $seen;
}

# Prints and returns the answer.
sub _judge ($self, $seen) {
    my $judged = $self->{verdicts}->judge($seen);
    push @{$self->{steps}}, $judged;
    $self->{step}->progress->summary;    # takes the line away
    print {$self->{out}} $self->{range}->columns($seen), q{ },
        $self->{paint}->($self->{verdicts}->words($judged), $seen->{verdict}), "\n",
        defined $judged->{why} && defined $seen->{log} ? "  the log: $seen->{log}\n" : ();
    return $judged->{answer};
}

# Whatever is found is plain data, as the document of --json has it.
sub _report ($self) {
    my ($range, $step, $steps, $seen) = @{$self}{qw(range step steps seen)};
    my $found = {
        schema   => 1,
        case     => $step->case,
        control  => $step->control,
        verdicts => {map { $_ => [$self->{verdicts}->names($_)] } qw(good bad)},
        good     => $seen->{$range->good},
        bad      => $seen->{$range->bad},
        suspects => [@{$seen}{$range->skipped}],
        steps    => $steps,
        boots    => sum0(map { $_->{boots} } @{$steps}),
        seconds  => sum0(map { $_->{seconds} + ($_->{built} // 0) } @{$steps}),
    };
    $found = {%{$found}, $range->facts($found)};
    my $json = Cpanel::JSON::XS->new->canonical->pretty->ascii;
    $self->{json}->write($json->encode($found)) if $self->{json};
    print {$self->{out}} "\n", Copyhang::Bisect::Report->text($found, $range->log(@{$steps}));
    return;
}

# The first two that were seen are the ends; what they show may say nothing.
sub _print_log ($self) {
    my ($range, $state, $verdicts) = @{$self}{qw(range state verdicts)};
    my @seen = ($state->read // bad_input('--log: no such bisection has begun'))->seen;
    @seen = map { $verdicts->judge($_) } @seen
        if @seen > 1 && eval { $verdicts->take_ends(@seen[0, 1]); 1 };
    print $range->log(@seen);
    return 0;
}

1;
