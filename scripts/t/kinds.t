#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# Each kind of failure on each engine: how it is told there (t/golden/kinds.txt), and that no two look
# alike that are the fault of different people. Users of such engines complain of
#
#     panic            a panic that cannot be told from a time-out (virtme-ng#70, #217)
#     exit status      which gets lost (virtme-ng#48)
#     split            kernel messages in the midst of results (meta-qcom#2250)
#     infrastructure   whose failures are reported as FAIL (kernelci-pipeline#1153)
#     incomplete       jobs stored as pass (kernelci-pipeline#451)
#     no retry         before a regression is declared (kernelci-pipeline#853)
#     time-out         at which all information is lost (os-autoinst-distri-opensuse#26140)
#
# and each of these has its rows here.
use v5.36;
use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Copyhang::Fault  ();
use Cpanel::JSON::XS ();
use Fake             qw(start finish copyhang slurp spew case);
use FakeGuest        qw(guests image);
use FakeLava         qw(job_log);
use File::Temp       ();
use Golden           qw(golden);
use Real             qw(launch);
use Test::More;

my @IDS     = map { "a/b.$_/s$_-pipe" } 1 .. 3;
my $JSON    = Cpanel::JSON::XS->new->canonical;
my $place   = File::Temp->newdir;
my %PATIENT = map { ($_ => $Fake::LIMIT) } qw(BOOT BOOT_SILENT LIFE SILENCE);
my %SHORT   = (LIFE => 0.3, BOOT_SILENT => 0.3);

# The third case is the one, in guests of ours and of LAVA's.
my $PANIC = 'Kernel panic - not syncing: planted';
my $LAVAS = 'boot(); hello(); result(@ids[0, 1])';

sub ours ($verdict, $status = 256) {
    return q{hello(); play(@ids[0, 1]); started($ids[2]);}
        . qq{channel("not ok 3 \$ids[2]", '#   verdict=$verdict', '#   reason=planted'); end($status)};
}

sub lavas ($verdict) {
    return
        qq{$LAVAS; frame(told(\$ids[2], '$verdict')); result_of(\$ids[2], '$verdict'); end(256); over()};
}

# What a guest of ours does in which the third case ends so.
sub deadly ($end) {
    return qq{hello(); for (\@ids) { started(\$_); if (m{/s3-}) { $end } result(\$_) } end()};
}

# The same in two of LAVA's jobs.
sub dies ($end) {
    return ("boot(); hello(\@ids); result(\@ids[0, 1]); $end", "boot(); hello(\$ids[2]); $end");
}

# What is complained of, what happens, and whose fault that is; and how it comes about, where it does:
# in matrix, in jobs of LAVA's (of lava-run, or a server's), with the case program under virtme-ng ([what
# it prints, vng's exit status]), and with the case program itself.
my @KINDS = (
    [
        none => 'all is well',
        undef,
        matrix => 'hello(); play(@ids); end()',
        lava   => ['boot(); hello(); result(@ids); end(); over()'],
        vng    => ['1..1\nok 1 x\n#   verdict=safe\n', 0],
        case   => ['safe'],
    ],
    [
        'exit status' => 'a case hangs',
        'kernel',
        matrix => ours('hang'),
        lava   => [lavas('hang')],
        vng    => ['1..1\nnot ok 1 x\n#   verdict=hang\n', 1],
        case   => ['hang'],
    ],
    [
        panic => 'a case makes the kernel panic',
        'kernel',
        matrix => deadly(qq{console('$PANIC'); exit 0}),
        lava   => [dies(qq{console('$PANIC'); fails('Infrastructure', 'Connection closed')})],
        vng    => ['1..1\n', 255],
    ],
    [
        infrastructure => 'a kernel does not come up',
        'kernel',
        matrix => 'exit 0',
        lava   => [q{boot(); fails('Job', 'auto-login-action timed out after 600 seconds')}],
    ],
    [
        panic => 'a guest says no more as a case is played',
        'unknown',
        matrix => deadly('hang()'),
        limits => \%SHORT,
        lava   => [dies(q{fails('LAVATimeout', 'lava-test-shell timed out after 660 seconds')})],
    ],
    [
        'time-out' => 'a guest says no more, from case to case',
        'unknown',
        matrix => q{hello(); play(shift @ids); hang()},
        limits => \%SHORT,
        lava   => [
            map {
                qq{boot(); hello(\$ids[$_]); result(\$ids[$_]); fails('LAVATimeout', 'timed out')}
            } 0,
            1,
            2
        ],
    ],
    [
        'exit status' => 'a case cannot be set',
        'ours',
        matrix => ours('broken'),
        lava   => [lavas('broken')],
        vng    => ['1..1\nnot ok 1 x # error\n#   verdict=broken\n', 1],
        case   => ['broken'],
    ],
    [
        'exit status' => 'the case program is killed',
        'ours',
        matrix => deadly('end(9)'),
        lava   => [dies('end(9); over()')],
        vng    => ['1..1\n', 137],
        case   => ['safe',   'print "TAP version 13\n1..1\n"; kill 9, $$'],
    ],
    [
        split => 'a result is spoilt on its way',
        'unknown',
        matrix =>
            q{hello(); play(@ids[0, 1]); print substr(frame("ok 3 $ids[2]"), 0, 9), "\n"; hang()},
        lava => [
            (
                qq{$LAVAS; my \$l = framed('ok 3 x'); console(substr(\$l, 0, 5) . '[    5.000000] watchdog: BUG', substr \$l, 5); end(); over()}
            ) x 2
        ],
        vng => ['1..2\nok 1 x\nok [    5.000000] watchdog: BUG 2 y\n', 0],
    ],
    [
        incomplete => 'our job is no job',
        'ours',
        lava => [q{fails('Job', "Invalid job data: ['nothing']")}],
    ],
    [
        infrastructure => 'the emulator does not start',
        'lab',
        matrix => 'print STDERR "no memory\n"; exit 1',
        lava   => [(q{fails('Infrastructure', 'No space left on device')}) x 2],
        vng    => [q{}, 1],
    ],
    [
        incomplete => 'a worker is gone in the midst of a job',
        'lab',
        lava => [($LAVAS) x 2],
    ],
    [
        'no retry' => 'a worker fails, and another one does not',
        undef,
        lava => [$LAVAS, 'boot(); hello(); result(@ids); end(); over()']
    ],
    [incomplete     => 'LAVA has lost the job',      'lab',  lava  => []],
    [infrastructure => 'a kernel cannot be fetched', 'lab',  fetch => 'debian:6.6'],
    ['exit status'  => 'there is no such kernel',    'user', asks  => ['debian:0.1']],
    ['exit status'  => 'there is no such case',      'user', asks  => [qw(IMAGE --only nothing)]],
);

