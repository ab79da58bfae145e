# SPDX-License-Identifier: GPL-2.0-only
#
# copyhang bisect-step, after its options have been read: one kernel, one answer.
package Copyhang::Bisect::Single;

use v5.36;
use Copyhang::Bisect::Commit   ();
use Copyhang::Bisect::Step     ();
use Copyhang::Bisect::Verdicts ();
use Copyhang::Cache            ();
use Copyhang::Failure          ();
use Copyhang::Kernel           ();
use Copyhang::Output           ();
use Copyhang::Progress::Bisect ();
use Cpanel::JSON::XS           ();

# Where no option says it; 'late' may be due to this machine.
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

# What is not on the side that is said is on the other one.
sub _with_defaults ($option) {
    my ($said, @both) = grep { defined $option->{"$_-verdict"} } keys %SIDE;
    return $option if @both;
    my %side = %SIDE;
    if (defined $said) {
        my %is      = map  { $_ => 1 } split /,/, $option->{"$said-verdict"};
        my ($other) = grep { $_ ne $said } keys %SIDE;
        %side = ($other => [grep { !$is{$_} } map { @{$_} } values %SIDE]);
    }
    return {%{$option}, map { ("$_-verdict" => join q{,}, @{$side{$_}}) } keys %side};
}

# The exit status for `git bisect run`.
sub main ($self) {
    Copyhang::Failure->catch_signals;
    my $seen = $self->_see;
    my ($answer, $why) = $self->{verdicts}->judge($seen);
    my $text = Cpanel::JSON::XS->new->canonical->ascii->encode($seen) . "\n";
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

=cut
