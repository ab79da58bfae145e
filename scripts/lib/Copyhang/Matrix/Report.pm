# SPDX-License-Identifier: GPL-2.0-only
package Copyhang::Matrix::Report;

use strict;
use warnings;
use feature 'signatures';
no warnings 'experimental::signatures';

use Copyhang::Case                ();
use Copyhang::Matrix::Cascades    ();
use Copyhang::Matrix::Comparison  ();
use Copyhang::Matrix::Table       ();
use Copyhang::Matrix::Transitions ();
use Copyhang::Product             qw(products);
use Copyhang::Text                qw(painter wrap);
use List::Util                    qw(all max uniq);

my $CONSOLE = 10;    # lines of it that are shown

# $results: of Copyhang::Matrix::Results. Arguments: changes (of Copyhang::Matrix::Changes), verbose,
# colour, seconds (of all), selection.
sub text ($class, $results, %argument) {
    my $self = bless {%argument, results => $results, paint => painter($argument{colour})}, $class;
    $self->{transitions} = [Copyhang::Matrix::Transitions->between($results, $argument{changes})];
    my @parts = (
        Copyhang::Matrix::Table->text($results, map { $_ => $self->{$_} } qw(verbose paint)),
        $self->_left_out, $self->_cascades, $self->_transitions, $self->_comparison,
        $self->_troubles, $self->_kernels,  $self->_conclusion,
    );
    return join "\n", grep { length } @parts;
}

sub _left_out ($self) {
    return q{} if $self->{verbose};
    my $count  = $self->{results}->counts_of_others;
    my @counts = map { "$count->{$_} $_" } grep { $count->{$_} } Copyhang::Case->verdicts;
    return q{} if !@counts;
    return wrap(q{},
              'Alike on all kernels where they could be tried, and not shown: '
            . join(', ', @counts)
            . '. --verbose shows them.');
}

sub _cascades ($self) {
    my $text = q{};
    for my $group (Copyhang::Matrix::Cascades->all($self->{results})) {
        $text .= join q{}, map { wrap(q{},           s/,/, /gr, q{  }) } products(@{$group->{ids}});
        $text .= join q{}, map { wrap("  $_->[0]: ", $_->[1],   q{    }) } @{$group->{seen}};
    }
    return $text;
}

sub _transitions ($self) {
    my @labels = $self->{results}->labels;
    my $text   = q{};
    for my $transition (@{$self->{transitions}}) {
        my ($from, $to, $before, $after, $ids) = @{$transition}{qw(from to before after ids)};
        $text .= sprintf "%s -> %s between %s and %s, %s\n", $self->{paint}->($from, $from),
            $self->{paint}->($to, $to), @labels[$before, $after], cases(scalar @{$ids});
        $text .= join q{}, map { wrap(q{  }, s/,/, /gr, q{    }) } products(@{$ids});
        $text .= join q{}, map { wrap(q{  }, $_,        q{    }) } hints($transition);
        my $unexplained = unexplained($transition) // next;
        $text .= wrap(q{  }, $self->{paint}->('unexplained', 'broken') . $unexplained, q{    });
    }
    return $text;
}

# "hint for 3 cases, not confirmed: COMMIT (Linux 5.12), SUBJECT"
sub hints ($transition) {
    return map {
        my ($change, $ids) = @{$_};
        my $for = _for($transition, $ids);
        $for .= ', not confirmed' if !$change->{explains};
        "hint$for: " . change($change)
    } @{$transition->{hints}};
}

# "COMMIT (Linux 5.12), SUBJECT"
sub change ($change) {
    return "$change->{commit} (Linux $change->{version}), $change->{subject}";
}

# What is to follow the word: nothing, " for 3 cases: IDS", or undef where it does not belong.
sub unexplained ($transition) {
    my @ids = @{$transition->{unexplained}} or return;
    my $for = _for($transition, \@ids);
    return length $for ? "$for: " . join '; ', map { s/,/, /gr } products(@ids) : q{};
}

# Of a part of its cases.
sub _for ($transition, $ids) {
    return @{$ids} < @{$transition->{ids}} ? ' for ' . cases(scalar @{$ids}) : q{};
}

