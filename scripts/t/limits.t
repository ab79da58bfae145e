#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# The time limits of the case programs are told, and those of this side follow from them.
use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib", "$FindBin::Bin/../lib";

use Copyhang::Limits ();
use Copyhang::Paths  ();
use Copyhang::Stream ();
use Fake             qw(programs case spew);
use Test::More;

my $program = Copyhang::Paths->programs . '/copyhang-cases';
my @rows    = map { chomp; [split /\t/, $_, -1] } qx{'$program' --limits};
is($?, 0, '--limits');
my %ms = map { $_->[0] => $_->[1] } @rows;
is(scalar keys %ms, scalar @rows, 'each limit has a name of its own');
for my $row (@rows) {
    my ($name, $ms, $verdicts, $why) = @{$row};
    my @unknown = grep { !/\A(?:safe|hang|stuck|late|spins|missed|corrupt|broken)\z/ } split / /,
        $verdicts;
    ok(@{$row} == 4 && $ms > 0 && $why =~ /\w/ && !@unknown, "$name: $ms ms, $why");
}
cmp_ok($ms{SUPERVISOR}, '>', $ms{PHASE}, 'a supervisor has more time than a phase of its case');
cmp_ok(Copyhang::Stream->silence * 1000, '>', $ms{SUPERVISOR}, 'and its program more than that');

my $silent = programs([case ('exit_group/sendfile/pty-pipe', 'safe')]);
spew("$silent/copyhang-cases", "#!/bin/sh\nexit 3\n");
local $ENV{COPYHANG_PROGRAMS} = "$silent";
local $Copyhang::Limits::SILENCE = undef;
ok(!eval { Copyhang::Stream->silence }, 'a program that does not say its limits');
like($@->message, qr/does not say what its limits are/, 'is named');

done_testing;
