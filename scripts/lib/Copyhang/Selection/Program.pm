# SPDX-License-Identifier: GPL-2.0-only
#
# A selection of cases: what programs under test are put through, one or those of a file.
#
#     my $selection = Copyhang::Selection::Program->new({source => ['pty']}, 'busybox', 'cat');
#     my $survey    = Copyhang::Selection::Program->new({survey => 'fixtures/programs'});
#
# These are cases that copyhang-exec plays. What is wrong with a command or the options is bad
# input: list has the player say so.
#
# Where a row claims to copy as a program of the file does (SURVEYS in copyhang-exec(1)), take
# compares what both were seen to do: mismatches of members. Of several rows, which stand for
# several versions of the program, one has to agree.
package Copyhang::Selection::Program;

use v5.36;
use parent 'Copyhang::Selection';
use Copyhang::Failure qw(bad_input untestable);
use Copyhang::Paths   ();
use Copyhang::Survey  ();
use Copyhang::Tool    ();

# $option: source, sink, act => [...], reverse, survey (a file), install (what is missing of it),
# record (a file), as of the command line. A survey looks both ways, unless told otherwise.
sub new ($class, $option, @command) {
    my $self = bless {arguments => [$class->arguments($option)], record => $option->{record}},
        $class;
    my $path = $option->{survey};
    $self->{members} =
        [defined $path ? Copyhang::Survey->read($path) : _only(@command)];
    $self->{left_out} = {defined $path ? Copyhang::Survey->left_out($path) : ()};
    my $chooses = !defined $path || grep { defined $option->{$_} } qw(source sink reverse);
    if ($option->{install}) {
        require Copyhang::Survey::Install;
        Copyhang::Survey::Install->install($self->members);
    }
    my @here = grep { $_->{installed} } $self->members;
    untestable("of the programs of $path none is installed") if !@here;
    for my $member (@here) {
        $member->{meets} = $chooses ? [] : @{$member->{ends}} ? $member->{ends} : ['--both'];
        $self->_add(_name($member), $member->{meets}, @{$member->{command}});
    }
    $self->_add_rows(@here);
    $self->{ids} = [map { @{$_->{ids}} } $self->programs];
    return $self;
}

# The rows that claim to be programs, each at the ends that these meet.
sub _add_rows ($self, @here) {
    my @globs = map { "*/$_/*" } map { @{$_->{rows}} } $self->members;
    Copyhang::Selection->new(@globs) if @globs;    # refuses what is no row
    my %played;
    for my $member (@here) {
        for my $row (@{$member->{rows}}) {
            my $name = _row_name($row, $member);
            next if $played{$name}++;
            $self->_add($name, $member->{meets}, $self->player, '--copy', $row);
        }
    }
    return;
}

sub _only (@command) { return {command => \@command, installed => 1, rows => []} }

# The file that is to have what was seen, and what it has; undef.
sub recorded ($self) { return $self->{record} }

# Which programs the file names to say why they are not tried: (name => why).
sub left_out ($self) { return %{$self->{left_out}} }

# Of the stream of a program, and of a row at the ends that this one meets.
sub _name     ($member)       { return $member->{name} // 'exec' }
sub _row_name ($row, $member) { return join q{ }, 'row', $row, @{$member->{meets}} }

sub _add ($self, $name, $ends, @command) {
    my @arguments = (@{$self->{arguments}}, @{$ends}, '--', @command);
    my @ids       = $self->list(@arguments);
    push @{$self->{played}}, {name => $name, arguments => \@arguments, ids => \@ids};
    return;
}

# Of the player, which know all of them.
sub arguments ($class, $option) {
    my @arguments = map {
        my $name = $_;
        map { ("--$name", $_) } @{$option->{$name} // []}
    } qw(source sink act);
    return (@arguments, $option->{reverse} ? '--reverse' : ());
}

# The ids of the cases that the player has with these arguments.
sub list ($class, @arguments) {
    my ($status, $ids, $noise) = Copyhang::Tool->attempt([$class->player, '--list', @arguments]);
    bad_input($noise =~ s/\Acopyhang-exec: | [(]see --help[)]\s*\z//gr) if $status // 1;
    return @{$ids};
}

# The program that plays the cases; as a strategy it stands for the program under test, too.
sub player ($class) {
    my $path = Copyhang::Paths->programs . '/copyhang-exec';
    return -x $path ? $path : untestable("there is no $path");
}

sub programs ($self) {
    return map { +{%{$_}, command => [$self->player, @{$_->{arguments}}]} } @{$self->{played}};
}

# Those of the rows are there to be compared with.
sub take ($self, @streams) {
    my %stream = map { $_->name => $_ } @streams;
    my @taken;
    for my $member (grep { $_->{installed} } $self->members) {
        my $stream = $stream{_name($member)};
        $_->{program} = $member->{name} for $stream->cases;
        push @taken, $stream;
        my @rows = map { [$_, $stream{_row_name($_, $member)}] } @{$member->{rows}};
        $member->{mismatches} = _mismatches($stream, @rows) if @rows;
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
        push @differences, [grep { !_agree(@{$_}{qw(program table)}) } @pairs];
    }
    my ($least) = sort { @{$a} <=> @{$b} } @differences;
    return $least;
}

# Of two cascades one may go on where the other one was cut off, at the end of its case. However they
# wait for descriptors, they wait: a row does so by ppoll(2).
sub _agree (@cascades) {
    my $waits = qr/\A(?:epoll_p?wait2?|poll|ppoll|pselect6|select)\b/;
    my @both  = map {
        [map { s/$waits/poll/r } split /, then /, $_ // q{}]
    } @cascades;
    my ($short, $long) = sort { @{$a} <=> @{$b} } @both;
    return 0 if !@{$short} != !@{$long};
    return !grep { $short->[$_] ne $long->[$_] } 0 .. $#{$short};
}

# The programs under test, each with what the document says of it: those of a file have a name, and
# those that are not installed were not tried.
sub members ($self) { return @{$self->{members}} }

sub document ($self) {
    my @members = $self->members;
    return (command => $members[0]{command}) if !defined $members[0]{name};
    my @keys = qw(name package command rows mismatches since);
    return (programs => [map { +{%{$_}{@keys}, installed => $_->{installed} ? \1 : \0} } @members]);
}

1;
