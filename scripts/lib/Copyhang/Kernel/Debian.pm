# SPDX-License-Identifier: GPL-2.0-only
#
# The kernels that Debian offers (Copyhang::Apt), and those that were fetched earlier and are in the
# cache still.
#
# known($name) are all kernels that a name means (man/copyhang-kernels.pod), newest first; all are
# all there are of an architecture. suites are those that offer a kernel now: none, when it is there only because it is
# in the cache.
package Copyhang::Kernel::Debian;

use v5.36;
use parent 'Copyhang::Kernel::Deb';
use Copyhang::Apt          ();
use Copyhang::Architecture ();
use Copyhang::Cache        ();
use Copyhang::Failure      qw(bad_input);
use Copyhang::Output       ();
use Cpanel::JSON::XS       ();
use Dpkg::Version          ();
use File::Path             qw(remove_tree);
use List::Util             qw(sum0 uniq);

my $JSON = Cpanel::JSON::XS->new->utf8->canonical;

# 6.1.0-56-cloud-amd64, 6.1.0-0.deb11.48-rt-amd64, 7.3.4+deb13-amd64: what comes before the flavour.
my $BASE = qr/\d+[.]\d+[.]0-[^-]+|\d[\d.]*(?:[+][^-]+)?/;

my $DESCRIPTION = 'kernel.json';    # of a kernel, in its folder of the cache

# One for each architecture: what it has loaded is not loaded again.
sub apt ($class, $architecture = Copyhang::Architecture->host) {
    state %apt;
    return $apt{$architecture} //= Copyhang::Apt->new($architecture);
}

sub look_up ($class, $spec) { return ($class->known($spec))[0] }

# If there are none the lists are loaded anew.
sub known ($class, $spec) {
    my ($version, $flavour, $architecture) =
        $spec =~ m{\Adebian:(\d[^:/]*)(?::([\w-]+))?(?:/([\w-]+))?\z}
        or
        bad_input("'$spec' is no name of a kernel:" . ' debian:VERSION[:FLAVOUR][/ARCHITECTURE]');
    $architecture //= Copyhang::Architecture->host;
    Copyhang::Architecture->check($architecture);
    my @flavours = $flavour // Copyhang::Architecture->flavours($architecture);
    for my $refresh (0, 1) {
        $class->apt($architecture)->update(refresh => $refresh);
        my @all = $class->all($architecture);
        for my $name (@flavours) {
            my @known = grep { $_->_is($version, $name) } @all;
            return @known if @known;
        }
    }
    bad_input("no kernel $spec in Debian; 'copyhang kernels' lists them");
}

sub _is ($self, $version, $flavour) {
    return 0 if !grep { $_ eq $flavour } $self->{flavour}, $self->_short_flavour;
    return $version eq $self->{version} || index($self->_upstream . q{.}, "$version.") == 0;
}

sub _short_flavour ($self) {
    my $architecture = $self->architecture;
    return $self->{flavour} =~ s/-\Q$architecture\E\z//r;
}

sub _upstream ($self) { return $self->{version} =~ s/-[^-]*\z//r }

# All that Debian offers, and what is in the cache still; newest first. The name of each is the
# shortest that means it and none of the others.
sub all ($class, $architecture = Copyhang::Architecture->host) {
    my @offered = $class->_offered($architecture, $class->apt($architecture)->packages);
    my %kernel  = map  { $_->{entry} => $_ } $class->_cached($architecture), @offered;
    my %version = map  { $_ => Dpkg::Version->new($kernel{$_}{version}) } keys %kernel;
    my @entries = sort { $version{$b} <=> $version{$a} || $a cmp $b } keys %kernel;
    my %taken;
    for my $kernel (@kernel{@entries}) {
        my @names = $kernel->_names;
        $kernel->{name} = $taken{$names[0]}++ ? $names[1] : $names[0];
    }
    return @kernel{@entries};
}

# By its upstream version, and by all of it.
sub _names ($self) {
    my $architecture = $self->architecture;
    my ($default)    = Copyhang::Architecture->flavours($architecture);
    my $flavour      = $self->_short_flavour;
    my $rest         = $flavour eq $default ? q{} : ":$flavour";
    $rest .= "/$architecture" if $architecture ne Copyhang::Architecture->host;
    return map { "debian:$_$rest" } $self->_upstream, $self->{version};
}

# What was there before kernels had one is of this machine's.
sub _cached ($class, $architecture) {
    my $cache   = Copyhang::Cache->new;
    my $kernels = $cache->path('kernels');
    my @found =
        map { bless {%{$JSON->decode($cache->read_file($_))}, suites => []}, $class }
        map { m{(kernels/[^/]*/[^/]*)\z} } glob "\Q$kernels\E/debian-*/$DESCRIPTION";
    return grep { $_->architecture eq $architecture } @found;
}

# Puts the packages of a kernel together. Of many there are two: what is signed for secure boot is
# what machines have. The package of the image has the modules too, or since 6.19 neither.
sub _offered ($class, $architecture, @packages) {
    my (%kernel, @offered);
    for my $package (@packages) {
        my ($part, $release, $flavour, $unsigned) =
            $package->{package} =~ /\Alinux-(\w+)-((?:$BASE)-(.+?))(-unsigned)?\z/
            or next;
        my $version = $package->{version};
        my $kernel  = $kernel{"debian-$release-$version"} //= {
            release      => $release,
            version      => $version,
            flavour      => $flavour,
            architecture => $architecture,
        };
        push @{$kernel->{part}{$part . ($unsigned // q{})}}, $package;
    }
    for my $entry (keys %kernel) {
        my $kernel = $kernel{$entry};
        my %part   = %{delete $kernel->{part}};
        my @images = grep { defined } @part{qw(image image-unsigned)} or next;
        unshift @images, grep { defined } @part{qw(binary binary-unsigned)};
        my @parts = ($images[0], grep { defined } @part{qw(modules base)});
        @{$kernel}{qw(entry suites packages)} =
            ($entry, [uniq map { $_->{suite} } @{$images[0]}], [map { $_->[-1] } @parts]);
        push @offered, bless $kernel, $class;
    }
    return @offered;
}

sub flavour ($self) { return $self->{flavour} }
sub suites  ($self) { return @{$self->{suites}} }

# In bytes, of the packages.
sub download_size ($self) {
    return sum0(map { $_->{size} } @{$self->{packages}});
}

sub fill ($self, $folder, $tell) {
    my $packages = "$folder/packages";
    mkdir $packages or bad_input("cannot make $packages: $!");
    $self->apt($self->architecture)->download($packages, $tell, @{$self->{packages}});
    $self->SUPER::fill($folder, $tell, glob "\Q$packages\E/*.deb");
    remove_tree($packages);
    my %description =
        map { $_ => $self->{$_} } qw(entry release version flavour architecture packages);
    return Copyhang::Output->new("$folder/$DESCRIPTION")->write($JSON->encode(\%description));
}

1;