# "3 cases"
sub cases ($count) {
    return $count == 1 ? '1 case' : "$count cases";
}

sub _comparison ($self) {
    my $comparison = Copyhang::Matrix::Comparison->new($self->{results}, $self->{selection});
    return join q{}, map { wrap(q{}, $_, q{  }) } $comparison->lines;
}

sub _troubles ($self) {
    my $text = q{};
    for my $result ($self->{results}->results) {
        $text .= wrap($self->{paint}->('trouble', 'broken') . " $result->{name}: ", $_, q{  })
            for @{$result->{troubles} // []};
        next if $result->{outcome} eq 'complete';
        my $title = join ': ', outcome($result), $result->{detail} // ();
        $text .= wrap(q{}, $self->{paint}->($result->{name}, 'broken') . ": $title", q{  });
        my @console = @{$result->{console} // []};
        splice @console, 0, -$CONSOLE if @console > $CONSOLE && !$self->{verbose};
        $text .= join q{}, map { '  ' . s/[^\x20-\x7e]/?/gr . "\n" } @console;
    }
    return $text;
}

# "boot failed"
sub outcome ($result) {
    return $result->{outcome} =~ s/_/ /gr;
}

# A line for each: how many cases of each verdict.
sub _kernels ($self) {
    my @results = $self->{results}->results;
    my %seen    = map  { $_->{verdict} => 1 } map { @{$_->{cases}} } @results;
    my @shown   = grep { $seen{$_} } Copyhang::Case->verdicts;
    my @rows    = (['kernel', 'release', 'time', @shown, 'outcome']);
    for my $result (@results) {
        my %count;
        $count{$_->{verdict}}++ for @{$result->{cases}};
        my $seconds = $result->{seconds}{total};
        push @rows,
            [
            $result->{name},
            $result->{release} // q{-},
            defined $seconds
            ? sprintf '%.1f s',
            $seconds
            : q{-},
            (map { $count{$_} // 0 } @shown),
            outcome($result),
            ];
    }
    my @widths = map {
        my $column = $_;
        max(map { length $_->[$column] } @rows)
    } 0 .. $#{$rows[0]} - 1;
    my ($name, $release, @numbers) = @widths;
    my $format = join q{  }, "%-${name}s", "%-${release}s", (map { "%${_}s" } @numbers), '%s';
    return join q{}, map { sprintf "$format\n", @{$_} } @rows;
}

sub _conclusion ($self) {
    my $results = $self->{results};
    my %verdicts;
    for my $id ($results->ids) {
        my (undef, $strategy) = split m{/}, $id;
        push @{$verdicts{$strategy}}, grep { $_ ne 'unavailable' }
            map { $_->{verdict} } grep { defined } $results->cases($id);
    }
    my @safe = grep {
        my $verdicts = $verdicts{$_};
        @{$verdicts} && all { $_ eq 'safe' } @{$verdicts}
    } uniq map { (split m{/})[1] } $results->ids;
    my @complete = grep { $_->{outcome} eq 'complete' } $results->results;
    my @under    = uniq grep { defined } map { $_->{accelerator} } $results->results;
    my $text     = @complete . ' of ' . $results->results . ' kernels complete';
    $text .= ' under ' . join ' and ', @under if @under;
    $text .= sprintf ' in %.1f s', $self->{seconds} if defined $self->{seconds};
    $text .= '. ' . $_
        for grep { length } Copyhang::Matrix::Transitions->sum(@{$self->{transitions}});
    $text .= '. Safe on all of them, wherever tried: ' . join ', ', @safe if @safe;
    return wrap(q{}, "$text.");
}

1;

__END__

=head1 NAME

Copyhang::Matrix::Report - the results of several kernels for people

=head1 DESCRIPTION

The table (L<Copyhang::Matrix::Table>), what programs under test did
(L<Copyhang::Matrix::Cascades>), what changed from kernel to kernel with hints about the
reason (L<Copyhang::Matrix::Transitions>, L<Copyhang::Matrix::Changes>), what differs from the
baselines (L<Copyhang::Matrix::Comparison>), the kernels that were not tested to the end with the
last lines of their consoles, and a line for each kernel.

=cut
