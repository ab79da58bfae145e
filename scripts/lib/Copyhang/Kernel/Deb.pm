# SPDX-License-Identifier: GPL-2.0-only
#
# A kernel in a .deb file.
#
# A linux-image-*.deb, also one made by make bindeb-pkg, or a linux-binary-*.deb: then the
# linux-modules-*.deb and the linux-base-*.deb beside it belong to it, if they are there. Its folder
# in the cache has root, the packages' files in either layout (since 6.19 all is in
# usr/lib/modules/RELEASE), and vmlinux, the uncompressed kernel.
package Copyhang::Kernel::Deb;

use v5.36;
use parent 'Copyhang::Kernel';
use Copyhang::Cache         ();
use Copyhang::Failure       qw(bad_input untestable);
use Copyhang::Kernel::Image ();
use Copyhang::Tool          ();

my @IMAGE  = qw(root/boot/vmlinu[xz]-* root/usr/lib/modules/*/vmlinu[xz]);
my @CONFIG = qw(root/boot/config-* root/usr/lib/modules/*/config);

sub look_up ($class, $path) {
    my ($status, $lines) = Copyhang::Tool->attempt(
        ['dpkg-deb', '--show', '--showformat=${Package} ${Version} ${Architecture}', $path]);
    my ($package, $version, $architecture) = split / /, $lines->[0] // q{};
    bad_input("$path is not a Debian package") if $status || !defined $version;
    my ($release) = $package =~ /\Alinux-(?:image|binary)-(\d.*?)(?:-unsigned)?\z/
        or bad_input("$path is not a package with a kernel, but $package");
    my @beside = map { $path =~ s{linux-binary-([^/]*)\z}{linux-$_-$1}r } qw(base modules);
    my @files  = ($path, grep { $_ ne $path && -e } @beside);
    return bless {
        entry        => 'deb-' . Copyhang::Cache->key(q{}, @files),
        files        => \@files,
        release      => $release,
        version      => $version,
        architecture => $architecture,
    }, $class;
}

sub fill ($self, $folder, $tell, @files) {
    @files = @{$self->{files}} if !@files;
    $tell->('unpacking');
    for my $file (@files) {
        Copyhang::Tool->run("unpack $file", ['dpkg-deb', '-x', $file, "$folder/root"]);
    }
    my ($image) = map { glob "\Q$folder\E/$_" } @IMAGE;
    untestable("no kernel in @files") if !defined $image;
    Copyhang::Kernel::Image->extract($image, $folder);
    return;
}

sub identity   ($self) { return $self->{entry} }
sub as_it_came ($self) { return $self->fetched(@IMAGE) }
sub config     ($self) { return scalar $self->fetched(@CONFIG) }

sub modules ($self) {
    my ($found) = map { s{/kernel\z}{}r } $self->fetched('root/{,usr/}lib/modules/*/kernel');
    return $self->{modules} // $found;
}

1;
