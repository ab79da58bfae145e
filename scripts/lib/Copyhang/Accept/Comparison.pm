# SPDX-License-Identifier: GPL-2.0-only
#
# What a fix has changed: the cases of two kernels, one without it and one with it. Pure: nothing is
# played or read here.
#
# Each side is a list of rounds, which are lists of Copyhang::Case; the first has all cases, others
# those that differed, once more. What the rounds of a side do not agree on is unsure, and decides
# nothing; nor does what only one side can play, except that a case must not be lost.
#
# changes: ({kind, from, to, ids => [...]}...), in the order of KINDS, and why, reasons, of what is
# lost. The kind says what a change is; is_better and is_worse what it means.
package Copyhang::Accept::Comparison;

use v5.36;
use Copyhang::Product qw(group);
use List::Util        qw(all max min uniq);

# How bad a verdict is. 'late' is not in it: it may be due to this machine.
my %RANK = (safe => 0, refused => 1, missed => 2, hang => 3, spins => 3, corrupt => 4, stuck => 5);

# In this order they are told: [kind, 1 for better, -1 for worse, 0 for neither].
my @KINDS = (
    [gone    => 1],     # it was wrong, and is right, or refused
    [worse   => -1],    # it is wrong, and was not, or less so
    [refused => -1],    # it was taken
    [errno   => -1],    # it is refused in another way: callers fall back by that
    [lost    => -1],    # it cannot be played any more
    [taken   => 0],     # it was refused, and is not, or not until after a wait
    [other   => 0],     # wrong before and after
    [late    => 0],
    [new     => 0],     # it could not be played before
    [unsure  => 0],
);
my %MEANS = map { @{$_} } @KINDS;

