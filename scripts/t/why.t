#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# What copyhang why makes of a /proc, which is made up here: who waits, who holds what, and how sure
# that is. The real ones are in why_hangs.t.
use v5.36;
use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Copyhang::Failure    ();
use Copyhang::Why        ();
use Copyhang::Why::Calls qw(call_of call_text);
use Copyhang::Why::Proc  ();
use Copyhang::Why::Watch ();
use Fake                 qw(copyhang);
use Golden               qw(golden);
use POSIX                ();
use Recorded             qw(recorded add_task);
use Test::More;

my $REST = ' 0x7ffd00000000 0x7f0000000000';    # stack and instruction pointer

# --- Calls ---

my $call = call_of("40 0x1 0x0 0x0 0x7ffff000 0x0 0x0$REST");
is(call_text($call), 'sendfile(1, 0, 0, 0x7ffff000)', 'a call');
is_deeply([@{$call}{qw(in out)}], [0, 1], 'with its descriptors');
is(call_text(call_of("3 0xfffffffe00000005 0x0 0x0 0x0 0x0 0x0$REST")), 'close(5)', 'an int');
is(call_text(call_of("9999 0x1 0x0 0x0 0x0 0x0 0x0$REST")), 'syscall_9999()', 'one not known');
is(call_of($_), undef, "no call: $_") for 'running', '-1 0x7ffd00000000 0x0', q{};

# --- A hang, and what looks like one ---

my $SENDFILE = "40 0x1 0x0 0x0 0x7ffff000 0x0 0x0$REST";
my $EXIT     = "231 0x0 0x0 0x0 0x0 0x0 0x0$REST";
my @EXITING  = (state => 'D', flags => 0x400004, wchan => 'pipe_release', call => $EXIT);

# Copies what is typed into a pipe.
sub copier ($pid, $pipe, %more) {
    my %fds = (0    => ['/dev/pts/3', '02'], 1 => ["pipe:[$pipe]", '01']);
    my @how = (name => 'cat', wchan => 'wait_woken', call => $SENDFILE, group => $pid);
    return {pid => $pid, @how, fds => \%fds, %more};
}

sub exits ($pid, %more) {
    return {pid => $pid, name => 'sleep', @EXITING, group => $pid, session => $pid, %more};
}

sub reader ($pid, $pipe, %more) {
    my %fds = (0 => ["pipe:[$pipe]", '00']);
    return {
        pid   => $pid,
        name  => 'less',
        wchan => 'anon_pipe_read',
        call  => "0 0x0 0x1000 0x1000 0x0 0x0 0x0$REST",
        fds   => \%fds,
        %more
    };
}

my @TERMINAL = (
    {
        pid  => 900,
        name => 'sshd',
        fds  => {9 => ['/dev/ptmx', '02', "tty-index:\t3"]},
    }
);

# What is found in such a folder.
sub look ($root, $pause = sub { }, $pid = undef) {
    my $proc = Copyhang::Why::Proc->new("$root");
    my $why  = Copyhang::Why->new({}, $pid, proc => $proc, pause => $pause);
    my $seen = $why->look;
    return ($seen, $why->text($seen, 0));
}

# Who waits for whom: "WAITER: HOLDER...", with a ? where that is not certain.
sub told ($seen) {
    return [
        map {
            my @holders = sort map { $_->{task}{tid} } @{$_->{holders}};
            map { "$_->{tid}: @holders" } @{$_->{waiters}}
        } map { $_ } @{$seen->{hangs}}
    ];
}

sub certain ($seen) {
    return [map { $_->{certain} ? 1 : 0 } @{$seen->{hangs}}];
}

my ($seen, $text) = look(recorded(copier(101, 7001), exits(201), @TERMINAL));
is_deeply(told($seen),    ['201: 101'], 'who exits, and who copies');
is_deeply(certain($seen), [1],          'which is certain');
golden('why.txt', $text);

my @decoys = map { (copier(110 + $_, 7010 + $_), reader(150 + $_, 7010 + $_)) } 1 .. 10;
($seen) = look(recorded(@decoys[0 .. 9], copier(101, 7001), exits(201), @decoys[10 .. 19]));
is_deeply([told($seen), certain($seen)], [['201: 101'], [1]], 'ten that look alike have readers');

