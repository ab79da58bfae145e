#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# What the cases take is counted rightly, and .ci/counts notices when it has grown.

use v5.36;

use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Copyhang::Paths    ();
use Counts             ();
use Counts::Comparison ();
use Counts::Table      ();
use Fake               qw(finish slurp spew);
use File::Temp         ();
use Real               qw(launch);
use Test::More;

my $place    = File::Temp->newdir;
my $path     = "$place/table";
my $programs = Copyhang::Paths->programs;
my $COUNTS   = "$Bin/../../.ci/counts";
local $ENV{COPYHANG_PROGRAMS} = $programs;    # nothing to install or build

# Of a table with these lines, once so much was counted of its cases: how they differ.
sub compared ($lines, @counted) {
    spew($path, $lines);
    my $table = Counts::Table->read($path);
    for (@counted) {
        my ($id, $verdict, @numbers) = @{$_};
        my %played = (verdicts => {$id => $verdict});
        @played{@Counts::Table::FIGURES} = @numbers;
        $table->take($id, \%played);
    }
    return $table;
}

sub grown ($table) {
    return map { @{$_->{grown}} } $table->rows;
}

sub shrunk ($table) {
    return map { @{$_->{shrunk}} } $table->rows;
}

my $KNOWN = "safe a/b/c 5 40 500\nsafe a/b/d 5 40 500\nhang a/b/e 6 50 900\n";

my $same = compared($KNOWN, ['a/b/c', 'safe', 5, 44, 540], ['a/b/d', 'safe', 5, 43, 550]);
is_deeply([grown($same)],  [], 'a tenth more is tolerated');
is_deeply([shrunk($same)], [], 'and not less');
is_deeply(
    [grown(compared($KNOWN, ['a/b/c', 'safe', 6, 40, 500], ['a/b/d', 'safe', 6, 41, 500]))],
    ['safe: processes have grown from 5.0 to 6.0 a case'],
    'one process more is seen'
);
is_deeply(
    [grown(compared($KNOWN, ['a/b/e', 'hang', 6, 56, 991]))],
    [
        'hang: stops have grown from 50.0 to 56.0 a case',
        'hang: system calls have grown from 900.0 to 991.0 a case'
    ],
    'so are more stops and system calls, of each verdict'
);
is_deeply(
    [shrunk(compared($KNOWN, ['a/b/e', 'hang', 3, 50, 900]))],
    ['hang: processes have shrunk from 6.0 to 3.0 a case'],
    'and fewer'
);
my @outlier = map { ['a/b/e', 'hang', @{$_}] }[10, 99, 2000], [6, 50, 900], [6, 50, 900];
is_deeply([grown(compared($KNOWN, @outlier))], [], 'one attempt more, now and then, is not');

my $other = compared($KNOWN, ['a/b/c', 'hang', 50, 400, 5000], ['a/b/d', 'safe', 5, 40, 500]);
is_deeply([grown($other)],       [],        'what has another verdict here is left out');
is_deeply([$other->ids('safe')], ['a/b/d'], 'from then on');

spew($path, compared($KNOWN, ['a/b/d', 'safe', 7, 41, 510.25])->text);
like(
    slurp($path),
    qr{^safe a/b/c 5 40 500\nsafe a/b/d 7 41 510.2\nhang a/b/e 6 50 900\n\z}m,
    'renewed where it was counted'
);
is_deeply([Counts::Table->read($path)->ids], [qw(a/b/c a/b/d a/b/e)], 'and read again');
is(
    (eval { compared("safe a/b/c 5 x 7\n"); 1 } ? 'read' : $@->message),
    "$path: not a line of it: safe a/b/c 5 x 7\n",
    'nothing else is read'
);

