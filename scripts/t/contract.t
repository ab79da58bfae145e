#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# Most tests have planted case programs, and planted guests, in the place of the compiled ones. Here
# both get the same options, and have to answer alike: exit status, lists, TAP, forms of evidence,
# complaints. So nothing can be shown with a planted one that the real one does not do.

use v5.36;

use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Copyhang::Case      ();
use Copyhang::Limits    ();
use Copyhang::Paths     ();
use Copyhang::Selection ();
use Copyhang::Stream    ();
use Fake                qw(programs finish slurp spew case);
use FakeGuest           qw(guests);
use File::Temp          ();
use POSIX               ();
use Real                qw(planted launch cases verdicts);
use Test::More;

my @PLAYED = qw(
    exit_group/read_write/pty-pipe exit_group/sendfile/pty-pipe exit_group/copy_file_range/pty-pipe
    close/read_write/pty-pipe close/sendfile/pty-pipe
);

my $place = File::Temp->newdir;
ids_file('played',  @PLAYED);
ids_file('act',     grep { m{\Aexit_group/} } @PLAYED);
ids_file('unknown', qw(exit_group/no_such/pty-pipe a/b/c-d));
ids_file('twice',   @PLAYED[0, 0]);
ids_file('empty');
POSIX::mkfifo("$place/fifo", oct 600) or die "mkfifo: $!";    # it never says anything

sub ids_file ($name, @ids) {
    spew("$place/$name", map { "$_\n" } @ids);
    return;
}

