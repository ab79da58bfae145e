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
use List::Util       qw(uniq);
use Real             qw(launch adopt_orphans comes_true all_gone);
use Test::More;

my $place = File::Temp->newdir;
my $CALM  = 'exit_group/splice/pty-pipe';
my $MOODY = 'close/splice/pty-pipe';

adopt_orphans();

# Plays a calm one, and one that has in the N-th run the N-th of these verdicts.
sub moody (@verdicts) {
    my @cases  = map { case ($_, 'safe') } $CALM, $MOODY;
    my $folder = programs([@cases, case ('close/sendfile/fuse-pipe', 'unavailable')]);
    spew("$folder/runs",              q{});
    spew("$folder/copyhang-cases.pl", <<"PERL");
open my \$log, '+>>', '$folder/runs'; print {\$log} "once\\n"; close \$log;
my \$verdict = (qw(@verdicts))[(-s '$folder/runs') / length("once\\n") - 1] // 'safe';
if (\$verdict eq 'sleeps') { open my \$o, '>', '$folder/sleeps'; close \$o; sleep $Fake::FOREVER }
my \$ok = \$verdict eq 'safe' ? 'ok' : 'not ok';
print "TAP version 13\\n1..3\\nok 1 $CALM\\n#   verdict=safe\\n",
    "\$ok 2 $MOODY\\n#   verdict=\$verdict\\n#   stalled=yes\\n#   mood=\$verdict\\n",
    "ok 3 close/sendfile/fuse-pipe # SKIP no fuse\\n#   verdict=unavailable\\n#   reason=no fuse\\n";
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
            [@minute,   '--only',  'q*'],
            ['--state', '/proc/x', '--minutes', 1],
        ]
    );
    ok(!-e $state, 'nothing was kept');
    is((finish(soak($folder, '--help')))[0], 0, '--help');
};

# What each soak plays, by the name of its folder.
my ($guests, $emulator) = guests([case ($CALM, 'safe')], 'hello(); play(@ids); end()');
my %plays = (
    calm  => moody(),
    moody => moody(qw(safe hang safe)),
    guest => $guests,
    early => programs([case ($CALM, 'safe')], 'exit 3'),
    none  => programs([case ($CALM, 'unavailable')]),
);
my $cache = File::Temp->newdir;
local $ENV{PATH}           = "$emulator:$ENV{PATH}";
local $ENV{XDG_CACHE_HOME} = "$cache";
my $image = image($emulator, 'vmlinuz');

# What is told, without what differs from one time to the next, or for those that are not root.
sub told ($job) {
    my ($status, $out, $err) = finish($job);
    $out =~ s/\d+(?= minutes)/N/;
    $out =~ s/(?:^ +1 run:  |in run \d+ [(])\K(?!plain)[^)\n]+/SURROUNDINGS/gm;
    return ($status, $out, $err);
}

golden_session(
    'soak.txt',
    sub ($soak, $name, @arguments) {
        told(soak($plays{$name}, '--state', "$place/$name", @arguments));
    },
    [
        map { ['soak', @{$_}] }[qw(calm --verdicts 5)], [qw(moody --verdicts 6)],
        [qw(moody --verdicts 8)],                       [qw(moody --verdicts 9 --only close/*)],
        [qw(guest --verdicts 3 --kernel), $image],      [qw(early --verdicts 1)],
        [qw(none --verdicts 1)],
    ]
);

subtest 'what differs is kept' => sub {
    is(slurp("$plays{moody}/runs") =~ tr/\n//, 4, 'of four runs');
    my @kept = lines("$place/moody/differing.jsonl");
    is(@kept, 1, 'one');
    my ($first, $then) = @{$kept[0]}{qw(first then)};
    is_deeply([map { $_->{case}{verdict} } $first, $then], [qw(safe hang)], 'both verdicts');
    is_deeply([map { $_->{case}{evidence}{mood} } $first, $then], [qw(safe hang)],
        'both evidences');
    is($first->{surroundings}, 'plain', 'the surroundings of the first');
    ok(length $then->{surroundings}, 'and of the other');

    spew("$place/moody/soak.json", "{}\n");
    is((finish(soak($plays{moody}, '--state', "$place/moody", '--verdicts', 9)))[0],
        2, 'what is not its own is refused');
};

# A second one while it is in its second run; its end by a signal; the next one.
my (%folder, %job);
my %step = (
    'a second one' => sub ($signal, @soak) {
        $job{$signal} = soak(@soak);
        ok(comes_true(sub { -e "$folder{$signal}/sleeps" }), 'in the second run');
        return told(soak(@soak));
    },

    # Half a line is what a run may leave that does not come to its end.
    'a signal' => sub ($signal, @soak) {
        open my $half, '>>', "$place/$signal/differing.jsonl" or die $!;
        print {$half} '{"run":2,"fi';
        close $half;
        kill $signal, $job{$signal}{pid};
        my @told = told($job{$signal});
        ok(all_gone(), 'all of it has ended');
        return @told;
    },
    'the next one' => sub ($signal, @soak) {
        my @told = told(soak(@soak));
        is(lines("$place/$signal/differing.jsonl"), 1, 'the half line is gone');
        return @told;
    },
);
golden_session(
    'soak-interrupted.txt',
    sub ($signal, $step) {
        $folder{$signal} //= moody(qw(safe sleeps hang));
        return $step{$step}
            ->($signal, $folder{$signal}, '--state', "$place/$signal", qw(--verdicts 4));
    },
    [
        map {
            my $signal = $_;
            map { [$signal, $_] } 'a second one', 'a signal', 'the next one'
        } qw(INT TERM KILL)
    ]
);

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
    my @cpu    = map { "$_ % of a CPU" } $> == 0 ? (25, 50, 100) : ();
    my @common = (@cpu, 'plain', '4 busy per CPU', map { "$_ jobs" } 2, 64);
    my @only  = ($> == 0 ? '400 groups' : (), map { "memcpy by $_" } qw(nontemporal string vector));
    my $words = sub (@texts) {
        [sort(uniq(map { split /, / } @texts))]
    };
    is_deeply($words->(@native), [sort @common, @only], 'all that there are');
    my $cpus = 2 * qx{nproc};
    is_deeply(
        $words->($draws->('in-guest', kernel => 'debian:6.1')),
        [sort @common, "$cpus processors", 'clocksource=jiffies'],
        'and in a guest'
    );
};

done_testing;
