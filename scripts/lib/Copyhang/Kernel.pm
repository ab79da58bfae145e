# SPDX-License-Identifier: GPL-2.0-only
#
# A kernel that can be booted.
#
#     my $kernel = Copyhang::Kernel->find('debian:6.1');
#     $kernel->fetch(sub ($words) { ... });
#     my ($best, @others) = $kernel->images;
#
# find takes what NAMES in copyhang-kernels(1) tells of. It is cheap: reads package lists (downloads
# them if they are a day old or lack the name), but no kernel. What there is not is bad input.
#
# fetch downloads and unpacks what is missing, and may say so in words now and then. Only after it
# images, modules and config are there. Fails with status 2 when the disk is full, with 125
# when the kernel cannot be had.
package Copyhang::Kernel;

use v5.36;
use Copyhang::Architecture ();
use Copyhang::Cache        ();
use Copyhang::Failure      qw(bad_input);
use Copyhang::Paths        ();
use Cwd                    ();
use Dpkg::Version          ();
use File::Find             ();

# The kernel that $spec names. %argument: name, to call it by; modules, where they do not come with
# it: the folder lib/modules/RELEASE, or one that has just one such folder.
sub find ($class, $spec, %argument) {
    my ($kind) = map { ucfirst } $spec =~ /\A(debian|git):/;
    bad_input("no kernel '$spec': neither a file, a folder, nor a name like debian:6.1"
            . " ('copyhang kernels' lists those)")
        if !defined $kind && !-e $spec;
    $kind //= -f $spec && $spec =~ /[.]deb\z/ ? 'Deb' : 'Image';
    require "Copyhang/Kernel/$kind.pm";
    my $self = "${class}::$kind"->look_up($spec);
    $self->{name}    = $argument{name} // $spec;
    $self->{modules} = _modules($argument{modules}) if defined $argument{modules};
    return $self;
}

sub _modules ($folder) {
    bad_input("no folder $folder with modules") if !-d $folder;
    return $folder if grep { -e "$folder/$_" } qw(kernel modules.dep modules.order);
    my @found = grep { -d } glob "\Q$folder\E/{,usr/}lib/modules/*";
    return $found[0] if @found == 1;
    bad_input("$folder is neither a folder lib/modules/RELEASE nor has it exactly one of them");
}

# Those of this machine's architecture first. Of the same version those of a repository come as they
# are named: a name does not tell which commit is the older one.
sub sorted ($class, @kernels) {
    my $host    = Copyhang::Architecture->host;
    my %version = map { $_ => Dpkg::Version->new($_->version, check => 0) } @kernels;
    my %rank    = map { $_ => $_->architecture eq $host ? q{}    : $_->architecture } @kernels;
    my %name    = map { $_ => $_->can('commit')         ? 'git:' : $_->name } @kernels;
    my @sorted =
        sort { $rank{$a} cmp $rank{$b} || $version{$a} <=> $version{$b} || $name{$a} cmp $name{$b} }
        @kernels;
    return @sorted;
}

# A kind of kernel that has to be fetched has {entry}, the name of its folder in kernels/ of the
# cache, and fill($folder, $tell), which fills that folder.
sub fetch ($self, $tell = sub ($text) { }) {
    return if !defined $self->{entry};
    my $fill = sub ($folder) { $self->fill($folder, $tell) };
    return Copyhang::Cache->new->make("kernels/$self->{entry}", $fill);
}

# The outcome of one that is there, but cannot be had.
sub absence ($class) { return 'fetch_failed' }

sub folder ($self) { return Copyhang::Cache->new->path("kernels/$self->{entry}") }

# What is in that folder and fits the first of these patterns that anything fits; nothing, if none.
sub fetched ($self, @patterns) {
    return if !defined $self->{entry};
    my $folder = $self->folder;
    my ($found) = grep { -e } map { glob "\Q$folder\E/$_" } @patterns;
    return $found // ();
}

# Where it is offered, and how much there is to be downloaded: nothing of what is not Debian's.
sub suites        ($self) { return }
sub download_size ($self) { return }

# In bytes, of what is in the cache; undef if nothing is.
sub size_in_cache ($self) {
    return if !defined $self->{entry} || !-d $self->folder;
    my $size = 0;
    File::Find::find(sub { $size += 512 * ((lstat)[12] // 0) }, $self->folder);
    return $size;
}

# A line of text that tells it from every other kernel, also from what was in the same file earlier.
sub identity ($self) {
    my ($image) = reverse $self->images;
    return join q{ }, Cwd::realpath($image), (stat $image)[7, 9];
}

# Paths to boot from, best first: the uncompressed vmlinux, where it can be had, then what it was
# made of.
sub images     ($self) { return ($self->fetched('vmlinux'), $self->as_it_came) }
sub as_it_came ($self) { return @{$self->{images}} }

# The release is what uname -r will say, the version is for sorting, by the rules of Debian's;
# modules is the folder lib/modules/RELEASE, which need not have a modules.dep. undef is not known.
sub name    ($self) { return $self->{name} }
sub release ($self) { return $self->{release} }
sub version ($self) { return $self->{version} // $self->{release} // '0' }
sub modules ($self) { return $self->{modules} }
sub config  ($self) { return $self->{config} }
sub is_uml  ($self) { return $self->{is_uml} // 0 }

# As Debian calls it.
sub architecture ($self) { return $self->{architecture} // Copyhang::Architecture->host }

# In KiB, as its configuration has it; undef if that does not say, as where there is but one.
sub page_size ($self) {
    my $path = $self->config;
    my $text = defined $path ? Copyhang::Paths->contents($path) // q{} : q{};
    return $text =~ /^CONFIG_(?:PAGE_SIZE_(\d+)KB|\w+_(\d+)K_PAGES)=y$/m ? $1 // $2 : undef;
}

1;
