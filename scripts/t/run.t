#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# copyhang run: what it makes of the results of case programs. Whole reports are in t/golden.
use v5.36;

use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Archive::Tar     ();
use Cpanel::JSON::XS qw(decode_json);
use Fake             qw(programs copyhang slurp spew case);
use File::Temp       ();
use Golden           qw(golden);
use Test::More;

my $folder = programs(
    [
        case ('exit_group/read_write/pty-pipe',  'safe'),
        case ('exit_group/read_write/unix-pipe', 'safe'),
        case ('exit_group/read_write/pty-file',  'safe'),
        case ('exit_group/private/pty-pipe',     'safe'),
        case ('exit_group/private/unix-pipe',    'safe'),
        case ('exit_group/private/pty-file',     'safe'),
        case ('exit_group/sendfile/pty-pipe',    'hang'),
        case ('exit_group/sendfile/unix-pipe',   'safe'),
        case ('exit_group/range/pty-pipe',       'refused'),
        case ('exit_group/fuse/pty-pipe',        'unavailable'),
        case ('close/sendfile/pty-pipe',         'hang'),
        case ('close/sendfile/unix-pipe',        'hang'),
        case ('execve/sendfile/pty-pipe',        'hang'),
        case ('execve/sendfile/unix-pipe',       'hang'),
    ]
);
my $place = File::Temp->newdir;

# The answer; verbose: with tables in which nothing is merged, and the evidence of each.
subtest 'the report' => sub {
    my ($status, $out, $err) = copyhang($folder, 'run');
    is($status, 1,   'a hang without a baseline: exit 1');
    is($err,    q{}, 'quiet without a terminal');
    golden('run.txt', $out);
    is((grep { length > 100 } split /\n/, $out), 0, 'in 100 columns');
    golden('run-verbose.txt', (copyhang($folder, 'run', '--verbose'))[1]);
};

# Sorts of endpoints, what of a sort is no part of it, what is exotic, what to do instead, the end that
# is waited for; and however many they are, one screen.
subtest 'with what tables say' => sub {
    my @tables = map { "endpoint\t$_->[0]\t$_->[1]\t$_->[2]\n" } (
        (map { [$_, 'sort', 'socket'] } qw(unix tcp udp)),
        ['pty',  'sort',   'terminal'],
        ['pipe', 'sort',   'pipe'],
        ['pty',  'stalls', 'yes'],
        ['pty',  'about',  'one that is silent'],
        ['fuse', 'sort',   'FUSE server'],
        ['fuse', 'exotic', 'yes']
    );
    push @tables, map { "strategy\t$_\tinstead\ta loop\n" } qw(sendfile splice);
    my @cases = (
        (map { case ("exit/sendfile/$_-pipe", 'hang') } qw(pty unix tcp udp)),
        (map { case ("poll/sendfile/$_-pipe", 'safe') } qw(pty unix tcp udp)),
        (map { case ("exit/splice/$_-pipe",   'hang') } qw(pty tcp udp)),
        case ('exit/splice/unix-pipe',    'safe'),
        case ('exit/read/pty-pipe',       'safe'),
        case ('exit/read/unix-pipe',      'refused'),
        case ('self_kill/read/fuse-pipe', 'hang'),
    );
    my $tabled = programs(\@cases);
    spew("$tabled/describe.txt", @tables);
    golden('run-tables.txt', (copyhang($tabled, 'run'))[1]);

    my @many = map {
        my $number = $_;
        map { case ("exit/strategy$number/source$_-pipe", $_ & 1 << $number % 8 ? 'hang' : 'safe') }
            1 .. 30
    } 1 .. 60;
    push @many,
        map { case ("exit/broken/source$_-pipe", 'broken', "reason=of its own $_") } 1 .. 50;
    my $whole = programs([case ('whole/sendfile/pty-pipe', 'safe')]);
    spew("$whole/describe.txt", "act\twhole\tabout\ta copy during which nobody acts\n");
    unlike((copyhang($whole, 'run'))[1], qr/HANG NOBODY/, 'where nobody acts nobody is held up');

    my ($lines) = (copyhang(programs(\@many), 'run'))[1] =~ tr/\n//;
    cmp_ok($lines, '<=', 40, 'a screen');
};

