# SPDX-License-Identifier: GPL-2.0-only
#
# Git: a kernel's repository, and a worktree of our own in it.
#
# The worktree is in the cache. It shares the repository's commits, and has a HEAD and an index of
# its own: what is checked out elsewhere, and a bisection under way there, are not touched. Git ends
# with this program. Variables of the environment that would lead git elsewhere are not passed on,
# and no hook runs.
package Copyhang::Bisect::Repository;

use v5.36;
use Copyhang::Bisect::Build ();
use Copyhang::Cache         ();
use Copyhang::Failure       qw(bad_input untestable);
use Copyhang::ProcessGroup  ();
use Copyhang::Lock          ();
use Copyhang::Tool          ();
use Cwd                     ();
use Digest::SHA             qw(sha256_hex);
use File::Path              ();

# How long the processes of a bisection that was killed may take to end, in seconds.
our $PATIENCE = 5;

my $WORKTREE = 'copyhang';    # its name among those of the repository

# Nobody's hooks run because of us, nobody's pager waits.
my @GIT = qw(git --no-pager -c core.hooksPath=/dev/null -c advice.detachedHead=false -c gc.auto=0);

# The repository of $tree, a folder in it.
sub new ($class, $tree) {
    bad_input("--git $tree: no such folder") if !-d $tree;
    my $self = bless {tree => $tree}, $class;
    my ($status, $lines, $noise) = $self->_attempt(qw(rev-parse --git-common-dir));
    bad_input("--git $tree: " . _first($noise)) if $status;
    my ($common) = @{$lines};
    $self->{common} = Cwd::realpath($common =~ m{\A/} ? $common : "$tree/$common");
    $self->{place}  = $class->place_of($self->{common});
    return $self;
}

# The folder in which all that is made of a tree is kept, by a path that tells it from others.
sub place_of ($class, $path) {
    return Copyhang::Cache->new->path('trees/' . substr sha256_hex($path), 0, 16);
}

# What tells it from other repositories, the folder of what is made of it, the worktree in there.
sub common   ($self) { return $self->{common} }
sub place    ($self) { return $self->{place} }
sub worktree ($self) { return "$self->{place}/$WORKTREE" }

# The commit that a revision names.
sub commit ($self, $revision) {
    my @verify = qw(rev-parse --verify --quiet --end-of-options);
    my ($status, $lines) = $self->_attempt(@verify, "$revision^{commit}");
    bad_input("no commit '$revision' in $self->{tree}") if $status || @{$lines} != 1;
    return $lines->[0];
}

# Refuses a checkout with changes that are in no commit, and that somebody may think are looked at.
sub check_clean ($self) {
    my ($status, $lines) =
        $self->_attempt(qw(--no-optional-locks status --porcelain --untracked-files=no));
    return if $status || !@{$lines};    # without a checkout there is nothing to be seen
    bad_input("$self->{tree} has changes that are in no commit, and would not be built:"
            . " 'git stash' or 'git commit' comes first");
}

# From one commit to another, and how many of those between that touch the paths may be the first
# bad one; fails if none.
sub range ($self, $good, $bad, @paths) {
    my ($from, $to) = map { $self->commit($_) } $good, $bad;
    bad_input("$good and $bad are the same commit") if $from eq $to;
    if ($self->distance($to, $from) > 0) {
        bad_input("$good is no ancestor of $bad") if $self->distance($from, $to) > 0;
        bad_input("$good comes after $bad: good is the older end, also where something was fixed"
                . ' (--good-verdict says which verdicts it has)');
    }
    my @tree = @Copyhang::Bisect::Build::TREE;
    for my $end ([$good, $from], [$bad, $to]) {
        my @has = $self->git('list a tree', qw(ls-tree --full-tree --name-only), $end->[1], @tree);
        bad_input("$end->[0] is no kernel tree") if @has < @tree;
    }
    my $count = $self->distance($from, $to, @paths);
    bad_input("no commit between $good and $bad touches @paths") if $count == 0;
    return ($from, $to, $count);
}

# How many commits there are in one that are not in another.
sub distance ($self, $from, $to, @paths) {
    my ($count) = $self->git('count commits', qw(rev-list --count), "$from..$to", '--', @paths);
    return $count;
}

# A worktree of our own, with this commit, whatever an earlier process has left in it. No other
# process has it until this one ends.
sub check_out ($self, $commit) {
    $self->_take_worktree($commit) if !$self->{lock};
    my @check_out = ('-C', $self->worktree, qw(checkout --quiet --force --detach));
    return $self->git('check out a commit', @check_out, $commit);
}

sub _take_worktree ($self, $commit) {
    File::Path::make_path($self->{place}, {error => \my $errors});
    bad_input('cannot make ' . join ': ', %{$errors->[0]}) if @{$errors};
    $self->{lock} = Copyhang::Lock->take("$self->{place}/lock", $PATIENCE)
        // bad_input("another process bisects in $self->{tree}");
    my $worktree = $self->worktree;
    my @where    = ('-C', $worktree, 'rev-parse');
    if (($self->_attempt(@where, qw(--verify --quiet HEAD)))[0]) {
        File::Path::remove_tree($worktree);
        my @add = qw(worktree add --force --detach --no-checkout);
        $self->git('make a worktree', @add, $worktree, $commit);
    }
    my ($folder) = $self->git('find the worktree', @where, '--absolute-git-dir');
    return unlink map { "$folder/$_.lock" } qw(index HEAD);
}

# The worktree in a place, also from the list of its repository, which may have gone away by now.
sub remove_worktree ($class, $place) {
    my $worktree = "$place/$WORKTREE";
    return if !-e "$worktree/.git";
    my $self = bless {tree => $worktree}, $class;
    my ($status, $lines) = $self->_attempt(qw(rev-parse --git-common-dir));
    return if $status;

    # Twice: one that was not made to the end is locked.
    my @remove = ('-C', $lines->[0], qw(worktree remove --force --force));
    return $self->git('remove a worktree', @remove, $worktree);
}

# The lines that git says, in the tree if no -C says where. $what: what it is to do, in a message.
sub git ($self, $what, @arguments) {
    my ($status, $lines, $noise) = $self->_attempt(@arguments);
    return @{$lines}                                       if !$status;
    bad_input("cannot $what: no space left on the device") if $noise =~ /No space left on device/;
    untestable("cannot $what: " . _first($noise));
}

# The first thing that is wrong, else the last thing said.
sub _first ($noise) {
    my @lines  = split /\n/, $noise;
    my ($line) = map { /\A(?:fatal|error): (.*)/ } @lines;
    return $line // $lines[-1] // 'git does not say why';
}

# (wait status, [lines], what it said on standard error), however long it takes.
sub _attempt ($self, @arguments) {
    delete local @ENV{grep { /\AGIT_/ } keys %ENV};
    local $ENV{LC_ALL} = 'C';
    my ($status, @rest) = Copyhang::Tool->attempt(
        [Copyhang::ProcessGroup->group(@GIT, '-C', $self->{tree}, @arguments)], undef,
        silence => undef,
        keep    => [$self->{lock} // ()]
    );
    return ($status // -1, @rest);
}

1;
