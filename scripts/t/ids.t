#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# An exact list of cases, and their announcements: what guests are run with.

use v5.36;
use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Fake       qw(finish spew);
use File::Temp ();
use Real       qw(program launch play verdicts);
use Test::More;

# Each act is a program; that is made of what the program itself lists.
my %acts = map { m{\A(\w+)/} => 1 } split /\n/, (finish(launch(program(), '--list')))[1];
is_deeply(
    [sort map { s{.*/}{}r } grep { -l } glob program() =~ s{[^/]*\z}{*}r],
    [sort keys %acts],
    'a program for each act, and no other'
);

my $place = File::Temp->newdir;
my @ids   = map { "exit_group/read_write/$_-pipe" } qw(unix pty);
spew("$place/ids", map { "$_\n" } @ids);

my ($status, @cases) = play(program(), '--ids', "$place/ids");
is($status, 0, 'the cases of a file');
is_deeply(verdicts(@cases), {map { $_ => 'safe' } @ids}, 'all of them, and no other');

for my $list (["a/b/c-d\n"], [map { "$_\n" } @ids, $ids[0]]) {
    spew("$place/bad", @{$list});
    my ($status, undef, $err) = finish(launch(program(), '--ids', "$place/bad"));
    is($status, 1, 'a list that does not fit');
    my $count = @{$list};
    my $lines = "1 of its $count lines name no further case";
    is($err, "copyhang-cases: --ids $place/bad: $lines\n", 'said so');
}
($status, undef, my $err) = finish(launch(program(), '--ids', "$place/none"));
is($err, "copyhang-cases: --ids $place/none: No such file or directory\n", 'no list');

# Before it plays a case it waits for a byte.
local $^F = 255;    # the program inherits it
pipe my $in, my $out or die "pipe: $!";
my $job = launch('sh', '-c', 'exec "$@" <&' . fileno($in),
    'sh', program(), '--jobs', 1, '--announce', '--ids', "$place/ids");
close $in;
syswrite $out, "\n\n";
($status, my $tap) = finish($job);
is($status, 0, 'announces');
my @order = map { /\A# started (\S+)/ ? "started $1" : /\Aok \d+ (\S+)/ ? "ok $1" : () } split /\n/,
    $tap;
is_deeply(\@order, [map { ("started $_", "ok $_") } sort @ids], 'each before it is played');

done_testing;
