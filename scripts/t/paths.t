#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
use v5.36;
use FindBin '$Bin';
use lib "$Bin/lib";
use Fake       qw(programs slurp spew case);
use File::Path qw(make_path);
use File::Temp ();
use Test::More;

delete @ENV{qw(COPYHANG_PROGRAMS COPYHANG_BUILD)};
my $place = File::Temp->newdir;
my $cases = programs([case ('a/b/c-d', 'safe')]);

sub run_it (@command) {
    my $status = system "@command >$place/out 2>$place/err";
    return ($status >> 8, slurp("$place/out"), slurp("$place/err"));
}

subtest 'in a checkout' => sub {
    my $root = "$place/checkout";
    make_path("$root/build/kselftest");
    system "cp -r $Bin/.. $root/scripts && cp -a $cases $root/build/kselftest/copyhang";
    spew("$root/CMakeLists.txt", q{});
    my $setup = sub ($status) {
        spew("$root/scripts/setup", "#!/bin/sh\necho set-up \"\$@\"; exit $status\n");
        chmod oct 755, "$root/scripts/setup";
    };
    $setup->(0);
    my ($status, $out, $err) = run_it("$root/scripts/copyhang list --no-install");
    is($status, 0,                           'set up and run');
    is($out,    "a/b/c-d\n",                 'what set-up prints is not in the output');
    is($err,    "set-up run --no-install\n", 'but on standard error; --no-install is passed on');
    for my $failure (2, 125) {
        $setup->($failure);
        ($status, $out, $err) = run_it("$root/scripts/copyhang run");
        is($status,     $failure,       "set-up exits with $failure");
        is($out . $err, "set-up run\n", 'nothing to add');
    }
    ($status, undef, $err) = run_it("$root/scripts/copyhang run --bogus");
    unlike($err, qr/set-up/, 'a wrong option is refused first');
    ($status, $out) = run_it("COPYHANG_PROGRAMS=$cases $root/scripts/copyhang list");
    is($status, 0, 'no set-up for programs from elsewhere');
    $setup->(0);
    rename "$root/build", "$root/other";
    ($status, $out) = run_it("COPYHANG_BUILD=$root/other $root/scripts/copyhang list");
    is($out, "a/b/c-d\n", 'another build folder');
    ($status, undef, $err) = run_it("$root/scripts/copyhang run");
    is($status, 125, 'no programs after all');
    is(
        $err,
        "set-up run\ncopyhang run: no case programs: there is no copyhang-cases in"
            . " $root/build/kselftest/copyhang\n",
        'said so'
    );
};

subtest 'installed' => sub {
    my $prefix = "$place/prefix";
    make_path("$prefix/bin", "$prefix/libexec", "$prefix/share/copyhang");
    system "cp $Bin/../copyhang $prefix/bin && cp -r $Bin/../lib $Bin/../man $prefix/share/copyhang"
        . " && cp -a $cases $prefix/libexec/copyhang";
    symlink "$prefix/bin/copyhang", "$place/link";
    my ($status, $out, $err) = run_it("$place/link run");
    is($status, 0, 'runs, through a link too') or diag($err);
    like($out, qr/^1 cases in/m, 'its own programs');
};

done_testing;
