#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# copyhang run with a baseline: what it records, what it takes for a change.
use v5.36;

use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Fake             qw(programs copyhang slurp spew case);
use File::Temp       ();
use Golden           qw(golden);
use Cpanel::JSON::XS qw(decode_json);
use Test::More;

my $place = File::Temp->newdir;
my $file  = 'baseline.json';
chdir $place or die "chdir: $!";
my %then = (
    'exit_group/a/pty-pipe'  => 'hang',
    'exit_group/b/pty-pipe'  => 'safe',
    'exit_group/c/pty-pipe'  => 'refused',
    'exit_group/a/unix-pipe' => 'hang',
);

sub run_now ($now, @arguments) {
    return copyhang(programs([map { case ($_, $now->{$_}) } sort keys %{$now}]), 'run', @arguments);
}

subtest 'recording' => sub {
    my %now = (%then, 'exit_group/d/pty-pipe' => 'unavailable');
    my ($status) = run_now(\%now, '--write-baseline', $file);
    is($status, 0, 'what is recorded is what is expected');
    golden('baseline-json.txt', slurp($file));    # not what was unavailable
    ($status) = run_now({%now, 'exit_group/e/pty-pipe' => 'broken'}, '--write-baseline', $file);
    is($status, 1, 'a broken case cannot be recorded away');
    is_deeply(decode_json(slurp($file))->{cases}, \%then, 'and is not recorded');
};

subtest 'as expected' => sub {
    my ($status, $out) = run_now(\%then, '--baseline', $file, '--json', 'json', '--junit', 'junit');
    is($status, 0, 'an expected hang is as expected');
    golden('baseline-same.txt', $out);
    my %expected = map { $_->{id} => $_->{expected} } @{decode_json(slurp('json'))->{cases}};
    is_deeply(\%expected, \%then, 'JSON tells what was expected');
    unlike(slurp('junit'), qr/<failure|<error/, 'JUnit sees no failure');
};

subtest 'changed' => sub {
    my %now = (%then, 'exit_group/b/pty-pipe' => 'hang');
    my ($status, $out) = run_now(\%now, '--baseline', $file, '--junit', 'junit');
    is($status, 1, 'a new hang');
    golden('baseline-worse.txt', $out);
    is(() = slurp('junit') =~ /<failure/g, 1, 'one failure for JUnit');

    %now = (%then, 'exit_group/a/pty-pipe' => 'safe');
    ($status, $out) = run_now(\%now, '--baseline', $file, '--junit', 'junit');
    is($status, 1, 'a fix is a change, too');
    golden('baseline-better.txt', $out);
    like(slurp('junit'), qr/TodoTestSucceeded/, 'a passed TODO for JUnit');

    ($status, $out) = run_now({%then, 'exit_group/c/pty-pipe' => 'safe'}, '--baseline', $file);
    is($status, 1, 'from refused to safe');
    golden('baseline-freed.txt', $out);
};

subtest 'not comparable, new, gone' => sub {
    my %now = (%then, 'exit_group/a/pty-pipe' => 'unavailable');
    my ($status, $out) = run_now(\%now, '--baseline', $file);
    is($status, 0, 'unavailable is no change');
    golden('baseline-not-now.txt', $out);
    ($status, $out) = run_now({map { $_ => 'unavailable' } keys %then}, '--baseline', $file);
    is($status, 125, 'unless nothing could be tested');

    ($status, $out) = run_now({%then, 'exit_group/e/pty-pipe' => 'safe'}, '--baseline', $file);
    is($status, 0, 'a new safe case');
    golden('baseline-new.txt', $out);
    ($status, $out) = run_now({%then, 'exit_group/e/pty-pipe' => 'hang'}, '--baseline', $file);
    is($status, 1, 'a new hang is judged');

    delete $now{'exit_group/a/pty-pipe'};
    ($status, $out) = run_now(\%now, '--baseline', $file);
    golden('baseline-gone.txt', $out);
    ($status, $out) = run_now(\%then, '--baseline', $file, '--only', '*/b/*');
    golden('baseline-only.txt', $out);    # not what --only left out
};

subtest 'a broken result is never expected' => sub {
    my ($status, $out) = run_now({%then, 'exit_group/a/pty-pipe' => 'broken'}, '--baseline', $file);
    is($status, 1, 'fails');
};

chdir q{/} or die "chdir: $!";
done_testing;
