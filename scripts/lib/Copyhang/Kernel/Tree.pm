# SPDX-License-Identifier: GPL-2.0-only
#
# A kernel in the folder that it was built in.
#
# Its vmlinux and bzImage are used where they are. What was built as modules is there only once make
# modules_install INSTALL_MOD_PATH=DIR has collected it, and --modules DIR says so.
package Copyhang::Kernel::Tree;

use v5.36;
use parent 'Copyhang::Kernel';
use Copyhang::Failure       qw(bad_input);
use Copyhang::Kernel::Image ();

sub look_up ($class, $folder) {
    my ($image, @others) = grep { -f }
        map { glob "\Q$folder\E/$_" } qw(linux vmlinux arch/x86/boot/bzImage arch/*/boot/Image);
    bad_input("$folder is not a kernel tree that was built: it has neither vmlinux nor bzImage")
        if !defined $image;
    my $found  = Copyhang::Kernel::Image->inspect($image);
    my $is_uml = $found->{kind} eq 'uml';
    return bless {
        images => $is_uml ? [$image] : [$image, @others],
        is_uml => $is_uml,
        config => -e "$folder/.config" ? "$folder/.config" : undef,
        map { $_ => $found->{$_} } qw(release version),
    }, $class;
}

1;
