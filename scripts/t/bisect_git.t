#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# Bisecting commits, in all that can go wrong: with a toy tree and an emulator that boots nothing.

use v5.36;
use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Cpanel::JSON::XS ();
use Fake             qw(start finish slurp spew);
use File::Path       qw(make_path remove_tree);
use File::Temp       ();
use Golden           qw(golden golden_session);
use List::Util       qw(sum0);
use Real             qw(adopt_orphans comes_true all_gone);
use Test::More;
use Time::HiRes ();
use ToyTree     qw(toy_tree toy_guests commit git bisect_arguments booted named $CASE);

my @HISTORY =
    qw(refused refused refused refused refused unbuildable refused hang panic hang hang hang);
my $CULPRIT = 7;
my $HELD    = 6;    # a commit that is looked at between others

my $cache = File::Temp->newdir;
my ($programs, $emulator) = toy_guests();
local $ENV{PATH}           = "$emulator:$ENV{PATH}";
local $ENV{XDG_CACHE_HOME} = "$cache";
adopt_orphans();

sub bisect (@arguments) {
    return finish(start($programs, bisect_arguments(@arguments)));
}

# All that is the user's in a tree.
sub state_of ($tree) {
    return join "\n", git($tree, qw(for-each-ref)), git($tree, qw(status --porcelain --branch)),
        slurp("$tree/.git/HEAD"), map { -e "$tree/.git/$_" ? $_ : () } qw(BISECT_LOG BISECT_START);
}

sub boots () {
    return scalar(() = booted($emulator));
}

# What the last bisection that has begun remembers: -M would not tell it from one of the same second.
sub known_boots () {
    my %written =
        map { $_ => (Time::HiRes::stat($_))[9] } grep { -s } glob "$cache/copyhang/bisects/*";
    my ($last) = sort { $written{$b} <=> $written{$a} } keys %written;
    return sum0(slurp($last) =~ /"boots":(\d+)/g);
}

subtest 'the first bad commit' => sub {
    my ($tree, @commits) = toy_tree('/nowhere', @HISTORY);
    git($tree, qw(-c advice.detachedHead=false bisect start), @commits[4, 2]);    # the user's own
    spew("$tree/fs/other", "not committed\n");
    my $before = state_of($tree);
    my $place  = File::Temp->newdir;
    my ($status, $out, $err) = bisect($tree, @commits[0, -1], '--json', "$place/json");
    is($status, 0, 'is found') or diag($out, $err);
    golden('bisect-git.txt', $out . $err, named(@commits));
    my ($log) = $out =~ /the log: (\S+)/;
    like(slurp($log), qr/error: planted/, 'a log of what is not built');
    is(state_of($tree), $before, 'nothing has changed in the tree');

    my $document = Cpanel::JSON::XS->new->decode(slurp("$place/json"));
    is($document->{bad}{identity}, $commits[$CULPRIT], 'in JSON');

    my (undef, $replay) = bisect($tree, @commits[0, -1], '--log');
    spew("$place/log", $replay);
    my $clone = File::Temp->newdir;
    git($clone, qw(clone --quiet), "$tree", '.');
    ok(
        (
            grep { $_ eq "$commits[$CULPRIT] is the first bad commit" }
                git($clone, 'bisect', 'replay', "$place/log")
        ),
        'the log replays'
    );

    my $boots = boots();
    my ($again, $told) = bisect($tree, @commits[0, -1], '--resume');
    is($again,  0,      'to go on behind the end');
    is(boots(), $boots, 'takes no boot');
    is($told,   $out,   'and tells the same');
};

subtest 'what fixed it' => sub {
    my ($tree, @commits) = toy_tree('/nowhere', qw(hang hang hang refused safe safe));
    my ($status, $out, $err) =
        bisect($tree, @commits[0, -1], '--good-verdict', 'hang', '--any-change');
    is($status, 0, 'is found') or diag($out, $err);
    golden('bisect-git-any-change.txt', $out, named(@commits));
    ($status, $out) = bisect($tree, @commits[0, -1]);
    is($status, 125, 'else what is neither');
    golden('bisect-git-neither.txt', $out, named(@commits));
};

subtest 'only commits that touch a path' => sub {
    my ($tree, @commits) = toy_tree('/nowhere', qw(safe safe safe safe hang hang safe));
    golden_session(
        'bisect-git-paths.txt',
        sub (@arguments) { bisect($tree, @arguments) },
        [[@commits[0, 5], '--', 'fs'], [@commits[0, 4], '--', 'fs']],
        {named(@commits)}
    );
};

