# SPDX-License-Identifier: GPL-2.0-only
#
# What /proc shows of tasks and of what they have open. It is read, and nothing else: no ptrace, no
# signal, nothing is opened but files of /proc. What may itself wait for a process that hangs is not
# read (a command line, the memory's map); of open files neither a server nor a disk is asked.
#
# A task is a thread: {pid, tid, name, state, parent, group, session, flags, started, ...}.
package Copyhang::Why::Proc;

use v5.36;
use Copyhang::Why::Calls qw(call_of);
use List::Util           qw(min);
use POSIX                ();

my $EXITING = 0x4;         # PF_EXITING, of <linux/sched.h>
my $WORKER  = 0x10;        # PF_IO_WORKER
my $KERNEL  = 0x200000;    # PF_KTHREAD

my $PATIENCE            = 2;                    # s, for what may not come
my $FIRST_PID_NAMESPACE = 'pid:[4026531836]';

# $root: another folder than /proc, for tests.
sub new ($class, $root = '/proc') {
    return bless {root => $root, denied => {}, about => sub ($pid) { }, left_out => {}}, $class;
}

# From now on $about->(PID) is called before a process is read of, and of some nothing is read.
sub be_watched ($self, $about, @left_out) {
    $self->{about}    = $about;
    $self->{left_out} = {map { $_ => 1 } @left_out};
    return;
}

# Those of which nothing was read.
sub left_out ($self) {
    my @pids = sort { $a <=> $b } keys %{$self->{left_out}};
    return @pids;
}

sub root ($self) { return $self->{root} }

# What is in a file below the root; undef, and $! says why, if it cannot be read.
sub text ($self, $path) {
    open my $in, '<:raw', "$self->{root}/$path" or return;
    local $/ = undef;
    return scalar <$in>;
}

