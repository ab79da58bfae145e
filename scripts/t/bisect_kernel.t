#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# Bisects commits of a real kernel: the distribution's source, and a history that is made here, in
# which sendfile into a pipe is refused, and then is not.

use strict;
use warnings;
use feature 'signatures';
no warnings 'experimental::signatures';

use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Copyhang::Place  ();
use Cpanel::JSON::XS ();
use Fake             qw(start finish slurp spew);
use File::Find       ();
use File::Temp       ();
use Test::More;
use ToyTree qw(git $CASE);

# s; a kernel is built once, which takes minutes on two processors, and longer on busy ones.
local $Fake::LIMIT = 1800;

# A minute each would be a lot: from one step to the next little is built.
my $PER_STEP = 60;

# What is large, and of no use to a small kernel but for the files that make and kconfig read.
my $LARGE = qr{\A(?:Documentation|LICENSES|rust|samples|sound|arch/(?!um/|x86/)[^/]+
    |drivers/(?:clk|gpu|infiniband|media|net/ethernet|net/wireless|pinctrl|scsi|staging|usb)
    |tools/(?:perf|power|testing))/}x;
my $READ = qr{(?:\A|/)(?:Kconfig|Makefile|Kbuild)[^/]*\z|[.]include\z};

# What a commit does to the tree; all else adds a comment to a file.
my %CHANGE = (
    'Let sendfile send to pipes' => ['fs/read_write.c', \&send_to_pipes],
    'Refuse to send to pipes'    => ['fs/read_write.c', \&refuse_pipes],
    'Forget a semicolon'         => ['fs/nsfs.c',   sub ($text) { "$text\nint planted(void)\n" }],
    'Find it again'              => ['fs/nsfs.c',   sub ($text) { $text =~ s/\nint planted.*//r }],
    'Panic at the first process' => ['init/main.c', \&panic],
    'Keep calm' => ['init/main.c', sub ($text) { $text =~ s/\tpanic\("planted.*//r }],
);
my @COMMENTED = qw(fs/stack.c lib/ctype.c README fs/fs_types.c);

my ($UNBUILDABLE, $UNBOOTABLE, $CULPRIT) =
    ('Forget a semicolon', 'Panic at the first process', 'Let sendfile send to pipes');
my @HISTORY = (
    'Refuse to send to pipes',
    (map { "Say a word $_" } 1 .. 3),
    $UNBUILDABLE,
    'Find it again',
    'Say a word 6',
    $CULPRIT,
    'Say a word 8',
    $UNBOOTABLE,
    'Keep calm',
    (map { "Say a word $_" } 11 .. 13)
);

# Inside of do_sendfile.
my $TO_PIPES = qr/(sendfile\(.*?\n\topipe = get_pipe_info\(out[.]file, true\);\n)/s;
my $REFUSAL  = "\tretval = -EINVAL;\n\tif (opipe)\n\t\tgoto fput_out;\n";

sub refuse_pipes ($text) {
    $text =~ s/static ssize_t do_$TO_PIPES/static ssize_t do_$1$REFUSAL/
        or die 'no such do_sendfile';
    return $text;
}

sub send_to_pipes ($text) {
    return $text =~ s/\Q$REFUSAL\E//r;
}

sub panic ($text) {
    $text =~ s/(kernel_init\(void \*unused\)\n\{\n)/$1\tpanic("planted: it does not boot");\n/
        or die 'no such kernel_init';
    return $text;
}

my ($source) = reverse sort glob '/usr/src/linux-source-*.tar.xz';
plan skip_all => 'no source of a kernel in /usr/src (package linux-source)' if !defined $source;

my $place = File::Temp->newdir;
my $tree  = unpack_source($source, "$place/tree");
git($tree, qw(init --quiet --initial-branch=main));
git($tree, qw(config core.compression 0));
git($tree, qw(add --all --force));
git($tree, qw(commit --quiet --message), 'The source as it comes');
my @commits = lead_to_both(map { change($_) } @HISTORY);

# What was compiled is kept for the next time, as with any kernel that is built here.
local $ENV{CCACHE_DIR} //= ($ENV{XDG_CACHE_HOME} // "$ENV{HOME}/.cache") . '/ccache';
local $ENV{XDG_CACHE_HOME} = "$place/cache";

subtest 'which commit let it hang' => sub {
    my $found = bisect($commits[0], $commits[-1]);
    is($found->{status}, 0, 'found, in one run') or return diag(@{$found}{qw(out err)});
    my %step = map { $_->{subject} => $_ } @{$found->{steps}};
    is($found->{bad}{subject},      $CULPRIT,       'the right one');
    is($found->{bad}{verdict},      'hang',         'which hangs');
    is($found->{good}{subject},     'Say a word 6', 'after the one before');
    is($found->{good}{verdict},     'refused',      'which refuses');
    is($step{$UNBUILDABLE}{answer}, 'skip',         'one that does not build is skipped');
    like($step{$UNBUILDABLE}{reason}, qr{fs/nsfs[.]c:.* error: }, 'with the reason');
    is($step{$UNBOOTABLE}{answer}, 'skip', 'one that does not boot is skipped');
    like($step{$UNBOOTABLE}{reason}, qr/planted: it does not boot/, 'with the reason');
    like("@{$found->{bad}{evidence}}", qr/stalled=yes.*wait_woken.*pipe_release.*do_exit/s,
        'stacks');
    is_deeply($found->{bad}{lacks}, [], 'the configuration has all that the cases want');

    my (undef, undef, @later) = map { $_->{built} } @{$found->{steps}};
    is((grep { $_ > $PER_STEP } @later), 0, 'the kernel is not built anew for each step')
        or diag("@later");
    like($found->{err}, qr/^ fs\/read_write[.]c [|] 3 ---$/m, 'what the culprit is');
};

subtest 'which commit fixed it' => sub {
    git($tree, qw(checkout --quiet --detach), $commits[-1]);
    my @fix   = map { change($_) } 'Say a word 14', 'Refuse to send to pipes', 'Say a word 15';
    my $found = bisect($commits[-1], $fix[-1], '--good-verdict', 'hang');
    is($found->{status},       0,                         'found') or diag(@{$found}{qw(out err)});
    is($found->{bad}{subject}, 'Refuse to send to pipes', 'the right one');
};

done_testing;

# Without what takes room and is not needed. Returns the folder.
sub unpack_source ($archive, $folder) {
    mkdir $folder;
    system('tar', '-xf', $archive, '-C', $folder, '--strip-components=1') == 0
        or die "cannot unpack $archive";
    File::Find::find(
        {
            no_chdir => 1,
            wanted   => sub {
                my $path = s{\A\Q$folder\E/}{}r;
                unlink $_ if !-d && $path =~ $LARGE && $path !~ $READ;
            }
        },
        $folder
    );
    return $folder;
}

# Makes one commit, and returns it.
sub change ($message) {
    my ($number) = $message =~ /(\d+)\z/;
    my ($file, $code) =
        @{$CHANGE{$message}
            // [$COMMENTED[$number % @COMMENTED], sub ($text) { "$text\n/* A word: $number */\n" }]
        };
    spew("$tree/$file", $code->(slurp("$tree/$file")));
    git($tree, qw(commit --quiet --all --message), $message);
    return git($tree, qw(rev-parse HEAD));
}

# Which commit git takes after one that was skipped depends on their names. So the same commits are made
# again, a second later, until it comes by both that are to be skipped. Returns the new ones.
sub lead_to_both (@made) {
    for my $second (1 .. 100) {
        my @new;
        for my $number (0 .. $#made) {
            local $ENV{GIT_COMMITTER_DATE} = 1_700_000_000 + $second . ' +0000';
            push @new,
                scalar git($tree, 'commit-tree', "$made[$number]^{tree}", '-m', $HISTORY[$number],
                $number ? ('-p', $new[-1]) : ());
        }
        my %met = map { $_ => 1 } would_meet(@new);
        return @new if 2 == grep { $met{$_} } $UNBUILDABLE, $UNBOOTABLE;
    }
    die 'no such history';
}

# The commits that git would choose, by their first lines.
sub would_meet (@new) {
    my ($after, %answer) = (0);
    for my $number (0 .. $#new) {
        my $is_bad = $after ||= $HISTORY[$number] eq $CULPRIT;
        $answer{$new[$number]} =
              $HISTORY[$number] =~ /\A(?:$UNBUILDABLE|$UNBOOTABLE)\z/ ? 'skip'
            : $is_bad                                                 ? 'bad'
            :                                                           'good';
    }
    git($tree, qw(bisect start --no-checkout), @new[-1, 0]);
    my @met;
    while (my $next = eval { scalar git($tree, qw(rev-parse --verify --quiet BISECT_HEAD)) }) {
        push @met, scalar git($tree, qw(log -1 --format=%s), $next);
        last if grep { /first bad commit/ } git($tree, 'bisect', $answer{$next});
    }
    git($tree, qw(bisect reset));
    return @met;
}

# What --json says, with status and err, where the report is.
sub bisect ($good, $bad, @more) {
    my ($status, $out, $err) = finish(
        start(
            Copyhang::Place->programs,
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