my %UNSURE = (
    'late everywhere'           => [('late') x 4],
    'broken everywhere'         => [('broken') x 4],
    'a control that hangs, too' => [('control') x 4],
    'ends that do not build'    => [('unbuildable') x 3],
    'an end that does not boot' => [qw(refused hang panic)],
    'all between is skipped'    => [qw(refused unbuildable panic control hang)],
);
my %commits;
golden_session(
    'bisect-git-cannot-tell.txt',
    sub ($name) {
        my ($tree, @commits) = toy_tree('/nowhere', @{$UNSURE{$name}});
        %commits = (%commits, named(@commits));
        return bisect($tree, @commits[0, -1]);
    },
    [map { [$_] } sort keys %UNSURE],
    \%commits
);

my %END = (
    'SIGKILL in a build'         => ["$cache/hold",    'KILL'],
    'SIGKILL in a guest'         => ["$emulator/hold", 'KILL'],
    'an interruption in a build' => ["$cache/hold",    'INT'],
    'an interruption in a guest' => ["$emulator/hold", 'INT'],
);
for my $name (sort keys %END) {
    subtest $name => sub {
        my ($hold, $signal)  = @{$END{$name}};
        my ($tree, @commits) = toy_tree("$cache/hold", @HISTORY);
        my $before = state_of($tree);
        spew($hold, $HELD);
        my $job = start($programs, bisect_arguments($tree, @commits[0, -1]));
        ok(comes_true(sub { -e "$hold.held" }), 'it is held up');
        my @range = ($tree, @commits[0, -1]);
        golden_session(
            'bisect-git-meanwhile.txt',
            sub (@arguments) { finish(start($programs, \@arguments)) },
            [
                bisect_arguments(@range, '--resume'),
                bisect_arguments($tree,  @commits[1, -1]),
                [qw(kernels prune)]
            ],
            {named(@commits)}
        );
        golden_session("bisect-git-$signal.txt",
            sub (@) { kill $signal, $job->{pid}; finish($job) },
            [["SIG$signal"]], {named(@commits)});
        ok(all_gone(), 'nothing is left running');
        unlink $hold, "$hold.held";
        is(state_of($tree), $before, 'nothing has changed in the tree');

        my ($boots, $known) = (boots(), known_boots());
        my ($status, $out, $err) = bisect(@range, '--resume');
        is($status, 0, 'it goes on');
        golden('bisect-git.txt', $out . $err, named(@commits));
        cmp_ok($known, '>=', 2, 'without the boots');
        is(boots() - $boots, known_boots() - $known, 'that it had');
    };
}

subtest 'a step alone' => sub {
    my ($tree, @commits) = toy_tree('/nowhere', qw(refused hang unbuildable));
    my $step = sub (@arguments) {
        return finish(start($programs, ['bisect-step', '--case', $CASE, @arguments]));
    };
    my $image = "$tree/image";
    spew($image, slurp("$tree/header"), "behaviour: hang 1\n");
    golden_session(
        'bisect-step.txt',
        sub ($commit, @arguments) {
            git($tree, qw(checkout --quiet --detach), $commit);
            my @told = $step->(@arguments);
            is_deeply([git($tree, qw(status --porcelain))], ['?? image'], 'no change in the tree');
            return @told;
        },
        [
            (map { [$_, '--tree', "$tree"] } @commits),
            [$commits[1], '--tree',   "$tree", qw(--good-verdict hang)],
            [$commits[1], '--tree',   "$tree", qw(--bad-verdict stuck)],
            [$commits[1], '--kernel', $image],
        ],
        {named(@commits)}
    );
    my $build = File::Temp->newdir;
    make_path("$build/x86_64/arch/x86/boot");
    spew("$build/x86_64/arch/x86/boot/bzImage", slurp("$tree/header"), "behaviour: hang 0\n");
    commit("$tree", 3, 'panic');
    is(($step->('--tree', "$tree", '--build', "$build"))[0],
        125, 'an image of another commit is not booted');

    my ($built) = toy_tree('/nowhere', 'safe');
    spew("$built/.config", q{});
    golden_session(
        'bisect-step-refused.txt',
        sub ($name, @arguments) { $step->('--tree', "$tree", @arguments) },
        [
            map { ['bisect-step', @{$_}] } ['--case', 'a'],
            ['--kernel', $image, '--tree', "$tree"],
            ['--tree',   q{/}],
            ['--bogus'],
            ['--repeat', 0],
            ['--tree',   "$built"],
        ]
    );
    spew("$emulator/hold", 3);
    spew($image, slurp("$tree/header"), "behaviour: hang 3\n");
    my $job = start($programs, ['bisect-step', '--case', $CASE, '--kernel', $image]);
    ok(comes_true(sub { -e "$emulator/hold.held" }), 'one that runs');
    is((finish(start($programs, [qw(kernels prune)])))[0], 2, 'is not pruned');
    kill 'INT', $job->{pid};
    finish($job);
    unlink "$emulator/hold", "$emulator/hold.held";
};

