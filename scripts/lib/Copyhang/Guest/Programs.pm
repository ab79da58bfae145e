# SPDX-License-Identifier: GPL-2.0-only
#
# The programs for guests, by architecture.
#
# Those of this machine's are the ones that were built. For another one they are built when they are
# asked for (prepare), by scripts/setup, which installs compilers for that; in a folder of the cache
# that is named by all that they are made of. libfuse3 and liburing for it come from Debian's
# packages, which are unpacked in the cache (a sysroot) and not installed; without them what needs
# them is unavailable. Where COPYHANG_PROGRAMS names the programs, those for others are in a folder
# ARCHITECTURE in there.
package Copyhang::Guest::Programs;

use v5.36;
use Copyhang::Apt          ();
use Copyhang::Architecture ();
use Copyhang::Cache        ();
use Copyhang::Failure      qw(bad_input untestable);
use Copyhang::Paths        ();
use Copyhang::Process      ();
use Copyhang::Tool         ();
use File::Copy             ();
use File::Find             ();

my @PROGRAMS   = qw(copyhang-cases copyhang-exec copyhang-init);
my $SOURCES    = qr/[.](?:[ch]|cmake)\z/;
my @FOLDERS    = qw(cases fixtures harness);
my $NO_LIBRARY = 'none';

# The folder of those for an architecture; prepare has been called for it.
sub folder ($class, $architecture) {
    return Copyhang::Paths->programs if $architecture eq Copyhang::Architecture->host;
    my $folder = _named($architecture) // Copyhang::Cache->new->path(_entry($architecture));
    return $folder if -x "$folder/copyhang-cases";
    return untestable("no programs for guests of $architecture: $folder");
}

sub _named ($architecture) {
    return defined $ENV{COPYHANG_PROGRAMS} ? "$ENV{COPYHANG_PROGRAMS}/$architecture" : undef;
}

# Whether those of these sources are there.
sub is_made ($class, $architecture) {
    return -d Copyhang::Cache->new->path(_entry($architecture));
}

# Makes them, unless they are there. $tell->($words) says what is going on. Ends this program, as
# scripts/setup does, where something that is missing may not be installed.
sub prepare ($class, $architecture, $no_install, $tell) {
    return if $architecture eq Copyhang::Architecture->host || defined _named($architecture);
    my $root = Copyhang::Paths->checkout
        // bad_input("guests of $architecture need programs that are built from a checkout");
    my $sysroot = _sysroot($architecture, $tell);
    $tell->("programs for $architecture");
    Copyhang::Cache->new->make(_entry($architecture),
        sub ($folder) { _build($root, $architecture, $sysroot, $no_install, $folder) });
    _set_up($root, $architecture, 'emulator', $no_install);
    require Copyhang::Guest::Makers;
    return Copyhang::Guest::Makers->prepare($architecture, $tell);
}

# Of the architecture, the libraries, and all sources.
sub _entry ($architecture) {
    state %entry;
    return $entry{$architecture} //= do {
        my $root    = Copyhang::Paths->checkout;
        my @sources = "$root/CMakeLists.txt";
        my $look    = sub { push @sources, $File::Find::name if /$SOURCES/ && -f };
        File::Find::find({wanted => $look, no_chdir => 1}, map { "$root/$_" } @FOLDERS);
        my $libraries = join q{ }, map { "$_->{package} $_->{version}" } _libraries($architecture);
        "programs/$architecture-" . Copyhang::Cache->key($libraries, sort @sources);
    };
}

sub _build ($root, $architecture, $sysroot, $no_install, $folder) {
    local $ENV{COPYHANG_SYSROOT} = $sysroot;
    _set_up($root, $architecture, 'programs', $no_install);
    my $built = ($ENV{COPYHANG_BUILD} // "$root/build") . "/cross/$architecture/kselftest/copyhang";
    for my $program (@PROGRAMS) {
        File::Copy::cp("$built/$program", "$folder/$program")
            or untestable("cannot copy $built/$program: $!");
    }
    return;
}

sub _set_up ($root, $architecture, $what, $no_install) {
    my $status = Copyhang::Process->foreground(
        sub { open STDOUT, '>&', \*STDERR or untestable("cannot redirect: $!") },
        "$root/scripts/setup", "$architecture-$what", $no_install ? '--no-install' : ());
    Copyhang::Failure->end_as($status) if $status;
    return;
}

# The newest of each in the release of Debian that this machine has: others may want a newer C
# library than its compilers have.
sub _libraries ($architecture) {
    my $codename = Copyhang::Apt->codename;
    my %library  = map { $_->{package} => $_ }
        grep { $_->{package} !~ /\Alinux-/ && $_->{suite} eq $codename }
        Copyhang::Apt->new($architecture)->packages;
    return map { $library{$_} } sort keys %library;
}

# Return: its path, which need not be there if there are no libraries.
sub _sysroot ($architecture, $tell) {
    my $apt = Copyhang::Apt->new($architecture);
    eval { $apt->update; 1 } or Copyhang::Failure->check_signals;
    my @libraries = _libraries($architecture);
    my $cache     = Copyhang::Cache->new;
    return $cache->path("sysroots/$NO_LIBRARY") if !@libraries;
    my $entry = "sysroots/$architecture-"
        . $cache->key(join q{ }, map { "$_->{package} $_->{version}" } @libraries);
    $cache->make(
        $entry,
        sub ($folder) {
            my $packages = "$folder/packages";
            mkdir $packages or bad_input("cannot make $packages: $!");
            $apt->download($packages, $tell, @libraries);
            for my $file (glob "\Q$packages\E/*.deb") {
                Copyhang::Tool->run("unpack $file", ['dpkg-deb', '-x', $file, $folder]);
                unlink $file;
            }
        }
    );
    return $cache->path($entry);
}

1;
