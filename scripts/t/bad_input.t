#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
use strict;
use warnings;
use feature 'signatures';
no warnings 'experimental::signatures';

use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Fake       qw(programs copyhang slurp spew case);
use File::Temp ();
use Test::More;

my $place  = File::Temp->newdir;
my $folder = programs(
    [case ('a/b/c-d', 'safe')],
    a =>
        "open my \$o, '>', '$place/ran'; print qq{TAP version 13\n1..1\nok 1 a/b/c-d\n#   verdict=safe\n};"
);
spew("$place/text",     "not JSON\n");
spew("$place/list",     "[1]\n");
spew("$place/schema",   qq({"schema": 2, "cases": {}}\n));
spew("$place/no-cases", qq({"schema": 1}\n));
spew("$place/verdict",  qq({"schema": 1, "cases": {"a/b/c-d": "fine"}}\n));
spew("$place/null",     qq({"schema": 1, "cases": {"a/b/c-d": null}}\n));
mkdir "$place/folder";

my @refused = (
    [qr/unknown option: bogus; see 'copyhang run --help'/,   '--bogus'],
    [qr/option jobs requires an argument/,                   '--jobs'],
    [qr/unexpected argument 'x'; cases are chosen with/,     'x'],
    [qr/--jobs wants a number from 1 to 9999, not '0'/,      '--jobs', '0'],
    [qr/--jobs wants a number .* not 'many'/,                '--jobs', 'many'],
    [qr/no case matches 'q[*]'; 'copyhang list' prints/,     '--only', 'q*'],
    [qr/no case matches 'q'/,                                '--only', 'a/*', '--only', 'q'],
    [qr{baseline \S+/none: No such file},                    '--baseline',       "$place/none"],
    [qr{baseline \S+/folder: Is a directory},                '--baseline',       "$place/folder"],
    [qr{baseline \S+/text: not JSON: },                      '--baseline',       "$place/text"],
    [qr{baseline \S+/list: not a baseline},                  '--baseline',       "$place/list"],
    [qr{baseline \S+/schema: schema 2 is not known},         '--baseline',       "$place/schema"],
    [qr{baseline \S+/no-cases: no "cases"},                  '--baseline',       "$place/no-cases"],
    [qr{baseline \S+/verdict: a/b/c-d: no verdict .*: fine}, '--baseline',       "$place/verdict"],
    [qr{baseline \S+/null: a/b/c-d: no verdict .*: null},    '--baseline',       "$place/null"],
    [qr{cannot write \S+/folder: it is a folder},            '--json',           "$place/folder"],
    [qr{cannot write \S+: no folder \S+/no},                 '--junit',          "$place/no/x"],
    [qr{cannot write /proc/x: },                             '--write-baseline', '/proc/x'],
    [qr{--archive wants a name that ends in .tar.gz},        '--archive',        "$place/x.zip"],
);

for my $row (@refused) {
    my ($message, @arguments) = @{$row};
    my ($status, $out, $err) = copyhang($folder, 'run', @arguments);
    is($status, 2, "run @arguments: exit 2");
    like($err, qr/\Acopyhang run: .*\n\z/, 'one line');
    like($err, $message,                   'says what is wrong');
    is($out, q{}, 'and nothing else');
}
ok(!-e "$place/ran", 'nothing was run by any of them');

subtest 'the command itself' => sub {
    for my $row (
        [qr/no command 'fly'; 'copyhang help' lists them/, 'fly'],
        [qr/no command '..\/x'/,                           '../x'],
        [qr/no command given/],
        [qr/no command 'fly'/,        'help', 'fly'],
        [qr/unexpected argument 'x'/, 'list', 'x'],
        )
    {
        my ($message, @arguments) = @{$row};
        my ($status, undef, $err) = copyhang($folder, @arguments);
        is($status, 2, "@arguments: exit 2");
        like($err, $message, 'one line');
    }
    my ($status, undef, $err) = copyhang('/nowhere', 'run');
    is($status, 2, 'COPYHANG_PROGRAMS without programs');
    like($err, qr{no copyhang-cases in /nowhere}, 'named');
};

subtest 'full disk' => sub {
    my ($status, undef, $err) = copyhang($folder, 'run', '--json', '/dev/full');
    is($status, 2, '/dev/full');
    like($err, qr{\Acopyhang run: cannot write /dev/full: No space left on device\n\z}, 'one line');
    ok(-c '/dev/full', 'which is still a device');

    my $small = File::Temp->newdir;
    plan skip_all => 'needs root, for a small tmpfs'
        if $> != 0 || system("mount -t tmpfs -o size=16k small $small 2>/dev/null") != 0;
    my %path = (
        '--json'           => "$small/good",
        '--junit'          => "$small/good",
        '--html'           => "$small/good",
        '--write-baseline' => "$small/good",
        '--archive'        => "$small/good.tar",
    );
    my $large = programs([map { case ("a/b/c$_-d", 'safe') } 1 .. 800]);

    for my $option (sort keys %path) {
        spew($path{$option}, "good\n");
        ($status, undef, $err) = copyhang($large, 'run', $option, $path{$option});
        is($status, 2, "$option: exit 2");
        like($err, qr{\Acopyhang run: cannot write \S+/good\S*: .+\n\z}, 'one line');
        is(slurp($path{$option}), "good\n", 'the earlier file stays');
        unlink $path{$option};
        is_deeply([glob "$small/* $small/.c*"], [], 'and no other');
    }
    system "umount $small";
};

subtest 'a link stays a link' => sub {
    spew("$place/target", "old\n");
    symlink "$place/target", "$place/link";
    my ($status) = copyhang($folder, 'run', '--json', "$place/link");
    is($status, 0, 'runs');
    ok(-l "$place/link", 'still a link');
    like(slurp("$place/target"), qr/"schema"/, 'its target is written');
};

done_testing;
