# SPDX-License-Identifier: GPL-2.0-only
#
# Which of the locks that are held does a task wait for?
#
# A call that has a descriptor tells. Who closes a pipe has it in no table any more; but then nobody
# else has that end either: it is the last to close it who waits. So it waits for one of the pipes
# that are held and have lost an end; and a pipe that has, while its lock is held, has somebody who
# waits like that. Where several do, and several have, kinship is a hint, and said to be no more.
package Copyhang::Why::Match;

use v5.36;
use Copyhang::Why::Sleep qw(:all);
use List::Util           qw(any max uniq);

# @late: all that wait for a pipe's lock by now, also those that have only begun to.
sub new ($class, $pipes, @late) {
    return bless {pipes => $pipes, proc => $pipes->proc, late => \@late}, $class;
}

# What these wait for, each a task that waits for a pipe's lock.
sub hangs ($self, @waiters) {
    my (@hangs, @closing);
    for my $waiter (@waiters) {
        my @keys = $self->_by_descriptor($waiter);
        if (@keys) { push @hangs, $self->_known($waiter, @keys) }
        else       { push @closing, $waiter }
    }
    my @openers = grep { _opens($_) } @closing;
    @closing = grep { !_opens($_) } @closing;
    return (@hangs, (map { $self->_opening($_) } @openers), $self->_closing(@closing));
}

sub _opens ($task) { return shown($task) eq 'fifo_open' }

# --- By its descriptor ---

# The pipes that its call names and still has: of two that which somebody holds.
sub _by_descriptor ($self, $waiter) {
    my $call = $waiter->{call} // return;
    return if shown($waiter) eq 'pipe_release' || _opens($waiter);
    my @fds =
        map { $self->{proc}->descriptor($waiter, $_) } grep { defined } @{$call}{qw(in out fd)};
    my @keys = uniq grep { defined } map { $self->{pipes}->key($_) } @fds;
    my @held = grep { $self->{pipes}->held->{$_} } @keys;
    return @held ? @held : @keys;
}

sub _known ($self, $waiter, @keys) {
    return $self->_hang($waiter, \@keys, 1, 'its own call names that pipe');
}

# Of a holder that is sure there is one; and of those that are not it may be any.
sub _hang ($self, $waiter, $keys, $certain, $basis) {
    my @holders = map { $self->_holders($_) } @{$keys};
    $certain = 0 if @holders != 1;
    return {
        kind    => 'pipe',
        name    => _name(@{$keys}),
        keys    => $keys,
        waiters => [$waiter],
        holders => \@holders,
        certain => $certain,
        basis   => $basis,
    };
}

sub _name (@keys) {
    return @keys == 1 ? $keys[0] : @keys ? 'one of ' . join ', ', @keys : 'a pipe';
}

