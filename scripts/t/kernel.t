#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# All cases on the running kernel. Which of them hang depends on the kernel, so that is seen here
# a second time, by other means: without ptrace, and with nothing of the harness.

use v5.36;
use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Fake             qw(slurp);
use Fcntl            qw(F_GETPIPE_SZ);
use File::Temp       ();
use IO::Socket::INET ();
use POSIX            qw(EINVAL O_NOCTTY O_RDWR WNOHANG);
use Real             qw(system_call program play verdicts some_cases comes_true);
use Socket qw(AF_INET AF_UNIX INADDR_LOOPBACK PF_UNSPEC SOCK_DGRAM SOCK_STREAM sockaddr_in);
use Test::More;

my $COUNT = 1 << 20;

# A process that waits in the kernel while so many others, one after the other, come to the end that it is
# to come to, hangs.
my $OTHERS = 50;

my %gone;

# The calls, as the strategies make them: from descriptor $in to descriptor $out.
my %CALL = (
    read =>
        sub ($in, $out) { syscall system_call('read'), $in, my $buffer = "\0" x $COUNT, $COUNT },
    sendfile => sub ($in, $out) { syscall system_call('sendfile'), $out, $in, 0,    $COUNT },
    splice   => sub ($in, $out) { syscall system_call('splice'),   $in,  0,   $out, 0, $COUNT, 0 },
);

# What is to be copied from, and what has to be closed for it to come to its end.
my %SOURCE = (
    pty  => \&terminal,
    unix => sub () {
        socketpair my $near, my $far, AF_UNIX, SOCK_STREAM, PF_UNSPEC or die $!;
        ($near, $far);
    },
    tcp => \&connection,
);

# The call that each of these makes with those sources and a pipe; the cascades read and write
# where it is refused.
my %MAKES = (
    'read_write' => 'read',
    'sendfile'   => 'sendfile',
    'splice'     => 'splice',
    'go-1.24rc2' => 'sendfile',
    'busybox'    => 'sendfile',
    'rust-1.50'  => 'splice',
);

# These refuse without a step that fails: programs that look at the files before they copy, a
# request's result, which is in memory, and calls (fcntl, ftruncate) that are about no copy.
my $REFUSES_OTHERWISE =
    qr/\A(?:python-shutil|libuv|boost|bun|python-pathlib|aio_rw|io_uring_rw|io_uring_splice|vmsplice|mmap_mmap|seek_data)\z/;

# One file twice.
my $IS_ITSELF = qr/\A(?:same_file|same_fd|self)\z/;

# Between these nothing can stall.
my %IS_FILE =
    map { $_ => 1 } qw(file tmpfs memfd sparse large append same_file ext4 xfs btrfs overlay);

# All cases; of a sample these are asked for below.
my @only =
    some_cases('all', qr{\A(?:promise/|exit_group/.*/(?:pty|ptm|unix|tcp|pipe|file)-pipe\z)});
my @ids = split /\n/, qx{'@{[program()]}' --list @only};
my ($status, @cases) = play(program(), @only);
my $verdict = verdicts(@cases);

is_deeply([map { $_->{id} } @cases], \@ids, 'every case has its result, in the order of the list');
is($status, (grep { !$_->{ok} } @cases) ? 1 : 0, 'the exit status says whether all is well');

