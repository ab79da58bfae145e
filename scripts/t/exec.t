#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# Programs in the copier's place. Which of them hang depends on the kernel: a program that copies
# through a strategy has to come out as that strategy's own cases do.

use v5.36;

use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Copyhang::Paths ();
use Fake            qw(finish slurp spew);
use File::Temp      ();
use Golden          qw(golden golden_session);
use POSIX           qw(SIGKILL);
use Real qw(program planted launch play cases verdicts interrupted adopt_orphans all_gone);
use Test::More;

my $programs = Copyhang::Paths->programs;
my $player   = "$programs/copyhang-exec";
my $planted  = planted('program');

my @sources = qw(pty unix tcp pipe file);

# What hangs here, by strategy and source, as the cases of the tables have it.
my (undef, @known) = play(program(), map { ('--only', "exit_group/*/$_-pipe") } @sources);
my %known = map { ("$_->{strategy} $_->{source}" => $_->{verdict}) } @known;

adopt_orphans();

# Its cases by source, and the exit status.
sub try_out (@arguments) {
    my ($status, @cases) = play($player, @arguments);
    return ($status, {map { $_->{source} => $_ } @cases});
}

sub steps ($case) {
    return map { $_->[0] eq 'step' ? $_->[1] : () } @{$case->{pairs}};
}

subtest 'busybox cat' => sub {
    plan skip_all => 'no busybox' if !grep { -x "$_/busybox" } split /:/, $ENV{PATH};
    my ($status, $case) = try_out('--', 'busybox', 'cat');
    my $hangs = $known{'busybox pty'} eq 'hang';
    is($case->{pty}{verdict}, $known{'busybox pty'}, 'from a terminal');
    is($status,               $hangs ? 1 : 0,        'the exit status says so');
    is(
        (steps($case->{pty}))[0],
        'sendfile(1<sink>, 0<source>, NULL, 16 MiB)=' . ($hangs ? 'stalled' : 'EINVAL'),
        'through sendfile'
    );
    like($case->{pty}->value('thread'), qr{\A(\d+)/\1 busybox\z}, 'and which thread it is');
    is($case->{pipe}{verdict}, 'safe', 'from a pipe');
    like(
        $case->{pipe}->value('cascade'),
        qr/\Asendfile 16 MiB to stdout \(EINVAL\), then read \d+ KiB, then write to stdout\z/,
        'its cascade in words'
    );
};

subtest 'cat' => sub {
    my ($status, $case) = try_out('--', 'cat');
    is($status,       0,      'is safe');
    is($_->{verdict}, 'safe', "from $_->{source}") for values %{$case};
    is(keys %{$case}, 5,      'from all the usual sources');
};

# A strategy that is refused ends its program.
subtest 'every strategy' => sub {
    my %of = map { $_->{strategy} => 1 } @known;
    for my $strategy (sort keys %of) {
        my (undef, $case) =
            try_out((map { ('--source', $_) } @sources), '--', $planted, 'plainly', $strategy);
        for my $source (grep { defined $known{"$strategy $_"} } @sources) {
            my $expected = $known{"$strategy $source"} =~ s/refused/broken/r;
            is($case->{$source}{verdict}, $expected, "$strategy from $source: $expected")
                or diag explain $case->{$source}{pairs};
        }
    }
};

my $same = $known{'sendfile unix'};

# What is made of it; the reasons are in t/golden.
my @manners = (
    [elsewhere                 => $same],
    [in_a_thread               => $same],
    [in_a_grandchild           => $same],
    [as_a_daemon               => $same],
    [leaving_children          => $same],
    [leaving_an_untraced_child => $same],
    [after_a_poll              => $same],
    [while_polling             => 'safe'],
    (map { ["after_a_minute_in_$_" => 'safe'] } qw(poll ppoll select pselect epoll epoll_pwait2)),
    [after_a_large_epoll         => 'safe'],
    [after_a_large_poll          => 'safe'],
    [after_an_epoll_for_nothing  => 'broken'],
    [after_an_execve             => $same],
    [after_an_execve_in_a_thread => $same],
    [after_a_gib_of_complaints   => $same],
    [after_a_gib                 => 'broken'],
    [not_at_all                  => 'broken'],
    [never                       => 'broken'],
    [running_on                  => 'spins'],
    [once_told                   => 'broken'],
);
my @reasons;
for my $row (@manners) {
    my ($manner, $verdict) = @{$row};
    subtest $manner => sub {
        my (undef, $case) = try_out('--source', 'unix', '--', $planted, $manner, 'sendfile');
        is($case->{unix}{verdict}, $verdict, $verdict) or diag explain $case->{unix}{pairs};
        push @reasons, reason($manner, $case->{unix}) if $verdict eq 'broken';
        is($case->{unix}->value('set_aside'), undef, 'nothing is set aside');
        ok(all_gone(), 'and nothing is left');
    };
}

