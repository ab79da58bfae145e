#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# The collection in a kernel's own tree: its make installs and packs it, its runner plays it, and what
# LKFT makes of the result has one name for each case.
#
# sample: plays few cases in the tree of the kernel whose source is installed; --all: all of them, and
# some also in the newest one's, and makes it from the top of both trees, too
use v5.36;
use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Copyhang::Paths ();
use Cwd             qw(getcwd);
use Fake            qw(copyhang finish slurp spew);
use File::Temp      ();
use Real            qw(launch program);
use Test::More;
use Unpacked qw(newest_source reason selftests);

my $SELFTESTS = 'tools/testing/selftests';
my $all       = ($ENV{COPYHANG_CASES} // 'sample') eq 'all';
my (undef, $list) = finish(launch(program(), '--list'));
my @ids  = split /\n/, $list;
my %acts = map { s{/.*}{}r => 1 } @ids;

# LKFT's names: all but letters, digits, _ and - becomes _, and so does what it makes of _-.
sub lkft ($id) { return $id =~ s/[^A-Za-z0-9_-]+/_/gr =~ s/_-/__/gr }

my %name;
push @{$name{lkft($_)}}, $_ for @ids;
is_deeply([grep { @{$_} > 1 } values %name], [], 'each case has a name of its own');

subtest 'a folder here' => sub {
    my $place  = File::Temp->newdir;
    my $before = getcwd();
    chdir $place or die "$place: $!";
    my @export = (Copyhang::Paths->programs, 'export', 'kselftest');
    my ($status, $out, $err) = copyhang(@export);
    is($status, 0, 'written') or diag($err);
    is($out, sprintf("copyhang: %d tests, %d cases\n", scalar keys %acts, scalar @ids), 'says so');
    for my $act (sort keys %acts) {
        my (undef, $cases) = finish(launch("$place/copyhang/$act", '--list'));
        is($cases, join(q{}, map { "$_\n" } grep { m{\A$act/} } @ids), $act);
    }
    is((copyhang(@export))[0], 0, 'written again');
    spew('copyhang/Makefile', "# somebody's own\n");
    ($status, undef, $err) = copyhang(@export);
    is_deeply(
        [$status, $err],
        [2,       "copyhang export: copyhang is there already, and was not made by this command\n"],
        q{what is somebody else's is left}
    );
    chdir $before or die "$before: $!";
};

subtest 'a skip without its reason' => sub {
    my @skipped  = ('--only', 'fsfreeze/read_write/*', qw(--only promise/read_write/intact-af_alg));
    my @confined = ('setpriv', '--bounding-set=-all',  program());
    my (undef, $bare) = finish(launch(@confined, @skipped, '--bare-skips'));
    my (undef, $full) = finish(launch(@confined, @skipped));
    my @reasons = $full =~ /^ok .* # SKIP (.+)$/mg;
    plan skip_all => 'nothing is unavailable here' if !@reasons;
    is(() = $bare =~ /^ok \d+ \S+ # SKIP$/mg, scalar @reasons, 'bare');
    unlike($bare, qr/# SKIP./, 'all of them');
    is_deeply(
        [$bare =~ /^#   reason=(.+)$/mg],
        [$full =~ /^#   reason=(.+)$/mg],
        'the reason below'
    );
};

for my $program (qw(make rsync)) {
    next if !system "command -v $program >/dev/null";
    diag("$program is missing");
    done_testing;
    exit;
}
my @archives = glob '/usr/src/linux-source-*.tar.*';
tree('of the source that is installed', sub { @archives && selftests($archives[-1]) }, $all);
if ($all) {
    tree('the newest', sub { selftests(newest_source()) }, 0);
    from_top('of the source that is installed', sub { @archives && selftests($archives[-1], 1) });
    from_top('the newest',                      sub { selftests(newest_source(), 1) });
}
done_testing;

# Makes, packs and plays it, also with what the build makes elsewhere.
sub tree ($what, $code, $whole) {
    subtest $what => sub {
        my ($folder, $why) = reason($code);
        plan skip_all => $why // 'no source of a kernel is installed' if !$folder;
        my $place = File::Temp->newdir;
        system('cp', '-a', $folder, "$place/linux") == 0 or die 'cp';
        my ($status, undef, $err) =
            copyhang(Copyhang::Paths->programs, qw(export kselftest --into), "$place/linux");
        is($status, 0, 'written into it') or diag($err);
        my %made = (
            "$place/linux/$SELFTESTS"         => [],
            "$place/linux/relative/kselftest" => ['O=relative'],
            "$place/absolute/kselftest"       => ["O=$place/absolute"],
        );
        for my $where (sort keys %made) {
            packed("$place/linux/$SELFTESTS", "$where/kselftest_install", @{$made{$where}});
        }
        played("$place/absolute/kselftest/kselftest_install", $whole);
    };
}

# As a kernel is built: configured, and its selftests made by its own Makefile. In the tree itself last:
# from then on it is not clean.
sub from_top ($what, $code) {
    subtest "from the top: $what" => sub {
        my ($folder, $why) = reason($code);
        plan skip_all => $why // 'no source of a kernel is installed' if !$folder;
        my $place = File::Temp->newdir;
        system('cp', '-a', $folder, "$place/linux") == 0 or die 'cp';
        mkdir "$place/$_" for qw(absolute linux/relative);
        copyhang(Copyhang::Paths->programs, qw(export kselftest --into), "$place/linux");
        for my $where ("O=$place/absolute", 'O=relative', undef) {
            my @make = ('make', '-s', '-C', "$place/linux", $where // ());
            my $made =
                !defined $where ? "$place/linux/$SELFTESTS" : $where =~ s/O=//r . '/kselftest';
            $made = "$place/linux/$made" if $made !~ m{\A/};
            for my $target (qw(allnoconfig kselftest-install kselftest-gen_tar)) {
                my ($status, $out, $err) = finish(launch(@make, 'TARGETS=copyhang', $target));
                is($status, 0, join q{ }, 'make', $where // (), $target) or diag("$out$err");
            }
            has_all("$made/kselftest_install");
        }
    };
    return;
}

sub packed ($selftests, $installed, @options) {
    my @make = ('make', '-C', $selftests, 'TARGETS=copyhang', @options);
    for my $target (qw(install gen_tar)) {
        my ($status, $out, $err) = finish(launch(@make, $target));
        is($status, 0, "make @options $target") or diag("$out$err");
    }
    return has_all($installed);
}

sub has_all ($installed) {
    my %there = map { $_ => 1 } split /\n/, slurp("$installed/kselftest-list.txt");
    is_deeply(\%there, {map { ("copyhang:$_" => 1) } keys %acts}, 'each act is a test');
    my (undef, $names) =
        finish(launch('tar', '-tf', "$installed/kselftest-packages/kselftest.tar.gz"));
    my @missing = grep { $names !~ m{^[.]/copyhang/$_$}m } keys %acts,
        qw(copyhang-cases config settings);
    is_deeply(\@missing, [], 'packed, too');
}

sub played ($installed, $whole) {
    my @only = qw(--only */read_write/* --only */splice/*-pipe --only promise/*/intact-*);
    local @ENV{map { 'KSELFTEST_' . uc . '_ARGS' } keys %acts} =
        ($whole ? q{} : "@only") x keys %acts;
    my (undef, $listed) = finish(launch(program(), '--list', $whole ? () : @only));
    my @expected = split /\n/, $listed;

    # It opens its standard output anew: all have to append.
    system("sh '$installed/run_kselftest.sh' -c copyhang >>'$installed/output' 2>&1 </dev/null");
    my $output  = slurp("$installed/output");
    my @results = $output =~ /^# (?:not )?ok \d+ (\S+)(?: # (?:SKIP|error))?$/mg;
    is_deeply([sort @results], [sort @expected], 'run_kselftest.sh plays what it is told to');
    my @tests = $output =~ /^(?:not )?ok \d+ selftests: copyhang: (\w+)/mg;
    is_deeply([sort @tests], [sort keys %acts], 'and tells of each test');
    parsed($output, @expected);
}

# With LKFT's own parser, of which no copy is here.
sub parsed ($output, @expected) {
SKIP: {
        my $parser = ($ENV{COPYHANG_CONSUMERS} // '/nowhere') . '/parse-output.py';
        skip 'no parse-output.py: COPYHANG_CONSUMERS names no folder that has it', 1 if !-e $parser;
        my ($modules, $why) = reason(sub { Unpacked::packages('python3-tap/bookworm') });
        skip $why, 1 if !$modules;
        my $place = File::Temp->newdir;
        mkdir "$place/output";    # for the logs that it writes
        spew("$place/tap", $output);
        local $ENV{PYTHONPATH} = "$modules/usr/lib/python3/dist-packages";
        my (undef, $out) = finish(
            launch('sh', '-c', 'cd "$1" && exec /usr/bin/python3 "$2" <tap', 'sh', $place, $parser)
        );
        my @names = map { /\A(\S+) (?:pass|fail|skip)\z/ ? $1 : () } split /\n/, $out;
        my @cases = map { 'copyhang_' . s{/.*}{}r . '_' . lkft($_) } @expected;
        my @acts  = map { "copyhang_$_" } keys %acts;
        is_deeply([sort @names], [sort @cases, @acts], 'LKFT has a stable name for each');
    }
}
