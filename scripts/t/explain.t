#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# copyhang explain: all that there is a name for, from planted tables and from ours.
#
# sample: explains every eighth of the names, since all of them take a minute of a CPU
use v5.36;

use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Copyhang::Case ();
use Fake           qw(programs copyhang spew case);
use Golden         qw(golden golden_session);
use Real           qw(program);
use Test::More;

my $planted = programs(
    [
        case ('exit_group/sendfile/pty-pipe', 'hang'),
        case ('kill/cascade/pty-pipe',        'hang'),
        case ('promise/cascade/same-same',    'corrupt'),
        case ('wakes/sendfile/pty-pipe',      'missed'),
    ]
);
my $tables = <<'END' =~ s/ \| /\t/gr;
act | exit_group | about | a process that holds the pipe's other end can exit
act | exit_group | actor | bystander
act | exit_group | call | exit_group
act | exit_group | over | its process has ended
act | kill | about | SIGKILL ends it
act | kill | actor | copier
act | kill | signal | SIGKILL
act | kill | over | its process has ended
act | promise | about | a copy keeps what is promised
act | wakes | about | who sleeps for a copy wakes
act | wakes | written | another manual
strategy | sendfile | about | sendfile(2)
strategy | sendfile | instead | read(2) and write(2)
strategy | sendfile | step | sendfile, all in one call
strategy | cascade | about | a program that tries
strategy | cascade | alike | another program (another.c)
strategy | cascade | step | sendfile, 16 MiB; on any error the next step
strategy | cascade | step | read, then write, 64 KiB
endpoint | pty | about | a terminal that nobody types on
endpoint | pty | sort | terminal
endpoint | pty | stalls | yes
endpoint | pipe | about | a pipe that nobody reads
endpoint | pipe | sort | pipe
endpoint | same | about | one file
endpoint | same | sort | file
endpoint | same | exotic | yes
promise | same-same | claim | it stays as it is
promise | same-same | written | a manual
END
spew("$planted/describe.txt", $tables);

my @names = qw(exit_group/sendfile/pty-pipe kill/cascade/pty-pipe promise/cascade/same-same
    wakes/sendfile/pty-pipe exit_group kill promise wakes sendfile cascade pty same hang);
golden_session(
    'explain.txt',
    sub (@words) { copyhang($planted, @words) },
    [
        (map { ['explain', $_] } @names),
        ['explain', 'another'],
        ['explain', 'nothing'],
        ['explain'],
        ['explain', 'a', 'b']
    ]
);

subtest 'all names of ours' => sub {
    my $folder = program() =~ s{/[^/]*\z}{}r;
    open my $in, '-|', program(), '--describe' or die "cannot run it: $!";
    my %rows = map { (split /\t/)[1] => 1 } grep { !/\Apromise\t/ } <$in>;
    close $in;
    my @names = (sort(keys %rows), Copyhang::Case->verdicts);
    @names = map { $names[8 * $_] } 0 .. $#names / 8 if ($ENV{COPYHANG_CASES} // q{}) ne 'all';
    for my $name (@names) {
        my ($status, $out, $err) = copyhang($folder, 'explain', $name);
        is("$status $err",                           '0 ', $name);
        is((grep { length > 100 } split /\n/, $out), 0,    "$name in 100 columns");
    }
};

done_testing;
