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
use List::Util        qw(first);

# What has kernels: suites of the archive, and of its security mirror.
my @SUITES   = qw(bullseye bookworm bookworm-backports trixie trixie-backports sid);
my @SECURITY = qw(bullseye-security bookworm-security trixie-security);

# The names by which a machine's sources may call a suite of Debian.
my @ALIASES = qw(oldoldstable oldstable stable testing unstable forky duke);
my ($ARCHIVE, $UPDATES) = map { qr/\A(?:$_)\z/ } join(q{|}, @SUITES, @ALIASES),
    join(q{|}, map { "$_-security" } map { s/-security\z//r } @SECURITY, @ALIASES);

# The text of a deb822 file of sources: all suites with kernels, from the mirrors that this
# machine's apt uses, with the keys that it trusts for them.
sub text ($class) {
    my @targets = map { [split / /] } Copyhang::Tool->run(
        "read apt's sources",
        [
            'apt-get', 'indextargets', '--no-release-info', '--format',
            '$(CREATED_BY) $(COMPONENT) $(RELEASE) $(REPO_URI) $(SOURCESENTRY)'
        ]
    );
    @targets = grep { $_->[0] eq 'Packages' && $_->[1] eq 'main' } @targets;
    my $archive = first { $_->[2] =~ $ARCHIVE } @targets;
    my $updates = first { $_->[2] =~ $UPDATES } @targets;
    untestable("apt's sources of this machine name no mirror of Debian") if !$archive;
    return join "\n", _paragraph($archive, @SUITES),
        $updates ? _paragraph($updates, @SECURITY) : ();
}

sub _paragraph ($target, @suites) {
    my (undef, undef, undef, $mirror, $entry) = @{$target};
    my ($architecture) =
        Copyhang::Tool->run('ask for the architecture', ['dpkg', '--print-architecture']);
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
    my $text = do { local $/ = undef; <$in> };
    if ($path !~ /[.]sources\z/) {
        my $line = (split /\n/, $text)[$number - 1] // q{};
        return $line =~ /\[[^\]]*signed-by=([^\]\s]+)/i ? "Signed-By: $1\n" : q{};
    }
    $text =~ s/^#.*\n//gm;
    my $paragraph = (grep { /\S/ } split /\n\s*\n/, $text)[$number - 1] // q{};
    return $paragraph =~ /^(Signed-By:.*(?:\n[ \t].*)*)/mi ? "$1\n" : q{};
}

1;
