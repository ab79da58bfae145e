#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# copyhang why on real hangs: scenes of the harness, held where they hang (harness/t/stage.c), are
# explained, each with the right holder; also among others that look alike, and at random. In the
# environment: SCENES_SEED=N repeats what chance chose, SCENES=N plays other than 12 of these.
#
# sample: 12 random scenes instead of 100

use v5.36;
use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Copyhang::Paths      ();
use Copyhang::Failure    ();
use Copyhang::Why        ();
use Copyhang::Why::Cases qw(nearest);
use Cpanel::JSON::XS     qw(decode_json);
use Fake                 qw(copyhang slurp);
use File::Temp           ();
use IO::Handle           ();
use List::Util           qw(shuffle);
use POSIX                ();
use Real                 qw(planted program system_call adopt_orphans comes_true all_gone);
use Socket               qw(AF_UNIX SOCK_STREAM);
use Test::More;

my $IS_ALL = ($ENV{COPYHANG_CASES} // q{}) eq 'all';
my $SCENES = $ENV{SCENES} // ($IS_ALL ? 100 : 12);

plan skip_all => 'needs root, to see where processes sleep' if $> != 0;
plan skip_all => 'only some processes can be seen in a container'
    if (readlink('/proc/self/ns/pid') // q{}) ne 'pid:[4026531836]';
adopt_orphans();

# --- Scenes ---

# Those that hang on this kernel; what is not to be had here is left out when it says so.
my @ACTS = map { "$_/sendfile/pty-pipe" } qw(exit_group exit_thread close dup2 close_range execve
    scm_rights nonblock_read fionread getpipe_sz setpipe_sz open_proc_fd kill stop ptrace_interrupt
    freeze_cgroup);
my @WAYS = qw(
    exit_group/splice/pty-pipe exit_group/splice_nonblock/pty-pipe
    exit_group/io_uring_splice/pty-pipe close/io_uring_splice/unix-pipe
    exit_group/mmap_write/userfault-pipe close/readv_writev/userfault-pipe
    close/vmsplice/userfault-pipe close/mmap_write/fuse_cached-pipe
    nonblock_write/splice/pipe-pty kill_write/splice/pipe-pty
);
my @ENDS = qw(
    exit_group/sendfile/pty-fifo open_fifo/sendfile/pty-fifo
    exit_group/splice/ptm-pipe close/sendfile/unix-pipe exit_group/splice/tcp-pipe
    close/sendfile/udp-pipe close/splice/unix_dgram-pipe close/sendfile/unix_seqpacket-pipe
    exit_group/sendfile/fuse-pipe close/io_uring_splice/fuse_cached-pipe
    close/splice/pipe-unix exit_group/splice/pipe-tcp close/splice/pipe-fuse
    exit_group/io_uring_splice/pipe-unix close/io_uring_splice/pipe-fuse
);
my @ELSE = qw(
    fsfreeze/splice/pipe-frozen_ext4 self_kill/read_write/fuse-pipe self_kill/sendfile/file-fuse
);

# What nothing in /proc tells apart.
my %SAME = (
    ptrace_interrupt => 'kill',
    freeze_cgroup    => 'kill',
    scm_rights       => 'close',
    fuse_cached      => 'fuse',
);

sub expected ($id) {
    my ($act, $strategy, $source, $sink) = $id =~ m{\A(\w+)/(\S+)/(\w+)-(\w+)\z};
    $act    = $SAME{$act}    // $act;
    $source = $SAME{$source} // $source if $strategy ne 'mmap_write';
    return "$act/$strategy/$source-$sink";
}

my %staged;
our $as_nobody = 0;
my $NOBODY = 65_534;

sub become_nobody () {
    POSIX::setgid($NOBODY);
    POSIX::setuid($NOBODY);
    return;
}

# What is said to a plain user, who may load no module any more: (exit status, text).
sub told_to_nobody ($pid) {
    my $out   = File::Temp->new;
    my $child = fork // die "fork: $!";
    if (!$child) {
        open STDOUT, '>&', $out or POSIX::_exit(99);
        become_nobody();
        POSIX::_exit(Copyhang::Failure->status_of(sub { Copyhang::Why->new({}, $pid)->main }));
    }
    waitpid $child, 0;
    return ($? >> 8, slurp($out->filename));
}

# Begins to set a scene; with --stalled where the act has not begun, so that nobody hangs.
sub stage (@words) {
    pipe my $hold_read, my $hold or die "pipe: $!";
    pipe my $told,      my $tell or die "pipe: $!";
    my %scene = (id => $words[-1], hold => $hold, told => $told);
    $scene{pid} = fork // die "fork: $!";
    if (!$scene{pid}) {
        become_nobody() if $as_nobody;
        open STDIN,  '<&', $hold_read or POSIX::_exit(99);
        open STDOUT, '>&', $tell      or POSIX::_exit(99);
        exec {planted('stage')} 'stage', @words or POSIX::_exit(99);
    }
    $staged{$scene{pid}} = 1;
    return \%scene;
}

# Returns the scenes that came to be, as they are then.
sub set (@scenes) {
    my @set;
    for my $scene (@scenes) {
        my $text = join q{}, map { $scene->{told}->getline // q{} } 1 .. 3;
        @{$scene}{qw(copier actor thread how)} =
            $text =~ /\Acopier (\d+)\nactor (\d+) (\d+)\n(\w+)\n\z/;
        if ($scene->{how}) { push @set, $scene; next }
        note("$scene->{id}: $text");
        release($scene);
    }
    return @set;
}

sub release (@scenes) {
    close $_->{hold} for @scenes;
    for my $scene (@scenes) {
        waitpid $scene->{pid}, 0;
        $scene->{status} = $?;
        delete $staged{$scene->{pid}};
    }
    return;
}

END {
    local $? = $?;
    kill 'KILL', keys %staged;
}

sub why (@arguments) {
    my ($status, $json, $err) = copyhang('/nowhere', 'why', @arguments, '--json', q{-});
    return (decode_json($json), $status, $err);
}

# What is said of a scene: right, among (it is one of several), unknown, wrong, or missing.
sub judged ($document, $scene) {
    my ($hang) = grep {
        grep { $_->{pid} == $scene->{actor} }
            @{$_->{waiters}}
    } @{$document->{hangs}};
    $scene->{hang} = $hang // return 'missing';
    return $hang->{kind} eq 'fuse' ? 'right' : 'wrong' if $scene->{actor} == $scene->{copier};
    my @pids = map { $_->{pid} } @{$hang->{holders}};
    return 'unknown' if !@pids;
    return 'wrong'   if !grep { $_ == $scene->{copier} } @pids;
    return @pids == 1 ? 'right' : 'among';
}

# --- The names of cases ---

my $list    = qx{@{[program()]} --list};
my %is_case = map { $_ => 1 } split /\n/, $list;
my @others  = qw(pty unix tcp file unix_dgram unix_seqpacket fuse);
my %named;
for my $end (map({ ['in', $_] } @others), map { ['out', $_] } @others, qw(ptm udp eventfd kmsg)) {
    for my $act (qw(exit_group close execve fionread open_fifo open_proc_fd kill),
        $end->[0] eq 'in' ? 'kill_write' : 'stop')
    {
        next if $act eq 'kill' && $end->[0] eq 'in';
        for my $kind (qw(pipe fifo)) {
            my ($near, $pipe) = nearest($act, @{$end}, $kind);
            $named{"$near/splice/" . ($end->[0] eq 'in' ? "$pipe-$end->[1]" : "$end->[1]-$pipe")} =
                1;
        }
    }
}
is_deeply([grep { !$is_case{$_} } sort keys %named], [], 'each case that is named there is');

# --- One ---

subtest 'one hang' => sub {
    my ($scene) = set(stage('exit_group/sendfile/pty-pipe')) or die 'no scene';
    my ($document, $status) = why($scene->{actor});
    is($status,                   1,       'exit status');
    is(judged($document, $scene), 'right', 'the holder');
    my $alone;
    for my $time (1 .. 20) {
        ($document) = why();
        $alone = @{$document->{hangs}} == 1 && judged($document, $scene) eq 'right';
        last if $alone && $scene->{hang}{certain};
    }
SKIP: {
        skip 'others hang as well, time after time', 1 if !$alone;
        ok($scene->{hang}{certain}, 'for certain') or diag(explain($document));
    }
    is($scene->{hang}{case}, $scene->{id}, 'the case');
    is_deeply($scene->{hang}{waiters}[0]{stack}[0], 'pipe_release', 'the stack');
    my $holder = $scene->{hang}{holders}[0];
    like($holder->{waits_for}{text}, qr{/dev/pts/\d+}, 'what the holder waits for');

    my ($whole, $text) = copyhang('/nowhere', 'why', $scene->{actor});
    my @lines = split /\n/, $text;
    cmp_ok(scalar @lines, '<=', 40, 'at most 40 lines');
    is_deeply([grep { length > 100 } @lines], [], 'of 100 columns');
    my (undef, $same) = copyhang('/nowhere', 'why', $scene->{copier});
    like($same, qr/\Q$scene->{actor}\E/, 'of the copier the same is said');

    my ($kill) = grep { /\Akill \d+\z/ } map { $_->{command} // q{} } @{$scene->{hang}{frees}};
    is($kill, "kill $scene->{copier}", 'what frees it');
    kill 'TERM', $scene->{copier};
    ok(comes_true(sub { !-e "/proc/$scene->{actor}" }), 'does free it');
    is((copyhang('/nowhere', 'why', $$))[0], 0, 'and who asks does not hang');
    release($scene);
};

# --- Each kind ---

# Who freezes a file system may be found at rest before it waits for who writes there (RCU).
sub settled (@scenes) {
    my @freeze = grep { $_->{id} =~ /\Afsfreeze/ } @scenes;
    my $document;
    comes_true(
        sub {
            ($document) = why();
            return !grep { judged($document, $_) eq 'missing' } @freeze;
        }
    );
    return $document;
}

subtest 'each kind of hang' => sub {
    for my $ids (\@ACTS, \@WAYS, \@ENDS, \@ELSE) {
        my @scenes = grep { $_->{how} eq 'hangs' } set(map { stage($_) } @{$ids});
        cmp_ok(scalar @scenes, '>', 0, 'there are scenes that hang');
        my $document = settled(@scenes);
        for my $scene (@scenes) {
            my $judged = judged($document, $scene);
            is($judged, 'right', "$scene->{id}: the holder")
                or diag(explain($scene->{hang} // $document));
            is(($scene->{hang} // {})->{case}, expected($scene->{id}), 'the case');
        }
        release(@scenes);
        is_deeply([grep { $_->{status} } @scenes], [], 'all is put right');
    }
};

# --- Without root ---

subtest 'without root' => sub {
    my $program = planted('stage');
    plan skip_all => "others may not execute $program"
        if system(qw(setpriv --reuid=65534 --regid=65534 --clear-groups test -x), $program) != 0;
    my ($roots) = set(stage('close/sendfile/pty-pipe')) or die 'no scene';
    my ($status, $text) = told_to_nobody($roots->{actor});
    is($status, 125, q{what for root's process sleeps cannot be told});
    like($text, qr/^ +$roots->{actor} stage +D .*^Not seen: /ms, 'which is said');

    my ($scene) = set(
        do { local $as_nobody = 1; stage('nonblock_read/sendfile/pty-pipe') }
    );
    ($status, $text) = told_to_nobody($scene->{actor});
    is($status, 1, 'its own is explained') or diag($text);
    like($text, qr/^ +$scene->{copier} stage +S .*\n? +holds pipe:/m, 'with its holder');
    release($roots, $scene);
};

# --- Ten that look alike ---

# In a process of its own, with these as its descriptors 0 and 1, and no others.
sub child ($code, @handles) {
    my $pid = fork // die "fork: $!";
    return $pid if $pid;
    syscall(system_call('prctl'), 1, POSIX::SIGKILL(), 0, 0, 0);
    POSIX::dup2(fileno $handles[$_], 100 + $_) for 0 .. $#handles;
    POSIX::dup2(100 + $_,            $_)       for 0 .. $#handles;
    POSIX::close($_) for 2 .. 255;
    $code->();
    POSIX::_exit(0);
}

sub copies () { return syscall system_call('sendfile'), 1, 0, 0, 0x7ffff000 }

# A copier, and who has the other end of its pipe; all are children of this process, in one session.
sub pair () {
    my %pair;
    socketpair $pair{silent}, my $source, AF_UNIX, SOCK_STREAM, 0 or die "socketpair: $!";
    pipe my $read, my $write or die "pipe: $!";
    $pair{reader} = child(sub { POSIX::pause() }, $read);
    $pair{copier} = child(\&copies, $source, $write);
    $pair{id}     = "$pair{reader}, who is killed, and $pair{copier}";
    return \%pair;
}

sub sleeps ($pid, $how) {
    return (eval { slurp("/proc/$pid/stat") } // q{}) =~ /[)] $how /;
}

sub is_copying ($pair) {
    return sleeps($pair->{copier}, 'S')
        && (eval { slurp("/proc/$pair->{copier}/syscall") } // q{}) =~ /\A40 /;
}

# Its reader is to end, and cannot.
sub hang ($pair) {
    kill 'TERM', $pair->{reader};
    $pair->{actor} = $pair->{reader};
    return comes_true(sub { sleeps($pair->{reader}, 'D') });
}

subtest 'ten that look alike' => sub {
    my @pairs = map { pair() } 0 .. 10;
    ok(
        comes_true(
            sub {
                11 == grep { is_copying($_) } @pairs;
            }
        ),
        'eleven copiers wait'
    );
    my ($document, $status) = why($pairs[4]{copier});
    is($status, 0, 'nobody hangs');
    ok(hang($pairs[7]), 'one does');
    ($document) = why($pairs[7]{reader});
    is(judged($document, $pairs[7]), 'right', 'its copier is found');
    ok(hang($pairs[2]), 'and another one');
    ($document) = why();
    for my $pair (@pairs[2, 7]) {
        is(judged($document, $pair), 'among', 'the right one is named');
        my %named = map { $_->{pid} => 1 } @{$pair->{hang}{holders}};
        is_deeply([grep { $named{$pairs[$_]{copier}} } 0 .. $#pairs],
            [2, 7], 'each may wait for either, and for none of the others');
        ok(!$pair->{hang}{certain}, 'which is not certain');
    }
    close $_->{silent} for @pairs;
    kill 'TERM', map { @{$_}{qw(reader copier)} } @pairs;
    ok(all_gone(), 'all end');
};

# --- A busy pipe ---

subtest 'a busy pipe' => sub {
    pipe my $read, my $write or die "pipe: $!";
    open my $zero, '<', '/dev/zero' or die "/dev/zero: $!";
    my $copier = child(sub { 1 while copies() > 0 }, $zero, $write);
    my $reader = child(sub { 1 while POSIX::read(0, my $bytes, 4096) }, $read);
    close $_ for $read, $write;
    for my $pid (($copier, $reader) x 2) {
        my ($document, $status) = why($pid);
        is($status, 0, 'hangs nobody');
        is_deeply($document->{hangs}, [], 'nor is it said to');
    }
    kill 'KILL', $copier, $reader;
    ok(all_gone(), 'both end');
};

# --- At random ---

my $seed = srand($ENV{SCENES_SEED} // time);
diag("SCENES_SEED=$seed");
my @pool = (@ACTS, @WAYS, grep { !/fuse/ } @ENDS);
my %count;
for my $number (1 .. $SCENES) {
    my ($hangs, $calm) = (1 + int rand 3, int rand 4);
    my @ids    = (shuffle @pool)[0 .. $hangs + $calm - 1];
    my @all    = set(map { stage($_ < $hangs ? () : '--stalled', $ids[$_]) } 0 .. $#ids);
    my @scenes = grep { $_->{how} eq 'hangs' } @all;
    my @pairs  = map  { pair() } 1 .. int rand 4;
    comes_true(
        sub {
            @pairs == grep { is_copying($_) } @pairs;
        }
    ) or die 'no copiers';
    push @scenes, map { hang($_) ? $_ : () } @pairs[0 .. int(rand @pairs + 1) - 1];
    my ($document) = why();
    my %judged = map { $_->{id} => judged($document, $_) } @scenes;
    $count{$_}++ for values %judged;
    my @wrong = grep { $judged{$_} =~ /wrong|missing/ } sort keys %judged;
    is_deeply(\@wrong, [], "scene $number: @ids[0 .. $hangs - 1] and $calm that hang nobody")
        or diag(explain($document));

    for my $scene (grep { $_->{how} eq 'stalled' } @all) {
        is(judged($document, $scene), 'missing', "$scene->{id} hangs nobody");
    }
    release(@all);
    close $_->{silent} for @pairs;
    kill 'TERM', map { @{$_}{qw(reader copier)} } @pairs;
}
diag(join ', ', map { "$count{$_} $_" } sort keys %count);
cmp_ok($count{right} // 0, '>', 0, 'holders were found');

ok(all_gone(), 'nothing is left');
done_testing;
