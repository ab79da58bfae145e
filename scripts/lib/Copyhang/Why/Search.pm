# SPDX-License-Identifier: GPL-2.0-only
#
# Who hangs on this machine, and who holds what they wait for.
#
#     my $found = Copyhang::Why::Search->new($proc)->find;
#
# $found has hangs, {kind, name, waiters, holders, certain, basis, ...}: kind is pipe, fuse or
# freeze; a waiter is a task, a holder {task, how, other}: the task, what it holds, and the
# descriptor that it waits for. Of several holders one is it, and it is not known which. It has
# others as well: tasks that sleep uninterruptibly for something else.
#
# Who hangs sleeps one sleep, without a context switch, at both of two looks. So does who holds a
# lock that is not given back: a pipe that is busy has its holders run.
package Copyhang::Why::Search;

use v5.36;
use Copyhang::Why::Match ();
use Copyhang::Why::Pipes ();
use Copyhang::Why::Sleep qw(:all);
use List::Util           qw(any);

my $PAUSE     = 0.2;                       # s between two looks
my $LONG      = 10;                        # s: a wait that a signal may end is no hang before
my $TIMES     = 5;                         # all is looked at anew when it has changed meanwhile
my %IS_ASLEEP = map { $_ => 1 } qw(S D);

# $pause: what is done between two looks, for tests.
sub new ($class, $proc, $pause = undef) {
    ## no critic (ProhibitSleepViaSelect) perl-base has nothing better
    $pause //= sub { select undef, undef, undef, $PAUSE };
    return bless {proc => $proc, pause => $pause}, $class;
}

sub find ($self) {
    my $found;
    for my $time (1 .. $TIMES) {
        $found = $self->_find;
        my $changes = grep { !$self->_is_sound($_) } @{$found->{hangs}};
        $found->{hangs} = [grep { $self->_still_waits($_) } @{$found->{hangs}}];
        last if !$changes && !$found->{late};
    }
    return $found;
}

# What was seen in one moment and another goes together if all have slept on until the end.
sub _is_sound ($self, $hang) {
    my @tasks = (@{$hang->{waiters}}, map { $_->{task} } @{$hang->{holders}});
    return !grep { !$self->_sleeps_on($_) } @tasks;
}

# Without those that have woken meanwhile: false if there is nobody left.
sub _still_waits ($self, $hang) {
    my @waiters = grep { $self->_sleeps_on($_) } @{$hang->{waiters}};
    my @holders = grep { $self->_sleeps_on($_->{task}) } @{$hang->{holders}};
    my $is_less = @holders < @{$hang->{holders}} || @waiters < @{$hang->{waiters}};
    @{$hang}{qw(waiters holders)} = (\@waiters, \@holders);
    $hang->{certain} = 0 if $is_less;
    return scalar @waiters;
}

sub _find ($self) {
    my @deep    = grep { $_->{state} eq 'D' } $self->_asleep;
    my @waiters = @deep ? $self->_still($self->_look(@deep)) : ();
    return {hangs => [], others => []} if !@waiters;
    my @all     = $self->_still($self->_look($self->_asleep));
    my %at_rest = map { $_->{tid} => $_ } @all;
    @waiters = grep {
        my $same = $at_rest{$_->{tid}};
        $same && $same->{switches} eq $_->{switches}
    } @waiters;
    return $self->_sort_out(\@all, map { $at_rest{$_->{tid}} } @waiters);
}

# Threads of programs that sleep at this moment.
sub _asleep ($self) {
    return grep { $IS_ASLEEP{$_->{state}} && !$_->{kernel} } $self->{proc}->tasks;
}

sub _look ($self, @tasks) {
    return map { $self->{proc}->look($_) } @tasks;
}

# Those that have not woken meanwhile.
sub _still ($self, @tasks) {
    $self->{pause}->();
    return grep { $self->_sleeps_on($_) } @tasks;
}

sub _sleeps_on ($self, $task) {
    my $now = $self->{proc}->task(@{$task}{qw(pid tid)}) // return 0;
    return 0 if grep { $now->{$_} ne $task->{$_} } qw(state started flags);
    return $self->{proc}->look($now)->{switches} eq $task->{switches};
}

