# SPDX-License-Identifier: GPL-2.0-only
#
# What makes the file systems of fixtures/filesystem.c in guests of an architecture: programs of this
# machine's, if it is like them; else those of Debian's packages, which are unpacked in the cache, and
# have been prepared. What is not to be had is left out: who needs it is unavailable there.
package Copyhang::Guest::Makers;

use v5.36;
use Copyhang::Architecture    ();
use Copyhang::Failure         ();
use Copyhang::Guest::Packages ();

my @PACKAGES = qw(e2fsprogs xfsprogs btrfs-progs);
my @PROGRAMS = map { "/usr/sbin/mkfs.$_" } qw(ext4 xfs btrfs);

my %folder;    # that is / for them, by architecture

# $tell->($words) says what is going on.
sub prepare ($class, $architecture, $tell) {
    return if exists $folder{$architecture};
    $folder{$architecture} =
        eval { Copyhang::Guest::Packages->new($architecture, $tell, @PACKAGES)->root };
    return if defined $folder{$architecture};
    my $why = $@;
    Copyhang::Failure->check_signals;
    print {*STDERR} "$Copyhang::Failure::Who: guests of $architecture make no file systems: ",
        ref $why ? $why->message : $why, "\n";
    return;
}

# The folder that is / for them, empty where it is this machine's, and their paths in there.
sub programs ($class, $architecture) {
    my $folder = $architecture eq Copyhang::Architecture->host ? q{} : $folder{$architecture}
        // return;
    return ($folder, grep { -l "$folder$_" || -x _ } @PROGRAMS);
}

1;
