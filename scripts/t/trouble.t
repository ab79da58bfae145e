#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# Case programs that lie, fall silent or die: no case is lost, nothing is waited for for ever.
use v5.36;

use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Fake       qw(programs copyhang start finish slurp case);
use File::Temp ();
use Real       qw(comes_true);
use Test::More;

my @cases = map { case ("a/b/s$_-pipe", 'safe') } 1 .. 5;
push @cases, case ('z/b/s1-pipe', 'safe');

# A program that prints its plan and the first two results, and then does something.
sub after_two ($then, $plan = 5) {
    my $tap = join '\n', 'TAP version 13', "1..$plan",
        map { ("ok $_ a/b/s$_-pipe", '#   verdict=safe') } 1, 2;
    return programs(\@cases, a => qq{print "$tap\\n"; $then});
}

sub three_are_missing ($out, $reason, $name) {
    like($out, qr/^6 cases in .* 3 safe, 3 broken$/m, "$name: no case is lost");
    like(
        $out,
        qr{^broken a/b/s3-pipe and 2 more\n  reason +no result from a, $reason}m,
        'the missing ones are named, with the reason'
    );
    like($out, qr/^trouble a: $reason/m, 'the program, too');
    return;
}

my ($status, $out, $err) = copyhang(after_two('exit 0'), 'run');
is($status, 1, 'ends early: exit 1');
like($out, qr/^6 cases in .* 3 safe, 3 broken$/m,          'no case is lost');
like($out, qr/^trouble a: no result for 3 of its cases$/m, 'named');

($status, $out) = copyhang(after_two('kill 9, $$'), 'run');
is($status, 1, 'killed: exit 1');
three_are_missing($out, 'killed by SIGKILL', 'killed');

($status, $out) = copyhang(after_two('print "Bail out! no memory\n"; exit 1'), 'run', '--verbose');
is($status, 1, 'bailed out: exit 1');
like($out, qr/^trouble a: bailed out: no memory$/m, 'said so');
like($out, qr{^safe z/b/s1-pipe$}m,                 'the other programs go on');

($status, $out, $err) = copyhang(after_two('print STDERR "no luck\n"; exit 3'), 'run');
three_are_missing($out, 'exited with 3', 'exited');
is($err, "no luck\n", 'its standard error is passed on');

subtest 'a plan that lies' => sub {
    my $lies   = join q{}, map { "ok $_ a/b/s$_-pipe\\n#   verdict=safe\\n" } 1 .. 5;
    my $folder = programs(\@cases, a => qq{print "TAP version 13\\n1..9\\n$lies"});
    my ($status, $out) = copyhang($folder, 'run');
    is($status, 1, 'too high');
    like($out, qr/^trouble a: Bad plan. *You planned 9 tests but ran 5[.]$/m, 'named');
    $folder = programs(\@cases, a => qq{print "TAP version 13\\n1..2\\n$lies"});
    ($status, $out) = copyhang($folder, 'run');
    is($status, 1, 'too low');
    like($out, qr/^trouble a: Bad plan. *You planned 2 tests but ran 5[.]$/m, 'named');
};

subtest 'results that nobody asked for' => sub {
    my ($status, $out) = copyhang(
        after_two(
            join q{},
            map { qq{print "ok $_->[0] a/b/$_->[1]-pipe\\n#   verdict=safe\\n";} } [3, 's3'],
            [4, 's4'], [5, 's2']
        ),
        'run'
    );
    is($status, 1, 'one twice');
    like($out, qr{^trouble a: a second result, .*: a/b/s2-pipe$}m, 'named');
    like($out, qr{^broken a/b/s5-pipe\n}m,                         'and the other missing');
};

subtest 'an exit status that does not fit' => sub {
    my $all = join q{}, map { "ok $_ a/b/s$_-pipe\\n#   verdict=safe\\n" } 1 .. 5;
    for my $exit (1, 4, 2) {
        my $folder = programs(\@cases, a => qq{print "1..5\\n$all"; exit $exit});
        my ($status, $out) = copyhang($folder, 'run');
        is($status, 1, "all safe and exit $exit");
        like($out, qr/^trouble a: exited with $exit, 0 of its results being not ok$/m, 'named');
    }
};

