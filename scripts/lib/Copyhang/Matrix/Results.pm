# SPDX-License-Identifier: GPL-2.0-only
#
# What the cases did on one kernel or on several: the model that every report is made from.
#
#     my $results = Copyhang::Matrix::Results->new(
#         {
#             name        => 'debian:6.1',
#             release     => '6.1.0-56-cloud-amd64',    # undef where it was not seen
#             version     => '6.1.192-2',               # of Copyhang::Kernel
#             machine     => 'x86_64',
#             accelerator => 'tcg',
#             outcome     => 'complete',
#             detail      => undef,                     # more about the outcome, a sentence
#             console     => ['...'],                   # its last lines
#             seconds     => {boot => 1.2, cases => 3.4, total => 5.0},
#             cases       => [...],                     # of Copyhang::Case
#             troubles    => [],
#             config      => '/path/of/its/configuration',
#             baseline    => undef,                     # of Copyhang::Baseline
#         },
#         ...
#     )->with(selection => $selection, streams => \@streams, seconds => 16.3);
#
# The outcome is complete if the kernel was booted and everything that was asked for came back; else
# boot_failed, panic, wedged, lost, emulator_failed or no_such_kernel. Whatever the outcome, the
# cases that were heard of are there, and those that were not are broken.
#
# The kernel that runs here is a matrix of one: it has no name, its version is that of uname(2), and
# reports show it without what guests have (running).
package Copyhang::Matrix::Results;

use v5.36;
use Copyhang::Case    ();
use Copyhang::Product qw(group product_of products);
use List::Util        qw(any uniq);

# @results in the order of the kernels' versions, as above.
sub new ($class, @results) {
    my $self = bless {results => \@results, ids => []}, $class;
    for my $number (0 .. $#results) {
        my $result = $results[$number];
        for my $case (@{$result->{cases}}) {
            push @{$self->{ids}}, $case->{id} if !exists $self->{case}{$case->{id}};
            my $cases = $self->{case}{$case->{id}} //= [];
            next if $result->{outcome} ne 'complete' && $case->{verdict} eq 'broken';
            $cases->[$number] = $case;
            $self->{has_cases}[$number] = 1;
        }
    }
    return $self;
}

# Of the kernel that runs here; undef if the kernels ran in guests.
sub running ($self) {
    my ($result) = grep { !defined $_->{name} } $self->results;
    return $result;
}

# What belongs to all of it: selection, streams => [...], seconds.
sub with ($self, %more) {
    @{$self}{keys %more} = values %more;
    return $self;
}

sub selection ($self) { return $self->{selection} }
sub streams   ($self) { return @{$self->{streams}} }
sub seconds   ($self) { return $self->{seconds} }
sub results   ($self) { return @{$self->{results}} }

sub all_cases ($self) {
    return map { @{$_->{cases}} } $self->results;
}

# Of all cases, as they came.
sub ids ($self) { return @{$self->{ids}} }

# A case on each kernel, undef where it is none. What a kernel did not come to is not there either:
# one that panics at once says nothing about thousands of cases.
sub cases ($self, $id) { return @{$self->{case}{$id}}[0 .. $#{$self->{results}}] }

# All of those of all kernels.
sub tried ($self) {
    return grep { defined } map { $self->cases($_) } $self->ids;
}

# The numbers of the kernels that there is any case of.
sub columns ($self) {
    return grep { $self->{has_cases}[$_] } 0 .. $#{$self->{results}};
}

# The verdicts of a case that say something about a kernel, each once.
sub verdicts ($self, $id) {
    return uniq map { $_->{verdict} } grep { $_ && $_->is_known } $self->cases($id);
}

# The exit status: 0 as expected, 1 something is not, 125 nothing could be tested. Who records what
# is has no expectations yet.
sub status ($self, $records = 0) {
    return 125 if !grep { $_->is_known } $self->all_cases;
    return 1   if grep  { $_->{outcome} ne 'complete' || @{$_->{troubles} // []} } $self->results;
    return 1   if grep  { $_->is_failing && !($records && $_->is_known) } $self->all_cases;
    return 0;
}

# Whether a case is worth a row: kernels differ, or something is wrong on one.
sub is_telling ($self, $id) {
    return 1 if $self->verdicts($id) > 1;
    return any { $_ && ($_->is_failing || $_->is_unsafe) } $self->cases($id);
}

# These cases, in as few rows as they need, those of the same acts together, and in there those of
# the same ends:
# ([{acts, names, ends, cases => [on each kernel, of the first of them]}...]...). The names are those
# of the strategies; the ends are "from pty, unix to pipe".
sub sections ($self, @ids) {
    my $verdicts = sub ($id) {
        join q{ }, map { $_ ? $_->{verdict} . $_->is_changed : q{-} } $self->cases($id);
    };
    my @rows = map { $self->_rows(@{$_}) } group($verdicts, @ids);
    return map {
        [map { @{$_} } group(sub ($row) { $row->{ends} }, @{$_})]
    } group(sub ($row) { "@{$row->{acts}}" }, @rows);
}

sub _rows ($self, @ids) {
    return map {
        my ($acts, $strategies, $ends) = split m{/};
        my ($from, $to) = map { s/,/, /gr } split /-/, $ends;
        {
            acts  => [split /,/, $acts],
            names => [split /,/, $strategies],
            ends  => "from $from to $to",
            cases => [$self->cases((product_of($_))[0])],
        }
    } products(@ids);
}

# How many of each verdict: "2 safe", "1 hang"...
sub tally ($class, @verdicts) {
    my %count;
    $count{$_}++ for @verdicts;
    return map { "$count{$_} $_" } grep { $count{$_} } Copyhang::Case->verdicts;
}

# The same for several lists of cases: the verdicts that are there at all, and for each list how many
# there are of each of these, undef for none.
sub counts ($class, @lists) {
    my @counts = map {
        my %count;
        $count{$_->{verdict}}++ for @{$_};
        \%count;
    } @lists;
    my @verdicts = grep {
        my $verdict = $_;
        any { $_->{$verdict} } @counts
    } Copyhang::Case->verdicts;
    return (\@verdicts, map { [@{$_}{@verdicts}] } @counts);
}

# What changed from one kernel to the next, as of Copyhang::Matrix::Transitions.
sub transitions ($self) {
    require Copyhang::Matrix::Changes;
    require Copyhang::Matrix::Transitions;
    $self->{changes}     //= Copyhang::Matrix::Changes->new;
    $self->{transitions} //= [Copyhang::Matrix::Transitions->between($self, $self->{changes})];
    return @{$self->{transitions}};
}

# What became of a kernel: "boot failed".
sub outcome ($class, $result) { return $result->{outcome} =~ s/_/ /gr }

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
