#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# The case programs as a collection under the kernel's own run_kselftest.sh: it reports each by
# name, and understands what they say. What they say depends on the kernel, so three programs
# with a known end stand among them.
#
# sample: plays a sample of the cases, since all of them take minutes
use v5.36;

use Cwd            qw(abs_path);
use File::Basename qw(basename dirname);
use File::Temp     ();
use Test::More;

my %PLANTED = (
    planted_ok     => [0, qr/\Aok \d+ \S.*planted_ok\z/],
    planted_not_ok => [1, qr/\Anot ok \d+ \S.*planted_not_ok # exit=1\z/],
    planted_skip   => [4, qr/\Aok \d+ \S.*planted_skip # SKIP/],
);

my $root      = abs_path(dirname(__FILE__) . '/../..');
my $build     = $ENV{COPYHANG_BUILD} // "$root/build";
my $programs  = "$build/kselftest/copyhang";
my $selftests = complete_selftests();
plan skip_all => "no run_kselftest.sh in $selftests" if !-e "$selftests/run_kselftest.sh";

my @names =
    map { basename($_) } grep { -f && -x && !/copyhang-\w+\z/ } glob "$programs/*";
ok(@names > 0, "there are programs in $programs");

my %report = reports(run_collection(make_collection()));

for my $name (sort keys %PLANTED) {
    my (undef, $expected) = @{$PLANTED{$name}};
    like($report{$name}{line}, $expected, $name);
}
for my $name (@names) {
    my $expected = $report{$name}{failed} ? qr/\Anot ok .*# exit=1\z/ : qr/\Aok /;
    like($report{$name}{line}, $expected, "$name says what its cases say");
}
done_testing();

# Has the build fetch the kernel's runner, and returns the folder that has it.
sub complete_selftests {
    system("cmake --build '$build' --target kselftest-runner >/dev/null") == 0
        or die "cannot build kselftest-runner in $build\n";
    open my $cache, '<', "$build/CMakeCache.txt" or die "$build/CMakeCache.txt: $!\n";
    my ($folder) = map { /\AKSELFTEST_INCLUDE_DIR:INTERNAL=(.*)/ ? $1 : () } <$cache>;
    close $cache or die "$build/CMakeCache.txt: $!\n";
    return $folder;
}

# The folder that `make install` of the kernel's selftests would make, with our collection only.
sub make_collection {
    my $folder = File::Temp->newdir;
    mkdir "$folder/copyhang" or die "$folder: $!\n";
    symlink "$selftests/$_", "$folder/$_" or die "$_: $!\n" for qw(run_kselftest.sh kselftest);
    install("$folder/copyhang/$_", $_) for @names;
    symlink "$root/fixtures/kselftest/settings", "$folder/copyhang/settings"
        or die "settings: $!\n";

    for my $name (keys %PLANTED) {
        my ($status) = @{$PLANTED{$name}};
        spew("$folder/copyhang/$name", "#!/bin/sh\nexit $status\n");
        chmod oct 755, "$folder/copyhang/$name" or die "$name: $!\n";
    }
    spew("$folder/kselftest-list.txt", map { "copyhang:$_\n" } sort(keys %PLANTED), @names);
    return $folder;
}

# The program, or one that has it play a sample.
sub install {
    my ($path, $name) = @_;
    if (($ENV{COPYHANG_CASES} // q{}) eq 'all') {
        symlink "$programs/$name", $path or die "$path: $!\n";
        return;
    }
    spew($path, "#!/bin/sh\nexec '$programs/$name' --only '*/read_write/*' --only '*/splice/*'\n");
    chmod oct 755, $path or die "$path: $!\n";
    return;
}

# Output goes to a file: what a process that does not end holds open must not stop this test.
# The runner opens /dev/stdout anew for what the programs say, so all have to append to it.
sub run_collection {
    my ($folder) = @_;
    system("sh '$folder/run_kselftest.sh' -c copyhang >>'$folder/output' 2>&1 </dev/null");
    open my $output, '<', "$folder/output" or die "$folder/output: $!\n";
    chomp(my @lines = <$output>);
    close $output or die "$folder/output: $!\n";
    return @lines;
}

# By name: the runner's own line, and whether a line of the program before it says `not ok`.
sub reports {
    my (%report, $failed);
    for (@_) {
        $failed = 1 if /\A# not ok /;
        next        if !/\A(?:not )?ok \d+ selftests: copyhang: (\w+)/;
        $report{$1} = {line => $_, failed => $failed};
        $failed = 0;
    }
    return %report;
}

sub spew {
    my ($path, @text) = @_;
    open my $file, '>', $path or die "$path: $!\n";
    print {$file} @text;
    close $file or die "$path: $!\n";
    return;
}
