#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# Real kernels of arm64 and s390x: verdicts, and a panic.
#
# sample: does not build programs for other architectures, and plays nothing there without any
use v5.36;

use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Copyhang::Architecture ();
use Foreign                qw(obstacle programs boot);
use Test::More;

my @ONLY = map { ('--only', "exit_group/$_/pty-pipe") } qw(read_write sendfile);

for my $architecture (qw(arm64 s390x)) {
    subtest $architecture => sub {
        my $name     = "debian:6.1/$architecture";
        my $obstacle = obstacle($architecture, $name);
        plan skip_all => $obstacle if defined $obstacle;
        my $programs = programs($architecture);
        my $kernel   = boot($programs, [$name, @ONLY]);
        my %verdict  = map { $_->{strategy} => $_->{verdict} } @{$kernel->{cases}};
        is($kernel->{outcome}, 'complete', 'complete') or diag(explain $kernel);
        is_deeply(\%verdict, {read_write => 'safe', sendfile => 'hang'}, 'verdicts');
        is($kernel->{machine}, Copyhang::Architecture->machine($architecture), 'of its machine');

        $kernel = boot($programs, [$name, @ONLY, '--append', 'rdinit=/none root=/dev/none']);
        is($kernel->{outcome}, 'panic', 'one that has no first process')
            or diag(explain $kernel);
    };
}

done_testing;
