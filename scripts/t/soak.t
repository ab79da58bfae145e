#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# scripts/soak with programs that do as they are told: what it counts, keeps, and goes on with.

use v5.36;

use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Copyhang::Soak   ();
use Fake             qw(programs finish slurp spew case);
use FakeGuest        qw(guests image);
use File::Temp       ();
use Golden           qw(golden_session);
use Cpanel::JSON::XS ();
use Real             qw(launch adopt_orphans comes_true all_gone);
use Test::More;

my $place = File::Temp->newdir;
my $CALM  = 'exit_group/splice/pty-pipe';
my $MOODY = 'close/splice/pty-pipe';

adopt_orphans();

# Plays exit_group as it is written, and close in its N-th run with the N-th of these verdicts.
sub moody (@verdicts) {
    my @cases  = map { case ($_, 'safe') } $CALM, $MOODY;
    my $folder = programs([@cases, case ('close/sendfile/fuse-pipe', 'unavailable')]);
    spew("$folder/runs",     q{});
    spew("$folder/close.pl", <<"PERL");
open my \$log, '+>>', '$folder/runs'; print {\$log} "once\\n"; close \$log;
my \$verdict = (qw(@verdicts))[(-s '$folder/runs') / length("once\\n") - 1] // 'safe';
if (\$verdict eq 'sleeps') { open my \$o, '>', '$folder/sleeps'; close \$o; sleep $Fake::FOREVER }
my \$ok = \$verdict eq 'safe' ? 'ok' : 'not ok';
print "TAP version 13\\n1..2\\n\$ok 1 $MOODY\\n#   verdict=\$verdict\\n#   stalled=yes\\n#   mood=\$verdict\\n",
    "ok 2 close/sendfile/fuse-pipe # SKIP no fuse\\n#   verdict=unavailable\\n#   reason=no fuse\\n";
exit(\$ok ne 'ok');
PERL
    return $folder;
}

sub soak ($folder, @arguments) {
    local $ENV{COPYHANG_PROGRAMS} = "$folder";
    return launch("$Bin/../soak", @arguments);
}

sub lines ($path) {
    return map { Cpanel::JSON::XS->new->decode($_) } split /^/, -e $path ? slurp($path) : q{};
}

subtest 'bad input' => sub {
    my $folder = moody();
    my $state  = "$place/refused";
    my @minute = ('--state', $state, '--minutes', 1);
    golden_session(
        'soak-refused.txt',
        sub ($soak, @arguments) { finish(soak($folder, @arguments)) },
        [
            map { ['soak', @{$_}] } [qw(--minutes 1)],
            ['--state', $state],
            [@minute,   '--minutes', 0],
            ['--state', $state, '--verdicts', 'many'],
            [@minute,   '--seed=-1'],
            [@minute,   'x'],
            ['--bogus'],
            [@minute, '--only', 'q*'],
        ]
    );
    my ($status, undef, $err) = finish(soak($folder, '--state', '/proc/x', '--minutes', 1));
    is($status, 2, 'no folder');
    like($err, qr{\Asoak: --state: cannot make /proc/x.*\n\z}, 'is named');
    ok(!-e $state, 'nothing was kept');
    is((finish(soak($folder, '--help')))[0], 0, '--help');
};

subtest 'none differs' => sub {
    my ($status, $out, $err) = finish(soak(moody(), '--state', "$place/calm", '--verdicts', 5));
    is($status, 0,   'exit 0');
    is($err,    q{}, 'quietly, as that is no terminal');
    like($out, qr/\A6 verdicts of 3 cases in 3 runs and \d+ minutes, 0 differ from the first\n/,
        'counted');
    like($out, qr/^3 times a case was unavailable\n/m, 'what there is not, apart');
    like($out, qr/^ +1 run:  plain\n/m,                'the first run is plain');
};

