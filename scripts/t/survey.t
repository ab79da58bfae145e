#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# copyhang exec: what the front end makes of one program, and of a list of them.

use v5.36;

use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Copyhang::Paths  ();
use Cpanel::JSON::XS qw(decode_json);
use Fake             qw(copyhang slurp spew);
use File::Temp       ();
use Golden           qw(golden golden_session);
use Real             qw(planted);
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
    golden_session(
        'exec-refused.txt',
        sub (@arguments) { copyhang($programs, @arguments) },
        [
            map { ['exec', @{$_}] } [],
            ['--', 'nosuch'],
            [qw(--source no -- cat)],
            [qw(--jobs x -- cat)],
            ['--survey', "$place/none", '--', 'cat'],
            map { ['--survey', "$place/$_"] } qw(nofile columns twice none row absent)
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
    unlike($out, qr/^mismatch busybox-cat/m, 'the row of busybox is true');
};

done_testing;
