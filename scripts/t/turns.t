#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# What there is one of only one case has at a time, and none waits with a limit for its turn.
use v5.36;

use FindBin;
use lib "$FindBin::Bin/lib", "$FindBin::Bin/../lib";

use Real qw(program);
use Test::More;

# They all read the one large file.
my @command = (program(), '--only', 'self_kill/*/large-file', qw(--jobs 8 --announce));
open my $out, q{-|}, "'@{[join q{' '}, @command]}' </dev/null" or die "cannot run: $!";
my (@order, %verdict);
while (<$out>) {
    push @order, "starts $1" if /\A# started (\S+)/;
    push @order, "ends $1"   if /\A(?:not )?ok \d+ (\S+)/;
    $verdict{$1}++ if /\A#\s+verdict=(\w+)/;
}
close $out;
my @expected = map { /\Astarts (.*)/ ? ("starts $1", "ends $1") : () } @order;
cmp_ok(scalar @order, '>', 4, 'several cases');
is_deeply(\@order, \@expected, 'one after the other');
is($verdict{broken} // 0, 0, 'all with a verdict');

done_testing;
