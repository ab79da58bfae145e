# SPDX-License-Identifier: GPL-2.0-only
#
# copyhang matrix, after its options have been read: the same as run, for kernels in guests.
#
# A Copyhang::Run whose run fetches the kernels and runs the cases in them
# (Copyhang::Guest::Stream).
package Copyhang::Matrix;

use v5.36;
use parent 'Copyhang::Run';
use Copyhang::Architecture    ();
use Copyhang::Cache           ();
use Copyhang::Failure         qw(bad_input);
use Copyhang::Guest::Machine  ();
use Copyhang::Guest::Programs ();
use Copyhang::Guest::Stream   ();
use Copyhang::Kernel          ();
use Copyhang::Matrix::Report  ();
use Copyhang::Paths           ();
use Copyhang::Tool            ();
use List::Util                qw(min uniq);
use POSIX                     qw(ceil);

# For how many cases a guest gets a processor more, and how many it gets at most.
my ($PER_PROCESSOR, $PROCESSORS) = (128, 4);

# Whatever is wrong with the options' values is found here, before anything runs. Kernels that are
# named have to be there; one of the list may have gone from the archive.
sub new ($class, $option, @names) {
    my $self = bless {option => $option, report => 'Copyhang::Matrix::Report', absent => []},
        $class;
    $self->check_baselines;
    $self->{output} = Copyhang::Output->for_options($option, $self->files);
    Copyhang::Failure->catch_signals;
    if ($option->{exec}) {
        require Copyhang::Guest::Payload;
        $self->{load} = Copyhang::Guest::Payload->new($option);    # which guests have to be given
    }
    $self->{selection} = $self->{load} // Copyhang::Selection->new(@{$option->{only} // []});
    $self->{hold}      = Copyhang::Cache->new->hold;
    if (defined $option->{engine}) {
        require Copyhang::Lava::Engine;
        $self->{engine} = Copyhang::Lava::Engine->new($option);
    }
    $self->{kernels} =
        [map { Copyhang::Kernel->find($_, modules => $option->{modules}) } uniq @names];
    for my $name (@names ? () : $class->default_names(@{$option->{arch} // []})) {
        $self->_try($name, sub { push @{$self->{kernels}}, Copyhang::Kernel->find($name) });
    }
    my $host = Copyhang::Architecture->host;
    my ($foreign) = $option->{exec} ? grep { $_->architecture ne $host } @{$self->{kernels}} : ();
    bad_input($foreign->name
            . " is of another architecture than this machine's programs, $host:"
            . ' --package takes those of Debian\'s packages')
        if $foreign && !$self->{load}->is_of_packages;
    return $self;
}

# What is tested when no kernel is named: the list, and of other architectures those of its own list.
sub default_names ($class, @architectures) {
    Copyhang::Architecture->check(grep { $_ ne 'all' } @architectures);
    my %wanted = map { $_ => 1 } @architectures;
    my @others =
        grep { my ($architecture) = m{/(.*)}; $wanted{all} || $wanted{$architecture} }
        Copyhang::Paths->names_in(Copyhang::Paths->fixture('kernels-foreign'));
    return @others if @others && !$wanted{all};
    return (Copyhang::Paths->default_kernels, @others);
}

sub check_baselines ($self) {
    for my $folder (grep { defined && !-d } @{$self->{option}}{qw(baseline write-baseline)}) {
        bad_input("no folder $folder with baselines");
    }
    return;
}

# Does something with a kernel, which is left out if there is something wrong with just this one;
# all else ends the command.
sub _try ($self, $name, $code, $outcome = 'no_such_kernel') {
    return if eval { $code->(); 1 };
    my $failure = $@;
    my $message = eval { $failure->message } // die $failure;    ## no critic (RequireCarping)
    $message =~ s/\s+\z//;
    push @{$self->{absent}}, {name => $name, outcome => $outcome, cases => [], detail => $message};
    return;
}

sub run ($self) {
    my $progress = Copyhang::Progress->for_cases(scalar $self->{selection}->ids,
        kernels => scalar @{$self->{kernels}});
    my @streams = $self->_streams($progress, $self->_fetch($progress));
    $self->{engine}->collect($progress)                            if $self->{engine};
    Copyhang::Harness->play($progress, $self->{at_once}, @streams) if @streams;

    return Copyhang::Matrix::Results->new((map { $_->result } @streams), @{$self->{absent}})
        ->with(streams => \@streams);
}

# What is built here for another architecture is built with the same compilers as programs for it.
sub _fetch ($self, $progress) {
    my @fetched;
    $self->_prepare($progress, grep { $_->can('commit') } @{$self->{kernels}});
    for my $kernel (@{$self->{kernels}}) {
        my $name  = $kernel->name;
        my $tell  = sub ($text) { $progress->tell("$name: $text") };
        my $fetch = sub { $kernel->fetch($tell); push @fetched, $kernel };
        $self->_try($name, $fetch, $kernel->absence);
        Copyhang::Failure->check_signals;
    }
    $self->_prepare($progress, @fetched);
    for my $architecture ($self->{load} ? uniq map { $_->architecture } @fetched : ()) {
        my $tell = sub ($text) { $progress->tell("$architecture: $text") };
        $self->{load}->prepare($architecture, $tell);
    }
    return Copyhang::Kernel->sorted(@fetched);
}

# Programs for guests of these kernels.
sub _prepare ($self, $progress, @kernels) {
    for my $architecture (uniq map { $_->architecture } @kernels) {
        my $tell = sub ($text) { $progress->tell("$architecture: $text") };
        Copyhang::Guest::Programs->prepare($architecture, $self->{option}{'no-install'}, $tell);
    }
    return;
}

# As many guests at once as there are processors and free memory for. One guest with two processors
# is a little quicker than two with one, and its kernel runs as kernels do.
sub _streams ($self, $progress, @kernels) {
    return if !@kernels;
    my $option     = $self->{option};
    my @ids        = $self->{selection}->ids;
    my $cpus       = Copyhang::Tool->cpus;
    my $processors = $option->{cpus} // (min($cpus, $PROCESSORS, ceil(@ids / $PER_PROCESSOR)) || 1);
    my ($free) = (Copyhang::Paths->contents('/proc/meminfo') // q{}) =~ /^MemAvailable:\s+(\d+)/m;
    my $fit    = int(($free // 0) / 1024 / Copyhang::Guest::Machine->memory(@kernels));
    $self->{at_once} = min(int($cpus / $processors), $fit, scalar @kernels) || 1;
    my %common = (
        accelerator => Copyhang::Guest::Machine->accelerator_for($progress, @kernels),
        processors  => $processors,
        load        => $self->{load},
        %{$option}{qw(append jobs each)},
    );
    return map { $self->_stream($progress, %common, kernel => $_, ids => [@ids]) } @kernels;
}

sub _stream ($self, $progress, %argument) {
    my ($name, $folder) = ($argument{kernel}->name, $self->{option}{baseline});
    my $baseline = defined $folder
        && Copyhang::Baseline->of_kernel($folder, $name, $argument{kernel}->page_size);
    my %more = (
        name     => $name,
        baseline => $baseline,
        on_case  => sub ($case) { $baseline->expect($case) if $baseline },
        on_state => sub ($words) { $progress->state_of($name, $words) },
    );
    my $engine = $self->{engine} // return Copyhang::Guest::Stream->new({%argument, %more});
    return $engine->stream({%argument, %more});
}

sub record ($self, $results) {
    return Copyhang::Baseline->record($self->{option}{'write-baseline'}, $results->results);
}

1;
