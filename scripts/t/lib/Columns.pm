# SPDX-License-Identifier: GPL-2.0-only
#
# The columns of what scripts/bench prints.
package Columns;

use v5.36;
use Counts::Comparison ();
use Exporter           qw(import);
use List::Util         qw(max);
use POSIX              ();

our @EXPORT_OK = qw(number quantiles row row_of_cases row_of_runs);

# What is shown of a case, and its heading.
my %HEADING = (
    context_switches => 'switches',
    page_faults      => 'faults',
    system_calls     => 'calls',
    wall             => 'wall s',
);

# $name: with a line break before it, an empty line comes first.
sub row ($name, @columns) {
    my ($empty, $text) = $name =~ /\A(\n?)(.*)/;
    printf "%s%-26s%s\n", $empty, $text, join q{}, map { sprintf '%10s', $_ } @columns;
    return;
}

sub number ($decimals, $number) {
    return defined $number ? sprintf "%.${decimals}f", $number : q{-};
}

# For each part the smallest number that so large a part of them does not exceed.
sub quantiles ($parts, @numbers) {
    @numbers = sort { $a <=> $b } @numbers;
    return map { $numbers[max(0, POSIX::ceil($_ * @numbers) - 1)] } @{$parts};
}

# What several runs of $count cases have taken. Prints and returns their medians.
sub row_of_runs ($name, $count, @runs) {
    my %median;
    for my $key (qw(wall cpu peak)) {
        ($median{$key}) = quantiles([0.5], map { $_->{$key} } @runs);
    }
    row(
        $name,
        number(2, $median{wall}),
        number(2, $median{cpu}),
        number(0, $count / $median{wall}),
        number(1, $median{peak})
    );
    return \%median;
}

# A table of what cases take: ([verdict, figures]...), of Counts::Comparison.
sub row_of_cases ($title, $decimals, @groups) {
    my @figures = @Counts::Comparison::FIGURES;
    row("\n$title", map { $HEADING{$_} // $_ } @figures);
    for (@groups) {
        my ($name, $figures) = @{$_};
        my $cases = $figures->{cases} ? " ($figures->{cases})" : q{};
        row("$name$cases", map { number($_ eq 'wall' ? 2 : $decimals, $figures->{$_}) } @figures);
    }
    return;
}

1;
