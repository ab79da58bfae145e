# SPDX-License-Identifier: GPL-2.0-only
#
# Programs under test for guests.
#
# A selection of the cases that copyhang-exec plays with some commands in guests: PROGRAMS UNDER
# TEST in copyhang-matrix(1) says how they are called, and what comes along, in the archives of each
# architecture. program and environment are for init (fixtures/guest/init.c). What is wrong with the
# commands or the options is bad input.
package Copyhang::Guest::Payload;

use v5.36;
use parent 'Copyhang::Selection';
use Copyhang::Architecture         ();
use Copyhang::Failure              qw(bad_input);
use Copyhang::Guest::Initramfs     ();
use Copyhang::Guest::Packages      ();
use Copyhang::Guest::ProgramPacker ();
use Copyhang::Guest::Programs      ();
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

# $option: exec => [command lines], package => [names], carry => [paths], and as of
# Copyhang::Selection::Program. Without a package the programs are this machine's.
sub new ($class, $option) {
    my $commands = File::Temp->newdir;
    my $self     = bless {
        arguments => [Copyhang::Selection::Program->arguments($option)],
        named     => $commands,
        commands  => [map { [_words($_)] } uniq @{$option->{exec}}],
        carry     => $option->{carry}   // [],
        packages  => $option->{package} // [],
        folder    => Cwd::getcwd(),
    }, $class;
    _name("$commands", @{$_}) for @{$self->{commands}};
    $self->{ids} =
        [Copyhang::Selection::Program->list(@{$self->{arguments}}, '--commands', "$commands")];
    my ($missing) = grep { !-e } @{$self->{carry}};
    bad_input("--carry: cannot find $missing") if defined $missing;
    Copyhang::Guest::Packages->check(@{$self->{packages}});
    $self->prepare(Copyhang::Architecture->host, sub ($words) { }) if !@{$self->{packages}};
    return $self;
}

# Whether there are programs for more architectures than this machine's.
sub is_of_packages ($self) { return scalar @{$self->{packages}} }

# Gathers what guests of an architecture get. $tell->($words) says what is going on.
sub prepare ($self, $architecture, $tell) {
    return if $self->{archives}{$architecture};
    my $root = File::Temp->newdir;
    my $packages =
        $self->is_of_packages
        ? Copyhang::Guest::Packages->new($architecture, $tell, @{$self->{packages}})
        : undef;
    make_path("$root$COMMANDS");
    for my $file (glob "$self->{named}/*") {
        File::Copy::cp($file, "$root$COMMANDS/") or bad_input("cannot copy a command: $!");
    }
    my $packer = Copyhang::Guest::ProgramPacker->new("$root");
    $packer->pack_file($self->{folder});
    $self->_pack($packer, $packages, @{$_}) for @{$self->{commands}};
    for my $path (map { File::Spec->rel2abs($_) } @{$self->{carry}}) {
        if   ($packages) { $packer->pack_data($path) }
        else             { $packer->pack_all($path) }
    }
    my $player = Copyhang::Guest::Programs->folder($architecture) . '/copyhang-exec';
    File::Copy::cp($player, "$root$PLAYER") or bad_input("cannot copy the player: $!");
    my $own = File::Temp->new;
    Copyhang::Guest::Initramfs->archive("$root", $own);
    $self->{archives}{$architecture} = [$packages ? $packages->archive : (), $own];
    return;
}

# A command's program, and the files among its words. Of a program that is in a package nothing of
# this machine is taken; what is in none may be a script of this machine's.
sub _pack ($self, $packer, $packages, $program, @words) {
    my @files = grep { -f } @words;
    if ($packages) {
        my $path = $packages->has($program) ? undef : Copyhang::Tool->find($program);
        bad_input("there is no program $program in the packages @{$self->{packages}}")
            if defined $path ? $packer->is_elf($path) : !$packages->has($program);
        $packer->pack_file(File::Spec->rel2abs($_))
            for $path // (), grep { !$packages->has($_) } @files;
        return;
    }
    my $path = Copyhang::Tool->find($program) // bad_input("there is no program $program");
    $packer->pack_program(File::Spec->rel2abs($_)) for $path, @files;
    return;
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

# Of files, for a guest of this architecture, each to be unpacked after those before it.
sub archives ($self, $architecture) { return @{$self->{archives}{$architecture}} }

# What init is to run.
sub program ($self) { return ($PLAYER, @{$self->{arguments}}, '--commands', $COMMANDS) }

# Settings of variables.
sub environment ($self) {
    my @set = grep { ($ENV{$_} // q{}) =~ /\A[^\n]+\z/ } @VARIABLES;
    return ("PWD=$self->{folder}", map { "$_=$ENV{$_}" } @set);
}

1;
