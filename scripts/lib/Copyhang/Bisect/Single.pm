# SPDX-License-Identifier: GPL-2.0-only
package Copyhang::Bisect::Single;

use strict;
use warnings;
use feature 'signatures';
no warnings 'experimental::signatures';

use Copyhang::Bisect::Commit   ();
use Copyhang::Bisect::Step     ();
use Copyhang::Bisect::Verdicts ();
use Copyhang::Cache            ();
use Copyhang::Case             ();
use Copyhang::Failure          ();
use Copyhang::Kernel           ();
use Copyhang::Output           ();
use Copyhang::Progress::Bisect ();
use JSON::PP                   ();

# What can be a verdict's side where no end shows it; 'late' may be due to this machine.
my %SIDE = (good => [qw(safe refused)], bad => [qw(hang stuck corrupt)]);

# Whatever is wrong with the options' values is found here, before anything runs.
sub new ($class, $option) {
    my $self     = bless {option => $option}, $class;
    my $progress = Copyhang::Progress::Bisect->begin;
    $self->{verdicts} = Copyhang::Bisect::Verdicts->new(_with_defaults($option));
    $self->{step}     = Copyhang::Bisect::Step->new(
        case     => $option->{case},
        repeat   => $option->{repeat} // 1,
        progress => $progress,
    );
    $self->{output} = Copyhang::Output->for_options($option, 'json');
    $self->{hold}   = Copyhang::Cache->new->hold;
    $self->{kernel} = Copyhang::Kernel->find($option->{kernel}) if defined $option->{kernel};
    $self->{commit} = Copyhang::Bisect::Commit->new({tree => q{.}, %{$option}}, $progress)
        if !$self->{kernel};
    return $self;
}

sub _with_defaults ($option) {
    my %said  = map { $_ => $option->{"$_-verdict"} } qw(good bad);
    my %other = (good => 'bad', bad => 'good');
    for my $side (grep { !defined $said{$_} } keys %said) {
        my $taken  = $option->{"$other{$side}-verdict"};
        my %taken  = map { $_ => 1 } split /,/, $taken // q{};
        my @may_be = defined $taken ? map { @{$_} } values %SIDE : @{$SIDE{$side}};
        $said{$side} = join q{,}, grep { !$taken{$_} } @may_be;
    }
    return {%{$option}, map { ("$_-verdict" => $said{$_}) } keys %said};
}

# The exit status for `git bisect run`.
sub main ($self) {
    Copyhang::Failure->catch_signals;
    my $seen = $self->_see;
    my ($answer, $why) = $self->{verdicts}->judge($seen);
    my $text = JSON::PP->new->canonical->ascii->encode($seen) . "\n";
    $self->{output}{json}->write($text) if $self->{output}{json};
    if   (($self->{option}{json} // q{}) eq '-') { print $text }
    else                                         { print _lines($seen, $answer, $why) }
    return $self->{verdicts}->exit_status($answer);
}

sub _see ($self) {
    my ($kernel, $step) = @{$self}{qw(kernel step)};
    return $self->{commit}->run($step) if !$kernel;
    $kernel->fetch;
    return $step->run($kernel);
}

sub _lines ($seen, $answer, $why) {
    my @lines = join q{ }, $seen->{name},
        defined $why ? "skip ($why)" : "$seen->{verdict}: $answer";
    push @lines, "  it lacks $_" for @{$seen->{lacks} // []};
    push @lines, "  the log: $seen->{log}" if defined $why && defined $seen->{log};
    push @lines, map { "  $_" } @{defined $why ? $seen->{console} : $seen->{evidence}};
    return map { "$_\n" } @lines;
}

1;

__END__

=head1 NAME

Copyhang::Bisect::Single - copyhang bisect-step, after its options have been read

=head1 DESCRIPTION

C<new> checks the options, C<main> plays the case on one kernel and returns the answer as C<git bisect
run> takes it. See L<Copyhang::Command::BisectStep>.

=cut
