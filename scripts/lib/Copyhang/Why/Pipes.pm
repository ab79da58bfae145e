# SPDX-License-Identifier: GPL-2.0-only
#
# The pipes of the machine: who has which end of them open, and who sleeps with which one's lock.
#
# A lock is held by one who sleeps in a call that moves bytes into or out of that pipe, and sleeps
# for something else than the pipe: sendfile(2), splice(2), vmsplice(2), a read or write whose
# memory does not come, or a thread of io_uring's at one of these. Who waits in a pipe for bytes or
# for room has given the lock back (fs/pipe.c, fs/splice.c).
package Copyhang::Why::Pipes;

use v5.36;
use Copyhang::Why::Proc  ();
use Copyhang::Why::Sleep qw(:all);
use List::Util           qw(any);

my $FUSE = '/sys/fs/fuse/connections';

# What keeps the lock through a page fault in the memory that it reads or writes.
my %FAULTS = map { $_ => 1 } qw(read readv preadv2 write writev pwritev2 vmsplice);

# Of all tasks that were seen asleep.
sub new ($class, $proc, @tasks) {
    my $self = bless {proc => $proc, tasks => \@tasks, held => {}}, $class;
    $self->_keep_openers;
    $self->_keep_holders($_) for @tasks;
    return $self;
}

# {key => [holder...]}: a holder is {task, how, role, other, sure}.
sub held ($self) { return $self->{held} }

sub proc ($self) { return $self->{proc} }

# What a pipe is known by; undef of what is none.
sub key ($class, $fd) {
    return             if !$fd;
    return $fd->{link} if $fd->{link} =~ /\Apipe:\[\d+\]\z/;
    return $fd->{fifo} ? "fifo $fd->{dev}:$fd->{inode}" : undef;
}

# --- Who has what open ---

# What all links lead to, of each table of descriptors once.
sub _keep_openers ($self) {
    my (%seen, %at);
    for my $task ($self->{proc}->tasks) {
        $self->{old_workers} = 1 if $task->{kernel} && $task->{name} =~ /\Aio_wqe?_worker/;
        next                     if $task->{kernel};
        my $links  = $self->{proc}->links($task);
        my $number = $links ? keys %{$links} : 0;
        $self->{unseen}{$task->{pid}} = 1 if !$links;
        next if !$number || $seen{join "\0", $task->{pid}, %{$links}{sort keys %{$links}}}++;
        $self->{links}{$task->{tid}} = $links;
        push @{$at{$links->{$_}}}, [$task, $_] for keys %{$links};
    }
    $self->{at} = \%at;
    return;
}