# libuv asks again after a 0, as long as st_size promises more.
for my $bad (qw(broken stuck late spins)) {
    my @bad = grep { $_->{verdict} eq $bad && $_->{id} ne 'promise/libuv/sys-file' } @cases;
    is_deeply([map { join ': ', $_->{id}, $_->{reason} // () } @bad], [], "none is $bad");
}

# What AF_ALG and ESP do is not looked at a second time.
is_deeply(
    [sort grep { $verdict->{$_} eq 'corrupt' && !/-(?:af_alg|esp)\z/ } @ids],
    [sort map { "promise/$_" } broken_promises()],
    'as many promises are broken as can be seen'
);
subtest 'pages that are shared' => \&shared_pages;
for my $source (qw(pty ptm unix tcp pipe file)) {
    is($verdict->{"exit_group/$_/$source-pipe"}, 'safe', "$_ from $source is safe")
        for qw(read_write splice_private);
}

subtest 'copy_file_range/pty-pipe' => sub {
    my ($case) = grep { $_->{id} eq 'exit_group/copy_file_range/pty-pipe' } @cases;
    is($case->{verdict},      'refused', 'is refused');
    is($case->value('errno'), 'EINVAL',  'with EINVAL');
};

subtest 'proof' => sub {
    my %lacking = (
        safe    => \&safe_lacks,
        hang    => \&hang_lacks,
        missed  => \&missed_lacks,
        refused => \&refused_lacks,
    );
    for my $kind (sort keys %lacking) {
        my @lacking = map { my $lack = $lacking{$kind}->($_); $lack ? "$_->{id}: $lack" : () }
            grep { $_->{verdict} eq $kind } @cases;
        is_deeply(\@lacking, [], "nothing lacks in any $kind");
    }
};

for my $source (sort keys %SOURCE) {
    my %probed = map { $_ => probe($CALL{$_}, $SOURCE{$source}) } keys %CALL;
    for my $strategy (sort keys %MAKES) {
        my $expected = $probed{$MAKES{$strategy}};
        $expected = 'safe' if $expected eq 'refused' && $strategy ne $MAKES{$strategy};
        is($verdict->{"exit_group/$strategy/$source-pipe"},
            $expected, "$strategy from $source is $expected");
    }
}

done_testing;

# By plain calls on a file of their own, and what the cascades make of what these say.
sub broken_promises () {
    my ($size, @broken) = (300_000);
    my $file = sub {
        my $temporary = File::Temp->new;
        print {$temporary} 'x' x $size;
        $temporary->flush;
        sysseek $temporary, 0, 0;
        return $temporary;
    };

    # A file that is its own copy, through one descriptor.
    my $itself   = $file->();
    my $refused  = copy_range($itself, $itself, $size) < 0 && $! == EINVAL;
    my $sendfile = $file->();
    syscall system_call('sendfile'), fileno $sendfile, fileno $sendfile, 0, $COUNT;
    my $spoilt = -s $sendfile != $size;
    my $loop   = $file->();
    while (sysread $loop, my $buffer, 4096) { syswrite $loop, $buffer }
    my $doubled = -s $loop > $size;
    push @broken, map { "$_/same_fd-same_fd" } qw(go-1.24 toybox php-master)
        if $refused && $doubled;
    push @broken, map { "$_/same_fd-same_fd" } qw(go-1.24rc2 rust-1.50 rust-now systemd-2025)
        if $refused && $spoilt;

    # A file with content whose size is 0.
    open my $proc, '<', '/proc/version' or die $!;
    push @broken, qw(libuv/proc-file ruby/proc-file ruby/proc-pipe)
        if !-s $proc && length slurp('/proc/version');
    push @broken, map { "$_/proc-file" } qw(copy_file_range toybox)
        if copy_range($proc, File::Temp->new, $COUNT) == 0;
    push @broken, map { "$_/intact-used_pipe" } qw(splice splice_nonblock io_uring_splice)
        if merges_into($file->());

    # What goes on from a datagram that was begun, and becomes more than a packet.
    push @broken, map { "$_/small-udp_begun" } qw(sendfile sendfile_offset splice_private)
        if in_child(\&loses_datagram) == 1;
    return @broken;
}

# Return: what $code does, in a process of its own.
sub in_child ($code) {
    my $pid = fork // die "fork: $!";
    POSIX::_exit($code->()) if !$pid;
    waitpid $pid, 0;
    return $? >> 8;
}

# In a network with a small MTU. Return: 1 if it does not arrive, 2 if there is no such network.
sub loses_datagram () {
    my ($new_user, $new_net, $set_mtu, $set_flags, $up, $more) =
        (0x1000_0000, 0x4000_0000, 0x8922, 0x8914, 0x41, 0x8000);
    return 2 if syscall(system_call('unshare'), $new_net | ($> ? $new_user : 0)) != 0;
    socket my $near, AF_INET, SOCK_DGRAM, 0 or return 2;
    socket my $far,  AF_INET, SOCK_DGRAM, 0 or return 2;
    my ($mtu, $flags) = (pack('a16 i x20', 'lo', 8192), pack 'a16 s x22', 'lo', $up);
    ioctl $near, $set_mtu,   $mtu   or return 2;
    ioctl $near, $set_flags, $flags or return 2;
    bind $far, sockaddr_in(0, INADDR_LOOPBACK) or return 2;
    connect $near, getsockname $far or return 2;
    my $file = File::Temp->new;
    print {$file} 'x' x 30_011;
    $file->flush;
    sysseek $file, 0, 0;
    send $near, 'x' x 8161, $more or return 2;
    syscall(system_call('sendfile'), fileno $near, fileno $file, 0, 30_011) > 0 or return 2;
    my $ready = q{};
    vec($ready, fileno $far, 1) = 1;
    return select($ready, undef, undef, 1) ? 0 : 1;
}

# Does what is written to a pipe get into a file of which a part was spliced into it? All slots of
# the pipe were filled, and emptied, before.
sub merges_into ($file) {
    my $before = slurp("$file");
    pipe my $reader, my $writer or die $!;
    for my $page (1 .. fcntl($writer, F_GETPIPE_SZ, 0) / 4096) { syswrite $writer, 'y' x 4096 }
    sysread $reader, my ($buffer), $COUNT;
    syscall(system_call('splice'), fileno $file, 0, fileno $writer, 0, 100, 0) == 100 or die $!;
    syswrite $writer, 'z' x 100;
    return slurp("$file") ne $before;
}

sub copy_range ($in, $out, $count) {
    return syscall system_call('copy_file_range'), fileno $in, 0, fileno $out, 0, $count, 0;
}

# What a pipe yields that a page was moved into before that was written again.
sub shared_pages () {
    for my $strategy (qw(read_write sendfile splice)) {
        my $file = File::Temp->new;
        pipe my $reader, my $writer or die $!;
        syswrite $file, 'then' x 1024;
        sysseek $file, 0, 0;
        if ($strategy eq 'read_write') {
            sysread $file, my $buffer, 4096;
            syswrite $writer, $buffer;
        }
        else { $CALL{$strategy}->(fileno $file, fileno $writer) }
        sysseek $file, 0, 0;
        syswrite $file, 'now!' x 1024;
        sysread $reader, my $yields, 4;
        my ($case) = grep { $_->{id} eq "promise/$strategy/modified-pipe" } @cases;
        is($case->value('shared'), $yields eq 'now!' ? 'yes' : 'no', "$strategy: $yields");
    }
    return;
}

sub safe_lacks ($case) {
    return kept_lacks($case)  if $case->{act} eq 'promise';
    return woken_lacks($case) if $case->{act} =~ /\Awakes_/;
    return 'act_ms'           if !defined $case->value('act_ms');
    return q{}                if $case->value('stalled') eq 'yes';
    return "a stall"          if !$IS_FILE{$case->{source}} || !$IS_FILE{$case->{sink}};
    return q{}
        if grep { $_->[0] eq 'step' && $_->[1] =~ /=(?:[1-9]\d*|done|under_way)\b/ }
        @{$case->{pairs}};
    return 'a step that moved bytes';
}

# A promise that was kept: all is copied, or what happened instead is no harm.
sub kept_lacks ($case) {
    return 'promise' if !length $case->value('promise') || !length $case->value('written');
    return 'an intact source'
        if $case->{source} =~ /\Aintact/ && ($case->value('source_intact') // q{}) ne 'yes';
    return $case->value('sink_is') ? q{} : 'which cipher' if $case->{sink} =~ /\A(?:af_alg|esp)\z/;
    return q{}                                            if $case->value('copied') eq 'yes';
    my $errno = $case->value('errno') // q{};
    return q{} if $errno eq 'EINTR'  && $case->value('interrupted');
    return q{} if $errno eq 'EAGAIN' && $case->value('waited') eq 'no';
    return q{} if $errno eq 'ENOSPC' && $case->{sink} =~ /\A(?:device_full|full_xfs)\z/;
    return q{} if ($case->value('shared') // q{}) eq 'yes';
    return q{} if $case->{source} =~ $IS_ITSELF;
    return 'what was to be copied';
}

sub woken_lacks ($case) {
    return 'woken=yes'          if ($case->value('woken') // q{}) ne 'yes';
    return 'somebody who slept' if !$case->value('sleepers') || !length $case->value('written');
    return 'bytes'              if !$case->value('moved');
    return defined $case->value('act_ms') ? q{} : 'act_ms';
}

sub missed_lacks ($case) {
    return 'bytes' if !$case->value('moved');
    for my $key (qw(control_ms limit_ms release_ms)) {
        return $key if ($case->value($key) // q{}) !~ /\A\d+[.]\d+\z/;
    }
    return 'what it sleeps for' if $case->value('event_there') ne 'yes';
    return 'the end' if ($case->value('missed_at') // q{}) !~ /\A(?:source|sink)\z/;
    return ($case->value('sleeper') // q{}) =~ /\A[DS] / ? q{} : 'where the sleeper waits';
}

sub refused_lacks ($case) {
    my $errno = $case->value('errno') // return 'errno';
    return q{} if $case->{strategy} =~ $REFUSES_OTHERWISE || $case->{source} =~ $IS_ITSELF;

    # To clone but a part, or nothing, cannot be asked for.
    return q{}
        if $case->{strategy} =~ /\Aficlone/ && $case->{source} =~ /\A(?:limited|beyond|nothing)/;
    return q{} if grep { $_->[0] eq 'step' && $_->[1] =~ /=\Q$errno\E\b/ } @{$case->{pairs}};
    return "the step that failed with $errno";
}

sub hang_lacks ($case) {
    my $timeline = $case->value('timeline') // return 'timeline';
    my %at       = $timeline =~ /(\w+):([\d.]+)/g;
    my $killable = $case->value('killable') // return 'killable';
    return 'a second play, without a kill' if $killable ne 'no' && exists $at{killed};
    for my $key (qw(act_ms release_ms)) {
        return $key if ($case->value($key) // q{}) !~ /\A\d+[.]\d+\z/;
    }
    my @order = grep { defined } @at{qw(stalled act judged released ended)};
    return 'order in its timeline' if @order < 5 || "@order" ne "@{[sort { $a <=> $b } @order]}";
    return 'a stalled step'
        if !grep { $_->[0] eq 'step' && $_->[1] =~ /=stalled\z/ } @{$case->{pairs}};
    my $actor = $case->{act} =~ /\Aself_/ ? 'actor' : 'bystander';
    return "where the $actor waits" if ($case->value($actor) // q{}) !~ /\A[DS] [a-z][\w.]+ /i;
    return q{};
}

# Copies from a silent source into a pipe, and lets the process that holds the pipe's other end
# exit. Returns what comes of it: safe, hang, refused or, if anything else, what that was.
sub probe ($call, $open) {
    my ($near, $far) = $open->();
    pipe my $reader, my $writer or die $!;
    pipe my $wait,   my $go     or die $!;

    my $copier = child(
        sub {
            close $_ or die $! for $reader, $far, $wait, $go;
            return $call->(fileno $near, fileno $writer) < 0 ? $! + 0 : 0;
        }
    );
    my $bystander = child(
        sub {
            close $_ or die $! for $writer, $near, $far, $go;
            sysread $wait, my ($byte), 1;
            return 0;
        }
    );
    close $_ or die $! for $reader, $writer, $near, $wait;

    my $outcome = outcome($copier, $bystander, $go);
    close $far;
    my $ends = comes_true(sub { gone($copier) && gone($bystander) });
    kill 'KILL', $copier, $bystander;
    return $ends ? $outcome : "$outcome, and does not end after the release";
}

sub outcome ($copier, $bystander, $go) {
    my $stalls = comes_true(sub { gone($copier) || asleep_in_a_call($copier) });
    close $go;
    return refusal($gone{$copier}{status}) if gone($copier);
    return 'no stall'                      if !$stalls;

    my $others = 0;
    comes_true(
        sub {
            $others = state_of($bystander) eq 'D' ? $others + other_exits() : 0;
            return gone($bystander) || $others >= $OTHERS;
        }
    ) or return 'neither gone nor waiting';
    return gone($copier) ? 'no stall' : gone($bystander) ? 'safe' : 'hang';
}

# A process that holds the last end of a pipe that nobody copies into exits.
sub other_exits () {
    pipe my $reader, my $writer or die $!;
    my $other = child(sub { close $writer or die $!; return 0 });
    close $_ or die $! for $reader, $writer;
    return waitpid($other, 0) == $other;
}

sub refusal ($status) {
    return $status == EINVAL << 8 ? 'refused' : "no stall, wait status $status";
}

sub child ($body) {
    my $pid = fork // die "fork: $!";
    return $pid if $pid;
    my $status = eval { $body->() };
    print {*STDERR} $@ if !defined $status;
    POSIX::_exit($status // 255);
}

sub gone ($pid) {
    $gone{$pid} = {status => $?} if !$gone{$pid} && waitpid($pid, WNOHANG) == $pid;
    return $gone{$pid};
}

sub state_of ($pid) {
    my $stat = eval { slurp("/proc/$pid/stat") } // return q{};
    return $stat =~ /[)] (\w)/ ? $1 : q{};
}

# In one of the calls, and not on its way there.
sub asleep_in_a_call ($pid) {
    my ($number) = (eval { slurp("/proc/$pid/syscall") } // q{}) =~ /\A(\d+) /;
    return
           defined $number
        && state_of($pid) =~ /[SD]/
        && grep { $number == system_call($_) } keys %CALL;
}

# A terminal nobody types on.
sub terminal () {
    my ($TIOCSPTLCK, $TIOCGPTN) = (0x40045431, 0x80045430);
    my ($unlocked, $number) = (pack('i', 0), pack('I', 0));
    sysopen my $master, '/dev/ptmx', O_RDWR | O_NOCTTY or die "/dev/ptmx: $!";
    ioctl $master, $TIOCSPTLCK, $unlocked or die "TIOCSPTLCK: $!";
    ioctl $master, $TIOCGPTN,   $number   or die "TIOCGPTN: $!";
    my $path = '/dev/pts/' . unpack 'I', $number;
    sysopen my $slave, $path, O_RDWR | O_NOCTTY or die "$path: $!";
    return ($slave, $master);
}

sub connection () {
    my $listener = IO::Socket::INET->new(Listen   => 1, LocalAddr => '127.0.0.1') or die $@;
    my $near     = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $listener->sockport)
        or die $@;
    my $far = $listener->accept or die $!;
    return ($near, $far);
}
