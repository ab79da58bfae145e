# SPDX-License-Identifier: GPL-2.0-only
package Copyhang::Matrix::Results;

use strict;
use warnings;
use feature 'signatures';
no warnings 'experimental::signatures';

use Copyhang::Product qw(group product_of products);
use List::Util        qw(any uniq);

# @results in the order of the kernels' versions, see below.
sub new ($class, @results) {
    my $self = bless {results => \@results}, $class;
    my (%seen, @ids);
    for my $number (0 .. $#results) {
        my $result = $results[$number];
        for my $case (@{$result->{cases}}) {
            push @ids, $case->{id} if !$seen{$case->{id}}++;
            next if $result->{outcome} ne 'complete' && $case->{verdict} eq 'broken';
            $self->{case}{$case->{id}}[$number] = $case;
            $self->{has_cases}[$number] = 1;
        }
    }
    $self->{ids} = \@ids;
    return $self;
}

sub results ($self) {
    return @{$self->{results}};
}

# Of all cases, as they came.
sub ids ($self) {
    return @{$self->{ids}};
}

# A case on each kernel, undef where it is none. What a kernel did not come to is not there either:
# one that panics at once says nothing about thousands of cases.
sub cases ($self, $id) {
    return @{$self->{case}{$id}}[0 .. $#{$self->{results}}];
}

# The numbers of the kernels that there is any case of.
sub columns ($self) {
    return grep { $self->{has_cases}[$_] } 0 .. $#{$self->{results}};
}

# The verdicts of a case that say something about a kernel, each once.
sub verdicts ($self, $id) {
    return uniq map { $_->{verdict} } grep { $_ && $_->is_known } $self->cases($id);
}

# The exit status: 0 as expected, 1 something is not, 125 nothing could be tested.
sub status ($self) {
    my @results = $self->results;
    return 125 if !grep { $_->is_known } map { @{$_->{cases}} } @results;
    return 1   if grep  { $_->{outcome} ne 'complete' || @{$_->{troubles} // []} } @results;
    return 1   if grep  { $_->is_failing } map { @{$_->{cases}} } @results;
    return 0;
}

# Whether a case is worth a row: kernels differ, or something is wrong on one.
sub is_telling ($self, $id) {
    return 1 if $self->verdicts($id) > 1;
    return any { $_ && ($_->is_failing || $_->is_unsafe) } $self->cases($id);
}

# These cases, in as few rows as they need, those of the same acts together, and in there those of
# the same ends:
# ([{acts, strategies, ends, cases => [on each kernel, of the first of them]}...]...).
sub sections ($self, @ids) {
    my @rows = map { $self->_rows(@{$_}) } group(
        sub ($id) {
            join q{ }, map { $_ ? $_->{verdict} . $_->is_changed : q{-} } $self->cases($id);
        },
        @ids
    );
    return map {
        [
            map { @{$_} } group(
                sub ($row) {
                    join q{-}, map { "@{$_}" } @{$row->{ends}};
                },
                @{$_}
            )
        ]
    } group(sub ($row) { "@{$row->{acts}}" }, @rows);
}

sub _rows ($self, @ids) {
    return map {
        my ($acts, $strategies, $ends) = map { [split /,/] } split m{/};
        {
            acts       => $acts,
            strategies => $strategies,
            ends       => [map { [split /,/] } split /-/, join q{,}, @{$ends}],
            cases      => [$self->cases((product_of($_))[0])],
        }
    } products(@ids);
}

# How many of the other cases are safe, refused or unavailable on all kernels.
sub counts_of_others ($self) {
    my %count;
    $count{($self->verdicts($_))[0] // 'unavailable'}++
        for grep { !$self->is_telling($_) } $self->ids;
    return \%count;
}

# What to call each kernel in a table: the version of Linux, its name where that is not enough.
sub labels ($self) {
    my @versions = map { $self->version($_) } 0 .. $#{$self->{results}};
    my %count;
    $count{$_ // q{}}++ for @versions;
    return map {
        my $version = $versions[$_];
        defined $version && $count{$version} == 1
            ? $version
            : $self->{results}[$_]{name} =~ s{\Adebian:|.*/}{}r
    } 0 .. $#versions;
}

# Of a kernel's package version or release what is Linux's: 6.1.192, 7.3~rc7.
sub version ($self, $number) {
    my $result = $self->{results}[$number];
    my ($version) =
        map { /\A(\d+[.][\d.]*\d(?:~rc\d+)?)/ } grep { defined } @{$result}{qw(version release)};
    return $version;
}

1;

__END__

=head1 NAME

Copyhang::Matrix::Results - what the cases did on several kernels

=head1 SYNOPSIS

    my $results = Copyhang::Matrix::Results->new(
        {
            name        => 'debian:6.1',
            release     => '6.1.0-56-cloud-amd64',    # undef where it was not seen
            version     => '6.1.192-2',               # of Copyhang::Kernel
            machine     => 'x86_64',
            accelerator => 'tcg',
            outcome     => 'complete',
            detail      => undef,                     # more about the outcome, a sentence
            console     => ['...'],                   # its last lines
            seconds     => {boot => 1.2, cases => 3.4, total => 5.0},
            cases       => [...],                     # of Copyhang::Case
            troubles    => [],
            config      => '/path/of/its/configuration',
            baseline    => undef,                     # of Copyhang::Baseline
        },
        ...
    );

=head1 DESCRIPTION

The outcome is C<complete> if the kernel was booted and everything that was asked for came back;
else C<boot_failed>, C<panic>, C<wedged>, C<lost>, C<emulator_failed> or C<no_such_kernel>. Whatever
the outcome, the cases that were heard of are there, and those that were not are C<broken>.

=cut
