# SPDX-License-Identifier: GPL-2.0-only
#
# What a bisection is among: the commits of a kernel tree, each built and booted.
#
# Its points are commits, which are in no row: git says what is left, and what halves it. Which is
# next follows from what is known of the others, and from nothing that git would have to remember.
package Copyhang::Bisect::Commits;

use v5.36;
use parent 'Copyhang::Bisect::Search';
use Copyhang::Failure          qw(bad_input untestable);
use Copyhang::Guest::Programs  ();
use Copyhang::Kernel           ();
use Copyhang::Text             qw(shell_word);
use Copyhang::Tool             ();
use Copyhang::Tree::Build      ();
use Copyhang::Tree::Repository ();
use Cwd                        ();
use Digest::SHA                ();
use File::Spec                 ();
use List::Util                 qw(reduce uniq);

# $option: git, good, bad, arch, config, repeat, as of the command line.
sub for_options ($class, $option, $step, @paths) {
    my $repository = Copyhang::Tree::Repository->new($option->{git});
    my %range      = _range($repository, @{$option}{qw(good bad)}, @paths);
    Copyhang::Tree::Build->check_options($option);
    my %given = map { $_ => $option->{$_} } grep { defined $option->{$_} } qw(arch repeat config);
    $given{config} = Cwd::realpath($given{config}) if defined $given{config};
    my %self = (repository => $repository, paths => \@paths, given => \%given, step => $step);
    $self{no_install} = $option->{'no-install'};
    return $class->new(%self, %range);
}

# Between two revisions, among the commits that touch the paths. What is no range is bad input.
sub _range ($repository, $good, $bad, @paths) {
    my ($from, $to) = map { $repository->commit($_) } $good, $bad;
    bad_input("$good and $bad are the same commit") if $from eq $to;
    my $is_after = $repository->distance($to, $from);
    bad_input("$good is no ancestor of $bad") if $is_after && $repository->distance($from, $to);
    bad_input("$good comes after $bad: $Copyhang::Bisect::Search::OLDER") if $is_after;
    my @tree = @Copyhang::Tree::Build::TREE;
    my @list = ('list a tree', qw(ls-tree --full-tree --name-only));
    for my $end ($good, $bad) {
        bad_input("$end is no kernel tree") if $repository->git(@list, $end, @tree) < @tree;
    }
    my $count = $repository->distance($from, $to, @paths);
    bad_input("no commit between $good and $bad touches @paths") if !$count;
    return (good => [$from], bad => $to, among => $count + 1);
}

sub words ($self) {
    my ($arch, $config) = @{$self->{given}}{qw(arch config)};
    my ($digest) = map {
        eval { Digest::SHA->new(256)->addfile($_)->hexdigest } // bad_input("cannot read $_: $!")
    } $config // ();
    my @where = ($self->{repository}->common, $self->good, $self->bad);
    return (@where, $arch // 'x86_64', $digest, @{$self->{paths}});
}

sub begin ($self) {
    $self->{repository}->check_clean;
    return $self->prepare($self->{given}{arch}, $self->{no_install});
}

# Programs for guests of what is built.
sub prepare ($class, $arch, $no_install) {
    my $architecture = Copyhang::Tree::Build->architecture($arch // 'x86_64');
    return Copyhang::Guest::Programs->prepare($architecture, $no_install, sub ($words) { });
}

# What may be the first bad one, as `git rev-list` has it; not with --bisect, which would also heed
# a bisection of the user's own.
sub _left ($self, @options) {
    my @range = ($self->{bad}, map { "^$_" } @{$self->{good}});
    my @what  = ('find the next commit', 'rev-list', @options, @range, '--', @{$self->{paths}});
    my @left  = map { /\b([0-9a-f]{40,})\b/ } $self->{repository}->git(@what);
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
    my $seen  = $self->look_into({%{$self->{given}}, %where}, $step);
    my $lacks = join q{, }, @{$seen->{lacks}};
    $step->progress->noise("The cases want, and the configuration does not have: $lacks.\n")
        if length $lacks && !$self->{told}{$lacks}++;
    return $seen;
}

# What a step sees of what is checked out in a tree, which is broken if it cannot be built; besides
# the subject, the path of the log of the build, the options that it lacks, and how long it was
# built, in seconds. $option: tree, build, arch, config, as of the command line.
sub look_into ($class, $option, $step) {
    my $tree   = Cwd::realpath($option->{tree}) // $option->{tree};
    my $folder = $option->{build} // Copyhang::Tree::Repository->place_of($tree) . '/build';
    my %what   = (tree => $tree, arch => $option->{arch} // 'x86_64', config => $option->{config});
    my $build  = Copyhang::Tree::Build->new(%what, folder => File::Spec->rel2abs($folder));
    my ($status, $lines) =
        Copyhang::Tool->attempt(['git', '-C', $tree, qw(log -1 --format=%H%n%s HEAD)]);
    my ($commit, $subject) = $status == 0 ? @{$lines} : $tree;
    my $name = $commit =~ s{.*/}{}r =~ s/\A([0-9a-f]{12})[0-9a-f]{28,}\z/$1/r;
    my $tell = sub ($words) { $step->progress->state_of($name, $words) };
    $tell->('is configured');
    my ($built, $image, $why) = $build->run($name, $tell);
    my $seen = defined $why ? $step->not_booted($why) : undef;
    $seen //= $step->run(Copyhang::Kernel->find($image, name => $name));
    my %commit = (case => $step->case, name => $name, identity => $commit, subject => $subject);
    return {%{$seen}, %commit, %{$built}};
}

sub columns ($self, $seen) {
    return sprintf '%s  %-40s ', $seen->{name}, $seen->{subject} =~ s/\A(.{37}).{4,}/$1.../sr;
}

# As of `git bisect log`: what `git bisect replay` takes, which wants each word in quotes.
sub log ($self, @seen) {    ## no critic (ProhibitBuiltinHomonyms)
    my @words =
        map { q{ '} . s/'/'\\''/gr . q{'} } @{$self->{paths}} ? ('--', @{$self->{paths}}) : ();
    my $text = join q{}, 'git bisect start', @words, "\n";
    for my $seen (@seen) {
        my ($commit, $answer) = @{$seen}{qw(identity answer)};
        my $came = $seen->{why} // $seen->{verdict};
        $text .= '# ' . ($answer ? "$answer: " : q{}) . "[$commit] $seen->{subject} ($came)\n";
        $text .= "git bisect $answer $commit\n" if $answer;
    }
    return $text;
}

sub facts ($self, $found) {
    my ($commit, $name) = @{$found->{bad}}{qw(identity name)};
    my $given   = $self->{given};
    my @show    = ('show a commit', qw(show --no-color --stat=72), $commit);
    my @culprit = @{$found->{suspects}} ? () : map { "$_\n" } $self->{repository}->git(@show);
    my @options = map { ("--$_", shell_word($given->{$_})) } sort keys %{$given};
    my $step    = "copyhang bisect-step --case $found->{case}";
    return (
        among     => $self->{among},
        builds    => scalar @{$found->{steps}},
        culprit   => @culprit ? join(q{}, @culprit) : undef,
        log       => $self->log(@{$found->{steps}}),
        reproduce => join(q{ }, "git checkout $name && $step", @options),
    );
}

1;
