#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# long: guests boot, once as matrix boots them and once by LAVA's own lava-run
#
# The kernels' results by lava-run are those that matrix has, case by case; and what a guest of LAVA's
# says of a kernel that panics. LAVA's newest takes our jobs, too, with a list of what it is to expect.

use v5.36;
use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Copyhang::Lava::Dispatcher ();
use Copyhang::Paths            ();
use Cpanel::JSON::XS           ();
use Fake                       qw(copyhang start finish slurp spew);
use File::Temp                 ();
use Real                       qw(comes_true family launch listens);
use Test::More;
use Unpacked qw(packages reason);

my @KERNELS = qw(debian:5.10 debian:6.1 debian:7.3);
my @ONLY = map { ('--only', $_) } 'exit_group/*/pty-pipe', 'close/s*/file-pipe', 'wakes_*/splice/*';

sub matrix (@arguments) {
    my $job = start(Copyhang::Paths->programs, ['matrix', '--json', q{-}, @arguments]);
    quietly($job->{pid}) if grep { $_ eq '--engine' } @arguments;
    my ($status, $out, $err) = finish($job);
    my $document = eval { Cpanel::JSON::XS->new->decode($out) } // {kernels => []};
    return ($status, $err, @{$document->{kernels}});
}

# Nobody can connect to anything of it while a guest of LAVA's runs, if one ever does.
sub quietly ($pid) {
    my @guests;
    my $has_guest = sub {
        @guests = grep {
            (eval { slurp("/proc/$_/cmdline") } // q{}) =~ /qemu-system.*\0-nographic\0/s
        } family($pid);
        return @guests || !readlink "/proc/$pid/exe";
    };
    comes_true($has_guest);
    is_deeply([listens(family($pid))], [], 'nothing listens') if @guests;
    return;
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

# What 2026.10 loads, of sid; all else is of the suite whose python is here.
my @LAVA   = map { "lava-$_/sid" } qw(common dispatcher dispatcher-host);
my @OTHERS = map { "$_/bookworm" } qw(bmap-tools libmagic-mgc libmagic1), map { "python3-$_" } qw(
    aiohttp aiosignal async-timeout attr certifi chardet charset-normalizer configobj frozenlist idna
    jinja2 magic markupsafe multidict packaging pexpect pkg-resources ptyprocess pyudev requests
    sentry-sdk setproctitle six tz urllib3 voluptuous yaml yarl zmq
);
SKIP: {
    my ($newest, $lacks) = reason(sub { packages(@LAVA, @OTHERS) });
    skip $lacks, 3 if !$newest;
    my $there = File::Temp->newdir;
    symlink "$newest/usr", "$there/usr" or die "symlink: $!";
    mkdir "$there/stubs";
    spew("$there/stubs/guestfs.py", q{});
    my @command =
        (qw(export lava --expected --into), "$place/new", $KERNELS[1], @ONLY[0, 1]);
    is((copyhang(Copyhang::Paths->programs, @command))[0], 0, 'a job that says what to expect');
    my ($folder) = glob "$place/new/*";
    my $dispatcher = Copyhang::Lava::Dispatcher->new;
    $dispatcher->{folder} = "$there";
    my (undef, undef, $log) = finish(launch($dispatcher->command($folder)));
    like($log, qr/"case": "job", "result": "pass"/, 'which the newest LAVA brings to its end')
        or diag(substr $log, -2000);
    spew("$folder/log.yaml", $log);
    my (undef, $out) =
        copyhang(Copyhang::Paths->programs, qw(import lava), $folder, '--json', q{-});
    my ($kernel) = @{Cpanel::JSON::XS->new->decode($out)->{kernels}};
    my %ours = %{verdicts($by_us[1])};
    is_deeply(
        {map { $_->{id} => $_->{verdict} } @{$kernel->{cases}}},
        {map { m{\Aexit_group/[^/]+/pty-pipe\z} ? ($_ => $ours{$_}) : () } keys %ours},
        'with the same verdicts'
    );
}

done_testing;
