# SPDX-License-Identifier: GPL-2.0-only
package Copyhang::Matrix;

use strict;
use warnings;
use feature 'signatures';
no warnings 'experimental::signatures';

use Copyhang::Cache              ();
use Copyhang::Failure            qw(bad_input);
use Copyhang::Guest::Accelerator ();
use Copyhang::Guest::Machine     ();
use Copyhang::Guest::Stream      ();
use Copyhang::Harness            ();
use Copyhang::Kernel             ();
use Copyhang::Matrix::Baselines  ();
use Copyhang::Matrix::Changes    ();
use Copyhang::Matrix::Document   ();
use Copyhang::Matrix::Report     ();
use Copyhang::Matrix::Results    ();
use Copyhang::Output             ();
use Copyhang::Place              ();
use Copyhang::Progress::Kernels  ();
use Copyhang::Selection          ();
use List::Util                   qw(min uniq);
use POSIX                        qw(ceil);
use Time::HiRes                  qw(time);

# For how many cases a guest gets a processor more, and how many it gets at most.
my ($PER_PROCESSOR, $PROCESSORS) = (128, 4);

# Whatever is wrong with the options' values is found here, before anything runs. Kernels that are
# named have to be there; one of the list may have gone from the archive.
sub new ($class, $option, @names) {
    my $self = bless {option => $option, absent => []}, $class;
    for my $name (qw(baseline write-baseline)) {
        $self->{$name} = Copyhang::Matrix::Baselines->new($option->{$name})
            if defined $option->{$name};
    }
    $self->{to_stdout} = ($option->{json} // q{}) eq '-';
    $self->{output}    = Copyhang::Output->for_options($option, qw(json junit html archive));
    Copyhang::Failure->catch_signals;
    $self->_select;
    $self->{hold} = Copyhang::Cache->new->hold;
    my %modules = map { $_ => $option->{$_} } grep { defined $option->{$_} } 'modules';
    if (@names) {
        $self->{kernels} = [map { Copyhang::Kernel->find($_, %modules) } uniq @names];
    }
    else {
        $self->_take(sub ($name) { Copyhang::Kernel->find($name) },
            Copyhang::Place->default_kernels);
    }
    return $self;
}

# Cases of the tables, or of programs under test, which guests have to be given.
sub _select ($self) {
    my $option = $self->{option};
    if ($option->{exec}) {
        require Copyhang::Guest::Load;
        $self->{selection} = $self->{load} = Copyhang::Guest::Load->new($option);
    }
    else { $self->{selection} = Copyhang::Selection->new(@{$option->{only} // []}) }
    return;
}

sub _take ($self, $find, @names) {
    for my $name (@names) {
        my $kernel = eval { $find->($name) };
        if ($kernel) { push @{$self->{kernels}}, $kernel }
        else         { $self->_leave_out($name, $@) }
    }
    return;
}

# Only what is wrong with this one kernel; all else ends the command.
sub _leave_out ($self, $name, $failure) {
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

sub selection ($self) {
    return $self->{selection};
}

sub main ($self) {
    my $began = time;
    my ($results, @streams) = $self->run;
    $self->_write_files($results, @streams);
    $self->_print($results, time - $began);
    Copyhang::Failure->check_signals;
    return $self->_status($results);
}

# Returns the results, of Copyhang::Matrix::Results, and the streams that they are from.
sub run ($self) {
    my $progress = Copyhang::Progress::Kernels->for_kernels(scalar $self->{selection}->ids,
        scalar @{$self->{kernels} // []});
    $self->_fetch($progress);
    my @kernels = Copyhang::Kernel->sorted(@{$self->{kernels}});
    my @streams = $self->_streams($progress, @kernels);
    Copyhang::Harness->play($progress, $self->{at_once}, @streams) if @streams;

    my @results = map { $_->result } @streams;
    $_->{baseline} = $self->{baseline} && $self->{baseline}->baseline($_->{name}) for @results;
    return (Copyhang::Matrix::Results->new(@results, @{$self->{absent}}), @streams);
}

sub _fetch ($self, $progress) {
    my @kernels = @{$self->{kernels}};
    $self->{kernels} = [];
    for my $kernel (@kernels) {
        my $name = $kernel->name;
        eval {
            $kernel->fetch(on_progress => sub ($text) { $progress->tell("$name: $text") });
            push @{$self->{kernels}}, $kernel;
        } or $self->_leave_out($name, $@);
        Copyhang::Failure->check_signals;
    }
    return;
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

sub _write_files ($self, $results, @streams) {
    my ($option, $output) = @{$self}{qw(option output)};
    if ($self->{'write-baseline'}) {
        $self->{'write-baseline'}->record($_) for $results->results;
    }
    $output->{json}->write($self->_json($results)) if $output->{json};
    if ($output->{junit}) {
        require Copyhang::JUnit;
        $output->{junit}->write(Copyhang::JUnit->text(@streams));
    }
    if ($output->{html}) {
        require Copyhang::Matrix::Html;
        $output->{html}->write(
            Copyhang::Matrix::Html->text(
                $results,
                changes   => Copyhang::Matrix::Changes->new,
                selection => $self->{selection}
            )
        );
    }
    if ($output->{archive}) {
        require Copyhang::Archive;
        $output->{archive}->write(Copyhang::Archive->bytes($option->{archive}, {}, @streams));
    }
    return;
}

sub _json ($self, $results) {
    return Copyhang::Matrix::Document->text($results, Copyhang::Matrix::Changes->new);
}

sub _print ($self, $results, $seconds) {
    print $self->_json($results) if $self->{to_stdout};
    my $out = $self->{to_stdout} ? \*STDERR : \*STDOUT;
    print {$out} Copyhang::Matrix::Report->text(
        $results,
        changes   => Copyhang::Matrix::Changes->new,
        selection => $self->{selection},
        verbose   => $self->{option}{verbose},
        seconds   => $seconds,
        colour    => -t $out && !length($ENV{NO_COLOR} // q{}),
    );
    return;
}

# Who records what is has no expectations yet.
sub _status ($self, $results) {
    my $status = $results->status;
    return $status if $status != 1 || !$self->{'write-baseline'} || $self->{baseline};
    for my $result ($results->results) {
        return 1 if $result->{outcome} ne 'complete' || @{$result->{troubles}};
        return 1 if grep { !$_->is_known && $_->is_failing } @{$result->{cases}};
    }
    return 0;
}

1;

__END__

=head1 NAME

Copyhang::Matrix - copyhang matrix, after its options have been read

=head1 DESCRIPTION

C<new> checks what can be checked before anything runs. C<run> fetches the kernels and runs the cases in
them (L<Copyhang::Guest::Stream>). C<main> does so, writes the files, prints the report, and returns the exit status. See
L<Copyhang::Command::Matrix>.

=cut
