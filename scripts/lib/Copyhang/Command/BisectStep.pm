# SPDX-License-Identifier: GPL-2.0-only
#
# The command `bisect-step`: one kernel, one answer.
package Copyhang::Command::BisectStep;

use v5.36;
use parent 'Copyhang::Command::Bisect';
use Copyhang::Failure qw(bad_input);

# `git bisect run` takes 2 for bad, and this for its end.
my $GIVE_UP = 255;

# Where no option says it; 'late' may be due to this machine.
my %SIDE = (good => [qw(safe refused)], bad => [qw(hang stuck spins missed corrupt)]);

sub main ($class, @arguments) {
    my $status = Copyhang::Failure->status_of(sub { $class->_main(@arguments) });
    return $status == 2 ? $GIVE_UP : $status;
}

sub _main ($class, @arguments) {
    my $option = $class->step_options(\@arguments, ['case'], qw(kernel=s vng=s tree=s build=s));
    $class->no_more(\@arguments, 'a step takes options alone');
    my ($given, $other) =
        grep { defined $option->{$_} } qw(kernel vng tree build arch config);
    my $has_kernel = ($given // q{}) =~ /\A(?:kernel|vng)\z/;
    bad_input("--$given and --$other exclude each other") if $has_kernel && defined $other;
    $class->prepare(
        $option,
        $has_kernel ? 'matrix'          : 'bisect',
        $has_kernel ? $option->{$given} : ()
    );
    require Copyhang::Bisect;    # with all that a step takes
    require Copyhang::Bisect::Commits;
    require Copyhang::Bisect::Vng;

    my $verdicts = Copyhang::Bisect::Verdicts->new({_usual($option), %{$option}});
    my $how      = defined $option->{vng} ? 'Copyhang::Bisect::Vng' : 'Copyhang::Bisect::Step';
    my $step     = $how->new($option);
    my $json     = Copyhang::Output->for_options($option, 'json')->{json};
    my $hold     = Copyhang::Cache->new->hold;
    Copyhang::Failure->catch_signals;
    my $kernel = $has_kernel ? Copyhang::Kernel->find($option->{$given}) : undef;
    $kernel->fetch                                                      if $kernel;
    Copyhang::Bisect::Commits->prepare(@{$option}{qw(arch no-install)}) if !$kernel;
    my $where = {tree => q{.}, %{$option}};
    my $seen  = $kernel ? $step->run($kernel) : Copyhang::Bisect::Commits->look_into($where, $step);
    my $judged = $verdicts->judge($seen);
    $json->write(Cpanel::JSON::XS->new->canonical->ascii->encode($seen) . "\n") if $json;
    print map { "$_\n" } _lines($judged) if ($option->{json} // q{}) ne '-';
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
        defined $why && defined $log ? "  the log: $log" : (),
        (map { "  $_" } @{defined $why ? $judged->{console} : $judged->{evidence}}),
    );
}

1;
