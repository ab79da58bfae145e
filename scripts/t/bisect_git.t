#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# Bisecting commits, in all that can go wrong: with a toy tree and an emulator that boots nothing.

use strict;
use warnings;
use feature 'signatures';
no warnings 'experimental::signatures';

use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Cpanel::JSON::XS ();
use Fake             qw(start finish slurp spew);
use File::Temp       ();
use Real             qw(adopt_orphans comes_true all_gone);
use Test::More;
use ToyTree qw(toy_tree toy_guests commit git $CASE);

my $SOON    = 20;            # s, where two are usual
my @HISTORY = qw(refused refused refused refused panic unbuildable refused hang hang hang hang hang);
my $CULPRIT = 7;

my $cache = File::Temp->newdir;
my ($programs, $emulator) = toy_guests();
local $ENV{PATH}           = "$emulator:$ENV{PATH}";
local $ENV{XDG_CACHE_HOME} = "$cache";
adopt_orphans();

sub arguments ($tree, $good, $bad, @more) {
    return ['bisect', '--case', $CASE, '--git', $tree, '--good', $good, '--bad', $bad, @more];
}

sub bisect (@arguments) {
    return finish(start($programs, arguments(@arguments)));
}

# All that is the user's in a tree.
sub state_of ($tree) {
    return join "\n", git($tree, qw(for-each-ref)), git($tree, qw(status --porcelain --branch)),
        slurp("$tree/.git/HEAD"), map { -e "$tree/.git/$_" ? $_ : () } qw(BISECT_LOG BISECT_START);
}

sub boots () {
    return -e "$emulator/boots" ? scalar(() = slurp("$emulator/boots") =~ / tcg /g) : 0;
}

subtest 'the first bad commit' => sub {
    my ($tree, @commits) = toy_tree('/nowhere', @HISTORY);
    git($tree, qw(bisect start));    # the user's own
    spew("$tree/fs/file", "not committed\n");
    my $before = state_of($tree);
    my $place  = File::Temp->newdir;
    my ($status, $out, $err) = bisect($tree, @commits[0, -1], '--json', "$place/json");
    is($status, 0, 'is found') or diag($out, $err);
    my $culprit = substr $commits[$CULPRIT], 0, 12;
    like($out, qr/^last good  \Q@{[substr $commits[6], 0, 12]}\E  refused$/m, 'the last good');
    like($out, qr/^first bad  $culprit  hang$/m,                              'the first bad');
    like($out, qr/skip .make vmlinux failed: main[.]c:1:2: error: planted/,  'one is not built');
    like($out, qr/skip .panic: Kernel panic - not syncing: planted/,          'one does not boot');
    my ($log) = $out =~ /the log: (\S+)/;
    like(slurp($log), qr/error: planted/, 'with the log');
    like($out, qr/^ +Commit 7 of the toy\n(?:.*\n)* behaviour [|] 2 [+]-$/m, 'what the culprit is');
    like($out, qr/^Subject: \Q$CASE\E: refused up to .*, hang since $culprit$/m,  'a mail');
    like($out, qr/^\d builds and \d boots in 0[.]\d minutes, of 12 kernels[.]$/m, 'the effort');
    is(() = $out =~ /planted\+0x1/g, 2, 'evidence from both');
    is(() = $err =~ /CONFIG_AIO/g,   1, 'what the configuration lacks');
    is(state_of($tree), $before, 'nothing has changed in the tree');

    my $document = Cpanel::JSON::XS->new->decode(slurp("$place/json"));
    is($document->{bad}{identity}, $commits[$CULPRIT], 'in JSON');

    my (undef, $replay) = bisect($tree, @commits[0, -1], '--log');
    spew("$place/log", $replay);
    my $clone = File::Temp->newdir;
    git($clone, qw(clone --quiet), "$tree", '.');
    is((git($clone, 'bisect', 'replay', "$place/log"))[0],
        "$commits[$CULPRIT] is the first bad commit", 'the log replays');

    my $boots = boots();
    ($status, $out) = bisect($tree, @commits[0, -1], '--resume');
    is($status, 0,        'to go on behind the end');
    is(boots(), $boots,   'takes no boot');
    like($out, qr/^first bad  $culprit  hang$/m, 'and tells the same');
};

