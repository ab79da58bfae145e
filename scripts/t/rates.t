#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# Bytes per second as copyhang-exec measures them, on the kernel that runs here.

use v5.36;
use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Copyhang::Paths ();
use Fake            qw(finish spew);
use File::Temp      ();
use Real            qw(launch);
use Test::More;

my $program = Copyhang::Paths->programs . '/copyhang-exec';
my $place   = File::Temp->newdir;

my @ids = map { "rate/$_" } 'read_write/file-pipe', 'read_write/pipe-file', 'read_write/file-file',
    'pread_pwrite/pipe-file';
spew("$place/ids", map { "$_\n" } @ids);
my ($status, $out) = finish(launch($program, '--rates', '--announce', '--ids', "$place/ids"));
is($status, 0, 'exit 0') or diag($out);
my %told = map { m{\Aok \d+ (\S+)\n(.*)}s ? ($1 => $2) : () } split /^(?=ok )/m, $out;
like($told{$_},      qr/verdict=safe\n#   bytes_per_s=[1-9]\d+\n/, "$_: a number") for @ids[0 .. 2];
like($told{$ids[3]}, qr/verdict=refused\n#   errno=ESPIPE\n/,      "$ids[3]: refused");
is(scalar(() = $out =~ /^# started /mg), 4, 'each is announced');

my (undef, $list) = finish(launch($program, qw(--rates --list)));
my %all = map { $_ => 1 } split /\n/, $list;
is((grep { !$all{$_} } @ids), 0, 'and listed');

done_testing;
