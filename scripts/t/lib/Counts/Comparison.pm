# SPDX-License-Identifier: GPL-2.0-only
#
# What the cases take by verdict, of the case programs of one commit or of two.
#
#     my $comparison = Counts::Comparison->new($counts, $counts_of_another_commit);
#     my @left_out   = $comparison->sort_out(@ids);
#     $comparison->play for 1 .. 5;
#     say $comparison->figures(0, 'hang')->{forks}, $comparison->ratios('hang')->{forks};
#
# Two take turns, and a fork is measured before each play and after it: what else the machine does
# meanwhile, it does to all of them.
package Counts::Comparison;

use v5.36;
use List::Util qw(all uniq);

# Of a case, but for wall: CPU time in forks; how many of the others; and the seconds of all.
our @FIGURES = qw(forks processes context_switches page_faults system_calls stops wall);

my @VERDICTS = qw(safe refused hang);
my $WHOLE    = 'whole';
my $ALL      = 'all';

# @counts: Counts.
sub new ($class, @counts) { return bless {counts => \@counts, groups => {}, runs => {}}, $class }

# Plays these cases once, for their verdicts. Return: a line about each that is left out, as it has
# another verdict than these, or not the same one in both.
sub sort_out ($self, @ids) {
    my %there = map { $_ => 1 } $self->_common;
    @ids = grep { $there{$_} } @ids;
    my @verdicts = map { $_->play(\@ids, each => 1)->{verdicts} } @{$self->{counts}};
    my @left_out;
    for my $id (@ids) {
        my ($verdict, @others) = map { $_->{$id} // 'none' } @verdicts;
        if ((grep { $_ eq $verdict } @VERDICTS) && all { $_ eq $verdict } @others) {
            push @{$self->{groups}{$_}}, $id for $verdict, $WHOLE;
        }
        else { push @left_out, "$id is " . join ' and ', $verdict, @others }
    }
    return @left_out;
}

# Those of a verdict, and all of these: as a run plays them.
sub groups ($self) {
    return grep { $self->{groups}{$_} || $self->{runs}{$_} } @VERDICTS, $WHOLE, $ALL;
}

sub play ($self) {
    for my $group (grep { $_ ne $ALL } $self->groups) {
        $self->_play($group, $self->{groups}{$group}, each => $group ne $WHOLE);
    }
    return;
}

# All cases that all of them have, as a run plays them. @jobs: so many at once, of each; undef: its
# own choice.
sub play_all ($self, @jobs) { return $self->_play($ALL, [$self->_common], jobs => \@jobs) }

# The ids that all of them have.
sub _common ($self) {
    my @ids = map { [$_->ids] } @{$self->{counts}};
    my %times;
    $times{$_}++ for map { uniq @{$_} } @ids;
    return grep          { $times{$_} == @ids } @{$ids[0]};
}

sub _play ($self, $group, $ids, %how) {
    my @order = keys @{$self->{counts}};
    my $runs  = $self->{runs}{$group} //= [map { [] } @order];
    @order = reverse @order if @{$runs->[0]} % 2;
    for my $which (@order) {
        my $counts = $self->{counts}[$which];
        my $before = $counts->fork_cpu;
        my $played = $counts->play($ids, %how, jobs => $how{jobs}[$which]);
        my $fork   = ($before + $counts->fork_cpu) / 2;
        my $cases  = keys %{$played->{verdicts}};
        my %figure = map { $_ => ($played->{$_} // 0) / $cases } @FIGURES;
        $figure{wall}     = $played->{wall};
        $figure{cpu}      = $played->{cpu} / $cases;
        $figure{forks}    = $figure{cpu} / $fork;
        $figure{cases}    = $cases;
        $figure{fork_cpu} = $fork;
        push @{$runs->[$which]}, \%figure;
    }
    return;
}

# The medians of what was counted: {figure => number}; also how many cases there were, and the CPU
# time of a fork (s).
sub figures ($self, $which, $group) {
    my $runs = $self->{runs}{$group}[$which];
    return {
        map {
            my $figure = $_;
            $figure => _median(map { $_->{$figure} } @{$runs})
        } @FIGURES,
        qw(cases fork_cpu)
    };
}

# What the first takes as a part of what the second takes, likewise. Of CPU time it is that itself,
# as the one of a fork is not known as well.
sub ratios ($self, $group) {
    my ($these, $those) = @{$self->{runs}{$group}};
    my %ratio;
    for my $name (@FIGURES) {
        my $figure = $name eq 'forks' ? 'cpu' : $name;
        my @ratios = map { $these->[$_]{$figure} / ($those->[$_]{$figure} || 1) } keys @{$these};
        $ratio{$name} = _median(@ratios);
    }
    return \%ratio;
}

sub _median (@numbers) {
    @numbers = sort { $a <=> $b } @numbers;
    return $numbers[$#numbers / 2];
}

1;
