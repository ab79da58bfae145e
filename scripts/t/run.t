#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
use strict;
use warnings;
use feature 'signatures';
no warnings 'experimental::signatures';

use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Archive::Tar ();
use Fake         qw(programs copyhang slurp case);
use File::Temp   ();
use JSON::PP     qw(decode_json);
use Test::More;

my $folder = programs(
    [
        case ('exit_group/read_write/pty-pipe',  'safe'),
        case ('exit_group/read_write/unix-pipe', 'safe'),
        case ('exit_group/read_write/pty-file',  'safe'),
        case ('exit_group/private/pty-pipe',     'safe'),
        case ('exit_group/private/unix-pipe',    'safe'),
        case ('exit_group/private/pty-file',     'safe'),
        case ('exit_group/sendfile/pty-pipe',    'hang'),
        case ('exit_group/sendfile/unix-pipe',   'safe'),
        case ('exit_group/range/pty-pipe',       'refused'),
        case ('exit_group/fuse/pty-pipe',        'unavailable'),
        case ('close/sendfile/pty-pipe',         'hang'),
        case ('close/sendfile/unix-pipe',        'hang'),
        case ('execve/sendfile/pty-pipe',        'hang'),
        case ('execve/sendfile/unix-pipe',       'hang'),
    ]
);
my $place = File::Temp->newdir;

subtest 'the report' => sub {
    my ($status, $out, $err) = copyhang($folder, 'run');
    my $prose = $out =~ s/\n/ /gr;
    is($status, 1,   'a hang without a baseline: exit 1');
    is($err,    q{}, 'quiet without a terminal');
    like($out, qr/^exit_group\n.*\bto pipe\s+to file$/ms,      'a table, sinks apart');
    like($out, qr/^  read_write, private +safe +safe +safe$/m, 'equal strategies share a row');
    like($out, qr/^  sendfile +hang +safe +-$/m,               'what is no case is -');
    like($out, qr/^close, execve\n.*\n +pty, unix\n  sendfile +hang$/m, 'equal acts share a table');
    like(
        $out,
        qr{^hang exit_group/sendfile/pty-pipe and 4 more in sendfile\n}m,
        "evidence of the first"
    );
    like($out,   qr/^  bystander.stack     pipe_release\+0x1f/m,     'with the stack');
    like($prose, qr/Unsafe: sendfile from pty and unix to pipe[.]/,  'the unsafe strategy');
    like($prose, qr/Safe wherever tried: read_write and private[.]/, 'the safe strategies');
    like($prose, qr/Refused wherever tried: range[.]/,               'the refused one');
    like($prose, qr/Unavailable here: fuse[.]/,                      'the unavailable one');
    like($prose, qr/hung while the copy waited: exit_group, close and execve;/, 'acts');
    like($prose, qr/SIGKILL did not end it in 5 of 5 cases/,                    'not killable');
    like($out, qr/^14 cases in \d+[.]\d s: 7 safe, 1 refused, 5 hang, 1 unavailable\n\z/m,
        'counts');
    unlike($out, qr/\e/, 'no colours without a terminal');
    is((grep { length > 100 } split /\n/, $out), 0, 'in 100 columns');
};

subtest 'what is alike is told once' => sub {
    my %verdict = (read_write => 'safe', sendfile => 'hang', range => 'refused');
    my @cases   = map {
        my $strategy = $_;
        map { case ("exit_group/$strategy/$_", $verdict{$strategy}) }
            qw(pty-pipe pty-fifo unix-fifo)
    } sort keys %verdict;
    push @cases, case ('close/sendfile/pty-pipe', 'hang'), case ('poll/sendfile/pty-pipe', 'safe');
    my (undef, $out) = copyhang(programs(\@cases), 'run');
    like($out, qr/^exit_group\nthe same where tried: close\n/m, 'an act that agrees');
    like($out, qr/^poll\n +to pipe$/m,                          'one that does not');
    like($out, qr/^  refused: range$/m,                         'refused everywhere');
    unlike($out, qr/range +refused/, 'without a row');
    my $prose = $out =~ s/\n/ /gr;
    like($prose, qr/Unsafe: sendfile from pty to pipe, from pty and unix to fifo[.]/, 'sinks');
    like($prose, qr/Shown: 1 of 4[.] hang in exit_group [(]3[)], close [(]1[)][.]/,   'failures');
    my ($status, $all) = copyhang(programs(\@cases), 'run', '--verbose');
    like($all, qr/^  range +refused/m, '--verbose: all rows');
    like($all, qr/^close\n +to pipe/m, 'and tables');
};

