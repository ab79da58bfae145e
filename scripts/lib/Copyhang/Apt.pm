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
use Copyhang::Cache        ();
use Copyhang::Failure      qw(untestable);
use Copyhang::Limits       ();
use Copyhang::Tool         ();
use Cpanel::JSON::XS       qw(encode_json decode_json);

my $HELPER   = '/usr/lib/apt/apt-helper';
my $PACKAGES = 'apt/packages.json';
my $PROBE    = 'apt/room';                  # apt does not always say that the disk is full

# Which packages are of interest.
my $KERNEL = qr/linux-(?:image|binary|modules|base)-\d/;

sub new ($class) { return bless {cache => Copyhang::Cache->new}, $class }

# Loads the package lists if they are more than a day old, or always when refresh is set; once at
# most. Arguments: refresh, on_progress => code($text).
sub update ($self, %argument) {
    my $is_due = sub () { $argument{refresh} || (-M $self->{cache}->path($PACKAGES) // 1) >= 1 };
    return                                            if $self->{updated} || !$is_due->();
    $argument{on_progress}->('reading package lists') if $argument{on_progress};
    $self->{cache}->change(sub { $self->_load if $is_due->() });
    $self->{updated} = 1;
    return;
}

# Of the kernels: ({package, version, size, suite, uri, sha256}...).
sub packages ($self) {
    my $text     = $self->{cache}->read_file($PACKAGES) // '[]';
    my $packages = eval { decode_json($text) }          // [];
    return @{$packages};
}

# apt goes on with the lists that it has had, and with those that it could verify.
sub _load ($self) {
    my $cache = $self->{cache};
    $self->_configure;
    my ($status, undef, $noise) = Copyhang::Tool->attempt([$self->_apt('apt-get', 'update')]);
    my @complaints = $noise =~ /^[EW]: (.*)/mg;
    $cache->write_file($PROBE, "\0" x 2**20) if @complaints;
    my @lists    = $self->_lists;
    my $had_some = $self->packages;
    Copyhang::Tool->failed('read package lists', $status, $noise) if !@lists && !$had_some;
    print {*STDERR} "$Copyhang::Failure::Who: package lists are not all up to date: "
        . "$complaints[0]\n"
        if @complaints;
    $cache->remove($PROBE);
    my @packages = map { $self->_read_list(@{$_}) } @lists;
    untestable('no suite that could be read has kernels')  if !@packages && !$had_some;
    $cache->write_file($PACKAGES, encode_json(\@packages)) if @packages;
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

sub _apt ($self, $program, @arguments) {
    return ($program, '-c', $self->{cache}->path('apt/apt.conf'), @arguments);
}

# The lists that apt has verified: ([suite, address of the repository, file]...).
sub _lists ($self) {
    my @command = ('indextargets', '--format', '$(RELEASE) $(REPO_URI) $(FILENAME)');
    my @lines   = Copyhang::Tool->run('find package lists', [$self->_apt('apt-get', @command)]);
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
        sub ($line) {
            my ($percent) = $line =~ /\Adlstatus:\d+:(\d+)/ or return;
            $on_progress->("downloading, $percent %") if $percent != $at;
            $at = $percent;
        }
    );
    return;
}

1;
