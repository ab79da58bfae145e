# SPDX-License-Identifier: GPL-2.0-only
#
# Processes that keep every CPU busy, until end, or the end of this program.
package Copyhang::Load;

use v5.36;
use Copyhang::Process      ();
use Copyhang::ProcessGroup ();
use Copyhang::Tool         ();

# A command so many times for each CPU, each in a session of its own: where the kernel lets sessions
# share the CPUs (sched_autogroup), one session of them all would be hardly a load.
sub start ($class, $per_cpu, @command) {
    my %process = (
        command => [Copyhang::ProcessGroup->single('KILL', @command)],
        session => 1
    );
    return bless [map { Copyhang::Process->start(%process) } 1 .. $per_cpu * $class->cpus], $class;
}

sub cpus ($class) { return (Copyhang::Tool->run('count the CPUs', ['nproc']))[0] }

sub end ($self) { return Copyhang::Process->end(splice @{$self}) }

1;