# {r => [task...], w => [task...]} of a pipe's ends.
sub openers ($self, $key) {
    return $self->{openers}{$key} //= do {
        my %tasks = (r => [], w => []);
        for my $place (map { @{$self->{at}{$_} // []} } $self->_links_to($key)) {
            my $fd = $self->{proc}->descriptor(@{$place}) // next;
            next if ($self->key($fd) // q{}) ne $key;
            push @{$tasks{$_}}, $place->[0] for split //, Copyhang::Why::Proc::ends($fd);
        }
        \%tasks;
    };
}

# A fifo goes by the name that it was opened by.
sub _links_to ($self, $key) {
    return $key if $key !~ /\Afifo /;
    return grep { m{\A/} && !m{\A/dev/} } keys %{$self->{at}};
}

# Has it an end that nobody has open, as far as can be seen?
sub has_lost_end ($self, $key) {
    my $openers = $self->openers($key);
    return !@{$openers->{r}} || !@{$openers->{w}};
}

# Those that have an end in a table of their own, with what that leads to: by a pattern of it.
sub leading_to ($self, $pattern) {
    return map { @{$self->{at}{$_}} } grep { /$pattern/ } sort keys %{$self->{at}};
}

# {number, at, sure}: the FUSE connection of a device; undef if it is none. Its server, which may be
# what hangs, is asked nothing. What is mounted out of sight is known by its connection, or else
# only guessed at, as somebody serves some.
sub fuse ($self, $task, $dev) {
    my ($number) = ($dev // q{}) =~ /\A0:(\d+)\z/ or return;
    my %fuse = (number => $number, sure => 1, abort => "$FUSE/$number/abort");
    if (my $mount = $self->{proc}->mounts($task)->{$dev}) {
        return $mount->{type} =~ /\Afuse/ ? {%fuse, at => $mount->{at}} : undef;
    }
    return \%fuse if -d "$FUSE/$number";
    return        if -d $FUSE && glob("$FUSE/*") || !$self->leading_to(qr{\A/dev/fuse});
    return {%fuse, sure => 0};
}

# Of how many processes the descriptors could not be seen.
sub unseen ($self) { return scalar keys %{$self->{unseen} // {}} }

# Is there nobody who could hold, or have open, what nobody is seen to?
sub sees_all ($self) {
    my $proc = $self->{proc};
    return !$self->unseen && !$proc->left_out && $proc->sees_all_processes;
}

# Are files on their way in a socket, or registered with an io_uring? They are open in no table.
sub in_flight ($self) {
    for my $place ($self->leading_to(qr/\Asocket:|\Aanon_inode:\[io_uring\]/)) {
        my $info = ($self->{proc}->descriptor(@{$place}) // next)->{info};
        return 1 if $info->{scm_fds} || $info->{UserFiles};
    }
    return 0;
}

# --- Hangs ---

# A task waits for one of these pipes. Of holders that are not sure it may be any.
sub hang ($self, $waiter, $keys, $certain, $basis) {
    my %seen;
    my @holders = grep { !$seen{$_->{task}{tid}}++ } map { $self->holders($_) } @{$keys};
    return {
        kind    => 'pipe',
        name    => _name(@{$keys}),
        keys    => $keys,
        waiters => [$waiter],
        holders => \@holders,
        certain => $certain && @holders == 1 ? 1 : 0,
        basis   => $basis,
    };
}

sub _name (@keys) {
    return @keys == 1 ? $keys[0] : @keys ? 'one of ' . join ', ', @keys : 'a pipe';
}

# Of a pipe's lock: the one that is sure, or all that may be it.
sub holders ($self, $key) {
    my @holders = @{$self->{held}{$key} // []};
    my @sure    = grep { $_->{sure} } @holders;
    return @sure ? @sure : @holders;
}

# --- Who holds a lock ---

sub _keep_holders ($self, $task) {
    return if waits_in_pipe($task) || waits_for_lock($task);
    my @held = $task->{worker} ? $self->_by_worker($task) : $self->_by_call($task);
    push @{$self->{held}{$_->{key}}}, $_ for @held;
    return;
}

sub _fd ($self, $task, $role) {
    my $number = $task->{call}{$role};
    return defined $number ? $self->{proc}->descriptor($task, $number) : undef;
}

sub _by_call ($self, $task) {
    my $call = $task->{call};
    return $self->_unseen_call($task) if !$call;
    return $self->_by_worker($task)   if $call->{name} =~ /\Aio_(?:submit|uring_enter)\z/;
    return                            if $call->{name} eq 'tee';
    my ($in, $out) = map { $self->_fd($task, $_) } qw(in out);
    my %pipe   = (in   => scalar $self->key($in), out => scalar $self->key($out));
    my %holder = (task => $task, sure => 1);
    if ($call->{name} =~ /\A(?:sendfile|splice)\z/) {
        return if defined $pipe{in} && defined $pipe{out};
        return {%holder, key => $pipe{out}, role => 'out', other => $in}  if defined $pipe{out};
        return {%holder, key => $pipe{in},  role => 'in',  other => $out} if defined $pipe{in};
        return;
    }
    return if !$FAULTS{$call->{name}};
    my ($role) = grep { defined $pipe{$_} } qw(in out) or return;
    return {%holder, key => $pipe{$role}, role => $role, fault => 1};
}

# A thread of io_uring's, or who does such a request itself: which pipe it is about nobody can see.
# Before Linux 5.12 these threads are the kernel's own, and who waits for them stands for them.
sub _by_worker ($self, $task) {
    my $may = @{$task->{stack}} ? _moves_bytes($task) : $task->{worker};
    $may ||= $self->{old_workers} && !$task->{worker};
    return if !$may || is_idle_worker($task);
    return map {
        { %{$_}, task => $task, sure => 0, worker => 1 }
    } $self->_pipes_of($task);
}

sub _moves_bytes ($task) {
    return
        any { /\A(?:io_splice|io_tee|(?:anon_)?pipe_(?:read|write)|splice_file_to_pipe)\z/ }
        @{$task->{stack}};
}

# Its call may not be seen: any pipe of its.
sub _unseen_call ($self, $task) {
    return if !defined $task->{wchan} || $task->{wchan} =~ /\A(?:do_poll|ep_poll|do_wait|futex)/;
    return map {
        { %{$_}, task => $task, sure => 0 }
    } $self->_pipes_of($task);
}

# All of its pipes, each {key, role}.
sub _pipes_of ($self, $task) {
    my $links = $self->links_of($task);
    my %roles;
    for my $number (grep { $links->{$_} =~ /\Apipe:/ } sort keys %{$links}) {
        my $fd = $self->{proc}->descriptor($task, $number) // next;
        $roles{$links->{$number}} = Copyhang::Why::Proc::ends($fd) =~ /w/ ? 'out' : 'in';
    }
    return map { {key => $_, role => $roles{$_}} } sort keys %roles;
}

sub links_of ($self, $task) {
    return $self->{links}{$task->{tid}} // $self->{links}{$task->{pid}}
        // $self->{proc}->links($task)  // {};
}

1;
