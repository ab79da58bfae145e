# SPDX-License-Identifier: GPL-2.0-only
#
# A selection of cases: what one program under test is put through.
#
#     my $selection = Copyhang::Selection::Program->new({source => ['pty']}, 'busybox', 'cat');
#
# These are cases that copyhang-exec plays. What is wrong with the command or the options is bad
# input: list has the player say so.
package Copyhang::Selection::Program;

use v5.36;
use parent 'Copyhang::Selection';
use Copyhang::Failure qw(bad_input untestable);
use Copyhang::Paths   ();
use Copyhang::Tool    ();

# $option: source, sink, act => [...], reverse, as of the command line, and the name of its stream.
sub new ($class, $option, @command) {
    my $self = bless {name => $option->{name} // 'exec', command => \@command}, $class;
    $self->{arguments} = [$class->arguments($option), '--', @command];
    $self->{ids}       = [$class->list(@{$self->{arguments}})];
    return $self;
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

sub is_whole ($self) { return 0 }

sub programs ($self) {
    my @command = ($self->player, @{$self->{arguments}});
    return {name => $self->{name}, command => \@command, ids => $self->{ids}};
}

sub document ($self) { return (command => $self->{command}) }

# The programs under test, each with what the document says of it.
sub members ($self) { return {$self->document} }

# The program that plays the cases; as a strategy it stands for the program under test, too.
sub player ($class) {
    my $path = Copyhang::Paths->programs . '/copyhang-exec';
    return -x $path ? $path : untestable("there is no $path");
}

1;
