# SPDX-License-Identifier: GPL-2.0-only
#
# What the cases take: processes, stops, system calls, and so on, counted by the kernel.
#
#     my $counts = Counts->new($folder_of_the_case_programs);
#     my $played = $counts->play([@ids], each => 1, jobs => 1);
#     say $played->{stops} / @ids;
#
# For scripts/bench and .ci/counts. The counting is done by a program of the build
# (harness/t/count.c); where it is not permitted that ends with 125, and with the reason.
package Counts;

use v5.36;
use Copyhang::Cache   ();
use Copyhang::Failure qw(bad_input untestable);
use Copyhang::Paths   ();
use Copyhang::Process ();
use Copyhang::Tool    ();
use File::Path        qw(remove_tree);
use File::Temp        ();

# With which a case program ends: passed, failed, skipped.
my @EXITS = (0, 1, 4);

my $CANNOT = 125;
my $FORKS  = 500;    # enough of them to be measured

sub new ($class, $folder) {
    my $program = "$folder/copyhang-cases";
    my $help    = join "\n", Copyhang::Tool->run("ask $program for help", [$program, '--help']);
    return bless {program => $program, knows_each => scalar $help =~ /--each\b/}, $class;
}

# The case programs of a commit of this checkout. They are built once, and kept in the cache.
sub of_revision ($class, $revision) {
    my $root = Copyhang::Paths->checkout // bad_input('there is no checkout to build from');
    my ($status, $lines) = Copyhang::Tool->attempt(
        ['git', '-C', $root, qw(rev-parse --verify --quiet), "$revision^{commit}"]);
    my ($commit) = @{$lines};
    bad_input("no commit is called '$revision'") if !defined $status || $status || !$commit;
    my $cache = Copyhang::Cache->new;
    my $name  = "bench/$commit";
    $cache->make($name, sub ($folder) { _build($root, $commit, $folder, $cache->path($name)) });
    my $self = $class->new($cache->path("$name/programs"));
    $self->{hold} = $cache->hold;
    return $self;
}

# Of its files, not of a work tree: so git knows nothing of it. Static, as setup builds.
sub _build ($root, $commit, $folder, $place) {
    print {*STDERR} "building commit $commit, once, for $place\n";
    my @options = qw(-DCMAKE_BUILD_TYPE=RelWithDebInfo -DCOPYHANG_STATIC=ON -DBUILD_TESTING=OFF);
    my ($kselftest) = map { /\AKSELFTEST_INCLUDE_DIR:\w+=(.+)/ } _cmake_cache();
    push @options, "-DKSELFTEST_DIR=$kselftest" if defined $kselftest;
    mkdir "$folder/tree" or bad_input("cannot make $folder/tree: $!");
    for my $command (
        ['git',   '-C', $root,          'archive', '--output', "$folder/tree.tar", $commit],
        ['tar',   '-C', "$folder/tree", '-xf',     "$folder/tree.tar"],
        ['cmake', '-S', "$folder/tree", '-B',      "$folder/build", '-G', 'Ninja', @options],
        ['cmake', '--build',                          "$folder/build"],
        ['mv',    "$folder/build/kselftest/copyhang", "$folder/programs"],
        )
    {
        Copyhang::Tool->run("build $commit ($command->[0])", $command);
    }
    remove_tree(map { "$folder/$_" } qw(tree tree.tar build));
    return;
}

sub _build_folder () {
    return $ENV{COPYHANG_BUILD} // (Copyhang::Paths->checkout // q{.}) . '/build';
}

sub _cmake_cache () {
    my $path = _build_folder() . '/CMakeCache.txt';
    return -e $path ? Copyhang::Paths->lines($path) : ();
}

# The ids of all its cases, or of those that match.
sub ids ($self, @globs) {
    return Copyhang::Tool->run("list the cases of $self->{program}",
        [$self->{program}, '--list', map { ('--only', $_) } @globs]);
}

# Plays these, or all without any. %how: each => play also what is known to be refused, where the
# program knows of that; jobs => so many at once. Return: what count counts of them all, in seconds:
# cpu and wall, and verdicts => {id => verdict}.
sub play ($self, $ids = undef, %how) {
    my $file = File::Temp->new;
    print {$file} map { "$_\n" } @{$ids // []};
    close $file or untestable("cannot write a file: $!");
    my @options = (
        $ids                              ? ('--ids', $file->filename) : (),
        $how{each} && $self->{knows_each} ? '--each'                   : (),
        $how{jobs}                        ? ('--jobs', $how{jobs})     : (),
    );
    my ($counted, @lines) = $self->_count($self->{program}, @options);
    my ($id,      %verdicts);
    for (@lines) {
        $id            = $1 if /\A(?:not )?ok \d+ (\S+)/;
        $verdicts{$id} = $1 if /\A#   verdict=(\S+)/;
    }
    return {%{$counted}, verdicts => \%verdicts};
}

# The seconds of a CPU that a fork takes here and now.
sub fork_cpu ($class) {
    my ($counted) = $class->_count(_build_folder() . '/tools/forks', $FORKS);
    return $counted->{cpu} / $FORKS;
}

# Return: {what was counted}, the lines that it printed.
sub _count ($class, @command) {
    my $count = _build_folder() . '/tools/count';
    -x $count or untestable("there is no $count");
    my $file  = File::Temp->new;
    my $began = Copyhang::Process::now();
    my ($status, $lines, $noise) =
        Copyhang::Tool->attempt([$count, $file->filename, @command]);
    my $wall = Copyhang::Process::now() - $began;
    $status //= -1;
    untestable($noise =~ s/^count: //r =~ s/\s+\z//r) if $status == $CANNOT << 8;
    Copyhang::Tool->failed("play with $command[0]", $status, $noise)
        if !grep { $status == $_ << 8 } @EXITS;
    my %counted = map { /\A(\w+) (\d+)/ } Copyhang::Paths->lines($file->filename);
    $counted{cpu}  = delete($counted{cpu_ns}) / 1e9;
    $counted{wall} = $wall;
    return (\%counted, @{$lines});
}

1;