subtest 'no TAP at all' => sub {
    my $folder = programs(['a/b/c-d', 'a/b/e-d'], a => 'print "hello\n"; exit 0');
    my ($status, $out) = copyhang($folder, 'run');
    is($status, 125, 'nothing was tested');
    like($out, qr/^2 cases in .*: 2 broken$/m, 'no case is lost');
    $folder = programs(['a/b/c-d']);
    unlink "$folder/a";
    ($status, $out, my $err) = copyhang($folder, 'run');
    is($status, 125, 'no program');
    like($err, qr{^cannot run \S+/a: No such file}m, 'said so');
};

subtest 'a process left behind holds the output open' => sub {
    my $place  = File::Temp->newdir;
    my $folder = after_two("if (my \$left = fork) { symlink \$left, '$place/pid'; kill 9, \$\$ }"
            . " setpgrp; sleep $Fake::FOREVER; exit");
    my ($status, $out) = finish(start($folder, ['run'], DRAIN => 0.5));
    ok(kill('KILL', readlink "$place/pid"), 'does not wedge');
    three_are_missing($out, 'a process that it left behind holds its output open', 'left behind');
};

subtest 'silence' => sub {
    my $hang = "sleep 1 for 1 .. $Fake::FOREVER";
    my ($out, $limit) = silent('$SIG{TERM} = sub { print "Bail out! told to\n"; exit 1 };', $hang);
    three_are_missing($out, "silent for $limit s, ended by force", 'silent');
    like($out, qr/^trouble a: bailed out: told to$/m, 'after a chance to clean up');

    ($out, $limit) = silent('$SIG{TERM} = "IGNORE";', $hang, TERM_GRACE => 0.5);
    three_are_missing($out, "silent for $limit s, ended by force", 'deaf to SIGTERM');
};

# Runs one that falls silent. Returns the output, and the limit: where the machine was too slow for
# the programs to say at all what they have to say, a higher one.
sub silent ($prepare, $hang, @limits) {
    my $place = File::Temp->newdir;
    my $limit = 0.5;
    while (1) {
        my $folder = after_two("$prepare open my \$o, '>', '$place/silent'; $hang");
        my (undef, $out) = finish(start($folder, ['run'], SILENCE => $limit, @limits));
        return ($out, $limit)
            if -e "$place/silent" && $out !~ m{^trouble z}m || $limit > $Fake::LIMIT / 10;
        $limit *= 2;
    }
    return;
}

for my $signal ([2, 'INT'], [15, 'TERM']) {
    my ($number, $name) = @{$signal};
    my $place = File::Temp->newdir;
    my $folder =
        after_two("\$SIG{TERM} = 'IGNORE'; open my \$o, '>', '$place/pid'; print {\$o} \$\$;"
            . " close \$o; sleep 1 for 1 .. $Fake::FOREVER");
    my $job = start($folder,
        ['run', '--json', "$place/json", '--archive', "$place/a.tar", '--junit', "$place/x"]);
    ok(comes_true(sub { -s "$place/pid" }), 'the program runs');
    kill $name, $job->{pid};
    my ($status, $out, $err) = finish($job);
    is($status,     "signal $number", "SIG$name: dies by it");
    is($out . $err, q{},              'silently');
    ok(comes_true(sub { !kill 0, slurp("$place/pid") }), 'the program is gone');
    unlink "$place/pid";
    is_deeply([glob "$place/* $place/.c*"], [], 'no file is left');
}

# It has gone into another process group, where no signal for its own reaches it.
subtest 'Ctrl-C, and a program that cannot be killed' => sub {
    my $place  = File::Temp->newdir;
    my $folder = after_two("setpgrp 0, getpgrp getppid; open my \$o, '>', '$place/new';"
            . " print {\$o} \$\$; close \$o; rename '$place/new', '$place/pid'; sleep 1 while 1");
    my $job = start($folder, ['run'], INTERRUPTED => 0.1, KILL_GRACE => 0.1);
    ok(comes_true(sub { -e "$place/pid" }), 'it runs');
    kill 'INT', $job->{pid};
    my ($status, $out, $err) = finish($job);
    ok(kill('KILL', slurp("$place/pid")), 'it is there still');
    is($status,     'signal 2', 'ends all the same, by the signal');
    is($out . $err, q{},        'silently');
};

done_testing;
