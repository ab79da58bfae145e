#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# copyhang matrix --engine lava, with a server on this machine that is planted: it loses jobs, fails some,
# refuses some, dies in the midst, and does not know every token. Nothing is lost silently, nothing is
# submitted twice, and no token gets anywhere.

use v5.36;
use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Copyhang::Tool   ();
use Cpanel::JSON::XS ();
use Fake             qw(start finish slurp spew case);
use FakeGuest        qw(guests image);
use FakeLava         qw(serve job_log);
use File::Find       ();
use File::Temp       ();
use Real             qw(adopt_orphans comes_true all_gone family listens);
use Test::More;

plan skip_all => "no $_ here" for grep { !Copyhang::Tool->find($_) } qw(busybox cpio gzip);

my $TOKEN  = 'x1Secret2y';
my @IDS    = map { "a/b.$_/s$_-pipe" } 1 .. 3;
my %LIMITS = (POLL => 0.05, SERVER => $Fake::LIMIT);
my $JSON   = Cpanel::JSON::XS->new;

my ($programs, $place) = guests([map { case ($_, 'safe') } @IDS], 'hang()');
my $cache = File::Temp->newdir;
adopt_orphans();
local $ENV{XDG_CACHE_HOME} = "$cache";
local $ENV{PATH}           = "$place:$ENV{PATH}";
spew("$place/token", "$TOKEN\n");
spew("$place/other", "another\n");
chmod oct 600, "$place/token", "$place/other";

my $WELL  = q{boot(); hello(); result(@ids); end(); over()};
my $LAB   = q{boot(); hello(); result($ids[0]); fails('Infrastructure', 'No space left')};
my $PANIC = q{boot(); hello(); result(@ids[0, 1]); console('Kernel panic - not syncing: planted');}
    . q{fails('Infrastructure', 'Connection closed')};

