# SPDX-License-Identifier: GPL-2.0-only
#
# Which of the locks that are held does a task wait for? A call that has a descriptor tells. Who closes
# a pipe has it no more: of that Copyhang::Why::Closing knows more.
package Copyhang::Why::Match;

use v5.36;
use Copyhang::Why::Closing ();
use Copyhang::Why::Sleep   qw(shown);
use List::Util             qw(uniq);

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
    my @late    = grep { !_opens($_) && !$self->_by_descriptor($_) } @{$self->{late}};
    my $closing = Copyhang::Why::Closing->new($self->{pipes}, @late);
    return (@hangs, (map { $self->_opening($_) } @openers), $closing->hangs(@closing));
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
    return $self->{pipes}->hang($waiter, \@keys, 1, 'its own call names that pipe');
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
    my $only = @held == 1 && $self->{pipes}->sees_all;
    my $basis =
          @held == 1          ? q{no other pipe's lock is held}
        : $own{$keys[0] // 0} ? 'it has this one open already, and opens one'
        :                       'which one it opens nothing shows';
    my $hang  = $self->{pipes}->hang($waiter, \@keys, $only, $basis);
    my %named = map { $_ => 1 } @keys;
    $hang->{or_else} = [map { $self->{pipes}->holders($_) } grep { !$named{$_} } @held];
    $hang->{likely}  = @keys == 1 && @known ? 1 : 0;
    return $hang;
}

1;