# What came of the real ones is what is planted, as it depends on the kernel.
my $real  = Copyhang::Paths->programs;
my @known = split /\n/, (finish(launch("$real/copyhang-cases", '--list')))[1];
my $seen  = verdicts(cases((finish(launch("$real/copyhang-cases", '--ids', "$place/played")))[1]));
is_deeply([sort keys %{$seen}], [sort @PLAYED], 'the real ones play');
my $fake = programs([map { case ($_, $seen->{$_} // 'safe') } @known]);

my @both = ("$fake", $real);

# Evidence: what may be said of a key. Other keys are those of promises, which none of these are.
my $NUMBER = qr/\d+[.]\d{3}/;
my $WORDS  = qr/[^,()\s]+(?: [^,()\s]+)*/;
my $CALL   = qr/\w+\((?:$WORDS(?:, $WORDS)*)?\)/;
my $TASK   = qr/[A-Z] \S+(?: $CALL)? switches:\d+/;
my $FRAME  = qr{\S+[+]0x[0-9a-f]+/0x[0-9a-f]+};
my %FORM   = (
    verdict  => join('|', Copyhang::Case->verdicts),
    errno    => qr/E[A-Z0-9]+/,
    step     => qr/$CALL=(?:stalled|E[A-Z0-9]+|\d+(?: \(\d+ calls\))?)/,
    timeline => qr/\w+:$NUMBER(?: \w+:$NUMBER)*/,
    thread   => qr{\d+/\d+ \S+},
    seen_in  => qr{\w+/[^/\s]+/\S+},
    (map { $_ => qr/\S.*/ } qw(reason cascade stderr)),
    (map { $_ => qr/yes|no/ } qw(stalled killable)),
    (map { $_ => $NUMBER } qw(act_ms release_ms control_ms limit_ms starved_ms)),
    map { ($_ => $TASK, "$_.stack" => qr/$FRAME(?: < $FRAME)*/) } qw(copier bystander worker),
);

# What a program says, but for what differs from one machine or run to the next: a reason, and all
# evidence that has a form.
sub form ($line) {
    my ($key, $value) = $line =~ /\A#   ([^=]+)=(.*)\z/
        or return $line =~ s/\A# kernel=\K\S+ machine=\S+/.../r =~ s/ # SKIP \K.+/.../r;
    return $line if $key eq 'verdict' || !$FORM{$key} || $value !~ /\A(?:$FORM{$key})\z/;
    return $key eq 'reason' ? '#   reason=...' : ();
}

# getopt(3) says where a program is.
sub answer ($program, $words, @before) {
    my ($status, $out, $err) = finish(launch(@before, $program, @{$words}));
    return {
        status => $status,
        out    => [map { form($_) } split /\n/, $out],
        err    => $err =~ s{\S+/(?=[\w-]+: )}{}gr
    };
}

subtest 'evidence that is planted' => sub {
    for my $verdict (Copyhang::Case->verdicts) {
        my (undef, undef, @evidence) = split /\t/, case ('a/b/c-d', $verdict);
        is_deeply([grep { $_ ne '#   reason=...' } map { form("#   $_") } @evidence],
            [], "$verdict: has the form of any");
    }
};

# That a planted program and a real one, FOLDER/NAME each, do alike.
sub alike ($programs, $words, $what = "@{$words}", @before) {
    my ($planted, $real) = map { answer($_, $words, @before) } @{$programs};
    is_deeply($planted, $real, $what =~ s/\Q$place\E\///gr)
        or diag explain {planted => $planted, real => $real};
    return $real;
}

my @NAMES = qw(copyhang-cases exit_group);
for my $name (@NAMES) {
    my @programs = map { "$_/$name" } @both;
    subtest "$name lists" => sub {
        alike(\@programs, ['--list']);
        alike(\@programs, ['--list', '--only', $_])
            for '*/sendfile/pty-*', 'close/*', '*/[rs]*e/pty-pip?', '*/[!a-y]*/*', 'exit_group',
            q{};
        alike(\@programs, [qw(--list --only exit_group/tee*/* --only close/splice/*)]);
        alike(\@programs, [qw(--list --only=*/splice/* --jobs=3)]);
        alike(\@programs, ['--list', '--ids', "$place/act"]);
    };

    subtest "$name refuses" => sub {
        for my $words (
            ['--bogus'],
            ['--bogus=1'],
            ['--list=1'],
            ['--only'],
            ['--jobs'],
            ['--ids'],
            ['one'],
            (map { ['--jobs', $_] } q{}, qw(0 -1 x 4x 1.5 1025)),
            (map { ['--ids',  "$place/$_"] } qw(unknown twice none)),
            ['--list', '--ids', "$place/unknown"],
            ['--ids',  "$place/played", '--only', 'close/*'],
            )
        {
            my $answer = alike(\@programs, $words);
            is($answer->{status}, 1, 'exit 1');
            is_deeply($answer->{out}, [], 'says nothing else');
            like($answer->{err}, qr/\A$name: .*\n\z/, 'in one line');
        }
    };

    subtest "$name plays" => sub {
        my @one = (qw(--jobs 1 --ids), "$place/act");
        alike(\@programs, \@one);
        alike(\@programs, [@one[2, 3], '--jobs', 3]);
        alike(\@programs,
            [qw(--jobs 2 --only exit_group/read_write/pty-pipe --only exit_group/copy_*/pty-pipe)]);
        alike(\@programs, [qw(--only nothing)]);
        alike(\@programs, ['--ids', "$place/empty"]);
        my %answers = (
            'with a byte each' => 'printf "\n\n\n" | "$@"',
            'with an end'      => '"$@" </dev/null',
            'never'            => qq{"\$@" <>$place/fifo},
        );
        for my $how (sort keys %answers) {
            alike(
                \@programs,
                ['--announce', @one],
                "announces, answered $how",
                'sh', '-c', $answers{$how}, 'sh'
            );
        }
    };
}

# The words of one and the other differ; modules of this side read both.
subtest 'what is told' => sub {
    my (%names, @ids);
    for my $folder (@both) {
        local $ENV{COPYHANG_PROGRAMS} = $folder;
        local $Copyhang::Limits::SILENCE = undef;
        cmp_ok(Copyhang::Stream->silence, '>', $Copyhang::Limits::MARGIN, 'a limit');
        push @ids, [Copyhang::Selection->new('*/splice/*')->ids];
        ok(length(Copyhang::Selection->claim($_) // q{}), "what $_ claims") for qw(close promise);
        is(Copyhang::Selection->claim('no_such'), undef, 'and that nothing is called so');

        my $limits = answer("$folder/copyhang-cases", ['--limits']);
        is_deeply([@{$limits}{qw(status err)}], [0, q{}],                              '--limits');
        is_deeply([grep { !/\A[A-Z_]+\t\d+\t[a-z ]*\t\S.*\z/ } @{$limits->{out}}], [], 'a table');
        $names{$folder} = {map { (split /\t/)[0] => 1 } @{$limits->{out}}};
        for my $name (@NAMES) {
            my $help = answer("$folder/$name", ['--help']);
            is_deeply([@{$help}{qw(status err)}], [0, q{}], '--help');
            is($help->{out}[0],
                "usage: $name [--only GLOB]... [--ids FILE] [--jobs N] [--each] [--announce]",
                "of $name");
        }
    }
    is_deeply($ids[0],                                             $ids[1], 'the same cases');
    is_deeply([grep { !$names{$real}{$_} } keys %{$names{$fake}}], [],      'no limit of its own');
};

subtest 'what is not there' => sub {
    my $id       = 'exit_group/io_uring_rw/pty-pipe';
    my $folder   = programs([case ($id, 'unavailable')]);
    my @confined = (planted('confine'), 'EPERM:io_uring_setup', '--');
    my $answer   = alike(
        [map { "$_/exit_group" } $folder, $real],
        [qw(--jobs 1 --only),             $id],
        'is skipped', @confined
    );
    is($answer->{status}, 4, 'as all of them are, exit 4');
};

# There is none that is planted, but its output is what they all are to have.
subtest 'a program under test' => sub {
    my $place = File::Temp->newdir;
    my @ids   = map { "exit_group/$_/unix-pipe" } qw(careless safe);
    mkdir "$place/commands";
    my $program = planted('program');
    spew("$place/commands/safe",     map { "$_\0" } $program, qw(plainly read_write));
    spew("$place/commands/careless", map { "$_\0" } $program, qw(once_told read_write));
    spew("$place/ids",               map { "$_\n" } @ids);
    my $folder = programs([case ($ids[0], 'broken'), case ($ids[1], 'safe')]);
    my @exec   = ('--source', 'unix', '--commands', "$place/commands");

    for my $words (
        ['--list'],
        ['--list', '--ids', "$place/ids"],
        ['--jobs', 1, '--announce', '--ids', "$place/ids"],
        ['--jobs', 2],
        ['--jobs', 0],
        ['--ids',  "$place/none"],
        ['--bogus'],
        )
    {
        my $planted = answer("$folder/exit_group", $words);
        $planted->{err} =~ s/\Aexit_group:/copyhang-exec:/;
        my $ours = answer("$real/copyhang-exec", [@exec, @{$words}]);
        is_deeply($planted, $ours, "@{$words}")
            or diag explain {planted => $planted, real => $ours};
    }
};

# What a guest passes on is what the program says that runs there.
subtest 'a guest' => sub {
    my @ids = grep { m{/read_write/} } @PLAYED;
    my (undef, $emulator) = guests([], 'no warnings; *hang = sub { exit 0 }; play(@ids); end()');
    ids_file('initrd', q{}, @ids);
    my ($status, $out, $err) = finish(
        launch(
            "$emulator/qemu-system-x86_64", '-initrd',
            "$place/initrd",                qw(-accel tcg -smp 1 -kernel none)
        )
    );
    is("$status$err", '0', 'emulated');
    ids_file('few', @ids);
    my $played = answer("$real/copyhang-cases", [qw(--jobs 1 --announce --ids), "$place/few"],
        'sh', '-c', '"$@" </dev/null', 'sh');
    my @passed = map { form(s/\A\d+ \d+ //r) } grep { !/\A\d+ \d+ @/ } split /\n/, $out;
    is_deeply(
        \@passed,
        [grep { !/\A(?:TAP|1[.][.]|# kernel)/ } @{$played->{out}}],
        'the same, but for the first lines'
    ) or diag explain {planted => \@passed, real => $played->{out}};
};

done_testing;