subtest 'a broken promise is no hang' => sub {
    my @cases = (
        case ('exit_group/loop/pty-pipe',  'safe'),
        case ('exit_group/other/pty-pipe', 'hang'),
        case ('promise/loop/proc-file',    'corrupt', 'promise=all of it', 'reason=too short'),
        case ('promise/other/proc-file',   'corrupt', 'promise=all of it', 'reason=too short'),
    );
    my ($status, $out) = copyhang(programs(\@cases), 'run');
    my $prose = $out =~ s/\n/ /gr;
    is($status, 1, 'fails');
    like(
        $prose,
        qr/Unsafe: other from pty to pipe[.] Corrupt: loop and other from proc to file[.]/,
        'each has its sentence'
    );
    unlike($prose, qr/Safe wherever/, 'and is not safe');
    like($prose, qr/What hung while the copy waited: exit_group;/,  'what hung');
    like($out,   qr{^corrupt promise/loop/proc-file and 1 more\n}m, 'shown once');
    like($out,   qr/^  promise +all of it$/m,                       'with what was promised');
};

subtest '--verbose' => sub {
    my (undef, $out) = copyhang($folder, 'run', '--verbose');
    like($out, qr/^  read_write +safe +safe +safe\n  private +safe/m, 'strategies apart');
    like($out, qr/^close\n.*^execve\n/ms,                             'acts apart');
    is(() = $out =~ m{^(?:safe|hang|refused|unavailable) \w+/}gm, 14, 'evidence of every case');
};

subtest '--only, --jobs' => sub {
    my ($status, $out) =
        copyhang($folder, 'run', '--only', '*/read_write/*', '--only', '*/private/*', '--jobs', 8);
    is($status, 0, 'only safe ones');
    like($out, qr/^6 cases in/m, 'two globs add up');
    is(slurp("$folder/jobs"), "exit_group 8\n", 'one program gets all of the jobs');
    unlink "$folder/jobs";
    copyhang($folder, 'run', '--jobs', 8);
    is(
        join(q{}, sort split /^/, slurp("$folder/jobs")),
        "close 2\nexecve 2\nexit_group 2\n",
        'several share them'
    );
    unlink "$folder/jobs";
    copyhang($folder, 'run', '--jobs', 1);
    like(slurp("$folder/jobs"), qr/\A(?:\w+ 1\n){3}\z/, 'each gets one at least');
    (undef, $out) = copyhang($folder, 'list', '--only', 'execve/*');
    is($out, "execve/sendfile/pty-pipe\nexecve/sendfile/unix-pipe\n", 'list');
};

