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

# Below it there are programs, in whatever way the kernel and its user share the addresses.
my $KERNEL_ADDRESSES = 0x8000_0000;
my $LOAD             = 1;             # PT_LOAD, elf(5)

# {kind => 'compressed', 'vmlinux' or 'uml', release, banner}; fails for any other file.
sub inspect ($class, $path) {
    open my $in, '<:raw', $path or bad_input("cannot read $path: $!");
    my $head = _read($in, 0, $HEADER_SIZE);
    my $elf  = substr($head, 0, 4) eq "\x7fELF";
    return _inspect_elf($path, $in) if $elf;
    bad_input("$path is no kernel: neither a bzImage nor an ELF file")
        if substr($head, $MAGIC, 4) ne 'HdrS';
    my ($version) = unpack 'v', substr $head, $KERNEL_VERSION, 2;
    my $banner    = $version ? unpack 'Z*', _read($in, $version + 0x200, $SECTOR) : q{};
    return {kind => 'compressed', _named($banner)};
}

sub _inspect_elf ($path, $in) {
    my $head = _read($in, 0, 64);
    my ($class, $order) = unpack 'x4 C C', $head;
    my $long     = $class == 2;
    my $end      = $order == 2 ? '>' : '<';
    my ($offset) = $long ? unpack "x32 Q$end", $head : unpack "x28 L$end", $head;
    my ($size, $count) = unpack 'x' . ($long ? 54 : 42) . " S$end S$end", $head;
    my $kind;
    for my $number (0 .. $count - 1) {
        my $header = _read($in, $offset + $number * $size, $size);
        my ($type, $address) = unpack $long ? "L$end x12 Q$end" : "L$end x4 L$end", $header;
        next if $type != $LOAD;
        $kind //= $address < $KERNEL_ADDRESSES ? 'uml' : 'vmlinux';
    }
    my $banner = _banner($in);
    bad_input("$path is no kernel: an ELF file without Linux's banner")
        if !$kind || !defined $banner;
    return {kind => $kind, _named($banner)};
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

# Writes the uncompressed kernel of a bzImage to $folder/vmlinux. Returns whether there is one.
sub extract ($class, $path, $folder) {
    open my $in, '<:raw', $path or bad_input("cannot read $path: $!");
    my $head = _read($in, 0, $HEADER_SIZE);
    my ($magic, $protocol) = unpack 'a4 v', substr $head, $MAGIC, 6;
    return 0 if $magic ne 'HdrS' || $protocol < $WITH_PAYLOAD;
    my ($sectors) = unpack 'C', substr $head, $SETUP_SECTS, 1;
    my ($offset, $length) = unpack 'V V', substr $head, $PAYLOAD, 8;
    my $payload = _read($in, (($sectors || 4) + 1) * $SECTOR + $offset, $length);
    for my $row (@UNPACKER) {
        my ($magic, $tail, @command) = @{$row};
        next if index($payload, $magic) != 0;
        substr $payload, -$tail, $tail, q{} if $tail;
        return _unpack($payload, $path, $folder, @command);
    }
    return 0;
}

sub _unpack ($payload, $path, $folder, @command) {
    my ($from, $to) = ("$folder/payload", "$folder/vmlinux");
    open my $out, '>:raw', $from or bad_input("cannot write $from: $!");
    print {$out} $payload and close $out or bad_input("cannot write $from: $!");
    my ($status, undef, $noise) = Copyhang::Tool->attempt(
        [
            'sh', '-c',  'from=$1 to=$2; shift 2; exec "$@" <"$from" >"$to"',
            'sh', $from, $to, @command
        ]
    );
    Copyhang::Tool->failed("unpack $path", $status, $noise) if $noise =~ /No space left/;
    unlink $from;
    return 1 if !$status && _is_elf($to);
    unlink $to;
    return 0;
}

sub _is_elf ($path) {
    open my $in, '<:raw', $path or return 0;
    return _read($in, 0, 4) eq "\x7fELF";
}

1;
