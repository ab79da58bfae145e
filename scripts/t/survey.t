#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# copyhang exec: what the front end makes of one program, and of a list of them.

use v5.36;

use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Copyhang::Paths          ();
use Copyhang::Survey         ();
use Copyhang::Survey::Record ();
use Cpanel::JSON::XS         qw(decode_json);
use Fake                     qw(copyhang slurp spew);
use File::Temp               ();
use Golden                   qw(golden golden_session);
use Real                     qw(planted);
use Test::More;

my $programs = Copyhang::Paths->programs;
my $place    = File::Temp->newdir;
my @unix     = ('--source', 'unix');

# By a name that is as long everywhere: it is in the reports.
mkdir "$place/bin";
symlink planted('program'), "$place/bin/program";
local $ENV{PATH} = "$place/bin:$ENV{PATH}";

subtest 'a safe one' => sub {
    my ($status, $out, $err) = copyhang(
        $programs,      'exec', @unix,     '--json',  "$place/json", '--junit',
        "$place/junit", '--',   'program', 'plainly', 'read_write'
    );
    is($status, 0,   'exit 0');
    is($err,    q{}, 'quietly');
    golden('exec-safe.txt', $out);
    my $document = decode_json(slurp("$place/json"));
    is($document->{schema}, 1, 'JSON');
    is_deeply($document->{command}, [qw(program plainly read_write)], 'with the command');
    my ($case) = @{$document->{cases}};
    is($case->{id},                'exit_group/exec/unix-pipe',          'and the case');
    is($case->{evidence}{cascade}, 'read 128 KiB, then write to stdout', 'with its cascade');
    is(() = slurp("$place/junit") =~ /<testcase/g, 1,                    'JUnit');
};

subtest 'one that is broken' => sub {
    my ($status, $out) = copyhang($programs, 'exec', @unix, '--', qw(program once_told read_write));
    is($status, 125, 'nothing could be tested');
    golden('exec-broken.txt', $out);
};

subtest 'refused' => sub {
    spew("$place/columns", "cat coreutils -\n");
    spew("$place/twice",   "cat coreutils - cat\ncat coreutils - cat\n");
    spew("$place/none",    "# nothing\n");
    spew("$place/row",     "cat coreutils no_row cat\n");
    spew("$place/absent",  "no no - /no/such/program\n");
    spew("$place/since",   "cat coreutils - cat\nsince dog 1.0\n");
    spew("$place/needs",   "cat coreutils - cat\nneeds dog cat\n");
    golden_session(
        'exec-refused.txt',
        sub (@arguments) { copyhang($programs, @arguments) },
        [
            map { ['exec', @{$_}] } [],
            ['--', 'nosuch'],
            [qw(--source no -- cat)],
            [qw(--jobs x -- cat)],
            [qw(--install -- cat)],
            [qw(--install --no-install --survey), "$place/none"],
            ['--survey', "$place/none", '--', 'cat'],
            map { ['--survey', "$place/$_"] } qw(nofile columns twice none row absent since needs)
        ]
    );
};

# One does as the row says, one does not, and one does as one of two rows says.
subtest 'survey' => sub {
    spew("$place/list", <<"END");
# name package rows command

true-to-it  none    read_write             program plainly read_write
otherwise   none    read_write             program plainly splice_private
one-of-two  none    splice,splice_private  'program' plainly splice_private
absent      absent  -                      no-such-program
END
    my ($status, $out) =
        copyhang($programs, 'exec', @unix, '--survey', "$place/list", '--json', "$place/json");
    is($status, 0, 'all are safe');
    golden('exec-survey.txt', $out);
    my $document = decode_json(slurp("$place/json"));
    my %program  = map { $_->{name} => $_ } @{$document->{programs}};
    is_deeply(
        $program{otherwise}{mismatches},
        [
            {
                id      => 'exit_group/exec/unix-pipe',
                row     => 'read_write',
                program => 'splice 1 MiB to private pipe, then splice to stdout',
                table   => 'read 128 KiB, then write to stdout',
            },
        ],
        'both cascades in JSON'
    );
    is_deeply([map { scalar @{$program{$_}{mismatches}} } qw(true-to-it one-of-two)],
        [0, 0], 'no other');
    ok(!$program{absent}{installed}, 'what is not installed');
    is_deeply(
        [sort map { $_->{program} } @{$document->{cases}}],
        [qw(one-of-two otherwise true-to-it)],
        'cases name their program'
    );
};

