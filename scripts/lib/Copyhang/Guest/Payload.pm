# SPDX-License-Identifier: GPL-2.0-only
#
# Programs under test for guests.
#
# A selection of the cases that copyhang-exec plays with some commands in guests: PROGRAMS UNDER
# TEST in copyhang-matrix(1) says how they are called, and what comes along, in archive. program and
# environment are for init (fixtures/guest/init.c). What is wrong with the commands or the options
# is bad input.
package Copyhang::Guest::Payload;

use v5.36;
use parent 'Copyhang::Selection';
use Copyhang::Failure              qw(bad_input);
use Copyhang::Guest::Initramfs     ();
use Copyhang::Guest::ProgramPacker ();
use Copyhang::Output               ();
use Copyhang::Selection::Program   ();
use Copyhang::Tool                 ();
use Cwd                            ();
use File::Copy                     ();
use File::Path                     qw(make_path);
use File::Spec                     ();
use File::Temp                     ();
use List::Util                     qw(uniq);
use Text::ParseWords               ();

my $OURS     = '/copyhang';             # a folder of the guest's, as in fixtures/guest/init.c
my $COMMANDS = "$OURS/commands";
my $PLAYER   = "$OURS/copyhang-exec";
my $NAME     = 48;                      # characters of a name; ids have room for it

# What a program finds its libraries with, and others.
my @VARIABLES = qw(PATH LD_LIBRARY_PATH);

# $option: exec => [command lines], carry => [paths], and as of Copyhang::Selection::Program.
sub new ($class, $option) {
    my $root = File::Temp->newdir;
    my $self = bless {arguments => [Copyhang::Selection::Program->arguments($option)]}, $class;
    make_path("$root$COMMANDS");
    my @commands = map { [_words($_)] } uniq @{$option->{exec}};
    _name("$root$COMMANDS", @{$_}) for @commands;
    $self->{ids} =
        [Copyhang::Selection::Program->list(@{$self->{arguments}}, '--commands', "$root$COMMANDS")];

    my $packer = Copyhang::Guest::ProgramPacker->new("$root");
    $packer->pack_file($self->{folder} = Cwd::getcwd());
    for my $command (@commands) {
        my ($program, @words) = @{$command};
        my $path = Copyhang::Tool->find($program) // bad_input("there is no program $program");
        $packer->pack_program($_) for map { File::Spec->rel2abs($_) } $path, grep { -f } @words;
    }
    for my $path (@{$option->{carry} // []}) {
        bad_input("--carry: cannot find $path") if !-e $path;
        $packer->pack_all(File::Spec->rel2abs($path));
    }
    File::Copy::cp(Copyhang::Selection::Program->player, "$root$PLAYER")
        or bad_input("cannot copy the player: $!");
    Copyhang::Guest::Initramfs->archive("$root", $self->{archive} = File::Temp->new);
    return $self;
}

sub _words ($line) {
    my @words = Text::ParseWords::shellwords($line);
    return @words if @words && !grep { !defined } @words;
    bad_input("--exec wants a command line, not '$line'");
}

# Writes a command as the player reads it. Ids and files are called after its words.
sub _name ($folder, $program, @words) {
    my $name = join '_', $program =~ s{.*/}{}r, @words;
    $name = 'exec:' . substr $name =~ s/[^\w.+=-]+/_/gr =~ s/_\z//r, 0, $NAME;
    bad_input("two commands would both be called $name") if -e "$folder/$name";
    return Copyhang::Output->new("$folder/$name")->write(join q{}, map { "$_\0" } $program, @words);
}

sub archive ($self) { return $self->{archive} }

# What init is to run.
sub program ($self) { return ($PLAYER, @{$self->{arguments}}, '--commands', $COMMANDS) }

# Settings of variables.
sub environment ($self) {
    my @set = grep { ($ENV{$_} // q{}) =~ /\A[^\n]+\z/ } @VARIABLES;
    return ("PWD=$self->{folder}", map { "$_=$ENV{$_}" } @set);
}

1;
