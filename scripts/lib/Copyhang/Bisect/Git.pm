# SPDX-License-Identifier: GPL-2.0-only
package Copyhang::Bisect::Git;

use strict;
use warnings;
use feature 'signatures';
no warnings 'experimental::signatures';

use parent 'Copyhang::Bisect';
use Copyhang::Bisect::Build      ();
use Copyhang::Bisect::Commit     ();
use Copyhang::Bisect::Repository ();
use Copyhang::Failure            qw(bad_input untestable);
use Copyhang::Leash              ();
use Copyhang::Place              ();
use Copyhang::Text               qw(shell_word);
use Copyhang::Tool               ();
use Cwd                          ();
use Digest::SHA                  ();
use JSON::PP                     ();
use List::Util                   qw(reduce);

my $COPYHANG = Cwd::abs_path($0);
my $JSON     = JSON::PP->new;
my $SUBJECT  = 40;                  # columns of a commit's first line

sub prepare ($self, @paths) {
    my $option     = $self->{option};
    my $repository = Copyhang::Bisect::Repository->new($option->{git});
    $self->{among} = $repository->count_between(@{$option}{qw(good bad)}, @paths);
    $self->{ends}  = [map { $repository->commit($option->{$_}) } qw(good bad)];
    Copyhang::Bisect::Build->check_options($option);

    # What the steps are to be told.
    my %given = map { $_ => $option->{$_} } grep { defined $option->{$_} } qw(arch repeat);
    $given{config} = Cwd::realpath($option->{config}) if defined $option->{config};
    @{$self}{qw(repository paths given last_noise)} =
        ($repository, \@paths, \%given, 'it does not say why');
    return (
        $repository->common,
        @{$self->{ends}},
        $given{arch} // 'x86_64',
        scalar _digest($given{config}), @paths
    );
}

sub begin ($self) {
    $self->{repository}->check_clean;
    return;
}

# Of what is in a file; undef where there is none.
sub _digest ($path) {
    return if !defined $path;
    return
        eval { Digest::SHA->new(256)->addfile($path)->hexdigest }
        // bad_input("cannot read $path: $!");
}

