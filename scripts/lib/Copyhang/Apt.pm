# SPDX-License-Identifier: GPL-2.0-only
#
# Debian's packages of kernels, without installing any.
#
# Works with a configuration of its own in the cache (apt/), made from that of the machine: the same
# mirrors, keys and ways to reach them (Copyhang::Apt::Sources), other suites. It needs no root, and
# neither the machine's sources, nor its lists of packages, nor what is installed are touched. apt
# verifies the signatures: of a suite that is not signed by a key the machine trusts for it no list
# is used. The lists of the day are loaded whole; only what is about kernels is kept in
# apt/packages.json.
#
# If some lists cannot be had there is a line on standard error and the rest is used, or what there
# was before; if there is nothing at all, it fails with the status 125.
package Copyhang::Apt;

use v5.36;
use Copyhang::Apt::Sources ();
use Copyhang::Failure      qw(untestable);
use Copyhang::Limits       ();
use Copyhang::Tool         ();
use Cpanel::JSON::XS       ();

my $FRESH    = 24 * 60 * 60;                # s that package lists are good for
my $HELPER   = '/usr/lib/apt/apt-helper';
my $PACKAGES = 'apt/packages.json';

# Which packages are of interest.
my $KERNEL = qr/linux-(?:image|binary|modules|base)-\d/;

sub new ($class, $cache) {
    return bless {cache => $cache}, $class;
}

# Loads the package lists if they are old, or always when refresh is set; once at most.
# Arguments: refresh, on_progress => code($text).
sub update ($self, %argument) {
    return if $self->{updated} || !$argument{refresh} && $self->_is_fresh;
    $argument{on_progress}->('reading package lists') if $argument{on_progress};
    $self->{cache}->change(sub { $self->_load if $argument{refresh} || !$self->_is_fresh });
    $self->{updated} = 1;
    return;
}

sub _is_fresh ($self) {
    my $changed = (stat $self->{cache}->path($PACKAGES))[9];
    return defined $changed && time - $changed < $FRESH;
}

# Of the kernels: ({package, version, size, suite, uri, sha256}...).
sub packages ($self) {
    my $text     = $self->{cache}->read_file($PACKAGES)                // return;
    my $packages = eval { Cpanel::JSON::XS->new->utf8->decode($text) } // [];
    return @{$packages};
}

# apt goes on with the lists that it has had, and with those that it could verify.
sub _load ($self) {
    my $cache = $self->{cache};
    $self->_configure;
    my ($status, undef, $noise) =
        Copyhang::Tool->attempt([$self->_apt('apt-get', '-o', 'APT::Status-Fd=1', 'update')]);
    my @complaints = $noise =~ /^[EW]: (.*)/mg;
    $cache->check_room if @complaints;
    Copyhang::Tool->failed('read package lists', $status, $noise)
        if !$self->_lists && !$self->packages;
    print {*STDERR} "$Copyhang::Failure::Who: package lists are not all up to date: "
        . "$complaints[0]\n"
        if @complaints;
    my @packages = map { $self->_read_list(@{$_}) } $self->_lists;
    return                                                if !@packages && $self->packages;
    untestable('no suite that could be read has kernels') if !@packages;
    $cache->write_file($PACKAGES, Cpanel::JSON::XS->new->utf8->canonical->encode(\@packages));
    return;
}

# An apt of our own, except for how the machine reaches its mirrors: that is in its configuration,
# which apt reads before this file.
sub _configure ($self) {
    my $cache = $self->{cache};
    $cache->make_folder("apt/$_") for qw(state/lists/partial cache/archives/partial);
    $cache->write_file('apt/copyhang.sources', Copyhang::Apt::Sources->text);
    $cache->write_file('apt/status',           q{});
    my $folder = $cache->path('apt');
    my $user   = getpwuid $>;
    $cache->write_file('apt/apt.conf', <<"CONFIGURATION");
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
Acquire::http::Timeout "$Copyhang::Limits::MIRROR";
Acquire::https::Timeout "$Copyhang::Limits::MIRROR";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
CONFIGURATION
    return;
}

sub _apt ($self, $program, @arguments) {
    return ($program, '-c', $self->{cache}->path('apt/apt.conf'), '-q', @arguments);
}

# The lists that apt has verified: ([suite, address of the repository, file]...).
sub _lists ($self) {
    my @lines = Copyhang::Tool->run(
        'find package lists',
        [$self->_apt('apt-get', 'indextargets', '--format', '$(RELEASE) $(REPO_URI) $(FILENAME)')]
    );
    return grep { -e $_->[2] } map { [split / /, $_, 3] } @lines;
}

sub _read_list ($self, $suite, $repository, $file) {
    open my $in, '-|', $HELPER, 'cat-file', $file or untestable("cannot run $HELPER: $!");
    local $/ = q{};
    my @packages;
    while (my $paragraph = <$in>) {
        my ($name) = $paragraph =~ /\APackage: ($KERNEL\S+)/ or next;
        next if $name =~ /-dbg\z/ || $paragraph =~ /^Depends:.* linux-image-\d/m;
        my %field = $paragraph =~ /^(Version|Size|Filename|SHA256): (.*)/mg;
        next if keys %field != 4;
        push @packages,
            {
            package => $name,
            suite   => $suite,
            version => $field{Version},
            size    => $field{Size},
            uri     => $repository . $field{Filename},
            sha256  => $field{SHA256},
            };
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
        [$self->_apt($HELPER, '-o', 'APT::Status-Fd=1', 'download-file', @files)],
        sub ($line) {
            my ($percent) = $line =~ /\Adlstatus:\d+:(\d+)/ or return;
            $on_progress->("downloading, $percent %") if $percent != $at;
            $at = $percent;
        }
    );
    return;
}

1;
