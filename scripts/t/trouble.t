#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# Case programs that lie, fall silent or die: no case is lost, nothing is waited for for ever.
use v5.36;

use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Fake       qw(programs copyhang start finish slurp spew case);
use File::Temp ();
use Golden     qw(golden);
use Real       qw(comes_true);
use Test::More;

my @cases = map { case ("a/b/s$_-pipe", 'safe') } 1 .. 5;
push @cases, case ('z/b/s1-pipe', 'safe');

# A program that prints its plan and the first two results, and then does something.
sub after_two ($then) {
    my $tap = join '\n', 'TAP version 13', '1..6',
        map { ("ok $_ a/b/s$_-pipe", '#   verdict=safe') } 1, 2;
    return programs(\@cases, qq{print "$tap\\n"; $then});
}

# No case is lost: those that are missing are broken, with the reason; and the program is named.
my %ends = (
    early           => 'exit 0',
    killed          => 'kill 9, $$',
    'bailed-out'    => 'print "Bail out! no memory\n"; exit 1',
    'exited'        => 'print STDERR "no luck\n"; exit 3',
    'asked-by-none' => join(q{},
        map { qq{print "ok $_->[0] a/b/$_->[1]-pipe\\n#   verdict=safe\\n";} } [3, 's3'],
        [4, 's4'], [5, 's2'], [6, 's5']),
);
for my $name (sort keys %ends) {
    my ($status, $out, $err) = copyhang(after_two($ends{$name}), 'run');
    is($status, 1, "$name: exit 1");
    golden("trouble-$name.txt", $out);
    is($err, $name eq 'exited' ? "no luck\n" : q{}, 'its standard error is passed on');
}

# All results are there and safe, but the plan is too high or too low, or the exit status does not fit.
subtest 'lies' => sub {
    my $all = join q{}, map { "ok $_\\n#   verdict=safe\\n" } (map { "$_ a/b/s$_-pipe" } 1 .. 5),
        '6 z/b/s1-pipe';
    my %lies = (
        (map { ("plan-of-$_" => qq{print "TAP version 13\\n1..$_\\n$all"}) } 2, 9),
        (map { ("exit-$_"    => qq{print "1..6\\n$all"; exit $_}) } 1, 4, 2),
    );
    for my $name (sort keys %lies) {
        my ($status, $out) = copyhang(programs(\@cases, $lies{$name}), 'run');
        is($status, 1, $name);
        golden("trouble-$name.txt", $out);
    }
};

subtest 'no TAP at all' => sub {
    my $folder = programs(['a/b/c-d', 'a/b/e-d'], 'print "hello\n"; exit 0');
    my ($status, $out) = copyhang($folder, 'run');
    is($status, 125, 'nothing was tested');
    golden('trouble-no-tap.txt', $out);

    # It goes when it has been asked all that is asked before it is to play.
    $folder = programs(['a/b/c-d']);
    my $fake = slurp("$folder/copyhang-cases");
    spew("$folder/copyhang-cases", $fake =~ s/\{ (say_all\("SUPERVISOR)/{ unlink \$0; $1/r);
    ($status, $out, my $err) = copyhang($folder, 'run');
    is($status, 125, 'no program');
    golden('trouble-no-program.txt', $out . $err);
};

subtest 'a process left behind holds the output open' => sub {
    my $place  = File::Temp->newdir;
    my $folder = after_two("if (my \$left = fork) { symlink \$left, '$place/pid'; kill 9, \$\$ }"
            . " setpgrp; sleep $Fake::FOREVER; exit");
    my ($status, $out) = finish(start($folder, ['run'], DRAIN => 0.5));
    ok(kill('KILL', readlink "$place/pid"), 'does not wedge');
    golden('trouble-left-behind.txt', $out);
};

subtest 'silence' => sub {
    my $hang = "sleep 1 for 1 .. $Fake::FOREVER";
    my ($out, $limit) = silent('$SIG{TERM} = sub { print "Bail out! told to\n"; exit 1 };', $hang);
    golden('trouble-silent.txt', $out, "silent for $limit s" => 'silent for LIMIT');

    ($out, $limit) = silent('$SIG{TERM} = "IGNORE";', $hang, TERM_GRACE => 0.5);
    golden('trouble-deaf.txt', $out, "silent for $limit s" => 'silent for LIMIT');
};

# Runs one that falls silent. Returns the output, and the limit: where the machine was too slow for
# the program to say at all what it has to say, a higher one.
sub silent ($prepare, $hang, @limits) {
    my $place = File::Temp->newdir;
    my $limit = 0.5;
    while (1) {
        my $folder = after_two("$prepare open my \$o, '>', '$place/silent'; $hang");
        my (undef, $out) = finish(start($folder, ['run'], SILENCE => $limit, @limits));
        return ($out, $limit)
            if -e "$place/silent" || $limit > $Fake::LIMIT / 10;
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
    my $job = start($folder, ['run'], TERM_GRACE => 0.1, KILL_GRACE => 0.1);
    ok(comes_true(sub { -e "$place/pid" }), 'it runs');
    kill 'INT', $job->{pid};
    my ($status, $out, $err) = finish($job);
    ok(kill('KILL', slurp("$place/pid")), 'it is there still');
    is($status,     'signal 2', 'ends all the same, by the signal');
    is($out . $err, q{},        'silently');
};

done_testing;
