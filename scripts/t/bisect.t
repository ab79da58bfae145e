#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# Bisecting kernels that are planted: which verdict each shows is known.

use v5.36;
use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Cpanel::JSON::XS ();
use Fake             qw(copyhang start finish slurp spew case);
use FakeGuest        qw(guests image);
use File::Temp       ();
use Golden           qw(golden golden_session);
use List::Util       qw(uniq);
use POSIX            qw(ceil);
use Real             qw(adopt_orphans comes_true all_gone);
use Test::More;

my $CASE    = 'exit_group/sendfile/pty-pipe';
my $CONTROL = 'exit_group/read_write/pty-pipe';
my @CASES   = map { case ($_, 'safe') } $CASE, $CONTROL, 'exit_group/splice/pty-pipe';

# A guest does what $folder/kernels says of its kernel: a verdict, or how it fails.
my $PLAN = <<'PLAN';
my ($image) = map { $ARGV[$_ + 1] =~ m{([^/]+)\z} } grep { $ARGV[$_] eq '-kernel' } 0 .. $#ARGV;
my %does = map { split } split /\n/, slurp("$folder/kernels");
my @does = split /,/, $does{$image};
my $verdict = @does > 1 ? $does[$boot % @does] : $does[0];
open my $booted, '>>', "$folder/booted"; print {$booted} "$image\n"; close $booted;
exit 0 if $verdict eq 'dead';
hello();
if ($verdict eq 'panic') { console('Kernel panic - not syncing: planted'); exit 0 }
hang() if $verdict eq 'wait' && !-e "$folder/go";
$verdict = 'hang' if $verdict eq 'wait';
my $control = $verdict =~ s/-control\z// ? 'hang' : 'safe';
for my $id (@ids) {
    my $verdict = $id =~ /read_write/ ? $control : $verdict;
    started($id);
    my $ok = $verdict =~ /safe|refused|unavailable/ ? 'ok' : 'not ok';
    channel("$ok " . ++$count . " $id", "#   verdict=$verdict", '#   stalled=yes', "#   seen=$image");
}
end();
PLAN

adopt_orphans();

# Kernels k01, k02, ... that do so. Returns what a test has at hand.
sub planted (@does) {
    my ($programs, $emulator) = guests(\@CASES, $PLAN);
    my $self = {
        programs => $programs,
        emulator => $emulator,
        images   => File::Temp->newdir,
        cache    => File::Temp->newdir,
        waits    => scalar(grep { $_ eq 'wait' } @does),
        names    => [map { sprintf 'k%02d', $_ } 1 .. @does],
    };
    my $number = 0;
    spew("$emulator/kernels", map { $self->{names}[$number++] . " $_\n" } @does);
    image($self->{images}, $_) for @{$self->{names}};
    return $self;
}

sub path ($planted, $name) {
    return "$planted->{images}/$name";
}

# Starts a bisection over all of them.
sub begin ($planted, @arguments) {
    local $ENV{PATH}           = "$planted->{emulator}:$ENV{PATH}";
    local $ENV{XDG_CACHE_HOME} = "$planted->{cache}";
    my @ends = map { path($planted, $_) } @{$planted->{names}}[0, -1];
    return start(
        $planted->{programs},
        [
            'bisect',             '--case', $CASE,    '--good',
            $ends[0],             '--bad',  $ends[1], '--kernels',
            "$planted->{images}", @arguments
        ],
        $planted->{waits} ? (LIFE => 60) : ()
    );
}