($seen, $text) = look(recorded(@decoys, @TERMINAL));
is_deeply($seen->{hangs}, [], 'these hang nobody');
is($text, "Nothing hangs.\n", 'and that is said');

($seen, $text) =
    look(recorded((map { copier($_, 7000 + $_) } 101 .. 103), exits(201), exits(202), exits(203)));
golden('why-several.txt', $text);
is_deeply(
    told($seen),
    ['201: 101 102 103', '202: 101 102 103', '203: 101 102 103'],
    'three of each: any may be it'
);
is_deeply([grep { $_ } @{certain($seen)}], [], 'nothing is certain');

($seen) = look(
    recorded(
        copier(101, 7001, parent => 50),
        copier(102, 7002, parent => 60),
        exits(201, parent => 50),
        exits(202, parent => 60)
    )
);
is_deeply([told($seen), certain($seen)], [['201: 101', '202: 102'], [0, 0]], 'kin is likely');

($seen) = look(recorded(copier(101, 7001, parent => 50), exits(201, parent => 50), exits(202)));
is_deeply(
    [told($seen),           certain($seen)],
    [['201: 101', '202: '], [0, 0]],
    'one more who exits waits for another, who is not seen'
);

($seen) = look(
    recorded(
        (map { copier(100 + $_, 7000 + $_, parent => 50, group => 500 + $_) } 1 .. 2),
        (map { exits(200 + $_, parent => 50, group => 500 + $_) } 1 .. 2)
    )
);
is_deeply(told($seen), ['201: 101', '202: 102'], 'of one shell, those of one job');
is_deeply([map { $_->{task}{tid} } @{$seen->{hangs}[0]{or_else}}], [102], 'or else the other one');

# Two of one family, of which one slept before the copier of the other was there.
my @times = (started => 195_000, sched => 60_000);
($seen) = look(
    recorded(
        copier(101, 7001),
        copier(102, 7002, @times),
        exits(201, group => 100, sched => 1_000),
        exits(202, group => 100, sched => 60_000)
    )
);
is_deeply([told($seen), certain($seen)], [['201: 101', '202: 102'], [1, 1]], 'who slept already');

($seen) = look(
    recorded(
        copier(101, 7001),
        exits(201), {pid => 500, name => 'x', fds => {3 => ['socket:[77]', '02', "scm_fds:\t1"]}}
    )
);
is_deeply([told($seen), certain($seen)], [['201: 101'], [0]], 'a file in flight is open nowhere');

($seen, my $said) =
    look(recorded(copier(101, 7001, parent => 50), map { exits(200 + $_, parent => 50) } 1 .. 2));
is_deeply([map { $_->{likely} ? 'likely' : 'not' } @{$seen->{hangs}}],
    ['not'], 'of two who are as near neither is likely');
like($said, qr/^Not certain: 2 tasks close a pipe, /m, 'which is said');

# --- How else one waits ---

sub waits ($call, $wchan, $flags = '00', %more) {
    my %fds = (5 => ['pipe:[7001]', $flags]);
    return {
        pid   => 201,
        name  => 'x',
        state => 'D',
        call  => $call . $REST,
        wchan => $wchan,
        fds   => \%fds,
        %more
    };
}

my @WAITS = (
    [waits('0 0x5 0x1000 0x1000 0x0 0x0 0x0', 'anon_pipe_read'),     'kill'],
    [waits('0 0x5 0x1000 0x1000 0x0 0x0 0x0', 'pipe_read', '04000'), 'nonblock_read'],
    [waits('16 0x5 0x541b 0x1000 0x0 0x0 0x0', 'pipe_ioctl'),        'fionread'],
    [waits('72 0x5 0x408 0x0 0x0 0x0 0x0', 'pipe_fcntl'),            'getpipe_sz'],
    [waits('72 0x5 0x407 0x80000 0x0 0x0 0x0', 'pipe_fcntl'),        'setpipe_sz'],
    [waits('257 0xffffff9c 0x1000 0x0 0x0 0x0 0x0', 'fifo_open'),    'open_proc_fd'],
);
for my $row (@WAITS) {
    my ($waiter, $act) = @{$row};
    my ($seen) = look(recorded(copier(101, 7001), @decoys, $waiter, @TERMINAL));
    my $case = $seen->{hangs}[0]{case} // {};
    is_deeply([told($seen), $case->{id}], [['201: 101'], "$act/sendfile/pty-pipe"], $act);
}

