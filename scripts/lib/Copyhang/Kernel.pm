# SPDX-License-Identifier: GPL-2.0-only
package Copyhang::Kernel;

use strict;
use warnings;
use feature 'signatures';
no warnings 'experimental::signatures';

use Copyhang::Failure qw(bad_input);
use Cwd               ();
use Dpkg::Version     ();

# The kernel that $spec names. %argument: modules, where they do not come with it; name, to call it by.
sub find ($class, $spec, %argument) {
    my $kind =
          $spec =~ /\Adebian:/ ? 'Debian'
        : !-e $spec            ? bad_input(_unknown($spec))
        : -d $spec             ? 'Tree'
        : $spec =~ /[.]deb\z/  ? 'Deb'
        :                        'File';
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

# What most kinds of kernel have nothing to do for.
sub fetch ($self, %argument) {
    return;
}

sub name ($self) {
    return $self->{name};
}

sub identity ($self) {
    my ($image) = reverse $self->images;
    return join q{ }, Cwd::realpath($image), (stat $image)[7, 9];
}

sub release ($self) {
    return $self->{release};
}

sub version ($self) {
    return $self->{version} // $self->{release} // '0';
}

sub images ($self) {
    return @{$self->{images} // []};
}

sub modules ($self) {
    return $self->{modules};
}

sub config ($self) {
    return $self->{config};
}

sub is_uml ($self) {
    return $self->{is_uml} // 0;
}

1;

__END__

=head1 NAME

Copyhang::Kernel - a kernel that can be booted

=head1 SYNOPSIS

    my $kernel = Copyhang::Kernel->find('debian:6.1');
    $kernel->fetch(on_progress => sub ($text) { ... });
    my ($best, @others) = $kernel->images;

=head1 DESCRIPTION

What can be named:

=over

=item debian:VERSION, debian:VERSION:FLAVOUR

A kernel that Debian offers, see L<Copyhang::Kernel::Debian>.

=item a .deb file

A kernel package, see L<Copyhang::Kernel::Deb>.

=item a folder

A kernel tree that was built, see L<Copyhang::Kernel::Tree>.

=item any other file

A bzImage or vmlinuz, a vmlinux, or the program of a user-mode kernel, see
L<Copyhang::Kernel::File>.

=back

=head1 METHODS

=over

=item find($spec, modules => FOLDER, name => NAME)

The kernel, or a L<Copyhang::Failure> with status 2 if there is none of that name. Cheap: reads
package lists (downloads them if they are a day old or do not have the name), but no kernel. The
folder of modules is F<lib/modules/RELEASE>, or one that has just one such folder.

=item fetch(on_progress => CODE)

Downloads and unpacks what is missing; C<CODE> gets words about it now and then. Only after it all
of the following is there. Fails with status 2 when the disk is full, with 125 when the kernel
cannot be had.

=item name

As it was given to C<find>: the NAME, else what it was found by.

=item identity

What tells it from every other kernel, also from what was in the same file earlier: a line of text.

=item release

What C<uname -r> will say, undef where that is not known.

=item version

For sorting, by the rules of Debian's versions.

=item images

Paths to boot from, best first: the uncompressed vmlinux, where it can be had, then the image as it
came.

=item modules

The folder F<lib/modules/RELEASE>, or undef. It need not have a F<modules.dep>.

=item config

The path of its configuration, or undef.

=item is_uml

It is a user-mode kernel, a program to run.

=item sorted(@kernels)

These kernels in the order of their versions.

=back

=cut
