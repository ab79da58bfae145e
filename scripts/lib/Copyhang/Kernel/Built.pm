# SPDX-License-Identifier: GPL-2.0-only
#
# A kernel as it was built: one file, or the folder that it was built in.
#
# A file is a bzImage (Debian calls it vmlinuz), a vmlinux, or the program of a user-mode kernel
# (linux.uml); what it is, is seen from its contents. Of a bzImage the uncompressed kernel is made
# once. The vmlinux and bzImage of a folder are used as they are. What was built as modules is there
# only once make modules_install INSTALL_MOD_PATH=DIR has collected it, and --modules DIR says so.
package Copyhang::Kernel::Built;

use v5.36;
use parent 'Copyhang::Kernel';
use Copyhang::Failure       qw(bad_input);
use Copyhang::Kernel::Image ();
use Digest::SHA             ();

my @IN_TREE = qw(linux vmlinux arch/x86/boot/bzImage arch/*/boot/Image);

sub look_up ($class, $path) {
    my $is_tree = -d $path;
    my ($image, @others) =
        $is_tree ? grep { -f } map { glob "\Q$path\E/$_" } @IN_TREE : $path;
    bad_input("$path is not a kernel tree that was built: it has neither vmlinux nor bzImage")
        if !defined $image;
    my $self = bless Copyhang::Kernel::Image->inspect($image), $class;
    $self->{images} = $self->is_uml ? [$image] : [$image, @others];
    $self->{config} = "$path/.config" if -e "$path/.config";
    $self->{entry}  = 'file-' . substr Digest::SHA->new(256)->addfile($path, 'b')->hexdigest, 0, 16
        if $self->{is_compressed} && !$is_tree;
    return $self;
}

sub fill ($self, $folder, $tell) {
    return Copyhang::Kernel::Image->extract($self->{images}[0], $folder);
}

1;
