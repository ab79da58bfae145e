# SPDX-License-Identifier: GPL-2.0-only
package Copyhang::Matrix::Changes;

use strict;
use warnings;
use feature 'signatures';
no warnings 'experimental::signatures';

use Copyhang::Failure qw(bad_input);
use Copyhang::Place   ();
use Dpkg::Version     ();

# The known changes of the kernel, in the order of the file.
sub new ($class, $path = Copyhang::Place->fixture('changes')) {
    open my $in, '<', $path or bad_input("cannot read $path: $!");
    my @changes;
    while (my $line = <$in>) {
        next if $line !~ /\A\s*[^#\s]/;
        my @fields = split q{ }, $line, 6;
        bad_input("$path line $.: a change has six fields") if @fields != 6;
        my %change;
        @change{qw(version commit from to cases subject)} = @fields;
        $change{subject} =~ s/\s+\z//;
        $change{pattern} = _pattern($change{cases});
        push @changes, \%change;
    }
    return bless {changes => \@changes}, $class;
}

# A product in whose names * stands for anything.
sub _pattern ($product) {
    my ($acts, $strategies, $sources, $sinks) = map {
        join q{|}, map {
            join '[^/]*', map { quotemeta } split /[*]/, $_, -1
        } split /,/
    } $product =~ m{\A([^/]+)/([^/]+)/([^/-]+)-([^/-]+)\z};
    return qr{\A(?:$acts)/(?:$strategies)/(?:$sources)-(?:$sinks)\z};
}

# What may explain a transition between two versions of Linux: ([change, ids]...).
sub hints ($self, $transition, $before, $after) {
    return if !defined $before || !defined $after;
    return grep { @{$_->[1]} } map {
        my $change = $_;
        [$change, [grep { $_ =~ $change->{pattern} } @{$transition->{ids}}]]
    } grep { _fits($_, $transition, $before, $after) } @{$self->{changes}};
}

sub _fits ($change, $transition, $before, $after) {
    return
           _is_one_of($transition->{from}, $change->{from})
        && _is_one_of($transition->{to}, $change->{to})
        && Dpkg::Version::version_compare($before,            $change->{version}) < 0
        && Dpkg::Version::version_compare($change->{version}, $after) <= 0;
}

sub _is_one_of ($verdict, $verdicts) {
    return $verdicts eq q{*} || grep { $_ eq $verdict } split /,/, $verdicts;
}

1;

__END__

=head1 NAME

Copyhang::Matrix::Changes - changes of the kernel that may explain a transition

=head1 DESCRIPTION

Reads F<fixtures/changes>. What it says is a hint for people: by version numbers alone, as kernels
have changes that were backported, and others. It decides nothing.

=cut
