# SPDX-License-Identifier: GPL-2.0-only
#
# Where Debian's kernels are, derived from the machine's own apt sources.
#
# text returns the contents of a .sources file, see sources.list(5). The mirrors and the Signed-By
# come from the entries of the machine's own sources for any suite of Debian; the suites are all
# that offer kernels. Debian signs a release with the keys of the last ones too, so that the keyring
# of a supported release serves for all of them.
package Copyhang::Apt::Sources;

use v5.36;
use Copyhang::Failure qw(untestable);
use Copyhang::Tool    ();
use Dpkg::Arch        ();
use List::Util        qw(first);

# What has kernels: suites of the archive, and of its security mirror.
my @SUITES   = qw(bullseye bookworm bookworm-backports trixie trixie-backports sid);
my @SECURITY = qw(bullseye-security bookworm-security trixie-security);

# How a machine's sources may call a suite of Debian.
my $RELEASE = qr/(?:old){0,2}stable|testing|unstable|bullseye|bookworm|trixie|forky|duke|sid/;

# All suites with kernels, from the mirrors that this machine's apt uses, with the keys that it
# trusts for them.
sub text ($class) {
    my $format  = '$(RELEASE) $(REPO_URI) $(SOURCESENTRY)';
    my @command = (qw(apt-get indextargets --no-release-info --format), $format);
    my @targets = Copyhang::Tool->run("read apt's sources",
        [@command, 'Created-By: Packages', 'Component: main']);
    my $archive = first { /\A$RELEASE(?:-backports)? / } @targets;
    my $updates = first { /\A$RELEASE-security / } @targets;
    untestable("apt's sources of this machine name no mirror of Debian") if !$archive;
    return join "\n", _entry($archive, @SUITES), $updates ? _entry($updates, @SECURITY) : ();
}

sub _entry ($target, @suites) {
    my (undef, $mirror, $entry) = split / /, $target;
    my $architecture = Dpkg::Arch::get_raw_build_arch();
    return <<"SOURCES" . _signed_by($entry);
Types: deb
URIs: $mirror
Suites: @suites
Components: main
Architectures: $architecture
Targets: Packages
SOURCES
}

# As the machine's own entry has it: the Nth paragraph of a deb822 file, or the Nth line of a list;
# a path, fingerprints, or the key itself. Without one the keys are those that apt trusts for all.
sub _signed_by ($entry) {
    my ($path, $number) = $entry =~ /\A(.*):(\d+)\z/ or return q{};
    open my $in, '<', $path or untestable("cannot read $path: $!");
    my $text    = do { local $/ = undef; <$in> };
    my $is_list = $path !~ /[.]sources\z/;
    my $between = $is_list ? qr/\n/                         : qr/\n\s*\n/;
    my $keys = $is_list ? qr/\[[^\]]*signed-by=([^\]\s]+)/i : qr/^Signed-By:(.*(?:\n[ \t].*)*)/mi;
    $text = $text =~ s/^#.*\n//gmr =~ s/\A\s+//r if !$is_list;
    return (split $between, $text)[$number - 1] =~ $keys ? "Signed-By: $1\n" : q{};
}

1;
