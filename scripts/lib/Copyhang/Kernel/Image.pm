# SPDX-License-Identifier: GPL-2.0-only
#
# Looks into the file of a kernel.
#
# inspect($path) tells what kind of kernel a file is, its release, and a version to sort by.
# extract($path, $folder) makes the uncompressed kernel of a bzImage, $folder/vmlinux: the x86 boot
# protocol says where in the file its compressed form is.
package Copyhang::Kernel::Image;

use v5.36;
use Copyhang::Failure qw(bad_input);
use Copyhang::Tool    ();

# Of the setup header, Documentation/arch/x86/boot.rst: where fields are in the file, in bytes.
my $SETUP_SECTS    = 0x1f1;
my $MAGIC          = 0x202;    # "HdrS", then the version of the protocol
my $KERNEL_VERSION = 0x20e;    # of a string, counted from 0x200
my $PAYLOAD        = 0x248;    # offset, counted from the end of the setup, and length
my $HEADER_SIZE    = 0x250;
my $WITH_PAYLOAD   = 0x208;    # the protocol's version
my $SECTOR         = 512;

# How a payload begins, and what unpacks it. All but gzip's is followed by its unpacked size,
# which is not part of it (scripts/Makefile.lib, size_append).
my $SIZE     = 4;
my @UNPACKER = (
    ["\x1f\x8b",     0,     'gzip',  '-dc'],
    ["\xfd7zXZ",     $SIZE, 'xz',    '-dc'],
    ["\x28\xb5\x2f", $SIZE, 'zstd',  '-dcq'],
    ["\x02\x21\x4c", $SIZE, 'lz4',   '-dcq'],
    ["\x5d\0\0",     $SIZE, 'xz',    '--format=lzma', '-dc'],
    ['BZh',          $SIZE, 'bzip2', '-dc'],
);

my $EXTRACT = <<'END';
from=$1 at=$2 size=$3 to=$4
shift 4
tail -c "+$at" "$from" | head -c "$size" | "$@" >"$to"
END

# Below 80000000 there are programs, in whatever way the kernel and its user share the addresses.
my $USER_ADDRESS = qr/\A[0-7]?.{0,7}\z/;

# {is_compressed, is_uml, release, version}; fails for any other file.
sub inspect ($class, $path) {
    open my $in, '<:raw', $path or bad_input("cannot read $path: $!");
    return _inspect_elf($path, $in) if $class->is_elf($path);
    my $head = _read($in, 0, $HEADER_SIZE);
    bad_input("$path is no kernel: neither a bzImage nor an ELF file")
        if substr($head, $MAGIC, 4) ne 'HdrS';
    my ($version) = unpack 'v', substr $head, $KERNEL_VERSION, 2;
    my $banner    = $version ? unpack 'Z*', _read($in, $version + 0x200, $SECTOR) : q{};
    return {is_compressed => 1, _named($banner)};
}

# What an ELF file has no segments in, or no banner, is none; readelf(1) may not like it either.
sub _inspect_elf ($path, $in) {
    my (undef, $lines) = Copyhang::Tool->attempt(['readelf', '-lW', $path]);
    my ($address) = map { /\A\s+LOAD\s+\S+\s+0x0*(\S+)/ } @{$lines};
    my $banner = _banner($in);
    bad_input("$path is no kernel: an ELF file without Linux's banner")
        if !defined $address || !defined $banner;
    return {is_uml => scalar $address =~ $USER_ADDRESS, _named($banner)};
}

# What comes after "Linux version ".
sub _banner ($in) {
    my $before = q{};
    seek $in, 0, 0;
    while (read $in, my $chunk, 1 << 20) {
        my $text = $before . $chunk;
        return $1 if $text =~ /Linux version (\d[^\0\n]{1,500})[\0\n]/;
        $before = substr $text, -600;
    }
    return;
}

# A kernel made by Debian tells the version of its package.
sub _named ($banner) {
    my ($release) = $banner =~ /\A(\S+)/;
    my ($package) = $banner =~ / Debian (\d\S*)/;
    return (release => $release, version => $package // _sortable($release));
}

# 6.1.0-rc3 comes before 6.1.0.
sub _sortable ($release) {
    return defined $release ? $release =~ s/-rc/~rc/r : undef;
}

sub _read ($in, $offset, $length) {
    my $bytes = q{};
    seek $in, $offset, 0;
    read $in, $bytes, $length;
    return $bytes . "\0" x ($length - length $bytes);
}

sub extract ($class, $path, $folder) {
    open my $in, '<:raw', $path or bad_input("cannot read $path: $!");
    my $head = _read($in, 0, $HEADER_SIZE);
    my ($magic, $protocol) = unpack 'a4 v', substr $head, $MAGIC, 6;
    return if $magic ne 'HdrS' || $protocol < $WITH_PAYLOAD;
    my ($sectors) = unpack 'C', substr $head, $SETUP_SECTS, 1;
    my ($offset, $length) = unpack 'V V', substr $head, $PAYLOAD, 8;
    my $start      = (($sectors || 4) + 1) * $SECTOR + $offset;
    my $begin      = _read($in, $start, 5);
    my ($unpacker) = grep { index($begin, $_->[0]) == 0 } @UNPACKER or return;
    my (undef, $tail, @command) = @{$unpacker};
    my $to = "$folder/vmlinux";
    my ($status, undef, $noise) = Copyhang::Tool->attempt(
        ['sh', '-c', $EXTRACT, 'sh', $path, $start + 1, $length - $tail, $to, @command]);
    Copyhang::Tool->failed("unpack $path", $status, $noise) if $noise =~ /No space left/;
    unlink $to                                              if $status || !$class->is_elf($to);
    return;
}

sub is_elf ($class, $path) {
    open my $in, '<:raw', $path or return 0;
    return _read($in, 0, 4) eq "\x7fELF";
}

1;
