#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# scripts/bench measures, with a few cases only: that it prints what it should, not how fast.

use v5.36;

use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Copyhang::Paths ();
use Fake            qw(finish);
use Golden          qw(golden_session);
use Real            qw(launch);
use Test::More;

local $ENV{COPYHANG_PROGRAMS} = Copyhang::Paths->programs;    # nothing to install or build

sub bench (@arguments) {
    return finish(launch("$Bin/../bench", @arguments));
}

my @few = map { ('--only', "exit_group/$_/pty-pipe") } qw(read_write copy_file_range);
my $n   = qr/ +\d+[.]\d+/;

my ($status, $out, $err) = bench('--runs', 2, @few);
is($status, 0,   'measures');
is($err,    q{}, 'quietly');
like($out, qr/^kernel \S+, \d+ CPUs, 2 cases, medians of 2 runs$/m, 'what it measured');
like($out, qr/^\Q$_\E$n$n +\d+$n$/m,                                "time and memory of $_")
    for 'copyhang-cases', 'scripts/copyhang run';
like($out, qr/^safe$n$n$n$n$/m,                        'how soon a case is safe');
like($out, qr/^hang( +-){4}$/m,                        'no case hangs');
like($out, qr/^wall s, about 200 cases +3$n +for 2$/m, 'an aim and what is reached');
like($out, qr/^ms to judge a hang +300 +-$/m,          'one without a measurement');
like($out, qr/^MB, a supervisor +32$n$/m,              'the third');

my ($wall, $cpu, $peak) = $out =~ /^copyhang-cases +(\S+) +(\S+) +\d+ +(\S+)$/m;
cmp_ok($wall, '>', 0,   'takes time');
cmp_ok($cpu,  '>', 0,   'of a CPU');
cmp_ok($peak, '>', 0.5, 'and memory, in MB');

($status, $out, $err) = bench('exec', '--runs', 1);
is($status, 0,   'measures programs under test');
is($err,    q{}, 'quietly');
like($out, qr/^\Q$_\E$n *-?\d+[.]\d+ *-?\d+[.]\d+$/m, $_)
    for 'calls of the copy', 'other copying calls', 'calls that do not copy';

($status, $out) = bench('run', '--help');
is($status, 0, '--help');
like($out, qr{^usage: scripts/bench }, 'shows it');

golden_session(
    'bench-refused.txt',
    sub ($bench, @arguments) { bench(@arguments) },
    [
        map { ['bench', @{$_}] }[qw(--runs 0)],
        ['walk'], [qw(run fast)], ['--bad'], ['bisect'], [qw(bisect /nowhere HEAD)],
        [qw(--only no/such)],
    ]
);

done_testing;
