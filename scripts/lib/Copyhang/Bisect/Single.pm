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
use Cpanel::JSON::XS           ();

# Where no option says it; 'late' may be due to this machine.
my %SIDE = (good => [qw(safe refused)], bad => [qw(hang stuck corrupt)]);

# Returns the exit status for `git bisect run`. What is wrong with the options' values is found before
# anything runs.
sub main ($class, $option) {
    my $verdicts = Copyhang::Bisect::Verdicts->new(_with_defaults($option));
    my $step     = Copyhang::Bisect::Step->new(
        case   => $option->{case},
        repeat => $option->{repeat} // 1,
    );
    my $json = Copyhang::Output->for_options($option, 'json')->{json};
    my $hold = Copyhang::Cache->new->hold;
    my $look = defined $option->{kernel} ? _kernel($option, $step) : _commit($option, $step);
    Copyhang::Failure->catch_signals;
    my $seen = $look->();
    my ($answer, $why) = $verdicts->judge($seen);
    my $text = Cpanel::JSON::XS->new->canonical->ascii->encode($seen) . "\n";
    $json->write($text) if $json;
    print(($option->{json} // q{}) eq '-' ? $text : _lines($seen, $answer, $why));
    return $verdicts->exit_status($answer);
}

sub _kernel ($option, $step) {
    my $kernel = Copyhang::Kernel->find($option->{kernel});
    return sub () { $kernel->fetch; $step->run($kernel) };
}

sub _commit ($option, $step) {
    my $commit = Copyhang::Bisect::Commit->new({tree => q{.}, %{$option}}, $step->progress);
    return sub () { $commit->run($step) };
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

sub _lines ($seen, $answer, $why) {
    my @lines = join q{ }, $seen->{name},
        defined $why ? "skip ($why)" : "$seen->{verdict}: $answer";
    push @lines, "  it lacks $_" for @{$seen->{lacks} // []};
    push @lines, "  the log: $seen->{log}" if defined $why && defined $seen->{log};
    push @lines, map { "  $_" } @{defined $why ? $seen->{console} : $seen->{evidence}};
    return map { "$_\n" } @lines;
}

1;
