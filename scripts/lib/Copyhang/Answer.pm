# SPDX-License-Identifier: GPL-2.0-only
#
# What the cases of one kernel come to: which strategies are safe, and which hold whom up, from what,
# to what. Endpoints are told by their sorts (Copyhang::Tables); exotic ones are another finding: where
# the kernel itself waits for somebody even read(2) and write(2) may hang.
#
# A finding is {names => [strategies that behave alike], where => in words}. Everything here is counted
# from the cases.
package Copyhang::Answer;

use v5.36;
use Copyhang::Product qw(group merged);
use List::Util        qw(any uniq);

# $tables: of Copyhang::Tables.
sub new ($class, $tables, @cases) {
    my $self = bless {tables => $tables, cases => \@cases}, $class;
    $self->{exotic}   = [grep { $self->_is_exotic($_) } @cases];
    $self->{ordinary} = [grep { !$self->_is_exotic($_) } @cases];
    return $self;
}

sub _is_exotic ($self, $case) {
    my ($source, $sink) = @{$case}{qw(source sink)};
    return $self->{is_exotic}{"$source-$sink"} //=
        (any { $self->{tables}->is_exotic($_) } $source, $sink) ? 1 : 0;
}

# A whole copy, during which nobody acts, shows that nobody is held up as little as one that spoils
# something.
sub _may_hold_up ($self, $case) {
    my ($tables, $act) = ($self->{tables}, $case->{act});
    return !_is_own_affair($case)
        && (!$tables->has('act', $act) || defined $tables->fact('act', $act, 'actor'));
}