# Both ways, kept as data: what is not tried again stays as it was.
subtest '--record' => sub {
    my $list = <<'END';
forth  none  splice  program plainly splice
back   none  -       program plainly read_write
since forth  1.0
END
    spew("$place/list", $list);
    my @survey = ('exec', '--survey', "$place/list", '--record', "$place/record");
    my ($status, undef, $err) = copyhang($programs, @survey, '--html', "$place/page");
    is($status, 1,   'one is not safe');
    is($err,    q{}, 'quietly');
    my $record = decode_json(slurp("$place/record"));
    my ($forth) = @{$record->{programs}};
    is_deeply([map { $_->{name} } @{$record->{programs}}], [qw(forth back)], 'both, in order');
    like($forth->{date}, qr/\A\d{4}-\d\d-\d\d\z/, 'when it was');
    ok($forth->{agrees}, 'agrees with the row');
    is($record->{programs}[1]{agrees}, undef, 'of which the other one has none');
    is_deeply(
        [map { "$_->{direction} $_->{verdict}: @{$_->{ends}}" } @{$forth->{seen}}],
        [
            'forward hang: pty unix tcp',
            'forward safe: pipe file',
            'reverse hang: pty unix tcp',
            'reverse safe: full_pipe'
        ],
        'what was seen'
    );
    my $page = slurp("$place/page");
    like($page, qr{<th>forth</th><th>[?]</th><td class="hang">who reads from it</td>}, 'a page');
    like($page, qr{<td>1[.]0</td>}, 'since when');

    spew("$place/list", $list =~ s/program plainly splice/no-such-program/r);
    copyhang($programs, @survey);
    is_deeply(decode_json(slurp("$place/record"))->{programs}[0], $forth, 'stays as it was');
    spew("$place/record", '{}');
    ($status) = copyhang($programs, @survey);
    is($status, 2, 'what is no record is refused');
};

# Which ends a program meets, what it cannot do without, and what is not tried, and why.
subtest 'more of a program' => sub {
    spew("$place/list", <<'END');
# lines that say more may come first
ends some   --source unix --source pipe
ends two    --source unix --sink unix --act self_kill
two         none            splice_private,read_write  program plainly read_write
some        none            -        program plainly read_write
less        cat,some-dog    splice   program plainly read_write
failing     none            -        sh -c 'echo no luck >&2; exit 1'
needs less  no-such-program
not  other  it is another one
END
    my @survey = ('exec', '--survey', "$place/list", '--record', "$place/more");
    my ($status, $out) = copyhang($programs, @survey, '--html', "$place/page");
    like($out, qr/^less +skip +not installed [(]cat,some-dog[)]$/m, 'what lacks something');
    my $record = decode_json(slurp("$place/more"));
    my ($two, $some) = @{$record->{programs}};
    is_deeply([map { @{$_->{ends}} } @{$some->{seen}}], [qw(unix pipe)], 'some ends');
    my ($seen) = @{$two->{seen}};
    is_deeply([$seen->{direction}, @{$seen->{ends}}], ['between', 'unix to unix'], 'no pipe');
    ok($two->{agrees}, 'the rows met the same ends');
    my %why = map { $_->{name} => $_->{why} } @{$record->{left_out}};
    is($why{less},  'not to be had (cat,some-dog)', 'why it is not tried');
    is($why{other}, 'it is another one',            'what the list says');
    like($why{failing},        qr/ended with 1 .*it said: no luck/,   'what it said');
    like(slurp("$place/page"), qr{<li>other: it is another one</li>}, 'on the page');
    like(
        Copyhang::Survey::Record->read("$place/more")->short,
        qr/^Nobody, .*: two, some\nSeen .*: two\nNot tried: failing, less, other$/m,
        'in short'
    );
    ($status, $out) = copyhang($programs, @survey, '--source', 'tcp', '--verbose');
    like($out, qr/^some +tcp to pipe +safe/m, 'other ends, when told so');
};

