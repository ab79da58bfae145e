# SPDX-License-Identifier: GPL-2.0-only
#
# The results of a run for people, as text.
#
# The tables, the evidence of the first failure of each kind or, when verbose, of every case, what
# differs from the baseline, the trouble with case programs, the conclusion, and the counts. For a
# width of 100 columns. Other kinds of report have other parts, or another table and conclusion.
package Copyhang::Report;

use v5.36;
use Copyhang::Conclusion      ();
use Copyhang::Grid            ();
use Copyhang::Matrix::Results ();
use Copyhang::Product         qw(group);
use Copyhang::Text            qw(painter wrap);

my $KINDS  = 3;     # of failures whose evidence is shown
my $INDENT = 22;    # of evidence, behind its key

# $results: of Copyhang::Matrix::Results. Arguments: verbose, colour.
sub text ($class, $results, %argument) {
    my $self = bless {%argument, results => $results, paint => painter($argument{colour})}, $class;
    return join "\n", grep { length } $self->parts;
}

sub parts ($self) {
    my $results = $self->{results};
    return (
        $self->table, $self->_evidence, $self->comparison, $self->troubles,
        wrap(q{}, $self->conclusion),
        Copyhang::Conclusion->counts($results) . "\n",
    );
}

sub table ($self) {
    my @cases = $self->{results}->all_cases;
    return join "\n",
        map { $_->text($self->{paint}) } Copyhang::Grid->tables($self->{verbose}, @cases);
}

sub conclusion ($self) { return Copyhang::Conclusion->text($self->{results}) }

# Of each kind of failure the first: what stalled, or why the scene was not set, tells kinds apart.
sub _evidence ($self) {
    my @cases = $self->{results}->all_cases;
    return join "\n", map { $self->_one($_) } @cases if $self->{verbose};
    my @failing = grep { $_->is_failing } @cases or return q{};
    my (%kinds_of, @kinds);
    for my $kind (group(\&_kind, @failing)) {
        push @kinds, [$kinds_of{$kind->[0]{verdict}}++, @{$kind}];
    }

    # Every verdict has its turn before the second kind of one.
    @kinds = sort { $a->[0] <=> $b->[0] } @kinds;
    splice @kinds, $KINDS if @kinds > $KINDS;
    my $text = join "\n", map { $self->_one($_->[1], @{$_} - 2) } @kinds;
    return $text if @failing == @kinds;
    my @all   = map { "$_->[0]{verdict} in " . _tally(@{$_}) } group('verdict', @failing);
    my $shown = 'Shown: ' . @kinds . ' of ' . @failing . '. ' . join('; ', @all);
    return $text . "\n" . wrap(q{}, "$shown. --verbose shows them all.");
}

sub _kind ($case) {
    return "$case->{verdict} " . (stalled($case) // $case->{reason} // q{});
}

# "exit_group (3), close (2)"
sub _tally (@cases) {
    return join ', ', map { "$_->[0]{act} (" . @{$_} . ')' } group('act', @cases);
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

# What was seen of a case, in lines: words and numbers beside each other, whatever is longer on
# lines of its own.
sub evidence ($class, $case) {
    my (@wrapped, $short);
    for my $pair (grep { $_->[0] ne 'verdict' } @{$case->{pairs}}) {
        my ($key, $value) = @{$pair};
        if ($value !~ /\A\S{1,16}\z/) {
            push @wrapped, [sprintf('  %-*s', $INDENT - 2, $key), $value, q{ } x $INDENT];
            $short = undef;
        }
        elsif ($short) { $short->[1] .= " $key=$value" }
        else           { push @wrapped, $short = [q{  }, "$key=$value", q{  }] }
    }
    return map { split /\n/, wrap(@{$_}) } @wrapped;
}

sub comparison ($self) {
    my $kernel   = $self->{results}->running;
    my $baseline = $kernel->{baseline} // return q{};
    my ($sum, @differences) = $baseline->compare($kernel, $self->{results}->selection);
    return join q{}, (map { "$_->[0]: $_->[1]\n" } @differences), wrap(q{}, $sum);
}

# Those of one kernel, or of the only one.
sub troubles ($self, $kernel = ($self->{results}->results)[0]) {
    my $name = defined $kernel->{name} ? "$kernel->{name}: " : q{};
    return join q{},
        map { wrap($self->{paint}->('trouble', 'broken') . " $name", $_, q{  }) }
        @{$kernel->{troubles} // []};
}

1;
