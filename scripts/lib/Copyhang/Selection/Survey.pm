# SPDX-License-Identifier: GPL-2.0-only
#
# A selection of cases: a list of programs under test, from a file.
#
# Each program is put through the same cases (Copyhang::Selection::Program). Where a row of the
# table of cascades (cases/strategies.c) claims to copy as a program does, a program that copies
# through this row is tried as well, and take compares what both were seen to do: mismatches of
# members. Of several rows, which stand for several versions of the program, one has to agree.
package Copyhang::Selection::Survey;

use v5.36;
use parent 'Copyhang::Selection';
use Copyhang::Failure            qw(bad_input untestable);
use Copyhang::Selection::Program ();
use Copyhang::Tool               ();
use List::Util                   qw(uniq);
use Text::ParseWords             ();

my $NO_ROW = q{-};

# $option: as of Copyhang::Selection::Program.
sub new ($class, $option, $path) {
    my $self = bless {option => $option, programs => [_read($path)]}, $class;
    my @here = grep { $_->{installed} } @{$self->{programs}};
    $self->_add($_->{name}, @{$_->{command}}) for @here;
    untestable("of the programs of $path none is installed") if !@here;

    # Refuses what is no row.
    Copyhang::Selection->new(map { "*/$_/*" } map { @{$_->{rows}} } @{$self->{programs}});
    my $player = Copyhang::Selection::Program->player;
    $self->_add(_row_name($_), $player, '--copy', $_) for uniq map { @{$_->{rows}} } @here;
    $self->{ids} = [map { $_->ids } @{$self->{parts}}];
    return $self;
}

sub _add ($self, $name, @command) {
    my %option = (%{$self->{option}}, name => $name);
    push @{$self->{parts}}, Copyhang::Selection::Program->new(\%option, @command);
    return;
}

sub _row_name ($row) { return "row $row" }

# A line: its name, the package that has it, rows of our table that claim to copy as it does, and
# the command.
sub _read ($path) {
    open my $in, '<', $path or bad_input("cannot read $path: $!");
    my (@programs, %seen);
    while (my $line = <$in>) {
        next if $line =~ /\A\s*(?:#|\z)/;
        my %program = (mismatches => []);
        (@program{qw(name package rows)}, my $words) = split q{ }, $line, 4;
        my @command = Text::ParseWords::shellwords($words // q{});
        bad_input("$path:$.: a line is NAME PACKAGE ROWS COMMAND...") if !@command;
        bad_input("$path:$.: a second program called $program{name}") if $seen{$program{name}}++;
        $program{rows} = [grep { $_ ne $NO_ROW } split /,/, $program{rows}];
        @program{qw(command installed)} = (\@command, defined Copyhang::Tool->find($command[0]));
        push @programs, \%program;
    }
    bad_input("cannot read $path: $!")  if !close $in;
    bad_input("$path names no program") if !@programs;
    return @programs;
}

sub is_whole ($self) { return 0 }

sub programs ($self) {
    return map { $_->programs } @{$self->{parts}};
}

# Those of the rows are there to be compared with.
sub take ($self, @streams) {
    my %stream = map { $_->name => $_ } @streams;
    my @taken;
    for my $program (grep { $_->{installed} } @{$self->{programs}}) {
        my $stream = $stream{$program->{name}};
        $_->{program} = $program->{name} for $stream->cases;
        push @taken, $stream;
        my @rows = map { [$_, $stream{_row_name($_)}] } @{$program->{rows}};
        $program->{mismatches} = _mismatches($stream, @rows) if @rows;
    }
    return @taken;
}

# What a program does that none of the rows does: of the row that comes closest, all differences.
sub _mismatches ($stream, @rows) {
    my @differences;
    for my $row (@rows) {
        my ($name, $other) = @{$row};
        my %cascade = map { $_->{id} => $_->value('cascade') } $other->cases;
        my @pairs   = map {
            {
                id      => $_->{id},
                row     => $name,
                program => $_->value('cascade'),
                table   => $cascade{$_->{id}}
            }
        } grep { $_->is_known } $stream->cases;
        push @differences, [grep { ($_->{program} // q{}) ne ($_->{table} // q{}) } @pairs];
    }
    my ($least) = sort { @{$a} <=> @{$b} } @differences;
    return $least;
}

# All programs of the file; those that are not installed were not tried.
sub members ($self) { return @{$self->{programs}} }

sub document ($self) {
    my @programs = map { +{%{$_}, installed => $_->{installed} ? \1 : \0} } @{$self->{programs}};
    return (programs => \@programs);
}

1;
