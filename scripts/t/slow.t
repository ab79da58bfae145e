#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# What scripts/slow promises of the surroundings, as a command in there sees them.

use v5.36;

use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Fake       qw(finish slurp spew);
use File::Find ();
use File::Temp ();
use Golden     qw(golden golden_session);
use Real       qw(launch adopt_orphans comes_true all_gone);
use Test::More;

my $SLOW  = "$Bin/../slow";
my $place = File::Temp->newdir;

adopt_orphans();

my @started;

sub start (@arguments) {
    my $job = launch($SLOW, @arguments);
    push @started, $job->{pid};
    return $job;
}

# (exit status or "signal N", standard output, standard error)
sub slow (@arguments) {
    return finish(start(@arguments));
}

# The command as an ordinary user.
sub humble (@arguments) {
    return finish(
        launch(qw(setpriv --reuid 65534 --regid 65534 --clear-groups), $SLOW, @arguments));
}

# Groups that these have made: others may slow something down at the same time, this test for one.
sub groups () {
    no warnings 'File::Find';    # those of others come and go
    my @mounts = map { /\A\S+ (\S+) cgroup2? / } split /^/, slurp('/proc/mounts');
    my %found;
    File::Find::find({no_chdir => 1, wanted => sub { $found{$1} = 1 if m{/copyhang-slow-(\d+)\z} }},
        @mounts);
    return grep { $found{$_} } @started;
}

subtest 'bad input' => sub {
    golden_session(
        'slow-refused.txt',
        sub ($slow, @arguments) { slow(@arguments) },
        [
            map { ['slow', @{$_}] } [], [qw(--bogus true)],
            [qw(--cpu half true)],      [qw(--cpu 0.5 true)],
            [qw(--groups 0 true)],      [qw(--groups 65537 true)],
            [qw(--memcpy sideways true)],
        ]
    );
};

subtest 'the end of the command is its own' => sub {
    my @all = ([], $> == 0 ? [qw(--cpu 50)] : ());
    for my $options (@all) {
        my ($status, $out) = slow(@{$options}, '--', 'sh', '-c', 'echo said; exit 3');
        is($status, 3,        "@{$options}: exit status");
        is($out,    "said\n", 'output');
        ($status) = slow(@{$options}, 'sh', '-c', "kill -$_ \$\$")
            and is($status, "signal $_", 'signal')
            for 9, 15;
    }
    my ($status, undef, $err) = slow('/nowhere/command');
    is($status, 125, 'no such command: 125');
    is($err,    "slow: cannot run /nowhere/command: No such file or directory\n", 'and says so');
    like((slow('--help'))[1], qr/^usage: /, '--help');
};

SKIP: {
    chomp(my $machine = `uname -m`);
    skip 'tunables are known for x86_64 only' if $machine ne 'x86_64';
    subtest 'memcpy' => sub {
        local $ENV{GLIBC_TUNABLES} = 'glibc.malloc.check=0';
        my %said = map { $_ => (slow('--memcpy', $_, 'printenv', 'GLIBC_TUNABLES'))[1] }
            qw(vector string nontemporal);
        golden('slow-memcpy.txt', join q{}, map { "$_: $said{$_}" } sort keys %said);
    };
}

SKIP: {
    skip 'needs no root', 1 if $> != 0;
    subtest 'not without root' => sub {
        for my $option (qw(cpu groups)) {
            my ($status, $out, $err) = humble("--$option", 5, 'echo', 'it runs');
            is($status, 125, "--$option: 125");
            is($out,    q{}, 'the command is not run');
            like($err, qr/\Aslow: (?:no CPU quota here|cannot have 5 groups): .*\n\z/,
                'and says why');
        }
        is((humble('true'))[0], 0, 'all else works');
    };

    subtest 'groups' => sub {
        my (undef, $out) = slow('--groups', 400, 'id', '-G');
        is(split(q{ }, $out), 401, 'so many, and the own one');
        my (undef, $status) = slow('--groups', 400, 'cat', '/proc/self/status');
        cmp_ok(length $status, '>', 4096, 'a long /proc/PID/status');
    };

    my ($can, undef, $why) = slow('--cpu', 50, 'true');
    skip $why, 1 if $can == 125;
    subtest 'quota' => \&quota;
}

done_testing;

sub quota () {
    my $show = 'for f in $(find /sys/fs/cgroup -name "copyhang-slow-*"); do'
        . ' grep -qx $$ $f/cgroup.procs && cat $f/cpu.max $f/cpu.cfs_quota_us 2>/dev/null; done; true';
    my (undef, $out) = slow('--cpu', '12.5', 'sh', '-c', $show);
    like($out, qr/\A12500\b/, 'an eighth of a period');
    is((slow('--cpu', 20, $SLOW, '--cpu', 50, 'true'))[0],
        0, 'no more than what there is is as good');
    ok(comes_true(sub { !groups() }), 'the group is gone');

    my $behind = "sleep $Fake::FOREVER >/dev/null 2>&1 &";
    slow('--cpu', 50, 'sh', '-c', $behind);
    ok(all_gone(), 'what it left behind is gone');

    for my $signal (qw(TERM HUP KILL)) {
        my $job =
            start('--cpu', 50, 'sh', '-c', "echo \$\$ >$place/pid; exec sleep $Fake::FOREVER");
        ok(comes_true(sub { -s "$place/pid" && groups() }), 'it runs');
        unlink "$place/pid";
        kill $signal, $job->{pid};
        like((finish($job))[0], qr/\Asignal/, "SIG$signal ends it");
        ok(comes_true(sub { !groups() }), 'and the group');
        ok(all_gone(),                    'the command as well');
    }

    # As a terminal does it: to the whole group of processes.
    my $catches =
        'trap "echo caught; exit 7" INT; echo >' . "$place/ready" . '; while :; do sleep 1; done';
    my $job = start('--cpu', 50, 'bash', '-c', $catches);
    ok(comes_true(sub { -e "$place/ready" }), 'it runs');
    kill 'INT', -$job->{pid};
    my ($status, $said) = finish($job);
    is($status, 7,          'what the command makes of Ctrl-C counts');
    is($said,   "caught\n", 'and is heard');
    ok(comes_true(sub { !groups() }), 'the group is gone');
    return;
}