sub lines ($self, $path) { return split /\n/, $self->text($path) // q{} }

sub _names ($self, $path, $pattern) {
    opendir my $folder, "$self->{root}/$path" or return;
    my @names = grep { /$pattern/ } readdir $folder;
    return @names;
}

sub is_there ($self) { return defined $self->text('self/stat') }

# --- Tasks ---

# All threads, as they are now.
sub tasks ($self) {
    my @tasks;
    for my $pid (sort { $a <=> $b } $self->_names(q{.}, qr/\A\d+\z/)) {
        next if $self->{left_out}{$pid};
        $self->{about}->($pid);
        my @tids = sort { $a <=> $b } $self->_names("$pid/task", qr/\A\d+\z/);
        push @tasks, grep { defined } map { $self->task($pid, $_) } @tids;
    }
    return @tasks;
}

# One of them, undef if it is gone.
sub task ($self, $pid, $tid) {
    my $path = "$pid/task/$tid";
    my ($name, $rest) = ($self->text("$path/stat") // q{}) =~ /\A\d+ [(](.*)[)] (.*)/s or return;
    my @fields = split q{ }, $rest;
    my %task   = (pid => $pid, tid => $tid, path => $path, name => _printable($name));
    @task{qw(state parent group session flags started cpu)} = @fields[0 .. 3, 6, 19, 36];
    $task{exiting} = $task{flags} & $EXITING ? 1 : 0;
    $task{worker}  = $task{flags} & $WORKER  ? 1 : 0;
    $task{kernel}  = $task{flags} & $KERNEL  ? 1 : 0;
    return \%task;
}

# A name is what a program says it is: no control character of it reaches a terminal.
sub _printable ($text) { return $text =~ s/[^\x20-\x7e]/?/gr }

# More of what is asked of few: where it sleeps and since when, and as whom it runs.
sub look ($self, $task) {
    my $path = $task->{path};
    $self->{about}->($task->{pid});
    my %status = map { /\A(\w+):\s*(.*)/ ? ($1 => $2) : () } $self->lines("$path/status");
    $task->{uid}      = ($status{Uid} // q{}) =~ /\A(\d+)/ ? $1 : undef;
    $task->{switches} = join q{+}, map { $status{$_ . 'voluntary_ctxt_switches'} // 0 } q{}, 'non';
    $task->{tracer}   = $status{TracerPid} || 0;
    $task->{pending}  = [map { _signals($status{$_}) } qw(SigPnd ShdPnd)];
    $task->{wchan}    = $self->_asked("$path/wchan");
    undef $task->{wchan} if ($task->{wchan} // '0') eq '0';
    $task->{stack} = [_functions($self->_asked("$path/stack"))];
    my $line = $self->_asked("$path/syscall");
    $task->{call} = call_of($line);
    return $task;
}

sub _signals ($mask) {
    no warnings 'portable';
    my $bits = hex($mask // 0);
    return map { $_ + 1 } grep { $bits >> $_ & 1 } 0 .. 63;
}

# A stack as the names of its functions, the innermost first.
sub _functions ($text) {
    return map { /\A\[<[^>]*>\] ([\w.]+)/ ? $1 =~ s/[.](?:constprop|isra|part|cold).*//r : () }
        split /\n/, $text // q{};
}

# Of what may not be read it is kept that it was asked for.
sub _asked ($self, $path) {
    my $text = $self->text($path);
    if (!defined $text) {
        my ($file) = $path =~ m{(\w+)\z};
        $self->{denied}{$file}++ if $! == POSIX::EACCES || $! == POSIX::EPERM;
    }
    return $text;
}

# The kinds of files that could not be read, with how often that was.
sub denied ($self) { return $self->{denied} }

# --- Time ---

# For how many seconds it has not run, by the scheduler's own clock; undef where that does not tell.
# Each CPU has a clock of its own: now is when anybody ran there last.
sub asleep_for ($self, $task) {
    my ($cpu, $then) = $self->_ran($task) or return;
    my $now = ($self->{now} //= $self->_clocks)->{$cpu} // return;
    my $for = $now > $then ? ($now - $then) / 1000 : 0;
    return min($for, $self->age($task) // $for);
}

sub _clocks ($self) {
    my %now;
    for my $task ($self->tasks) {
        my ($cpu, $at) = $self->_ran($task) or next;
        $now{$cpu} = $at if $at > ($now{$cpu} // 0);
    }
    return \%now;
}

# Where and when it ran last, in ms of that clock; of one that was moved meanwhile that is not
# known.
sub _ran ($self, $task) {
    my $text = $self->text("$task->{path}/sched") // return;
    my ($at) = $text =~ /^se\.exec_start\s*:\s*([\d.]+)/m or return;
    my $now  = $self->task(@{$task}{qw(pid tid)}) // return;
    return $now->{cpu} == $task->{cpu} ? ($now->{cpu}, $at) : ();
}

# For how many seconds a task has been there.
sub age ($self, $task) {
    my ($up) = split q{ }, $self->text('uptime') // q{};
    return defined $up ? $up - $task->{started} / POSIX::sysconf(POSIX::_SC_CLK_TCK()) : undef;
}

# --- Descriptors ---

# {number => what it leads to}, of a thread; undef where that may not be seen. Each thread may have
# a table of its own, and that of a process whose first thread has ended is with the others.
sub links ($self, $task) {
    my $folder = "$task->{path}/fd";
    $self->{about}->($task->{pid});
    opendir my $list, "$self->{root}/$folder" or return $self->_no_links;
    my %links;
    for my $number (grep { /\A\d+\z/ } readdir $list) {
        my $link = readlink "$self->{root}/$folder/$number";
        $links{$number} = $link if defined $link;
    }
    return \%links;
}

sub _no_links ($self) {
    return {} if $! != POSIX::EACCES && $! != POSIX::EPERM;
    $self->{denied}{fd}++;
    return;
}

# One descriptor: {number, link, flags, more of fdinfo, dev, inode, fifo}; undef if there is none.
sub descriptor ($self, $task, $number) {
    my $path = "$task->{path}/fd/$number";
    $self->{about}->($task->{pid});
    my $link = readlink "$self->{root}/$path" // return;
    my %fd   = (number => $number, link => _printable($link), task => $task);
    for ($self->lines("$task->{path}/fdinfo/$number")) {
        $fd{info}{$1} = $2 if /\A([\w-]+):\s*(.*?)\s*\z/;
    }
    $fd{flags} = oct($fd{info}{flags} // 0);
    @fd{qw(dev inode fifo)} = _stat("$self->{root}/$path");
    return \%fd;
}

# r, w or rw.
sub ends ($fd) { return (qw(r w rw))[$fd->{flags} & 3] // q{} }

my $STATX     = 332;       # x86-64
my $FDCWD     = -100;
my $DONT_SYNC = 0x4000;    # AT_STATX_DONT_SYNC
my $FIFO      = 0x1000;    # S_IFIFO

# (major:minor, inode, whether it is a pipe) of what a link leads to, without asking a server of a
# file system, which may be what hangs (statx(2), for nothing in particular).
sub _stat ($path) {
    return if (POSIX::uname())[4] ne 'x86_64';
    my $buffer = "\0" x 256;
    return if syscall($STATX, $FDCWD, $path, $DONT_SYNC, 0, $buffer) != 0;
    my ($mode, $inode, $major, $minor) = unpack 'x28 S x2 Q x96 L L', $buffer;
    return ("$major:$minor", $inode, ($mode & 0xf000) == $FIFO ? 1 : 0);
}

# --- The machine ---

# {major:minor => {type, at}} as a task sees it.
sub mounts ($self, $task) {
    my %mounts;
    for ($self->lines("$task->{pid}/mountinfo")) {
        my ($dev, $at, $type) = /\A\d+ \d+ (\d+:\d+) \S+ (\S+) .* - (\S+) / or next;
        $mounts{$dev} //= {type => $type, at => $at =~ s/\\(\d{3})/chr oct $1/ger};
    }
    return \%mounts;
}

# The files that are mapped in a task's memory, as {from, to, dev, link}. To be told of that may
# have to wait for a process that hangs: so another one asks, and not for long.
sub mapped ($self, $task) {
    my $asker = open(my $answer, '-|') // return;
    if (!$asker) {
        alarm $PATIENCE;
        print {*STDOUT} $self->text("$task->{path}/maps") // q{};
        close STDOUT;
        POSIX::_exit(0);
    }
    my @lines = <$answer>;
    close $answer;    ## no critic (RequireCheckedClose) the asker may have been given up
    no warnings 'portable';
    return map {
        m{\A(\w+)-(\w+) \S+ \w+ (\w+):(\w+) \d+ +(/.*)}
            ? {from => hex $1, to => hex $2, dev => hex($3) . q{:} . hex $4, link => _printable($5)}
            : ()
    } @lines;
}

# A block device by its number, as {name, type}: the type of its file system where that can be told
# though it is mounted out of sight.
sub block_device ($self, $dev) {
    my ($name) = (readlink "/sys/dev/block/$dev" // q{}) =~ m{([^/]+)\z} or return {};
    my ($type) = grep { -d "/sys/fs/$_/$name" } qw(ext4 xfs);
    return {at => "/dev/$name", defined $type ? (type => $type) : ()};
}

# In a container those outside of it are not to be seen, nor what is mounted with hidepid=2.
sub sees_all_processes ($self) {
    my $namespace = readlink "$self->{root}/self/ns/pid";
    return -e "$self->{root}/1"
        && (!defined $namespace || $namespace eq $FIRST_PID_NAMESPACE);
}

1;
