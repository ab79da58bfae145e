# SPDX-License-Identifier: GPL-2.0-only
#
# Runs a command of the system to its end.
#
# As a Copyhang::Process: it is ended when it is silent for too long, and after a signal. A full
# disk is bad input (2), all else that makes a command fail cannot be tested (125).
package Copyhang::Tool;

use v5.36;
use Copyhang::Failure qw(bad_input untestable);
use Copyhang::Limits  ();
use Copyhang::Process ();
use List::Util        qw(first);

# Returns the lines of its standard output. A failure says in one line what the command was for.
# %argument: more of Copyhang::Process.
sub run ($class, $what, $command, %argument) {
    my ($status, $lines, $noise) = $class->attempt($command, %argument);
    return @{$lines} if defined $status && $status == 0;
    return $class->failed($what, $status, $noise);
}

# Leaves it to the caller what a failure means, who may use failed. Return: (wait status or undef,
# [lines], what it said on standard error).
sub attempt ($class, $command, %argument) {
    my %how     = (command => $command, silence => $Copyhang::Limits::TOOL, %argument);
    my $process = Copyhang::Process->start(%how);
    Copyhang::Process->pump($process) until $process->has_ended;
    Copyhang::Failure->check_signals;
    my $noise = join "\n", $process->{noise}, $process->complaint // ();
    return ($process->status, $process->{lines}, $noise);
}

sub cpus ($class) { return ($class->run('count the CPUs', ['nproc']))[0] }

# The path of a program, as a shell finds it; undef if there is none.
sub find ($class, $name) {
    my @paths = $name =~ m{/} ? $name : map { "$_/$name" } split /:/, $ENV{PATH} // q{};
    return first { -f && -x _ } @paths;
}

sub failed ($class, $what, $status, $noise) {
    bad_input("cannot $what: no space left on the device")
        if $noise =~ /No space left on device|enough free space/i;
    untestable("cannot $what: " . $class->reason($status, $noise));
}

# The first error of those that are called so, else the first warning, else the last line.
sub reason ($class, $status, $noise) {
    my @lines    = grep { /\S/ } split /\n/, $noise;
    my @errors   = map  { /\A(?:E|(?:[\w-]+: )?error|fatal): (.*)/s } @lines;
    my @warnings = map  { /\AW: (.*)/s } @lines;
    my $last     = $lines[-1] // 'wait status ' . ($status // 'unknown');
    return (@errors, @warnings, $last)[0] =~ s/\s+/ /gr;
}

1;
