# SPDX-License-Identifier: GPL-2.0-only
#
# The cases again and again, in changing surroundings.
#
# See scripts/soak. draw($run) are the surroundings of a run, as Copyhang::Soak::Player takes them,
# with busy, processes for each CPU, and text. They follow from the seed and the number of the run,
# so that a soak that goes on does not begin with the same ones again.
package Copyhang::Soak;

use v5.36;
use Copyhang::Failure      qw(bad_input untestable);
use Copyhang::ProcessGroup ();
use Copyhang::Progress     ();
use Copyhang::Selection    ();
use Copyhang::Soak::Player ();
use Copyhang::Soak::State  ();
use Copyhang::Surroundings ();
use IO::Handle             ();
use POSIX                  ();
use Time::HiRes            qw(clock_gettime CLOCK_MONOTONIC);

my $BUSY = 4;    # processes for each CPU

# Of these one each is drawn, undef and 0 being nothing out of the ordinary. What is done to an
# emulator is not seen in the guest, but for its speed.
my %DRAW = (
    cpu    => [(undef) x 3, 100, 50, 25],
    groups => [undef,       400],
    memcpy => [undef,       Copyhang::Surroundings->memcpy_kinds],
    jobs   => [undef,       undef, 2, 64],
    busy   => [0,           0,     $BUSY],
    cpus   => [undef,       2],                       # times those of this machine
    append => [undef,       'clocksource=jiffies'],
);
my @NATIVE = qw(cpu groups memcpy jobs busy);
my @GUEST  = qw(cpu jobs busy cpus append);

# $option: only, kernel, minutes, verdicts, state, seed.
sub new ($class, $option) {
    my $self = bless {option => $option, load => []}, $class;
    my @only = map { ('--only', $_) } @{$option->{only} // []};
    $self->{cases}     = scalar(() = Copyhang::Selection->new(@{$option->{only} // []})->ids);
    $self->{arguments} = [defined $option->{kernel} ? ('matrix', $option->{kernel}) : 'run', @only];
    my $kernel = $option->{kernel} // join q{ }, (POSIX::uname())[0, 2, 3];
    $self->{state} =
        Copyhang::Soak::State->open($option->{state}, join q{ }, $kernel, @only);
    return $self;
}

sub main ($self) {
    Copyhang::Failure->catch_signals;
    $self->{began}    = _now();
    $self->{progress} = Copyhang::Progress->for_cases(0);
    my $done = eval { $self->_soak; 1 };
    my $why  = $@;
    $self->_rest;
    $self->{progress}->summary;
    print $self->text if $self->{state}->count('runs');
    STDOUT->flush;         # a signal's end does not
    die $why if !$done;    ## no critic (RequireCarping)
    return $self->{state}->differing ? 1 : 0;
}

sub _soak ($self) {
    my $state = $self->{state};
    while (!$self->_is_over) {
        my $draw  = $self->draw($state->count('runs'));
        my $began = _now();
        $self->_be_busy($draw->{busy});
        my $result = Copyhang::Soak::Player->play($draw, $self->{arguments},
            sub { $self->_show($draw->{text}); $self->_is_over });
        $self->_rest;
        last if !$result;
        $state->take($draw->{text}, $result, _now() - $began);
        untestable('no case can be played here') if !$state->count('verdicts');
    }
    return;
}

sub _is_over ($self) {
    my $option = $self->{option};
    return 1 if defined $option->{minutes} && _now() - $self->{began} >= 60 * $option->{minutes};
    return defined $option->{verdicts} && $self->{state}->count('verdicts') >= $option->{verdicts};
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
    $drawn{cpus} *= _cpus() if $drawn{cpus};
    my @more = (
        defined $drawn{jobs}   ? "$drawn{jobs} jobs"         : (),
        defined $drawn{cpus}   ? "$drawn{cpus} processors"   : (),
        defined $drawn{append} ? $drawn{append}              : (),
        $drawn{busy}           ? "$drawn{busy} busy per CPU" : (),
    );
    my $slow = Copyhang::Surroundings->new(\%drawn)->text;
    return {
        busy     => $drawn{busy},
        slow     => [_options(\%drawn, qw(cpu groups memcpy))],
        copyhang => [_options(\%drawn, qw(jobs cpus append))],
        text     => join(', ', $slow eq 'plain' && @more ? () : $slow, @more),
    };
}

sub _options ($drawn, @names) {
    return map { ("--$_", $drawn->{$_}) } grep { defined $drawn->{$_} } @names;
}

# Each in a session of its own: where sessions share the CPUs (sched_autogroup), a session of them all
# would be hardly a load.
sub _be_busy ($self, $per_cpu) {
    for (1 .. $per_cpu * _cpus()) {
        my @command = Copyhang::ProcessGroup->single('KILL', $^X, '-e', '1 while 1');
        my $pid     = fork // untestable("cannot fork: $!");
        if (!$pid) {
            POSIX::setsid();
            exec {$command[0]} @command or POSIX::_exit(127);
        }
        push @{$self->{load}}, $pid;
    }
    return;
}

sub _rest ($self) {
    my @load = splice @{$self->{load}};
    kill 'KILL', @load;
    waitpid $_, 0 for @load;
    return;
}

sub _cpus () {
    chomp(my $cpus = qx{nproc});
    return $cpus || 1;
}

sub _show ($self, $surroundings) {
    my ($option, $state) = @{$self}{qw(option state)};
    my @words = (
        $state->count('verdicts')
            . (defined $option->{verdicts} ? "/$option->{verdicts}" : q{})
            . ' verdicts',
        $state->differing . ' differ'
    );
    push @words, sprintf '%.0f min left', $option->{minutes} - (_now() - $self->{began}) / 60
        if defined $option->{minutes};
    $self->{progress}
        ->tell(join ', ', @words, "run " . ($state->count('runs') + 1) . ": $surroundings");
    return;
}

# What has been seen in all.
sub text ($self) {
    my $state = $self->{state};
    my $text =
        sprintf "%d verdicts of %d cases in %d runs and %.0f minutes, %d differ from the first\n",
        $state->count('verdicts'), $self->{cases}, $state->count('runs'),
        $state->count('seconds') / 60, scalar $state->differing;
    $text .= $state->count('unavailable') . " times a case was unavailable\n"
        if $state->count('unavailable');
    my $count = $state->surroundings;
    $text .= sprintf "%6d %s %s\n", $count->{$_}, $count->{$_} == 1 ? 'run: ' : 'runs:', $_
        for sort { $count->{$b} <=> $count->{$a} || $a cmp $b } keys %{$count};
    $text .= "trouble in $_\n" for $state->troubles;
    for my $entry ($state->differing) {
        my ($first, $then) = @{$entry}{qw(first then)};
        $text .= "$first->{case}{id}: $first->{case}{verdict} ($first->{surroundings}),"
            . " $then->{case}{verdict} in run $then->{run} ($then->{surroundings})\n";
    }
    return $text;
}

sub _now () { return clock_gettime(CLOCK_MONOTONIC) }

1;