subtest 'what fixed it' => sub {
    my ($tree, @commits) = toy_tree('/nowhere', qw(hang hang hang refused safe safe));
    my ($status, $out, $err) = bisect($tree, @commits[0, -1], '--good-verdict', 'hang', '--any-change');
    is($status, 0, 'is found') or diag($out, $err);
    like($out, qr/^first bad  \Q@{[substr $commits[3], 0, 12]}\E  refused$/m, 'any change counts');
    ($status, $out) = bisect($tree, @commits[0, -1]);
    is($status, 125, 'else what is neither');
    like($out, qr/refused is neither good nor bad/,                     'is skipped');
    like($out, qr/^skipped    \Q@{[substr $commits[3], 0, 12]}\E  did not tell$/m, 'and named');
};

subtest 'only commits that touch a path' => sub {
    my ($tree, @commits) = toy_tree('/nowhere', qw(safe safe safe safe hang hang safe));
    my ($status, $out, $err) = bisect($tree, @commits[0, 5], '--', 'fs');
    is($status, 0, 'exit 0') or diag($out, $err);
    like($out, qr/^first bad  \Q@{[substr $commits[5], 0, 12]}\E/m, 'are looked at');
    like($out, qr/^git bisect start -- fs$/m,                        'as the log says');
};

for my $row (
    ['late everywhere',           qr/late, which may be due to this machine/, ('late') x 4],
    ['broken everywhere',         qr/the good end cannot: \w+: broken/,       ('broken') x 4],
    ['a control that hangs, too', qr{control exit_group/read_write/\S+ is hang}, ('control') x 4],
    ['ends that do not build', qr/make vmlinux failed: main/, ('unbuildable') x 3],
    ['an end that does not boot', qr/panic: Kernel panic/,    qw(refused hang panic)],
    )
{
    my ($name, $message, @behaviours) = @{$row};
    my ($tree, @commits) = toy_tree('/nowhere', @behaviours);
    my ($status, $out, $err) = bisect($tree, @commits[0, -1]);
    is($status, 125, "$name: cannot tell");
    like($err,   $message,     'and why');
    unlike($out, qr/first bad/, 'no culprit');
}

subtest 'all between the ends is skipped' => sub {
    my ($tree, @commits) = toy_tree('/nowhere', qw(refused unbuildable panic control hang));
    my ($status, $out) = bisect($tree, @commits[0, -1]);
    is($status, 125, 'exit 125');
    is(() = $out =~ /^skipped .* did not tell$/mg, 3, 'three suspects');
    like($out, qr/one of the last 4; which of them cannot be told/, 'said so');
    unlike($out, qr/^ behaviour [|]/m, 'nothing is shown as the culprit');
};

# Held up in a step of the bisection itself, killed, and gone on with.
sub killed ($where, $kill) {
    my $hold = "$cache/hold-build";
    my ($tree, @commits) = toy_tree($hold, @HISTORY);
    my $before = state_of($tree);
    my $ends   = finish_ends($tree, @commits);
    my ($at, $held) =
        $where eq 'build' ? ($hold, "$hold/building") : ("$emulator/hold", "$emulator/held");
    mkdir $at;
    my $job = start($programs, arguments($tree, @commits[0, -1], '--resume'));
    ok(comes_true($SOON, sub { -e $held }), "a step is in its $where");
    $kill->($job);
    my ($status, $out, $err) = finish($job);
    ok(all_gone($SOON), 'nothing is left') or system 'ps -ef';
    unlink $held;
    rmdir $at;
    is(state_of($tree), $before, 'nothing has changed in the tree');
    my $boots = boots();
    my (undef, $plain) = bisect($tree, @commits[0, -1], '--resume');
    like($plain, qr/^first bad  \Q@{[substr $commits[$CULPRIT], 0, 12]}\E  hang$/m, 'same end');
    cmp_ok(boots() - $boots, '<=', 4, 'the ends are not booted again');
    return ($status, $err);
}

# Sees the ends, and is killed before the first step between them.
sub finish_ends ($tree, @commits) {
    my $job = start($programs, arguments($tree, @commits[0, -1]));
    ok(
        comes_true(
            $SOON,
            sub { (() = map { slurp($_) =~ /"identity"/g } glob "$cache/copyhang/bisects/*") >= 0 }
        ),
        'begun'
    );
    finish($job);
    return;
}

sub parent_of ($pid) {
    return slurp("/proc/$pid/stat") =~ /[)] \w (\d+)/ ? $1 : die;
}

# The pid of the step whose emulator runs.
sub step_pid () {
    my ($last) = reverse split /\n/, slurp("$emulator/boots");
    return parent_of((split q{ }, $last)[0]);
}

done_testing;
