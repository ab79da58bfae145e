# SPDX-License-Identifier: GPL-2.0-only
#
# copyhang matrix, after its options have been read: the same as run, for kernels in guests.
#
# A Copyhang::Run whose run fetches the kernels and runs the cases in them
# (Copyhang::Guest::Stream). See Copyhang::Command::Matrix.
package Copyhang::Matrix;

use v5.36;
use parent 'Copyhang::Run';
use Copyhang::Cache              ();
use Copyhang::Guest::Accelerator ();
use Copyhang::Guest::Machine     ();
use Copyhang::Guest::Stream      ();
use Copyhang::Kernel             ();
use Copyhang::Matrix::Baselines  ();
use Copyhang::Matrix::Report     ();
use Copyhang::Paths              ();
use Copyhang::Progress::Kernels  ();
use List::Util                   qw(min uniq);
use POSIX                        qw(ceil);

# For how many cases a guest gets a processor more, and how many it gets at most.
my ($PER_PROCESSOR, $PROCESSORS) = (128, 4);

# Whatever is wrong with the options' values is found here, before anything runs. Kernels that are
# named have to be there; one of the list may have gone from the archive.
sub new ($class, $option, @names) {
    my $self = bless {option => $option, report => 'Copyhang::Matrix::Report', absent => []},
        $class;
    my %folder = (baseline => 'baseline', 'write-baseline' => 'record');
    for my $name (grep { defined $option->{$_} } sort keys %folder) {
        $self->{$folder{$name}} = Copyhang::Matrix::Baselines->new($option->{$name});
    }
    $self->{output} = Copyhang::Output->for_options($option, $self->files);
    Copyhang::Failure->catch_signals;
    $self->_select;
    $self->{hold} = Copyhang::Cache->new->hold;
    my %modules = map { $_ => $option->{$_} } grep { defined $option->{$_} } 'modules';
    $self->{kernels} = [map { Copyhang::Kernel->find($_, %modules) } uniq @names];
    return $self if @names;

    for my $name (Copyhang::Paths->default_kernels) {
        $self->_try($name, sub { push @{$self->{kernels}}, Copyhang::Kernel->find($name) });
    }
    return $self;
}

# Cases of the tables, or of programs under test, which guests have to be given.
sub _select ($self) {
    my $option = $self->{option};
    if ($option->{exec}) {
        require Copyhang::Guest::Payload;
        $self->{selection} = $self->{load} = Copyhang::Guest::Payload->new($option);
    }
    else { $self->{selection} = Copyhang::Selection->new(@{$option->{only} // []}) }
    return;
}

# Does something with a kernel, which is left out if there is something wrong with just this one; all
# else ends the command.
sub _try ($self, $name, $code) {
    return if eval { $code->(); 1 };
    my $failure = $@;
    my $is_ours = ref $failure && $failure->isa('Copyhang::Failure');
    die $failure if !$is_ours || !defined $failure->{message};    ## no critic (RequireCarping)
    push @{$self->{absent}},
        {
        name    => $name,
        outcome => 'no_such_kernel',
        detail  => $failure->{message} =~ s/\s+\z//r,
        cases   => [],
        };
    return;
}

sub run ($self) {
    my $progress = Copyhang::Progress::Kernels->for_kernels(scalar $self->{selection}->ids,
        scalar @{$self->{kernels}});
    my @streams = $self->_streams($progress, $self->_fetch($progress));
    Copyhang::Harness->play($progress, $self->{at_once}, @streams) if @streams;

    my @results = map { $_->result } @streams;
    $_->{baseline} = $self->{baseline} && $self->{baseline}->baseline($_->{name}) for @results;
    return Copyhang::Matrix::Results->new(@results, @{$self->{absent}})->with(streams => \@streams);
}

sub _fetch ($self, $progress) {
    my @fetched;
    for my $kernel (@{$self->{kernels}}) {
        my $name = $kernel->name;
        my $tell = sub ($text) { $progress->tell("$name: $text") };
        $self->_try($name, sub { $kernel->fetch(on_progress => $tell); push @fetched, $kernel });
        Copyhang::Failure->check_signals;
    }
    return Copyhang::Kernel->sorted(@fetched);
}

# As many guests at once as there are processors and free memory for. One guest with two processors
# is a little quicker than two with one, and its kernel runs as kernels do.
sub _streams ($self, $progress, @kernels) {
    return if !@kernels;
    my @ids        = $self->{selection}->ids;
    my $cpus       = _cpus();
    my $processors = $self->{option}{cpus}
        // (min($cpus, $PROCESSORS, ceil(@ids / $PER_PROCESSOR)) || 1);
    my $memory      = int(_free_memory() / Copyhang::Guest::Machine->memory);
    my $at_once     = min(int($cpus / $processors), $memory, scalar @kernels) || 1;
    my $accelerator = Copyhang::Guest::Accelerator->for_kernels($progress, @kernels);
    $self->{at_once} = $at_once;
    return map {
        my $kernel   = $_;
        my $baseline = $self->{baseline} && $self->{baseline}->baseline($kernel->name);
        Copyhang::Guest::Stream->new(
            {
                name        => $kernel->name,
                kernel      => $kernel,
                accelerator => $accelerator,
                processors  => $processors,
                append      => $self->{option}{append},
                jobs        => $self->{option}{jobs},
                ids         => [@ids],
                load        => $self->{load},
                on_case     => sub ($case) { $baseline->expect($case) if $baseline },
                on_state    => sub ($words) { $progress->state_of($kernel->name, $words) },
            }
        )
    } @kernels;
}

sub _cpus () {
    chomp(my $cpus = qx{nproc});
    return $cpus || 1;
}

# In MB.
sub _free_memory () {
    open my $in, '<', '/proc/meminfo' or return 0;
    my ($kib) = map { /\AMemAvailable:\s+(\d+)/ } <$in>;
    return ($kib // 0) / 1024;
}

sub record ($self, $results) {
    $self->{record}->record($_) for $results->results;
    return;
}

1;
