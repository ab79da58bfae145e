#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# Whether scripts/setup has the tests of copyhang built: not for a user's first run.
use v5.36;
use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Cwd        qw(abs_path);
use Fake       qw(slurp spew);
use File::Temp ();
use Test::More;

my $place = File::Temp->newdir;
my $build = "$place/build";
mkdir "$place/bin";

# Keeps what it is told, as the real one does.
spew("$place/bin/cmake", <<"CMAKE");
#!/bin/sh
echo "\$*" >>"$place/calls"
case \$* in
*BUILD_TESTING=*)
    testing=\${*#*BUILD_TESTING=}
    testing=\${testing%% *}
    printf '%s\\n' CMAKE_HOME_DIRECTORY:INTERNAL=@{[abs_path("$Bin/../..")]} \\
        CMAKE_C_COMPILER:FILEPATH=\$(command -v cc) BUILD_TESTING:BOOL=\$testing >"$build/CMakeCache.txt"
    : >"$build/build.ninja"
esac
CMAKE
chmod oct 755, "$place/bin/cmake";

# Return: what cmake was asked to do about the tests, each time that it was called; nothing: build.
sub asked ($purpose) {
    unlink "$place/calls";
    local $ENV{PATH}           = "$place/bin:$ENV{PATH}";
    local $ENV{COPYHANG_BUILD} = $build;
    local $ENV{CC}             = q{};
    is(system("$Bin/../setup", $purpose, '--no-install'), 0, "set up for $purpose");
    return [
        map { /BUILD_TESTING=(\w+)/ ? $1 : /--build/ ? 'build' : $_ } split /\n/,
        slurp("$place/calls")
    ];
}

my $quietly =
    "COPYHANG_BUILD=$build PATH=$place/bin:\$PATH $Bin/../setup test --no-install 2>/dev/null";
plan skip_all => 'packages are missing' if system($quietly) >> 8 == 2;
unlink "$build/CMakeCache.txt";
is_deeply(asked('run'),  ['OFF', 'build'], 'a first run builds no tests');
is_deeply(asked('run'),  ['build'],        'nor the next one');
is_deeply(asked('test'), ['ON', 'build'],  'tests build them');
is_deeply(asked('test'), ['build'],        'and are configured once');
is_deeply(asked('run'),  ['build'],        'a run leaves them');

done_testing;