# Of acts that try less one agrees and shares a table, one does not; sinks that are alike; failures of
# one kind; a strategy that is refused everywhere.
subtest 'what is alike is told once' => sub {
    my %verdict = (read_write => 'safe', sendfile => 'hang', range => 'refused');
    my @cases   = map {
        my $strategy = $_;
        map { case ("exit_group/$strategy/$_", $verdict{$strategy}) }
            qw(pty-pipe pty-fifo unix-fifo)
    } sort keys %verdict;
    push @cases, case ('close/sendfile/pty-pipe', 'hang'), case ('poll/sendfile/pty-pipe', 'safe');
    golden('run-alike.txt', (copyhang(programs(\@cases), 'run'))[1]);
    golden('run-alike-verbose.txt', (copyhang(programs(\@cases), 'run', '--verbose'))[1]);
};

# It has a sentence of its own, and does not count as what hung.
subtest 'a broken promise is no hang' => sub {
    my @cases = (
        case ('exit_group/loop/pty-pipe',  'safe'),
        case ('exit_group/other/pty-pipe', 'hang'),
        case ('promise/loop/proc-file',    'corrupt', 'promise=all of it', 'reason=too short'),
        case ('promise/other/proc-file',   'corrupt', 'promise=all of it', 'reason=too short'),
    );
    my ($status, $out) = copyhang(programs(\@cases), 'run');
    is($status, 1, 'fails');
    golden('run-promise.txt', $out);
};

# Nor does a copier hang anybody that spins.
subtest 'a copier that spins' => sub {
    my @call =
        ('spins_ms=1004.125', 'ordinary_ms=0.831', 'looks=49', 'copier=splice(0, 0, 1, 0, 8, 0)');
    my @cases = (
        case ('exit_group/other/pty-pipe', 'safe'),
        case ('exit_group/loop/pipe-unix', 'spins', 'reason=in one', 'killable=no',  @call),
        case ('close/loop/pipe-unix',      'spins', 'reason=in one', 'killable=no',  @call),
        case ('promise/once/small-append', 'spins', 'reason=in one', 'killable=yes', @call),
        case (
            'promise/asks/sys-file', 'spins', 'reason=in many', 'killable=yes', 'idle_calls=1000'
        ),
    );
    my ($status, $out) = copyhang(programs(\@cases), 'run');
    is($status, 1, 'fails');
    golden('run-spins.txt', $out);
};

subtest 'who does not wake others holds nobody up' => sub {
    my @cases = (
        case ('exit_group/loop/pty-pipe',  'safe'),
        case ('exit_group/other/pty-pipe', 'safe'),
        case ('wakes_one/loop/file-pipe',  'missed', 'woken=otherwise'),
        case ('wakes_one/other/file-pipe', 'missed', 'woken=otherwise'),
        case ('wakes_two/loop/file-pipe',  'missed', 'woken=otherwise'),
        case ('wakes_two/other/file-pipe', 'refused'),
    );
    my ($status, $out) = copyhang(programs(\@cases), 'run');
    is($status, 1, 'fails');
    golden('run-missed.txt', $out);
};

subtest '--only, --jobs' => sub {
    my ($status, $out) =
        copyhang($folder, 'run', '--only', '*/read_write/*', '--only', '*/private/*', '--jobs', 8);
    is($status, 0, 'only safe ones');
    golden('run-only.txt', $out);
    like(slurp("$folder/jobs"), qr/^copyhang-cases 8\n\z/m, 'one program gets all of the jobs');
    (undef, $out) = copyhang($folder, 'list', '--only', 'execve/*');
    is($out, "execve/sendfile/pty-pipe\nexecve/sendfile/unix-pipe\n", 'list');
};

