# SPDX-License-Identifier: GPL-2.0-only
#
# A kernel that is one file, or the folder that it was built in.
#
# A file is a bzImage (Debian calls it vmlinuz), a vmlinux, the program of a user-mode kernel
# (linux.uml), or what boots on another architecture (Copyhang::Architecture); what it is, is seen
# from its contents. Of a bzImage the uncompressed kernel is made
# once (extract): the x86 boot protocol says where in the file its compressed form is. The vmlinux
# and bzImage of a folder are used as they are. What was built as modules is there only once make
# modules_install INSTALL_MOD_PATH=DIR has collected it, and --modules DIR says so.
package Copyhang::Kernel::Image;

use v5.36;
use parent 'Copyhang::Kernel';
use Copyhang::Architecture ();
use Copyhang::Cache        ();
use Copyhang::Failure      qw(bad_input);
use Copyhang::Tool         ();

# The setup header of a bzImage, Documentation/arch/x86/boot.rst: setup_sects; "HdrS" and the
# protocol's version; kernel_version, where a string is, counted from $STRINGS; payload_offset,
# counted from the end of the setup, and payload_length, both since $WITH_PAYLOAD.
my $HEADER       = '@497 C @514 a4 v @526 v @584 V V';
my $STRINGS      = 0x200;
my $WITH_PAYLOAD = 0x208;
my $SECTOR       = 512;

# How a payload begins, and what unpacks it. All but gzip's is followed by its unpacked size,
# which is not part of it (scripts/Makefile.lib, size_append).
my $SIZE     = 4;
my @UNPACKER = (
    ["\x1f\x8b",     0,     'gzip -dc'],
    ["\xfd7zXZ",     $SIZE, 'xz -dc'],
    ["\x28\xb5\x2f", $SIZE, 'zstd -dcq'],
    ["\x02\x21\x4c", $SIZE, 'lz4 -dcq'],
    ["\x5d\0\0",     $SIZE, 'xz --format=lzma -dc'],
    ['BZh',          $SIZE, 'bzip2 -dc'],
);

# Below 80000000 there are programs, in whatever way the kernel and its user share the addresses.
my $USER_ADDRESS = qr/\A[0-7]?.{0,7}\z/;

sub look_up ($class, $path) {
    my $is_tree = -d $path;
    my ($image, @others) = $is_tree ? _in_tree($path) : $path;
    bad_input("$path is not a kernel tree that was built: it has neither vmlinux nor bzImage")
        if !defined $image;
    my $self = bless _inspect($image), $class;
    $self->{images} = $self->is_uml ? [$image] : [$image, @others];
    $self->{config} = "$path/.config" if -e "$path/.config";
    $self->{entry}  = 'file-' . Copyhang::Cache->key(q{}, $path)
        if $self->{is_compressed} && !$is_tree;
    return $self;
}

# What boots of a tree; its vmlinux tells which architecture it is of.
sub _in_tree ($path) {
    return "$path/linux" if -f "$path/linux";
    my $architecture = -f "$path/vmlinux" ? _architecture("$path/vmlinux") : undef;
    my @names =
        map { Copyhang::Architecture->in_tree($_) } $architecture // Copyhang::Architecture->names;
    return grep { -f } map { "$path/$_" } @names;
}

sub _architecture ($path) {
    open my $in, '<:raw', $path or bad_input("cannot read $path: $!");
    return Copyhang::Architecture->of_file(_read($in, 0, $Copyhang::Architecture::HEAD));
}

sub fill ($self, $folder, $tell) { return $self->extract($self->{images}[0], $folder) }

# {is_compressed, is_uml, architecture, release, version}; fails for any other file.
sub _inspect ($path) {
    my $architecture = _architecture($path);
    return {%{_inspect_elf($path)}, architecture => $architecture} if __PACKAGE__->is_elf($path);
    open my $in, '<:raw', $path or bad_input("cannot read $path: $!");
    bad_input("$path is no kernel: neither a bzImage nor an ELF file") if !defined $architecture;
    return {architecture => $architecture, _named(_banner($path) // q{})}
        if $architecture ne 'amd64';
    my $version = (_header($in))[3];
    my $banner  = $version ? unpack 'Z*', _read($in, $version + $STRINGS, $SECTOR) : q{};
    return {is_compressed => 1, architecture => $architecture, _named($banner)};
}

sub _header ($in) { return unpack $HEADER, _read($in, 0, 2 * $SECTOR) }

sub _inspect_elf ($path) {
    my (undef, $lines) = Copyhang::Tool->attempt(['readelf', '-lW', $path]);
    my ($address) = map { /\A\s+LOAD\s+\S+\s+0x0*(\S+)/ } @{$lines};
    my $banner = _banner($path);
    bad_input("$path is no kernel: an ELF file without Linux's banner")
        if !defined $address || !defined $banner;
    return {is_uml => scalar $address =~ $USER_ADDRESS, _named($banner)};
}

# What comes after "Linux version ".
sub _banner ($path) {
    open my $in, '<:raw', $path or bad_input("cannot read $path: $!");
    my $text = q{};
    while (read $in, $text, 1 << 20, length $text) {
        return $1 if $text =~ /Linux version (\d[^\0\n]{1,500})[\0\n]/;
        $text = substr $text, -600;
    }
    return;
}

# A kernel made by Debian tells the version of its package. Of others 6.1.0-rc3 comes before 6.1.0.
sub _named ($banner) {
    my ($release) = $banner =~ /\A(\S+)/;
    my ($version) = ($banner =~ / Debian (\d\S*)/, map { s/-rc/~rc/r } $release // ());
    return (release => $release, version => $version);
}

sub _read ($in, $offset, $length) {
    my $bytes = q{};
    seek $in, $offset, 0;
    read $in, $bytes, $length;
    return $bytes . "\0" x ($length - length $bytes);
}

# Writes the uncompressed kernel of a bzImage to $folder/vmlinux, if it has one.
sub extract ($class, $path, $folder) {
    open my $in, '<:raw', $path or bad_input("cannot read $path: $!");
    my ($sectors, $magic, $protocol, undef, $offset, $length) = _header($in);
    return if $magic ne 'HdrS' || $protocol < $WITH_PAYLOAD;
    my $start      = (($sectors || 4) + 1) * $SECTOR + $offset;
    my $begin      = _read($in, $start, 5);
    my ($unpacker) = grep { index($begin, $_->[0]) == 0 } @UNPACKER or return;
    my (undef, $tail, $command) = @{$unpacker};
    my $to     = "$folder/vmlinux";
    my $script = sprintf 'tail -c +%d "$0" | head -c %d | %s >"$1"', $start + 1, $length - $tail,
        $command;
    my ($status, undef, $noise) = Copyhang::Tool->attempt(['sh', '-c', $script, $path, $to]);
    Copyhang::Tool->failed("unpack $path", $status, $noise) if $noise =~ /No space left/;
    unlink $to                                              if $status || !$class->is_elf($to);
    return;
}

sub is_elf ($class, $path) {
    open my $in, '<:raw', $path or return 0;
    return _read($in, 0, 4) eq "\x7fELF";
}

1;
