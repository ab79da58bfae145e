# SPDX-License-Identifier: GPL-2.0-only
#
# The results of programs under test for people, as text: Copyhang::Report with another answer, which
# REPORT in copyhang-exec(1) describes.
package Copyhang::Report::Programs;

use v5.36;
use parent 'Copyhang::Report';
use Copyhang::Product qw(group);
use Copyhang::Text    qw(widths wrap);
use List::Util        qw(uniq);

my $GAP    = 2;
my $SURVEY = 12;    # programs, of which not every one is shown what it does

sub parts ($self) {
    my @rest = $self->{verbose} ? 'evidences' : ();
    return map { $self->$_ } qw(head programs silent comparison troubles proof), @rest, 'counts';
}

sub silent ($self) {
    my ($section) = grep { $_->{verdict} eq 'broken' } $self->sections;
    return $section ? $self->section($section) : q{};
}

# Of a single program its row says as much.
sub head ($self) {
    my $is_survey = defined(($self->{results}->selection->members)[0]{name});
    return join q{}, $self->title,
        $is_survey ? map { wrap(q{  }, $_, q{      }) } $self->sentences : ();
}

# Those that hold somebody up, or could not be tried.
sub _telling ($self, @members) {
    return grep {
        my @cases = $self->_cases_of($_);
        !@cases || @{$_->{mismatches} // []} || grep { $_->{verdict} ne 'safe' } @cases
    } @members;
}

# Programs under test, each with what it does from which source. A single one has its command above
# instead.
sub programs ($self) {
    my @members = $self->{results}->selection->members;
    @members = $self->_telling(@members) if @members > $SURVEY && !$self->{verbose};
    my @rows = map { _rows($_, $self->_cases_of($_)) } @members or return $self->_mismatches;
    my ($name, $ends, $verdict) = map { $GAP + $_ } widths(@rows);
    my $text   = defined $members[0]{name} ? q{} : wrap(q{}, _name($members[0]));
    my $before = q{};
    for my $row (@rows) {
        my $left = sprintf "%-${name}s%-${ends}s%-${verdict}s",
            $row->[0] eq $before ? q{} : $row->[0], @{$row}[1, 2];
        my $lines = wrap($left, $row->[3], q{ } x length $left) =~ s/ +$//gmr;
        $text .= $lines =~ s/\b$row->[2]\b/$self->{paint}->($row->[2], $row->[2])/er;
        $before = $row->[0];
    }
    return $text . $self->_mismatches;
}

sub _name ($member) {
    return $member->{name} // join q{ }, map { /\s/ ? "'$_'" : $_ } @{$member->{command}};
}

sub _cases_of ($self, $member) {
    my $name = $member->{name};
    return grep { !defined $name || $_->{program} eq $name } $self->{results}->all_cases;
}

# [name, ends, verdict, cascade]...: ends with the same verdict and cascade share a line.
sub _rows ($member, @cases) {
    my $name = $member->{name} // q{};
    return [$name, q{}, 'skip', "not installed ($member->{package})"] if !@cases;
    my @acts  = uniq map { $_->{act} } @cases;
    my $alike = sub ($case) { join "\n", @{$case}{qw(act verdict)}, _cascade($case) };
    my @rows  = map { [$_->{source}, $_->{sink}, $alike->($_), $_] } @cases;
    my @to    = _merged(1, 0, @rows);
    return map {
        my ($sources, $sinks, undef, $case) = @{$_};
        my $ends = "$sources to $sinks";
        $ends = "$case->{act}: $ends" if @acts > 1;
        [$name, $ends, $case->{verdict}, _cascade($case)];
    } _merged(0, 1, @to);
}

# Rows that differ in this column of their ends alone become one.
sub _merged ($same, $column, @rows) {
    return map {
        my @row = @{$_->[0]};
        $row[$column] = join ', ', uniq map { $_->[$column] } @{$_};
        \@row
    } group(sub ($row) { "$row->[$same]\n$row->[2]" }, @rows);
}

sub _cascade ($case) { return $case->{reason} // $case->value('cascade') // q{} }

# What a program does otherwise than the row that claims to be it.
sub _mismatches ($self) {
    my $words = sub ($mismatch) {
        my ($row, $program, $table) = map { $_ // 'nothing' } @{$mismatch}{qw(row program table)};
        return "$program; row $row: $table";
    };
    my $text = q{};
    for my $member ($self->{results}->selection->members) {
        for my $same (group($words, @{$member->{mismatches} // []})) {
            my $ends = join ', ', map { $_->{id} =~ s{.*/}{}r } @{$same};
            $text .=
                wrap('mismatch ', "$member->{name}, $ends: " . $words->($same->[0]), q{  });
        }
    }
    return length $text ? "\n$text" : q{};
}

# Which programs are safe, and which are not.
sub sentences ($self) {
    my %sorted;
    for my $member ($self->{results}->selection->members) {
        my @cases  = $self->_cases_of($member) or next;
        my @unsafe = grep { $_->is_unsafe } @cases;
        my $class =
              @unsafe                                   ? 'Unsafe'
            : (grep { $_->{verdict} ne 'safe' } @cases) ? 'Not known to be safe'
            :                                             'Safe';
        push @{$sorted{$class}}, _name($member) . _where(@unsafe);
    }
    my @differ =
        map { $_->{name} } grep { @{$_->{mismatches} // []} } $self->{results}->selection->members;
    $sorted{'Not as the row that claims to be it'} = \@differ if @differ;
    return map { "$_: " . join '; ', @{$sorted{$_}} } grep { $sorted{$_} } 'Unsafe',
        'Not known to be safe', 'Safe', 'Not as the row that claims to be it';
}

# " from pty, unix to pipe, and from pipe to tcp, in sendfile"
sub _where (@unsafe) {
    return q{} if !@unsafe;
    my @calls = uniq grep { defined } map { Copyhang::Report::stalled($_) } @unsafe;
    my @rows  = map       { [$_->{source}, $_->{sink}, q{}] } @unsafe;
    my @ends  = map       { "from $_->[0] to $_->[1]" } _merged(0, 1, _merged(1, 0, @rows));
    return q{ } . join(', and ', @ends) . (@calls ? ', in ' . join ', ', @calls : q{});
}

1;
