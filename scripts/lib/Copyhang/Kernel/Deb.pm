# SPDX-License-Identifier: GPL-2.0-only
#
# A kernel in a .deb file.
#
# A linux-image-*.deb, also one made by make bindeb-pkg, or a linux-binary-*.deb: then the
# linux-modules-*.deb and the linux-base-*.deb beside it belong to it, if they are there.
package Copyhang::Kernel::Deb;

use v5.36;
use parent 'Copyhang::Kernel::Packaged';
use Copyhang::Cache   ();
use Copyhang::Failure qw(bad_input);
use Digest::SHA       ();

sub look_up ($class, $path) {
    my ($status, $fields) =
        Copyhang::Tool->attempt(['dpkg-deb', '-f', $path, 'Package', 'Version']);
    my %field = map { /\A(\w+): (.*)/ ? ($1 => $2) : () } @{$fields};
    bad_input("$path is not a Debian package") if $status || !defined $field{Version};
    my ($release) = $field{Package} =~ /\Alinux-(?:image|binary)-(\d.*?)(?:-unsigned)?\z/
        or bad_input("$path is not a package with a kernel, but $field{Package}");
    my @files = (
        $path,
        grep    { -e }
            map { $path =~ s{linux-binary-([^/]*)\z}{linux-$_-$1}r }
            $path =~ m{linux-binary-[^/]*\z} ? qw(base modules) : ()
    );
    my $digest = Digest::SHA->new(256);
    $digest->addfile($_, 'b') for @files;
    return bless {
        cache   => Copyhang::Cache->new,
        entry   => 'deb-' . substr($digest->hexdigest, 0, 16),
        files   => \@files,
        release => $release,
        version => $field{Version},
    }, $class;
}

sub packages ($self, $folder, $tell) { return @{$self->{files}} }

1;