# What the server does with the jobs of a kernel, the first, the second...: a log, or a word.
my %PLAN = (
    well    => [$WELL],
    cured   => [$LAB,     $WELL],
    fails   => [$LAB,     $LAB],
    found   => ['lost',   $WELL],
    lost    => ['lost',   'lost'],
    mute    => ['silent', 'silent'],
    refused => ['refuse'],
    panics  => [$PANIC,  $PANIC =~ s/result.*?;//r],
    heals   => [$PANIC,  q{boot(); hello(); result($ids[2]); end(); over()}],
    gone    => ['hangs', 'hangs'],
    dies    => ['die',   $WELL],
);
my %image  = map { $_ => image($place, $_) } keys %PLAN;
my $server = serve("$place/server", $TOKEN, \@IDS, %PLAN);
my @to     = ('--engine', 'lava', '--url', $server->{url}, '--state', "$place/state");

sub matrix ($names, @arguments) {
    push @arguments, '--token-file', "$place/token" if !grep { $_ eq '--token-file' } @arguments;
    return start($programs, ['matrix', @image{@{$names}}, @arguments], %LIMITS);
}

# How many jobs of a kernel the server has got.
sub submitted ($name) {
    my @jobs = glob "$place/server/*.job";
    return scalar grep { slurp($_) =~ m{^metadata: .*/\Q$name\E"}m } @jobs;
}

my @names = grep { $_ ne 'gone' } sort keys %PLAN;
my ($status, $out, $err) = finish(matrix(\@names, @to, '--json', "$place/json", '--verbose'));
is($status, 1, 'a fleet, of which not all comes through') or diag("$out $err");
my %kernel =
    map { $_->{name} =~ s{.*/}{}r => $_ } @{$JSON->decode(slurp("$place/json"))->{kernels}};
my %want = (
    well    => ['complete',    1],
    cured   => ['complete',    2],
    fails   => ['lab_failed',  2],
    found   => ['complete',    2],
    lost    => ['lab_failed',  2],
    mute    => ['lab_failed',  2],
    refused => ['job_refused', 0],
    panics  => ['panic',       2],
    heals   => ['panic',       2],
    dies    => ['complete',    1],
);
for my $name (@names) {
    my ($outcome, $jobs) = @{$want{$name}};
    is($kernel{$name}{outcome}, $outcome, "$name: $outcome")
        or diag($kernel{$name}{detail});
    is(scalar @{$kernel{$name}{cases}}, scalar @IDS, 'each case is there');
    is(submitted($name),                $jobs,       "in $jobs jobs");
}
like($kernel{fails}{detail},   qr/No space left/,                           'why it failed');
like($kernel{lost}{detail},    qr/does not know job \d+ any more/,          'that it was lost');
like($kernel{mute}{detail},    qr/Incomplete: the worker is gone/,          'what the server says');
like($kernel{refused}{detail}, qr/400 Problem with submitted job data: no/, 'why it was refused');
is((grep { $_->{verdict} eq 'safe' } @{$kernel{panics}{cases}}), 2, 'two came before the panic');
is((grep { $_->{verdict} eq 'safe' } @{$kernel{heals}{cases}}),  3, 'the rest after it');

# Once more: all is over.
my ($again, $same) = finish(matrix(\@names, @to, '--verbose'));
is($again,                     1,                         'the same command again');
is($same =~ s/ in [\d.]+ s//r, $out =~ s/ in [\d.]+ s//r, 'says the same');
is(submitted('well'),          1,                         'and submits nothing');

# A worker that is gone: of its job the server says for ever that it runs.
my ($waited, $said_so) = finish(
    start(
        $programs,
        [
            'matrix',       $image{gone},   @to[0 .. 3], '--state',
            "$place/waits", '--token-file', "$place/token"
        ],
        %LIMITS,
        OVERDUE => 0
    )
);
is($waited, 125, 'nobody waits for it');
like(
    $said_so,
    qr/lab failed: job \d+ has not ended: the worker may be gone/,
    'and whose fault it is'
);
is(submitted('gone'),                                              2, 'in two jobs');
is(() = slurp("$place/server/requests") =~ m{^GET \S+/cancel/$}mg, 2, 'which are cancelled');

# One that ends in the midst is continued.
for my $signal (qw(INT KILL)) {
    my $folder = "$place/$signal";
    my @there  = (@to[0 .. 3], '--state', $folder);
    my $before = submitted('well');
    $server->hold(1);
    my $job = matrix(['well'], @there);
    ok(comes_true(sub { submitted('well') > $before }), 'a job runs');
    is(
        (
            grep {
                (eval { slurp($_) } // q{}) =~ /\Q$TOKEN/
            } glob '/proc/[0-9]*/cmdline'
        ),
        0,
        'no list of processes has the token'
    );
    is_deeply([listens(family($job->{pid}))], [], 'and nothing here listens');
    my ($meanwhile, undef, $why) = finish(matrix(['well'], @there));
    is_deeply([$meanwhile, $why =~ /another command works with \Q$folder/],
        [2, 1], 'not twice at once');
    kill $signal, $job->{pid};
    like((finish($job))[0], qr/signal/, "SIG$signal ends the command");
    $server->hold(0);
    is((finish(matrix(['well'], @there)))[0], 0,           'the next one goes on');
    is(submitted('well'),                     $before + 1, 'with the same job');
}

# Tokens.
for my $bad (
    ['another one',    qr/the server refuses the token: 401/, '--token-file', "$place/other"],
    ['none',           qr/cannot read/,                       '--token-file', "$place/nowhere"],
    ['no file of one', qr/wants to have the token/,           '--token-file', $image{well}],
    )
{
    my ($what, $why, @arguments) = @{$bad};
    chmod oct 600, $image{well};
    my ($how, undef, $said) =
        finish(matrix(['well'], @to[0 .. 3], '--state', "$place/new", @arguments));
    is($how, 2, "$what: refused");
    like($said, $why, 'and why');
}
chmod oct 644, "$place/token";
my ($how, undef, $said) = finish(matrix(['well'], @to));
is($how, 2, 'one that others can read: refused');
like($said, qr/others can read \S+: chmod 600/, 'and what to do');
chmod oct 600, "$place/token";

# Nowhere is it told, but to the server, and there in no address.
my @told = ($out, $err, $same, $said);
File::Find::find(sub { push @told, slurp($_) if -f && $File::Find::name !~ m{/server/} },
    "$place/state", "$place/INT");
is((grep { /\Q$TOKEN/ } @told), 0, 'the token is in no output and no file');
unlike(slurp("$place/server/requests"), qr/\Q$TOKEN/, 'and in no request line');

$server->stop;
($how, undef, $said) = finish(
    start(
        $programs,
        [
            'matrix',      $image{well},   @to[0 .. 3], '--state',
            "$place/none", '--token-file', "$place/token"
        ],
        %LIMITS,
        SERVER => 0.2
    )
);
is($how, 125, 'a server that is gone');
like($said, qr/the server does not answer/, 'and that it is');
ok(all_gone(), 'nothing is left');

done_testing;
