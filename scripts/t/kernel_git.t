#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# Revisions of a git repository as kernels: with a toy tree and an emulator that boots nothing.

use v5.36;
use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Copyhang::Architecture ();
use Copyhang::Kernel       ();
use Fake                   qw(copyhang slurp spew);
use FakeGuest              qw(add_programs);
use File::Temp             ();
use Golden                 qw(golden_session);
use Test::More;
use ToyTree qw(toy_tree toy_guests commit git bisect_arguments named);

my $cache = File::Temp->newdir;
my ($programs, $emulator) = toy_guests();
local $ENV{PATH}           = "$emulator:$ENV{PATH}";
local $ENV{XDG_CACHE_HOME} = "$cache";

my ($tree, @commits) = toy_tree('/nowhere', qw(refused hang unbuildable));
my @names   = map { "git:$tree\@$_" } 'v1', "$commits[1]", 'HEAD';
my ($short) = "$tree" =~ m{([^/]+)\z};
git($tree, 'tag', 'v1', $commits[0]);

# How often something was built.
sub builds () {
    return scalar(() = map { slurp($_) =~ /^  LD /mg } glob "$cache/copyhang/trees/*/build/logs/*");
}

subtest 'compared with each other' => sub {
    spew("$tree/fs/file", "not committed\n");
    my $place = File::Temp->newdir;
    golden_session(
        'kernel-git.txt',
        sub (@arguments) { copyhang($programs, @arguments) },
        [
            ['matrix', @names,    '--write-baseline', "$place"],
            ['matrix', $names[0], '--baseline',       "$place"],
            [qw(kernels fetch), $names[2]],
            [qw(kernels prune)],
        ],
        {named(@commits), "git-$short-" => 'git-TREE-'}
    );
    is(slurp("$tree/fs/file"), "not committed\n", 'nothing has changed in the tree');
};

subtest 'built once' => sub {
    Copyhang::Kernel->find($_)->fetch for @names[0, 1];
    my @logs   = glob "$cache/copyhang/trees/*/build/logs/*";
    my $kernel = Copyhang::Kernel->find("git:$tree\@HEAD~2");
    ok(-d $kernel->folder, 'a commit by whatever name');
    unlink @logs;
    $kernel->fetch;
    is(builds(), 0, 'is not built again');
    my $same = Copyhang::Kernel->find("git:$tree\@v1/um");
    isnt($same->identity, $kernel->identity, 'of another architecture it is another kernel');
    is($same->is_uml, 1, 'which may be a user-mode kernel');
    is(Copyhang::Kernel->find("git:$tree\@v1/arm64")->architecture,
        'arm64', 'or of another machine');
};

subtest 'of another architecture' => sub {
    my ($name, $compiler) = qw(arm64 aarch64-linux-gnu-);
    plan skip_all => "this machine is one of $name" if Copyhang::Architecture->host eq $name;
    add_programs($programs, $name);
    spew("$emulator/${compiler}gcc", "#!/bin/sh\n");
    chmod oct 755, "$emulator/${compiler}gcc";
    my $place = File::Temp->newdir;
    my @both  = map { ($_, "$_/$name") } map { "git:$tree\@$_" } 'v1', $commits[1];
    my @write = ('--write-baseline', "$place/baselines", '--html', "$place/html");
    mkdir "$place/baselines";
    golden_session(
        'kernel-git-foreign.txt',
        sub (@arguments) { copyhang($programs, @arguments) },
        [
            ['matrix', @both,           @write],
            ['matrix', @both,           '--baseline', "$place/baselines"],
            ['matrix', "git:$tree\@v1", "git:$tree\@v1/$name"],
        ],
        {named(@commits), "git-$short-" => 'git-TREE-'}
    );
    my @kernels = map { "$_.json" } map { ($_, "$_-$name") } "git-$short-$commits[1]",
        "git-$short-v1";
    is_deeply(
        [sort map { s{.*/}{}r } glob "$place/baselines/*"],
        [sort @kernels],
        'a baseline for each'
    );
    my $page = slurp("$place/html");
    like($page, qr/\Q$_\E/, 'which the page shows, too') for @both;
    git($tree, qw(checkout --quiet -- .));
    my @bisect = @{bisect_arguments($tree, @commits[0, 1], '--arch', $name)};
    my ($status, $out, $err) = copyhang($programs, @bisect);
    is($status, 0, 'bisected, too') or diag($err);
    my @logs = map { slurp($_) } glob "$cache/copyhang/trees/*/build/logs/*";
    is((grep { /^made for: $name $compiler$/m } @logs), 2, 'by its compiler') or diag($err);
};

subtest 'what it is' => sub {
    spew("$tree/Makefile", <<"MAKE", slurp("$tree/Makefile"));
# SPDX-License-Identifier: GPL-2.0
VERSION = 6
PATCHLEVEL = 12
SUBLEVEL = 0
EXTRAVERSION = -rc3
MAKE
    my $commit = commit("$tree", 3, 'safe');
    git($tree, qw(branch topic/a@b), $commit);
    my $kernel = Copyhang::Kernel->find("git:$tree\@topic/a\@b");
    is($kernel->version, '6.12.0~rc3', 'the version of its Makefile');
    is($kernel->commit,  $commit,      'a revision with an @');
    my @sorted =
        map { $_->name }
        Copyhang::Kernel->sorted($kernel,
        map { Copyhang::Kernel->find("git:$tree\@$_") } qw(HEAD~1 v1));
    is_deeply([map { s/.*?@//r } @sorted],
        [qw(HEAD~1 v1 topic/a@b)], 'those of one version as they come');
};

subtest 'wrong input' => sub {
    my $none = File::Temp->newdir;
    golden_session(
        'kernel-git-refused.txt',
        sub (@arguments) { copyhang($programs, @arguments) },
        [
            map { [qw(kernels list), $_] } "git:$tree", 'git:/nowhere@v1',
            "git:$none\@v1",                            "git:$tree\@v9",
            "git:$tree\@",                              "git:$tree\@v1/vax"
        ]
    );
};

done_testing;
