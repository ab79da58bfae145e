#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# long: makes an image, and before it the Debian that it is made of
#
# The Containerfile is built by Debian's buildah, unpacked, of a trixie that debootstrap makes from this
# machine's mirror: no registry is asked. In the image `copyhang run` tells of this kernel and `copyhang
# matrix` boots another one.
use v5.36;
use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Copyhang::Tool ();
use Cwd            ();
use Fake           qw(finish spew);
use File::Temp     ();
use List::Util     qw(first);
use Real           qw(launch);
use Test::More;
use Unpacked qw(beside packages reason);

my $SUITE    = 'trixie';
my $KERNEL   = 'debian:6.12';
my $ONLY     = 'exit_group/s*/pty-pipe';
my @PACKAGES = map { "$_/bookworm" } qw(buildah debootstrap golang-github-containers-common
    golang-github-containers-image libassuan0 libdevmapper1.02.1 libgpgme11 libseccomp2);

# $0: the folder of the sources, $1: a mirror, $2: a suite, and then what is wanted of the image. No
# container of buildah's needs a control group, or an engine, if it is isolated by chroot.
my $SCRIPT = <<'END';
set -e
export BUILDAH_ISOLATION=chroot TMPDIR=/var/tmp
printf '[storage]\ndriver = "vfs"\nrunroot = "/run/storage"\ngraphroot = "/var/storage"\n' >/etc/containers/storage.conf
debootstrap --variant=minbase "$2" /var/base "$1" >&2
base=$(buildah from scratch)
buildah copy -q "$base" /var/base / >&2
buildah commit -q "$base" localhost/base >&2
buildah rm "$base" >&2
rm -rf /var/base
buildah bud --network host --build-arg BASE=localhost/base -f "$0/scripts/package/Containerfile" -t copyhang "$0" >&2
copyhang=$(buildah from localhost/copyhang)
buildah inspect --format 'entry: {{.OCIv1.Config.Entrypoint}} {{.OCIv1.Config.Cmd}}' localhost/copyhang
echo
for command in "run --only $3" "matrix --only $3 $4"; do
	set -f
	buildah run --network host "$copyhang" copyhang $command && status=0 || status=$?
	echo "$command: exit $status"
done
END

plan skip_all => 'needs root: buildah mounts, for itself alone' if $>;
plan skip_all => "no $_ here" for grep { !Copyhang::Tool->find($_) } qw(wget gpgv);
my ($folder, $why) = reason(sub { packages(@PACKAGES) });
plan skip_all => $why if !$folder;
my $mirror =
    first { defined }
    map { m{^(\S+)/? (?:$SUITE|bookworm|stable)$} ? $1 : undef } Copyhang::Tool->run(
    "read apt's sources",
    [
        qw(apt-get indextargets --no-release-info --format),
        '$(REPO_URI) $(RELEASE)',
        'Created-By: Packages',
        'Component: main'
    ]
    );
plan skip_all => "apt's sources of this machine name no mirror of Debian" if !defined $mirror;

my $sources = Cwd::abs_path("$Bin/../..");
my $place   = File::Temp->newdir;
local $Fake::LIMIT = 3600;
my ($status, $out, $err) = finish(
    launch(beside($place, $folder), 'sh', '-c', $SCRIPT, $sources, $mirror, $SUITE, $ONLY, $KERNEL)
);
is($status, 0, 'the image is built') or diag(substr $err, -2000);
like($out, qr/^entry: \[copyhang\] \[run\]$/m, 'it is copyhang, and runs');
my ($ran, $booted) = split /^run .*: exit /m, $out;
like($ran,           qr/^Linux \S+ \(\w+\): .*\bhang\b/m, 'copyhang run tells of this kernel');
like($booted // q{}, qr/\A1\n/,                           'that something hangs');
like($out,           qr/^1 of 1 kernels? complete/m,      'copyhang matrix boots another one');
like($out,           qr/^matrix .*: exit 1$/m,            'on which something hangs');
done_testing;
