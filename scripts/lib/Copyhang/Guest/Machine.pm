# SPDX-License-Identifier: GPL-2.0-only
#
# What a kernel boots on: an emulated machine, or a process of its own.
#
# candidates are the machines to try, the quickest first: qemu's microvm with the uncompressed
# kernel, then an ordinary PC with the compressed one. Without ACPI a microvm shows one processor
# alone: for more the uncompressed kernel is started on a PC (by its PVH entry, too), which takes
# some tenths of a second longer. One on which a kernel came up after another one had failed is the
# first the next time (remember). A kernel of another architecture has one machine. A user-mode
# kernel is started as it is. There is no disk and no network, and two serial ports: one is the
# console, the other one the channel.
#
# accelerator_for tells whether emulated machines can run under KVM here. A /dev/kvm that opens
# proves nothing: on some nested hosts it does, and the guest never prints a byte. So the first
# kernel that needs one is booted with it, and whether init was heard of is remembered in the cache,
# until this system is started anew. Else qemu translates the code (TCG).
package Copyhang::Guest::Machine;

use v5.36;
use Copyhang::Architecture     ();
use Copyhang::Cache            ();
use Copyhang::Failure          ();
use Copyhang::Guest            ();
use Copyhang::Guest::Initramfs ();
use Copyhang::Kernel::Image    ();
use Copyhang::Paths            ();
use List::Util                 qw(max);

my $KVM        = '/dev/kvm';
my $REMEMBERED = 'accelerator';
my $BOOT_ID    = '/proc/sys/kernel/random/boot_id';

my $MEMORY = 1024;    # MB; 64 cases at once take 620, with the files that they copy

# How much slower than this machine: what limits are multiplied with.
my %SLOWNESS = (kvm => 1, uml => 2, tcg => 4);

# What shows a kernel of each architecture: emulator; cpu, by accelerator; machine (-M); memory,
# where it takes more; ports, console and channel by these names; words for the kernel: which port
# is its console, and which one is for fixtures/guest/channel.c, where that is not ttyS1;
# shares_channel, where the kernel writes there, too.
my %EMULATED = (

    # The serial ports are at the same addresses in each of its kinds (below). Translated code
    # copies words faster than what `rep movsb` is made of. A kernel that counts the timer's
    # interrupts to see whether they come gives up on a machine that is slow enough.
    amd64 => {
        emulator => 'qemu-system-x86_64',
        cpu      => {kvm => 'host', tcg => 'max,-erms,-fsrm'},
        words    => 'console=ttyS0 no_timer_check',
        ports    => [
            -device => 'isa-serial,chardev=console,iobase=0x3f8,irq=4',
            -device => 'isa-serial,chardev=channel,iobase=0x2f8,irq=3',
        ],
    },

    # `max` is three times as slow to translate: it signs pointers.
    arm64 => {
        emulator => 'qemu-system-aarch64',
        machine  => 'virt',
        cpu      => {kvm => 'host', tcg => 'cortex-a57'},
        words    => 'console=ttyAMA0 channel=/dev/ttyS0',
        ports    => [-serial => 'chardev:console', -device => 'pci-serial,chardev=channel'],
    },
    ppc64el => {
        emulator => 'qemu-system-ppc64',
        machine  => 'pseries,x-vof=on',
        cpu      => {kvm => 'host', tcg => 'power9'},
        memory   => 2048,
        words    => 'console=hvc0 channel=/dev/hvc1',
        ports    => [-serial => 'chardev:console', -serial => 'chardev:channel'],
    },
    riscv64 => {
        emulator => 'qemu-system-riscv64',
        machine  => 'virt',
        cpu      => {kvm => 'host', tcg => 'rv64'},
        words    => 'console=ttyS0 channel=/dev/ttyS1',
        ports    => [-serial => 'chardev:console', -device => 'pci-serial,chardev=channel'],
    },

    # Both are terminals of the service processor's. What unpacks the kernel writes to both of them,
    # and without conmode= so does the kernel.
    s390x => {
        shares_channel => 1,
        emulator       => 'qemu-system-s390x',
        machine        => 's390-ccw-virtio',
        cpu            => {kvm => 'host', tcg => 'max'},
        words          => 'conmode=sclp console=ttyS0 channel=/dev/ttysclp0',
        ports          => [
            -device => 'sclplmconsole,chardev=console',
            -device => 'sclpconsole,chardev=channel',
        ],
    },
);

# Kinds of PCs: kind => [-M, what the kernel has to know]. With ACPI a microvm's timer does not
# interrupt: a kernel that cannot tell the speed of its TSC, as this machine was busy just then,
# would wait for it for ever. Nothing resets one but a triple fault. TSCs of several processors are
# not taken for alike, but are: all show this machine's.
my %KIND = (
    microvm => ['microvm,acpi=off,isa-serial=off', 'reboot=t'],
    pvh     => ['pc',                              'tsc=reliable'],
    pc      => ['pc',                              'tsc=reliable'],
);

my $WORDS = 'panic=-1 rdinit=/init init_on_alloc=0';

# kvm or tcg, and says so where it is slow. $progress: of Copyhang::Progress. The kernels, of
# Copyhang::Kernel, have been fetched.
sub accelerator_for ($class, $progress, @kernels) {
    my ($kernel) = grep { _is_like_here($_) } @kernels or return 'tcg';
    $progress->tell('looking for an accelerator');
    my $why = $class->_why_not_kvm($kernel) // return 'kvm';
    $progress->noise("Guests run under TCG, slowly: $why.\n");
    return 'tcg';
}

