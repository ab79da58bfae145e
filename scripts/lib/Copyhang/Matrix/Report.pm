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
    my @table = $self->{verbose} ? 'table' : ();
    return map { $self->$_ } qw(head changes architectures), @table,
        qw(cascades comparison troubles kernels proof counts);
}

sub expendable ($class) {
    return
        qw(claims reasons exotic_acts other_ways exotic_names act_names instead hints proof exotic
        acts names);
}

sub head ($self) {
    my $kernel = $self->{results}->newest // return $self->title;
    return join q{}, $self->title, "$kernel->{name}, the newest that was tested:\n",
        map { $self->section($_) } $self->sections;
}

sub table ($self) {
    return Copyhang::Grid->sections(@{$self}{qw(results paint)});
}

# What programs under test were seen to do.
sub cascades ($self) {
    my @texts = map {
        join q{}, (map { wrap(q{}, $_, q{  }) } phrases(@{$_->{ids}})),
            map { wrap("  $_->[0]: ", $_->[1], q{    }) }
            @{$_->{seen}}
    } $self->{results}->cascades;
    return join q{}, $self->shortened(@texts);
}

# What became different from one kernel to the next, and since when.
sub changes ($self) {
    my @labels = $self->{results}->labels;
    my @texts  = map { $self->_change($_, @labels) } $self->{results}->transitions;
    return join q{}, $self->shortened(@texts);
}

sub _change ($self, $transition, @labels) {
    my ($from, $to, $before, $after, $ids) = @{$transition}{qw(from to before after ids)};
    my @cases = map { ($self->{results}->cases($_))[$after] } @{$ids};
    my $title = sprintf '%s -> %s between %s and %s, %s', $self->{paint}->($from, $from),
        $self->{paint}->($to, $to), @labels[$before, $after], cases(scalar @{$ids});
    if ($self->{without}{hints}) {
        my $all   = @{$transition->{unexplained}} ? ', not all explained' : q{};
        my $names = $self->{without}{names} ? q{} : join ', ', uniq map { $_->{strategy} } @cases;
        return wrap(q{}, join(': ', "$title$all", $names || ()), q{  });
    }
    my @places =
        $self->{verbose}
        ? map { wrap(q{  }, $_, q{    }) } phrases(@{$ids})
        : $self->listed($self->answer->places(@cases));
    my $unexplained = unexplained($transition);
    return join q{}, "$title\n", @places,
        (map { wrap(q{    }, $_, q{      }) } reasons($transition)),
        defined $unexplained
        ? wrap(q{    }, $self->{paint}->('unexplained', 'broken') . $unexplained, q{      })
        : ();
}

# What differs between architectures, which no change of the kernel's explains.
sub architectures ($self) {
    my @labels = $self->{results}->labels;
    my @texts  = map { $self->_difference($_, @labels) } $self->{results}->differences;
    return join q{}, $self->shortened(@texts);
}

sub _difference ($self, $difference, @labels) {
    my ($first, $other, $ids) = @{$difference}{qw(first other ids)};
    my @verdicts = map { $self->{paint}->($_, $_) } @{$difference->{verdicts}};
    my $title    = sprintf '%s on %s, but %s on %s, %s', $verdicts[0], $labels[$first],
        $verdicts[1], $labels[$other], cases(scalar @{$ids});
    my @cases = map { ($self->{results}->cases($_))[$other] } @{$ids};
    return join q{}, "$title\n",
        $self->{verbose}
        ? map { wrap(q{  }, $_, q{    }) } phrases(@{$ids})
        : $self->listed($self->answer->places(@cases));
}

sub comparison ($self) {
    my ($lines, $sums) = Copyhang::Baseline->lines($self->{results});
    return join q{}, $self->shortened(map { wrap(q{}, $_, q{  }) } @{$lines}),
        map { wrap(q{}, $_, q{  }) } @{$sums};
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
sub kernels ($self) {
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

# "3 of 3 kernels complete under tcg in 28.2 s. 9 transitions, all explained."
sub title ($self) {
    my $results  = $self->{results};
    my @complete = grep { $_->{outcome} eq 'complete' } $results->results;
    my @under    = uniq grep { defined } map { $_->{accelerator} } $results->results;
    my $text     = @complete . ' of ' . $results->results . ' kernels complete';
    $text .= ' under ' . join ' and ', @under if @under;
    $text .= sprintf ' in %.1f s', $results->seconds if defined $results->seconds;
    $text .= ". $_" for grep { length } sum_of($results->transitions);
    return wrap(q{}, "$text.");
}

sub counts ($self) {
    my $tried = grep { my @verdicts = $self->{results}->verdicts($_) } $self->{results}->ids;
    return cases($tried) . ($self->{verbose} ? ".\n" : '. More: ' . Copyhang::Report->more . "\n");
}

1;
