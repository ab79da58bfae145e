# SPDX-License-Identifier: GPL-2.0-only
#
# Debian's packages of kernels, without installing any.
#
# Works with a configuration of its own in the cache (apt/, or apt-ARCHITECTURE/ for packages of
# another architecture than this machine's), made from that of the machine: the same mirrors, keys
# and ways to reach them, other suites. (Debian signs a release with the keys of the
# last ones too, so that the keyring of a supported release serves for all.) Of a suite that is not
# signed by a key the machine trusts for it no list is used. Only what is about kernels is kept, in
# packages.json; of another architecture also the libraries that programs for it are built with.
#
# If some lists cannot be had there is a line on standard error and the rest is used, or what there
# was before; if there is nothing at all, it fails with the status 125.
package Copyhang::Apt;

use v5.36;
use Copyhang::Architecture ();
use Copyhang::Cache        ();
use Copyhang::Failure      qw(bad_input untestable);
use Copyhang::Limits       ();
use Copyhang::Paths        ();
use Copyhang::Tool         ();
use Cpanel::JSON::XS       qw(encode_json decode_json);
use List::Util             qw(first);

my $HELPER   = '/usr/lib/apt/apt-helper';
my $PACKAGES = 'packages.json';
my $PROBE    = 'room';                      # apt does not always say that the disk is full

# What has kernels: suites of the archive, and of its security mirror.
my @SUITES   = qw(bullseye bookworm bookworm-backports trixie trixie-backports sid);
my @SECURITY = qw(bullseye-security bookworm-security trixie-security);

# How a machine's sources may call a suite of Debian.
my $RELEASE = qr/(?:old){0,2}stable|testing|unstable|bullseye|bookworm|trixie|forky|duke|sid/;

# Which packages are of interest.
my $KERNEL    = qr/linux-(?:image|binary|modules|base)-\d/;
my $LIBRARIES = qr/libfuse3-dev|liburing-dev/;

sub new ($class, $architecture = Copyhang::Architecture->host) {
    my $is_host = $architecture eq Copyhang::Architecture->host;
    return bless {
        cache        => Copyhang::Cache->new,
        architecture => $architecture,
        folder       => $is_host ? 'apt'          : "apt-$architecture",
        wanted       => $is_host ? qr/$KERNEL\S+/ : qr/$KERNEL\S+|(?:$LIBRARIES)$/m,
    }, $class;
}

sub _name ($self, $name) { return "$self->{folder}/$name" }

