# SPDX-License-Identifier: GPL-2.0-only
#
# What a bisection is among: the commits of a kernel tree, each built and booted.
#
# Each is checked out in a worktree of our own (Copyhang::Bisect::Repository), built and booted
# there (Copyhang::Bisect::Commit). Its points are commits (Copyhang::Bisect::History). Nothing of
# it is kept in the repository.
package Copyhang::Bisect::Commits;

use v5.36;
use Copyhang::Bisect::Build      ();
use Copyhang::Bisect::Commit     ();
use Copyhang::Bisect::History    ();
use Copyhang::Bisect::Repository ();
use Copyhang::Failure            qw(bad_input);
use Copyhang::Text               qw(shell_word);
use Cwd                          ();
use Digest::SHA                  ();

my $SUBJECT = 40;    # columns of a commit's first line

# $option: git, good, bad, arch, config, repeat, as of the command line.
sub new ($class, $option, $step, @paths) {
    my $repository = Copyhang::Bisect::Repository->new($option->{git});
    my $count      = $repository->count_between(@{$option}{qw(good bad)}, @paths);
    Copyhang::Bisect::Build->check_options($option);
    my %given = map { $_ => $option->{$_} } grep { defined $option->{$_} } qw(arch repeat config);
    $given{config} = Cwd::realpath($given{config}) if defined $given{config};
    return bless {
        repository => $repository,
        ends       => [map { $repository->commit($option->{$_}) } qw(good bad)],
        paths      => \@paths,
        among      => $count + 1,
        given      => \%given,
        step       => $step,
    }, $class;
}

sub words ($self) {
    my ($given, $digest) = ($self->{given}, undef);
    if (defined $given->{config}) {
        $digest = eval { Digest::SHA->new(256)->addfile($given->{config})->hexdigest }
            // bad_input("cannot read $given->{config}: $!");
    }
    my @ends = @{$self->{ends}};
    return (
        $self->{repository}->common, @ends, $given->{arch} // 'x86_64',
        $digest, @{$self->{paths}}
    );
}

sub begin ($self) {
    $self->{repository}->check_clean;
    return Copyhang::Bisect::History->new($self->{repository},
        map { @{$_} } @{$self}{qw(ends paths)});
}

sub identity ($self, $commit) { return $commit }

sub look_at ($self, $commit) {
    my ($repository, $step) = @{$self}{qw(repository step)};
    delete local @ENV{grep { /\AGIT_/ } keys %ENV};
    $repository->check_out($commit);
    my %where = (tree => $repository->worktree, build => $repository->place . '/build');
    my $seen =
        Copyhang::Bisect::Commit->new({%{$self->{given}}, %where}, $step->progress)->run($step);
    my $lacks = join q{, }, @{$seen->{lacks}};
    $step->progress->noise("The cases want, and the configuration does not have: $lacks.\n")
        if length $lacks && !$self->{told}{$lacks}++;
    return $seen;
}

sub columns ($self, $seen) {
    my $subject = $seen->{subject};
    substr $subject, $SUBJECT - 3, length $subject, '...'
        if length $subject > $SUBJECT;
    return sprintf "%s  %-${SUBJECT}s ", $seen->{name}, $subject;
}

# As of `git bisect log`: what `git bisect replay` takes, which wants each word in quotes.
sub log ($self, $verdicts, @seen) {    ## no critic (ProhibitBuiltinHomonyms)
    my @words = @{$self->{paths}} ? ('--', @{$self->{paths}}) : ();
    my @lines = join q{ }, 'git bisect start', map { q{'} . s/'/'\\''/gr . q{'} } @words;
    for my $seen (@seen) {
        my ($answer, $why) = $verdicts ? $verdicts->judge($seen) : ();
        my $came = $why // $seen->{verdict};
        push @lines, join q{ }, '#', $answer ? "$answer:" : (),
            "[$seen->{identity}] $seen->{subject} ($came)";
        push @lines, "git bisect $answer $seen->{identity}" if $answer;
    }
    return join q{}, map { "$_\n" } @lines;
}

sub facts ($self, $verdicts, $bad, $suspects, @steps) {
    my ($given, $repository) = @{$self}{qw(given repository)};
    my @show    = ('show a commit', qw(show --no-color --stat=72), $bad->{identity});
    my @options = map { ("--$_", shell_word($given->{$_})) } sort keys %{$given};
    return (
        among     => $self->{among},
        builds    => scalar @steps,
        culprit   => @{$suspects} ? undef : join(q{}, map { "$_\n" } $repository->git(@show)),
        log       => $self->log($verdicts, @steps),
        reproduce => join(q{ },
            "git checkout $bad->{name} && copyhang bisect-step --case", $self->{step}->case,
            @options),
    );
}

1;
