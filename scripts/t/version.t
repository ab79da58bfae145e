#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# One version, from the file VERSION, wherever one asks for it.
use v5.36;
use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Fake       qw(copyhang finish slurp);
use File::Path qw(make_path);
use File::Temp ();
use Real       qw(launch program);
use Test::More;

my ($version) = slurp("$Bin/../../VERSION") =~ /\A(\d+(?:[.]\d+)+)\n\z/;
ok(defined $version, 'VERSION is a version');
my ($status, $out, $err) = copyhang('/nowhere', '--version');
is_deeply([$status, $out, $err], [0, "copyhang $version\n", q{}], 'copyhang --version');
is_deeply(
    [finish(launch(program(), '--version'))],
    [0, "copyhang-cases $version\n", q{}],
    'copyhang-cases --version'
);

my $prefix = File::Temp->newdir;
make_path("$prefix/bin", "$prefix/share/copyhang");
system
    "cp $Bin/../copyhang $prefix/bin && cp -r $Bin/../lib $Bin/../../VERSION $prefix/share/copyhang";
($status, $out) = finish(launch("$prefix/bin/copyhang", '--version'));
is_deeply([$status, $out], [0, "copyhang $version\n"], 'installed');

done_testing;