sub search ($self) {
    my ($repository, $verdicts, $state) = @{$self}{qw(repository verdicts state)};
    my @known = $state->seen;
    my @ends  = map { $state->find($_) // $self->_look_at($_) } @{$self->{ends}};
    $verdicts->take_ends(@ends);
    $self->_print_step($_) for @known < 2 ? @ends : @known;
    $repository->check_out($ends[0]{identity});
    $repository->replay($self->_log);
    return $self->_outcome if $self->_is_over;
    $repository->run([$self->_step_command], $self->_listeners);
    return $self->_outcome if $self->_is_over;
    untestable(
        "git bisect run has stopped: $self->{last_noise}; the same command with --resume goes on");
}

# One of the ends, before git can be told what is good.
sub _look_at ($self, $commit) {
    my $end = $commit eq $self->{ends}[0] ? 'good' : 'bad';
    $self->{progress}->step("the $end end");
    $self->{repository}->check_out($commit);
    my ($on_line, $on_noise) = $self->_listeners;
    Copyhang::Tool->attempt(
        [Copyhang::Leash->group($self->_step_command)],
        $on_line,
        on_noise => $on_noise,
        silence  => undef
    );
    return $self->{state}->find($commit)
        // untestable("the step at the $end end has failed: $self->{last_noise}");
}

# With the sides of the verdicts as they are known by now.
sub _step_command ($self) {
    my ($option, $verdicts) = @{$self}{qw(option verdicts)};
    my %side  = map { $_ => join q{,}, $verdicts->names($_) } qw(good bad);
    my %given = (
        %{$self->{given}},
        case  => $self->{step}->case,
        tree  => $self->{repository}->worktree,
        build => $self->{repository}->place . '/build',
        json  => q{-},
        map({ ("$_-verdict" => length $side{$_} ? $side{$_} : undef) } qw(good bad)),
    );
    return (
        'env',
        'COPYHANG_RELAY=1',
        'COPYHANG_PROGRAMS=' . Copyhang::Place->programs,
        $^X,
        $COPYHANG,
        'bisect-step',
        $option->{'any-change'} ? '--any-change' : (),
        map { defined $given{$_} ? ("--$_", $given{$_}) : () } sort keys %given
    );
}

# What takes the output of git and the steps, and what takes their complaints.
sub _listeners ($self) {
    my $progress = $self->{progress};
    my $on_line  = sub ($line) {
        my $words = $progress->relayed($line);
        $progress->take($words)             if defined $words;
        $self->_count_steps($1)             if $line =~ /\ABisecting: .*\(roughly (\d+) steps?\)/;
        $self->_learn($JSON->decode($line)) if $line =~ /\A[{]/;
    };
    my $on_noise = sub ($text) {
        for my $line (grep { /\S/ } split /\n/, $text) {
            $self->{last_noise} = $line;
            $progress->noise("$line\n") if !$self->{told}{$line}++;
        }
    };
    return ($on_line, $on_noise);
}

# Git says how many more there are after the one that it has checked out.
sub _count_steps ($self, $left) {
    my $step = 1 + $self->{state}->seen;
    $self->{progress}->step("step $step of about " . ($step + $left));
    return;
}

sub _learn ($self, $seen) {
    $self->{state}->add($seen);
    my $lacks = join q{, }, @{$seen->{lacks}};
    $self->{progress}->noise("The cases want, and the configuration does not have: $lacks.\n")
        if length $lacks && !$self->{told}{$lacks}++;
    $self->_print_step($seen) if $self->{state}->seen > 2;
    return;
}

sub _print_step ($self, $seen) {
    my ($answer, $why) = $self->{verdicts}->judge($seen);
    my $subject = $seen->{subject};
    substr $subject, $SUBJECT - 3, length $subject, '...' if length $subject > $SUBJECT;
    printf {$self->{out}} "%s  %-${SUBJECT}s  %s\n", $seen->{name}, $subject,
        defined $why ? "skip ($why)" : "$seen->{verdict}: $answer";
    print {$self->{out}} "  the log: $seen->{log}\n" if defined $why;
    return;
}

sub _is_over ($self) {
    return grep { /\A# (?:first bad commit:|only skipped commits left)/ } $self->{repository}->log;
}

sub _outcome ($self) {
    my ($repository, $verdicts, $state) = @{$self}{qw(repository verdicts state)};
    my @log       = $repository->log;
    my ($culprit) = map { /\A# first bad commit: \[(\w+)\]/ } @log;
    my @possible  = map { /\A# possible first bad commit: \[(\w+)\]/ } @log;
    my %answer    = map { $_->{identity} => ($verdicts->judge($_))[0] } $state->seen;
    my ($bad)     = map { $state->find($_) } $culprit // grep { $answer{$_} eq 'bad' } @possible;
    my @suspects  = map { $state->find($_) } grep { $answer{$_} eq 'skip' } @possible;
    my @steps     = $state->seen;
    return {
        good      => $self->_last_good($bad->{identity}, \%answer),
        bad       => $bad,
        suspects  => @suspects ? [reverse @suspects] : undef,
        among     => $self->{among} + 1,
        steps     => \@steps,
        builds    => scalar @steps,
        culprit   => @suspects ? undef : $repository->show($culprit),
        reproduce => join(q{ },
            "git checkout $bad->{name} && copyhang bisect-step --case",
            $self->{step}->case,
            map { ("--$_", shell_word($self->{given}{$_})) } sort keys %{$self->{given}}),
        log => $self->_log,
    };
}

# Of those that are good the one that is nearest.
sub _last_good ($self, $bad, $answer) {
    my %distance = map { $_->{identity} => $self->{repository}->distance($_->{identity}, $bad) }
        grep { $answer->{$_->{identity}} eq 'good' } $self->{state}->seen;
    my $nearest = reduce { $distance{$a} <= $distance{$b} ? $a : $b } sort keys %distance;
    return $self->{state}->find($nearest);
}

# As of `git bisect log`: what `git bisect replay` takes, which wants each word in quotes.
sub _log ($self) {
    my @words = @{$self->{paths}} ? ('--', @{$self->{paths}}) : ();
    my $text  = join(q{ }, 'git bisect start', map { q{'} . s/'/'\\''/gr . q{'} } @words) . "\n";
    for my $seen ($self->{state}->seen) {
        my ($answer, $why) = $self->{verdicts}->judge($seen);
        $text .=
              "# $answer: [$seen->{identity}] $seen->{subject}"
            . (defined $why ? " ($why)" : " ($seen->{verdict})")
            . "\ngit bisect $answer $seen->{identity}\n";
    }
    return $text;
}

sub log ($self) {    ## no critic (ProhibitBuiltinHomonyms)
    my @ends = map { $self->{state}->find($_) // () } @{$self->{ends}};
    $self->{verdicts}->take_ends(@ends) if @ends == 2;
    return $self->_log;
}

1;

__END__

=head1 NAME

Copyhang::Bisect::Git - copyhang bisect among commits

=head1 DESCRIPTION

A L<Copyhang::Bisect>.

The ends are looked at first, as what they show is what the others are compared with. Then C<git bisect
run> calls C<copyhang bisect-step>, in a worktree of our own (L<Copyhang::Bisect::Repository>), and
each step tells what it saw in a line of JSON. What git notes of it is not relied on: L<Copyhang::Bisect::State>
keeps what was seen, and whoever goes on tells it git anew (C<git bisect replay>).

=cut
