#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# Bisecting what a repository of packages offers: which are taken, and that no more are downloaded.

use v5.36;
use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Cpanel::JSON::XS ();
use Fake             qw(start finish slurp case);
use FakeGuest        qw(guests);
use File::Temp       ();
use Golden           qw(golden golden_session);
use Repository       qw(new_key publish package_file image machine architecture);
use Test::More;

my $CASE = 'exit_group/sendfile/pty-pipe';

# The guest hangs if its kernel is not of 5.10.
my $PLAN = <<'PLAN';
my ($release) = map { m{/kernels/debian-([^/]+)/} } @ARGV;
open my $booted, '>>', "$folder/booted"; print {$booted} "debian-$release\n"; close $booted;
hello();
my $verdict = $release =~ /^5[.]10/ ? 'refused' : 'hang';
for my $id (@ids) {
    my $verdict = $id =~ /read_write/ ? 'safe' : $verdict;
    channel(($verdict eq 'hang' ? 'not ok ' : 'ok ') . ++$count . " $id", "#   verdict=$verdict");
}
end();
PLAN

my $place  = File::Temp->newdir;
my $mirror = "$place/mirror";
my $arch   = architecture();
my $key    = new_key("$place/key");
my $number = 40;
my %file;
for my $version (qw(5.10.218-1 5.10.262-1 6.1.170-3 6.1.172-1 6.1.174-1 6.1.192-2 6.12.9-1 7.3.4-1))
{
    my $release = ($version =~ /(\d+[.]\d+)/)[0] . '.0-' . $number++;
    $file{"$version $_"} = package_file($mirror, 'bookworm', "linux-image-$release-$_-$arch",
        $version, q{}, "boot/vmlinuz-$release-$_-$arch" => image("$release-$_-$arch", q{}, q{}))
        for qw(cloud rt);
}
publish($mirror, $key);
local $ENV{APT_CONFIG} = machine($place, "file:$mirror", $key);

my ($programs, $emulator) =
    guests([map { case ("exit_group/$_/pty-pipe", 'safe') } qw(sendfile read_write)], $PLAN);
my $cache = File::Temp->newdir;

# {exit, err, and what --json says}
sub bisect ($good, $bad, @arguments) {
    local $ENV{XDG_CACHE_HOME} = "$cache";
    local $ENV{PATH}           = "$emulator:$ENV{PATH}";
    my @command = ('bisect', '--case', $CASE, '--good', $good, '--bad', $bad, '--json', q{-});
    my ($status, $out, $err) = finish(start($programs, [@command, @arguments]));
    my $document = eval { Cpanel::JSON::XS->new->decode($out) } // {};
    return {%{$document}, exit => $status, out => $out, err => $err};
}

subtest 'the first bad one' => sub {
    my $found = bisect('debian:5.10', 'debian:7.3');
    is($found->{exit},       0,                 'is found') or diag($found->{err});
    is($found->{good}{name}, 'debian:5.10.262', 'after the last good one');
    is($found->{bad}{name},  'debian:6.1.170',  'by its own name');
    is($found->{among},      7,                 'among those of the same flavour in between');
    golden('bisect-packages.txt', $found->{err}, $arch => 'ARCH');
    my @booted = sort split /\n/, slurp("$emulator/booted");
    my @cached = sort map { m{([^/]+)\z} } glob "$cache/copyhang/kernels/*";
    is_deeply(\@cached, \@booted, 'and only what was booted was downloaded');
    cmp_ok(scalar @booted, '<', 7, 'which is not all');
};

subtest 'one that cannot be downloaded' => sub {
    rename $file{'6.1.170-3 rt'}, "$place/away" or die "rename: $!";
    my $found = bisect('debian:5.10:rt', 'debian:7.3:rt');
    is($found->{exit}, 125, 'exit 125');
    is_deeply([map { $_->{name} } @{$found->{suspects}}], ['debian:6.1.170:rt'], 'it is named');
    is($found->{good}{name}, 'debian:5.10.262:rt', 'between the last good one');
    is($found->{bad}{name},  'debian:6.1.172:rt',  'and the first bad one');
    my ($step) = grep { $_->{name} eq 'debian:6.1.170:rt' } @{$found->{steps}};
    like($step->{why}, qr/\Acannot download linux-image-6[.]1[.]0-42-rt-$arch: /, 'and why');
    unlike($step->{why}, qr/file:/, 'without where from');

    rename "$place/away", $file{'6.1.170-3 rt'} or die "rename: $!";
    $found = bisect('debian:5.10:rt', 'debian:7.3:rt', '--resume');
    is($found->{exit},      0,                   'later it is there');
    is($found->{bad}{name}, 'debian:6.1.170:rt', 'and is the one');
};

golden_session(
    'bisect-packages-refused.txt',
    sub ($command, @ends) { @{bisect(@ends)}{qw(exit out err)} },
    [
        map { ['bisect', @{$_}] }[qw(debian:5.10 debian:7.3:rt)],
        [qw(debian:5.10 debian:9)],
        [qw(debian:7.3 debian:5.10)],
        [qw(debian:5.10 debian:5.10.262)],
    ],
    {$arch => 'ARCH'}
);

done_testing;
