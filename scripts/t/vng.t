#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# Cases under virtme-ng: a vng that boots nothing, but runs what it is told to here, or ends as one does
# whose guest fell into a panic. The cases are real.
use v5.36;
use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Copyhang::Paths ();
use Fake            qw(copyhang finish slurp spew);
use FakeGuest       qw(guests image);
use File::Temp      ();
use Real            qw(launch);
use Test::More;

# It has --verbose kernel messages on standard error, as a guest with a console has.
my $VNG = <<'END';
#!/bin/sh
printf '%s\n' "$@" >"${0%/*}/called"
while [ "$1" != -- ]; do shift; done
shift
[ ! -e "${0%/*}/panic" ] || {
	echo 'TAP version 13'
	echo '1..2'
	echo 'Kernel panic - not syncing: planted' >&2
	exit 255
}
exec sh -c "$*"
END
my $SAFE = 'exit_group/read_write/file-pipe';
my $HANG = 'exit_group/sendfile/pty-pipe';
my (undef, $emulator) = guests([], 'hang()');
spew("$emulator/vng",   $VNG);
spew("$emulator/mount", "#!/bin/sh\n");    # what it would mount would be mounted here
chmod oct 755, "$emulator/vng", "$emulator/mount";
my $programs = Copyhang::Paths->programs;
my $kernel   = image($emulator, 'vmlinuz');
my $script   = "$emulator/it's a script";
local $ENV{XDG_CACHE_HOME} = File::Temp->newdir;

my ($status, $out, $err) = copyhang($programs, qw(export vng --output), $script);
is_deeply([$status, $out], [0, "$script\n"], 'a script') or diag($err);
my $hangs = (finish(launch("$programs/copyhang-cases", '--only', $HANG)))[0];
{
    local $ENV{PATH} = "$emulator:$ENV{PATH}";
    is(script($kernel, '--only', $SAFE), 0, 'safe: 0');
    my @called = split /\n/, slurp("$emulator/called");
    is_deeply([@called[0 .. 3]], ['-r', $kernel, '--user', 'root'], 'in the kernel');
    is(script($kernel, '--only', $HANG),            $hangs, 'its exit status is that of the cases');
    is(script($kernel, '--only', q{*/'no such'/*}), 125,    'all skipped: 125');
    is(script('--inside', '--list', '--only', $SAFE), 0,    'inside');
    is(script($kernel, '--list', '--only', $SAFE),    125,  'no results: 125');
    is(script(),                                      125,  'no kernel: 125');
    my @step = ($programs, 'bisect-step', '--vng', $kernel, '--case');
    is((copyhang(@step, $SAFE))[0], 0,      'a step: good');
    is((copyhang(@step, $HANG))[0], $hangs, 'a step: as the case is');
    spew("$emulator/panic", q{});
    is(script($kernel, '--only', $SAFE), 125, 'a panic: 125');
    ($status, $out) = copyhang(@step, $SAFE);
    is($status, 125, 'a step: 125');
    like($out, qr/skip \(lost: vng: the kernel fell into a panic, or worse: exit status 255\)/,
        'and why');
    like($out, qr/Kernel panic - not syncing: planted/, 'with what it said');
    is((copyhang(@step, $SAFE, '--tree', q{.}))[0], 255, '--vng and --tree exclude each other');
}
SKIP: {
    skip 'virtme-ng is installed', 2 if !system 'command -v vng >/dev/null';
    is(script($kernel, '--only', $SAFE), 125, 'no virtme-ng: 125');
    ($status, undef, $err) = copyhang($programs, 'bisect-step', '--vng', $kernel, '--case', $SAFE);
    is_deeply(
        [$status, $err],
        [255,     "copyhang bisect-step: virtme-ng is missing: no vng\n"],
        'a step says so'
    );
}
done_testing;

sub script (@arguments) {
    my ($how, undef, $said) = finish(launch($script, @arguments));
    diag($said) if $how eq '127' || $said =~ /syntax error/i;
    return $how;
}
