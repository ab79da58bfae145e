# SPDX-License-Identifier: GPL-2.0-only
#
# What a kernel boots on: an emulated machine, or a process of its own.
#
# candidates($kernel, $accelerator, $processors, $append) are the machines to try, the quickest
# first: qemu's microvm with the uncompressed kernel, then an ordinary PC with the compressed one.
# Without ACPI a microvm shows one processor alone: for more the uncompressed kernel is started on a
# PC (by its PVH entry, too), which takes some tenths of a second longer. One on which a kernel came
# up after another one had failed is the first the next time (remember). A user-mode kernel is
# started as it is. There is no disk and no network, and two serial ports: ttyS0 is the console,
# ttyS1 the channel. An x86 kernel that counts the timer's interrupts to see whether they come gives
# up on a machine that is slow enough, so it is told not to (no_timer_check).
#
# command($console, $initramfs) is the command line, for these descriptors. slowness is what limits
# are to be multiplied with, memory what it takes of the host's, in MB.
package Copyhang::Guest::Machine;

use v5.36;
use Copyhang::Cache         ();
use Copyhang::Kernel::Image ();
use Copyhang::ProcessGroup  ();
use Digest::SHA             qw(sha256_hex);

my $MEMORY = 512;    # MB; xfs and overlayfs want some, forked cases share most

# How much slower than this machine: what limits are multiplied with.
my %SLOWNESS = (kvm => 1, uml => 2, tcg => 4);

# Translated code copies words faster than what `rep movsb` is made of.
my %CPU = (kvm => 'host', tcg => 'max,-erms,-fsrm');

# Of qemu, with the serial ports at the same addresses: kind => [-M, what the kernel has to know].
# With ACPI a microvm's timer does not interrupt: a kernel that cannot tell the speed of its TSC, as
# this machine was busy just then, would wait for it for ever. Nothing resets one but a triple fault.
# TSCs of several processors are not taken for alike, but are: all show this machine's.
my %KIND = (
    microvm => ['microvm,acpi=off,isa-serial=off', 'reboot=t'],
    pvh     => ['pc',                              'tsc=reliable'],
    pc      => ['pc',                              'tsc=reliable'],
);

# The machines to try for a kernel, a Copyhang::Kernel that has been fetched. Accelerator: kvm, tcg.
# $append: more words for its command line.
sub candidates ($class, $kernel, $accelerator, $processors, $append = q{}) {
    my $is_uml   = $kernel->is_uml;
    my $elf      = $processors > 1 ? 'pvh' : 'microvm';
    my $key      = join "\n", $accelerator, map { join q{ }, $_, (stat)[7, 9] } $kernel->images;
    my $memory   = 'machines/' . substr sha256_hex($key), 0, 16;
    my @machines = map {
        bless {
            kind        => $is_uml ? 'uml' : Copyhang::Kernel::Image->is_elf($_) ? $elf : 'pc',
            accelerator => $is_uml ? 'uml' : $accelerator,
            processors  => $processors,
            image       => $_,
            append      => $append,
            memory      => $memory,
            },
            $class
    } $kernel->images;
    my ($first) = split /\n/, Copyhang::Cache->new->read_file($memory) // q{-};
    return ((grep { $_->{kind} eq $first } @machines), grep { $_->{kind} ne $first } @machines);
}

# For the next time: the kernel came up on this one, which was not the first to be tried.
sub remember ($self) {
    return Copyhang::Cache->new->write_file($self->{memory}, "$self->{kind}\n");
}

# In MB, of the host's.
sub memory      ($class) { return $MEMORY + 128 }
sub accelerator ($self)  { return $self->{accelerator} }
sub slowness    ($self)  { return $SLOWNESS{$self->{accelerator}} }

# What starts it, with the console written to one descriptor, the initramfs read from another, and
# the channel on standard output. The emulator does not outlive this program.
sub command ($self, $console, $initramfs) {
    my $own = $self->{kind} eq 'uml' ? '_uml' : '_qemu';
    return Copyhang::ProcessGroup->single('KILL', $self->$own("/dev/fd/$initramfs", $console));
}

sub _qemu ($self, $initramfs, $console) {
    my ($machine, $words) = @{$KIND{$self->{kind}}};
    return (
        'qemu-system-x86_64',
        qw(-no-user-config -nodefaults -no-reboot -display none),
        '-accel'  => $self->{accelerator},
        '-cpu'    => $CPU{$self->{accelerator}},
        '-smp'    => $self->{processors},
        '-m'      => $MEMORY,
        '-M'      => $machine,
        '-kernel' => $self->{image},
        '-initrd' => $initramfs,
        '-append' =>
            "console=ttyS0 panic=-1 rdinit=/init no_timer_check init_on_alloc=0 $words $self->{append}",
        _port('console', "/dev/fd/$console", '0x3f8', 4),
        _port('channel', '/dev/fd/1',        '0x2f8', 3),
    );
}

sub _port ($name, $path, $address, $interrupt) {
    return (
        '-chardev' => "file,id=$name,path=$path",
        '-device'  => "isa-serial,chardev=$name,iobase=$address,irq=$interrupt",
    );
}

sub _uml ($self, $initramfs, $console) {
    return (
        $self->{image},   "mem=${MEMORY}M", "initrd=$initramfs",     'rdinit=/init',
        'panic=-1',       'con=null',       "con0=null,fd:$console", 'ssl=null',
        'ssl1=null,fd:1', 'console=tty0',   split q{ },              $self->{append},
    );
}

1;
