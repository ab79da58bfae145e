#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# What a guest is like when copyhang matrix is told: --cpus and --append.

use strict;
use warnings;
use feature 'signatures';
no warnings 'experimental::signatures';

use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Fake       qw(copyhang slurp case);
use FakeGuest  qw(guests image);
use File::Temp ();
use Test::More;

my $PLAN = <<'PLAN';
open my $o, '>', "$folder/line"; print {$o} join "\n", @ARGV; close $o;
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

for my $row (
    [qr/--cpus wants a number from 1 to 64, not '0'/,                  '--cpus',   0],
    [qr/--cpus wants a number from 1 to 64, not '65'/,                 '--cpus',   65],
    [qr/--cpus wants a number from 1 to 64, not 'all'/,                '--cpus',   'all'],
    [qr/--append wants words for a kernel's command line, not ' '/,    '--append', q{ }],
    [qr/--append wants words for a kernel's command line, not 'a\nb'/, '--append', "a\nb"],
    )
{
    my ($message, @arguments) = @{$row};
    my ($status, $out, $err) = copyhang($programs, 'matrix', $image, @arguments);
    is($status, 2, "@arguments: exit 2");
    like($err, $message, 'says what is wrong');
    is($out, q{}, 'and nothing else');
}

done_testing;