sub _sort_out ($self, $all, @waiters) {
    my $pipes = Copyhang::Why::Pipes->new($self->{proc}, @{$all});
    my (@locked, @elsewhere);
    push @{waits_for_lock($_) ? \@locked : \@elsewhere}, $_ for @waiters;
    my @late = grep { waits_for_lock($_) } $self->_look(grep { $_->{state} eq 'D' } $self->_asleep);
    my @hangs = Copyhang::Why::Match->new($pipes, @late)->hangs(@locked);
    my %waits = map { $_->{tid} => 1 } @locked;
    my %holds = map { $_->{task}{tid} => 1 } map { @{$_->{holders}} } @hangs;
    my @others;

    for my $waiter (grep { !$holds{$_->{tid}} } @elsewhere) {
        my $hang = $self->_elsewhere($waiter, $all, $pipes);
        if   ($hang) { push @hangs,  $hang }
        else         { push @others, $waiter }
    }
    return {
        hangs  => [_together(@hangs)],
        others => \@others,
        pipes  => $pipes,
        late   => scalar grep { !$waits{$_->{tid}} } @late,
    };
}

# --- What is no pipe's lock ---

sub _elsewhere ($self, $waiter, $all, $pipes) {
    return $self->_freezes($waiter, $all) if freezes($waiter);
    return $self->_frozen($waiter)        if waits_for_freeze($waiter);
    return $self->_fuse($waiter, $pipes);
}

sub _file_of ($self, $task) {
    my $call = $task->{call} // return;
    my ($number) = grep { defined } map { $call->{$_} } qw(out in fd);
    return defined $number ? $self->{proc}->descriptor($task, $number) : undef;
}

sub _mount ($self, $task, $fd) {
    my $mount = $self->{proc}->mounts($task)->{$fd->{dev} // q{}};
    $mount //= $self->{proc}->block_device($fd->{dev}) if defined $fd->{dev};
    return {dev => $fd->{dev}, %{$mount // {}}};
}

# It freezes a file system, where somebody has begun to write.
sub _freezes ($self, $waiter, $all) {
    my $fd = $self->_file_of($waiter) // return;
    my @holders;
    for my $task (@{$all}) {
        my $call = $task->{call} // next;
        next if $task->{tid} == $waiter->{tid} || !defined $call->{out};
        my $out = $self->{proc}->descriptor($task, $call->{out}) // next;
        next if ($out->{dev} // q{}) ne ($fd->{dev} // '-') || $out->{fifo};
        my $in = $self->{proc}->descriptor($task, $call->{in} // -1);
        push @holders,
            {task => $task, how => 'has begun to write there', other => $in, file => $out};
    }
    my $mount = $self->_mount($waiter, $fd);
    return {
        kind    => 'freeze',
        name    => 'the file system ' . ($mount->{at} // $mount->{dev} // $fd->{link}),
        mount   => $mount,
        waiters => [$waiter],
        holders => \@holders,
        certain => @holders == 1 ? 1 : 0,
        basis   => 'it alone is asleep in a call that writes there',
    };
}

# It writes to one that is frozen.
sub _frozen ($self, $waiter) {
    my $fd    = $self->_file_of($waiter);
    my $mount = $fd ? $self->_mount($waiter, $fd) : {};
    my $where = $mount->{at} // $mount->{dev} // 'that it writes to';
    return {
        kind    => 'frozen',
        name    => "the file system $where",
        mount   => $mount,
        waiters => [$waiter],
        holders => [],
        certain => 1,
        basis   => 'it is frozen, or about to be',
    };
}

# A server of a file system has not answered. Before SIGKILL a signal may still end the wait.
sub _fuse ($self, $waiter, $pipes) {
    my $fd   = $self->_file_of($waiter);
    my $fuse = $fd && $pipes->fuse($waiter, $fd->{dev});
    return if !($fuse && $fuse->{sure}) && !waits_for_fuse($waiter);
    my $is_killed = any { $_ == 9 } @{$waiter->{pending}};
    return if !$is_killed && ($self->{proc}->asleep_for($waiter) // 0) < $LONG;
    return {
        kind    => 'fuse',
        name    => 'the server of ' . ($fd ? $fd->{link} : 'a FUSE file system'),
        file    => $fd,
        fuse    => $fuse,
        waiters => [$waiter],
        holders => [],
        certain => 1,
        basis   => 'it sleeps for the answer to a request',
    };
}

# Hangs for the same thing are one; of two servers nobody can tell that they are.
sub _together (@hangs) {
    my (%of, @all);
    for my $hang (@hangs) {
        my $key = join q{ }, @{$hang}{qw(kind name certain)}, ($hang->{file} // {})->{dev} // q{},
            map { $_->{task}{tid} } @{$hang->{holders}};
        $key .= " $hang->{waiters}[0]{tid}" if $hang->{kind} eq 'fuse' && !$hang->{file};
        if ($of{$key}) { push @{$of{$key}{waiters}}, @{$hang->{waiters}} }
        else           { push @all, $of{$key} = $hang }
    }
    return @all;
}

1;
