# SPDX-License-Identifier: GPL-2.0-only
#
# The collection as a folder for the kernel's tools/testing/selftests.
package Copyhang::Export::Kselftest;

use v5.36;
use Copyhang::Failure qw(bad_input untestable);
use Copyhang::Paths   ();
use List::Util        qw(uniq);

my $PROGRAM   = 'copyhang-cases';
my $SELFTESTS = 'tools/testing/selftests';
my $MARK      = qr/^TEST_PROGS_EXTENDED := \Q$PROGRAM\E$/m;    # of a Makefile that is ours

my $INTERPRETED = 3;                                           # a program header: PT_INTERP

# What a program is built for, by the number in its header: what uname and the kernel call that.
my %MACHINES = (
    21  => 'ppc64le powerpc',
    22  => 's390x s390',
    62  => 'x86_64 x86',
    183 => 'aarch64 arm64',
    243 => 'riscv64 riscv',
    258 => 'loongarch64 loongarch',
);

sub summary ($class) { return q{the collection as a folder for the kernel's selftests} }
sub options ($class) { return qw(into=s) }
sub purpose ($class) { return 'run' }

sub export ($class, $option, @arguments) {
    Copyhang::Command->no_more(\@arguments, 'a kernel tree goes with --into');
    my $folder = _folder($option->{into});
    require Copyhang::Output;
    require Copyhang::Tool;
    my $program  = Copyhang::Paths->cases;
    my @ids      = Copyhang::Tool->run('list the cases', [$program, '--list']);
    my @acts     = uniq map { s{/.*}{}r } @ids;
    my $contents = Copyhang::Paths->contents($program) // untestable("cannot read $program: $!");
    my %file     = (
        $PROGRAM => $contents,
        (map { $_ => _fixture($_) } qw(config settings)),
        (map { $_ => _fixture('act') } @acts),
    );
    $file{Makefile} =
        _fixture('Makefile.in') =~ s/\@ACTS\@/join " \\\n\t", @acts/er =~
        s/\@MACHINES\@/_machines($contents)/er;
    _write($folder, \%file, $PROGRAM, @acts);
    printf "%s: %d tests, %d cases\n", $folder, scalar @acts, scalar @ids;
    return 0;
}

# One that is there already has to be ours; what is in it goes.
sub _folder ($tree) {
    bad_input("$tree is no kernel tree: it has no $SELFTESTS/lib.mk")
        if defined $tree && !-e "$tree/$SELFTESTS/lib.mk";
    my $folder = defined $tree ? "$tree/$SELFTESTS/copyhang" : 'copyhang';
    my $is_old = (Copyhang::Paths->contents("$folder/Makefile") // q{}) =~ $MARK;
    bad_input("$folder is there already, and was not made by this command")
        if -e $folder && !$is_old;
    return $folder;
}

sub _fixture ($name) {
    my $path = Copyhang::Paths->fixture("kselftest/$name");
    return Copyhang::Paths->contents($path) // untestable("cannot read $path: $!");
}

# As uname and the kernel call what the program is built for. What is linked dynamically needs a C
# library where it runs, of which nobody knows there.
sub _machines ($program) {
    my ($magic, $number, $headers, $size, $count) = unpack 'a4 x14 v x12 Q< x14 v v', $program;
    return (POSIX::uname())[4] if $magic ne "\x7fELF";
    my @kinds = map { unpack 'V', substr $program, $headers + $_ * $size, 4 } 0 .. $count - 1;
    untestable('the programs here are not linked statically: -DCOPYHANG_STATIC=ON')
        if grep { $_ == $INTERPRETED } @kinds;
    return $MACHINES{$number} // untestable("no kernel's name for machine $number");
}

sub _write ($folder, $files, @programs) {
    require File::Path;
    File::Path::remove_tree($folder, {error => \my $kept});
    my $problem = @{$kept} ? join ': ', %{$kept->[0]} : undef;
    bad_input("cannot replace $folder: $problem") if defined $problem;
    mkdir $folder or bad_input("cannot make $folder: $!");
    for my $name (sort keys %{$files}) {
        Copyhang::Output->new("$folder/$name")->write($files->{$name});
    }
    chmod oct 755, map { "$folder/$_" } @programs;
    return;
}

1;