# Arguments: base, fix => [[cases]...]; rates, of the same kind, of Copyhang::Case with bytes_per_s;
# may_refuse: what is refused now was meant to be.
sub new ($class, %argument) {
    my $self = bless {rates => {base => [], fix => []}, %argument}, $class;
    for my $side (qw(base fix)) {
        for my $case (map { @{$_} } @{$argument{$side}}) {
            push @{$self->{seen}{$case->{id}}{$side}}, $case;
        }
    }
    $self->{ids} = [uniq map { $_->{id} } map { @{$_->[0] // []} } @argument{qw(base fix)}];
    return $self;
}

# Those that are worth another look: something is different, or it is not there.
sub to_confirm ($self) {
    return grep { my ($kind) = $self->_change($_); defined $kind } @{$self->{ids}};
}

sub changes ($self) {
    return @{$self->{changes} //= [$self->_changes]};
}

sub _changes ($self) {
    my @changed = map {
        my ($kind, $from, $to) = $self->_change($_);
        defined $kind ? {kind => $kind, from => $from, to => $to, ids => [$_]} : ()
    } @{$self->{ids}};
    my %number = map { $KINDS[$_][0] => $_ } 0 .. $#KINDS;
    my @groups = group(sub ($change) { join q{ }, @{$change}{qw(kind from to)} }, @changed);
    my @merged = map {
        +{%{$_->[0]}, ids => [map { @{$_->{ids}} } @{$_}]}
    } @groups;
    $_->{why} = $self->_reasons(@{$_->{ids}}) for grep { $_->{kind} eq 'lost' } @merged;
    my @sorted = sort { $number{$a->{kind}} <=> $number{$b->{kind}} } @merged;
    return @sorted;
}

# Why these cannot be played with the fix.
sub _reasons ($self, @ids) {
    my @cases = map { $self->{seen}{$_}{fix}[0] // () } @ids;
    return [uniq grep { defined } map { $_->{reason} } @cases];
}

# (kind, from, to) of what is different; nothing if nothing is.
sub _change ($self, $id) {
    my ($base, $fix) = map { $self->{seen}{$id}{$_} // [] } qw(base fix);
    my @words = map {
        join ' or ',
            uniq map { _words($_) }
            @{$_}
    } $base, $fix;
    my ($from, $to) = map { length ? $_ : 'no result' } @words;
    return ('unsure', $from, $to) if "$from $to" =~ / or /;
    my @verdicts = map { $_->[0] ? $_->[0]{verdict} : undef } $base, $fix;
    my ($was_known, $is_known) = map { $_->[0] && $_->[0]->is_known } $base, $fix;
    return                      if !$was_known && !$is_known;
    return ('lost', $from, $to) if !$is_known;
    return ('new', $from, $to)  if !$was_known;
    return                      if $from eq $to;
    return ($self->_kind(@verdicts), $from, $to);
}

# A verdict; of a refusal how, too.
sub _words ($case) {
    my $errno = $case->{verdict} eq 'refused' ? $case->value('errno') : undef;
    return defined $errno ? "refused ($errno)" : $case->{verdict};
}

sub _kind ($self, $from, $to) {
    return 'errno' if $from eq $to;
    return 'late' if grep { $_ eq 'late' } $from, $to;
    my ($was, $is) = @RANK{$from, $to};
    return 'gone'    if $is <= $RANK{refused} && $was > $RANK{refused};
    return 'taken'   if $to eq 'safe';
    return 'refused' if $to eq 'refused';
    return $is > $was ? 'worse' : 'other';
}

# --- What it comes to ---

# Whether a change speaks for the fix, or against it.
sub is_better ($self, $change) { return $MEANS{$change->{kind}} > 0 }

sub is_worse ($self, $change) {
    return 0 if $self->{may_refuse} && $change->{kind} eq 'refused';
    return $MEANS{$change->{kind}} < 0;
}

# How many cases have changed for the better, and how many for the worse.
sub better ($self) {
    return scalar map { @{$_->{ids}} } grep { $self->is_better($_) } $self->changes;
}

sub worse ($self) {
    return scalar map { @{$_->{ids}} } grep { $self->is_worse($_) } $self->changes;
}

# How many cases there are, and how many were known on both sides.
sub compared ($self) {
    my @both = grep { $self->_are_known($_) } @{$self->{ids}};
    return (scalar @{$self->{ids}}, scalar @both);
}

sub _are_known ($self, $id) {
    my @first = map { $self->{seen}{$id}{$_}[0] } qw(base fix);
    return all { $_ && $_->is_known } @first;
}

# 0: something is better, and nothing worse; 1: not so; 125: there is nothing to compare.
sub status ($self) {
    return 125 if !($self->compared)[1];
    return $self->better && !$self->worse ? 0 : 1;
}

# What was promised: ([what, how many promises held without the fix, how many of these hold with
# it]...). What is refused breaks none but that it is refused in the same way.
sub promises ($self) {
    my %count;
    for my $id (grep { $self->_are_known($_) } @{$self->{ids}}) {
        my ($base, $fix) = map { $self->{seen}{$id}{$_}[0] } qw(base fix);
        my $what = _promise($base) // next;
        $count{$what}[0]++;
        my ($kind) = $self->_change($id);
        $count{$what}[1]++ if !defined $kind || $kind !~ /\A(?:worse|errno|lost)\z/;
    }
    return map {
        [$_, map { $_ // 0 } @{$count{$_}}[0, 1]]
        }
        grep { $count{$_} } 'bytes, counts and offsets', 'wake-ups', 'errnos of refusals';
}

sub _promise ($case) {
    return 'errnos of refusals'        if $case->{verdict} eq 'refused';
    return                             if $case->is_unsafe;
    return 'wake-ups'                  if defined $case->value('woken');
    return 'bytes, counts and offsets' if defined $case->value('promise');
    return;
}

# All of it as plain data.
sub document ($self) {
    my ($all, $compared) = $self->compared;
    my @promises = map { {what => $_->[0], held => $_->[1], hold => $_->[2]} } $self->promises;
    return (
        cases    => $all,
        compared => $compared,
        better   => $self->better,
        worse    => $self->worse,
        status   => $self->status,
        changes  => [$self->changes],
        promises => \@promises,
        rates    => [$self->rates],
    );
}

# --- Bytes per second, of which nothing is judged ---

# Of what was measured on both: ({strategy, source, sink, base, fix => [lowest, median,
# highest]}...).
sub rates ($self) {
    my %rates;
    my @ids;
    for my $side (qw(base fix)) {
        for my $case (map { @{$_} } @{$self->{rates}{$side}}) {
            my $rate = $case->value('bytes_per_s') // next;
            push @ids,                          $case if !$rates{$case->{id}};
            push @{$rates{$case->{id}}{$side}}, $rate;
        }
    }
    return map {
        my %of = %{$rates{$_->{id}}};
        +{%{$_}{qw(strategy source sink)}, map { $_ => [_spread(@{$of{$_}})] } qw(base fix)}
    } grep { keys %{$rates{$_->{id}}} == 2 } @ids;
}

sub _spread (@rates) {
    my @sorted = sort { $a <=> $b } @rates;
    return (min(@sorted), ($sorted[$#sorted / 2] + $sorted[@sorted / 2]) / 2, max(@sorted));
}

1;