# {exit, out, err, and what --json says}
sub ended ($job) {
    my ($status, $out, $err) = finish($job);
    my $document = eval { Cpanel::JSON::XS->new->decode($out) };
    ok(all_gone(), 'no emulator is left');
    return {%{$document // {}}, exit => $status, out => $out, err => $err};
}

sub bisect ($planted, @arguments) {
    return ended(begin($planted, @arguments, '--json', q{-}));
}

# The kernels that were booted, in order.
sub booted ($planted) {
    my $path = "$planted->{emulator}/booted";
    return -e $path ? split /\n/, slurp($path) : ();
}

sub name ($seen) {
    return ($seen->{name} // 'none') =~ s{.*/}{}r;
}

sub finds ($found, $good, $bad, @suspects) {
    is($found->{exit},       @suspects ? 125 : 0, 'exit status') or diag($found->{err});
    is(name($found->{good}), $good,               "last good $good");
    is(name($found->{bad}),  $bad,                "first bad $bad");
    is_deeply([map { name($_) } @{$found->{suspects}}], \@suspects, "between them: @suspects");
    return;
}

subtest 'the first that hangs' => sub {
    my $planted = planted(('refused') x 5, ('hang') x 7);
    my $found   = bisect($planted);
    finds($found, 'k05', 'k06');
    my @booted = booted($planted);
    cmp_ok(scalar @booted, '<=', 2 + ceil(log(12) / log 2), 'in few boots: ' . @booted);
    is($found->{boots},      scalar @booted, 'which are counted');
    is(scalar uniq(@booted), scalar @booted, 'none twice');
    is("@{$found->{verdicts}{good}} @{$found->{verdicts}{bad}}", 'refused hang', 'verdicts');
    is($found->{control}, $CONTROL, 'the control was played');
    golden('bisect-found.txt', $found->{err});
};

subtest 'what does not tell is skipped' => sub {
    my @does =
        (('refused') x 4, qw(panic dead broken unavailable hang-control late stuck), ('hang') x 5);
    finds(bisect(planted(@does)), 'k04', 'k12', map { sprintf 'k%02d', $_ } 5 .. 11);
    @does[4 .. 10] = qw(panic dead broken refused hang broken safe);
    finds(bisect(planted(@does)), 'k08', 'k09');
    my $reasons = bisect(planted(qw(refused panic dead broken hang-control safe hang)));
    golden('bisect-skipped.txt', $reasons->{err});
};

subtest 'which verdicts' => sub {
    my @does = qw(refused refused safe safe hang hang);
    finds(bisect(planted(@does)), 'k02', 'k05', qw(k03 k04));
    finds(bisect(planted(@does), '--any-change'),                                   'k02', 'k03');
    finds(bisect(planted(@does), '--good-verdict', 'refused,safe'),                 'k04', 'k05');
    finds(bisect(planted(@does), '--bad-verdict', 'safe,hang'),                     'k02', 'k03');
    finds(bisect(planted(reverse @does), '--good-verdict', 'hang', '--any-change'), 'k02', 'k03');
    finds(bisect(planted(reverse(@does), ('refused') x 4)), 'k02', 'k05', qw(k03 k04));
};

subtest 'more boots where they differ' => sub {
    my @does = (qw(refused refused), 'hang,refused', 'hang,hang', 'hang');
    finds(bisect(planted(@does), '--repeat', 2), 'k02', 'k04', 'k03');
    my $planted = planted(qw(refused hang));
    is(bisect($planted, '--repeat', 3)->{boots}, 6, 'three of each');
    is(scalar booted($planted),                  6, 'indeed');
};

subtest 'what cannot be told' => sub {
    my $run = sub ($does, @options) {
        my $found = bisect(planted(split q{ }, $does), @options);
        return ($found->{exit}, q{}, $found->{err});
    };
    golden_session(
        'bisect-cannot-tell.txt',
        $run,
        [
            ['hang hang hang'],                         ['late late late'],
            ['broken broken broken'],                   ['refused hang panic'],
            ['refused hang', '--good-verdict', 'hang'], ['refused hang hang-control'],
        ]
    );
};

for my $signal (qw(INT KILL)) {
    subtest "SIG$signal in a step, then --resume" => sub {
        my $planted = planted(('refused') x 5, ('hang') x 2, 'wait', ('hang') x 8);
        my $job     = begin($planted);
        ok(
            comes_true(
                sub {
                    grep { $_ eq 'k08' } booted($planted);
                }
            ),
            'it waits in a step'
        );
        my $told = sub (@words) { finish(begin($planted, @words)) };
        golden_session('bisect-meanwhile.txt', $told, [['--resume']]);
        {
            local $ENV{XDG_CACHE_HOME} = "$planted->{cache}";
            is((copyhang($planted->{programs}, qw(kernels prune)))[0], 2, 'nothing is pruned');
        }
        kill $signal, $job->{pid};
        my $killed = ended($job);
        is($killed->{exit}, 'signal ' . {INT => 2, KILL => 9}->{$signal}, 'dies by it');
        my %last = (INT => "Interrupted. The same command with --resume goes on.\n", KILL => q{});
        is($killed->{err} =~ s/\AGuests .*\n//r, $last{$signal},
            'and says how to go on, if it can');
        golden_session('bisect-log.txt', $told, [['--log']]);

        spew("$planted->{emulator}/go", q{});
        finds(bisect($planted, '--resume'), 'k05', 'k06');
        my @booted = booted($planted);
        is_deeply([grep { $_ eq 'k01' } @booted], ['k01'], 'what was seen is not booted again');
        is(scalar uniq(@booted), @booted - 1, 'only what was interrupted');
    };
}

subtest 'begun anew' => sub {
    my $planted = planted(qw(refused refused hang));
    finds(bisect($planted), 'k02', 'k03') for 1 .. 2;
    is(scalar booted($planted), 6, 'everything is looked at');
    finds(bisect($planted, '--resume'), 'k02', 'k03');
    is(scalar booted($planted), 6, 'but nothing when it is over');
    image($planted->{images}, 'k02');
    utime 1, 1, path($planted, 'k02');
    finds(bisect($planted, '--resume'), 'k02', 'k03');
    is_deeply([splice @{[booted($planted)]}, 6],
        ['k02'], 'a kernel that was built anew is another one')
        or diag(join q{ }, booted($planted));
    my $log = ended(begin($planted, '--log'));
    is(() = $log->{out} =~ /^copyhang matrix .*--only \Q$CASE\E # (?:good|bad): \w+$/mg,
        4, 'the log');
};

subtest 'a list of kernels' => sub {
    my $planted = planted(('refused') x 2, ('hang') x 6);
    my $list    = "$planted->{cache}/list";
    spew($list, "# k02 is not there\n", map { path($planted, $_) . "\n" } qw(k04 k01 k03 k06));
    my $found = bisect($planted, '--kernels', $list);
    finds($found, 'k01', 'k03');
    is($found->{among}, 5, 'and the ends');
    spew(path($planted, 'README'), "no kernel\n");
    is(bisect($planted)->{among}, 8, 'in a folder other files are passed over');
};

subtest 'bad input' => sub {
    my $planted = planted(qw(refused hang));
    my ($good, $bad) = map { path($planted, $_) } qw(k01 k02);
    my $empty = File::Temp->newdir;
    spew("$empty/list", "$empty/nothing\n");
    my %set = (
        '--case'    => $CASE,
        '--good'    => $good,
        '--bad'     => $bad,
        '--kernels' => "$planted->{images}"
    );
    my @changes = (
        (map { {"--$_"   => undef} } qw(case good bad kernels)),
        (map { {'--case' => $_} } 'a/b/c-d', 'exit_group/*'),
        {'--good' => '/nowhere'},
        {'--bad'  => 'debian:x'},
        {'--good' => $bad, '--bad' => $good},
        {'--good' => $bad},
        (map { {'--kernels' => $_} } '/nowhere', $good, "$empty", "$empty/list"),
        {'--good-verdict' => 'fine'},
        {'--repeat'       => '0'},
        {'--json'         => '/nowhere/x'},
        {'--config'       => $good},
        {'--git'          => '/nowhere'},
    );
    my @commands = map {
        my %option = (%set, %{$_});
        ['bisect', map { ($_ => $option{$_}) } grep { defined $option{$_} } sort keys %option]
    } @changes;
    local $ENV{XDG_CACHE_HOME} = "$planted->{cache}";
    golden_session(
        'bisect-refused.txt',
        sub (@words) { copyhang($planted->{programs}, @words) },
        [@commands, ['bisect', (map { ($_ => $set{$_}) } sort keys %set), '--log']]
    );
    is_deeply([booted($planted)], [], 'nothing was booted');
};

done_testing;
