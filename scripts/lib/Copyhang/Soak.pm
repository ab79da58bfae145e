# SPDX-License-Identifier: GPL-2.0-only
#
# The cases again and again, in changing surroundings.
#
# See scripts/soak. A run is played by scripts/slow and scripts/copyhang, so that all of it is in
# its surroundings, also an emulator. These follow from the seed and the number of the run, so that
# a soak that goes on does not begin with the same ones again.
package Copyhang::Soak;

use v5.36;
use Copyhang::Failure      qw(untestable);
use Copyhang::Limits       ();
use Copyhang::Paths        ();
use Copyhang::Process      ();
use Copyhang::Progress     ();
use Copyhang::Selection    ();
use Copyhang::Soak::State  ();
use Copyhang::Surroundings ();
use Copyhang::Tool         ();
use Cpanel::JSON::XS       ();
use IO::Handle             ();
use POSIX                  ();

# Each with who takes it as an option, if anybody does, where it is drawn, what of, and its words;
# undef is nothing out of the ordinary. What is done to an emulator is not seen in the guest, but
# for its speed.
my @MEMCPY       = @Copyhang::Surroundings::KINDS;
my @SURROUNDINGS = (
    [cpu    => 'slow',     'native guest', [(undef) x 3, 100, 50, 25],     '%s %% of a CPU'],
    [groups => 'slow',     'native',       [undef, 400],                   '%s groups'],
    [memcpy => 'slow',     'native',       [undef, @MEMCPY],               'memcpy by %s'],
    [jobs   => 'copyhang', 'native guest', [undef, undef, 2, 64],          '%s jobs'],
    [cpus   => 'copyhang', 'guest',        [undef, 2],                     '%s processors'],
    [append => 'copyhang', 'guest',        [undef, 'clocksource=jiffies'], '%s'],
    [busy   => undef,      'native guest', [undef, undef, 4],              '%s busy per CPU'],
);

