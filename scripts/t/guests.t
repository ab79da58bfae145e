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

# Runs a kernel in a guest that follows the plan. Returns what the JSON document says of it, with
# exit, err, boots (what each was asked for) and the verdicts by id.
sub guest ($plan, $limits = {}, @arguments) {
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
    ok(all_gone(), 'no emulator is left');
    return {
        %kernel,
        exit     => $status,
        err      => $err,
        boots    => [map { [split] } grep { !/ kvm / } split /\n/, slurp("$emulator/boots")],
        verdicts =>
            join(q{ }, map { $_->{verdict} } sort { $a->{id} cmp $b->{id} } @{$kernel{cases}}),
        reasons => {map { $_->{id} => $_->{reason} } @{$kernel{cases}}},
    };
}

sub ends_with ($guest, $outcome, $detail, $verdicts) {
    is($guest->{exit} > 0, $outcome ne 'complete', 'exit status');
    is($guest->{outcome},  $outcome,               "outcome $outcome");
    like($guest->{detail} // q{}, $detail, 'with the reason') or diag(explain $guest);
    is($guest->{verdicts}, $verdicts, 'every case has a verdict');
    return;
}

my $NONE  = join q{ }, ('broken') x 5;
my $SAFE  = join q{ }, ('safe') x 5;
my $PANIC = q{console('Kernel panic - not syncing: planted', 'CPU: 0'); exit 0;};

subtest 'all is well' => sub {
    my $guest = guest(q{hello(); play(@ids); end()});
    ends_with($guest, 'complete', qr/\A\z/, $SAFE);
    is($guest->{release},  '6.6.6', 'what kernel it is');
    is(@{$guest->{boots}}, 1,       'one boot');
};

subtest 'processors' => sub {
    local $ENV{OMP_NUM_THREADS} = 2;    # as many as there are here, for nproc(1)
    my $plan = q{hello(); play(@ids); end()};
    is(guest($plan)->{boots}[0][3], 1, 'few cases take one');
    local @IDS = map { "a/b/s$_-pipe" } 1 .. 129;
    is(guest($plan)->{boots}[0][3], 2, 'many take all');
};

subtest 'a kernel that panics at once' => sub {
    my $guest = guest($PANIC);
    ends_with($guest, 'panic', qr/\AKernel panic - not syncing: planted\z/, $NONE);
    like("@{$guest->{console}}", qr/planted CPU: 0\z/, 'and the console');
};

subtest 'an init that never starts' => sub {
    my $guest = guest(q{console('Run /init as init process'); hang()}, short('BOOT_SILENT'));
    ends_with($guest, 'boot_failed', qr/\Anothing on the console for/, $NONE);
    $guest = guest(q{while () { console('word'); sleep 0.05 }}, short('BOOT'));
    ends_with($guest, 'boot_failed', qr/\Ano word from init for/, $NONE);
};

subtest 'nothing on the console, nothing at all' => sub {
    ends_with(
        guest(q{hang()}, short('BOOT_SILENT')), 'boot_failed',
        qr/\Anothing on the console for/,       $NONE
    );
    ends_with(guest(q{exit 0}), 'boot_failed', qr/\Ait ended before init/, $NONE);
};

subtest 'an init that dies half-way' => sub {
    my $died  = q{console('Kernel panic - not syncing: Attempted to kill init!'); exit 0};
    my $guest = guest(qq{hello(); play(splice \@ids, 0, 2); $died if \@ids; end()});
    is($guest->{outcome},  'panic', 'panic');
    is($guest->{verdicts}, $SAFE,   'what it got done in each boot counts');
    $guest = guest(qq{hello(); $PANIC});
    ends_with($guest, 'panic', qr/planted/, $NONE);
    is(@{$guest->{boots}}, 1, 'not again, where nothing came of it');
};

subtest 'garbage, half lines, gaps' => sub {
    my %plan = (
        'a garbled byte' => q{my $l = frame("ok 3 $ids[2]"); substr($l, -3, 1) = 'X'; print $l},
        'a half line'    => q{print substr(frame("ok 3 $ids[2]"), 0, 9), "\n"},
        'a lost line'    => q{frame('lost'); play($ids[2])},
        'noise'          => q{print "\xff\x00\e[31m noise\n"},
    );
    for my $name (sort keys %plan) {
        my $guest = guest(
            qq{hello(); if (\$boot == 1) { play(\@ids[0, 1]); $plan{$name}; hang() } play(\@ids); end()}
        );
        is($guest->{outcome},  'lost', "$name: lost");
        is($guest->{verdicts}, $SAFE,  'and the rest comes from another boot');
    }
    my $guest = guest(q{hello(); print "noise\n" x 3; hang()});
    ends_with($guest, 'lost', qr/\Ano line of init's: noise/, $NONE);
};

subtest 'an emulator that is killed' => sub {
    ends_with(guest(q{hello(); kill 9, $$; hang()}),
        'emulator_failed', qr/\Akilled by SIGKILL/, $NONE);
    ends_with(guest(q{print STDERR "qemu: no luck\n"; exit 1}),
        'emulator_failed', qr/\Aexited with 1: qemu: no luck\z/, $NONE);
};

subtest 'wedged' => sub {
    ends_with(guest(q{hello(); hang()}, short('LIFE')), 'wedged', qr/\Ano sign of life for/, $NONE);
    ends_with(guest(q{hello(); while () { channel('@alive'); sleep 0.1 }}, short("SILENCE")),
        'wedged', qr/\Ano word from the case program for/, $NONE);
};

subtest 'an oops that the guest survives' => sub {
    ends_with(guest(q{hello(); play(@ids); console('BUG: kernel NULL pointer dereference'); end()}),
        'panic', qr/\ABUG: kernel NULL/, $SAFE);
};

subtest 'a case that takes the kernel down' => sub {
    my $guest = guest(
        qq{hello(); if (\$jobs == 1) { for (\@ids) { started(\$_); if (m{/s3-}) { $PANIC } result(\$_) } }
        else { started(\@ids); if (grep { m{/s3-} } \@ids) { $PANIC } result(\@ids) } end()}
    );
    ends_with($guest, 'panic', qr/planted/, 'safe safe broken safe safe');
    like(
        $guest->{reasons}{'a/b/s3-pipe'},
        qr/\Apanic: Kernel panic - not syncing: planted, while it was played\z/,
        'is named'
    );
    is_deeply([map { $_->[2] } @{$guest->{boots}}], [0, 1, 0], 'alone in the second boot');

    $guest = guest(qq{hello(); started(\@ids); $PANIC}, {}, '--only', 'a/*', '--jobs', 4);
    is($guest->{verdicts}, $NONE, 'all of them do: has an end');
};

subtest 'a case program that ends early' => sub {
    my $guest = guest(q{hello(); for (@ids) { started($_); m{/s1-} ? result($_) : end(11) }});
    is($guest->{verdicts} =~ tr/k//, 4, 'the rest is broken');
    is($guest->{exit},               1, 'exit 1');
};

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
