# SPDX-License-Identifier: GPL-2.0-only
package Copyhang::Report;

use strict;
use warnings;
use feature 'signatures';
no warnings 'experimental::signatures';

use Copyhang::Comparison ();
use Copyhang::Conclusion ();
use Copyhang::Table      ();
use Copyhang::Text       qw(painter wrap);
use List::Util           qw(sum0 uniq);

my $KINDS  = 3;     # of failures whose evidence is shown
my $INDENT = 22;    # of evidence, behind its key

# $result: kernel, cases, troubles, seconds, baseline, selection. Arguments: verbose, colour.
sub text ($class, $result, %argument) {
    my $self  = bless {%{$result}, %argument, paint => painter($argument{colour})}, $class;
    my @parts = (
        $self->_table, $self->_evidence, $self->_comparison, $self->_troubles,
        wrap(q{}, $self->_conclusion),
        Copyhang::Conclusion->counts($self->{seconds}, @{$self->{cases}}) . "\n",
    );
    return join "\n", grep { length } @parts;
}

sub _conclusion ($self) {
    return Copyhang::Conclusion->text($self->{kernel}, @{$self->{cases}});
}

sub _table ($self) {
    return Copyhang::Table->text(
        cases   => $self->{cases},
        verbose => $self->{verbose},
        paint   => $self->{paint},
    );
}

# Of each kind of failure the first: what stalled, or why the scene was not set, tells kinds apart.
sub _evidence ($self) {
    return join "\n", map { $self->_one($_) } @{$self->{cases}} if $self->{verbose};
    my (%kind, %kinds, @kinds, %count, @verdicts);
    for my $case (grep { $_->is_failing } @{$self->{cases}}) {
        my $verdict = $case->{verdict};
        my $kind    = "$verdict " . (stalled($case) // $case->{reason} // q{});
        push @kinds,              [$kinds{$verdict}++, $case, $kind] if !$kind{$kind}++;
        push @verdicts,           $verdict                           if !$count{$verdict};
        push @{$count{$verdict}}, $case->{act};
    }
    return q{} if !@kinds;

    # Every verdict has its turn before the second kind of one.
    @kinds = sort { $a->[0] <=> $b->[0] } @kinds;
    splice @kinds, $KINDS if @kinds > $KINDS;
    my $text  = join "\n", map { $self->_one($_->[1], $kind{$_->[2]} - 1) } @kinds;
    my $shown = @kinds;
    my @all   = map { "$_ in " . _tally(@{$count{$_}}) } @verdicts;
    my $total = sum0(map { scalar @{$_} } values %count);
    return $text if $total == $shown;
    return $text . "\n"
        . wrap(q{}, "Shown: $shown of $total. " . join('; ', @all) . '. --verbose shows them all.');
}

# "exit_group (3), close (2)"
sub _tally (@acts) {
    my %count;
    $count{$_}++ for @acts;
    return join ', ', map { "$_ ($count{$_})" } uniq @acts;
}

# The name of the call in which the copy stalled.
sub stalled ($case) {
    my ($step) = grep { $_->[0] eq 'step' && $_->[1] =~ /=stalled\z/ } @{$case->{pairs}};
    return $step ? $step->[1] =~ s/\W.*//sr : undef;
}

sub _one ($self, $case, $others = 0) {
    my $title = $self->{paint}->($case->{verdict}, $case->{verdict}) . q{ } . $case->title;
    $title .= " and $others more"     if $others;
    $title .= ' in ' . stalled($case) if $others && stalled($case);
    return "$title\n" . join q{}, map { "$_\n" } Copyhang::Report->evidence($case);
}

# What was seen of a case, in lines.
sub evidence ($class, $case) {
    return split /\n/, _pairs(grep { $_->[0] ne 'verdict' } @{$case->{pairs}});
}

# Words and numbers beside each other, whatever is longer on lines of its own.
sub _pairs (@pairs) {
    my ($text, @short) = (q{});
    for my $pair (@pairs, []) {
        if (@{$pair} && $pair->[1] =~ /\A\S{1,16}\z/) {
            push @short, "$pair->[0]=$pair->[1]";
            next;
        }
        $text .= wrap(q{  }, "@short", q{  }) if @short;
        $text .= _pair(@{$pair})              if @{$pair};
        @short = ();
    }
    return $text;
}

sub _pair ($key, $value) {
    return wrap(sprintf('  %-*s', $INDENT - 2, $key), $value, q{ } x $INDENT);
}

sub _comparison ($self) {
    return q{} if !$self->{baseline};
    my $comparison = Copyhang::Comparison->new($self);
    my @lines      = map { "$_->[0]: $_->[1]\n" } $comparison->differences;
    return join q{}, @lines, wrap(q{}, $comparison->sum);
}

sub _troubles ($self) {
    return join q{},
        map { wrap($self->{paint}->('trouble', 'broken') . q{ }, $_, q{  }) } @{$self->{troubles}};
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
