# SPDX-License-Identifier: GPL-2.0-only
package Copyhang::Run;

use strict;
use warnings;
use feature 'signatures';
no warnings 'experimental::signatures';

use Copyhang::Baseline  ();
use Copyhang::Document  ();
use Copyhang::Failure   ();
use Copyhang::Harness   ();
use Copyhang::Output    ();
use Copyhang::Progress  ();
use Copyhang::Report    ();
use Copyhang::Selection ();
use Time::HiRes         qw(time);

# Whatever is wrong with the options' values is found here, before anything runs. Without a
# selection the options choose among the cases of the tables.
sub new ($class, $option, %how) {
    my $self = bless {option => $option, report => 'Copyhang::Report', %how}, $class;
    $self->{selection} //= Copyhang::Selection->new(@{$option->{only} // []});
    $self->{baseline} = Copyhang::Baseline->read($option->{baseline})
        if defined $option->{baseline};
    $self->{to_stdout} = ($option->{json} // q{}) eq '-';
    $self->{output} =
        Copyhang::Output->for_options($option, qw(write-baseline json junit html archive));
    return $self;
}

sub main ($self) {
    my $began    = time;
    my $baseline = $self->{baseline};
    Copyhang::Failure->catch_signals;
    my @streams = Copyhang::Harness->run(
        selection => $self->{selection},
        jobs      => $self->{option}{jobs},
        formatter => Copyhang::Progress->for_cases(scalar $self->{selection}->ids),
        on_case   => $baseline ? sub ($case) { $baseline->expect($case) } : sub ($case) { },
    );
    my @troubles = map { $_->troubles } @streams;
    @streams = $self->{selection}->take(@streams);
    my %result = (
        kernel    => Copyhang::Document->kernel,
        cases     => [map { $_->cases } @streams],
        troubles  => \@troubles,
        seconds   => time - $began,
        baseline  => $baseline,
        selection => $self->{selection},
    );
    $self->_write_files(\%result, @streams);
    $self->_print(\%result);
    Copyhang::Failure->check_signals;
    return $self->_status(\%result);
}

sub _write_files ($self, $result, @streams) {
    my $output = $self->{output};
    my @cases  = @{$result->{cases}};
    $output->{'write-baseline'}->write(Copyhang::Baseline->text($result->{kernel}, {}, @cases))
        if $output->{'write-baseline'};
    $output->{json}->write($self->_json($result)) if $output->{json};
    if ($output->{junit}) {
        require Copyhang::JUnit;
        $output->{junit}->write(Copyhang::JUnit->text(@streams));
    }
    if ($output->{html}) {
        require Copyhang::Html;
        $output->{html}->write(Copyhang::Html->text($result));
    }
    if ($output->{archive}) {
        require Copyhang::Archive;
        $output->{archive}->write(
            Copyhang::Archive->bytes($self->{option}{archive}, $result->{kernel}, @streams));
    }
    return;
}

sub _json ($self, $result) {
    return Copyhang::Document->text(@{$result}{qw(kernel cases troubles)},
        $self->{selection}->document);
}

sub _print ($self, $result) {
    print $self->_json($result) if $self->{to_stdout};
    my $out = $self->{to_stdout} ? \*STDERR : \*STDOUT;
    print {$out} $self->{report}->text(
        $result,
        verbose => $self->{option}{verbose},
        colour  => -t $out && !length($ENV{NO_COLOR} // q{}),
    );
    return;
}

sub _status ($self, $result) {
    my @cases = @{$result->{cases}};
    return 125 if !grep { $_->is_known } @cases;
    return 1   if @{$result->{troubles}};
    my $records = $self->{output}{'write-baseline'} && !$self->{baseline};
    return 1 if grep { $_->is_failing && !($records && $_->is_known) } @cases;
    return 0;
}

1;

__END__

=head1 NAME

Copyhang::Run - copyhang run, after its options have been read

=head1 DESCRIPTION

C<new> checks what can be checked before anything runs: the selection, the baseline, and whether
the files can be written. C<selection> may be of another kind than L<Copyhang::Selection>, and
C<report> name another class than L<Copyhang::Report>. C<main> runs, writes the files, prints the report, and returns the exit
status. See L<Copyhang::Command::Run>.

=cut
