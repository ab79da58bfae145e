# SPDX-License-Identifier: GPL-2.0-only
#
# What the cases did on one kernel or on several: the model that every report is made from.
#
# A result is that of one kernel: {name, release, version, machine, accelerator, outcome, detail,
# console => [its last lines], seconds => {boot, cases, total}, cases => [...], troubles =>
# [sentences], config => its path, page_size (in KiB, undef: as on most), baseline}. The outcome is complete if the kernel was booted and
# everything that was asked for came back; else it is another one of Copyhang::Fault's, and detail is a
# sentence about it. Cases that were not heard of are broken.
#
# The kernel that runs here is a matrix of one: it has no name, its version is that of uname(2), and
# reports show it without what guests have (running).
package Copyhang::Matrix::Results;

use v5.36;
use Copyhang::Architecture ();
use Copyhang::Case         ();
use Copyhang::Product      qw(boxes group merged neighbours);
use List::Util             qw(any uniq);

# Behind the name of a revision; the kernel's make has names of its own.
my $ARCHITECTURE = join q{|}, Copyhang::Architecture->names, qw(um x86_64);

# @results in the order of the kernels' versions.
sub new ($class, @results) {
    my $self = bless {results => \@results}, $class;
    $self->{ids} = [uniq map { $_->{id} } $self->all_cases];
    for my $number (0 .. $#results) {
        my ($outcome, $cases) = @{$results[$number]}{qw(outcome cases)};
        for my $case (grep { $outcome eq 'complete' || $_->{verdict} ne 'broken' } @{$cases}) {
            $self->{case}{$case->{id}}[$number] = $case;
            $self->{has_cases}[$number] = 1;
        }
    }
    return $self;
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

# The result of the kernel that runs here; undef if the kernels ran in guests.
sub running ($self) {
    my ($result) = grep { !defined $_->{name} } $self->results;
    return $result;
}

# What is said of one kernel is said of this one: the newest that was tested to the end, if there is
# any, of those of the architecture that comes first.
sub newest ($self) {
    my @complete = grep { $_->{outcome} eq 'complete' && @{$_->{cases}} } $self->results;
    my @alike    = grep { $self->machine($_) eq $self->machine($complete[0]) } @complete;
    return $alike[-1];
}

# The architecture of a result, as uname(2) has it.
sub machine ($class, $result) { return $result->{machine} // q{} }

sub all_cases ($self) {
    return map { @{$_->{cases}} } $self->results;
}

# Of all cases, as they came.
sub ids ($self) { return @{$self->{ids}} }

# A case on each kernel, undef where it is none. What a kernel did not come to is not there either:
# one that panics at once says nothing about thousands of cases.
sub cases ($self, $id) { return @{$self->{case}{$id} // []}[0 .. $#{$self->{results}}] }

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
# the same ends: ([{acts, names, sources, sinks, ends, cases}...]...), with the cases of the first of
# them on each kernel.
sub sections ($self, @ids) {
    my $verdicts = sub ($id) {
        join q{ }, map { $_ ? $_->{verdict} . $_->is_changed : q{-} } $self->cases($id);
    };
    my @rows = map { $self->_row($_) } map { boxes(@{$_}) } group($verdicts, @ids);
    return map {
        [map { @{$_} } group('ends', @{$_})]
    } group(sub ($row) { "@{$row->{acts}}" }, @rows);
}

sub _row ($self, $box) {
    my ($act, $strategy, $source, $sink) =
        map { $_->[0] } @{$box}{qw(acts strategies sources sinks)};
    return {
        %{$box}{qw(acts sources sinks)},
        names => $box->{strategies},
        ends  => 'from ' . join(', ', @{$box->{sources}}) . ' to ' . join(', ', @{$box->{sinks}}),
        cases => [$self->cases("$act/$strategy/$source-$sink")],
    };
}

# Cases of programs under test that are alike on all kernels, and what was seen on which:
# ({ids => [...], seen => [[kernels, words]...]}...).
sub cascades ($self) {
    my @cases = grep { @{$_->{seen}} } map { {ids => [$_], seen => [$self->_seen($_)]} } $self->ids;
    my $key   = sub ($case) {
        join "\n", map { "@{$_}" } @{$case->{seen}};
    };
    return merged('ids', $key, @cases);
}

# Neighbouring kernels on which the same was seen go together.
sub _seen ($self, $id) {
    my @labels = $self->labels;
    my @words  = map { $_ && $_->account } $self->cases($id);
    return map {
        my @same = @labels[@{$_}];
        [@same > 1 ? "$same[0] - $same[-1]" : @same, $words[$_->[0]]]
    } neighbours(sub ($number) { $words[$number] }, grep { defined $words[$_] } 0 .. $#words);
}

# How many of each verdict: "2 safe", "1 hang"...
sub tally ($class, @verdicts) {
    my %count;
    $count{$_}++ for @verdicts;
    return map { "$count{$_} $_" } grep { $count{$_} } Copyhang::Case->verdicts;
}

# The same for several lists of cases: the verdicts that are there at all, and for each list how
# many there are of each: [verdicts], {verdict => count}...
sub counts ($class, @lists) {
    my @counts = map { {} } @lists;
    for my $number (0 .. $#lists) { $counts[$number]{$_->{verdict}}++ for @{$lists[$number]} }
    my %there = map { %{$_} } @counts;
    return ([grep { $there{$_} } Copyhang::Case->verdicts], @counts);
}

# What changed from one kernel to the next, as of Copyhang::Matrix::Changes.
sub transitions ($self) {
    require Copyhang::Matrix::Changes;
    $self->{changes}     //= Copyhang::Matrix::Changes->new;
    $self->{transitions} //= [$self->{changes}->transitions($self)];
    return @{$self->{transitions}};
}

# Where kernels of the same Linux, such as 6.1, differ that are of several architectures: ({ids,
# first, other (as numbers of results), verdicts => [...]}...). Each is compared with the first one
# of these that is of another architecture than its own; of revisions of a tree that is one of the
# same revision. That both are known is what it takes.
sub differences ($self) {
    my @numbers = grep { $self->{has_cases}[$_] } 0 .. $#{$self->{results}};
    my @steps;
    for my $number (@numbers) {
        my ($first) = grep { $self->_are_same_linux($_, $number) } @numbers;
        my @machines = map { $self->machine($_) } @{$self->{results}}[$first, $number];
        push @steps, map { [$first, $number, $_] } $self->ids if $machines[0] ne $machines[1];
    }
    my @differing = map {
        my ($first, $other, $id) = @{$_};
        my @cases    = grep { $_ && $_->is_known } ($self->cases($id))[$first, $other];
        my @verdicts = map  { $_->{verdict} } @cases;
        @verdicts == 2 && $verdicts[0] ne $verdicts[1] ? [$first, $other, @verdicts, $id] : ();
    } @steps;
    return map {
        my ($first, $other, @verdicts) = @{$_->[0]}[0 .. 3];
        +{
            ids      => [map { $_->[4] } @{$_}],
            first    => $first,
            other    => $other,
            verdicts => \@verdicts
        }
    } group(sub ($step) { "@{$step}[0 .. 3]" }, @differing);
}

# As far as is known of their names and versions.
sub _are_same_linux ($self, @numbers) {
    my @series    = map  { ($self->version($_) // $_) =~ s/\A(\d+[.]\d+).*/$1/r } @numbers;
    my @revisions = grep { /\Agit:/ } map { $self->{results}[$_]{name} // q{} } @numbers;
    s{/(?:$ARCHITECTURE)\z}{} for @revisions;
    return $series[0] eq $series[1] && (@revisions < 2 || $revisions[0] eq $revisions[1]);
}

# What became of a kernel: "boot failed".
sub outcome ($class, $result) { return $result->{outcome} =~ s/_/ /gr }

# What to call each kernel in a table: the version of Linux, with the architecture where it is not
# that of the first; its name where that is not enough.
sub labels ($self) {
    my @results  = $self->results;
    my $first    = $self->machine($results[0] // {});
    my @versions = map {
        my ($result, $version) = ($results[$_], $self->version($_) // q{});
        my ($suffix) = $result->{name} =~ m{\Adebian:.*(/.*)};
        $suffix //= q{/} . $self->machine($result);
        $self->machine($result) eq $first || !length $version ? $version : "$version$suffix"
    } 0 .. $#results;
    my %count;
    $count{$_}++ for @versions;
    return map {
        length $versions[$_] && $count{$versions[$_]} == 1
            ? $versions[$_]
            : $results[$_]{name} =~ s{\Agit:[^@]*@|\Adebian:|.*/}{}r
    } 0 .. $#versions;
}

# Of a kernel's package version or release what is Linux's: 6.1.192, 7.3~rc7.
sub version ($self, $number) {
    my ($version) = map { /\A(\d+[.][\d.]*\d(?:~rc\d+)?)/ }
        grep { defined } @{$self->{results}[$number]}{qw(version release)};
    return $version;
}

1;
