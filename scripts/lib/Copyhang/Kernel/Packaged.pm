# SPDX-License-Identifier: GPL-2.0-only
#
# A kernel out of Debian packages, unpacked in the cache.
#
# What Copyhang::Kernel::Debian and Copyhang::Kernel::Deb have in common: fetch unpacks the
# packages, in either layout, and extracts the uncompressed kernel. kernels/ENTRY in the cache has
# root, the packages' files, and vmlinux.
package Copyhang::Kernel::Packaged;

use v5.36;
use parent 'Copyhang::Kernel';
use Copyhang::Failure       qw(bad_input untestable);
use Copyhang::Kernel::Image ();
use Copyhang::Tool          ();
use File::Find              ();
use File::Path              qw(remove_tree);

# A kind of kernel has its name in the cache in $self->{entry}, and a method
# packages($folder, $on_progress) that returns the paths of .deb files; it may put them there.

sub identity  ($self) { return $self->{entry} }
sub is_cached ($self) { return -d $self->_folder }
sub _folder   ($self) { return $self->{cache}->path("kernels/$self->{entry}") }

# In bytes, of what is in the cache.
sub size_in_cache ($self) {
    my $size = 0;
    File::Find::find(sub { $size += 512 * ((lstat)[12] // 0) }, $self->_folder);
    return $size;
}

sub fetch ($self, %argument) {
    my $tell = $argument{on_progress} // sub ($text) { };
    return if $self->is_cached;
    $self->{cache}->change(
        sub {
            return if $self->is_cached;    # another run has fetched it meanwhile
            $self->{cache}->make_whole("kernels/$self->{entry}",
                sub ($folder) { $self->fill($folder, $tell) });
        }
    );
    return;
}

sub fill ($self, $folder, $tell) {
    my $packages = "$folder/packages";
    mkdir $packages or bad_input("cannot make $packages: $!");
    my @files = $self->packages($packages, $tell);
    $tell->('unpacking');
    for my $file (@files) {
        Copyhang::Tool->run("unpack $file", ['dpkg-deb', '-x', $file, "$folder/root"]);
    }
    remove_tree($packages);
    my ($image) = glob "$folder/root/boot/vmlinu[xz]-* $folder/root/usr/lib/modules/*/vmlinu[xz]";
    untestable("no kernel in @files") if !defined $image;
    Copyhang::Kernel::Image->extract($image, $folder);
    return;
}

# Both layouts: since 6.19 all is in usr/lib/modules/RELEASE.
sub _first ($self, @patterns) {
    my $folder = $self->_folder;
    my ($found) = grep { -e } map { glob "\Q$folder\E/$_" } @patterns;
    return $found;
}

sub images ($self) {
    return grep { defined } $self->_first('vmlinux'),
        $self->_first('root/boot/vmlinu[xz]-*', 'root/usr/lib/modules/*/vmlinu[xz]');
}

sub modules ($self) {
    my $found = $self->_first('root/{,usr/}lib/modules/*/kernel');
    return $self->{modules} // (defined $found ? $found =~ s{/kernel\z}{}r : undef);
}

sub config ($self) {
    return $self->_first('root/boot/config-*', 'root/usr/lib/modules/*/config');
}

1;