# Loads the package lists if they are more than a day old, or always when refresh is set; once at
# most. Arguments: refresh, on_progress => code($text).
sub update ($self, %argument) {
    my $is_due = sub () {
        $argument{refresh} || (-M $self->{cache}->path($self->_name($PACKAGES)) // 1) >= 1;
    };
    return                                            if $self->{updated} || !$is_due->();
    $argument{on_progress}->('reading package lists') if $argument{on_progress};
    $self->{cache}->change(sub { $self->_load if $is_due->() });
    $self->{updated} = 1;
    return;
}

# Of the kernels: ({package, version, size, suite, uri, sha256}...).
sub packages ($self) {
    my $text     = $self->{cache}->read_file($self->_name($PACKAGES)) // '[]';
    my $packages = eval { decode_json($text) }                        // [];
    return @{$packages};
}

# apt goes on with the lists that it has had, and with those that it could verify.
sub _load ($self) {
    my $cache = $self->{cache};
    $self->_configure;
    my ($status, undef, $noise) = Copyhang::Tool->attempt([$self->_apt('apt-get', 'update')]);
    my @complaints = $noise =~ /^[EW]: (.*)/mg;
    if (@complaints) {
        $cache->write_file($self->_name($PROBE), "\0" x 2**20);
        $cache->remove($self->_name($PROBE));
    }

    # What apt has verified: suite, address of the repository, file.
    my @command  = ('indextargets', '--format', '$(RELEASE) $(REPO_URI) $(FILENAME)');
    my @targets  = Copyhang::Tool->run('find package lists', [$self->_apt('apt-get', @command)]);
    my @lists    = grep { -e $_->[2] } map { [split / /, $_, 3] } @targets;
    my $had_some = $self->packages;
    Copyhang::Tool->failed('read package lists', $status, $noise) if !@lists && !$had_some;
    print {*STDERR} "$Copyhang::Failure::Who: package lists are not all up to date: "
        . "$complaints[0]\n"
        if @complaints;
    my @packages = map { $self->_read_list(@{$_}) } @lists;
    untestable('no suite that could be read has kernels') if !@packages && !$had_some;
    $cache->write_file($self->_name($PACKAGES), encode_json(\@packages)) if @packages;
    return;
}

# The release of Debian that this machine has; an empty string on others.
sub codename ($class) {
    my $text = Copyhang::Paths->contents('/etc/os-release') // q{};
    return $text =~ /^VERSION_CODENAME="?(\w+)/m ? $1 : q{};
}

# These packages and all that they depend on, as packages has them but for the suite: of this
# machine's release, where it has the architecture, else the newest. What is installed does not count.
sub with_dependencies ($self, @names) {
    my $codename = $self->codename;
    my @release  = (grep { $_->{suite} eq $codename } $self->packages) ? ('-t', $codename) : ();
    my @command  = (
        $self->_apt('apt-get'),
        @release,
        qw(-qq --print-uris --no-install-recommends),
        qw(-o Acquire::ForceHash=SHA256 install --), @names
    );
    my ($status, $lines, $noise) = Copyhang::Tool->attempt(\@command);
    bad_input("no packages of $self->{architecture}: " . Copyhang::Tool->reason($status, $noise))
        if $status // 1;
    return
        map { /\A'(\S+)' ([^\s_]+)_([^\s_]+)_\S+ \d+ SHA256:(\w+)\z/ ? _at($1, $2, $3, $4) : () }
        @{$lines};
}

sub _at (@fields) {
    my %package;
    @package{qw(uri package version sha256)} = @fields;
    $package{version} =~ s/%3a/:/g;
    return \%package;
}

# An apt of our own, except for how the machine reaches its mirrors: that is in its configuration,
# which apt reads before this file.
sub _configure ($self) {
    my $cache = $self->{cache};
    $cache->make_folder($self->_name($_)) for qw(state/lists/partial cache/archives/partial);
    $cache->write_file($self->_name('copyhang.sources'), $self->_sources);
    $cache->write_file($self->_name('status'),           q{});
    my ($folder, $user) = ($cache->path($self->{folder}), scalar getpwuid $>);
    $cache->write_file($self->_name('apt.conf'), <<"CONFIGURATION");
APT::Architecture "$self->{architecture}";
#clear APT::Architectures;
APT::Architectures "$self->{architecture}";
Dir::State "$folder/state";
Dir::State::status "$folder/status";
Dir::State::lists "lists";
Dir::Cache "$folder/cache";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
Dir::Etc::sourcelist "$folder/copyhang.sources";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
APT::Sandbox::User "$user";
APT::Status-Fd "1";
quiet "1";
Acquire::http::Timeout "$Copyhang::Limits::MIRROR";
Acquire::https::Timeout "$Copyhang::Limits::MIRROR";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
CONFIGURATION
    return;
}

# A .sources file of all suites with kernels, from the mirrors that this machine's apt uses, with
# the keys that it trusts for them.
sub _sources ($self) {
    my $format  = '$(RELEASE) $(REPO_URI) $(SOURCESENTRY)';
    my @command = (qw(apt-get indextargets --no-release-info --format), $format);
    my @targets = Copyhang::Tool->run("read apt's sources",
        [@command, 'Created-By: Packages', 'Component: main']);
    my $archive = first { /\A$RELEASE(?:-backports)? / } @targets;
    my $updates = first { /\A$RELEASE-security / } @targets;
    untestable("apt's sources of this machine name no mirror of Debian") if !$archive;
    return join "\n", $self->_entry($archive, @SUITES),
        $updates ? $self->_entry($updates, @SECURITY) : ();
}

sub _entry ($self, $target, @suites) {
    my (undef, $mirror, $entry) = split / /, $target;
    return <<"SOURCES" . _signed_by($entry);
Types: deb
URIs: $mirror
Suites: @suites
Components: main
Architectures: $self->{architecture}
Targets: Packages
SOURCES
}

# As the machine's own entry has it: the Nth paragraph of a deb822 file, or the Nth line of a list;
# a path, fingerprints, or the key itself. Without one the keys are those that apt trusts for all.
sub _signed_by ($entry) {
    my ($path, $number) = $entry =~ /\A(.*):(\d+)\z/ or return q{};
    my $text    = Copyhang::Paths->contents($path) // untestable("cannot read $path: $!");
    my $is_list = $path !~ /[.]sources\z/;
    my $between = $is_list ? qr/\n/                         : qr/\n\s*\n/;
    my $keys = $is_list ? qr/\[[^\]]*signed-by=([^\]\s]+)/i : qr/^Signed-By:(.*(?:\n[ \t].*)*)/mi;
    $text = $text =~ s/^#.*\n//gmr =~ s/\A\s+//r if !$is_list;
    return (split $between, $text)[$number - 1] =~ $keys ? "Signed-By: $1\n" : q{};
}

sub _apt ($self, $program, @arguments) {
    return ($program, '-c', $self->{cache}->path($self->_name('apt.conf')), @arguments);
}

sub _read_list ($self, $suite, $repository, $file) {
    open my $in, '-|', $HELPER, 'cat-file', $file or untestable("cannot run $HELPER: $!");
    local $/ = q{};
    my @packages;
    while (my $paragraph = <$in>) {
        my ($name) = $paragraph =~ /\APackage: ($self->{wanted})/ or next;
        next if $name =~ /-dbg\z/ || $paragraph =~ /^Depends:.* linux-image-\d/m;
        my %field = $paragraph =~ /^(Version|Size|Filename|SHA256): (.*)/mg;
        next if keys %field != 4;
        my %package = (package => $name, suite => $suite);
        $package{uri} = $repository . $field{Filename};
        $package{lc $_} = $field{$_} for qw(Version Size SHA256);
        push @packages, \%package;
    }
    close $in or untestable("cannot read $file");
    return @packages;
}

# Downloads packages into a folder, of which there is then one .deb for each. apt compares them with
# the digests in the lists.
sub download ($self, $folder, $on_progress, @packages) {
    my @files = map {
        my ($name) = $_->{uri} =~ m{([^/]+)\z};
        ($_->{uri}, "$folder/$name", "SHA256:$_->{sha256}")
    } @packages;
    my $at = -1;
    Copyhang::Tool->run(
        "download $packages[0]{package}",
        [$self->_apt($HELPER, 'download-file', @files)],
        on_line => sub ($line) {
            my ($percent) = $line =~ /\Adlstatus:\d+:(\d+)/ or return;
            $on_progress->("downloading, $percent %") if $percent != $at;
            $at = $percent;
        }
    );
    return;
}

1;
