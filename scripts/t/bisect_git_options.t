#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# Bisecting commits with a configuration of one's own, and with several boots of each: with a toy tree
# and an emulator that boots nothing.

use v5.36;
use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Cpanel::JSON::XS ();
use Fake             qw(start finish slurp spew);
use File::Temp       ();
use Golden           qw(golden);
use Real             qw(adopt_orphans comes_true all_gone);
use Test::More;
use ToyTree qw(toy_tree toy_guests git bisect_arguments booted named $CASE);

# The toy's olddefconfig takes one out and adds one.
my @CONFIG    = qw(CONFIG_PVH=y CONFIG_MINE=y CONFIG_AIO=y);
my @COMPLETED = qw(CONFIG_PVH=y CONFIG_MINE=y CONFIG_COMPLETED=y);

my $place = File::Temp->newdir;
my ($programs, $emulator) = toy_guests();
local $ENV{PATH}           = "$emulator:$ENV{PATH}";
local $ENV{XDG_CACHE_HOME} = "$place/cache";
adopt_orphans();

my $config = config('config', @CONFIG);

sub config ($name, @lines) {
    spew("$place/$name", map { "$_\n" } @lines);
    return "$place/$name";
}

# {status, out, err, and the document of --json}
sub copyhang (@arguments) {
    unlink "$place/json";
    my ($status, $out, $err) = finish(start($programs, [@arguments, '--json', "$place/json"]));
    my $document = -s "$place/json" ? Cpanel::JSON::XS->new->decode(slurp("$place/json")) : {};
    return {%{$document}, status => $status, out => $out, err => $err};
}

sub bisect (@arguments) {
    return copyhang(@{bisect_arguments(@arguments)});
}

sub step (@arguments) {
    return copyhang('bisect-step', '--case', $CASE, @arguments);
}

# What a kernel was built with.
sub configured ($log) {
    return [slurp($log) =~ /^configured: (.*)/mg];
}

# What a subtest has booted: {number of the commit => boots}.
sub boots_of ($code) {
    my $before = () = booted($emulator);
    $code->();
    my %boots;
    $boots{$_}++ for splice @{[booted($emulator)]}, $before;
    return \%boots;
}

subtest 'a configuration' => sub {
    my ($tree, @commits) = toy_tree('/nowhere', qw(refused refused hang hang));
    my @before = ((stat $config)[9], slurp($config));
    my $found  = bisect($tree, @commits[0, -1], '--config', $config);
    is($found->{status},        0,           'bisect: found') or diag(@{$found}{qw(out err)});
    is($found->{bad}{identity}, $commits[2], 'the right one');
    is(@{$found->{steps}},      4,           'in four steps');
    is_deeply(configured($_->{log}), \@COMPLETED, 'each built with it, completed, and nothing else')
        for @{$found->{steps}};
    golden('bisect-git-config.txt', "$found->{out}$found->{err}", named(@commits));

    git($tree, qw(checkout --quiet --detach), $commits[2]);
    my $seen = step('--tree', "$tree", '--config', $config);
    is($seen->{status}, 1, 'bisect-step: bad') or diag(@{$seen}{qw(out err)});
    is_deeply(configured($seen->{log}), \@COMPLETED, 'built with it, too');
    golden('bisect-step-config.txt', $seen->{out}, named(@commits));
    is_deeply([(stat $config)[9], slurp($config)], \@before, 'the file is as it was');

    my $build = File::Temp->newdir;
    $seen = step('--tree', "$tree", '--build', "$build", '--config', config('plain', 'CONFIG_B=y'));
    is($seen->{status}, 1, 'without PVH') or diag(@{$seen}{qw(out err)});
    ok(-e "$build/x86_64/arch/x86/boot/bzImage", 'the compressed image is made, and boots');
};

subtest 'no configuration' => sub {
    my ($tree, @commits) = toy_tree('/nowhere', qw(refused hang));
    for my $row (['/nowhere', 'no such file'], ["$place", 'not a file']) {
        my ($path, $why) = @{$row};
        for my $command (
            ['bisect',      2,   bisect($tree, @commits, '--config', $path)],
            ['bisect-step', 255, step('--tree', "$tree", '--config', $path)],
            )
        {
            my ($name, $status, $refused) = @{$command};
            is($refused->{status}, $status, "$name, $why: exit $status");
            is($refused->{err},    "copyhang $name: --config $path: $why\n", 'one line');
        }
    }
};

