#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# long: guests boot, once as matrix boots them and once by LAVA's own lava-run
#
# The kernels' results by lava-run are those that matrix has, case by case; and what a guest of LAVA's
# says of a kernel that panics.

use v5.36;
use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Cpanel::JSON::XS ();
use Fake             qw(start finish);
use Copyhang::Paths  ();
use File::Temp       ();
use Test::More;

my @KERNELS = qw(debian:5.10 debian:6.1 debian:7.3);
my @ONLY = map { ('--only', $_) } 'exit_group/*/pty-pipe', 'close/s*/file-pipe', 'wakes_*/splice/*';

sub matrix (@arguments) {
    my ($status, $out, $err) =
        finish(start(Copyhang::Paths->programs, ['matrix', '--json', q{-}, @arguments]));
    my $document = eval { Cpanel::JSON::XS->new->decode($out) } // {kernels => []};
    return ($status, $err, @{$document->{kernels}});
}

# What is to be the same, and why a case is broken.
sub verdicts ($kernel) {
    diag("$_->{id}: $_->{reason}") for grep { $_->{verdict} eq 'broken' } @{$kernel->{cases}};
    return {
        outcome => "$kernel->{name} $kernel->{release} $kernel->{outcome}",
        map { $_->{id} => $_->{verdict} } @{$kernel->{cases}}
    };
}

my $place = File::Temp->newdir;
my ($status, $why, @by_lava) =
    matrix(@KERNELS, @ONLY, '--engine', 'lava-run', '--state', "$place/jobs");
plan skip_all => $why =~ s/.*copyhang matrix: //sr if !@by_lava;
my (undef, undef, @by_us) = matrix(@KERNELS, @ONLY);
for my $number (0 .. $#KERNELS) {
    my ($ours, $lavas) = map { verdicts($_->[$number]) } \@by_us, \@by_lava;
    is_deeply([sort keys %{$lavas}], [sort keys %{$ours}], "$KERNELS[$number]: the same cases");
    is_deeply($lavas,                $ours, 'with the same verdicts, and so is how it ended');
    is((grep { $_ eq 'broken' } values %{$lavas}), 0, 'none of them broken');
    my @bare =
        grep { $_->{verdict} ne 'unavailable' && !%{$_->{evidence}} } @{$by_lava[$number]{cases}};
    is(
        scalar @bare,
        scalar(
            grep { $_->{verdict} ne 'unavailable' && !%{$_->{evidence}} } @{$by_us[$number]{cases}}
        ),
        'with their evidence'
    );
}

my ($how, undef, $dead) = matrix($KERNELS[1], '--only', 'exit_group/read_write/pty-pipe',
    '--engine', 'lava-run', '--append', 'rdinit=/nowhere init=/nowhere');
is($how, 125, q{a kernel without a first process});
like($dead->{detail}, qr{Kernel panic}, "it panics, which is told of it: $dead->{outcome}");

done_testing;
