# SPDX-License-Identifier: GPL-2.0-only
#
# What a fix has changed, for people, with a mail to who sent it.
package Copyhang::Accept::Text;

use v5.36;
use Copyhang::Product qw(phrases);
use Copyhang::Text    qw(painter widths wrap);

my $MAIL = 72;    # columns, of all but the table of rates

# What is said of the changes of a kind.
my %TITLE = (
    gone    => 'GONE',
    taken   => 'NOT REFUSED, or not before a wait, and decides nothing',
    worse   => 'WORSE',
    refused => 'NO LONGER TAKEN',
    errno   => 'REFUSED WITH ANOTHER ERROR, by which callers fall back',
    lost    => 'CANNOT BE PLAYED ANY MORE',
    other   => 'WRONG IN ANOTHER WAY',
    late    => 'LATE, which may be due to this machine, and decides nothing',
    new     => 'CAN BE PLAYED WITH THE FIX ALONE, and decides nothing',
    unsure  => 'NOT THE SAME EACH TIME, and decides nothing',
);

# $comparison: of Copyhang::Accept::Comparison. Arguments: kernels => {base, fix => {name, commit,
# subject, release}}, who (a name and an address), boots, seconds, version (of this program),
# colour.
sub text ($class, $comparison, %argument) {
    my $self = bless {%argument, comparison => $comparison}, $class;
    $self->{paint} = painter($argument{colour});
    my $effort = sprintf "%d boots in %.1f minutes.\n", $self->{boots}, $self->{seconds} / 60;
    return join "\n", $self->_answer, $self->_kernels, $self->_tables, $effort,
        "To mail:\n\n" . $self->_mail;
}

# The first line, which says it all.
sub _answer ($self) {
    my $comparison = $self->{comparison};
    my ($better, $worse) = map { $comparison->$_ } qw(better worse);
    my ($all, $compared) = $comparison->compared;
    my $of = "$compared of $all cases could be compared";
    return wrap(q{}, "CANNOT TELL: $of.") if !$compared;
    my $is = $better == 1 ? '1 case is' : "$better cases are";
    return wrap(q{}, "NOT ACCEPTED: $worse of them worse, and $better better; $of.") =~
        s/ of them worse/ cases are worse/r
        if $worse;
    return wrap(q{}, "NOTHING IS BETTER with it, and nothing is worse; $of.") if !$better;
    return wrap(q{}, "ACCEPTED: $is better, and nothing is worse; $of.");
}

sub _kernels ($self) {
    my @rows = map {
        my $kernel = $self->{kernels}{$_};
        [$_, $kernel->{release} // q{-}, $kernel->{name}, $kernel->{subject}]
    } qw(base fix);
    my ($side, $release, $name) = widths(@rows);
    return join q{}, map { sprintf "%-${side}s  %-${release}s  %-${name}s  %s\n", @{$_} } @rows;
}

# What has changed, what was promised, what was measured.
sub _tables ($self) {
    my @tables = ($self->_changes, $self->_promises, $self->_rates);
    return join "\n", grep { length } @tables;
}

sub _changes ($self) {
    my ($text, $kind) = (q{}, q{});
    for my $change ($self->{comparison}->changes) {
        $text .= wrap(q{}, $TITLE{$change->{kind}}) if $change->{kind} ne $kind;
        $kind = $change->{kind};
        $text .= $self->_change($change);
    }
    return length $text ? $text : "Each verdict is the same.\n";
}

sub _change ($self, $change) {
    my ($from, $to) = map { $self->{paint}->($_, /\A(\w+)/) } @{$change}{qw(from to)};
    my @ids   = @{$change->{ids}};
    my $count = @ids == 1 ? '1 case' : @ids . ' cases';
    return wrap(q{  }, "$from -> $to, $count", q{    }) . join q{},
        (map { wrap(q{    }, $_,        q{      }) } phrases(@ids)),
        (map { wrap(q{    }, "why: $_", q{      }) } @{$change->{why} // []});
}

sub _promises ($self) {
    my @promises = $self->{comparison}->promises;
    return join q{}, map {
        my ($what, $held, $hold) = @{$_};
        my $still = $hold == $held ? "all $held hold" : "$hold of $held hold";
        "Promises, $what: $still that held before.\n"
    } @promises;
}

sub _rates ($self) {
    my @rates = $self->{comparison}->rates or return q{};
    my @rows  = map {
        my $row = $_;
        my ($base, $fix) = map { $row->{$_} } qw(base fix);
        [
            "$row->{strategy}",              "$row->{source}-$row->{sink}",
            (map { _rate($_) } $base, $fix), _difference($base, $fix)
        ]
    } @rates;
    unshift @rows, ['strategy', 'from-to', 'base', 'fix', q{}];
    my ($name, $ends, @rest) = widths(@rows);
    my $format = "  %-${name}s  %-${ends}s  %$rest[0]s  %$rest[1]s  %$rest[2]s\n";
    return
          "MB per second, the median of the boots (the lowest-highest), and how much every\n"
        . "boot with the fix was above or below each without it; this decides nothing:\n"
        . join q{}, map { sprintf($format, @{$_}) =~ s/ +$//r } @rows;
}

# Of the medians. Boots of one kernel differ, too: what may be due to that is not told.
sub _difference ($base, $fix) {
    return q{} if $base->[0] <= $fix->[2] && $fix->[0] <= $base->[2];
    return sprintf '%+.0f %%', 100 * ($fix->[1] / $base->[1] - 1);
}

sub _rate ($spread) {
    my ($low, $median, $high) = map { sprintf '%.0f', $_ / 1e6 } @{$spread};
    return "$median ($low-$high)";
}

# --- The mail ---

sub _mail ($self) {
    local $Copyhang::Text::WIDTH = $MAIL;
    local $self->{paint} = sub ($text, $verdict) { $text };
    my ($base, $fix) = @{$self->{kernels}}{qw(base fix)};
    my $commit = substr $base->{commit}, 0, 12;
    my $is     = index($base->{commit}, $base->{name}) == 0 ? $commit : "$base->{name}, $commit";
    my $what =
        "I have built $base->{release} ($is) without this change and with it, and played the cases"
        . " of copyhang $self->{version} on both, which show which ways of copying bytes hold up"
        . ' others. In short:';
    my @parts =
        ("Subject: Re: $fix->{subject}\n", wrap(q{}, $what), $self->_answer, $self->_tables);
    push @parts, "Tested-by: $self->{who}\n" if $self->{comparison}->status == 0;
    return join "\n", @parts;
}

1;
