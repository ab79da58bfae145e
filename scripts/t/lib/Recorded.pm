# SPDX-License-Identifier: GPL-2.0-only
package Recorded;

use v5.36;

use Exporter 'import';
use Fake       qw(spew);
use File::Path qw(make_path);
use File::Temp ();

our @EXPORT_OK = qw(recorded add_task);

my %STAT = (
    parent  => 1,
    group   => 100,
    session => 100,
    flags   => 0x400000,
    started => 100_000,
    cpu     => 0,
    state   => 'S',
);

# A folder that looks like /proc with these tasks.
sub recorded (@tasks) {
    my $root = File::Temp->newdir;
    spew("$root/uptime", "2000.00 1000.00\n");
    add_task($root, $_) for { pid => 1, name => 'init', parent => 0 }
    , @tasks;
    symlink '1', "$root/self" or die $!;
    return $root;
}

# A task is {pid, tid, name, state, ..., wchan, stack, call, fds}: of the stack the names of
# functions, of the call what /proc/PID/syscall says, and of the descriptors {number => [link, flags
# in octal, more lines of fdinfo...]}.
sub add_task ($root, $task) {
    my %task   = (%STAT, tid => $task->{pid}, %{$task});
    my $path   = "$root/$task{pid}/task/$task{tid}";
    my @fields = (@task{qw(state parent group session)}, (0) x 2, $task{flags}, (0) x 12);
    make_path("$path/fd", "$path/fdinfo");
    my $stat = join q{ }, $task{tid}, "($task{name})", @fields, $task{started}, (0) x 16,
        $task{cpu};
    spew("$path/stat",            "$stat 0 0\n");
    spew("$root/$task{pid}/stat", "$stat 0 0\n");
    spew("$path/status",          map { "$_\n" } _status(%task));
    spew("$path/sched",           "se.exec_start : $task{sched}.000000\n") if defined $task{sched};
    spew("$path/wchan",           $task{wchan} // 0);
    spew("$path/stack",           map { "[<0>] $_+0x1/0x2\n" } @{$task{stack} // []});
    spew("$path/syscall",         ($task{call}                                // 'running') . "\n");

    while (my ($number, $fd) = each %{$task{fds} // {}}) {
        my ($link, $flags, @more) = @{$fd};
        symlink $link, "$path/fd/$number" or die $!;
        spew("$path/fdinfo/$number", "pos:\t0\nflags:\t0$flags\n", map { "$_\n" } @more);
    }
    return;
}

sub _status (%task) {
    my $pending = sprintf '%016x', $task{killed} ? 0x100 : 0;
    return (
        "Name:\t$task{name}",           "TracerPid:\t0",
        "Uid:\t1000\t1000\t1000\t1000", "SigPnd:\t0000000000000000",
        "ShdPnd:\t$pending",            "voluntary_ctxt_switches:\t" . ($task{switches} // 7),
        "nonvoluntary_ctxt_switches:\t1"
    );
}

1;

__END__

=head1 NAME

Recorded - folders that look like /proc, for tests of copyhang why

=head1 SYNOPSIS

    my $root = recorded({pid => 42, name => 'sleep', state => 'D', wchan => 'pipe_release'});
    my $proc = Copyhang::Why::Proc->new($root);

=cut
