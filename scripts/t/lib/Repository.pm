# SPDX-License-Identifier: GPL-2.0-only
package Repository;

use v5.36;
use Exporter 'import';
use Fake       qw(spew slurp);
use File::Path qw(make_path);

# Each has an agent.
my @keys;

our @EXPORT_OK = qw(new_key publish package_file image machine architecture);

my @SUITES = qw(
    bullseye bookworm bookworm-backports trixie trixie-backports sid
    bullseye-security bookworm-security trixie-security
);

# Of packages and lists, where it is not this machine's.
our $Architecture;

sub architecture () {
    return $Architecture if defined $Architecture;
    chomp(my $architecture = `dpkg --print-architecture`);
    return $architecture;
}

sub _run (@command) {
    system("{ @command; } >/dev/null 2>&1") == 0 or die "failed: @command";
    return;
}

# A throw-away key in a folder of its own; the public one is in FOLDER/key.asc.
sub new_key ($folder) {
    mkdir $folder, oct 700;
    push @keys, $folder;
    _run(
        "gpg --homedir $folder --batch --passphrase '' --quick-generate-key test\@invalid rsa2048");
    _run("gpg --homedir $folder --armor --export --output $folder/key.asc");
    return $folder;
}

END {
    my $status = $?;
    system "gpgconf --homedir $_ --kill gpg-agent" for @keys;
    $? = $status;    ## no critic (RequireLocalizedPunctuationVars)
}

# Puts a package into the pool of a suite. %file: path => contents.
sub package_file ($repository, $suite, $name, $version, $depends, %file) {
    my $folder = "$repository/build";
    _run("rm -rf $folder");
    for my $path (sort keys %file) {
        make_path("$folder/$path" =~ s{/[^/]*\z}{}r);
        spew("$folder/$path", $file{$path});
    }
    make_path("$folder/DEBIAN", "$repository/pool/$suite");
    my $architecture = architecture();
    spew(
        "$folder/DEBIAN/control",
        "Package: $name\nVersion: $version\nMaintainer: nobody\n",
        "Architecture: $architecture\nDescription: test\n",
        $depends ? "Depends: $depends\n" : q{}
    );
    my $deb = "$repository/pool/$suite/${name}_${version}_$architecture.deb";
    _run("dpkg-deb -Znone --build $folder $deb");
    _run("rm -rf $folder");
    return $deb;
}

# Makes and signs the lists of all suites but those named.
sub publish ($repository, $key, @but) {
    my $architecture = architecture();
    my %but          = map { $_ => 1 } @but;
    for my $suite (grep { !$but{$_} } @SUITES) {
        my $folder = "$repository/dists/$suite";
        my $lists  = "main/binary-$architecture";
        make_path("$folder/$lists", "$repository/pool/$suite");
        _run(
            "cd $repository && apt-ftparchive --arch $architecture packages pool/$suite >dists/$suite/$lists/Packages"
        );
        _run(     "apt-ftparchive -o APT::FTPArchive::Release::Codename=$suite"
                . " -o APT::FTPArchive::Release::Suite=$suite"
                . " release $folder >$repository/Release && mv $repository/Release $folder/Release"
        );
        _run(
            "gpg --homedir $key --batch --yes --clearsign --output $folder/InRelease $folder/Release"
        );
    }
    return;
}

# An apt configuration whose sources are this repository; returns its path, for APT_CONFIG.
sub machine ($folder, $repository, $key) {
    spew("$folder/machine.sources", map { <<"SOURCES" } qw(bookworm bookworm-security));
Types: deb
URIs: $repository
Suites: $_
Components: main
Signed-By: $key/key.asc

SOURCES
    spew("$folder/apt.conf", <<"CONFIGURATION");
Dir::Etc::sourcelist "$folder/machine.sources";
Dir::Etc::sourceparts "/dev/null";
CONFIGURATION
    return "$folder/apt.conf";
}

# What has the form of a bzImage, with some bytes compressed in it.
sub image ($release, $payload, $tail) {
    my $setup = "\0" x 1024;
    substr $setup, 0x1f1, 1,                    "\1";
    substr $setup, 0x202, 6,                    pack 'a4 v', 'HdrS', 0x20f;
    substr $setup, 0x20e, 2,                    pack 'v',    0x100;
    substr $setup, 0x300, length($release) + 1, "$release\0";
    my $code = 'code that unpacks' . $payload . $tail;
    substr $setup, 0x248, 8, pack 'V V', length 'code that unpacks', length $payload . $tail;
    return $setup . $code . 'what follows';
}

1;

__END__

=head1 NAME

Repository - a signed repository of Debian packages, for tests without a network

=head1 SYNOPSIS

    my $key = new_key("$place/key");
    package_file("$place/mirror", 'sid', 'linux-image-6.1.0-1-amd64', '6.1.5-1', q{}, %files);
    publish("$place/mirror", $key);
    local $ENV{APT_CONFIG} = machine($place, "file:$place/mirror", $key);

=cut
