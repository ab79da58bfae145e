#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# long: guests boot by LAVA's own lava-run
#
# A kernel that writes on its console while results are told there: messages of the highest level, which
# nothing keeps from it, now and then, and without end. They do split lines. What is split is sent again,
# or the case is broken and says why, as it may be where a guest has little time for anything else: no verdict
# is another one for it.
use v5.36;
use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Copyhang::Lava::Dispatcher ();
use Copyhang::Lava::Log        ();
use Copyhang::Paths            ();
use Cpanel::JSON::XS           ();
use Fake                       qw(copyhang finish slurp spew);
use File::Temp                 ();
use Real                       qw(launch);
use Test::More;
use Unpacked qw(reason);

my $KERNEL = 'debian:6.1';
my @ONLY   = map { ('--only', $_) } 'exit_group/*/pty-pipe', 'exit_group/s*/*-pipe';
my $MARK   = 'planted, in the midst of it';

my ($dispatcher, $why) = reason(sub { Copyhang::Lava::Dispatcher->new });
plan skip_all => $why if !$dispatcher;
my $place    = File::Temp->newdir;
my $programs = Copyhang::Paths->programs;
my $json     = Cpanel::JSON::XS->new;

my ($status, undef, $err) =
    copyhang($programs, qw(export lava --into), "$place/into", $KERNEL, @ONLY);
plan skip_all => $err if $status;
my ($folder) = glob "$place/into/*";
my $job = slurp("$folder/job.yaml");

my $quiet = verdicts('true');
cmp_ok(scalar keys %{$quiet->{verdict}}, '>', 20, 'without a storm: results');
is($quiet->{messages}, 0, 'and none of its messages');

# Each 50 ms: what is sent again meets no second one.
my $gusts = verdicts(storm('usleep 50000'));
cmp_ok($gusts->{split}, '>', 0,
    "a storm: $gusts->{messages} messages, $gusts->{split} lines split");
is_deeply($gusts->{verdict}, $quiet->{verdict}, 'all verdicts are there, and the same');

my $endless = verdicts(storm(':'));
cmp_ok($endless->{split}, '>', 0,
    "one without end: $endless->{messages} messages, $endless->{split} lines split");
is_deeply(
    [sort keys %{$endless->{verdict}}],
    [sort keys %{$quiet->{verdict}}],
    'all cases are there'
);
my @other = grep { $endless->{verdict}{$_} !~ /\A(?:broken|\Q$quiet->{verdict}{$_}\E)\z/ }
    keys %{$quiet->{verdict}};
is_deeply(\@other, [], 'no verdict is another one');
my @lost = grep { $_->{verdict} eq 'broken' } @{$endless->{cases}};
note("$_->{id}: $_->{reason}") for @lost;
is((grep { !length($_->{reason} // q{}) } @lost), 0,
    scalar @lost . ' broken, each with its reason');
done_testing;

sub storm ($pause) {
    return 'echo on >/proc/sys/kernel/printk_devkmsg; '
        . qq{while :; do echo "<0>$MARK" >/dev/kmsg; $pause; done};
}

# What comes of the job with that beside it.
sub verdicts ($beside) {
    my $step = $json->allow_nonref->encode("($beside) >/dev/null 2>&1 &");
    spew("$folder/job.yaml", $job =~ s{^( *)- /init --lava$}{$1- $step\n$1- /init --lava}mr);
    my (undef, undef, $log) = finish(launch($dispatcher->command($folder)));
    spew("$folder/log.yaml", $log);
    my (undef, $out, $said) = copyhang($programs, qw(import lava), $folder, '--json', q{-});
    my ($kernel) = @{$json->decode($out)->{kernels}} or diag($said);
    my @console = map {
        my ($level, $text) = Copyhang::Lava::Log->parse($_);
        ($level // q{}) eq 'target' && !ref $text ? $text : ()
    } split /\n/, $log;
    return {
        cases    => $kernel->{cases},
        verdict  => {map { $_->{id} => $_->{verdict} } @{$kernel->{cases}}},
        messages => scalar(grep { /\Q$MARK/ } @console),
        split    => scalar(grep { /\Q$MARK/ && !/\A\[ *\d+[.]\d+\] \Q$MARK\E\z/ } @console),
    };
}