subtest 'each commit several times' => sub {
    my ($tree, @commits) = toy_tree('/nowhere', qw(refused refused hang hang hang));
    for my $count (1, 2, 3) {
        my $found;
        my $boots = boots_of(sub { $found = bisect($tree, @commits[0, -1], '--repeat', $count) });
        is($found->{status},        0, "$count of each: found") or diag(@{$found}{qw(out err)});
        is($found->{bad}{identity}, $commits[2], 'the right one');
        is_deeply($boots, {map { $_ => $count } 0, 1, 2, 4}, 'each looked at is booted so often')
            or diag(explain($boots));
        is($found->{boots}, 4 * $count, 'as it is told');
    }
    git($tree, qw(checkout --quiet --detach), $commits[2]);
    my $seen;
    is_deeply(boots_of(sub { $seen = step('--tree', "$tree", '--repeat', 3) }),
        {2 => 3}, 'a step alone, too');
    is($seen->{status}, 1, 'which is bad');
};

subtest 'another verdict at the second boot' => sub {
    my @history = qw(refused refused refused-then-hang hang hang);
    my ($tree, @commits) = toy_tree('/nowhere', @history);
    my $found;
    my $boots = boots_of(sub { $found = bisect($tree, @commits[0, -1], '--repeat', 2) });
    is($found->{status}, 125, 'cannot tell') or diag(@{$found}{qw(out err)});
    golden('bisect-git-unsure.txt', $found->{out}, named(@commits));
    is_deeply([map { $_->{identity} } @{$found->{suspects}}], [$commits[2]], 'a suspect');
    ok(!defined $found->{culprit}, 'there is no culprit');
    is_deeply($boots, {map { $_ => 2 } 0 .. 4}, 'all are booted twice') or diag(explain($boots));

    git($tree, qw(checkout --quiet --detach), $commits[2]);
    my $seen = step('--tree', "$tree", '--repeat', 3);
    is($seen->{status}, 125, 'a step alone');
    is($seen->{boots},  2,   'boots no more than it takes to know');
    golden('bisect-step-unsure.txt', $seen->{out}, named(@commits));

    $found = bisect($tree, @commits[0, 2], '--repeat', 2);
    is($found->{status}, 125, 'an end that is not sure');
    golden('bisect-git-unsure-end.txt', $found->{err}, named(@commits));

    ($tree, @commits) = toy_tree('/nowhere', 'refused-then-panic');
    $seen = step('--tree', "$tree", '--repeat', 2);
    is($seen->{status}, 125, 'a second boot that panics');
    golden('bisect-step-panic.txt', $seen->{out}, named(@commits));
};

subtest 'to go on' => sub {
    my @history = qw(refused refused refused hang hang hang);
    my ($tree, @commits) = toy_tree('/nowhere', @history);
    my @range = ($tree, @commits[0, -1]);
    my @asked = ('--repeat', 2, '--config', $config);
    my $cut   = boots_of(sub { cut_off(2, @range, @asked) });
    is_deeply([@{$cut}{0, 5}], [2, 2], 'the ends are known');

    my $found;
    my $boots = boots_of(sub { $found = bisect(@range, @asked, '--resume') });
    is($found->{status},        0,           'it goes on') or diag(@{$found}{qw(out err)});
    is($found->{bad}{identity}, $commits[3], 'to the end');
    ok(!exists $boots->{0} && !exists $boots->{5}, 'without what is known');
    is((grep { $_ != 2 } values %{$boots}), 0, 'twice each') or diag(explain($boots));
    is_deeply(configured($_->{log}), \@COMPLETED, 'with the same configuration')
        for @{$found->{steps}};
    unlike($found->{err}, qr/it begins/, 'nothing else is said');

    my $same = config('same', @CONFIG);
    is_deeply(boots_of(sub { bisect(@range, '--repeat', 2, '--config', $same, '--resume') }),
        {}, 'what the configuration is called does not matter');
    spew($same, "CONFIG_PVH=y\nCONFIG_OTHER=y\n");
    for my $row (
        ['more boots',            '--repeat', 3, '--config', $config],
        ['another configuration', '--repeat', 2, '--config', $same],
        ['none of them'],
        )
    {
        my ($name, @other) = @{$row};
        $boots = boots_of(sub { $found = bisect(@range, @other, '--resume') });
        is($found->{status}, 0, "$name: found");
        ok($boots->{0} && $boots->{5}, 'from the beginning');
        like($found->{err}, qr/^Nothing of this bisection is known: it begins[.]$/m, 'said so');
    }
    is_deeply(boots_of(sub { bisect(@range, '--repeat', 1, '--resume') }),
        {}, 'one boot of each is what there is without --repeat');
};

done_testing;

# Begins to bisect, and kills it while a guest of this commit runs.
sub cut_off ($number, @arguments) {
    my $hold = "$emulator/hold";
    spew($hold, $number);
    my $job = start($programs, bisect_arguments(@arguments));
    ok(comes_true(sub { -e "$hold.held" }), 'it is held up');
    kill 'KILL', $job->{pid};
    finish($job);
    ok(all_gone(), 'nothing is left running');
    unlink $hold, "$hold.held";
    return;
}
