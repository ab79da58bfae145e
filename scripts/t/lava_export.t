#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# Jobs for LAVA: what is in the folder of each. That LAVA takes them show others (t/lava_run.t).

use v5.36;
use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Copyhang::Lava::Job ();
use Copyhang::Tool      ();
use Fake                qw(start finish slurp spew case);
use FakeGuest           qw(guests image);
use File::Temp          ();
use Real                qw(launch);
use Test::More;
use Unpacked qw(packages reason);

plan skip_all => "no $_ here" for grep { !Copyhang::Tool->find($_) } qw(busybox cpio gzip);

# What a server takes: lava-run does not ask for it. A machine may have none of it.
my @WITH = map { "python3-$_/bookworm" } qw(voluptuous yaml);
my %schema;
for my $suite (qw(bookworm sid)) {
    ($schema{$suite}, my $why) = reason(sub { packages("lava-common/$suite", @WITH) });
    diag("not validated with lava-common of $suite: $why") if !$schema{$suite};
}

my @IDS = qw(exit_group/go-1.24rc2/pty-pipe exit_group/splice/pty-pipe close/splice/pty-pipe);

my ($programs, $place) = guests([map { case ($_, 'safe') } @IDS], q{});
my $cache = File::Temp->newdir;
local $ENV{XDG_CACHE_HOME} = "$cache";
my $image = image($place, 'vmlinuz');

sub export (@arguments) {
    return finish(start($programs, ['export', 'lava', '--into', "$place/into", @arguments]));
}

# Whether LAVA takes the job, as of a suite.
sub is_taken ($suite, $takes, $what) {
SKIP: {
        skip "no lava-common of $suite", 1 if !$schema{$suite};
        local $ENV{PYTHONPATH} = "$schema{$suite}/usr/lib/python3/dist-packages";
        my $code = 'import sys, yaml; from lava_common.schemas import validate;'
            . ' validate(yaml.safe_load(open(sys.argv[1])))';
        my ($how, undef, $said) =
            finish(launch('/usr/bin/python3', '-c', $code, "$place/into/vmlinuz/job.yaml"));
        is($how ? 0 : 1, $takes, "$suite: $what") or diag($said);
    }
    return;
}

my ($status, $out, $err) = export($image, '--only', 'exit_group/*', '--append', q{a.b="c d"});
is("$status $err", '0 ',                             'exported');
is($out,           "$place/into/vmlinuz/job.yaml\n", 'and says what to submit');

is_taken($_, 1, 'LAVA takes it') for qw(bookworm sid);

