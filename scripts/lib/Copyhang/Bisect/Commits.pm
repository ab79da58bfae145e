# SPDX-License-Identifier: GPL-2.0-only
#
# What a bisection is among: the commits of a kernel tree, each built and booted.
#
# Its points are commits, which are in no row: git says what is left, and what halves it. Which is
# next follows from what is known of the others, and from nothing that git would have to remember.
package Copyhang::Bisect::Commits;

use v5.36;
use parent 'Copyhang::Bisect::Search';
use Copyhang::Bisect::Build      ();
use Copyhang::Bisect::Commit     ();
use Copyhang::Bisect::Repository ();
use Copyhang::Failure            qw(bad_input untestable);
use Copyhang::Text               qw(shell_word);
use Cwd                          ();
use Digest::SHA                  ();
use List::Util                   qw(reduce uniq);

my $SUBJECT = 40;    # columns of a commit's first line

# $option: git, good, bad, arch, config, repeat, as of the command line.
sub for_options ($class, $option, $step, @paths) {
    my $repository = Copyhang::Bisect::Repository->new($option->{git});
    my ($good, $bad, $count) = $repository->range(@{$option}{qw(good bad)}, @paths);
    Copyhang::Bisect::Build->check_options($option);
    my %given = map { $_ => $option->{$_} } grep { defined $option->{$_} } qw(arch repeat config);
    $given{config} = Cwd::realpath($given{config}) if defined $given{config};
    return $class->new(
        repository => $repository,
        good       => [$good],
        bad        => $bad,
        paths      => \@paths,
        among      => $count + 1,
        given      => \%given,
        step       => $step,
    );
}

sub words ($self) {
    my ($given, $digest) = ($self->{given}, undef);
    if (defined $given->{config}) {
        $digest = eval { Digest::SHA->new(256)->addfile($given->{config})->hexdigest }
            // bad_input("cannot read $given->{config}: $!");
    }
    my @ends = ($self->good, $self->bad);
    return (
        $self->{repository}->common, @ends, $given->{arch} // 'x86_64',
        $digest, @{$self->{paths}}
    );
}

sub begin ($self) { return $self->{repository}->check_clean }

# What may be the first bad one, as `git rev-list` has it; not with --bisect, which would also heed
# a bisection of the user's own.
sub _left ($self, @options) {
    my @range = ($self->{bad}, map { "^$_" } @{$self->{good}});
    my @lines = $self->{repository}
        ->git('find the next commit', 'rev-list', @options, @range, '--', @{$self->{paths}});
    my @left = map { /\b([0-9a-f]{40,})\b/ } @lines;
    untestable("the first bad commit touches none of @{$self->{paths}}") if !@left;
    return grep { $_ ne $self->{bad} } @left;
}

sub between ($self) { return $self->_left(qw(--topo-order --reverse)) }

# What `git bisect` would take comes first, also where others are as good.
sub best_first ($self) {
    return uniq($self->_left('--bisect-vars'), $self->_left('--bisect-all'));
}

# The one that is nearest.
sub good ($self) {
    my %distance = map { $_ => $self->{repository}->distance($_, $self->{bad}) } @{$self->{good}};
    return reduce { $distance{$a} <= $distance{$b} ? $a : $b } @{$self->{good}};
}

sub identity ($self, $commit) { return $commit }

sub look_at ($self, $commit) {
    my ($repository, $step) = @{$self}{qw(repository step)};
    delete local @ENV{grep { /\AGIT_/ } keys %ENV};
    $repository->check_out($commit);
    my %where = (tree => $repository->worktree, build => $repository->place . '/build');
    my $seen  = Copyhang::Bisect::Commit->new({%{$self->{given}}, %where}, $step)->run;
    my $lacks = join q{, }, @{$seen->{lacks}};
    $step->progress->noise("The cases want, and the configuration does not have: $lacks.\n")
        if length $lacks && !$self->{told}{$lacks}++;
    return $seen;
}

sub columns ($self, $seen) {
    my $subject = $seen->{subject};
    substr $subject, $SUBJECT - 3, length $subject, '...' if length $subject > $SUBJECT;
    return sprintf "%s  %-${SUBJECT}s ", $seen->{name}, $subject;
}

# As of `git bisect log`: what `git bisect replay` takes, which wants each word in quotes.
sub log ($self, @seen) {    ## no critic (ProhibitBuiltinHomonyms)
    my @words = @{$self->{paths}} ? ('--', @{$self->{paths}}) : ();
    my @lines = join q{ }, 'git bisect start', map { q{'} . s/'/'\\''/gr . q{'} } @words;
    for my $seen (@seen) {
        my ($commit, $answer) = @{$seen}{qw(identity answer)};
        my $came = $seen->{why} // $seen->{verdict};
        push @lines, join q{ }, '#', $answer ? "$answer:" : (),
            "[$commit] $seen->{subject} ($came)";
        push @lines, "git bisect $answer $commit" if $answer;
    }
    return join q{}, map { "$_\n" } @lines;
}

sub facts ($self, $found) {
    my ($given, $repository, $bad) = (@{$self}{qw(given repository)}, $found->{bad});
    my @show    = ('show a commit', qw(show --no-color --stat=72), $bad->{identity});
    my @options = map { ("--$_", shell_word($given->{$_})) } sort keys %{$given};
    return (
        among   => $self->{among},
        builds  => scalar @{$found->{steps}},
        culprit => @{$found->{suspects}}
        ? undef
        : join(q{}, map { "$_\n" } $repository->git(@show)),
        log       => $self->log(@{$found->{steps}}),
        reproduce => join(q{ },
            "git checkout $bad->{name} && copyhang bisect-step --case $found->{case}", @options),
    );
}

1;
