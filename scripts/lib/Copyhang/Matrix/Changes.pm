# SPDX-License-Identifier: GPL-2.0-only
#
# What changed from one kernel to the next, and which known changes of the kernel may explain it.
#
# Reads fixtures/changes. What it says is a hint for people: by version numbers alone, as kernels
# have changes that were backported, and others. It decides nothing. A transition that no confirmed
# change fits is unexplained.
package Copyhang::Matrix::Changes;

use v5.36;
use Copyhang::Case    ();
use Copyhang::Failure qw(bad_input);
use Copyhang::Paths   ();
use Copyhang::Product qw(group phrases);
use Dpkg::Version     qw(version_compare);
use Exporter 'import';
use List::Util qw(uniq);

our @EXPORT_OK = qw(cases reasons sum_of unexplained);

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

# Its pattern matches "from to id" of what it may explain; its words are for people.
sub _change (@fields) {
    bad_input('a change has ' . @FIELDS . ' fields') if @fields != @FIELDS;
    my %change;
    @change{@FIELDS} = @fields;
    $change{subject} =~ s/\s+\z//;
    $change{words}    = "$change{commit} (Linux $change{version}), $change{subject}";
    $change{explains} = $EXPLAINS{$change{known}}
        // bad_input("'$change{known}' is not how a change is known: bisected, read or guess");
    my %verdict = map { $_ => 1 } q{*}, Copyhang::Case->verdicts;
    for my $verdict (map { split /,/ } @change{qw(from to)}) {
        bad_input("'$verdict' is no verdict") if !$verdict{$verdict};
    }
    my @product = $change{cases} =~ m{\A([^/]+)/([^/]+)/([^/-]+)-([^/-]+)\z}
        or bad_input("'$change{cases}' is not acts/strategies/sources-sinks");
    my ($from, $to, $acts, $strategies, $sources, $sinks) =
        map { _any_of($_) } @change{qw(from to)}, @product;
    $change{ids}     = qr{$acts/$strategies/$sources-$sinks\z};
    $change{pattern} = qr{\A$from[ ]$to[ ]$change{ids}};
    return \%change;
}

# Those that change what comes of any of these cases: ({words, from, to}...).
sub about ($self, @ids) {
    return grep {
        my $pattern = qr{\A$_->{ids}};
        grep { $_ =~ $pattern } @ids
    } @{$self->{changes}};
}

# Of names with commas between, in which * stands for anything.
sub _any_of ($names) {
    return '(?:' . (quotemeta($names) =~ s/\\,/|/gr =~ s{\\[*]}{[^/]*}gr) . ')';
}

# From one kernel to the next of the same architecture. For each change of a verdict the last kernel before it, the first one after it (as numbers of
# results), the cases that have changed so there, what may have been the reason, and which of these
# cases no confirmed change fits: ({ids, from, to, before, after, hints, unexplained}...). Kernels
# on which a case was unavailable, broken or not tried say nothing: they lie between the two.
sub transitions ($self, $results) {
    my @steps;
    for my $id ($results->ids) {
        my @cases = $results->cases($id);
        my %last;
        for my $after (grep { $cases[$_] && $cases[$_]->is_known } 0 .. $#cases) {
            my $machine = $results->machine(($results->results)[$after]);
            my $before  = $last{$machine};
            push @steps, [$before, $after, map({ $_->{verdict} } @cases[$before, $after]), $id]
                if defined $before && $cases[$before]{verdict} ne $cases[$after]{verdict};
            $last{$machine} = $after;
        }
    }
    my @groups = group(sub ($step) { "@{$step}[0 .. 3]" }, @steps);
    return map {
        my %transition = (ids => [map { $_->[4] } @{$_}]);
        @transition{qw(before after from to)} = @{$_->[0]};
        my @hints     = $self->hints($results, \%transition);
        my %explained = map  { $_ => 1 } map { @{$_->[1]} } grep { $_->[0]{explains} } @hints;
        my @left      = grep { !$explained{$_} } @{$transition{ids}};
        +{%transition, hints => \@hints, unexplained => \@left}
    } sort { $a->[0][1] <=> $b->[0][1] || $a->[0][0] <=> $b->[0][0] } @groups;
}

# What may explain a transition: ([change, ids]...).
sub hints ($self, $results, $transition) {
    my ($before, $after, $from, $to) = @{$transition}{qw(before after from to)};
    ($before, $after) = map { $results->version($_) // return } $before, $after;
    return grep { @{$_->[1]} } map {
        my $change = $_;
        [$change, [grep { "$from $to $_" =~ $change->{pattern} } @{$transition->{ids}}]]
    } grep {
        version_compare($before, $_->{version}) < 0 && version_compare($_->{version}, $after) <= 0
    } @{$self->{changes}};
}

# --- In words ---

# "3 transitions, of which 1 unexplained", a transition being one case's; empty if there are none.
sub sum_of (@transitions) {
    my $all         = map { @{$_->{ids}} } @transitions;
    my $unexplained = map { @{$_->{unexplained}} } @transitions;
    return q{} if !$all;
    my $text = $all == 1 ? '1 transition' : "$all transitions";
    return $unexplained ? "$text, of which $unexplained unexplained" : "$text, all explained";
}

# "hint for 3 cases, not confirmed: COMMIT (Linux 5.12), SUBJECT"...
sub reasons ($transition) {
    return map {
        my $change = $_->[0][0];
        my @ids    = uniq map { @{$_->[1]} } @{$_};
        my $for    = _for($transition, \@ids) . ($change->{explains} ? q{} : ', not confirmed');
        "hint$for: $change->{words}"
    } group(sub ($hint) { join ' ', @{$hint->[0]}{qw(explains words)} },
        @{$transition->{hints}});
}

# What is to follow the word: nothing, " for 3 cases: IDS", or undef where it does not belong.
sub unexplained ($transition) {
    my @ids = @{$transition->{unexplained}} or return;
    my $for = _for($transition, \@ids);
    return length $for ? "$for: " . join '; ', phrases(@ids) : q{};
}

# Of a part of its cases.
sub _for ($transition, $ids) {
    return @{$ids} < @{$transition->{ids}} ? ' for ' . cases(scalar @{$ids}) : q{};
}

# "3 cases"
sub cases ($count) { return $count == 1 ? '1 case' : "$count cases" }

1;
