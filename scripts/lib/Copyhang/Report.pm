# SPDX-License-Identifier: GPL-2.0-only
package Copyhang::Report;

use strict;
use warnings;
use feature 'signatures';
no warnings 'experimental::signatures';

use Copyhang::Case       ();
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
        $self->_table, $self->_evidence, $self->_comparison, $self->_troubles,
        _wrap(q{}, Copyhang::Conclusion->text($self->{kernel}, @{$self->{cases}})),
        $self->_counts,
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
    my $baseline = $self->{baseline} or return q{};
    my @recorded = grep { defined $_->{expected} } @{$self->{cases}};
    my @changed  = grep { $_->is_changed } @recorded;
    my @not_now  = grep { !$_->is_known } @recorded;
    my @gone =
        $self->{selection}->is_whole ? $baseline->vanished(map { $_->{id} } @{$self->{cases}}) : ();
    my @lines = (
        (map { "$_->{id}: expected $_->{expected}, now $_->{verdict}" } @changed),
        (
            map { "$_->{id}: expected $_->{expected}, could not be compared: $_->{verdict}" }
                @not_now
        ),
        (map { "$_: expected, but no longer a case" } @gone),
    );
    my @counts = (
        @recorded - @changed - @not_now . ' as expected',
        @changed . ' changed',
        @not_now . ' could not be compared',
        @{$self->{cases}} - @recorded . ' new',
    );
    my $sum = 'Against ' . $baseline->title . ': ' . join(', ', @counts) . q{.};
    return join q{}, (map { "$_\n" } @lines), _wrap(q{}, $sum);
}

sub _troubles ($self) {
    return join q{},
        map { _wrap($self->_paint('trouble', 'broken') . q{ }, $_, q{  }) } @{$self->{troubles}};
}

sub _counts ($self) {
    my %count;
    $count{$_->{verdict}}++ for @{$self->{cases}};
    my @counts = map { "$count{$_} $_" } grep { $count{$_} } Copyhang::Case->verdicts;
    return sprintf "%d cases in %.1f s: %s\n", scalar @{$self->{cases}}, $self->{seconds},
        join ', ', @counts;
}

1;

__END__

=head1 NAME

Copyhang::Report - the results for people

=head1 DESCRIPTION

The tables (L<Copyhang::Table>), the evidence of the first failure of each kind or, when verbose,
of every case, the comparison with the baseline, the trouble with case programs, the conclusion
(L<Copyhang::Conclusion>), and the counts. For a width of 100 columns.

=cut
