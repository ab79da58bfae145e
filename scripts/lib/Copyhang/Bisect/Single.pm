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

# Returns the exit status for `git bisect run`. What is wrong with the options' values is found
# before anything runs.
sub main ($class, $option) {
    my $verdicts = Copyhang::Bisect::Verdicts->new({_usual($option), %{$option}});
    my $step     = Copyhang::Bisect::Step->new($option);
    my $json     = Copyhang::Output->for_options($option, 'json')->{json};
    my $hold     = Copyhang::Cache->new->hold;
    my ($kernel) = map { Copyhang::Kernel->find($_) } $option->{kernel} // ();
    my $commit =
        $kernel ? undef : Copyhang::Bisect::Commit->new({tree => q{.}, %{$option}}, $step);
    Copyhang::Failure->catch_signals;
    $kernel->fetch if $kernel;
    my $seen   = $kernel ? $step->run($kernel) : $commit->run;
    my $judged = $verdicts->judge($seen);
    my $text   = Cpanel::JSON::XS->new->canonical->ascii->encode($seen) . "\n";
    $json->write($text) if $json;
    print +($option->{json} // q{}) eq '-' ? $text : map { "$_\n" } _lines($judged);
    return $verdicts->exit_status($judged->{answer});
}

# What is not on the side that is said is on the other one.
sub _usual ($option) {
    my %said = map  { $_ => 1 } map    { split /,/, $option->{"$_-verdict"} // q{} } keys %SIDE;
    my @rest = grep { !$said{$_} } map { @{$_} } values %SIDE;
    return map { ("$_-verdict" => join q{,}, %said ? @rest : @{$SIDE{$_}}) } keys %SIDE;
}

sub _lines ($judged) {
    my ($why, $log) = @{$judged}{qw(why log)};
    return (
        "$judged->{name} " . Copyhang::Bisect::Verdicts->words($judged),
        (map { "  it lacks $_" } @{$judged->{lacks} // []}),
        (map { "  the log: $_" } grep { defined $why && defined } $log),
        (map { "  $_" } @{defined $why ? $judged->{console} : $judged->{evidence}}),
    );
}

1;
