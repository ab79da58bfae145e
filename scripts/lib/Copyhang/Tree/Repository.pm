# SPDX-License-Identifier: GPL-2.0-only
#
# Git: a kernel's repository, and a worktree of our own in it.
#
# The worktree is in the cache. It shares the repository's commits, and has a HEAD and an index of
# its own: what is checked out elsewhere, and a bisection under way there, are not touched. Git ends
# with this program. Variables of the environment that would lead git elsewhere are not passed on,
# and no hook runs.
package Copyhang::Tree::Repository;

use v5.36;
use Copyhang::Cache   ();
use Copyhang::Failure qw(bad_input untestable);
use Copyhang::Lock    ();
use Copyhang::Tool    ();
use Cwd               ();

my $WORKTREE = 'copyhang';    # its name among those of the repository
my $PATIENCE = 5;             # s; for the processes of a bisection that was killed to end

# Nobody's hooks run because of us, nobody's pager waits.
my @GIT = qw(git --no-pager -c core.hooksPath=/dev/null -c advice.detachedHead=false -c gc.auto=0);
my @COMMON = qw(rev-parse --path-format=absolute --git-common-dir);

# The repository of $tree, a folder in it. $what: how a message names it.
sub new ($class, $tree, $what = "--git $tree") {
    bad_input("$what: no such folder") if !-d $tree;
    my $self = bless {tree => $tree}, $class;
    my ($status, $lines, $noise) = $self->_attempt(@COMMON);
    bad_input("$what: " . Copyhang::Tool->reason($status, $noise)) if $status;
    $self->{common} = Cwd::realpath($lines->[0]);
    return $self;
}

# The name in the cache of what is made of a tree, by a path that tells it from others.
sub _name_of ($path) { return 'trees/' . Copyhang::Cache->key($path) }

# What tells it from other repositories, the folder of what is made of it, the worktree in there.
sub common   ($self)         { return $self->{common} }
sub place_of ($class, $path) { return Copyhang::Cache->new->path(_name_of($path)) }
sub place    ($self)         { return $self->place_of($self->{common}) }
sub worktree ($self)         { return $self->place . "/$WORKTREE" }

# The commit that a revision names.
sub commit ($self, $revision) {
    return $self->find($revision) // bad_input("no commit '$revision' in $self->{tree}");
}

# The same; undef if it names none.
sub find ($self, $revision) {
    my @verify = qw(rev-parse --verify --quiet --end-of-options);
    my ($status, $lines) = $self->_attempt(@verify, "$revision^{commit}");
    return $status || @{$lines} != 1 ? undef : $lines->[0];
}

# The lines of a file of a commit; none if there is no such file.
sub file ($self, $commit, $path) {
    my ($status, $lines) = $self->_attempt('show', "$commit:$path");
    return $status ? () : @{$lines};
}

# Refuses a checkout with changes that are in no commit, and that somebody may think are looked at.
sub check_clean ($self) {
    my ($status, $lines) =
        $self->_attempt(qw(--no-optional-locks status --porcelain --untracked-files=no));
    return if $status || !@{$lines};    # without a checkout there is nothing to be seen
    bad_input("$self->{tree} has changes that are in no commit, and would not be built:"
            . " 'git stash' or 'git commit' comes first");
}

# How many commits there are in one that are not in another.
sub distance ($self, $from, $to, @paths) {
    my ($count) = $self->git('count commits', qw(rev-list --count), "$from..$to", '--', @paths);
    return $count;
}

# A worktree of our own, with this commit, whatever an earlier process has left in it. No other
# process has it until this one ends, or lets it go.
sub check_out ($self, $commit) {
    $self->_take_worktree($commit) if !$self->{lock};
    my @check_out = ('-C', $self->worktree, qw(checkout --quiet --force --detach));
    return $self->git('check out a commit', @check_out, $commit);
}

# A patch, to the worktree, with the new files in its index: the next commit takes them away again.
sub apply ($self, $path) {
    my @apply = ('-C', $self->worktree, qw(apply --index --whitespace=nowarn));
    my ($status, undef, $noise) = $self->_attempt(@apply, $path);
    return if !$status;
    my $reason = Copyhang::Tool->reason($status, $noise);
    untestable($path =~ s{.*/}{}r . " does not apply: $reason");
}

sub let_go ($self) { return delete $self->{lock} }

sub _take_worktree ($self, $commit) {
    my ($cache, $name) = (Copyhang::Cache->new, _name_of($self->{common}));
    $self->{lock} = Copyhang::Lock->take($cache->make_folder($name) . '/lock', $PATIENCE)
        // bad_input("another process bisects in $self->{tree}");
    my $worktree = $self->worktree;
    my @where    = ('-C', $worktree, 'rev-parse');
    if (($self->_attempt(@where, qw(--verify --quiet HEAD)))[0]) {
        $cache->remove("$name/$WORKTREE");
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
    my ($status, $lines) = $self->_attempt(@COMMON);
    return if $status;

    # Twice: one that was not made to the end is locked.
    my @remove = ('-C', $lines->[0], qw(worktree remove --force --force));
    return $self->git('remove a worktree', @remove, $worktree);
}

# The lines that git says, in the tree if no -C says where. $what: what it is to do, in a message.
sub git ($self, $what, @arguments) {
    my ($status, $lines, $noise) = $self->_attempt(@arguments);
    return $status ? Copyhang::Tool->failed($what, $status, $noise) : @{$lines};
}

# (wait status, [lines], what it said on standard error), however long it takes.
sub _attempt ($self, @arguments) {
    delete local @ENV{grep { /\AGIT_/ } keys %ENV};
    local $ENV{LC_ALL} = 'C';
    my @command = (@GIT, '-C', $self->{tree}, @arguments);
    my %how     = (silence => undef, dies_by => 'GROUP', keep => [$self->{lock} // ()]);
    my ($status, @rest) = Copyhang::Tool->attempt(\@command, %how);
    return ($status // -1, @rest);
}

1;