# Two commits, of which the second takes more of everything, and more each time.
package Planted {

    sub new ($class, %self) { return bless {times => 0, %self}, $class }

    sub ids ($self) { return (qw(a b c d e), $self->{more} // ()) }

    sub fork_cpu ($self) { return 0.5 }

    sub play ($self, $ids = undef, %how) {
        my @ids = @{$ids};
        $self->{asked} = [scalar @ids, $how{jobs}];
        my %played = (
            wall => 1,
            map { $_ => @ids * $self->{factor} * $self->{times} }
                qw(cpu processes context_switches page_faults system_calls stops)
        );
        $self->{times}++;
        return {%played, verdicts => {map { $_ => $self->{verdicts}{$_} // 'none' } @ids}};
    }
}

my %first   = (a => 'safe', b => 'safe', c => 'hang', d => 'refused', e => 'late');
my @planted = (
    Planted->new(factor => 2, verdicts => \%first,               more => 'f'),
    Planted->new(factor => 8, verdicts => {%first, d => 'hang'}, more => 'g'),
);
my $comparison = Counts::Comparison->new(@planted);
is_deeply(
    [$comparison->sort_out(qw(a b c d e f))],
    ['d is refused and hang', 'e is late and late'],
    'cases that are not the same in both are not compared'
);
is_deeply([$comparison->groups], [qw(safe hang whole)], 'the others by verdict');
$comparison->play for 1 .. 3;
is_deeply($planted[0]{asked}, [3, undef], 'a sample');
$comparison->play_all(7);
is_deeply([$comparison->groups], [qw(safe hang whole all)], 'and all');
is_deeply(
    [map { $_->{asked} } @planted],
    [[5, 7], [5, undef]],
    'that both have, as many at once as each is to play'
);
my $figures = $comparison->figures(1, 'safe');
is($figures->{stops},                    8 * 4,  'the median of a case');
is($figures->{forks},                    16 * 4, 'its CPU time in forks');
is($figures->{cases},                    2,      'of so many');
is($comparison->ratios('safe')->{forks}, 0.25,   'and the ratio');

my $sample = "safe close/splice/pipe-pipe\nrefused exit_group/mmap_mmap/pty-pipe\n"
    . "refused close/mmap_mmap/pty-pipe\ntogether together\n";

sub counts (@arguments) {
    return finish(launch($COUNTS, @arguments));
}

# As where it is not permitted.
mkdir "$place/$_" for qw(none none/tools);
spew("$place/none/tools/count", "#!/bin/sh\necho 'count: cannot open tracefs: no' >&2\nexit 125\n");
chmod oct(755), "$place/none/tools/count";
spew($path, $sample);
{
    local $ENV{COPYHANG_BUILD} = "$place/none";
    my ($status, $out) = counts('--table', $path);
    is($status, 0,                                 'what cannot be counted is no fault');
    is($out,    "SKIP: cannot open tracefs: no\n", 'and said');
    ($status, $out, my $err) = counts('--table', $path, '--renew');
    is($status,      125,     'but cannot be renewed');
    is(slurp($path), $sample, 'and stays');
}

SKIP: {
    my $count = "$programs/../../tools/count";
    my ($status, $out, $err) = finish(launch($count, "$place/counted", 'true'));
    skip $err, 10 if $status == 125;

    # So many calls more are as many more.
    my %calls = map {
        my @job = finish(launch($count, "$place/counted", 'perl', '-e', "getppid for 1 .. $_"));
        ($_ => {map { /(\w+)/g } split /\n/, slurp("$place/counted")})
    } 1, 1001;
    is($calls{1001}{system_calls} - $calls{1}{system_calls}, 1000, 'counts calls');
    finish(launch($count, "$place/counted", 'sh', '-c', '(true) & (true) & wait; exit 7'));
    like(slurp("$place/counted"), qr/^processes 2$/m, 'counts processes');
    is((finish(launch($count, "$place/counted", 'sh', '-c', 'exit 7')))[0], 7, 'ends as they do');

    spew($path, $sample);
    ($status, $out, $err) = counts('--table', $path, '--renew');
    is($status, 0,   'takes down what a case takes');
    is($err,    q{}, 'quietly');

    # Of three cases only the processes are sure to be the same again, on a busy machine.
    spew($path, slurp($path) =~ s/^(\w+ \S+ \S+) (\S+) (\S+)$/"$1 " . 2 * $2 . q{ } . 2 * $3/gmer);
    ($status, $out) = counts('--table', $path);
    is($status, 0, 'finds it again') or diag $out;

    # A harness that forks once more for each case.
    mkdir "$place/greedy";
    spew("$place/greedy/copyhang-cases",
        qq(#!/bin/sh\n(:)\nexec "$programs/copyhang-cases" "\$@"\n));
    chmod oct(755), "$place/greedy/copyhang-cases";
    local $ENV{COPYHANG_PROGRAMS} = "$place/greedy";
    ($status, $out) = counts('--table', $path);
    is($status, 1, 'fails where that has grown');
    like($out, qr/^safe: processes have grown from /m, 'and says what');

    spew($path, $sample =~ s/^refused/hang/gmr);
    ($status, $out, $err) = counts('--table', $path);
    is($status, 125, 'compares nothing where most has another verdict');
    like($err, qr/only 1 of 3 cases /, 'and says so');
}

done_testing;
