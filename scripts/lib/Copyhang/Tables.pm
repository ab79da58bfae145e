# SPDX-License-Identifier: GPL-2.0-only
#
# What the tables of acts, strategies, endpoints and promises say, as the case programs tell it
# (copyhang-cases --describe). Of a row that there is none of nothing is known.
package Copyhang::Tables;

use v5.36;
use Copyhang::Paths ();
use Copyhang::Tool  ();

# As the programs that are there have them. Where they do not tell, or are gone by now, reports go by
# what cases are called: what was seen is told in any case.
sub new ($class) {
    my $program = eval { Copyhang::Paths->cases } // return $class->parse;
    my ($status, $lines) = Copyhang::Tool->attempt([$program, '--describe']);
    return $class->parse($status ? () : @{$lines});
}

# From lines of a table's name, a row's, a fact's, and the fact.
sub parse ($class, @lines) {
    my $self = bless {}, $class;
    for my $line (@lines) {
        my ($table, $row, $fact, $value) = split /\t/, $line =~ s/\n\z//r, 4;
        push @{$self->{names}{$table}},             $row if !$self->{rows}{$table}{$row};
        push @{$self->{rows}{$table}{$row}{$fact}}, $value;
    }
    return $self;
}

# The names of a table's rows, in its order.
sub names ($self, $table) { return @{$self->{names}{$table} // []} }

sub has ($self, $table, $row) { return exists $self->{rows}{$table}{$row} }

# Every value of a fact, or the first one.
sub facts ($self, $table, $row, $fact) {
    return $self->has($table, $row) ? @{$self->{rows}{$table}{$row}{$fact} // []} : ();
}

sub fact ($self, @which) {
    my ($value) = $self->facts(@which);
    return $value;
}

# What an endpoint is called with its like, and whether the kernel itself waits there for somebody.
sub sort_of   ($self, $endpoint) { return $self->fact('endpoint', $endpoint, 'sort') // $endpoint }
sub is_exotic ($self, $endpoint) { return defined $self->fact('endpoint', $endpoint, 'exotic') }

1;
