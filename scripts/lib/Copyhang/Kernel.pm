# SPDX-License-Identifier: GPL-2.0-only
#
# A kernel that can be booted.
#
#     my $kernel = Copyhang::Kernel->find('debian:6.1');
#     $kernel->fetch(on_progress => sub ($text) { ... });
#     my ($best, @others) = $kernel->images;
#
# What can be named:
# - debian:VERSION, debian:VERSION:FLAVOUR: a kernel that Debian offers, see
#   Copyhang::Kernel::Debian.
# - a .deb file: a kernel package, see Copyhang::Kernel::Deb.
# - a folder: a kernel tree that was built, or any other file: a bzImage or vmlinuz, a vmlinux, or
#   the program of a user-mode kernel, see Copyhang::Kernel::Built.
# - find($spec, modules => FOLDER, name => NAME): the kernel, or a Copyhang::Failure with status 2
#   if there is none of that name. Cheap: reads package lists (downloads them if they are a day old
#   or do not have the name), but no kernel. The folder of modules is lib/modules/RELEASE, or one
#   that has just one such folder.
# - fetch(on_progress => CODE): downloads and unpacks what is missing; CODE gets words about it now
#   and then. Only after it all of the following is there. Fails with status 2 when the disk is
#   full, with 125 when the kernel cannot be had.
# - name: as it was given to find: the NAME, else what it was found by.
# - identity: what tells it from every other kernel, also from what was in the same file earlier: a
#   line of text.
# - release: what uname -r will say, undef where that is not known.
# - version: for sorting, by the rules of Debian's versions.
# - images: paths to boot from, best first: the uncompressed vmlinux, where it can be had, then the
#   image as it came.
# - modules: the folder lib/modules/RELEASE, or undef. It need not have a modules.dep.
# - config: the path of its configuration, or undef.
# - is_uml: it is a user-mode kernel, a program to run.
# - sorted(@kernels): these kernels in the order of their versions.
package Copyhang::Kernel;

use v5.36;
use Copyhang::Cache   ();
use Copyhang::Failure qw(bad_input);
use Cwd               ();
use Dpkg::Version     ();

# The kernel that $spec names. %argument: modules, where they do not come with it; name, to call it by.
sub find ($class, $spec, %argument) {
    my $kind =
          $spec =~ /\Adebian:/             ? 'Debian'
        : !-e $spec                        ? bad_input(_unknown($spec))
        : !-d $spec && $spec =~ /[.]deb\z/ ? 'Deb'
        :                                    'Built';
    require "Copyhang/Kernel/$kind.pm";
    my $self = "${class}::$kind"->look_up($spec);
    $self->{name}    = $argument{name} // $spec;
    $self->{modules} = _modules($argument{modules}) if defined $argument{modules};
    return $self;
}

sub _unknown ($spec) {
    return "no kernel '$spec': neither a file, a folder, nor a name like debian:6.1"
        . " ('copyhang kernels' lists those)";
}

# lib/modules/RELEASE itself, or a folder with just one of them.
sub _modules ($folder) {
    bad_input("no folder $folder with modules") if !-d $folder;
    return $folder if grep { -e "$folder/$_" } qw(kernel modules.dep modules.order);
    my @found = grep { -d } glob "\Q$folder\E/{,usr/}lib/modules/*";
    return $found[0] if @found == 1;
    bad_input("$folder is neither a folder lib/modules/RELEASE nor has it exactly one of them");
}

# In the order of their versions.
sub sorted ($class, @kernels) {
    my %version = map  { $_ => Dpkg::Version->new($_->version, check => 0) } @kernels;
    my @sorted  = sort { $version{$a} <=> $version{$b} || $a->name cmp $b->name } @kernels;
    return @sorted;
}

# A kind of kernel that has to be fetched has {entry}, the name of its folder in kernels/ of the
# cache, and fill($folder, $tell), which fills that folder.
sub fetch ($self, %argument) {
    my $tell = $argument{on_progress} // sub ($text) { };
    return if !defined $self->{entry};
    my $fill = sub ($folder) { $self->fill($folder, $tell) };
    return Copyhang::Cache->new->make("kernels/$self->{entry}", $fill);
}

sub folder ($self) { return Copyhang::Cache->new->path("kernels/$self->{entry}") }

# What is in that folder and fits the first of these patterns that anything fits; nothing, if none.
sub fetched ($self, @patterns) {
    return if !defined $self->{entry};
    my $folder = $self->folder;
    my ($found) = grep { -e } map { glob "\Q$folder\E/$_" } @patterns;
    return $found // ();
}

sub identity ($self) {
    my ($image) = reverse $self->images;
    return join q{ }, Cwd::realpath($image), (stat $image)[7, 9];
}

sub images ($self) {
    my @images = ($self->fetched('vmlinux'), $self->as_it_came);
    return @images;
}

sub as_it_came ($self) { return @{$self->{images}} }

sub name    ($self) { return $self->{name} }
sub release ($self) { return $self->{release} }
sub version ($self) { return $self->{version} // $self->{release} // '0' }
sub modules ($self) { return $self->{modules} }
sub config  ($self) { return $self->{config} }
sub is_uml  ($self) { return $self->{is_uml} // 0 }

1;
