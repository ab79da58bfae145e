#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# Guests that go wrong, each in its own way: none is waited for for ever, none hides a case.

use v5.36;
use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Cpanel::JSON::XS ();
use Fake             qw(start finish slurp case);
use FakeGuest        qw(guests image);
use File::Temp       ();
use Golden           qw(golden);
use Real             qw(adopt_orphans comes_true all_gone);
use Test::More;

our @IDS = map { "a/b/s$_-pipe" } 1 .. 5;

# What ends a guest: nothing that takes time, on a machine however slow, but the limit that a test is
# about. These have others that are short.
my %PATIENT = map { ($_ => $Fake::LIMIT) } qw(BOOT BOOT_SILENT LIFE SILENCE);

sub short ($limit) {
    return {$limit => 0.3};
}

adopt_orphans();

# Runs a kernel in a guest that follows the plan. Returns what is to be told of it: how it ended, what
# its boots were asked for, and what came of each case. What is on the console of one that has little
# time depends on how slow this machine is.
sub guest ($name, $plan, $limits = {}, @arguments) {
    my ($programs, $emulator) = guests([map { case ($_, 'safe') } @IDS], $plan);
    my $cache = File::Temp->newdir;
    local $ENV{PATH}           = "$emulator:$ENV{PATH}";
    local $ENV{XDG_CACHE_HOME} = "$cache";
    my ($status, $out, $err) = finish(
        start(
            $programs, ['matrix', image($emulator, 'vmlinuz'), '--json', '-', @arguments],
            %PATIENT,  %{$limits}
        )
    );
    my $document = eval { Cpanel::JSON::XS->new->decode($out) } or diag("$status $out $err");
    my %kernel   = %{$document->{kernels}[0] // {}};
    ok(all_gone(), "$name: no emulator is left");
    my @boots = map  { [split] } grep { !/ kvm / } split /\n/, slurp("$emulator/boots");
    my @cases = sort { $a->{id} cmp $b->{id} } @{$kernel{cases}};
    return join "\n", "$name: exit $status",
        join(q{ }, $kernel{release} // q{-}, join ': ', $kernel{outcome}, $kernel{detail} // ()),
        (map { "  on the console: $_" } %{$limits} ? () : @{$kernel{console}}),
        (map { "  trouble $_" } @{$kernel{troubles}}),
        (map { sprintf '  boot of %d cases, %d jobs, %d processors', @{$_} - 4, @{$_}[2, 3] }
            @boots),
        (map { join q{ }, " ", $_->{id}, join ': ', $_->{verdict}, $_->{reason} // () }
            @cases[0 .. 4]),
        q{};
}

my $WELL  = q{hello(); play(@ids); end()};
my $PANIC = q{console('Kernel panic - not syncing: planted', 'CPU: 0'); exit 0;};
my $DIED  = q{console('Kernel panic - not syncing: Attempted to kill init!'); exit 0};

# In the second boot, one after the other, it is found out which of them it is.
my $DEADLY =
    qq{hello(); if (\$jobs == 1) { for (\@ids) { started(\$_); if (m{/s3-}) { $PANIC } result(\$_) } }
    else { started(\@ids); if (grep { m{/s3-} } \@ids) { $PANIC } result(\@ids) } end()};

# What goes wrong in the first boot, after two cases; the rest comes from another one.
my %GARBAGE = (
    'a garbled byte' => q{my $l = frame("ok 3 $ids[2]"); substr($l, -3, 1) = 'X'; print $l},
    'a half line'    => q{print substr(frame("ok 3 $ids[2]"), 0, 9), "\n"},
    'a lost line'    => q{frame('lost'); play($ids[2])},
    'noise'          => q{print "\xff\x00\e[31m noise\n"},
);

my @told = map { guest(@{$_}) } (
    ['all is well',                  $WELL],
    ['a kernel that panics at once', $PANIC],
    [
        'an init that never starts',
        q{console('Run /init as init process'); hang()},
        short('BOOT_SILENT')
    ],
    ['one that only talks', q{while () { console('word'); sleep 0.05 }}, short('BOOT')],
    ['nothing at all',      q{hang()},                                   short('BOOT_SILENT')],
    ['an end at once',             q{exit 0}],
    ['an init that dies half-way', qq{hello(); play(splice \@ids, 0, 2); $DIED if \@ids; end()}],
    ['and not again, where nothing came of it', qq{hello(); $PANIC}],
    (
        map {
            [
                $_,
                qq{hello(); if (\$boot == 1) { play(\@ids[0, 1]); $GARBAGE{$_}; hang() } play(\@ids); end()}
            ]
            }
            sort keys %GARBAGE
    ),
    ['nothing but noise',          q{hello(); print "noise\n" x 3; hang()}],
    ['an emulator that is killed', q{hello(); kill 9, $$; hang()}],
    ['an emulator that fails',     q{print STDERR "qemu: no luck\n"; exit 1}],
    ['no sign of life', q{hello(); hang()},                                    short('LIFE')],
    ['no word',         q{hello(); while () { channel('@alive'); sleep 0.1 }}, short('SILENCE')],
    [
        'an oops that the guest survives',
        q{hello(); play(@ids); console('BUG: kernel NULL pointer dereference'); end()}
    ],
    ['a case that takes the kernel down', $DEADLY],
    [
        'all of them do: has an end',
        qq{hello(); started(\@ids); $PANIC},
        {},
        '--only',
        'a/*',
        '--jobs',
        4
    ],
    [
        'a case program that ends early',
        q{hello(); for (@ids) { started($_); m{/s1-} ? result($_) : end(11) }}
    ],
);

# As many processors as there are here, for nproc(1): few cases take one, many take all.
{
    local $ENV{OMP_NUM_THREADS} = 2;
    push @told, guest('few cases', $WELL);
    local @IDS = map { "a/b/s$_-pipe" } 1 .. 129;
    push @told, guest('many cases', $WELL);
}
golden('guests.txt', join "\n", @told);

for my $signal (qw(INT KILL)) {
    my ($programs, $emulator) = guests([map { case ($_, 'safe') } @IDS], q{hello(); hang()});
    my $cache = File::Temp->newdir;
    local $ENV{PATH}           = "$emulator:$ENV{PATH}";
    local $ENV{XDG_CACHE_HOME} = "$cache";
    my @kernels = map { image($emulator, $_) } qw(one two);
    my $job     = start($programs, ['matrix', @kernels], %PATIENT);
    ok(comes_true(sub { -e "$emulator/boots" && slurp("$emulator/boots") =~ / tcg / }),
        'guests run');
    my ($pruned) = finish(start($programs, ['kernels', 'prune']));
    is($pruned, 2, 'and what they use cannot be pruned');
    ok(-d "$cache/copyhang/guests", 'it is there still');
    kill $signal, $job->{pid};
    my ($status) = finish($job);
    like($status, qr/signal/, "SIG$signal ends it");
    ok(all_gone(), 'and the guests');
    is((finish(start($programs, ['kernels', 'prune'])))[0], 0, 'then it can');
    ok(!-e "$cache/copyhang/guests", 'and is gone');
}

done_testing;
