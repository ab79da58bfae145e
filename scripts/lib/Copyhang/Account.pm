# SPDX-License-Identifier: GPL-2.0-only
package Copyhang::Account;

use strict;
use warnings;
use feature 'signatures';
no warnings 'experimental::signatures';

use parent 'Copyhang::Report';
use Copyhang::Text qw(wrap);
use List::Util     qw(max uniq);

my $GAP = 2;

# Programs under test, each with what it does from which source: lines of name, ends, verdict, and
# cascade. A single one has its command above instead.
sub _table ($self) {
    my @members = $self->_members;
    my @rows    = map { _rows($_, $self->_cases_of($_)) } @members;
    my $title   = defined $members[0]{name} ? q{} : wrap(q{}, _name($members[0]));
    $_->[0] = q{} for length $title ? @rows : ();
    my @width = map {
        my $column = $_;
        max(map { length $_->[$column] } @rows)
    } 0 .. 2;
    my $last = q{};
    my @lines;
    for my $row (@rows) {
        my ($name, $ends, $verdict, $cascade) = @{$row};
        my @columns = ($name eq $last ? q{} : $name, $ends, $verdict);
        my $left    = join q{}, map { sprintf '%-*s', $width[$_] + $GAP, $columns[$_] } 0 .. 2;
        my $text    = wrap($left, $cascade, q{ } x length $left);
        push @lines, $text =~ s/\b$verdict\b/$self->{paint}->($verdict, $verdict)/er =~ s/ +$//gmr;
        $last = $name;
    }
    return join q{}, $title, @lines, $self->_notes;
}

sub _members ($self) {
    my $selection = $self->{selection};
    return $selection->can('members') ? $selection->members : {$selection->document};
}

sub _name ($member) {
    return $member->{name} // join q{ }, map { /\s/ ? "'$_'" : $_ } @{$member->{command}};
}

sub _cases_of ($self, $member) {
    return grep { !defined $member->{name} || $_->{program} eq $member->{name} } @{$self->{cases}};
}

# Ends with the same verdict and cascade share a line.
sub _rows ($member, @cases) {
    my (%group, @keys);
    for my $case (@cases) {
        my $cascade = $case->{reason} // $case->value('cascade') // q{};
        my $key     = join "\n", @{$case}{qw(act sink verdict)}, $cascade;
        push @keys,           $key if !$group{$key};
        push @{$group{$key}}, $case->{source};
    }
    my $name = _name($member);
    return [$name, q{}, 'skip', "not installed ($member->{package})"] if !@cases;
    my $one_act = 1 == uniq map { $_->{act} } @cases;
    return map {
        my ($act, $sink, $verdict, $cascade) = split /\n/, $_, 4;
        my $ends = join(', ', @{$group{$_}}) . " to $sink";
        [$name, $one_act ? $ends : "$act: $ends", $verdict, $cascade];
    } @keys;
}

# What a program does otherwise than the row that claims to be it.
sub _notes ($self) {
    my $text = q{};
    for my $member ($self->_members) {
        my (%ends, @keys);
        for my $mismatch (@{$member->{mismatches} // []}) {
            my $key = join "\n", $mismatch->{row},
                map { $_ // 'nothing' } @{$mismatch}{qw(program table)};
            push @keys,          $key if !$ends{$key};
            push @{$ends{$key}}, $mismatch->{id} =~ s{.*/}{}r;
        }
        for my $key (@keys) {
            my ($row, $program, $table) = split /\n/, $key;
            my $what =
                "$member->{name}, " . join(', ', @{$ends{$key}}) . ": $program; row $row: $table";
            $text .= wrap('mismatch ', $what, q{  });
        }
    }
    return length $text ? "\n$text" : q{};
}

# Which programs are safe, and which are not.
sub _conclusion ($self) {
    my %sorted;
    for my $member ($self->_members) {
        my @cases  = $self->_cases_of($member) or next;
        my @unsafe = grep { $_->is_unsafe } @cases;
        my $class =
              @unsafe                                   ? 'Unsafe'
            : (grep { $_->{verdict} ne 'safe' } @cases) ? 'Not known to be safe'
            :                                             'Safe';
        push @{$sorted{$class}}, _name($member) . _where($class eq 'Safe' ? () : @unsafe);
    }
    my $kernel = $self->{kernel};
    return join q{ }, "Linux $kernel->{release} ($kernel->{machine}).",
        map { "$_: " . join('; ', @{$sorted{$_}}) . q{.} } grep { $sorted{$_} } 'Unsafe',
        'Not known to be safe', 'Safe';
}

# " from pty and unix to pipe, in sendfile"
sub _where (@unsafe) {
    return q{} if !@unsafe;
    my @calls = uniq grep { defined } map { Copyhang::Report::stalled($_) } @unsafe;
    return
          ' from '
        . join(', ', uniq map { $_->{source} } @unsafe) . ' to '
        . join(', ', uniq map { $_->{sink} } @unsafe)
        . (@calls ? ', in ' . join(', ', @calls) : q{});
}

1;

__END__

=head1 NAME

Copyhang::Account - the results of programs under test, for people

=head1 DESCRIPTION

L<Copyhang::Report> with another table: for each program the verdict by source and sink, and its
cascade in words, as it was seen to be. Then what differs from the rows that claim to be a program's,
and which programs are safe.

=cut
