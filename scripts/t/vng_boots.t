#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# long: virtme-ng's guests boot, translated, with a machine's whole user space in them
#
# Cases under virtme-ng itself, 1.35 of trixie: they come to the verdicts that matrix has, vng's exit
# status gets through, and a kernel that panics is told from one on which a case hangs.
use v5.36;
use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Copyhang::Kernel ();
use Copyhang::Paths  ();
use Cpanel::JSON::XS ();
use Fake             qw(copyhang finish start slurp spew case programs);
use File::Temp       ();
use Real             qw(launch);
use Test::More;
use Unpacked qw(beside packages reason);

my $KERNEL = q{debian:6.12.118};                     # has virtiofs in itself
my @ONLY   = ('--only', 'exit_group/s*/pty-pipe');
my @MODULES =
    map { "python3-$_/bookworm" }
    qw(argcomplete certifi chardet idna pkg-resources requests urllib3);

# virtiofsd is the one that is not qemu's; it wants a newer C library than this machine may have.
my @VNG    = ('virtme-ng/trixie', @MODULES, map { "$_/bookworm" } qw(libkmod2 libudev1 udev));
my @DAEMON = map { "$_/trixie" } qw(libc6 libcap-ng0 libgcc-s1 libseccomp2 virtiofsd);

plan skip_all => 'needs root: it mounts, for itself alone' if $>;
my ($vng,    $why)    = reason(sub { packages(@VNG) });
my ($daemon, $why_no) = reason(sub { packages(@DAEMON) });
plan skip_all => $why // $why_no if !$vng || !$daemon;
my ($kernel, $no_kernel) =
    reason(sub { my $one = Copyhang::Kernel->find($KERNEL); $one->fetch; $one });
plan skip_all => $no_kernel if !$kernel;
my ($image) = reverse $kernel->images;
my $place = File::Temp->newdir;

# virtiofsd with that library, where vng looks for it.
my $started = File::Temp->newdir;
my ($libraries) = glob "$daemon/usr/lib/*-linux-gnu";
system('mkdir', '-p', "$started/usr/libexec") == 0 or die 'mkdir';
spew("$started/usr/libexec/virtiofsd",
    qq{#!/bin/sh\nexec $libraries/ld-linux-*.so.2 --library-path $libraries $daemon/usr/libexec/virtiofsd "\$@"\n}
);
chmod oct 755, "$started/usr/libexec/virtiofsd";

# (exit status, standard output, standard error) of a command there.
sub there (@command) {
    my $room = File::Temp->newdir;
    return finish(launch(beside($room, $vng, "$started"), @command));
}

sub wrapper ($programs, $name) {
    is((copyhang($programs, qw(export vng --output), "$place/$name"))[0], 0, "a script: $name");
    return "$place/$name";
}

# id => verdict, of TAP.
sub verdicts ($tap) {
    my (%verdict, $id);
    for (split /\n/, $tap) {
        $id           = $1 if /^(?:not )?ok \d+ (\S+)/;
        $verdict{$id} = $1 if /^#   verdict=(\w+)/;
    }
    return \%verdict;
}

my @slowly = ('env', 'VNG_OPTIONS=--disable-kvm --verbose');
my $real   = Copyhang::Paths->programs;
my ($status, $out, $err) = there(@slowly, wrapper($real, 'real'), $image, @ONLY);
is($status, 1, 'something hangs: 1') or diag($err);
my (undef, $json) = finish(start($real, ['matrix', $KERNEL, @ONLY, '--json', q{-}]));
my ($result) = @{Cpanel::JSON::XS->new->decode($json)->{kernels}};
my %verdict = map { $_->{id} => $_->{verdict} } @{$result->{cases}};
is_deeply(verdicts($out), \%verdict, 'the verdicts are those of matrix');
like($out, qr/^# kernel=\Q$result->{release}\E /m, 'of that kernel');

# A case program that takes its kernel down.
my $deadly = programs([case ('exit_group/read_write/file-pipe', 'safe')]);
spew("$deadly/copyhang-cases", "#!/bin/sh\necho 1..1\necho c >/proc/sysrq-trigger\nsleep 99\n");
($status, $out, $err) = there(@slowly, wrapper($deadly, 'deadly'), $image);
is($status, 125, 'a panic: 125');
like($err, qr/copyhang-vng: a panic, or worse$/m,           'which is told');
like($err, qr/Kernel panic - not syncing: sysrq triggered/, 'after what the kernel said');

my $hang = 'exit_group/splice/pty-pipe';
my @step =
    ($^X, "$Bin/../copyhang", 'bisect-step', '--vng', $image, '--case', $hang, '--no-install');
($status, $out) = there('env', "COPYHANG_PROGRAMS=$real", @step);
is($status, 1, 'a step: bad') or diag($out);
done_testing;
