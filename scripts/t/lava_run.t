#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# copyhang matrix --engine lava-run, with a planted lava-run that prints what a log says; t/lava_boots.t
# has the real one.

use v5.36;
use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Copyhang::Tool ();
use Fake           qw(start finish slurp spew case);
use FakeGuest      qw(guests image);
use FakeLava       qw(job_log);
use File::Temp     ();
use Real           qw(adopt_orphans comes_true all_gone);
use Test::More;

plan skip_all => "no $_ here" for grep { !Copyhang::Tool->find($_) } qw(busybox cpio gzip);

my @IDS = map { "a/b.$_/s$_-pipe" } 1 .. 3;
my ($programs, $place) = guests([map { case ($_, 'safe') } @IDS], 'hang()');
my $cache  = File::Temp->newdir;
my @images = map { image($place, $_) } qw(one two three);
adopt_orphans();
local $ENV{XDG_CACHE_HOME} = "$cache";
local $ENV{PATH}           = "$place:$ENV{PATH}";

# In the place of what makes namespaces, and of apt.
sub plant ($name, $script) {
    spew("$place/$name", "#!/bin/sh\n$script\n");
    return chmod oct 755, "$place/$name";
}
my $APART = <<'END';
for last; do :; done
[ "$last" != true ] || exit 0
echo "$*" >>"$PLACE/calls"
log=$PLACE/${last##*/}
[ ! -e "$log.again" ] || mv "$log.again" "$log.log"
[ ! -e "$log.next" ] || mv "$log.next" "$log.again"
cat "$log.log" >&2
END

sub plant_well () {
    plant('unshare', $APART =~ s/\$PLACE/$place/gr);
    plant('apt-get', ': >lava.deb');
    return plant('dpkg-deb', 'mkdir -p "$3/usr"');
}

sub matrix (@arguments) {
    return finish(start($programs, ['matrix', '--engine', 'lava-run', @arguments]));
}

my $WELL = q{boot(); hello(); result(@ids); end(); over()};
plant_well();
spew("$place/one.log", job_log($WELL, @IDS));
spew("$place/two.log",
    job_log(q{boot(); hello(); result($ids[0]); fails('Infrastructure', 'no')}, @IDS));

my $panics = q{console('Kernel panic - not syncing: planted'); fails('Infrastructure', 'gone')};
spew("$place/three.log",  job_log(qq{boot(); hello(); result(\@ids[0, 1]); $panics},  @IDS));
spew("$place/three.next", job_log(q{boot(); hello(); result($ids[2]); end(); over()}, @IDS));

my ($status, $out, $err) = matrix(@images, '--state', "$place/state", '--verbose');
is($status, 1, 'one kernel is complete, and the others are not') or diag($err);
like($out, qr/^1 of 3 kernels complete/m,                               'as it says');
like($out, qr/^\S+two: lab failed: Infrastructure: no$/m,               'and whose fault it is');
like($out, qr/^\S+three: panic: Kernel panic - not syncing: planted$/m, 'one panics');
like(
    $out,
    qr{^\S+/three +6[.]6[.]6 +\d+[.]\d s +3 +0  panic$}m,
    'booted again, it has all verdicts'
);
like(slurp("$place/calls"), qr/^--mount --pid /m, 'in namespaces of its own');
ok(glob("$cache/copyhang/unpacked/lava-*"), 'its packages are in the cache');
is(slurp("$place/state/one/log-1.yaml"), slurp("$place/one.log"), 'the log is kept');

my ($again, $imported) =
    finish(start($programs, ['import', 'lava', "$place/state", '--verbose']));
is($again,                        1,                        'it can be read once more');
is($imported =~ s/in [\d.]+ s//r, $out =~ s/in [\d.]+ s//r, 'and says the same');

spew("$place/one.log", "Traceback (most recent call last):\n", "ImportError: no module named x\n");
($status, $out) = matrix($images[0]);
is($status, 125, 'a lava-run that does not work');
like($out, qr/lab failed: ImportError: no module named x/, 'and what it said');

my %refused = (
    'without namespaces' => [
        'unshare', 'echo "unshare: Operation not permitted" >&2; exit 1',
        2, qr/lava-run wants to be root, or unshare -r, .*: unshare: Operation not permitted/
    ],
    'without packages' => [
        'apt-get', 'echo "E: Unable to locate package lava-common" >&2; exit 100',
        125,       qr/LAVA's packages are not to be had .*: Unable to locate package lava-common/
    ],
);

for my $what (sort keys %refused) {
    my ($name, $script, $want, $why) = @{$refused{$what}};
    plant($name, $script);
    local $ENV{XDG_CACHE_HOME} = "$place/$name-cache";
    ($status, $out, $err) = matrix($images[0]);
    is($status, $want, "$what: exit $want");
    like($err, $why, 'and why');
    plant_well();
}
for my $bad (['--engine', 'nowhere'], ['--exec', 'cat'], ['--carry', '/']) {
    is((matrix($images[0], @{$bad}))[0], 2, "@{$bad}: refused");
}

# What it started goes with it.
plant('unshare',
    "for last; do :; done; [ \"\$last\" = true ] || { : >$place/hangs; exec sleep $Fake::FOREVER; }"
);
for my $signal (qw(INT KILL)) {
    unlink "$place/hangs";
    my $job = start($programs, ['matrix', '--engine', 'lava-run', $images[0]]);
    ok(comes_true(sub { -e "$place/hangs" }), 'it runs');
    kill $signal, $job->{pid};
    like((finish($job))[0], qr/signal/, "SIG$signal ends it");
    ok(all_gone(), 'and lava-run');
}

done_testing;
