#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# Bisects commits of a real kernel: the distribution's source, and a history that is made here, in
# which sendfile into a pipe is refused, and then is not.
#
# long: left out, since it builds kernels

use v5.36;
use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Copyhang::Paths  ();
use Cpanel::JSON::XS ();
use Fake             qw(start finish slurp spew);
use File::Temp       ();
use Foreign          qw(obstacle programs);
use KernelSource     qw(source source_tree refuse_pipes panic);
use Test::More;
use ToyTree qw(git $CASE);

# s; a kernel is built once, which takes minutes on two processors, and longer on busy ones.
local $Fake::LIMIT = 1800;

# Files to compile from one step to the next; a kernel has more than a thousand.
my $FEW = 100;

# What a commit does to files of the tree; all else adds a comment to one.
my ($UNBUILDABLE, $UNBOOTABLE, $CULPRIT) =
    ('Forget a semicolon', 'Panic at the first process', 'Let sendfile send to pipes');
my %CHANGE = (
    'Refuse to send to pipes' => {'fs/read_write.c' => \&refuse_pipes},
    $CULPRIT                  => {'fs/read_write.c' => \&send_to_pipes},
    $UNBUILDABLE              => {'fs/nsfs.c' => sub ($text) { "$text\nint planted(void)\n" }},
    $UNBOOTABLE               => {
        'fs/nsfs.c'   => sub ($text) { $text =~ s/\nint planted.*//r },
        'init/main.c' => \&panic,
    },
    'Keep calm' => {'init/main.c' => sub ($text) { $text =~ s/\tpanic\("planted.*\n//r }},
);
my @COMMENTED = qw(fs/stack.c lib/ctype.c README fs/fs_types.c);

# Git looks at the middle of the 13 after the first, and next to it when that does not tell.
my @HISTORY = (
    'Refuse to send to pipes',
    (map { "Say a word $_" } 1 .. 5),
    $UNBUILDABLE, $UNBOOTABLE, 'Keep calm', 'Say a word 9', $CULPRIT,
    (map { "Say a word $_" } 11 .. 13)
);

sub send_to_pipes ($text) {
    return $text =~ s{retval = -EINVAL; /[*] ($KernelSource::TO_PIPE) [*]/}{retval = $1;}r;
}

my $source = source();
plan skip_all => 'no source of a kernel in /usr/src (package linux-source)' if !defined $source;

my $place   = File::Temp->newdir;
my $tree    = source_tree($source, "$place/tree");
my @commits = map { change($_) } @HISTORY;

# Those of arm64 are in the cache of who runs this.
my $obstacle = obstacle('arm64', 'debian:6.1/arm64');
my $foreign  = defined $obstacle ? undef : programs('arm64');

# What was compiled is kept for the next time, as with any kernel that is built here.
local $ENV{CCACHE_DIR} //= ($ENV{XDG_CACHE_HOME} // "$ENV{HOME}/.cache") . '/ccache';
local $ENV{XDG_CACHE_HOME} = "$place/cache";

subtest 'which commit let it hang' => sub {
    my $found = bisect($commits[0], $commits[-1]);
    is($found->{status}, 0, 'found, in one run') or return diag(@{$found}{qw(out err)});
    my %step = map { $_->{subject} => $_ } @{$found->{steps}};
    is($found->{bad}{subject},      $CULPRIT,       'the right one');
    is($found->{bad}{verdict},      'hang',         'which hangs');
    is($found->{good}{subject},     'Say a word 9', 'after the one before');
    is($found->{good}{verdict},     'refused',      'which refuses');
    is($step{$UNBUILDABLE}{answer}, 'skip',         'one that does not build is skipped');
    like($step{$UNBUILDABLE}{reason}, qr{fs/nsfs[.]c:.* error: }, 'with the reason');
    is($step{$UNBOOTABLE}{answer}, 'skip', 'one that does not boot is skipped');
    like($step{$UNBOOTABLE}{reason}, qr/planted: it does not boot/, 'with the reason');
    like("@{$found->{bad}{evidence}}", qr/stalled=yes.*wait_woken.*pipe_release.*do_exit/s,
        'stacks');
    is_deeply($found->{bad}{lacks}, [], 'the configuration has all that the cases want');

    my ($first, @later) = map { compiled($_) } @{$found->{steps}};
    cmp_ok($first, '>', $FEW, 'the kernel is built');
    is((grep { $_ > $FEW } @later), 0, 'not anew for each step') or diag("@later");
    like($found->{err}, qr/^ fs\/read_write[.]c [|] 2 [+]-$/m, 'what the culprit is');
};

subtest 'which commit fixed it' => sub {
    git($tree, qw(checkout --quiet --detach), $commits[-1]);
    my @fix   = map { change($_) } 'Say a word 14', 'Refuse to send to pipes', 'Say a word 15';
    my $found = bisect($commits[-1], $fix[-1], '--good-verdict', 'hang');
    is($found->{status},       0,                         'found') or diag(@{$found}{qw(out err)});
    is($found->{bad}{subject}, 'Refuse to send to pipes', 'the right one');
};

subtest 'of another architecture' => sub {
    plan skip_all => $obstacle if defined $obstacle;
    my $found = bisect(@commits[8, 11], '--arch', 'arm64');
    is($found->{status},        0,              'found') or diag(@{$found}{qw(out err)});
    is($found->{bad}{subject},  $CULPRIT,       'the right one');
    is($found->{bad}{verdict},  'hang',         'which hangs');
    is($found->{good}{subject}, 'Say a word 9', 'after the one before');
    like("@{$found->{bad}{evidence}}", qr/pipe_release.*__arm64_sys_exit_group/s, 'there');
    is_deeply($found->{bad}{lacks}, [], 'the configuration has all that the cases want');
};

done_testing;

# Makes a commit, and returns it.
sub change ($message) {
    my ($number) = $message =~ /(\d+)\z/;
    my %change = %{
        $CHANGE{$message} // {
            $COMMENTED[$number % @COMMENTED] => sub ($text) { "$text\n/* A word: $number */\n" }
        }
    };
    spew("$tree/$_", $change{$_}->(slurp("$tree/$_"))) for keys %change;
    git($tree, qw(commit --quiet --all --message), $message);
    return git($tree, qw(rev-parse HEAD));
}

# How many files make compiled in a step.
sub compiled ($step) {
    return scalar(() = slurp($step->{log}) =~ /^  CC /mg);
}

# What --json says, with status and err, where the report is.
sub bisect ($good, $bad, @more) {
    my ($status, $out, $err) = finish(
        start(
            $foreign // Copyhang::Paths->programs,
            [
                'bisect', '--case', $CASE, '--git',  $tree, '--good',
                $good,    '--bad',  $bad,  '--json', q{-},  @more
            ]
        )
    );
    diag($err =~ s/\n\n.*//sr);
    my $found = eval { Cpanel::JSON::XS->new->decode($out) } // {};
    return {%{$found}, status => $status, out => $out, err => $err};
}
