#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# scripts/bench measures, with a few cases only: that it prints what it should, not how fast.

use v5.36;

use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Copyhang::Paths ();
use Fake            qw(finish);
use Golden          qw(golden golden_session);
use Real            qw(launch);
use Test::More;

local $ENV{COPYHANG_PROGRAMS} = Copyhang::Paths->programs;    # nothing to install or build

sub bench (@arguments) {
    return finish(launch("$Bin/../bench", @arguments));
}

my @few = map { ('--only', "exit_group/$_/pty-pipe") } qw(read_write copy_file_range);

# What is measured is N, the columns are as wide as it takes.
sub shape ($text) {
    $text =~ s/(?<!\S)-?\d+[.]\d+(?!\S)/N/g;
    return $text =~ s/ +/ /gr =~ s/\d+(?= CPUs)|N N \K\d+(?= N$)/N/gmr;
}

my ($status, $out, $err) = bench('--runs', 2, @few);
is($status, 0,   'measures');
is($err,    q{}, 'quietly');
golden('bench.txt', shape($out));

my ($wall, $cpu, $peak) = $out =~ /^copyhang-cases +(\S+) +(\S+) +\d+ +(\S+)$/m;
cmp_ok($wall, '>', 0,   'takes time');
cmp_ok($cpu,  '>', 0,   'of a CPU');
cmp_ok($peak, '>', 0.5, 'and memory, in MB');

($status, $out, $err) = bench('exec', '--runs', 1);
is($status, 0,   'measures programs under test');
is($err,    q{}, 'quietly');
golden('bench-exec.txt', shape($out));

($status, $out, $err) = bench('cases', '--runs', 1, @few);
SKIP: {
    skip $err, 1 if $status == 125;
    golden('bench-cases.txt', shape($out));
}

($status, $out) = bench('run', '--help');
is($status, 0, '--help');
like($out, qr{^usage: scripts/bench }, 'shows it');

golden_session(
    'bench-refused.txt',
    sub ($bench, @arguments) { bench(@arguments) },
    [
        map { ['bench', @{$_}] }[qw(--runs 0)], ['walk'],
        [qw(run fast)],                         [qw(run --against HEAD)],
        [qw(cases --against nothing)],          ['--bad'],
        ['bisect'],                             [qw(bisect /nowhere HEAD)],
        [qw(--only no/such)],
    ]
);

done_testing;
