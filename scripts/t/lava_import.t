#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# Jobs of LAVA's that go wrong, each in its own way: every case of every kernel ends as a verdict or as
# broken with the reason, and it is told whose fault it was.

use v5.36;
use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Cpanel::JSON::XS ();
use Fake             qw(start finish slurp spew);
use FakeLava         qw(job_log);
use File::Temp       ();
use Golden           qw(golden golden_session);
use Test::More;

my @IDS   = map { "a/b.$_/s$_-pipe" } 1 .. 4;
my $JSON  = Cpanel::JSON::XS->new->canonical;
my $place = File::Temp->newdir;

# An exported job, as far as import needs one, with its logs.
sub job ($folder, $name, %log) {
    mkdir "$place/$folder" or die "$folder: $!";
    spew(
        "$place/$folder/copyhang.json",
        $JSON->encode(
            {schema => 1, kernel => {name => $name, version => '6.6.6-1'}, cases => \@IDS}
        )
    );
    spew("$place/$folder/$_.yaml", $log{$_}) for keys %log;
    return "$place/$folder";
}

sub import_of (@arguments) {
    return finish(start('/nowhere', ['import', 'lava', @arguments]));
}

# What is to be told of a job whose log follows the plan; of several, one after the other.
sub told ($name, @plans) {
    state $number = 0;
    my @names = @plans > 1 ? map { "log-$_" } 1 .. @plans : 'log';
    my %log   = map              { $names[$_] => job_log($plans[$_], @IDS) } 0 .. $#plans;
    my $job   = job('job' . ++$number, 'debian:6.6', %log);
    my ($status, $out, $err) = import_of($job, '--json', q{-});
    my $document = eval { $JSON->decode($out) } or diag("$name: $status $out $err");
    my %kernel   = %{$document->{kernels}[0] // {}};
    my @cases    = sort { $a->{id} cmp $b->{id} } @{$kernel{cases}};
    is(scalar @cases, scalar @IDS, "$name: all cases are there");
    return join "\n", "$name: exit $status",
        join(q{ }, $kernel{release} // q{-}, join ': ', $kernel{outcome}, $kernel{detail} // ()),
        (map { "  trouble $_" } @{$kernel{troubles}}), (
        map {
            join q{ }, " ", $_->{id}, join(': ', $_->{verdict}, $_->{reason} // ()),
                map { "(evidence $_)" } $_->{evidence}{evidence} // ()
        } @cases
        ),
        q{};
}

my $PANIC =
    q{console('[    9.000000] Kernel panic - not syncing: planted', '[    9.000000] CPU: 0')};
my $TWO =
    qq{boot(); hello(); result(\@ids[0, 1]); $PANIC; fails('Infrastructure', 'Connection closed')};
my $THREE = $TWO =~ s{\@ids\[0, 1\]}{\$ids[2]}r;
my $DIES  = $TWO =~ s/result.*?;//r;
my $LAB   = q{boot(); hello(); result($ids[0]); fails('Infrastructure', 'No space left')};
my $WELL  = q{boot(); hello(); result(@ids); end(); over()};

# Lines of the kernel's in the midst of those of others.
my $NOISE = q{[    5.000000] watchdog: BUG};
my $SPLIT =
    q{frame('ok 2 x'); my $l = framed('#   verdict=safe'); console(substr($l, 0, 9) . '[    5.000000] watchdog', substr $l, 9);};

my @told = map { told(@{$_}) } (
    ['all is well', $WELL],
    [
        'a hang',
        q{boot(); hello(); result(@ids[0..2]); frame(told($ids[3], 'hang')); result_of($ids[3], 'hang'); end(256); over()}
    ],
    [
        'a result that LAVA lost',
        q{boot(); hello(); result(@ids[0..2]); frame(told($ids[3])); end(); over()}
    ],
    [
        'evidence that the kernel split',
        qq{boot(); hello(); result(\@ids[0..2]); $SPLIT result_of(\$ids[3]); end(); over()}
    ],
    [
        'why it is broken split',
        qq{boot(); hello(); result(\@ids[0..2]); $SPLIT result_of(\$ids[3], 'broken'); end(); over()}
    ],
    [
        'what it split sent again',
        qq{boot(); hello(); result(\@ids[0..2]); $SPLIT result(\$ids[3], \$ids[2]); end(); over()}
    ],
    [
        'a result of which nothing came through',
        qq{boot(); hello(); result(\@ids[0..2]); $SPLIT end(); over()}
    ],
    [
        'a result of LAVA\'s that is damaged',
        q{boot(); hello(); result(@ids[0..2]); of_lava('a.b.4.s4-pipe', 'safe', 'pass', 77); end(); over()}
    ],
    [
        'the log and LAVA differ',
        q{boot(); hello(); result(@ids); result_of($ids[1], 'hang'); end(); over()}
    ],
    ['a case of another job', q{boot(); hello(); result(@ids, 'x/y/z-pipe'); end(); over()}],
    [
        'trouble in the guest',
        q{boot(); console('init: @trouble /sys: No such device'); hello(); result(@ids); end(); over()}
    ],
    ['a kernel that panics', $TWO],
    [
        'an oops that the guest survives',
        q{boot(); hello(); result(@ids); console('BUG: kernel NULL pointer dereference'); end(); over()}
    ],
    [
        'a guest that says no more',
        q{boot(); hello(); result(@ids[0, 1]); fails('LAVATimeout', "lava-test-shell timed out after 660 seconds")}
    ],
    [
        'a guest that is gone',
        q{boot(); hello(); result($ids[0]); fails('Infrastructure', 'Connection closed')}
    ],
    [
        'a kernel that does not come up',
        q{boot(); fails('Job', 'auto-login-action timed out after 600 seconds')}
    ],
    ['a worker that is killed', q{boot(); hello(); result($ids[0])}],
    ['a worker without room',   q{fails('Infrastructure', 'No space left on device')}],
    ['a bug of LAVA',           q{boot(); hello(); fails('Bug', 'KeyError')}],
    [
        'a job that is cancelled',
        q{boot(); hello(); result(@ids[0, 1]); fails('Canceled', 'The job was canceled')}
    ],
    ['a job that LAVA refuses', q{fails('Job', "Invalid job data: ['nothing']")}],
    ['half a log', q{boot(); hello(); result(@ids[0 .. 2]); $lines[-1] = substr $lines[-1], 0, 99}],
    ['no log'],
    [
        'a kernel that panics, and the rest, one case after the other',
        $TWO,
        q{boot(); hello(); result(@ids[2, 3]); end(); over()}
    ],
    ['a case that takes the kernel down', $TWO, $THREE],
    [
        'the one that had begun, and the rest',
        $TWO =~ s/hello\(\)/hello(\@ids[0 .. 2])/r,
        map { "boot(); hello(\$ids[$_]); result(\$ids[$_]); end(); over()" } 2, 3
    ],
    ['a kernel that always does', ($DIES) x 3],
    ['a kernel that panics, and a worker that fails',      $TWO, $LAB],
    ['a worker that fails, and then a kernel that panics', $LAB, $TWO, $THREE],
    ['a worker that fails, and another that does not',     $LAB, $WELL],
    ['a worker that fails, and another one, too',          $LAB, $LAB],
    ['no log of LAVA', q{@lines = ('Traceback (most recent call last):')}],
);
golden('lava_import.txt', join "\n", @told);

# Two kernels, the second of which is told of by its log alone: from there on it is as with matrix.
{
    my $one   = job('one', 'debian:6.6', log => job_log($WELL, @IDS));
    my $hangs = q{frame(told($ids[3], 'hang')); result_of($ids[3], 'hang')};
    my $plan  = $WELL =~ s/(?<=result.\@ids)/[0 .. 2]/r =~ s/(?=end)/$hangs; /r;
    local $FakeLava::RELEASE = '6.7.7';
    spew("$place/alone", job_log($plan, @IDS));
    mkdir "$place/baselines";
    golden_session(
        'lava_session.txt',
        \&import_of,
        [
            [$one,           '--write-baseline', "$place/baselines"],
            [$one,           '--baseline',       "$place/baselines"],
            ["$place/alone", $one,               '--verbose'],
            ["$place/nothing"],
            ["$place/baselines"],
            [],
        ],
        {"$place" => 'PLACE'}
    );
}

done_testing;
