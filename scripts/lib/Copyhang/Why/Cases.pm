# SPDX-License-Identifier: GPL-2.0-only
#
# Which case of ours a hang is: act/strategy/source-sink, by the calls of who waits and who holds.
package Copyhang::Why::Cases;

use v5.36;
use Copyhang::Why::Pipes ();
use Copyhang::Why::Sleep qw(:all);
use Exporter 'import';
use List::Util qw(any uniq);

our @EXPORT_OK = qw(act_of case_of nearest);

my ($SIGKILL, $SIGSTOP) = (9, 19);
my $NONBLOCK = oct 4000;    # O_NONBLOCK
my %ACT_OF   = (
    close       => 'close',
    dup2        => 'dup2',
    dup3        => 'dup2',
    close_range => 'close_range',
    execve      => 'execve',
    execveat    => 'execve',
    exit        => 'exit_thread',
);
my %FCNTL = (1031   => 'setpipe_sz', 1032       => 'getpipe_sz');
my %IOCTL = (0x541b => 'fionread',   0xc0045877 => 'fsfreeze');

my %STRATEGY_OF = (
    read     => 'read_write',
    write    => 'read_write',
    pread64  => 'pread_pwrite',
    pwrite64 => 'pread_pwrite',
    map { $_ => 'readv_writev' } qw(readv writev preadv2 pwritev2),
);
my %NONBLOCKING = (splice => 0x2);    # SPLICE_F_NONBLOCK

# What is on the other side of the pipe in cases, by the way that the bytes go; the special ones
# with few acts, and fifos with few of either.
my @SPECIAL =
    qw(unix_dgram unix_seqpacket udp eventfd timerfd inotify kmsg fuse fuse_cached userfault);
my %SPECIAL = map { $_ => 1 } @SPECIAL;
my %OTHER   = (
    out => {map { $_ => 1 } qw(pty ptm unix tcp file), @SPECIAL},
    in  => {map { $_ => 1 } qw(pty unix tcp file unix_dgram unix_seqpacket fuse)},
);
my %CORE      = map { $_ => 1 } qw(exit_group close);
my %FIFO      = map { $_ => 1 } qw(exit_group open_fifo);
my %WITH_FIFO = map { $_ => 1 } qw(pty unix file);
my %NO_FILE   = map { $_ => 1 } qw(kill stop);

# What the waiter does, as acts are called; undef if none of them is like that.
sub act_of ($proc, $waiter) {
    my $call = $waiter->{call};
    return $call && $call->{name} eq 'exit' ? 'exit_thread' : 'exit_group' if $waiter->{exiting};
    return                                                                 if !$call;
    my $name = $call->{name};
    return $ACT_OF{$name}                                          if $ACT_OF{$name};
    return $FCNTL{$call->{args}[1]}                                if $name eq 'fcntl';
    return $IOCTL{$call->{args}[1] & 0xffffffff}                   if $name eq 'ioctl';
    return _is_fifo($proc, $waiter) ? 'open_fifo' : 'open_proc_fd' if $name =~ /\Aopen/;
    return _transfer($proc, $waiter, $1)                           if $name =~ /\Ap?(read|write)/;
    return;
}

