# SPDX-License-Identifier: GPL-2.0-only
package Copyhang::Report;

use strict;
use warnings;
use feature 'signatures';
no warnings 'experimental::signatures';

use Copyhang::Comparison ();
use Copyhang::Conclusion ();
use Copyhang::Table      ();
use Text::Wrap           ();

my $WIDTH  = 100;
my $KINDS  = 4;     # of failures whose evidence is shown
my $INDENT = 22;    # of evidence, behind its key

my %COLOUR = (
    safe    => 32,
    refused => 36,
    hang    => '1;31',
    stuck   => '1;31',
    late    => 31,
    corrupt => 31,
    broken  => 35,
);

# $result: kernel, cases, troubles, seconds, baseline, selection. Arguments: verbose, colour.
sub text ($class, $result, %argument) {
    my $self  = bless {%{$result}, %argument}, $class;
    my @parts = (
        $self->_table,
        $self->_evidence,
        $self->_comparison,
        $self->_troubles,
        _wrap(q{}, Copyhang::Conclusion->text($self->{kernel}, @{$self->{cases}})),
        Copyhang::Conclusion->counts($self->{seconds}, @{$self->{cases}}) . "\n",
    );
    return join "\n", grep { length } @parts;
}

sub _table ($self) {
    return Copyhang::Table->text(
        cases   => $self->{cases},
        verbose => $self->{verbose},
        paint   => sub ($text, $verdict) { $self->_paint($text, $verdict) },
    );
}

sub _paint ($self, $text, $verdict) {
    my $colour = $COLOUR{$verdict // q{}};
    return $self->{colour} && $colour ? "\e[${colour}m$text\e[0m" : $text;
}

# Of each kind of failure, an act with a verdict, the first.
sub _evidence ($self) {
    my (%kind, @kinds);
    for my $case ($self->{verbose} ? @{$self->{cases}} : grep { $_->is_failing } @{$self->{cases}})
    {
        my $kind = $self->{verbose} ? $case->{id} : "$case->{verdict} $case->{act}";
        push @kinds,          $kind if !$kind{$kind};
        push @{$kind{$kind}}, $case;
    }
    my @shown = $self->{verbose} ? @kinds : splice @kinds, 0, $KINDS;
    my $text  = join "\n", map { $self->_kind(@{$kind{$_}}) } @shown;
    return $text if $self->{verbose} || !@kinds;
    my $others = join ', ', map { @{$kind{$_}} . " $_" } @kinds;
    return $text . "\n" . _wrap(q{}, "And: $others. --verbose shows the evidence of every case.");
}

sub _kind ($self, $case, @others) {
    my $title = $self->_paint($case->{verdict}, $case->{verdict}) . " $case->{id}";
    $title .= ' and ' . @others . " more of $case->{act}" if @others;
    return join q{}, "$title\n", map { _pair(@{$_}) }
        grep { $_->[0] ne 'verdict' } @{$case->{pairs}};
}

sub _pair ($key, $value) {
    return _wrap(sprintf('  %-*s', $INDENT - 2, $key), $value, q{ } x $INDENT);
}

sub _wrap ($first, $text, $next = q{}) {
    local $Text::Wrap::columns  = $WIDTH + 1;
    local $Text::Wrap::huge     = 'overflow';
    local $Text::Wrap::unexpand = 0;
    return Text::Wrap::wrap($first, $next, $text) . "\n";
}

sub _comparison ($self) {
    return q{} if !$self->{baseline};
    my $comparison = Copyhang::Comparison->new($self);
    my @lines      = map { "$_->[0]: $_->[1]\n" } $comparison->differences;
    return join q{}, @lines, _wrap(q{}, $comparison->sum);
}

sub _troubles ($self) {
    return join q{},
        map { _wrap($self->_paint('trouble', 'broken') . q{ }, $_, q{  }) } @{$self->{troubles}};
}

1;

__END__

=head1 NAME

Copyhang::Report - the results for people

=head1 DESCRIPTION

The tables (L<Copyhang::Table>), the evidence of the first failure of each kind or, when verbose,
of every case, the comparison with the baseline (L<Copyhang::Comparison>), the trouble with case programs, the conclusion
(L<Copyhang::Conclusion>), and the counts. For a width of 100 columns.

=cut