subtest '--json' => sub {
    my (undef, $out, $err) = copyhang($folder, 'run', '--json', '-');
    golden('run.txt',      $err);    # the report is on standard error then
    golden('run-json.txt', $out);
    is_deeply(
        [map { $_->{id} } @{decode_json($out)->{cases}}],
        [map { (split /\t/)[0] } split /\n/, slurp("$folder/cases.txt")],
        'cases in the order of the list'
    );
    copyhang($folder, 'run', '--json', "$place/out.json");
    golden('run-json.txt', slurp("$place/out.json"));
    is((stat "$place/out.json")[2] & oct 777, oct(666) & ~umask, 'with the usual mode');
};

subtest '--junit' => sub {
    plan skip_all => 'no TAP::Formatter::JUnit'
        if !eval { require TAP::Formatter::JUnit; 1 };
    my ($status) = copyhang($folder, 'run', '--junit', "$place/out.xml");
    is($status, 1, 'does not change the exit status');
    my $xml = slurp("$place/out.xml");
    is(() = $xml =~ /<testcase\b/g, 14, 'every case');
    is(() = $xml =~ /<failure\b/g,  5,  'every hang');
    is(() = $xml =~ /<error\b/g,    0,  'exit status 1 of a kselftest is no error');
    like($xml, qr{<!\[CDATA\[not ok 7 exit_group/sendfile/pty-pipe\n#   verdict=hang\n},
        'evidence');
    my (@open, $bad);
    my $tags = $xml =~ s/<!\[CDATA\[.*?\]\]>//gsr;

    while ($tags =~ m{<(/?)([\w-]+)[^>]*?(/?)>}g) {
        if    ($1)  { $bad++ if !@open || pop @open ne $2 }
        elsif (!$3) { push @open, $2 }
    }
    ok(!$bad && !@open, 'well-formed');
};

subtest '--archive' => sub {
    plan skip_all => 'no TAP::Harness::Archive'
        if !eval { require TAP::Harness::Archive; 1 };
    my (undef, $out) = copyhang($folder, 'run', '--archive', "$place/out.tar.gz");
    unlike($out, qr/Archive created/, 'silently');
    my $aggregate =
        TAP::Harness::Archive->aggregator_from_archive({archive => "$place/out.tar.gz"});
    is($aggregate->total,  14, 'every case');
    is($aggregate->failed, 5,  'every hang');
    is($aggregate->exit,   0,  'no other trouble');
    my @acts = qw(exit_group close execve);
    is_deeply([$aggregate->descriptions], \@acts, 'a suite for each act');
    my %tap = map { $_->name => $_->get_content } Archive::Tar->new("$place/out.tar.gz")->get_files;
    is_deeply(
        [map { $tap{$_} =~ /\A(TAP version 13\n1[.][.]\d+)$/m } @acts],
        [map { "TAP version 13\n1..$_" } 10, 2, 2],
        'with its plan'
    );
    is_deeply(
        [$tap{execve} =~ /^(not ok \d \S+)/mg],
        [map { "not ok $_->[0] execve/sendfile/$_->[1]-pipe" } [1, 'pty'], [2, 'unix']],
        'its cases'
    );
    like($tap{close}, qr/^#   bystander=D pipe_release/m, 'and the evidence');
};

subtest 'exit status' => sub {
    my $nothing = programs([map { case ("exit_group/a/$_-pipe", 'unavailable') } 'a' .. 'c']);
    my ($status, $out) = copyhang($nothing, 'run');
    is($status, 125, 'nothing could be tested (the program exits with 4)');
    golden('run-unavailable.txt', $out);    # which is no trouble
    my $half = programs([case ('a/b/c-d', 'unavailable'), case ('e/b/c-d', 'safe')]);
    ($status) = copyhang($half, 'run');
    is($status, 0, 'a program whose cases are all skipped is no failure');
    my $broken =
        programs([case ('a/b/c-d', 'broken'), case ('a/b/d-d', 'safe')]);
    ($status, $out) = copyhang($broken, 'run');
    is($status, 1, 'a broken case is one');
    golden('run-broken.txt', $out);         # and its strategy not known to be safe
};

done_testing;
