# SPDX-License-Identifier: GPL-2.0-only
#
# copyhang run, after its options have been read: plays, writes the files, reports.
#
# new checks what can be checked before anything runs. main plays the cases, writes the files,
# prints the report, and returns the exit status. To add a kind of file is to add a row to @FILES
# and a module in Report/, which makes its text of a Copyhang::Matrix::Results and the file's name.
package Copyhang::Run;

use v5.36;
use Copyhang::Baseline        ();
use Copyhang::Failure         ();
use Copyhang::Harness         ();
use Copyhang::Matrix::Results ();
use Copyhang::Output          ();
use Copyhang::Progress        ();
use Copyhang::Report          ();
use Copyhang::Selection       ();
use POSIX                     ();
use Time::HiRes               qw(time);

# What makes the file of an option, in the order in which they are written; that of JSON may be
# standard output, which is written when all else could be.
my @FILES = (
    [junit   => 'Tap',      'junit'],
    [html    => 'Html',     'text'],
    [archive => 'Tap',      'archive'],
    [record  => 'Survey',   'record'],
    [json    => 'Document', 'text'],
);

# %how: a selection of another kind than Copyhang::Selection, of which the options choose; the name
# of another report than Copyhang::Report; page, what makes the file of --html instead of Html.
sub new ($class, $option, %how) {
    my $self = bless {option => $option, report => 'Copyhang::Report', %how}, $class;
    $self->{selection} //= Copyhang::Selection->new(@{$option->{only} // []});
    $self->{baseline} = Copyhang::Baseline->read($option->{baseline})
        if defined $option->{baseline};
    $self->{output} = Copyhang::Output->for_options($option, 'write-baseline', $self->files);
    return $self;
}

# The options that name a file.
sub files ($class) {
    return map { $_->[0] } @FILES;
}

sub main ($self) {
    my ($option, $output) = @{$self}{qw(option output)};
    my $began   = time;
    my $results = $self->run->with(selection => $self->{selection}, seconds => time - $began);
    $self->record($results) if defined $option->{'write-baseline'};
    for my $file (grep { $output->{$_->[0]} } @FILES) {
        my ($name, $module, $method) = @{$file};
        $module = $self->{page} // $module if $name eq 'html';
        require "Copyhang/Report/$module.pm";
        my $text = "Copyhang::Report::$module"->$method($results, $option->{$name});
        $output->{$name}->write($text);
    }
    my ($out, $colour) = Copyhang::Output->for_people($option);
    my %how = (verbose => $option->{verbose}, colour => $colour);
    print {$out} $self->{report}->text($results, %how);
    Copyhang::Failure->check_signals;
    return $results->status(defined $option->{'write-baseline'} && !defined $option->{baseline});
}

# Plays the cases. Returns the results, of Copyhang::Matrix::Results.
sub run ($self) {
    my ($selection, $baseline) = @{$self}{qw(selection baseline)};
    Copyhang::Failure->catch_signals;
    my @acts    = (acts => !$selection->can('members'));
    my @streams = Copyhang::Harness->run(
        %{$self->{option}}{qw(jobs each)},
        selection => $selection,
        formatter => Copyhang::Progress->for_cases(scalar $selection->ids, @acts),
        on_case   => sub ($case) { $baseline->expect($case) if $baseline },
    );
    my %result = (outcome => 'complete', baseline => $baseline);
    @result{qw(release version machine)} = (POSIX::uname())[2 .. 4];
    $result{troubles}                    = [map { $_->troubles } @streams];
    @streams                             = $selection->take(@streams);
    $result{cases}                       = [map { $_->cases } @streams];
    return Copyhang::Matrix::Results->new(\%result)->with(streams => \@streams);
}

sub record ($self, $results) {
    return $self->{output}{'write-baseline'}->write(Copyhang::Baseline->text($results->running));
}

1;
