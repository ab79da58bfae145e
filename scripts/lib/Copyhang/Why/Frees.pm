# SPDX-License-Identifier: GPL-2.0-only
#
# What would free who hangs, the mildest first: {text, command} each, where a command does it.
package Copyhang::Why::Frees;

use v5.36;
use Copyhang::Text qw(shell_word);
use Exporter 'import';

our @EXPORT_OK = qw(frees);

my $PEERS   = 4;    # that are named,
my $HOLDERS = 4;    # and of which it is said what would free them

sub frees ($hang) {
    return _thaw($hang)   if $hang->{kind} eq 'frozen';
    return _answer($hang) if $hang->{kind} eq 'fuse';
    return map { _of_holder($hang, $_) } _first(@{$hang->{holders}});
}

sub _first (@holders) { return @holders > $HOLDERS ? @holders[0 .. $HOLDERS - 1] : @holders }

sub _of_holder ($hang, $holder) {
    my $end    = $holder->{waits_for};
    my $prefix = @{$hang->{holders}} > 1 ? "if it is $holder->{task}{tid}: " : q{};
    my @frees;
    push @frees, {text => $prefix . $end->{gives} . _peers($hang, $end)} if $end->{gives};
    push @frees, _kill($holder, $prefix);
    push @frees, _abort($end->{fuse}, $prefix) if $end->{fuse};
    return @frees;
}

# Who could do that; one who waits here himself will not.
sub _peers ($hang, $end) {
    my @peers = @{$end->{peers} // []};
    return $end->{find} ? " ($end->{find})" : q{} if !@peers;
    my $what  = $end->{peers_are} // 'its other end';
    my %waits = map { $_->{pid} => 1 } @{$hang->{waiters}};
    my @names =
        map { "$_->{name}($_->{pid})" . ($waits{$_->{pid}} ? ', which itself waits here' : q{}) }
        @peers > $PEERS ? @peers[0 .. $PEERS - 1] : @peers;
    $what .= ', one of' if @peers > 1;
    return " ($what: " . join(', ', @names) . (@peers > $PEERS ? ', ...' : q{}) . ')';
}

# An interruptible sleep any signal ends; a wait for a page SIGKILL alone, or nothing.
sub _kill ($holder, $prefix) {
    my $task    = $holder->{task};
    my $who     = $task->{worker} ? "the process $task->{pid}" : "$task->{name}($task->{pid})";
    my $may     = $task->{state} eq 'S' ? q{} : ', if that can be killed where it is';
    my $command = 'kill ' . ($task->{state} eq 'S' ? q{} : '-KILL ') . $task->{pid};
    return {text => "${prefix}kill $who, who copies$may: $command", command => $command};
}

# Where its files are not to be seen they have to be mounted first.
sub _abort ($fuse, $prefix) {
    my $command = "echo 1 > $fuse->{abort}";
    $command = "mount -t fusectl none /sys/fs/fuse/connections; $command" if !-e $fuse->{abort};
    return {
        text => $prefix . "abort the FUSE connection, which fails all that waits for it: $command",
        command => $command,
    };
}

sub _thaw ($hang) {
    my $at = $hang->{mount}{at};
    return {text => 'thaw the file system: fsfreeze --unfreeze MOUNTPOINT'} if !defined $at;
    my $command = 'fsfreeze --unfreeze ' . shell_word($at);
    return {text => "thaw the file system: $command", command => $command};
}

sub _answer ($hang) {
    my @servers = @{$hang->{servers} // []};
    my $who     = join ', ', map { "$_->{name}($_->{pid})" } @servers;
    $who = "one of $who" if @servers > 1;
    my @frees = {text => 'have the FUSE server answer, or end it' . (length $who ? ": $who" : q{})};
    return (@frees, $hang->{fuse} ? _abort($hang->{fuse}, q{}) : ());
}

1;
