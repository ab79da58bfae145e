# SPDX-License-Identifier: GPL-2.0-only
#
# Which pipe does a task wait for that closes it? It has it in no table any more; but then nobody else
# has that end either: it is the last to close it who waits. So it is one of the pipes that are held
# and have lost an end; and each of these has somebody who waits like that.
#
# Where there are as many of the ones as of the others, each has one; and then whoever had begun to
# sleep before a holder was even there does not wait for that one. What is left kinship tells, which
# is a hint, and said to be no more.
package Copyhang::Why::Closing;

use v5.36;
use List::Util qw(any max);
use POSIX      ();

my $GRAIN = 2 / POSIX::sysconf(POSIX::_SC_CLK_TCK());    # s: of an age, which is told in ticks

# @late: all that wait to close a pipe by now, also those that have only begun to.
sub new ($class, $pipes, @late) {
    return bless {pipes => $pipes, late => \@late}, $class;
}

# What these wait for: all at once, as it depends on how many there are.
sub hangs ($self, @waiters) {
    return if !@waiters;
    my $pipes = $self->{pipes};
    my @held  = grep { $self->_counts($_) } sort keys %{$pipes->held};
    my @lost  = grep { $pipes->has_lost_end($_) } @held;
    if (!@lost) {
        my @fifos = grep { /\Afifo / } @held;
        my $basis = 'no pipe whose lock is held has lost an end';
        return map { $pipes->hang($_, \@fifos, 0, $basis) } @waiters;
    }
    $self->{may} = {map { $_->{tid} => [$self->_early_enough($_, @lost)] } @waiters};
    my %all   = map { $_->{tid} => 1 } @waiters, @{$self->{late}};
    my @pairs = @lost == @waiters && @waiters == keys %all ? $self->_pairs(@waiters) : ();
    my %done  = map { $_->{waiters}[0]{tid} => 1 } @pairs;
    return (@pairs, $self->_kin(\@lost, grep { !$done{$_->{tid}} } @waiters));
}

# Who may hold any of its pipes holds one that has lost an end.
sub _counts ($self, $key) {
    my $is_sure = any { $_->{sure} } @{$self->{pipes}->held->{$key}};
    return $is_sure || $self->{pipes}->has_lost_end($key);
}

# Those whose holder was there when the waiter fell asleep, which is at least so long ago.
sub _early_enough ($self, $waiter, @keys) {
    my $proc  = $self->{pipes}->proc;
    my $since = $proc->asleep_for($waiter) // 0;
    return grep {
        any { ($proc->age($_->{task}) // $since) + $GRAIN >= $since } $self->{pipes}->holders($_)
    } @keys;
}

# --- Each has one ---

# Who has but one left has that one, and nobody else has it.
sub _pairs ($self, @waiters) {
    my @hangs;
    while (my ($waiter) = grep { @{$self->{may}{$_->{tid}}} == 1 } @waiters) {
        my $key = $self->{may}{$waiter->{tid}}[0];
        push @hangs, $self->_pair($waiter, $key, scalar keys %{$self->{may}});
        @waiters = grep { $_->{tid} != $waiter->{tid} } @waiters;
        for my $keys (map { $self->{may}{$_->{tid}} } @waiters) {
            @{$keys} = grep { $_ ne $key } @{$keys};
        }
    }
    return @hangs;
}

sub _pair ($self, $waiter, $key, $number) {
    my $basis =
        $number == 1
        ? 'of all pipes whose lock is held this one alone has an end that nobody has open, and of'
        . ' all tasks that close a pipe this one alone waits'
        : "$number close a pipe, and $number have lost an end while their lock is held; all but this"
        . ' one have others who wait, or got their holder when this task slept already';
    my $is_sure = $self->{pipes}->sees_all && !$self->{pipes}->in_flight;
    my $hang    = $self->{pipes}->hang($waiter, [$key], $is_sure, $basis);
    $hang->{likely} = 1;
    return $hang;
}

# --- The next of kin ---

# Of a holder: of one that is nearer than all others, and has nobody nearer. For those of which that
# cannot be said there is what is left.
sub _kin ($self, $lost, @waiters) {
    my (@hangs, @unknown, %taken);
    for my $waiter (@waiters) {
        my $key = $self->_nearest($waiter, @waiters);
        if (!defined $key) { push @unknown, $waiter; next }
        $taken{$key} = 1;
        push @hangs, $self->_likely($waiter, $key);
    }
    return (@hangs, map { $self->_uncertain($_, \%taken, scalar @unknown) } @unknown);
}

sub _likely ($self, $waiter, $key) {
    my $hang   = $self->{pipes}->hang($waiter, [$key], 0, 'its holder is the next of kin');
    my @others = grep { $_ ne $key } @{$self->{may}{$waiter->{tid}}};
    $hang->{or_else} = [map { $self->{pipes}->holders($_) } @others];
    $hang->{likely}  = 1;
    return $hang;
}

# One of so many of which that is to be said.
sub _uncertain ($self, $waiter, $taken, $number) {
    my @may   = @{$self->{may}{$waiter->{tid}}};
    my @left  = grep { !$taken->{$_} } @may;
    my $basis = 'it closes a pipe, as others do, and nothing shows which one';
    $basis = "$number tasks close a pipe, and there are not as many that it may be"
        if @left < $number;
    $basis = 'every pipe that it may be has somebody nearer who waits' if !@left;
    my $hang = $self->{pipes}->hang($waiter, \@left, 0, $basis);
    $hang->{or_else} = [map { $self->{pipes}->holders($_) } grep { $taken->{$_} } @may];
    return $hang;
}

# The key of the one; undef if there is none.
sub _nearest ($self, $waiter, @waiters) {
    my @keys = @{$self->{may}{$waiter->{tid}}};
    my %near = map { $_ => $self->_nearness($waiter, $_) } @keys;
    my $best = max(0, values %near);
    my ($key, @more) = grep { $near{$_} == $best } @keys;
    return if !$best || @more;
    my @rivals = grep { $_->{tid} != $waiter->{tid} } @waiters;
    return (any { $self->_nearness($_, $key) >= $best } @rivals) ? undef : $key;
}

sub _nearness ($self, $waiter, $key) {
    return 0 if !grep { $_ eq $key } @{$self->{may}{$waiter->{tid}}};
    return max 0, map { _kinship($waiter, $_->{task}) } $self->{pipes}->holders($key);
}

# What a shell starts as one job shares a group; what is started together a parent, or is it.
sub _kinship ($one, $other) {
    my $is_family =
           $one->{pid} == $other->{pid}
        || $one->{parent} == $other->{pid}
        || $other->{parent} == $one->{pid}
        || $one->{parent} == $other->{parent} && $one->{parent} > 1;
    my $is_job = $one->{group} == $other->{group};
    return ($is_job                           ? 4 : 0) + ($is_family ? 2 : 0) +
        ($one->{session} == $other->{session} ? 1 : 0);
}

1;