subtest 'what differs is kept' => sub {
    my $folder = moody(qw(safe hang safe));
    my @state  = ('--state', "$place/moody");
    my ($status, $out) = finish(soak($folder, @state, '--verdicts', 6));
    is($status, 1, 'exit 1');
    like($out, qr/\A6 verdicts of 3 cases in 3 runs and \d+ minutes, 1 differ/, 'counted');
    like($out, qr{^\Q$MOODY\E: safe \(plain\), hang in run 2 \(.+\)$}m,         'named');
    my @kept = lines("$place/moody/differing.jsonl");
    is(@kept, 1, 'one is kept');
    my ($first, $then) = @{$kept[0]}{qw(first then)};
    is_deeply([map { $_->{case}{verdict} } $first, $then], [qw(safe hang)], 'both verdicts');
    is_deeply([map { $_->{case}{evidence}{mood} } $first, $then], [qw(safe hang)],
        'both evidences');
    is($first->{surroundings}, 'plain', 'the surroundings of the first');
    ok(length $then->{surroundings}, 'and of the other');

    ($status, $out) = finish(soak($folder, @state, '--verdicts', 8));
    is($status, 1, 'exit 1, as before');
    like($out, qr/\A8 verdicts of 3 cases in 4 runs and \d+ minutes, 1 differ/, 'it goes on');
    is(slurp("$folder/runs") =~ tr/\n//, 4, 'with one run more');

    ($status, undef, my $err) = finish(soak($folder, @state, '--verdicts', 9, '--only', 'close/*'));
    is($status, 2, 'not with other cases');
    like($err, qr{\Asoak: --state: \S+ is of another soak: }, 'and says so');
    spew("$place/moody/soak.json", "{}\n");
    ($status) = finish(soak($folder, @state, '--verdicts', 9));
    is($status, 2, 'nor with what is not its own');
};

for my $signal (qw(INT TERM KILL)) {
    subtest "SIG$signal" => sub {
        my $folder = moody(qw(safe sleeps hang));
        my @state  = ('--state', "$place/$signal");
        my $job    = soak($folder, @state, '--verdicts', 4);
        ok(comes_true(sub { -e "$folder/sleeps" }), 'in the second run');
        my ($status, undef, $err) = finish(soak($folder, @state, '--verdicts', 4));
        is($status, 2, 'not two at once');
        like($err, qr{another soak is at work in}, 'and says so');

        # Half a line is what a run may leave that does not come to its end.
        open my $half, '>>', "$place/$signal/differing.jsonl" or die $!;
        print {$half} '{"run":2,"fi';
        close $half;
        kill $signal, $job->{pid};
        ($status, my $out) = finish($job);
        like($status, qr/\Asignal/,                          'ends it');
        like($out,    qr/\A2 verdicts of 3 cases in 1 runs/, 'with a summary') if $signal ne 'KILL';
        ok(all_gone(), 'and all of it');
        ($status, $out) = finish(soak($folder, @state, '--verdicts', 4));
        is($status, 1, 'goes on');
        like($out, qr/\A4 verdicts of 3 cases in 2 runs and \d+ minutes, 1 differ/, 'where it was');
        is(lines("$place/$signal/differing.jsonl"), 1, 'the half line is gone');
    };
}

subtest 'a limited time' => sub {
    my $folder = moody(qw(safe sleeps));
    local $ENV{COPYHANG_PROGRAMS} = "$folder";
    my $soak = Copyhang::Soak->new({minutes => 1, seed => 1, state => "$place/time"});
    $soak->{began} = -1e9;
    ok($soak->_is_over, 'has an end');
    $soak->{began} = 1e12;
    ok(!$soak->_is_over, 'and no sooner');
};

subtest 'surroundings' => sub {
    local $ENV{COPYHANG_PROGRAMS} = my $folder = moody();
    my $draws = sub ($name, %option) {
        my $soak = Copyhang::Soak->new({seed => 1, state => "$place/$name", %option});
        return map { $soak->draw($_)->{text} } 0 .. 99;
    };
    my @native = $draws->('native');
    is($native[0], 'plain', 'first none');
    is_deeply([$draws->('again')], \@native, 'the same with the same seed');
    isnt("@{[$draws->('other', seed => 2)]}", "@native", 'others with another');
    like("@native", qr/$_/, $_) for 'memcpy by vector', 'memcpy by string', 'jobs', 'busy per CPU';
SKIP: {
        skip 'needs root', 2 if $> != 0;
        like("@native", qr/$_/, $_) for '400 groups', '25 % of a CPU';
    }
    my @guest = $draws->('guest', kernel => 'debian:6.1');
    like("@guest", qr/$_/, "in a guest $_") for 'processors', 'clocksource=jiffies';
    unlike("@guest", qr/groups|memcpy/, 'what does not reach into it is left');
};

subtest 'in guests' => sub {
    my ($programs, $emulator) = guests([case ($CALM, 'safe')], 'hello(); play(@ids); end()');
    my $cache = File::Temp->newdir;
    local $ENV{PATH}           = "$emulator:$ENV{PATH}";
    local $ENV{XDG_CACHE_HOME} = "$cache";
    my ($status, $out) = finish(
        soak(
            $programs, '--state',  "$place/kernel", '--verdicts',
            3,         '--kernel', image($emulator, 'vmlinuz')
        )
    );
    is($status, 0, 'exit 0');
    like($out, qr/\A3 verdicts of 1 cases in 3 runs/, 'counted');
};

subtest 'a program that ends early' => sub {
    my $folder = programs([case ($CALM, 'safe')], exit_group => 'exit 3');
    my ($status, $out) = finish(soak($folder, '--state', "$place/early", '--verdicts', 1));
    like($out, qr/^trouble in run 1 \(plain\): exit_group: .*3/m, 'is told');
};

subtest 'nothing can be played' => sub {
    my ($status, undef, $err) = finish(
        soak(programs([case ($CALM, 'unavailable')]), '--state', "$place/none", '--verdicts', 1));
    is($status, 125,                                  'exit 125');
    is($err,    "soak: no case can be played here\n", 'and says so');
};

done_testing;
