#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
use strict;
use warnings;
use feature 'signatures';
no warnings 'experimental::signatures';

use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Fake       qw(programs copyhang slurp spew case);
use File::Temp ();
use JSON::PP   qw(decode_json);
use Test::More;

my $place = File::Temp->newdir;
my $file  = "$place/baseline.json";
my %then  = (
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
    my $baseline = decode_json(slurp($file));
    is($baseline->{schema}, 1, 'schema');
    is_deeply($baseline->{cases}, \%then, 'verdicts of the kernel, not what was unavailable');
    ok($baseline->{kernel}{release}, 'the kernel');
    my @lines = grep { /exit_group/ } split /\n/, slurp($file);
    is(@lines, 4, 'one case a line');
    is_deeply(\@lines, [sort @lines], 'sorted');
    ($status) = run_now({%now, 'exit_group/e/pty-pipe' => 'broken'}, '--write-baseline', $file);
    is($status, 1, 'a broken case cannot be recorded away');
    is_deeply(decode_json(slurp($file))->{cases}, \%then, 'and is not recorded');
};

subtest 'as expected' => sub {
    my ($status, $out) =
        run_now(\%then, '--baseline', $file, '--json', "$place/json", '--junit', "$place/junit");
    is($status, 0, 'an expected hang is as expected');
    like($out =~ s/\n/ /gr,
        qr/: 4 as expected, 0 changed, 0 could not be compared, 0 new[.]/, 'counted');
    unlike($out, qr/bystander[.]stack/, 'without evidence');
    my %expected = map { $_->{id} => $_->{expected} } @{decode_json(slurp("$place/json"))->{cases}};
    is_deeply(\%expected, \%then, 'JSON tells what was expected');
    unlike(slurp("$place/junit"), qr/<failure|<error/, 'JUnit sees no failure');
};

subtest 'changed' => sub {
    my %now = (%then, 'exit_group/b/pty-pipe' => 'hang');
    my ($status, $out) = run_now(\%now, '--baseline', $file, '--junit', "$place/junit");
    is($status, 1, 'a new hang');
    like($out, qr{^exit_group/b/pty-pipe: expected safe, now hang$}m, 'named');
    like($out, qr/^  b +hang! /m,                                     'marked in the table');
    like($out, qr{^hang exit_group/b/pty-pipe$}m,                     'with evidence');
    is(() = slurp("$place/junit") =~ /<failure/g, 1, 'one failure for JUnit');

    %now = (%then, 'exit_group/a/pty-pipe' => 'safe');
    ($status, $out) = run_now(\%now, '--baseline', $file, '--junit', "$place/junit");
    is($status, 1, 'a fix is a change, too');
    like($out,                  qr{^exit_group/a/pty-pipe: expected hang, now safe$}m, 'named');
    like(slurp("$place/junit"), qr/TodoTestSucceeded/, 'a passed TODO for JUnit');

    ($status, $out) = run_now({%then, 'exit_group/c/pty-pipe' => 'safe'}, '--baseline', $file);
    is($status, 1, 'from refused to safe');
    like($out, qr/1 changed/, 'counted');
};

subtest 'not comparable, new, gone' => sub {
    my %now = (%then, 'exit_group/a/pty-pipe' => 'unavailable');
    my ($status, $out) = run_now(\%now, '--baseline', $file);
    is($status, 0, 'unavailable is no change');
    like(
        $out,
        qr{^exit_group/a/pty-pipe: expected hang, could not be compared: unavailable\s[(]no\s/dev/fuse[)]$}m,
        'but named, with the reason'
    );
    ($status, $out) = run_now({map { $_ => 'unavailable' } keys %then}, '--baseline', $file);
    is($status, 125, 'unless nothing could be tested');

    ($status, $out) = run_now({%then, 'exit_group/e/pty-pipe' => 'safe'}, '--baseline', $file);
    is($status, 0, 'a new safe case');
    like($out, qr/ 1 new[.]$/m, 'is counted');
    ($status, $out) = run_now({%then, 'exit_group/e/pty-pipe' => 'hang'}, '--baseline', $file);
    is($status, 1, 'a new hang is judged');

    delete $now{'exit_group/a/pty-pipe'};
    ($status, $out) = run_now(\%now, '--baseline', $file);
    like($out, qr{^exit_group/a/pty-pipe: expected, but no longer a case$}m, 'a case that is gone');
    ($status, $out) = run_now(\%then, '--baseline', $file, '--only', '*/b/*');
    unlike($out, qr/no longer a case/, 'not when --only left it out');
};

subtest 'a broken result is never expected' => sub {
    my ($status, $out) = run_now({%then, 'exit_group/a/pty-pipe' => 'broken'}, '--baseline', $file);
    is($status, 1, 'fails');
};

done_testing;
