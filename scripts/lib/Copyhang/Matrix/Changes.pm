# SPDX-License-Identifier: GPL-2.0-only
#
# Known changes of the kernel, which may explain a transition.
#
# Reads fixtures/changes. What it says is a hint for people: by version numbers alone, as kernels
# have changes that were backported, and others. It decides nothing. A transition that no confirmed
# change fits is unexplained.
package Copyhang::Matrix::Changes;

use v5.36;
use Copyhang::Case    ();
use Copyhang::Failure qw(bad_input);
use Copyhang::Paths   ();
use Dpkg::Version     ();

# How a change is known, and whether that is enough to explain a transition.
my %EXPLAINS = (bisected => 1, read => 1, guess => 0);

my @FIELDS = qw(version commit known from to cases subject);

# The known changes of the kernel, in the order of the file.
sub new ($class, $path = Copyhang::Paths->fixture('changes')) {
    open my $in, '<', $path or bad_input("cannot read $path: $!");
    my @changes;
    while (my $line = <$in>) {
        next if $line !~ /\A\s*[^#\s]/;
        push @changes,
            eval { _change(split q{ }, $line, @FIELDS) }
            // bad_input("$path line $.: " . $@->message);
    }
    return bless {changes => \@changes}, $class;
}

sub _change (@fields) {
    bad_input('a change has ' . @FIELDS . ' fields') if @fields != @FIELDS;
    my %change;
    @change{@FIELDS} = @fields;
    $change{subject} =~ s/\s+\z//;
    $change{explains} = $EXPLAINS{$change{known}}
        // bad_input("'$change{known}' is not how a change is known: bisected, read or guess");
    my %verdict = map { $_ => 1 } q{*}, Copyhang::Case->verdicts;
    for my $verdict (map { split /,/ } @change{qw(from to)}) {
        bad_input("'$verdict' is no verdict") if !$verdict{$verdict};
    }
    $change{pattern} = _pattern($change{cases});
    return \%change;
}

# A product in whose names * stands for anything.
sub _pattern ($product) {
    my @parts = $product =~ m{\A([^/]+)/([^/]+)/([^/-]+)-([^/-]+)\z}
        or bad_input("'$product' is not acts/strategies/sources-sinks");
    my ($acts, $strategies, $sources, $sinks) = map {
        join q{|}, map {
            join '[^/]*', map { quotemeta } split /[*]/, $_, -1
        } split /,/
    } @parts;
    return qr{\A(?:$acts)/(?:$strategies)/(?:$sources)-(?:$sinks)\z};
}

# Adds to a transition between two versions of Linux: hints, [[change, ids]...], and those of its ids
# that are unexplained, as no change that was confirmed fits them.
sub explain ($self, $transition, $before, $after) {
    my @hints     = $self->hints($transition, $before, $after);
    my %explained = map { $_ => 1 } map { @{$_->[1]} } grep { $_->[0]{explains} } @hints;
    $transition->{hints}       = \@hints;
    $transition->{unexplained} = [grep { !$explained{$_} } @{$transition->{ids}}];
    return $transition;
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
