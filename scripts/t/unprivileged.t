#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# All cases as a plain user: the verdicts are those that root gets, and only evidence that the
# kernel shows to root alone lacks.
#
# sample: plays a sample of the cases, since all of them twice take minutes

use v5.36;
use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use File::Copy qw(copy);
use File::Temp ();
use Real       qw(program play verdicts some_cases);
use Test::More;

my @NOBODY = qw(setpriv --reuid=65534 --regid=65534 --clear-groups);

plan skip_all => 'only root can be somebody else' if $> != 0;

my $place   = File::Temp->newdir;
my $program = reachable(program());

my @some = some_cases('sample');
my ($status, @cases)   = play($program, @some);
my ($nobodys, @theirs) = play(@NOBODY, $program, @some);
ok(@cases > 0, 'there are cases');
is($nobodys, $status, 'the same exit status');

# What root alone may have, or whoever has a name space of its own.
my $PRIVILEGED =
    qr/\b(?:fuse|fuse_(?:cached|buffered|spliced?|beside)|tun|userfault|kmsg|freeze_cgroup|wakes_fanotify)\b
       |\b(?:(?:frozen|dirty|long|full|pieces_full|pieces)_)?(?:ext4|xfs|btrfs|overlay|overlay_lower)\b/x;
my @lacking = grep { $_->{verdict} eq 'unavailable' && $_->{id} =~ $PRIVILEGED } @theirs;
is_deeply([map { $_->{id} } grep { !length($_->{reason} // q{}) } @lacking],
    [], 'each that is not to be had says why');
my %lacking = map { $_->{id} => 1 } @lacking;
@cases  = grep { !$lacking{$_->{id}} } @cases;
@theirs = grep { !$lacking{$_->{id}} } @theirs;
is_deeply(verdicts(@theirs), verdicts(@cases), 'the same verdicts of all others')
    or diag map { "$_->{id}: $_->{verdict}: " . ($_->{reason} // q{}) . "\n" }
    grep { $_->{verdict} =~ /\A(?:broken|late|stuck)\z/ } @cases, @theirs;

my %kinds = map { $_->{id} => kinds($_) } @cases;
is_deeply([grep { /[.]stack=/ } map { $_->evidence_lines } @theirs], [], 'no stack');
is_deeply(
    [
        map {
            my $kinds = $kinds{$_->{id}};
            kinds($_) eq $kinds ? () : "$_->{id}: " . kinds($_) . ", not $kinds"
        } @theirs
    ],
    [],
    'all other evidence'
);

done_testing;

# What evidence there is. Not whether it had to wait for a CPU, or for a control; nor,
# where nothing stalls, whether it was in the first call or in a later one.
sub kinds ($case) {
    my %kinds = map { $_->[0]          => 1 } @{$case->{pairs}};
    my %told  = map { join('=', @{$_}) => 1 } @{$case->{pairs}};
    delete @kinds{'starved_ms', 'control_ms', grep { /[.]stack\z/ } keys %kinds};
    delete $kinds{copier} if $told{'stalled=no'};
    return join ' ', sort keys %kinds;
}

# The program, or a copy where that user may not go.
sub reachable ($path) {
    return $path if system(@NOBODY, 'test', '-x', $path) == 0;
    my $copy = "$place/copyhang-cases";
    copy($path, $copy) or die "$copy: $!";
    chmod oct 755, "$place", $copy or die "$copy: $!";
    return $copy;
}