sub _holders ($self, $key) {
    my @holders = @{$self->{pipes}->held->{$key} // []};
    my @sure    = grep { $_->{sure} } @holders;
    @holders = @sure if @sure;
    return @holders;
}

# --- It opens it ---

# A fifo by its name, or any pipe through /proc/PID/fd: one that is held, and likely one that it
# has.
sub _opening ($self, $waiter) {
    my $links = $self->{pipes}->links_of($waiter);
    my @fds   = map { $self->{proc}->descriptor($waiter, $_) } sort keys %{$links};
    my %own   = map { $_ => 1 } grep { defined } map { $self->{pipes}->key($_) } @fds;
    my @held  = sort keys %{$self->{pipes}->held};
    my @known = grep { $own{$_} } @held;
    @known = grep { /\Afifo / } @held if !@known;
    my @keys = @known ? @known : @held;
    my $only = @held == 1 && $self->sees_all;
    my $basis =
          @held == 1          ? q{no other pipe's lock is held}
        : $own{$keys[0] // 0} ? 'it has this one open already, and opens one'
        :                       'which one it opens nothing shows';
    my $hang  = $self->_hang($waiter, \@keys, $only, $basis);
    my %named = map { $_ => 1 } @keys;
    $hang->{or_else} = [map { $self->_holders($_) } grep { !$named{$_} } @held];
    return $hang;
}

# --- It closes it ---

# Is there nobody who could hold, or have open, what nobody is seen to?
sub sees_all ($self) {
    my $proc = $self->{proc};
    return !$self->{pipes}->unseen && !$proc->left_out && $proc->sees_all_processes;
}

# All of them at once: which pipe is whose depends on how many there are of both.
sub _closing ($self, @waiters) {
    return if !@waiters;
    my @held = grep { $self->_counts($_) } sort keys %{$self->{pipes}->held};
    my @lost = grep { $self->{pipes}->has_lost_end($_) } @held;
    my %all  = map  { $_->{tid} => 1 } @waiters,
        grep { !_opens($_) && !$self->_by_descriptor($_) } @{$self->{late}};
    my @fifos = grep { /\Afifo / } @held;
    return
        map { $self->_hang($_, \@fifos, 0, 'no pipe whose lock is held has lost an end') } @waiters
        if !@lost;
    return $self->_only($waiters[0], $lost[0]) if @lost == 1 && keys %all == 1;
    return $self->_kin(\@waiters, \@lost);
}

# Who may hold any of its pipes holds one that has lost an end.
sub _counts ($self, $key) {
    my $is_sure = any { $_->{sure} } @{$self->{pipes}->held->{$key}};
    return $is_sure || $self->{pipes}->has_lost_end($key);
}

sub _only ($self, $waiter, $key) {
    my $basis =
          'of all pipes whose lock is held this one alone has an end that nobody has open, and'
        . ' of all tasks that close a pipe this one alone waits';
    return $self->_hang($waiter, [$key], $self->sees_all ? 1 : 0, $basis);
}

# Each is the next of kin of a holder: of one that is nearer than all others, and has nobody nearer.
# For those of which that cannot be said there is what is left.
sub _kin ($self, $waiters, $lost) {
    my (@hangs, @unknown, %taken);
    for my $waiter (@{$waiters}) {
        my $key = $self->_nearest($waiter, $waiters, $lost);
        if (!defined $key) { push @unknown, $waiter; next }
        $taken{$key} = 1;
        my $hang = $self->_hang($waiter, [$key], 0, 'its holder is the next of kin');
        $hang->{or_else} = [map { $self->_holders($_) } grep { $_ ne $key } @{$lost}];
        push @hangs, $hang;
    }
    my @left = grep { !$taken{$_} } @{$lost};
    my $basis =
        @left
        ? 'it closes a pipe, as others do, and nothing shows which one'
        : 'every pipe that has lost an end while its lock is held has somebody nearer who waits';
    for my $waiter (@unknown) {
        my $hang = $self->_hang($waiter, \@left, 0, $basis);
        $hang->{or_else} = [map { $self->_holders($_) } sort keys %taken];
        push @hangs, $hang;
    }
    return @hangs;
}

sub _nearest ($self, $waiter, $waiters, $lost) {
    my %near  = map { $_ => $self->_nearness($waiter, $_) } @{$lost};
    my $best  = max values %near;
    my @best  = grep { $near{$_} == $best } @{$lost};
    my @rival = map  { $self->_nearness($_, $best[0]) }
        grep { $_->{tid} != $waiter->{tid} } @{$waiters};
    return @best == 1 && $best > max(0, @rival) ? $best[0] : undef;
}

sub _nearness ($self, $waiter, $key) {
    return max 0, map { _kinship($waiter, $_->{task}) } $self->_holders($key);
}

# What a shell starts as one job shares a group; what is started together a parent, or is it.
sub _kinship ($one, $other) {
    my $is_family =
           $one->{pid} == $other->{pid}
        || $one->{parent} == $other->{pid}
        || $other->{parent} == $one->{pid}
        || $one->{parent} == $other->{parent} && $one->{parent} > 1;
    return 4 * ($one->{group} == $other->{group}) + 2 * $is_family +
        ($one->{session} == $other->{session});
}

1;
