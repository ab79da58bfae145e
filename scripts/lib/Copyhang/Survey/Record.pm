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
# the pipe, reverse, when its input is, or between, when neither is. agrees is null where no row claims to be it. What was not
# tried this time stays as it was seen before, of the kernel and the day that it names. Of what was
# never seen to copy there is {name, why}.
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
    return bless {programs => [], left_out => []}, $class if !defined $text;
    my $document = eval { Cpanel::JSON::XS->new->decode($text) };
    bad_input("$path is no record of a survey")
        if ref $document ne 'HASH' || ($document->{schema} // 0) != 1 || !$document->{programs};
    return bless {map { $_ => $document->{$_} // [] } qw(programs left_out)}, $class;
}

sub programs ($self) { return @{$self->{programs}} }
sub left_out ($self) { return @{$self->{left_out}} }

# $results: of Copyhang::Matrix::Results. What the list has no more goes.
sub add ($self, $results) {
    my %old    = map { $_->{name} => $_ } $self->programs;
    my $kernel = $results->running;
    my %why    = $results->selection->left_out;
    my @new;
    for my $member ($results->selection->members) {
        my $name  = $member->{name};
        my @cases = grep { $_->{program} eq $name } $results->all_cases;
        my @known = grep { $_->is_known } @cases;
        my $entry = @known ? _entry($member, $kernel, @known) : $old{$name};
        push @new, $entry // ();
        $why{$name} = _why($member, @cases) if !defined $entry;
    }
    $self->{programs} = \@new;
    $self->{left_out} = [map { {name => $_, why => $why{$_}} } sort keys %why];
    return $self;
}

# Why one could not be tried.
sub _why ($member, @cases) {
    return @cases ? $cases[0]->account : "not to be had ($member->{package})";
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
        my ($direction, $end) = _way(@{$_}{qw(source sink)});
        +{
            direction => $direction,
            end       => $end,
            verdict   => $_->{verdict},
            cascade   => $_->value('cascade') // q{},
        }
    } @cases;
    return map {
        my @ends = map { $_->{end} } @{$_};
        +{%{$_->[0]}{qw(direction verdict cascade)}, ends => \@ends}
    } group(sub ($seen) { join "\n", @{$seen}{qw(direction verdict cascade)} }, @seen);
}

# Which of its ends is the bystander's pipe, and what the other one is.
sub _way ($source, $sink) {
    return
          $sink eq 'pipe'   ? ('forward', $source)
        : $source eq 'pipe' ? ('reverse', $sink)
        :                     ('between', "$source to $sink");
}

sub text ($self) {
    my %document = (schema => 1, map { $_ => $self->{$_} } qw(programs left_out));
    return Cpanel::JSON::XS->new->canonical->pretty->ascii->encode(\%document);
}

my %WHO = (
    forward => 'who reads from it',
    reverse => 'who writes to it',
    between => 'nobody but itself'
);

# Whom a program hangs: ({who, when, verdict, cascade}...).
sub harm ($class, $program) {
    return map {
        +{who => $WHO{$_->{direction}}, when => $class->when($_), %{$_}{qw(verdict cascade)}}
        }
        grep { $_->{verdict} ne 'safe' } @{$program->{seen}};
}

# Between which ends something was seen.
sub when ($class, $seen) {
    return ($seen->{direction} eq 'reverse' ? 'to ' : 'from ') . join ', ', @{$seen->{ends}};
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
    return join q{}, @lines, map { wrap(q{}, $_, q{  }) } $self->_lists;
}

# Who hangs nobody, who is as its row says, and who was not tried, each a line of names.
sub _lists ($self) {
    my @claimed = grep { defined $_->{agrees} } $self->programs;
    my @others  = grep { !$_->{agrees} } @claimed;
    my @lists   = (
        ['Nobody, as far as they could be tried', grep { !$self->harm($_) } $self->programs],
        ['Seen to copy as our rows say',          grep { $_->{agrees} } @claimed],
        ['Not so, being of another version',      map { _beside_row($_) } @others],
        ['Not tried',                             $self->left_out],
    );
    return map {
        my ($title, @names) = @{$_};
        @names ? "$title: " . join ', ', map { ref ? $_->{name} : $_ } @names : ()
    } @lists;
}

sub _beside_row ($program) {
    my $version = $program->{version} // q{?};
    return "$program->{name} ($version; the row is " . join(', ', @{$program->{rows}}) . q{)};
}

# The kernels and days it is of, as one says it.
sub origin ($self) {
    return join '; ', uniq map { "Linux $_->{kernel} ($_->{machine}), $_->{date}" } $self->programs;
}

1;
