# SPDX-License-Identifier: GPL-2.0-only
#
# Some files of /proc wait, while a process executes a program for example, and on a machine that
# hangs that may be for ever. So it is another process that reads them, and says of which one it is
# about to; where it sleeps over one, it is killed, and another begins anew without that one.
package Copyhang::Why::Watch;

use v5.36;
use Copyhang::Failure qw(bad_input untestable);
use POSIX             ();

our $PATIENCE = 10;    # s that it may sleep over one process
my $TIMES = 20;        # so many processes at most are left out

# Has $code->($about, @left_out) called in another process: $about->($pid) says of which process
# something is about to be read. Return: what it returns, an exit status.
sub run ($class, $code) {
    my @left_out;
    for my $time (0 .. $TIMES) {
        my ($status, $stuck_at) = _run_once($code, @left_out);
        return $status if defined $status;
        push @left_out, $stuck_at;
    }
    untestable("cannot read /proc: $TIMES processes keep it waiting");
}

sub _run_once ($code, @left_out) {
    pipe my $hear, my $tell or untestable("pipe: $!");
    my $child = fork // untestable("fork: $!");
    if (!$child) {
        close $hear;
        $tell->autoflush(1);
        my $about  = sub ($pid) { print {$tell} "$pid\n" };
        my $status = Copyhang::Failure->status_of(sub { $code->($about, @left_out) });
        my $flush  = sub { STDOUT->flush or bad_input("cannot write to standard output: $!"); 0 };
        POSIX::_exit(Copyhang::Failure->status_of($flush) || $status);
    }
    close $tell;
    my $stuck_at = _watch($child, $hear);
    return (undef, $stuck_at) if defined $stuck_at;
    waitpid $child, 0;
    return $? & 127 ? 125 : $? >> 8;
}

# Return: the process that it sleeps over; undef if it comes to its end.
sub _watch ($child, $hear) {
    my $last = 0;
    while (1) {
        my $ready = q{};
        vec($ready, fileno $hear, 1) = 1;
        if (select $ready, undef, undef, $PATIENCE) {
            sysread $hear, my $heard, 65536 or return;
            $last = $1 if $heard =~ /(\d+)\n\z/;
        }
        elsif (_sleeps($child)) {
            kill 'KILL', $child;
            return $last;
        }
    }
}

# One that has no CPU is waited for.
sub _sleeps ($pid) {
    open my $in, '<', "/proc/$pid/stat" or return 0;
    return (<$in> // q{}) =~ /[)] [SD] /;
}

1;
