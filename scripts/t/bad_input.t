#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# What copyhang refuses before it runs anything, and files that it cannot write.
use v5.36;

use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Fake       qw(programs copyhang slurp spew case);
use File::Temp ();
use Golden     qw(golden_session);
use Test::More;

my $place  = File::Temp->newdir;
my $folder = programs(
    [case ('a/b/c-d', 'safe')],
    "open my \$o, '>', '$place/ran'; print qq{TAP version 13\n1..1\nok 1 a/b/c-d\n#   verdict=safe\n};"
);
spew("$place/text",     "not JSON\n");
spew("$place/list",     "[1]\n");
spew("$place/schema",   qq({"schema": 2, "cases": {}}\n));
spew("$place/no-cases", qq({"schema": 1}\n));
spew("$place/verdict",  qq({"schema": 1, "cases": {"a/b/c-d": "fine"}}\n));
spew("$place/null",     qq({"schema": 1, "cases": {"a/b/c-d": null}}\n));
spew("$place/twice",    qq({"schema": 1, "cases": {"a/b,c/d-e": "safe", "a/b/d-e": "hang"}}\n));
mkdir "$place/folder";

sub told (@words) { return copyhang($folder, @words) }

golden_session(
    'run-refused.txt',
    \&told,
    [
        map { ['run', @{$_}] } ['--bogus'],
        ['--jobs'],
        ['x'],
        (map { ['--jobs', $_] } 0, 'many'),
        [qw(--only q*)],
        [qw(--only a/* --only q)],
        (
            map { ['--baseline', "$place/$_"] }
                qw(none folder list schema no-cases verdict null twice)
        ),
        ['--json',    "$place/folder"],
        ['--junit',   "$place/no/x"],
        ['--archive', "$place/x.zip"],
    ]
);

# Words of the system's, and of a library.
for my $row (
    [qr{baseline \S+/text: not JSON: }, '--baseline',       "$place/text"],
    [qr{cannot write /proc/x: },        '--write-baseline', '/proc/x'],
    )
{
    my ($message, @arguments) = @{$row};
    my ($status, $out, $err) = told('run', @arguments);
    is("$status$out", '2', "run @arguments: exit 2");
    like($err, qr/\Acopyhang run: $message.*\n\z/, 'one line');
}
ok(!-e "$place/ran", 'nothing was run by any of them');

subtest 'the command itself' => sub {
    golden_session('copyhang-refused.txt', \&told,
        [['fly'], ['../x'], [], [qw(help fly)], [qw(list x)]]);
    golden_session('copyhang-nowhere.txt', sub (@words) { copyhang('/nowhere', @words) },
        [['run']]);
};

subtest 'full disk' => sub {
    golden_session('run-full.txt', \&told, [['run', '--json', '/dev/full']]);
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
        my ($status, undef, $err) = copyhang($large, 'run', $option, $path{$option});
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