# Whether this machine's processors can execute it.
sub _is_like_here ($kernel) {
    return !$kernel->is_uml && $kernel->architecture eq Copyhang::Architecture->host;
}

sub _why_not_kvm ($class, $kernel) {
    open my $device, '+<', $KVM or return "$KVM: $!";
    close $device;
    my $cache  = Copyhang::Cache->new;
    my ($here) = split /\n/, Copyhang::Paths->contents($BOOT_ID) // 'unknown';
    my ($where, $found) = split q{ }, $cache->read_file($REMEMBERED) // q{};
    if (!defined $found || $where ne $here) {
        $found = $class->_boots_under_kvm($kernel) ? 'kvm' : 'tcg';
        $cache->write_file($REMEMBERED, "$here $found\n");
    }
    return $found eq 'kvm' ? undef : 'a probe boot with kvm did not come up';
}

sub _boots_under_kvm ($class, $kernel) {
    my $initramfs = Copyhang::Guest::Initramfs->new($kernel)->for_boot(['--list'], []);
    for my $machine ($class->candidates(kernel => $kernel, accelerator => 'kvm')) {
        my $guest = Copyhang::Guest->start(machine => $machine, initramfs => $initramfs);
        Copyhang::Guest->pump($guest) until $guest->is_up || $guest->has_ended;
        Copyhang::Failure->check_signals;
        return 1 if $guest->is_up;
    }
    return 0;
}

# The machines to try. Arguments: kernel => a Copyhang::Kernel that has been fetched, accelerator
# (kvm or tcg), processors (undef: one), append (undef, or words for the kernel's command line).
sub candidates ($class, %argument) {
    my ($kernel, $accelerator) = @argument{qw(kernel accelerator)};
    my $key    = join "\n", $accelerator, map { join q{ }, $_, (stat)[7, 9] } $kernel->images;
    my %common = (
        accelerator  => $kernel->is_uml ? 'uml' : _is_like_here($kernel) ? $accelerator : 'tcg',
        architecture => $kernel->architecture,
        processors   => $argument{processors} // 1,
        append       => $argument{append}     // q{},
        memory       => 'machines/' . Copyhang::Cache->key($key),
    );
    my @machines =
        map { bless {%common, kind => _kind(\%common, $_), image => $_}, $class } $kernel->images;
    my ($first) = split /\n/, Copyhang::Cache->new->read_file($common{memory}) // q{-};
    return ((grep { $_->{kind} eq $first } @machines), grep { $_->{kind} ne $first } @machines);
}

# What shows this image: `uml`, one of %KIND, or the architecture's only one.
sub _kind ($common, $image) {
    my ($accelerator, $architecture, $processors) =
        @{$common}{qw(accelerator architecture processors)};
    return 'uml'         if $accelerator eq 'uml';
    return $architecture if $architecture ne 'amd64';
    return 'pc'          if !Copyhang::Kernel::Image->is_elf($image);
    return $processors > 1 ? 'pvh' : 'microvm';
}

# For the next time: the kernel came up on this one, which was not the first to be tried.
sub remember ($self) {
    return Copyhang::Cache->new->write_file($self->{memory}, "$self->{kind}\n");
}

# What one of these kernels takes of the host's memory at most, in MB.
sub memory ($class, @kernels) {
    return 128 + max($MEMORY, map { $EMULATED{$_->architecture}{memory} // 0 } @kernels);
}

sub shares_channel ($self) { return $EMULATED{$self->{architecture}}{shares_channel} // 0 }

# What limits are to be multiplied with.
sub slowness    ($self) { return $SLOWNESS{$self->{accelerator}} }
sub accelerator ($self) { return $self->{accelerator} }

# For who starts an emulated PC himself: what it is to be like, and what a kernel is told.
sub options ($class, $accelerator) {
    return (
        '-accel' => $accelerator,
        '-cpu'   => $EMULATED{amd64}{cpu}{$accelerator},
        '-m'     => $MEMORY
    );
}

sub words ($class) { return "$WORDS $EMULATED{amd64}{words} $KIND{pc}[1]" }

# The command line that starts it, with the console written to one descriptor, the initramfs read
# from another, and the channel on standard output.
sub command ($self, $console, $initramfs) {
    my $own = $self->{kind} eq 'uml' ? '_uml' : '_qemu';
    return $self->$own("/dev/fd/$initramfs", $console);
}

sub _qemu ($self, $initramfs, $console) {
    my $emulated = $EMULATED{$self->{architecture}};
    my ($machine, $words) = @{$KIND{$self->{kind}} // [$emulated->{machine}, q{}]};
    return (
        $emulated->{emulator},
        qw(-no-user-config -nodefaults -no-reboot -display none),
        '-accel'  => $self->{accelerator},
        '-cpu'    => $emulated->{cpu}{$self->{accelerator}},
        '-smp'    => $self->{processors},
        '-m'      => $emulated->{memory} // $MEMORY,
        '-M'      => $machine,
        '-kernel' => $self->{image},
        '-initrd' => $initramfs,
        '-append' =>
            join(q{ }, grep { length } $WORDS, $emulated->{words}, $words, $self->{append}),
        '-chardev' => "file,id=console,path=/dev/fd/$console",
        '-chardev' => 'file,id=channel,path=/dev/fd/1',
        @{$emulated->{ports}},
    );
}

sub _uml ($self, $initramfs, $console) {
    my $words = "mem=${MEMORY}M initrd=$initramfs rdinit=/init panic=-1 con=null"
        . " con0=null,fd:$console ssl=null ssl1=null,fd:1 console=tty0 $self->{append}";
    return ($self->{image}, split q{ }, $words);
}

1;
