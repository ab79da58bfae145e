#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# Real guests of arm64 and s390x that go wrong, each in its own way: what is said of each, and that
# what the kernel writes into the channel, as it can on s390x, costs no case.
#
# long: boots seventeen guests that go wrong, translated
use v5.36;

use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Copyhang::Architecture ();
use Copyhang::Paths        ();
use Copyhang::Tool         ();
use Fake                   qw(slurp spew);
use File::Copy             qw(copy);
use File::Temp             ();
use Foreign                qw(obstacle programs foreign boot);
use Test::More;

my @ONLY  = map { ('--only', "exit_group/$_/pty-pipe") } qw(read_write sendfile splice);
my $GUEST = Copyhang::Paths->checkout . '/fixtures/guest';

# A first process that does what fault= of the kernel's command line says: init is told of it by its
# environment.
my $PLANTED = <<'C';
#include "channel.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <unistd.h>

static void sleep_on(void)
{
	for (;;)
		pause();
}

int main(void)
{
	const char *fault = getenv("fault");

	if (!strcmp(fault, "ends"))
		return 0;
	if (!strcmp(fault, "is_silent"))
		sleep_on();
	mkdir("/dev", 0755);
	mount("dev", "/dev", "devtmpfs", 0, NULL);
	open_channel();
	hello();
	say("@start");
	say("# started exit_group/read_write/pty-pipe");
	if (!strcmp(fault, "skips"))
		write_all(open(getenv("channel"), O_WRONLY), "9 416 one\n", 10);
	if (!strcmp(fault, "garbles"))
		write_all(open(getenv("channel"), O_WRONLY), "6 417 one\n", 10);
	drain_channel();
	if (!strcmp(fault, "dies"))
		return 0;
	if (!strcmp(fault, "reboots"))
		reboot(RB_AUTOBOOT);
	if (!strcmp(fault, "powers_off"))
		reboot(RB_POWER_OFF);
	sleep_on();
	return 0;
}
C

# What has a limit in time has one that is short; all others have time.
my %FAULTS = (
    ends       => [panic       => qr/Attempted to kill init/],
    dies       => [panic       => qr/Attempted to kill init/],
    is_silent  => [boot_failed => qr/nothing on the console/, BOOT_SILENT => 4],
    hangs      => [wedged      => qr/no sign of life/,        LIFE        => 2],
    reboots    => [lost        => qr/it ended without a word/],
    powers_off => [lost        => qr/it ended without a word/],
    skips      => [lost        => qr/line 9 where 6 was due/],
    garbles    => [lost        => qr/a line that is damaged: 6 417 one/],
);

sub plant ($architecture) {
    my ($folder, $from) = (File::Temp->newdir, foreign($architecture));
    copy("$from/$_", "$folder/$_") or die "cannot copy $_: $!" for 'copyhang-cases';
    spew("$folder/planted.c", $PLANTED);
    Copyhang::Tool->run(
        'compile init',
        [
            Copyhang::Architecture->triplet($architecture) . '-gcc',
            qw(-static -O1 -w -D_GNU_SOURCE),
            "-I$GUEST",
            "$folder/planted.c",
            "$GUEST/channel.c",
            '-o',
            "$folder/copyhang-init"
        ]
    );
    chmod oct 755, "$folder/copyhang-cases";
    return $folder;
}

# What comes through the channel is kept in a file, too.
sub keep_channel ($architecture, $path) {
    my $place    = File::Temp->newdir;
    my $emulator = 'qemu-system-' . Copyhang::Architecture->machine($architecture);
    my $real     = Copyhang::Tool->find($emulator);
    spew("$place/$emulator", "#!/bin/bash\nexec $real \"\$@\" > >(exec tee $path)\n");
    chmod oct 755, "$place/$emulator";
    return $place;
}

sub is_complete ($kernel, $name) {
    my %verdict = map { $_->{strategy} => $_->{verdict} } @{$kernel->{cases}};
    is($kernel->{outcome}, 'complete', "$name: complete") or diag(explain $kernel);
    return is_deeply(
        \%verdict,
        {read_write => 'safe', sendfile => 'hang', splice => 'hang'},
        'with all verdicts'
    );
}

# The kernel's console is not the channel, but on s390x it can be made so. What it says of the modules
# that init loads comes then between init's lines.
sub words_in_channel ($architecture, $name) {
    my $path     = File::Temp->new;
    my $emulator = keep_channel($architecture, "$path");
    local $ENV{PATH} = "$emulator:$ENV{PATH}";
    is_complete(boot(programs($architecture), [$name, @ONLY, '--append', 'console=ttyS1']),
        'words of the kernel');
    my @lines   = split /\r?\n/, slurp("$path");
    my @inits   = grep { $lines[$_] =~ /\A\d+ \d+ / } 0 .. $#lines;
    my @between = grep { !/\A\d+ \d+ / } @lines[$inits[0] .. $inits[-1]];
    return cmp_ok(scalar @between, '>', 3, @between . ' lines of it between those of init');
}

for my $architecture (qw(arm64 s390x)) {
    subtest $architecture => sub {
        my $name     = "debian:6.1/$architecture";
        my $obstacle = obstacle($architecture, $name);
        plan skip_all => $obstacle if defined $obstacle;
        my $planted  = plant($architecture);
        my $programs = programs($architecture, "$planted");
        for my $fault (sort keys %FAULTS) {
            my ($outcome, $detail, %limits) = @{$FAULTS{$fault}};
            my $kernel = boot($programs, [$name, @ONLY, '--append', "fault=$fault"], %limits);
            is($kernel->{outcome}, $outcome, "one that $fault: $outcome")
                or diag(explain $kernel);
            like($kernel->{detail}, $detail, 'with its reason');
        }
        words_in_channel($architecture, $name) if $architecture eq 's390x';
    };
}

done_testing;