my $job = slurp("$place/into/vmlinuz/job.yaml");
like($job, qr{^device_type: "qemu"$}m,                                  'a type of device');
like($job, qr{url: "file://$place/into/vmlinuz/kernel"$}m,              'the kernel');
like($job, qr{-append '[^'"]*\bconsole=ttyS0 [^'"]* a[.]b=\\"c d\\"'}m, 'its command line');
like($job, qr{panic=-1.*-no-reboot}m, 'one that dies ends its emulator');
unlike($job, qr{quiet|loglevel}, 'and it is heard');
is(slurp("$place/into/vmlinuz/kernel"), slurp($image), 'the kernel is there');

my ($both, $paths) = export($image, image($place, 'other'), '--only', 'exit_group/*');
is($both . $paths =~ tr/\n//, '02', 'two at once');
like(slurp("$place/into/$_/job.yaml"), qr/^metadata: \{copyhang: "\S+"\}$/m, 'are alike')
    for qw(vmlinuz other);

my $known = Copyhang::Lava::Job->read("$place/into/vmlinuz");
is_deeply([sort @{$known->{ids}}], [sort @IDS[0, 1]], 'it is known which cases');
is($known->{name}, $image, 'and of which kernel');

# What there is in the guest, and what is in one of its files.
my $root = File::Temp->newdir;
Copyhang::Tool->run(
    'unpack',
    [
        'sh',                                           '-c',
        'cd "$0" && gzip -dc <"$1" | cpio -id --quiet', "$root",
        "$place/into/vmlinuz/ramdisk.cpio.gz"
    ]
);
for my $file (qw(init bin/sh bin/mkdir copyhang/shell copyhang/copyhang-cases)) {
    ok(-l "$root/$file" || -e "$root/$file", "a guest has /$file");
}
is(slurp("$root/copyhang/ids.txt"), "$IDS[0]\n$IDS[1]\n", 'the ids');
like(slurp("$root/copyhang/environment.txt"), qr/^PS1=copyhang# $/m, 'the prompt that LAVA awaits');
ok(!-e "$root/copyhang/expected.txt", 'nothing is expected');

mkdir "$place/baselines";
spew("$place/baselines/vmlinuz.json", <<'JSON');
{"schema": 1, "kernel": {}, "cases": {"exit_group/go-1.24rc2,splice/pty-pipe": "hang"}}
JSON
is(
    (export($image, '--baseline', "$place/baselines", '--files-url', 'http://files.example/x'))[0],
    0,
    'with a baseline'
);
$job = slurp("$place/into/vmlinuz/job.yaml");
like($job, qr{url: "http://files[.]example/x/vmlinuz/kernel"$}m, 'the files are elsewhere');
Copyhang::Tool->run(
    'unpack',
    [
        'sh',                                            '-c',
        'cd "$0" && gzip -dc <"$1" | cpio -idu --quiet', "$root",
        "$place/into/vmlinuz/ramdisk.cpio.gz"
    ]
);
is(
    slurp("$root/copyhang/expected.txt"),
    "exit_group/go-1.24rc2/pty-pipe hang\nexit_group/splice/pty-pipe hang\n",
    'what is expected'
);

# For LAVA 2026.04, and a guest without a shell.
my @new = ('--expected', '--only', 'exit_group/*');
is((export($image, @new))[0], 0, 'with what is expected');
$job = slurp("$place/into/vmlinuz/job.yaml");
like(
    $job,
    qr{^      expected:\n      - exit_group[.]go-1[.]24rc2[.]pty-pipe\n      - exit_group[.]splice}m,
    'the cases'
);
like($job, qr{^      - kernel\n      - end$}m, 'and our two');
is_taken('bookworm', 0, 'LAVA does not know that');
is_taken('sid',      1, 'LAVA takes it');
is((export($image, '--monitors'))[0], 0, 'without a shell');
is_taken($_, 1, 'LAVA takes it') for qw(bookworm sid);
is((export($image, @new, '--baseline', "$place/baselines", '--monitors'))[0], 0, 'with both');
$job = slurp("$place/into/vmlinuz/job.yaml");
like($job, qr{^    monitors:$}m,                      'monitors');
like($job, qr{^      - exit_group_splice_pty_pipe$}m, 'in the names that they have');
unlike($job, qr{prompts|overlays|definitions}, 'and no shell');
Copyhang::Tool->run(
    'unpack',
    [
        'sh',    '-c', 'rm -rf "$0"/* && cd "$0" && gzip -dc <"$1" | cpio -id --quiet',
        "$root", "$place/into/vmlinuz/ramdisk.cpio.gz"
    ]
);
ok(-e "$root/copyhang/monitored", 'the guest knows it');
ok(!-e "$root/bin",               'and has nothing of busybox');

my %refused = (
    'no such kernel'    => [['/nowhere'],                       qr{no kernel '/nowhere'}],
    'no such case'      => [[$image, '--only', 'x'],            qr/no case matches 'x'/],
    'no such baselines' => [[$image, '--baseline', '/nowhere'], qr{no folder /nowhere}],
    'the same names'    => [[$image, "$place/./vmlinuz"],       qr{two kernels would both be in}],
    'nobody made DIR'   => [[$image, '--into', '/nowhere/x'],   qr{cannot make /nowhere/x}],
);
for my $what (sort keys %refused) {
    my ($arguments, $why) = @{$refused{$what}};
    my ($how, undef, $said) = export(@{$arguments});
    is($how, 2, "$what: refused");
    like($said, $why, 'and why');
}

done_testing;
