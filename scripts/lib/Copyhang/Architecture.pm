# SPDX-License-Identifier: GPL-2.0-only
#
# Architectures that kernels may be of, by the names that Debian has for them.
#
# What is known of each: machine (what uname -m says), triplet (of its compiler), flavours (of
# kernels that a name without one means, the best first), in_tree (what boots of a kernel tree that
# was built). How an emulator shows one is in Copyhang::Guest::Machine.
package Copyhang::Architecture;

use v5.36;
use Copyhang::Failure qw(bad_input);
use Dpkg::Arch        ();

my %TABLE = (
    amd64 => {
        machine  => 'x86_64',
        triplet  => 'x86_64-linux-gnu',
        flavours => ['cloud'],
        in_tree  => ['vmlinux', 'arch/x86/boot/bzImage'],
    },
    arm64 => {
        machine  => 'aarch64',
        triplet  => 'aarch64-linux-gnu',
        flavours => [qw(cloud arm64)],
        in_tree  => ['arch/arm64/boot/Image'],
    },
    ppc64el => {
        machine  => 'ppc64le',
        triplet  => 'powerpc64le-linux-gnu',
        flavours => ['powerpc64le'],
        in_tree  => ['vmlinux'],
    },
    riscv64 => {
        machine  => 'riscv64',
        triplet  => 'riscv64-linux-gnu',
        flavours => ['riscv64'],
        in_tree  => ['arch/riscv/boot/Image'],
    },
    s390x => {
        machine  => 's390x',
        triplet  => 's390x-linux-gnu',
        flavours => ['s390x'],
        in_tree  => ['arch/s390/boot/bzImage'],
    },
);

# By e_machine of elf(5).
my %ELF = (21 => 'ppc64el', 22 => 's390x', 62 => 'amd64', 183 => 'arm64', 243 => 'riscv64');

# What is where in an image that is no ELF file: of Documentation/arch/x86/boot.rst,
# arch/arm64/booting.rst, arch/riscv/boot-image-header.rst, and arch/s390/boot/head.S.
my @IMAGE = (
    [amd64   => 0x202,    'HdrS'],
    [arm64   => 0x38,     "ARM\x64"],
    [riscv64 => 0x30,     'RISCV'],
    [s390x   => 0x1_0008, 'S390EP'],
);

our $HEAD = 0x1_0010;    # how many bytes of a file of_file takes

sub names    ($class)        { my @names = sort keys %TABLE; return @names }
sub is_known ($class, $name) { return exists $TABLE{$name} }
sub host     ($class)        { return state $host = Dpkg::Arch::get_raw_build_arch() }

sub foreign ($class) {
    return grep { $_ ne $class->host } $class->names;
}

sub machine  ($class, $name) { return $TABLE{$name}{machine} }
sub triplet  ($class, $name) { return $TABLE{$name}{triplet} }
sub flavours ($class, $name) { return @{$TABLE{$name}{flavours} // [$name]} }

# Refuses those that nobody knows here.
sub check ($class, @names) {
    my ($unknown) = grep { !$class->is_known($_) } @names;
    bad_input("$unknown is not an architecture with guests; there are " . join ', ', $class->names)
        if defined $unknown;
    return;
}

# Relative to the top of the tree.
sub in_tree ($class, $name) { return @{$TABLE{$name}{in_tree} // []} }

# Of an image or an ELF file that begins so; undef if it is of none of them.
sub of_file ($class, $head) {
    if ($head =~ /\A\x7fELF/) {
        my ($order, $machine) = unpack 'x5 C x12 a2', $head;
        return $ELF{unpack $order == 2 ? 'n' : 'v', $machine // "\0\0"};
    }
    my ($found) = grep { substr($head . "\0" x $HEAD, $_->[1], length $_->[2]) eq $_->[2] } @IMAGE;
    return $found ? $found->[0] : undef;
}

1;
