#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# Kernels that are files: what is found out from one, and what is made of it.
use v5.36;

use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Copyhang::Kernel ();
use Fake             qw(slurp spew);
use File::Temp       ();
use Golden           qw(golden);
use Repository       qw(image);
use Test::More;

my $place = File::Temp->newdir;
my $elf   = "\x7fELF" . 'x' x 4000;

sub compressed ($command) {
    spew("$place/plain", $elf);
    return scalar `$command <$place/plain`;
}

my $banner = '5.10.0-46-cloud (a@b) #1 SMP Debian 5.10.262-1 (2026-01-01)';
my $image  = image($banner, compressed('gzip'), q{});

subtest 'files' => sub {
    local $ENV{XDG_CACHE_HOME} = "$place/cache";
    my %tool = (
        gzip => ['gzip', q{}],
        map { $_->[0] => [$_->[1], pack 'V', length $elf] } ['xz', 'xz --check=crc32'],
        ['zstd', 'zstd -q'], ['lz4', 'lz4 -lq'],
    );
    for my $name (sort keys %tool) {
        my ($command, $tail) = @{$tool{$name}};
    SKIP: {
            skip "no $name here", 3 if system("command -v $name >/dev/null") != 0;
            spew("$place/bzImage", image($banner, compressed($command), $tail));
            my $kernel = Copyhang::Kernel->find("$place/bzImage");
            is($kernel->release, '5.10.0-46-cloud', "$name: release");
            is($kernel->version, '5.10.262-1',      'version to sort by');
            $kernel->fetch;
            is(slurp(($kernel->images)[0]), $elf, 'vmlinux');
        }
    }
    spew("$place/bzImage", image('6.2.0-rc1 (a@b) #1', 'not compressed', q{}));
    my $kernel = Copyhang::Kernel->find("$place/bzImage");
    $kernel->fetch;
    is_deeply([$kernel->images], ["$place/bzImage"],
        'one that cannot be unpacked is used as it is');
    is($kernel->version, '6.2.0~rc1', 'a candidate comes before the release');

    mkdir "$place/$_" for qw(lib lib/modules lib/modules/6.2 empty);
    is(Copyhang::Kernel->find("$place/bzImage", modules => "$place")->modules,
        "$place/lib/modules/6.2", '--modules');
    spew("$place/text",    'no kernel');
    spew("$place/bad.deb", 'bad');
    my @told;
    for my $row (
        ["$place/none"], ["$place/text"], ["$place/empty"],
        ["$place/bzImage", modules => "$place/none"],
        ["$place/bzImage", modules => "$place/empty"],
        ["$place/bad.deb"],
        )
    {
        ok(!eval { Copyhang::Kernel->find(@{$row}) }, "@{$row}");
        push @told, "@{$row}\n" . $@->status . q{ } . $@->message . "\n";
    }
    golden('kernel_files-refused.txt', join "\n", @told);
};

# An ELF file for x86-64 with one segment, elf(5), and the banner of Linux.
sub elf_at ($address) {
    my $banner = "Linux version 6.3.0-rc2+ (a\@b) (gcc) #7 SMP\n\0";
    return pack('a4 C4 x8 S2 L Q3 L S6',
        "\x7fELF", 2, 1, 1, 0, 2, 62, 1, $address, 64, 0, 0, 64, 56, 1, 0, 0, 0)
        . pack('L2 Q6', 1, 5, 0, $address, $address, 4096, 4096, 4096)
        . "Linux version %s\0"
        . $banner;
}

subtest 'what was built' => sub {
    mkdir "$place/$_" for qw(tree tree/arch tree/arch/x86 tree/arch/x86/boot uml);
    spew("$place/tree/vmlinux",               elf_at(~0 - 0x7eff_ffff));
    spew("$place/tree/arch/x86/boot/bzImage", $image);
    spew("$place/$_/.config",                 "CONFIG_X=y\n") for qw(tree uml);
    my $tree = Copyhang::Kernel->find("$place/tree", modules => "$place");
    is_deeply([$tree->images], ["$place/tree/vmlinux", "$place/tree/arch/x86/boot/bzImage"],
        'a tree');
    is_deeply(
        [$tree->release, $tree->version, $tree->config,         $tree->modules, !$tree->is_uml],
        ['6.3.0-rc2+',   '6.3.0~rc2+',   "$place/tree/.config", "$place/lib/modules/6.2", 1],
        'what is known of it'
    );
    is_deeply([Copyhang::Kernel->find("$place/tree/vmlinux")->images],
        ["$place/tree/vmlinux"], 'a vmlinux');

    spew("$place/uml/linux", elf_at(0x6000_0000));
    for my $spec ("$place/uml", "$place/uml/linux") {
        my $uml = Copyhang::Kernel->find($spec);
        ok($uml->is_uml, "$spec: user-mode");
        is_deeply([$uml->images, $uml->release], ["$place/uml/linux", '6.3.0-rc2+'], 'the program');
    }
    spew("$place/program", elf_at(0x40_0000) =~ s/Linux version 6/another 6/r);
    ok(!eval { Copyhang::Kernel->find("$place/program") }, 'any other program');
    is($@->message, "$place/program is no kernel: an ELF file without Linux's banner", 'is none');
};

done_testing;