# What is asked for more than once is counted once.
sub _once ($self, $what, $code) {
    return @{$self->{counted}{$what} //= [$code->()]};
}

# A broken promise is the strategy's own affair, and holds nobody up; nor does a copier that spins, or
# that does not wake others.
sub _is_own_affair ($case) { return $case->{verdict} =~ /\A(?:corrupt|missed|spins)\z/ }
sub _holds_up      ($case) { return $case->is_unsafe && !_is_own_affair($case) }

# Who holds others up where the ends are ordinary.
sub unsafe ($self) {
    return $self->_once(unsafe => sub { $self->_unsafe });
}

sub _unsafe ($self) {
    my @findings = map {
        my $where = $self->_where(@{$_});
        defined $where ? {names => [$_->[0]{strategy}], where => $where} : ()
    } group('strategy', grep { $self->_may_hold_up($_) } @{$self->{ordinary}});
    return merged('names', 'where', @findings);
}

# The same where they are not: acts that are held up instead of places.
sub exotic ($self) {
    return $self->_once(exotic => sub { $self->_exotic });
}

sub _exotic ($self) {
    my @findings = map {
        my @acts = uniq map { $_->{act} } grep { _holds_up($_) } @{$_};
        @acts ? {names => [$_->[0]{strategy}], where => join ', ', @acts} : ()
    } group('strategy', @{$self->{exotic}});
    return merged('names', 'where', @findings);
}

# What the exotic ends are that hold somebody up.
sub exotic_sorts ($self) {
    return uniq map { $self->{tables}->sort_of($_) }
        grep        { $self->{tables}->is_exotic($_) }
        map         { @{$_}{qw(source sink)} }
        grep        { _holds_up($_) } @{$self->{exotic}};
}

# Who spoils what it copies, and which promise that breaks; in brief only where.
sub corrupt ($self, $brief) {
    my @findings = map {
        my $ends  = "$_->{source}-$_->{sink}";
        my $claim = $self->{tables}->fact('promise', $ends, 'claim') // $_->value('promise') // q{};
        +{
            names => [$_->{strategy}],
            where => join ': ',
            grep { length } $ends, $brief ? () : $claim =~ s/;.*//r
        }
    } grep { $_->{verdict} eq 'corrupt' } @{$self->{cases}};
    return merged('names', 'where', @findings);
}

# Who runs on without end and copies nothing, from where to where, and whether SIGKILL ends that.
sub spins ($self) {
    my $alike    = sub ($case) { "$case->{strategy} " . _how_it_spins($case) };
    my @findings = map {
        my $where = $self->_from_to($_, $_);
        +{names => [$_->[0]{strategy}], where => "$where; " . _how_it_spins($_->[0])}
    } group($alike, grep { $_->{verdict} eq 'spins' } @{$self->{cases}});
    return merged('names', 'where', @findings);
}

sub _how_it_spins ($case) {
    my $in   = defined $case->value('spins_ms') ? 'in one system call' : 'call after call';
    my $ends = {yes => ', until SIGKILL', no => ', and SIGKILL does not end it'};
    return $in . ($ends->{$case->value('killable') // q{}} // q{});
}

# Who does not wake those who sleep for what is copied, and in which acts.
sub missed ($self) {
    my @findings = map {
        my @acts = map { "$_->[0]{act} " . $self->_from_to($_, $_) } group('act', @{$_});
        +{names => [$_->[0]{strategy}], where => join '; ', @acts}
    } group('strategy', grep { $_->{verdict} eq 'missed' } @{$self->{cases}});
    return merged('names', 'where', @findings);
}

# Cases in the same words, whatever came of them.
sub places ($self, @cases) {
    return merged('names', 'where',
        map { +{names => [$_->[0]{strategy}], where => $self->_from_to($_, $_)} }
            group('strategy', @cases));
}

# The same of those that hold somebody up, and how, where it is no hang; undef if none does.
sub _where ($self, @cases) {
    my @known = grep { $_->is_known } @cases;
    my @held  = grep { _holds_up($_) } @known or return;
    my $how   = join ', ', uniq map { $_->{verdict} } @held;
    return $self->_from_to(\@held, \@known) . ($how eq 'hang' ? q{} : " ($how)");
}

# "from terminal, socket to pipe; from pipe to terminal": sorts, and what of a sort is no part of it.
sub _from_to ($self, $held, $known) {
    my @pairs = map {
        my ($from, $to) = map { $self->{tables}->sort_of($_) } @{$_->[0]}{qw(source sink)};
        my @tried =
            grep { $self->_sorts($_) eq "$from-$to" && $_->{verdict} ne 'refused' } @{$known};
        my %source = map  { $_->{source} => 1 } @{$_};
        my @from   = grep { $source{$_->{source}} } @tried;
        +{from => [_but($from, 'source', $_, \@tried)], to => _but($to, 'sink', $_, \@from)}
    } group(sub ($case) { $self->_sorts($case) }, @{$held});
    my @to =
        map { +{to => [$_->{to}], key => join ', ', @{$_->{from}}} } merged('from', 'to', @pairs);
    return join '; ',
        map { "from $_->{key} to " . join ', ', @{$_->{to}} } merged('to', 'key', @to);
}

sub _sorts ($self, $case) {
    my ($source, $sink) = @{$case}{qw(source sink)};
    return $self->{sorts}{"$source-$sink"} //= join q{-},
        map { $self->{tables}->sort_of($_) } $source, $sink;
}

# "socket"; where some of these ends never hold anybody up, "socket (not unix)" or "socket (tcp)".
sub _but ($sort, $end, $held, $tried) {
    my @held   = uniq map { $_->{$end} } @{$held};
    my %held   = map      { $_ => 1 } @held;
    my @others = grep     { !$held{$_} } uniq map { $_->{$end} } @{$tried};
    return $sort if !@others;
    return @others <= @held
        ? "$sort (not " . join(', ', @others) . ')'
        : "$sort (" . join(', ', @held) . ')';
}

# The acts that were held up by ordinary copies, and those that were tried as these were stalled, and
# were not: [names], [names].
sub acts ($self) {
    return $self->_once(acts => sub { $self->_acts });
}

sub _acts ($self) {
    my %unsafe = map      { $_ => 1 } map    { @{$_->{names}} } $self->unsafe;
    my @held   = uniq map { $_->{act} } grep { _holds_up($_) } @{$self->{ordinary}};
    my @free   = uniq map { $_->{act} }
        grep { ($_->value('stalled') // q{}) eq 'yes' }
        grep { $unsafe{$_->{strategy}} && $_->{verdict} eq 'safe' } @{$self->{ordinary}};
    my %held = map { $_ => 1 } @held;
    return (\@held, [grep { !$held{$_} } @free]);
}

# In how many cases SIGKILL did not end who was held up, of those in which it was tried.
sub survived ($self) {
    my @tried = grep { defined $_->value('killable') } grep { _holds_up($_) } @{$self->{ordinary}};
    return (scalar(grep { $_->value('killable') eq 'no' } @tried), scalar @tried);
}

# The strategies that hold nobody up where the ends are ordinary: those that do so wherever they were
# tried, those that the kernel refuses somewhere, or everywhere, those that cases say nothing of as
# they are broken, and those that are not there: (word => [names]).
sub others ($self) {
    return $self->_once(others => sub { $self->_others });
}

sub _others ($self) {
    my %sorted;
    for my $cases (group('strategy', grep { $self->_may_hold_up($_) } @{$self->{ordinary}})) {
        my @seen = sort { $a cmp $b } uniq grep { $_ ne 'unavailable' }
            map { _holds_up($_) ? 'bad' : $_->{verdict} } @{$cases};
        my $word = "@seen" =~ /\A(bad|broken)/ ? $1 : "@seen" || 'unavailable';
        push @{$sorted{$word}}, $cases->[0]{strategy};
    }
    delete $sorted{bad};
    return %sorted;
}

# What is not known.
sub unknown ($self) {
    return grep { !$_->is_known } @{$self->{cases}};
}

# The same, and why: a finding for each reason, named by the first case that has it.
sub silent ($self) {
    my $alike = sub ($case) { "$case->{verdict} " . ($case->{reason} // q{}) };
    return map {
        my ($case, @more) = @{$_};
        my $name = "$case->{verdict} $case->{id}" . (@more ? ' and ' . @more . ' more' : q{});
        +{names => [$name], where => $case->account // $case->{reason} // 'no reason was given'}
    } group($alike, $self->unknown);
}

# What to do instead of strategies that hold somebody up: ({names, where => the other way}...).
sub instead ($self) {
    my @ways = map {
        my $way = $self->{tables}->fact('strategy', $_, 'instead');
        defined $way ? {names => [$_], where => $way} : ()
    } map { @{$_->{names}} } $self->unsafe;
    return merged('names', 'where', @ways);
}

# The case that shows best what happens: of an ordinary failure, the most ordinary; undef if none.
sub proof ($self) {
    my @failing = grep { _holds_up($_) } @{$self->{ordinary}}, @{$self->{exotic}};
    my ($case)  = ((grep { $_->value('bystander') && $_->value('copier') } @failing), @failing);
    return $case;
}

1;