# Nobody sees what it opens; but no pipe that it has is a fifo, if it is no fifo.
sub _is_fifo ($proc, $waiter) {
    my $links = $proc->links($waiter) // {};
    return any { ($_ // {})->{fifo} && $_->{link} !~ /\Apipe:/ }
        map { $proc->descriptor($waiter, $_) } grep { $links->{$_} =~ m{\A/} } keys %{$links};
}

sub _transfer ($proc, $waiter, $what) {
    my ($number) = grep { defined } @{$waiter->{call}}{qw(in out)};
    my $fd       = $proc->descriptor($waiter, $number);
    my $pending  = $waiter->{pending};
    return "nonblock_$what"                         if $fd && $fd->{flags} & $NONBLOCK;
    return $what eq 'write' ? 'kill_write' : 'kill' if any { $_ == $SIGKILL } @{$pending};
    return 'stop' if $what eq 'read' && any                { $_ == $SIGSTOP } @{$pending};
    return $what eq 'write' ? 'kill_write' : 'kill';
}

# --- The id ---

# {id, exact}: the case that a hang is, and whether it is just that or only the next; undef if it is
# none, or depends on who the holder is.
sub case_of ($proc, $hang) {
    if ($hang->{kind} eq 'pipe') {
        my @cases = map      { _of_pipe($proc, $hang, $_) } @{$hang->{holders}};
        my @ids   = uniq map { $_ ? $_->{id} : q{} } @cases;
        return @ids == 1 ? $cases[0] : undef;
    }
    return _of_freeze($hang) if $hang->{kind} eq 'freeze';
    return _of_fuse($hang)   if $hang->{kind} eq 'fuse';
    return;
}

sub _of_pipe ($proc, $hang, $holder) {
    my $role     = $holder->{role}                    // 'out';
    my $strategy = _strategy($holder)                 // return;
    my $other    = _kind($holder)                     // return;
    my $act      = act_of($proc, $hang->{waiters}[0]) // return;
    return if !$OTHER{$role}{$other};
    my ($near_act, $pipe) =
        nearest($act, $role, $other, $holder->{key} =~ /\Afifo / ? 'fifo' : 'pipe');
    my $is_it = $near_act eq $act && $holder->{key} =~ /\A$pipe/;
    my $ends  = $role eq 'in' ? "$pipe-$other" : "$other-$pipe";
    return {id => "$near_act/$strategy/$ends", exact => $is_it ? 1 : 0};
}

# The act and the kind of pipe of a case, or of the next one that there is.
sub nearest ($act, $role, $other, $pipe) {
    my $is_poor = $other eq 'file' && $role eq 'in';
    return ($act, 'fifo') if $pipe eq 'fifo' && $FIFO{$act} && $WITH_FIFO{$other} && !$is_poor;
    $act = 'open_proc_fd' if $act eq 'open_fifo';
    my $is_rare = $SPECIAL{$other} ? !$CORE{$act} : $is_poor || $other eq 'file' && $NO_FILE{$act};
    return ($is_rare ? 'exit_group' : $act, 'pipe');
}

sub _strategy ($holder) {
    return 'io_uring_splice' if $holder->{worker};
    my $call = $holder->{task}{call} // return;
    my ($name, @args) = ($call->{name}, @{$call->{args}});
    return 'vmsplice' if $name eq 'vmsplice';
    return $args[2]                        ? 'sendfile_offset' : 'sendfile' if $name eq 'sendfile';
    return $args[5] & $NONBLOCKING{splice} ? 'splice_nonblock' : 'splice'   if $name eq 'splice';
    return 'mmap_write' if $name eq 'write' && $holder->{fault};
    return $STRATEGY_OF{$name};
}

# Of memory that is mapped, the page cache is waited for.
sub _kind ($holder) {
    my $kind = $holder->{waits_for}{kind} // return;
    return $kind eq 'fuse' && $holder->{fault} ? 'fuse_cached' : $kind;
}

sub _of_freeze ($hang) {
    my ($holder) = @{$hang->{holders}};
    my $type = $hang->{mount}{type} // return;
    return if !$holder || $type !~ /\A(?:ext4|xfs|btrfs)\z/;
    my $strategy = _strategy($holder) // return;
    return {id => "fsfreeze/$strategy/pipe-frozen_$type", exact => 1};
}

# It is the copier itself that cannot be killed.
sub _of_fuse ($hang) {
    my $waiter = $hang->{waiters}[0];
    my $call   = $waiter->{call} // return;
    my $strategy =
        $call->{name} =~ /\A(?:sendfile|splice)\z/ ? $call->{name} : $STRATEGY_OF{$call->{name}};
    return if !$strategy || !$hang->{file};
    my $is_sink = defined $call->{out} && $hang->{file}{number} == $call->{out};
    return {id => "self_kill/$strategy/" . ($is_sink ? 'file-fuse' : 'fuse-pipe'), exact => 1};
}

1;