subtest '--json' => sub {
    my ($status, $out, $err) = copyhang($folder, 'run', '--json', '-');
    my $document = decode_json($out);
    like($err, qr/^14 cases in/m, 'the report is on standard error then');
    is($document->{schema}, 1, 'schema');
    is_deeply([sort keys %{$document->{kernel}}], [qw(machine release version)], 'kernel');
    is_deeply($document->{troubles},              [],                            'troubles');
    my ($hang) = grep { $_->{id} eq 'close/sendfile/pty-pipe' } @{$document->{cases}};
    is_deeply(
        [sort keys %{$hang}],
        [
            sort qw(id act strategy source sink verdict errno stalled killable act_ms release_ms
                steps evidence)
        ],
        'the keys of a case'
    );
    ok(JSON::PP::is_bool($hang->{stalled})  && $hang->{stalled},   'stalled is true');
    ok(JSON::PP::is_bool($hang->{killable}) && !$hang->{killable}, 'killable is false');
    like($out, qr/"act_ms" : 183[.]1\b/, 'numbers are numbers');
    my ($range) = grep { $_->{strategy} eq 'range' } @{$document->{cases}};
    is_deeply([@{$range}{qw(errno killable act_ms)}], ['EINVAL', undef, undef], 'errno and nulls');
    my ($fuse) = grep { $_->{strategy} eq 'fuse' } @{$document->{cases}};
    is($fuse->{reason}, 'no /dev/fuse', 'a reason');
    is_deeply(
        [map { $_->{id} } @{$document->{cases}}],
        [map { (split /\t/)[0] } split /\n/, slurp("$folder/cases.txt")],
        'cases in the order of the list'
    );
    copyhang($folder, 'run', '--json', "$place/out.json");
    is_deeply(
        [sort map { $_->{id} } @{decode_json(slurp("$place/out.json"))->{cases}}],
        [sort map { $_->{id} } @{$document->{cases}}],
        'the same in a file'
    );
    is((stat "$place/out.json")[2] & oct 777, oct(666) & ~umask, 'with the usual mode');
};

subtest '--junit' => sub {
    plan skip_all => 'no TAP::Formatter::JUnit' if !eval { require TAP::Formatter::JUnit; 1 };
    my ($status) = copyhang($folder, 'run', '--junit', "$place/out.xml");
    is($status, 1, 'does not change the exit status');
    my $xml = slurp("$place/out.xml");
    is(() = $xml =~ /<testcase\b/g, 14, 'every case');
    is(() = $xml =~ /<failure\b/g,  5,  'every hang');
    is(() = $xml =~ /<error\b/g,    0,  'exit status 1 of a kselftest is no error');
    like($xml, qr{<!\[CDATA\[not ok 7 exit_group/sendfile/pty-pipe\n#   verdict=hang\n},
        'evidence');
    my (@open, $bad);
    my $tags = $xml =~ s/<!\[CDATA\[.*?\]\]>//gsr;

    while ($tags =~ m{<(/?)([\w-]+)[^>]*?(/?)>}g) {
        if    ($1)  { $bad++ if !@open || pop @open ne $2 }
        elsif (!$3) { push @open, $2 }
    }
    ok(!$bad && !@open, 'well-formed');
};

subtest '--archive' => sub {
    plan skip_all => 'no TAP::Harness::Archive' if !eval { require TAP::Harness::Archive; 1 };
    my (undef, $out) = copyhang($folder, 'run', '--archive', "$place/out.tar.gz");
    unlike($out, qr/Archive created/, 'silently');
    my $aggregate =
        TAP::Harness::Archive->aggregator_from_archive({archive => "$place/out.tar.gz"});
    is($aggregate->total,  14, 'every case');
    is($aggregate->failed, 5,  'every hang');
    is($aggregate->exit,   0,  'no other trouble');
    my ($tap) = grep { $_->name eq 'close' } Archive::Tar->new("$place/out.tar.gz")->get_files;
    like($tap->get_content, qr/^#   bystander=D pipe_release/m, 'with the evidence');
};

subtest 'exit status' => sub {
    my $nothing = programs([map { case ("exit_group/a/$_-pipe", 'unavailable') } 'a' .. 'c']);
    my ($status, $out) = copyhang($nothing, 'run');
    is($status, 125, 'nothing could be tested (the program exits with 4)');
    unlike($out, qr/trouble/, 'which is no trouble');
    my $half = programs([case ('a/b/c-d', 'unavailable'), case ('e/b/c-d', 'safe')]);
    ($status) = copyhang($half, 'run');
    is($status, 0, 'a program whose cases are all skipped is no failure');
    my $broken = programs([case ('a/b/c-d', 'broken'), case ('a/b/d-d', 'safe')]);
    ($status, $out) = copyhang($broken, 'run');
    is($status, 1, 'a broken case is one');
    like($out, qr/Not known to be safe, as cases are broken: b[.]/, 'and its strategy not safe');
};

done_testing;
