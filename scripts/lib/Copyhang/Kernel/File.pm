# SPDX-License-Identifier: GPL-2.0-only
#
# A kernel that is one file.
#
# A bzImage (Debian calls it vmlinuz), a vmlinux, or the program of a user-mode kernel (linux.uml);
# what it is, is seen from its contents.
package Copyhang::Kernel::File;

use v5.36;
use parent 'Copyhang::Kernel';
use Copyhang::Cache         ();
use Copyhang::Kernel::Image ();
use Digest::SHA             ();

sub look_up ($class, $path) {
    my $found = Copyhang::Kernel::Image->inspect($path);
    return bless {
        images        => [$path],
        is_uml        => $found->{kind} eq 'uml',
        is_compressed => $found->{kind} eq 'compressed',
        map { $_ => $found->{$_} } qw(release version),
    }, $class;
}

# The uncompressed kernel is made once for each file.
sub fetch ($self, %argument) {
    return if !delete $self->{is_compressed};
    my ($path) = @{$self->{images}};
    my $cache  = Copyhang::Cache->new;
    my $entry  = 'kernels/file-' . substr Digest::SHA->new(256)->addfile($path, 'b')->hexdigest, 0,
        16;
    my $vmlinux = $cache->path("$entry/vmlinux");
    $cache->change(
        sub {
            return if -d $cache->path($entry);
            $cache->make_whole($entry,
                sub ($folder) { Copyhang::Kernel::Image->extract($path, $folder) });
        }
    ) if !-d $cache->path($entry);
    unshift @{$self->{images}}, $vmlinux if -e $vmlinux;
    return;
}

1;