# apt-get, npm and a compiler that say what they were asked for.
subtest '--install' => sub {
    mkdir "$place/$_" for qw(tools cache);
    my %tool = (
        'dpkg-query' => 'exit 1',
        'apt-cache'  => 'case $2 in absent) ;; *) echo "$2 | 1 | here" ;; esac',
        'apt-get'    => 'ln -s "$PLANTED" "$TOOLS/from-debian"; echo "apt-get $*" >>"$TOOLS/told"',
        'sudo'       => 'exec "$@"',
        'npm'        => 'shift; echo "npm $*" >>"$TOOLS/told"',
        'make'       => 'for last; do :; done; ln -s "$PLANTED" "$last"; echo 3 >"$last.version"',
    );
    for my $name (keys %tool) {
        spew("$place/tools/$name", "#!/bin/sh\n$tool{$name}\n");
        chmod oct 755, "$place/tools/$name";
    }
    local @ENV{qw(TOOLS PLANTED XDG_CACHE_HOME)} =
        ("$place/tools", planted('program'), "$place/cache");
    local $ENV{PATH} = "$place/tools:$ENV{PATH}";
    spew("$place/list", <<'END');
debian  package,another  -  from-debian plainly read_write
absent  absent       -  no-such-program
npm     npm:@a/b     -  {npm}/@a/b/none
built   compiler     -  {built}/copy-c plainly read_write
END
    my @survey = ('exec', @unix, '--survey', "$place/list", '--record', "$place/installed");
    my ($status, $out, $err) = copyhang($programs, @survey);
    is($status, 125, 'nothing is got without being asked for');
    ok(!-e "$place/tools/told", 'nothing at all');
    ($status, $out, $err) = copyhang($programs, @survey, '--install');
    is($status, 0, 'what could be got is tried');
    like($err, qr/^survey: not to be had here: absent$/m, 'what could not is named');
    my $told = slurp("$place/tools/told");
    like($told, qr/^apt-get .*install -y --no-install-recommends package another$/m, 'Debian\'s');
    unlike($told, qr/compiler/, 'not what a compiler that is there could build');
    like($told, qr{^npm .* \@a/b$}m, 'one of npm');
    my %version =
        map { $_->{name} => $_->{version} } @{decode_json(slurp("$place/installed"))->{programs}};
    is_deeply(\%version, {debian => undef, built => '3'}, 'versions that are known');
};

# What copies only with something around it.
subtest 'fixtures/copy' => sub {
    my $copy = Copyhang::Paths->fixture('copy');
    spew("$place/bytes", join q{}, map { "line $_\n" } 1 .. 20_000);
    for my $kind (['tar', '-x -O -f -'], ['cpio', '-i --to-stdout --quiet']) {
        my ($tool, $how) = @{$kind};
    SKIP: {
            skip "no $tool", 1 if system "$tool --version >'$place/version' 2>&1";
            system
                "'$copy/archive' $tool <'$place/bytes' | $tool $how >'$place/out' 2>'$place/noise'";
            my $out = slurp("$place/out");
            ok(length $out > 1e5 && index(slurp("$place/bytes"), $out) == 0,
                "$tool takes the archive, but for its torn end");
        }
    }
    spew("$place/client", <<'END');
use IO::Socket::INET;
my $server = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $ARGV[0]) or exit 9;
print $server "there and back\n";
shutdown $server, 1;
print while <$server>;
END
    is(`'$copy/echo' '$^X' '$place/client' '{port}' </dev/null`, "there and back\n", 'an echo');
    is($?, 0, 'with the status of the command');
};

# A player that tells what it is told.
subtest '--jobs' => sub {
    mkdir "$place/programs";
    symlink "$programs/copyhang-cases", "$place/programs/copyhang-cases";
    spew("$place/programs/copyhang-exec", <<"END");
#!/bin/sh
case "\$*" in *--jobs*) echo "\$2" >>'$place/told' ;; esac
exec '$programs/copyhang-exec' "\$@"
END
    chmod oct 755, "$place/programs/copyhang-exec";
    spew("$place/two", map { "$_ none - program plainly read_write\n" } qw(one other));
    for my $jobs (1, 8) {
        spew("$place/told", q{});
        copyhang("$place/programs", 'exec', @unix, '--survey', "$place/two", '--jobs', $jobs);
        my $share = $jobs == 1 ? 1 : 4;
        is(slurp("$place/told"), "$share\n$share\n", "two programs share $jobs");
    }
};

subtest 'fixtures/programs' => sub {
    my $list = "$Bin/../../fixtures/programs";
    plan skip_all => 'not a checkout' if !-e $list;
    my ($status, $out) = copyhang($programs, 'exec', @unix, '--survey', $list, '--verbose');
    like($status, qr/\A[01]\z/,                                'can be surveyed');
    like($out,    qr/^coreutils-cat +unix to pipe +safe +\w/m, 'cat is safe');

    # That of coreutils is of one release; other distributions have others, which is then told.
    unlike($out, qr/^mismatch $_/m, "the row of $_ is true") for qw(busybox-cat bun ruby);
};

# The short table of README.md is that of the record.
subtest 'fixtures/survey' => sub {
    my $top = "$Bin/../..";
    plan skip_all => 'not a checkout' if !-e "$top/fixtures/survey";
    my $record = Copyhang::Survey::Record->read("$top/fixtures/survey");
    my ($block) = slurp("$top/README.md") =~ /^```\n(program +version .*?)^```$/ms;
    is($block, $record->short, 'in README.md');
    my %named = map { $_->{name} => 1 } Copyhang::Survey->read("$top/fixtures/programs");
    ok($named{$_->{name}}, "$_->{name} is in fixtures/programs") for $record->programs;
};

done_testing;
