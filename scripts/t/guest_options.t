#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# What a guest is like when copyhang matrix is told: --cpus and --append; and what it is to do: --each.

use v5.36;

use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Fake       qw(copyhang slurp case);
use FakeGuest  qw(guests image);
use File::Temp ();
use Golden     qw(golden_session);
use Test::More;

my $PLAN = <<'PLAN';
open my $o, '>', "$folder/line"; print {$o} join "\n", @ARGV; close $o;
open $o, '>', "$folder/arguments"; print {$o} slurp($option{'-initrd'}); close $o;
hello(); play(@ids); end();
PLAN

my ($programs, $emulator) = guests([case ('a/b/c-d', 'safe')], $PLAN);
my $cache = File::Temp->newdir;
local $ENV{PATH}           = "$emulator:$ENV{PATH}";
local $ENV{XDG_CACHE_HOME} = "$cache";
my $image = image($emulator, 'vmlinuz');

# The words of the emulator's command line after one.
sub option ($name) {
    my ($value) = slurp("$emulator/line") =~ /^$name\n(.*)$/m;
    return $value;
}

is((copyhang($programs, 'matrix', $image))[0], 0, 'without them');
is(option('-smp'),                             1, 'few cases take one processor');
my $words = option('-append');

my @told = ('--cpus', 48, '--append', 'clocksource=jiffies quiet');
is((copyhang($programs, 'matrix', $image, @told))[0], 0, "@told");
is(option('-smp'), 48, 'so many processors, also more than there are here');
(my $more) = option('-append') =~ /\A\Q$words\E(.*)/;
is($more =~ s/\A\s+//r, 'clocksource=jiffies quiet', 'the words at the end of the command line');

for my $each ([], ['--each']) {
    is((copyhang($programs, 'matrix', $image, @{$each}))[0], 0, "matrix @{$each}");
    my @told = slurp("$emulator/arguments") =~ /^(--each)$/mg;
    is_deeply(\@told, $each, 'is told to the case program');
}

golden_session(
    'matrix-guest-refused.txt',
    sub (@words) { copyhang($programs, @words) },
    [
        map { ['matrix', $image, @{$_}] }[qw(--cpus 0)],
        [qw(--cpus 65)], [qw(--cpus all)],
        ['--append', q{ }],
        ['--append', "a\nb"],
    ]
);

done_testing;