# By now the repositories of the other trees have gone.
subtest 'prune' => sub {
    my ($tree, @commits) = toy_tree('/nowhere', qw(refused hang));
    git($tree, qw(worktree add --quiet --detach), "$tree/user", $commits[0]);
    my @bisects = ($tree, @commits);
    is((bisect(@bisects))[0],         0, 'of a bisection');
    is(scalar(() = worktrees($tree)), 3, 'which has a worktree');
    remove_tree("$tree/user");    # stale, and not ours
    my ($status, undef, $err) = finish(start($programs, [qw(kernels prune)]));
    is($status, 0, 'exit 0') or diag($err);
    is_deeply(
        [worktrees($tree)],
        ["$tree", "$tree/user"],
        'forgets that in the repository, and no other'
    );
    ok(!-e "$cache/copyhang/trees", 'and nothing is left in the cache');
    is((bisect(@bisects))[0], 0, 'the next bisection makes it anew');
};

sub worktrees ($tree) {
    return map { /\Aworktree (.*)/ } git($tree, qw(worktree list --porcelain));
}

subtest 'wrong input' => sub {
    my ($tree, @commits) = toy_tree('/nowhere', qw(refused hang hang));
    git($tree, qw(checkout --quiet -b side), $commits[0]);
    my $side = commit("$tree", 9, 'safe');
    git($tree, qw(checkout --quiet --orphan empty));
    git($tree, qw(rm -rf --quiet .));
    spew("$tree/Makefile", "all:\n");
    git($tree, qw(add Makefile));
    git($tree, qw(commit --quiet --message), 'No kernel');
    my $no_kernel = git($tree, qw(rev-parse HEAD));
    my $later     = commit("$tree", 10, 'safe');
    spew("$tree/new", "new\n");
    my $before = state_of($tree);
    my $none   = File::Temp->newdir;

    golden_session(
        'bisect-git-refused.txt',
        sub (@arguments) { bisect($tree, @arguments) },
        [
            [@commits[2, 0]],
            [$side, $commits[2]],
            [@commits[1, 1]],
            [$commits[0], 'v9'],
            [$commits[0], '--all'],
            [$no_kernel,  $later],
            map { [@commits[0, 2], @{$_}] } ['--', 'nowhere'],
            [qw(--config /nowhere)],
            [qw(--arch vax)],
            [qw(--kernels x)],
            [qw(--case a/b)],
            ['--log'],
            ['--git', "$none/none"],
        ],
        {named(@commits, $side, $no_kernel, $later)}
    );
    is(state_of($tree), $before, 'and nothing has changed');

    my $refuses = sub ($message, @arguments) {
        my ($status, $out, $err) = bisect($tree, @arguments);
        is($status, 2, "@arguments: exit 2");
        like($err, qr/\Acopyhang bisect: $message\n\z/, 'says what is wrong, in one line');
        is(state_of($tree), $before, 'and changes nothing');
    };
    $refuses->(qr/--git \S+: not a git repository .*/, @commits[0, 2], '--git', "$none");
    my $text = slurp("$tree/Makefile");
    spew("$tree/Makefile", "$text# changed\n");
    $before = state_of($tree);
    $refuses->(
        "\Q$tree\E has changes that are in no commit, and would not be built:"
            . " 'git stash' or 'git commit' comes first",
        @commits[0, 2]
    );
    spew("$tree/Makefile", $text);
    $before = state_of($tree);
    {
        my $without = tools_but('gcc');
        local $ENV{PATH} = "$emulator:$without";
        $refuses->('no gcc here, which building a kernel takes', @commits[0, 2]);
    }
    ok(!-e "$tree/.git/worktrees", 'nor was there a worktree');

    golden_session(
        'bisect-git-ends.txt',
        sub (@arguments) { bisect($tree, @arguments) },
        [[@commits[1, 2]], [@commits[0, 2], qw(--good-verdict hang --bad-verdict safe)]],
        {named(@commits)}
    );
    is(state_of($tree), $before, 'nothing has changed');
};

done_testing;

# A folder with all programs of PATH but one.
sub tools_but ($without) {
    my $folder = File::Temp->newdir;
    for my $path (map { glob "$_/*" } split /:/, $ENV{PATH}) {
        my ($name) = $path =~ m{([^/]+)\z};
        symlink $path, "$folder/$name" if $name ne $without && !-l "$folder/$name";
    }
    return $folder;
}
