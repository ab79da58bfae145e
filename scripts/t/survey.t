#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# copyhang exec: what the front end makes of one program, and of a list of them.

use v5.36;

use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Copyhang::Paths  ();
use Fake             qw(copyhang slurp spew);
use File::Temp       ();
use Cpanel::JSON::XS qw(decode_json);
use Test::More;

my $programs = Copyhang::Paths->programs;
my ($build)  = $programs =~ m{(.*)/kselftest/copyhang\z};
my $planted  = "$build/planted/program";
my $place    = File::Temp->newdir;
my @unix     = ('--source', 'unix');

subtest 'a safe one' => sub {
    my ($status, $out, $err) = copyhang(
        $programs,      'exec', @unix,    '--json',  "$place/json", '--junit',
        "$place/junit", '--',   $planted, 'plainly', 'read_write'
    );
    is($status, 0,   'exit 0');
    is($err,    q{}, 'quietly');
    like(
        $out,
        qr{^\Q$planted\E plainly read_write\n  unix to pipe  safe  read 128 KiB, then write to stdout$}m,
        'its line'
    );
    like($out, qr/^Linux .* Safe: \Q$planted\E plainly\s+read_write\.$/ms, 'the conclusion');
    my $document = decode_json(slurp("$place/json"));
    is($document->{schema}, 1, 'JSON');
    is_deeply($document->{command}, [$planted, 'plainly', 'read_write'], 'with the command');
    is($document->{cases}[0]{id}, 'exit_group/exec/unix-pipe', 'and the case');
    like($document->{cases}[0]{evidence}{cascade}, qr/\Aread/,    'with its cascade');
    like(slurp("$place/junit"),                    qr/<testcase/, 'JUnit');
};

subtest 'one that is broken' => sub {
    my ($status, $out) =
        copyhang($programs, 'exec', @unix, '--', $planted, 'once_told', 'read_write');
    is($status, 125, 'nothing could be tested');
    like($out, qr/\bstderr=two\?$/m,       'what it said is shown');
    like($out, qr/Not known to be safe: /, 'the conclusion');
};

subtest 'refused' => sub {
    spew("$place/columns", "cat coreutils -\n");
    spew("$place/twice",   "cat coreutils - cat\ncat coreutils - cat\n");
    spew("$place/none",    "# nothing\n");
    spew("$place/row",     "cat coreutils no_row cat\n");
    spew("$place/absent",  "no no - /no/such/program\n");
    for my $row (
        [2,   qr/no command to run/],
        [2,   qr/there is no program nosuch/,           '--',       'nosuch'],
        [2,   qr/no kind of endpoint is called no/,     '--source', 'no',          '--', 'cat'],
        [2,   qr/--jobs wants a number/,                '--jobs',   'x',           '--', 'cat'],
        [2,   qr/takes its commands from the file/,     '--survey', "$place/none", '--', 'cat'],
        [2,   qr/cannot read \S+nofile: No such/,       '--survey', "$place/nofile"],
        [2,   qr/columns:1: a line is NAME/,            '--survey', "$place/columns"],
        [2,   qr/twice:2: a second program called cat/, '--survey', "$place/twice"],
        [2,   qr/none names no program/,                '--survey', "$place/none"],
        [2,   qr/no case matches .*no_row/,             '--survey', "$place/row"],
        [125, qr/none is installed/,                    '--survey', "$place/absent"],
        )
    {
        my ($expected, $message, @arguments) = @{$row};
        my ($status,   $out,     $err)       = copyhang($programs, 'exec', @arguments);
        is($status, $expected, "@arguments");
        like($err, qr/\Acopyhang exec: .*\n\z/, 'one line');
        like($err, $message,                    'says what is wrong');
    }
};

# One does as the row says, one does not, and one does as one of two rows says.
subtest 'survey' => sub {
    spew("$place/list", <<"END");
# name package rows command

true-to-it  none    read_write             $planted plainly read_write
otherwise   none    read_write             $planted plainly splice_private
one-of-two  none    splice,splice_private  '$planted' plainly splice_private
absent      absent  -                      no-such-program
END
    my ($status, $out) =
        copyhang($programs, 'exec', @unix, '--survey', "$place/list", '--json', "$place/json");
    is($status, 0, 'all are safe');
    like($out, qr/^$_ +unix to pipe +safe +\w/m, "a line for $_")
        for qw(true-to-it otherwise one-of-two);
    like($out, qr/^absent +skip +not installed \(absent\)$/m, 'one that is not installed');
    unlike($out, qr/^row /m, 'no line for a row');
    is_deeply([$out =~ /^mismatch (\S+),/mg], ['otherwise'], 'a mismatch');
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

subtest 'fixtures/programs' => sub {
    my $list = "$Bin/../../fixtures/programs";
    plan skip_all => 'not a checkout' if !-e $list;
    my ($status, $out) = copyhang($programs, 'exec', @unix, '--survey', $list);
    like($status, qr/\A[01]\z/,                                'can be surveyed');
    like($out,    qr/^coreutils-cat +unix to pipe +safe +\w/m, 'cat is safe');

    # That of coreutils is of one release; other distributions have others, which is then told.
    unlike($out, qr/^mismatch busybox-cat/m, 'the row of busybox is true');
};

done_testing;