# $option: only, kernel, minutes, verdicts, state, seed.
sub new ($class, $option) {
    my $self  = bless {option => $option}, $class;
    my @globs = @{$option->{only} // []};
    my @only  = map { ('--only', $_) } @globs;
    $self->{cases}     = scalar(() = Copyhang::Selection->new(@globs)->ids);
    $self->{arguments} = [defined $option->{kernel} ? ('matrix', $option->{kernel}) : 'run', @only];
    my $kernel = $option->{kernel} // join q{ }, (POSIX::uname())[0, 2, 3];
    $self->{state} = Copyhang::Soak::State->open($option->{state}, join q{ }, $kernel, @only);
    return $self;
}

sub main ($self) {
    Copyhang::Failure->catch_signals;
    $self->{began}    = Copyhang::Process::now();
    $self->{progress} = Copyhang::Progress->for_cases(0);
    my $done = eval { $self->_soak; 1 };
    my $why  = $@;
    $self->{progress}->summary;
    print $self->text if $self->{state}->sum('runs');
    STDOUT->flush;         # a signal's end does not
    die $why if !$done;    ## no critic (RequireCarping)
    return $self->{state}->differing ? 1 : 0;
}

sub _soak ($self) {
    my $state = $self->{state};
    while (!$self->_is_over) {
        my $draw   = $self->draw($state->sum('runs'));
        my $began  = $self->_elapsed;
        my @load   = Copyhang::Surroundings->load($draw->{busy} // 0, $^X, '-e', '1 while 1');
        my $result = $self->play($draw, $self->{arguments},
            sub { $self->_show($draw->{text}); $self->_is_over });
        Copyhang::Process->end(@load);
        last if !$result;
        $state->take($draw->{text}, $result, $self->_elapsed - $began);
        untestable('no case can be played here') if !$state->sum('verdicts');
    }
    return;
}

# In seconds.
sub _elapsed ($self) { return Copyhang::Process::now() - $self->{began} }

sub _is_over ($self) {
    my ($minutes, $verdicts) = @{$self->{option}}{qw(minutes verdicts)};
    return 1 if defined $minutes && $self->_elapsed >= 60 * $minutes;
    return defined $verdicts && $self->{state}->sum('verdicts') >= $verdicts;
}

# The surroundings of a run, plain ones for the first: what was drawn, by name; the arguments of
# slow and of copyhang; text.
sub draw ($self, $run) {
    my $where = defined $self->{option}{kernel} ? 'guest' : 'native';
    my (%draw, @words);
    srand $self->{option}{seed} + $run;
    for my $row ($run > 0 ? @SURROUNDINGS : ()) {
        my ($name, $taker, $places, $choices, $words) = @{$row};
        next if $places !~ $where || $> != 0 && $name =~ /\A(?:cpu|groups)\z/;
        my $value = $choices->[rand @{$choices}] // next;
        $value *= Copyhang::Tool->cpus if $name eq 'cpus';    # so many times those of this machine
        $draw{$name} = $value;
        push @{$draw{$taker}}, ("--$name", $value) if $taker;
        push @words, sprintf($words, $value);
    }
    return {%draw, text => join(', ', @words) || 'plain'};
}

# Plays the command with these arguments in surroundings, {slow => [arguments], copyhang => [more]}.
# Return: {cases, as JSON has them, troubles => [sentences]}; undef if it was ended, since
# $is_over->(), which is called often, was true.
sub play ($class, $surroundings, $arguments, $is_over = sub { 0 }) {
    my $scripts = Copyhang::Paths->checkout . '/scripts';
    my @slow    = ("$scripts/slow",     @{$surroundings->{slow} // []}, '--');
    my @command = ("$scripts/copyhang", @{$arguments}, @{$surroundings->{copyhang} // []});
    local $ENV{COPYHANG_PROGRAMS} = Copyhang::Paths->programs;         # nothing to install or build
    local $Copyhang::Limits::TERM_GRACE = $Copyhang::Limits::SOAKED;
    my $was_over;
    my ($status, $lines, $noise) = Copyhang::Tool->attempt(
        [@slow, @command, qw(--json -)],
        dies_by => 'TERM',
        silence => undef,
        is_over => sub { $was_over = $is_over->() },
    );
    return if $was_over;
    my $document = eval { Cpanel::JSON::XS->new->decode(join "\n", @{$lines}) };
    my ($said)   = reverse grep { /\S/ } split /\n/, $noise;
    untestable($said // "a run ended with wait status $status") if !$document;
    my @kernels  = $document->{kernels} ? @{$document->{kernels}} : $document;
    my @outcomes = grep { ($_->{outcome} // 'complete') ne 'complete' } @kernels;
    my @troubles = map  { join ': ', $_->{outcome}, $_->{detail} // () } @outcomes;
    push @troubles, map { @{$_->{troubles} // []} } @kernels;
    return {cases => [map { @{$_->{cases}} } @kernels], troubles => \@troubles};
}

sub _show ($self, $surroundings) {
    my ($minutes, $verdicts) = @{$self->{option}}{qw(minutes verdicts)};
    my $state = $self->{state};
    my @words = (
        join(q{/}, $state->sum('verdicts'), $verdicts // ()) . ' verdicts',
        $state->differing . ' differ',
        defined $minutes ? sprintf('%.0f min left', $minutes - $self->_elapsed / 60) : (),
        'run ' . ($state->sum('runs') + 1) . ": $surroundings"
    );
    return $self->{progress}->tell(join ', ', @words);
}

# What has been seen in all.
sub text ($self) {
    my $state = $self->{state};
    my $text =
        sprintf "%d verdicts of %d cases in %d runs and %.0f minutes, %d differ from the first\n",
        $state->sum('verdicts'), $self->{cases}, $state->sum('runs'),
        $state->sum('seconds') / 60, scalar $state->differing;
    $text .= $state->sum('unavailable') . " times a case was unavailable\n"
        if $state->sum('unavailable');
    my $count = $state->sum('surroundings');
    $text .= sprintf "%6d %s %s\n", $count->{$_}, $count->{$_} == 1 ? 'run: ' : 'runs:', $_
        for sort { $count->{$b} <=> $count->{$a} || $a cmp $b } keys %{$count};
    $text .= "trouble in $_\n" for @{$state->sum('troubles')};
    for my $entry ($state->differing) {
        my ($first, $then) = @{$entry}{qw(first then)};
        $text .= "$first->{case}{id}: $first->{case}{verdict} ($first->{surroundings}),"
            . " $then->{case}{verdict} in run $then->{run} ($then->{surroundings})\n";
    }
    return $text;
}

1;
