# SPDX-License-Identifier: GPL-2.0-only
#
# The results of several kernels for people, as text. What it gives as the reason of a change is a
# hint (Copyhang::Matrix::Changes).
package Copyhang::Matrix::Report;

use v5.36;
use parent 'Copyhang::Report';
use Copyhang::Baseline        ();
use Copyhang::Grid            ();
use Copyhang::Matrix::Changes qw(cases reasons sum_of unexplained);
use Copyhang::Product         qw(phrases);
use Copyhang::Text            qw(widths wrap);
use List::Util                qw(uniq);

my $CONSOLE = 10;    # lines of it that are shown

sub parts ($self) {
    return ($self->table, $self->_left_out, $self->_cascades, $self->_transitions,
        $self->comparison, $self->troubles, $self->_kernels, wrap(q{}, $self->conclusion),
    );
}

sub table ($self) {
    return Copyhang::Grid->sections(@{$self}{qw(results verbose paint)});
}

# How many are safe, refused or unavailable on all kernels.
sub _left_out ($self) {
    my $results = $self->{results};
    my @alike   = grep { !$results->is_telling($_) } $results->ids;
    return q{} if $self->{verbose} || !@alike;
    my $counts = join ', ',
        $results->tally(map { ($results->verdicts($_))[0] // 'unavailable' } @alike);
    return wrap(q{},
              "Alike on all kernels where they could be tried, and not shown: $counts."
            . ' --verbose shows them.');
}

sub _cascades ($self) {
    return join q{}, map {
        (map { wrap(q{}, $_, q{  }) } phrases(@{$_->{ids}})),
            map { wrap("  $_->[0]: ", $_->[1], q{    }) }
            @{$_->{seen}}
    } $self->{results}->cascades;
}

sub _transitions ($self) {
    my @labels = $self->{results}->labels;
    my $text   = q{};
    for my $transition ($self->{results}->transitions) {
        my ($from, $to, $before, $after, $ids) = @{$transition}{qw(from to before after ids)};
        $text .= sprintf "%s -> %s between %s and %s, %s\n", $self->{paint}->($from, $from),
            $self->{paint}->($to, $to), @labels[$before, $after], cases(scalar @{$ids});
        $text .= join q{}, map { wrap(q{  }, $_, q{    }) } phrases(@{$ids}), reasons($transition);
        my $unexplained = unexplained($transition) // next;
        $text .= wrap(q{  }, $self->{paint}->('unexplained', 'broken') . $unexplained, q{    });
    }
    return $text;
}

sub comparison ($self) {
    return join q{}, map { wrap(q{}, $_, q{  }) } Copyhang::Baseline->lines($self->{results});
}

sub troubles ($self) {
    my $text = q{};
    for my $result ($self->{results}->results) {
        $text .= $self->SUPER::troubles($result);
        next if $result->{outcome} eq 'complete';
        my $title = join ': ', $self->{results}->outcome($result), $result->{detail} // ();
        $text .= wrap(q{}, $self->{paint}->($result->{name}, 'broken') . ": $title", q{  });
        my @console = @{$result->{console} // []};
        splice @console, 0, -$CONSOLE if @console > $CONSOLE && !$self->{verbose};
        $text .= join q{}, map { '  ' . s/[^\x20-\x7e]/?/gr . "\n" } @console;
    }
    return $text;
}

# A line for each: how many cases of each verdict.
sub _kernels ($self) {
    my @results = $self->{results}->results;
    my ($verdicts, @counts) = $self->{results}->counts(map { $_->{cases} } @results);
    my @rows = ['kernel', 'release', 'time', @{$verdicts}, 'outcome'];
    for my $result (@results) {
        my $seconds = $result->{seconds}{total};
        $seconds = defined $seconds ? sprintf '%.1f s', $seconds : q{-};
        my @numbers = map { $_ // 0 } @{shift @counts}{@{$verdicts}};
        my $outcome = $self->{results}->outcome($result);
        push @rows, [$result->{name}, $result->{release} // q{-}, $seconds, @numbers, $outcome];
    }
    my ($name, $release, @numbers) = widths(@rows);
    pop @numbers;
    my $format = join q{  }, "%-${name}s", "%-${release}s", (map { "%${_}s" } @numbers), "%s\n";
    return join q{}, map { sprintf $format, @{$_} } @rows;
}

sub conclusion ($self) {
    my $results  = $self->{results};
    my @tried    = grep { defined } map { $results->cases($_) } $results->ids;
    my @safe     = $self->safe(@tried);
    my @complete = grep { $_->{outcome} eq 'complete' } $results->results;
    my @under    = uniq grep { defined } map { $_->{accelerator} } $results->results;
    my $text     = @complete . ' of ' . $results->results . ' kernels complete';
    $text .= ' under ' . join ' and ', @under if @under;
    $text .= sprintf ' in %.1f s', $results->seconds if defined $results->seconds;
    $text .= ". $_" for grep { length } sum_of($results->transitions);
    $text .= '. Safe on all of them, wherever tried: ' . join ', ', @safe if @safe;
    return "$text.";
}

1;
