# SPDX-License-Identifier: GPL-2.0-only
#
# LAVA's lava-run, on this machine, without its server: Debian's packages of it, unpacked in the cache
# and not installed.
#
# It runs in namespaces of its own, with its own /var/lib, in memory: nothing of it stays on this
# machine, and when it ends, however it does, so does all that it has started. That wants root, or a
# system on which everybody may be root in such a namespace (unshare -r).
package Copyhang::Lava::Dispatcher;

use v5.36;
use Copyhang::Cache   ();
use Copyhang::Failure qw(bad_input untestable);
use Copyhang::Output  ();
use Copyhang::Tool    ();
use File::Temp        ();

# What lava-run loads. The package itself depends on ten times as much.
my @PACKAGES = map { "python3-$_" } qw(
    certifi chardet configobj idna jinja2 magic markupsafe netifaces pexpect pkg-resources
    ptyprocess pyudev requests setproctitle six tz urllib3 voluptuous yaml
);
push @PACKAGES,
    qw(bmap-tools libmagic-mgc libmagic1 lava-common lava-dispatcher lava-dispatcher-host);

my $LAVA    = 'usr/bin/lava-run';
my $MODULES = 'usr/lib/python3/dist-packages';
my $STUBS   = 'stubs';
my $MEMORY  = '1g';                                                         # of its files, at most
my @APART   = qw(unshare --mount --pid --fork --kill-child --mount-proc);

# $0: the packages, $1: an empty folder, $2: the job.
my $SCRIPT = <<"END";
set -e
mount -t tmpfs -o size=$MEMORY copyhang "\$1"
mkdir "\$1/upper" "\$1/work" "\$1/out"
mount -t overlay -o "lowerdir=/var/lib,upperdir=\$1/upper,workdir=\$1/work" copyhang /var/lib
mkdir -p /var/lib/lava/dispatcher/tmp
export PYTHONPATH="\$0/$STUBS:\$0/$MODULES" PYTHONDONTWRITEBYTECODE=1
exec python3 "\$0/$LAVA" --job-id 1 --output-dir "\$1/out" --device "\$2/device.yaml" "\$2/job.yaml"
END

# Refuses where it cannot work, and gets the packages.
sub new ($class) {
    my @apart = $> ? (@APART, '--map-root-user') : @APART;
    my ($status, undef, $noise) = Copyhang::Tool->attempt([@apart, 'true']);
    bad_input('lava-run wants to be root, or unshare -r, which does not work here: '
            . Copyhang::Tool->reason($status, $noise))
        if $status // 1;

    # What is compiled in there is for one version of python.
    my @python = Copyhang::Tool->run('ask python3 for its version', [qw(python3 --version)]);
    my $cache  = Copyhang::Cache->new;
    my $folder = 'unpacked/lava-' . $cache->key("@python @PACKAGES");
    $cache->make($folder, \&_fill);
    return bless {
        folder => $cache->path($folder),
        apart  => \@apart,
        rooms  => File::Temp->newdir,
        count  => 0
    }, $class;
}

# This machine's apt knows the packages, or it does not.
sub _fill ($folder) {
    my $script = 'cd "$0" && apt-get -q download "$@" && for deb in *.deb; do'
        . ' dpkg-deb -x "$deb" . || exit; done; rm -- *.deb';
    my ($status, undef, $noise) =
        Copyhang::Tool->attempt(['sh', '-c', $script, $folder, @PACKAGES]);
    untestable("LAVA's packages are not to be had from the sources of this machine's apt: "
            . Copyhang::Tool->reason($status, $noise))
        if $status // 1;

    # It loads this to make disks of file systems; it makes none here.
    mkdir "$folder/$STUBS" or bad_input("cannot make $folder/$STUBS: $!");
    return Copyhang::Output->new("$folder/$STUBS/guestfs.py")->write(q{});
}

# What runs the job in a folder of Copyhang::Lava::Job's.
sub command ($self, $job) {
    my $room = "$self->{rooms}/" . ++$self->{count};
    mkdir $room or bad_input("cannot make $room: $!");
    return (@{$self->{apart}}, 'sh', '-c', $SCRIPT, $self->{folder}, $room, $job);
}

1;