# Which of two calls a libc makes depends on the architecture, and what it passes on the address.
sub reason ($manner, $case) {
    return "$manner: " . $case->{reason} =~ s/p?(poll|wait)\(.*/$1(...)/r =~
        s/\b0x\w+/ADDRESS/gr . "\n";
}

subtest 'evidence' => sub {
    my (undef, $case) = try_out('--source', 'unix', '--', $planted, 'in_a_thread', 'read_write');
    my ($pid,  $tid)  = $case->{unix}->value('thread') =~ m{\A(\d+)/(\d+) program\z};
    isnt($pid, $tid, 'another thread than the first');
    (undef, $case) = try_out('--source', 'unix', '--', $planted, 'once_told', 'read_write');
    is_deeply(
        [map { $_->[0] eq 'stderr' ? $_->[1] : () } @{$case->{unix}{pairs}}],
        ['one', 'two?'],
        'what it said, line by line'
    );
    (undef, $case) = try_out('--source', 'unix', '--', $planted, 'plainly', 'splice_private');
    is(
        $case->{unix}->value('cascade'),
        'splice 1 MiB to private pipe, then splice to stdout',
        'in words'
    );
    (undef, $case) = try_out('--source', 'pty', '--', 'cat', '{in}');
    is($case->{pty}{verdict}, 'safe', 'a path for {in}');
};

subtest 'the other way round' => sub {
    my (undef, @cases) = play($player, '--reverse', '--', $planted, 'plainly', 'read_write');
    is_deeply(
        [map { "$_->{id} $_->{verdict}" } @cases],
        [map { "exit_group/exec/pipe-$_ safe" } qw(pty unix tcp full_pipe)],
        'to sinks that are full'
    );
    my (undef, $theirs) =
        (undef, verdicts((play(program(), '--only', 'exit_group/splice/pipe-unix'))[1]));
    (undef, @cases) =
        play($player, '--reverse', '--sink', 'unix', '--', $planted, 'plainly', 'splice');
    is($cases[0]{verdict}, $theirs->{'exit_group/splice/pipe-unix'}, 'a splice, as its own case');
};

# They hold nothing while they wait. Where there is room after all they go on, and wait in write(2).
subtest 'waits for room' => sub {
    my @sinks = qw(pty unix tcp full_pipe);
    my @manners =
        ((map { "once_both_are_ready_in_$_" } qw(poll select epoll)), 'beside_other_threads');
    for my $manner (@manners) {
        my (undef, @cases) = play($player, '--reverse', '--', $planted, $manner, 'read_write');
        is_deeply([map { "$_->{sink} $_->{verdict}" } @cases], [map { "$_ safe" } @sinks], $manner)
            or diag explain [map { $_->{pairs} } @cases];
    }
    my (undef, $case) = play($player, '--reverse', '--sink', 'full_pipe', '--', $planted,
        'once_there_is_room', 'read_write');
    is($case->{verdict}, 'broken', 'one that has not asked for its source may have other plans');
    push @reasons, reason('once_there_is_room', $case);
};

# More than a pipe holds: it is refilled until they come to wait for room, and not without end.
subtest 'takes much first' => sub {
    for my $manner (qw(by_blocks after_a_block reading_ahead)) {
        my (undef, @cases) = play($player, '--reverse', '--', $planted, $manner, 'read_write');
        is_deeply([map { "$_->{sink} $_->{verdict}" } @cases],
            [map { "$_ safe" } qw(pty unix tcp full_pipe)], $manner)
            or diag explain [map { $_->{pairs} } @cases];
    }
    my @acts = qw(close nonblock_write getpipe_sz setpipe_sz self_kill);
    my @unix = ('--reverse', '--sink', 'unix');
    my (undef, @cases) = play($player, @unix, (map { ('--act', $_) } @acts),
        '--', $planted, 'by_blocks', 'read_write');
    is_deeply(
        [map { "$_->{act} $_->{verdict}" } @cases],
        [map { "$_ safe" } @acts],
        'and what the bystander does then is the act'
    ) or diag explain [map { $_->{pairs} } @cases];

    my @sinks = qw(pty unix tcp);
    my (undef, @own) =
        play(program(), map { ('--only', "exit_group/splice/pipe-$_") } @sinks);
    (undef, @cases) = play($player, '--reverse', (map { ('--sink', $_) } @sinks),
        '--', $planted, 'after_a_block', 'splice');
    my $own = verdicts(@own);
    is_deeply(
        [map { "$_->{sink} $_->{verdict}" } @cases],
        [map { "$_ " . $own->{"exit_group/splice/pipe-$_"} } @sinks],
        'a splice after that, as its own cases'
    ) or diag explain [map { $_->{pairs} } @cases];
    my (undef, $case) = play($player, @unix, '--', $planted, 'after_all', 'read_write');
    is($case->{verdict}, 'broken', 'one that waits for the end');
    push @reasons, reason('after_all', $case);
    ok(all_gone(), 'and nothing is left');
};

golden('exec-reasons.txt', join q{}, @reasons);

subtest 'acts' => sub {
    for my $manner (qw(plainly in_a_grandchild as_a_daemon)) {
        my (undef, $case) =
            try_out('--source', 'unix', '--act', 'self_kill', '--', $planted, $manner,
            'read_write');
        is($case->{unix}{verdict}, 'safe', "SIGKILL ends a copy $manner");
    }
    for my $act (qw(close execve nonblock_read)) {
        my (undef, $case) =
            try_out('--source', 'unix', '--act', $act, '--', $planted, 'plainly', 'read_write');
        is($case->{unix}{verdict}, 'safe', $act) or diag explain $case->{unix}{pairs};
    }
};

# Every call stops then, and all of it is to be found as well.
subtest 'without a filter' => sub {
    for my $manner (qw(in_a_thread in_a_grandchild as_a_daemon after_an_execve_in_a_thread)) {
        my (undef, $case) = verdict_confined($manner);
        is($case, $same, $manner);
    }
};

sub verdict_confined ($manner) {
    my ($status, @cases) =
        play(planted('confine'), 'EPERM:seccomp', '--', $player, '--source', 'unix', '--',
        $planted, $manner, 'sendfile');
    return ($status, $cases[0]{verdict});
}

subtest 'killed at any moment' => sub {
    my %arguments = (
        by_blocks => ['--reverse', '--sink', 'unix', '--', $planted, 'by_blocks', 'read_write'],
        map { $_ => ['--source', 'unix', '--', $planted, $_, 'sendfile'] }
            qw(as_a_daemon leaving_children in_a_grandchild)
    );
    for my $manner (sort keys %arguments) {
        my @player = ($player, @{$arguments{$manner}});
        my @ends   = interrupted(SIGKILL, 5, sub (@follow) { launch(@follow, @player) });
        is_deeply([map { $_->{gone} } @ends], [(1) x 5], "nothing of a program $manner is left");
    }
};

subtest 'several commands' => sub {
    my $place = File::Temp->newdir;
    mkdir "$place/commands";
    spew("$place/commands/first",  "$planted\0plainly\0read_write\0");
    spew("$place/commands/second", "$planted\0once_told\0read_write\0");
    spew("$place/ids",             map { "exit_group/$_-pipe\n" } 'second/unix', 'first/tcp');
    my @twice = map { ('--source', $_) } qw(unix tcp unix);
    my ($status, $out) = finish(
        launch(
            $player, @twice,       '--commands', "$place/commands",
            '--ids', "$place/ids", '--announce', '--jobs',
            1
        )
    );
    is($status, 1, 'one is broken');
    is_deeply(
        verdicts(cases($out)),
        {'exit_group/first/tcp-pipe' => 'safe', 'exit_group/second/unix-pipe' => 'broken'},
        'just those that are asked for'
    );
    is_deeply(
        [$out =~ /^# started (.*)/mg],
        ['exit_group/first/tcp-pipe', 'exit_group/second/unix-pipe'],
        'each announced'
    );
};

subtest 'refused' => sub {
    my $place = File::Temp->newdir;
    spew("$place/cut_short", 'cat');
    golden_session(
        'copyhang-exec-refused.txt',
        sub ($program, @arguments) { finish(launch($player, @arguments)) },
        [
            map { ['copyhang-exec', @{$_}] } ['--'], [qw(--commands no_such)],
            [qw(-- nosuch)],                         [qw(--source no_such -- cat)],
            [qw(--act no_such -- cat)],              [qw(--sink file --source file -- cat)],
            [qw(--act self_exit -- cat)],            ['--list', '--commands', "$place"],
        ]
    );
    my ($set_uid) = grep { -u && -x } map { glob "$_/*" } split /:/, $ENV{PATH};
    if (defined $set_uid) {
        my ($status, undef, $err) = finish(launch($player, '--', $set_uid));
        is($status, 1, 'a set-user-ID program');
        like($err, qr/\Acopyhang-exec: a set-user-ID program .*: \Q$set_uid\E .*\n\z/,
            'is refused');
    }
};

done_testing;
