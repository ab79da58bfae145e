# SPDX-License-Identifier: GPL-2.0-only
#
# The kernels that Debian offers.
#
# What is in bullseye, bookworm and trixie, with their security suites and backports, and in sid,
# see Copyhang::Apt; and what was fetched earlier and is in the cache still.
# - debian:6.1: the newest 6.1 there is, of the flavour cloud.
# - debian:6.12.117: just this one. If Debian has packaged it more than once, the newest;
#   debian:6.12.117-1 and debian:6.12.117-1~deb12u1 tell them apart.
# - debian:6.1:rt, debian:6.1:amd64: another flavour, as it stands at the end of the release
#   (cloud-amd64, rt-amd64, amd64) with or without the architecture.
#
# matching($name) are all kernels that a name fits, newest first; all are all there are.
package Copyhang::Kernel::Debian;

use v5.36;
use parent 'Copyhang::Kernel::Packaged';
use Copyhang::Apt     ();
use Copyhang::Cache   ();
use Copyhang::Failure qw(bad_input);
use Copyhang::Tool    ();
use Dpkg::Version     ();
use Cpanel::JSON::XS  ();
use List::Util        qw(sum0 uniq);

my $JSON = Cpanel::JSON::XS->new->utf8->canonical;

# 6.1.0-56-cloud-amd64, 6.1.0-0.deb11.48-rt-amd64, 7.3.4+deb13-amd64: what comes before the flavour.
my $BASE = qr/\d+[.]\d+[.]0-[^-]+|\d[\d.]*(?:[+][^-]+)?/;

my $DEFAULT     = 'cloud';          # flavour
my $DESCRIPTION = 'kernel.json';    # of a kernel, in its folder of the cache

my ($Architecture, $Apt);

sub architecture ($class) {
    ($Architecture) =
        Copyhang::Tool->run('ask for the architecture', ['dpkg', '--print-architecture'])
        if !defined $Architecture;
    return $Architecture;
}

# Once a process: what it has loaded is not loaded again.
sub apt     ($class)        { return $Apt //= Copyhang::Apt->new(Copyhang::Cache->new) }
sub look_up ($class, $spec) { return ($class->known($spec))[0] }

# The kernels that a name means, newest first; if there are none the lists are loaded anew.
sub known ($class, $spec) {
    $class->apt->update;
    my @known = $class->matching($spec);
    return @known if @known;
    $class->apt->update(refresh => 1);
    @known = $class->matching($spec);
    return @known if @known;
    bad_input("no kernel $spec in Debian; 'copyhang kernels' lists them");
}

# The kernels that a name may mean, newest first.
sub matching ($class, $spec) {
    my ($version, $flavour) = $spec =~ /\Adebian:(\d[^:]*)(?::([\w-]+))?\z/
        or bad_input("'$spec' is no name of a kernel: debian:VERSION or debian:VERSION:FLAVOUR");
    $flavour //= $DEFAULT;
    my @flavours = ($flavour, "$flavour-" . $class->architecture);
    return grep {
        my ($kernel, $upstream) = ($_, $_->_upstream);
        (grep { $_ eq $kernel->{flavour} } @flavours)
            && ($version eq $kernel->{version}
            || $version eq $upstream
            || index($upstream, "$version.") == 0)
    } $class->all;
}

# All that Debian offers, and what is in the cache still; newest first.
sub all ($class) {
    my %kernel = map { $_->{entry} => $_ } $class->_cached, $class->_offered($class->apt->packages);
    my %version = map { $_ => Dpkg::Version->new($kernel{$_}{version}) } keys %kernel;
    my @kernels =
        map { $kernel{$_} } sort { $version{$b} <=> $version{$a} || $a cmp $b } keys %kernel;
    my %taken;
    for my $kernel (@kernels) {
        my ($long, $short) = map { $kernel->_name($_) } $kernel->{version}, $kernel->_upstream;
        $kernel->{name} = $kernel->{short_name} = $taken{$short}++ ? $long : $short;
    }
    return @kernels;
}

sub _name ($self, $version) {
    my $architecture = $self->architecture;
    my $flavour      = $self->{flavour} =~ s/-\Q$architecture\E\z//r;
    return "debian:$version" . ($flavour eq $DEFAULT ? q{} : ":$flavour");
}

sub _cached ($class) {
    my $cache   = Copyhang::Cache->new;
    my $kernels = $cache->path('kernels');
    my @files   = glob "\Q$kernels\E/debian-*/$DESCRIPTION";
    return map {
        my ($name) = m{(kernels/.*)};
        bless {%{$JSON->decode($cache->read_file($name))}, suites => [], cache => $cache}, $class
    } @files;
}

# Puts the packages of a kernel together. Of many there are two: what is signed for secure boot is
# what machines have. The package of the image has the modules too, or since 6.19 neither.
sub _offered ($class, @packages) {
    my (%offer, %release);
    for my $package (@packages) {
        my $id = "$package->{package}=$package->{version}";
        $offer{$id}{package} = $package;
        push @{$offer{$id}{suites}}, $package->{suite};
        $release{"$1=$package->{version}"} = $1
            if $package->{package} =~ /\Alinux-image-(.*?)(?:-unsigned)?\z/;
    }
    my $cache = Copyhang::Cache->new;
    my @kernels;
    for my $kernel (sort keys %release) {
        my ($release, $version) = split /=/, $kernel;
        my ($flavour) = $release =~ /\A(?:$BASE)-(.+)\z/ or next;
        my ($image)   = grep { $offer{$_} }
            map { ("linux-$_-$release=$version", "linux-$_-$release-unsigned=$version") }
            qw(binary image);
        my @parts =
            ($image, grep { $offer{$_} } map { "linux-$_-$release=$version" } qw(modules base));
        push @kernels,
            bless {
            cache    => $cache,
            entry    => "debian-$release-$version",
            release  => $release,
            version  => $version,
            flavour  => $flavour,
            suites   => [uniq @{$offer{$image}{suites}}],
            packages => [map { $offer{$_}{package} } @parts],
            download => sum0(map { $offer{$_}{package}{size} } @parts),
            }, $class;
    }
    return @kernels;
}

sub flavour ($self) { return $self->{flavour} }

# The suites that offer it now; none when it is there only because it is in the cache.
sub suites ($self) { return @{$self->{suites}} }

# In bytes.
sub download_size ($self) { return $self->{download} }

sub packages ($self, $folder, $tell) {
    $self->apt->download($folder, $tell, @{$self->{packages}});
    return glob "\Q$folder\E/*.deb";
}

sub fill ($self, $folder, $tell) {
    $self->SUPER::fill($folder, $tell);
    my %description = map { $_ => $self->{$_} } qw(entry release version flavour packages download);
    my $path        = "$folder/$DESCRIPTION";
    open my $out, '>', $path or bad_input("cannot write $path: $!");
    print {$out} $JSON->encode(\%description) and close $out or bad_input("cannot write $path: $!");
    return;
}

# The shortest name that means this kernel, and no other that all() returned with it.
sub short_name ($self) { return $self->{short_name} }
sub _upstream  ($self) { return $self->{version} =~ s/-[^-]*\z//r }

1;
