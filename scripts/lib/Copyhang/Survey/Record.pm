# SPDX-License-Identifier: GPL-2.0-only
#
# What programs were seen to do, kept as data: fixtures/survey.
#
#     my $record = Copyhang::Survey::Record->read($path);
#     $record->add($results);      # of a survey
#     $record->text;               # for the file
#     $record->short;              # for people: whom each of them hangs
#
# A program in it is {name, package, version, since, rows, agrees, date, kernel, machine, seen}. seen
# has {ends, verdict, cascade}, and from where to where in direction: forward, when its output is
# the pipe, or reverse, when its input is. agrees is null where no row claims to be it. What was not
# tried this time stays as it was seen before, of the kernel and the day that it names.
package Copyhang::Survey::Record;

use v5.36;
use Copyhang::Failure qw(bad_input);
use Copyhang::Paths   ();
use Copyhang::Product qw(group);
use Copyhang::Survey  ();
use Copyhang::Text    qw(widths wrap);
use Cpanel::JSON::XS  ();
use List::Util        qw(uniq);
use POSIX             ();

my $GAP = 2;

# Undef, or no such file: an empty one.
sub read ($class, $path) {    ## no critic (ProhibitBuiltinHomonyms)
    my $text = defined $path && -e $path && -s _ ? Copyhang::Paths->contents($path) : undef;
    return bless {programs => []}, $class if !defined $text;
    my $document = eval { Cpanel::JSON::XS->new->decode($text) };
    bad_input("$path is no record of a survey")
        if ref $document ne 'HASH' || ($document->{schema} // 0) != 1 || !$document->{programs};
    return bless {programs => $document->{programs}}, $class;
}

sub programs ($self) { return @{$self->{programs}} }

# $results: of Copyhang::Matrix::Results. What the list has no more goes.
sub add ($self, $results) {
    my %old    = map { $_->{name} => $_ } $self->programs;
    my $kernel = $results->running;
    my @new;
    for my $member ($results->selection->members) {
        my @cases = grep { $_->{program} eq $member->{name} && $_->is_known } $results->all_cases;
        push @new, @cases ? _entry($member, $kernel, @cases) : $old{$member->{name}} // ();
    }
    $self->{programs} = \@new;
    return $self;
}

sub _entry ($member, $kernel, @cases) {
    my @rows = @{$member->{rows}};
    return {
        %{$member}{qw(name package since rows)},
        version => Copyhang::Survey->version($member),
        agrees  => !@rows ? undef : @{$member->{mismatches}} ? \0 : \1,
        date    => POSIX::strftime('%Y-%m-%d', gmtime),
        kernel  => $kernel->{release},
        machine => $kernel->{machine},
        seen    => [_seen(@cases)],
    };
}

# Ends with the same verdict and cascade are one.
sub _seen (@cases) {
    my @seen = map {
        my $is_reverse = $_->{sink} ne 'pipe';
        +{
            direction => $is_reverse ? 'reverse'  : 'forward',
            end       => $is_reverse ? $_->{sink} : $_->{source},
            verdict   => $_->{verdict},
            cascade   => $_->value('cascade') // q{},
        }
    } @cases;
    return map {
        my @ends = map { $_->{end} } @{$_};
        +{%{$_->[0]}{qw(direction verdict cascade)}, ends => \@ends}
    } group(sub ($seen) { join "\n", @{$seen}{qw(direction verdict cascade)} }, @seen);
}

sub text ($self) {
    my %document = (schema => 1, programs => $self->{programs});
    return Cpanel::JSON::XS->new->canonical->pretty->ascii->encode(\%document);
}

# Whom a program hangs: ({who, when, verdict, cascade}...).
sub harm ($class, $program) {
    return map {
        my $to    = $_->{direction} eq 'reverse';
        my $ends  = join ', ', @{$_->{ends}};
        my %whose = (
            who  => $to ? 'who writes to it' : 'who reads from it',
            when => $to ? "to $ends"         : "from $ends",
        );
        +{%whose, %{$_}{qw(verdict cascade)}}
    } grep { $_->{verdict} ne 'safe' } @{$program->{seen}};
}

# A table of those that hang somebody, and the names of the others.
sub short ($self) {
    my @rows = ['program', 'version', 'hangs', 'while it copies', 'by', 'since'];
    for my $program ($self->programs) {
        push @rows, map {
            [
                $program->{name},
                $program->{version} // q{?},
                @{$_}{qw(who when)},
                ($_->{cascade} =~ s/, then .*//sr),
                $program->{since} // q{}
            ]
        } $self->harm($program);
    }
    my @widths = widths(@rows);
    my @lines  = map {
        my $row = $_;
        join(q{}, map { sprintf '%-' . ($GAP + $widths[$_]) . 's', $row->[$_] } 0 .. $#{$row}) =~
            s/ +\z/\n/r
    } @rows;
    my @safe = map { $_->{name} } grep { !$self->harm($_) } $self->programs;
    return join q{}, @lines,
        @safe
        ? wrap(q{}, 'Nobody, as far as they could be tried: ' . join(', ', @safe), q{  })
        : ();
}

# The kernels and days it is of, as one says it.
sub origin ($self) {
    return join '; ', uniq map { "Linux $_->{kernel} ($_->{machine}), $_->{date}" } $self->programs;
}

1;
