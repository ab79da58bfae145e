#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# What is refused whatever the act is played once, and stands for all that copy alike: the verdicts
# are those of --each, where all are played; with copyhang run as well.
# sample: the other strategies and ends

use v5.36;
use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Copyhang::Paths  ();
use Cpanel::JSON::XS qw(decode_json);
use Fake             qw(copyhang);
use Real             qw(program play verdicts);
use Test::More;

my @only = map { ('--only', $_) }
    ($ENV{COPYHANG_CASES} // q{}) eq 'all' ? q{*} : qw(*/splice/*-pipe */ficlone/pipe-*);

my (undef, @shared) = play(program(), @only);
my (undef, @each) = play(program(), @only, '--each');
is_deeply(verdicts(@shared), verdicts(@each), 'the same verdicts');

my %played = map  { $_->{id} => $_ } @each;
my @seen   = grep { $_->value('seen_in') } @shared;
cmp_ok(scalar @seen, '>', 0, 'some were not played');
is_deeply([grep { $_->value('seen_in') } @each], [], 'all are with --each');
for my $case (@seen) {
    my ($id, $first) = ($case->{id}, $case->value('seen_in'));
    my @same = map { s{\A[^/]*/}{}r } $id, $first;
    next if $case->{verdict} eq 'refused' && $same[0] eq $same[1] && $id ne $first;
    fail("$id is $case->{verdict}, seen in $first");
}
is_deeply(
    [map { $_->value('errno') } @seen],
    [map { $played{$_->{id}}->value('errno') } @seen],
    'with the errno that they have when they are played'
);

subtest 'copyhang run' => sub {
    my $programs = Copyhang::Paths->programs;
    my @some     = map { ('--only', "*/splice/$_-pipe") } qw(eventfd timerfd file pty);
    my @runs     = map {
        my (undef, $out) = copyhang($programs, 'run', @some, @{$_}, qw(--json -));
        decode_json($out)->{cases}
    } [], ['--each'];
    is_deeply(map({ verdicts(@{$_}) } @runs), 'the same verdicts');
    my @shared = grep { $_->{evidence}{seen_in} } @{$runs[0]};
    cmp_ok(scalar @shared, '>', 0, 'some were not played');
    is_deeply([grep { $_->{evidence}{seen_in} } @{$runs[1]}], [], 'all are with --each');
};

done_testing;