# Before Linux 5.12 the kernel's own threads did what was asked of io_uring.
my $RING    = "426 0x4 0x1 0x1 0x1 0x0 0x8$REST";
my %ring    = (wchan => 'io_cqring_wait', stack => ['io_cqring_wait'], call => $RING);
my $workers = {pid => 30, name => 'io_wqe_worker-0', flags => 0x200040};
($seen) = look(recorded(copier(101, 7001, %ring), exits(201)));
is_deeply(told($seen), ['201: '], 'who waits for io_uring holds nothing');
($seen) = look(recorded(copier(101, 7001, %ring), exits(201), $workers));
is_deeply(told($seen), ['201: 101'], 'but may have the kernel hold it');
is($seen->{hangs}[0]{case}{id}, undef, 'what for nothing tells');

# --- What a wait is that is none ---

my @restless = recorded(copier(101, 7001), exits(201));
my $changes  = sub { add_task($restless[0], exits(201, switches => 8)) };
($seen) = look($restless[0], $changes);
is_deeply($seen->{hangs}, [], 'who wakes in between does not hang');

my ($switches, $alive) = (8, recorded(copier(101, 7001), exits(201)));
my $wakes = sub { add_task($alive, copier(101, 7001, switches => $switches++, fds => {})) };
($seen) = look($alive, $wakes);
is_deeply(told($seen), ['201: '], 'who wakes in between holds nothing for long');

($seen) = look(recorded(copier(101, 7001, wchan => 'pipe_wait_writable'), exits(201)));
is_deeply(told($seen), ['201: '], 'who waits for room has given the lock back');

($seen, $text) =
    look(
    recorded({pid => 301, name => 'tar', state => 'D', wchan => 'io_schedule', call => $SENDFILE}));
is_deeply($seen->{hangs}, [], 'who waits for a disk does not hang');
like($text, qr/^These sleep uninterruptibly too.*\n +301 tar +D /m, 'but is named');

($seen, $text) = look(recorded(copier(101, 7001), exits(201), @TERMINAL), sub { }, 900);
is($text, "sshd(900) does not hang: its state is S.\n", 'of one process only');

# --- A name does no harm ---

($seen, $text) = look(recorded(copier(101, 7001, name => "a\e[31m)\n"), exits(201)));
unlike($text, qr/\e/, 'no control character of a name reaches the terminal');

# --- What keeps the reader of /proc waiting ---

my $root = recorded(copier(101, 7001), exits(201), {pid => 400, name => 'wedged', state => 'D'});
unlink "$root/400/task/400/stat"                  or die $!;
POSIX::mkfifo("$root/400/task/400/stat", oct 600) or die $!;
{
    local $Copyhang::Why::Watch::PATIENCE = 0.3;
    my $proc   = Copyhang::Why::Proc->new("$root");
    my $status = Copyhang::Why::Watch->run(
        sub ($about, @left_out) {
            $proc->be_watched($about, @left_out);
            my $seen = Copyhang::Why->new({}, undef, proc => $proc, pause => sub { })->look;
            return @left_out == 1 && $left_out[0] == 400 && "@{told($seen)}" eq '201: 101' ? 3 : 4;
        }
    );
    is($status, 3, 'is left out');
}

# --- The command ---

for my $wrong (['x'], ['1', '2'], ['4194305'], ['--json', '/'], ['--bogus']) {
    my ($status, $out, $err) = copyhang('/nowhere', 'why', @{$wrong});
    is($status, 2, "why @{$wrong}");
    like($err, qr/\Acopyhang why: [^\n]+\n\z/, 'says why in one line');
}

is(system("$^X $Bin/../copyhang why >/dev/full 2>&1") >> 8, 2, 'a full disk is no calm machine');

# On a machine that is in trouble nothing is installed.
my ($base) = glob '/usr/lib/*-linux-gnu*/perl-base';
SKIP: {
    skip 'no perl-base here', 1 if !defined $base;
    my $code = "BEGIN { \@INC = ('$base', '$Bin/../lib') } use Copyhang::Command;"
        . q{ exit(Copyhang::Command->find('why')->main($$))};
    open my $in, '-|', $^X, '-e', $code or die "$^X: $!";
    my $out = join q{}, <$in>;
    close $in or diag("exit status $?");
    like($out, qr/does not hang/, 'it runs with perl-base alone');
}

done_testing;
