# SPDX-License-Identifier: GPL-2.0-only
#
# The cases again and again, in changing surroundings.
#
# See scripts/soak. draw($run) are the surroundings of a run, as Copyhang::Soak::Player takes them,
# with busy and text. They follow from the seed and the number of the run, so that a soak that goes
# on does not begin with the same ones again.
package Copyhang::Soak;

use v5.36;
use Copyhang::Failure      qw(untestable);
use Copyhang::Process      ();
use Copyhang::Progress     ();
use Copyhang::Selection    ();
use Copyhang::Soak::Player ();
use Copyhang::Soak::State  ();
use Copyhang::Surroundings ();
use IO::Handle             ();
use POSIX                  ();

# Of these one each is drawn, undef and 0 being nothing out of the ordinary. What is done to an
# emulator is not seen in the guest, but for its speed.
my %DRAW = (
    cpu    => [(undef) x 3, 100, 50, 25],
    groups => [undef,       400],
    memcpy => [undef,       Copyhang::Surroundings->memcpy_kinds],
    jobs   => [undef,       undef, 2, 64],
    busy   => [0,           0,     4],                # processes for each CPU
    cpus   => [undef,       2],                       # times those of this machine
    append => [undef,       'clocksource=jiffies'],
);
my @NATIVE = qw(cpu groups memcpy jobs busy);
my @GUEST  = qw(cpu jobs busy cpus append);

# In words, one after the other.
my @WORDS = (
    [cpu    => '%s %% of a CPU'],
    [groups => '%s groups'],
    [memcpy => 'memcpy by %s'],
    [jobs   => '%s jobs'],
    [cpus   => '%s processors'],
    [append => '%s'],
    [busy   => '%s busy per CPU'],
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
        my @load   = Copyhang::Surroundings->load($draw->{busy}, $^X, '-e', '1 while 1');
        my $result = Copyhang::Soak::Player->play($draw, $self->{arguments},
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

# The surroundings of a run: of the first one there is nothing to be said.
sub draw ($self, $run) {
    my $is_guest = defined $self->{option}{kernel};
    my %drawn    = (busy => 0);
    if ($run > 0) {
        srand $self->{option}{seed} + $run;
        for my $name ($is_guest ? @GUEST : @NATIVE) {
            my $choices = $DRAW{$name};
            next if $> != 0 && $name =~ /\A(?:cpu|groups)\z/;
            $drawn{$name} = $choices->[rand @{$choices}];
        }
    }
    $drawn{cpus} *= Copyhang::Tool->cpus if $drawn{cpus};
    my @words = map { sprintf $_->[1], $drawn{$_->[0]} } grep { $drawn{$_->[0]} } @WORDS;
    return {
        busy     => $drawn{busy},
        slow     => [_options(\%drawn, qw(cpu groups memcpy))],
        copyhang => [_options(\%drawn, qw(jobs cpus append))],
        text     => join(', ', @words) || 'plain',
    };
}

sub _options ($drawn, @names) {
    return map { ("--$_", $drawn->{$_}) } grep { defined $drawn->{$_} } @names;
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