my ($programs, $emulator) = guests([map { case ($_, 'safe') } @IDS], q{});
my $image = image($emulator, 'vmlinuz');
local $ENV{XDG_CACHE_HOME} = "$place/cache";
offer(
    {
        package => 'linux-image-6.6.6-cloud-amd64',
        version => '6.6.6-1',
        suite   => 'sid',
        size    => 1,
        uri     => "file:///nowhere/x.deb",
        sha256  => '0' x 64
    }
);
my $wrapper = "$place/copyhang-vng";
copyhang($programs, qw(export vng --output), $wrapper);
plant("$place/vng", q{cat "${0%/*}/said"; exit "$(cat "${0%/*}/status")"});

my (@told, %alike);
for my $kind (@KINDS) {
    my ($complaint, $what, $fault, %how) = @{$kind};
    my @lines;
    for my $engine (qw(matrix lava vng case fetch asks)) {
        my $code = __PACKAGE__->can("by_$engine");
        push @lines, map { [$engine, $_] } $code->($how{$engine}, \%how) if defined $how{$engine};
    }
    push @told, "$what: " . ($fault // 'nobody') . " ($complaint)",
        (map { sprintf '  %-7s %s', $_->[0], $_->[1] } @lines), q{};
    push @{$alike{"@{$_}"}{$fault // 'nobody'}}, $what for @lines;
}
golden('kinds.txt', join "\n", @told);
for my $line (sort keys %alike) {
    my %faults = %{$alike{$line}};
    is(keys %faults, 1, $line) or diag(explain \%faults);
}

# Every outcome that there is has a fault, and is one of the manual's.
my $manual = join q{ },
    map { slurp("$Bin/../man/copyhang-$_.pod") =~ s/\s+/ /gr } qw(matrix import);
for my $outcome (Copyhang::Fault->outcomes) {
    my $words = $outcome =~ tr/_/ /r;
    ok($manual =~ /C<\Q$words\E>|=item \Q$words\E /, "the manual tells of $words");
}
done_testing;

# --- The engines: lines that tell what is seen there ---

sub by_matrix ($plan, $how) {
    spew("$emulator/plan", $plan);
    unlink "$emulator/boots";
    local $ENV{PATH} = "$emulator:$ENV{PATH}";
    my @command = ('matrix', $image, '--json', "$place/json", '--junit', "$place/xml");
    return seen((finish(start($programs, \@command, %PATIENT, %{$how->{limits} // {}})))[0]);
}

# Of lava-run and of a server's alike: t/lava_run.t, t/lava_server.t.
sub by_lava ($plans, $how) {
    my $job = File::Temp->newdir;
    spew("$job/copyhang.json",
        $JSON->encode({schema => 1, kernel => {name => $image}, cases => \@IDS}));
    spew("$job/log-$_.yaml", job_log($plans->[$_ - 1], @IDS)) for 1 .. @{$plans};
    my @command = ('import', 'lava', $job, '--json', "$place/json", '--junit', "$place/xml");
    return seen((copyhang($programs, map { "$_" } @command))[0]);
}

# What JSON, JUnit and KCIDB have, which CI systems of the field read; and the exit status.
sub seen ($status) {
    my ($kernel) = @{$JSON->decode(slurp("$place/json"))->{kernels}};
    my ($case)   = grep { $_->{id} eq $IDS[2] } @{$kernel->{cases}};
    my @safe     = grep { $_->{verdict} eq 'safe' } @{$kernel->{cases}};
    my $line     = join '; ', "exit $status",
        join(': ', $kernel->{outcome}, $kernel->{detail} // ()),
        (map { "trouble: $_" } @{$kernel->{troubles}}),
        @safe . ' safe',
        $case ? join(': ', $case->{verdict}, $case->{reason} // ()) : ();
    return ($line, 'junit: ' . junit(), 'kcidb: ' . kcidb());
}

sub junit () {
    my $xml = slurp("$place/xml");
    $xml =~ s/<!\[CDATA\[.*?\]\]>//gs;
    my ($counts) = join q{ }, map { $xml =~ /<testsuite [^>]*\b($_="\d+")/ } qw(failures errors);
    my @wrong    = map {
        my ($name, $in) = m{name="([^"]*)">(.*)}s;
        $in =~ /<(\w+)/ ? ("$name: $1 " . type($in)) : ()
    } $xml =~ m{<testcase (.*?)</testcase>}gs;
    return join '; ', $counts, @wrong;
}

sub type ($element) { return $element =~ /type="([^"]*)"/ ? $1 : q{} }

sub kcidb () {
    my (undef, $out) = copyhang($programs, 'export', 'kcidb', "$place/json");
    my %test   = map { $_->{path} => $_ } @{$JSON->decode($out)->{tests}};
    my ($case) = map { $test{$_} } grep { /s3-pipe/ } keys %test;
    return join '; ', (
        map {
            "$_ $test{$_}{status}"
                . (defined $test{$_}{misc}{fault} ? " ($test{$_}{misc}{fault})" : q{})
            }
            grep { $test{$_} } qw(boot copyhang)
        ),
        $case ? "case $case->{status}" : ();
}

sub by_vng ($said, $how) {
    spew("$place/said",   $said->[0] =~ s/\\n/\n/gr);
    spew("$place/status", $said->[1]);
    local $ENV{PATH} = "$place:$ENV{PATH}";
    my ($status, undef, $err) = finish(launch($wrapper, $image));
    return join '; ', "exit $status", grep { length } $err =~ s/^copyhang-vng: |\n\z//gr;
}

# On the running kernel: the command, and what run_kselftest.sh and LKFT have of the program.
sub by_case ($how, $) {
    my ($verdict, $play) = @{$how};
    my $folder = Fake::programs([case ($IDS[0], $verdict)], $play);
    my ($status) = copyhang($folder, 'run', '--junit', "$place/xml");
    my ($ended, $tap) = finish(launch("$folder/copyhang-cases"));
    my ($line)         = $tap =~ /^((?:not )?ok .*)$/m;
    my ($verdict_line) = $tap =~ /^#   (verdict=\w+)$/m;
    return (
        "exit $status; junit: " . junit(),
        join '; ',
        "kselftest: exit $ended",
        $line         // (),
        $verdict_line // ()
    );
}

# Of what the mirror offers, and does not have.
sub by_fetch ($name, $) {
    local $ENV{PATH} = "$emulator:$ENV{PATH}";
    my ($status) =
        copyhang($programs, 'matrix', $name, '--json', "$place/json", '--junit', "$place/xml");
    return seen($status);
}

sub offer (@packages) {
    system('mkdir', '-p', "$place/cache/copyhang/apt") == 0 or die 'mkdir';
    spew("$place/cache/copyhang/apt/apt.conf", q{});
    return spew("$place/cache/copyhang/apt/packages.json", $JSON->encode(\@packages));
}

sub by_asks ($arguments, $) {
    my ($status, undef, $err) =
        copyhang($programs, 'matrix', map { s/IMAGE/$image/r } @{$arguments});
    return "exit $status; " . $err =~ s/\n\z//r;
}

sub plant ($path, $script) {
    spew($path, "#!/bin/sh\n$script\n");
    return chmod oct 755, $path;
}
