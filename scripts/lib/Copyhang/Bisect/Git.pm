# SPDX-License-Identifier: GPL-2.0-only
package Copyhang::Bisect::Git;

use strict;
use warnings;
use feature 'signatures';
no warnings 'experimental::signatures';

use Copyhang::Bisect::Build      ();
use Copyhang::Bisect::Commit     ();
use Copyhang::Bisect::Document   ();
use Copyhang::Bisect::Report     ();
use Copyhang::Bisect::Repository ();
use Copyhang::Bisect::State      ();
use Copyhang::Bisect::Step       ();
use Copyhang::Bisect::Verdicts   ();
use Copyhang::Failure            qw(bad_input untestable);
use Copyhang::Leash              ();
use Copyhang::Output             ();
use Copyhang::Place              ();
use Copyhang::Progress::Bisect   ();
use Copyhang::Tool               ();
use Cwd                          ();
use IO::Handle                   ();
use JSON::PP                     ();
use List::Util                   qw(reduce sum0);

my $COPYHANG = Cwd::abs_path($0);
my $JSON     = JSON::PP->new;
my $SUBJECT  = 40;                  # columns of a commit's first line

# Whatever is wrong with the options' values is found here, before anything runs or changes.
sub new ($class, $option, @paths) {
    my $self = bless {option => $option, paths => \@paths, last_noise => 'it does not say why'},
        $class;
    $self->{progress} = Copyhang::Progress::Bisect->begin;
    $self->{verdicts} = Copyhang::Bisect::Verdicts->new($option);
    $self->{step}     = Copyhang::Bisect::Step->new(
        case     => $option->{case},
        progress => $self->{progress},
    );
    my $repository = $self->{repository} = Copyhang::Bisect::Repository->new($option->{git});
    $repository->check_clean if !$option->{log};
    $self->{among} = $repository->count_between(@{$option}{qw(good bad)}, @paths);
    $self->{ends}  = [map { $repository->commit($option->{$_}) } qw(good bad)];
    Copyhang::Bisect::Build->check_options($option);
    $self->{config} = Cwd::realpath($option->{config}) if defined $option->{config};
    $self->{state}  = Copyhang::Bisect::State->new(
        Copyhang::Place->programs,
        $self->{step}->case,
        @{$self->{ends}},
        $repository->common, $self->{config}, @{$option}{qw(arch repeat)}, @paths
    );
    $self->{out}    = ($option->{json} // q{}) eq '-' ? \*STDERR : \*STDOUT;
    $self->{output} = Copyhang::Output->for_options($option, 'json');
    return $self;
}

sub main ($self) {
    return $self->_print_log if $self->{option}{log};
    Copyhang::Failure->catch_signals;
    $self->{state}->open($self->{option}{resume});
    $self->{out}->autoflush;
    my $outcome = eval { $self->_search };
    if (!$outcome) {
        print {*STDERR} "Interrupted. The same command with --resume goes on.\n"
            if Copyhang::Failure->signalled;
        die $@;    ## no critic (RequireCarping)
    }
    $self->_tell($outcome);
    return $outcome->{suspects} ? 125 : 0;
}

# What Copyhang::Bisect::Report and Copyhang::Bisect::Document take.
sub _search ($self) {
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
        patient  => 1
    );
    return $self->{state}->find($commit)
        // untestable("the step at the $end end has failed: $self->{last_noise}");
}

# With the sides of the verdicts as they are known by now.
sub _step_command ($self) {
    my ($option, $verdicts) = @{$self}{qw(option verdicts)};
    my %side  = map { $_ => join q{,}, $verdicts->names($_) } qw(good bad);
    my %given = (
        case   => $self->{step}->case,
        tree   => $self->{repository}->worktree,
        build  => $self->{repository}->place . '/build',
        json   => q{-},
        config => $self->{config},
        map({ $_ => $option->{$_} } qw(arch repeat)),
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
        case      => $self->{step}->case,
        control   => $self->{step}->control,
        verdicts  => $verdicts,
        good      => $self->_last_good($bad->{identity}, \%answer),
        bad       => $bad,
        suspects  => @suspects ? [reverse @suspects] : undef,
        among     => $self->{among} + 1,
        steps     => \@steps,
        boots     => sum0(map { $_->{boots} } @steps),
        builds    => scalar @steps,
        seconds   => sum0(map { $_->{seconds} + $_->{built} } @steps),
        culprit   => @suspects ? undef : $repository->show($culprit),
        reproduce => "git checkout $bad->{name} && copyhang bisect-step --case "
            . $self->{step}->case,
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

sub _print_log ($self) {
    my $state = $self->{state};
    $state->read // bad_input('--log: no such bisection has begun');
    my @ends = map { $state->find($_) // () } @{$self->{ends}};
    $self->{verdicts}->take_ends(@ends) if @ends == 2;
    print $self->_log;
    return 0;
}

sub _tell ($self, $outcome) {
    my $json = Copyhang::Bisect::Document->text($outcome);
    $self->{output}{json}->write($json) if $self->{output}{json};
    print $json                         if ($self->{option}{json} // q{}) eq '-';
    print {$self->{out}} "\n", Copyhang::Bisect::Report->text($outcome);
    return;
}

1;

__END__

=head1 NAME

Copyhang::Bisect::Git - copyhang bisect among commits, after its options have been read

=head1 DESCRIPTION

C<new> checks the options, C<main> bisects, prints the report and returns the exit status: 0 if the
first bad commit is known, 125 if only those between are that did not tell. See
L<Copyhang::Command::Bisect>.

The ends are looked at first, as what they show is what the others are compared with. Then C<git bisect
run> calls C<copyhang bisect-step>, in a worktree of our own (L<Copyhang::Bisect::Repository>), and
each step tells what it saw in a line of JSON. What git notes of it is not relied on: L<Copyhang::Bisect::State>
keeps what was seen, and whoever goes on tells it git anew (C<git bisect replay>).

=cut
