# SPDX-License-Identifier: GPL-2.0-only
#
# The results of a run for people, as text, in 100 columns: see REPORT in copyhang-run(1). Other
# kinds of report have other parts, or another table and conclusion. All that the conclusion says is
# counted from the cases.
package Copyhang::Report;

use v5.36;
use Copyhang::Grid    ();
use Copyhang::Product qw(group merged neighbours);
use Copyhang::Text    qw(painter wrap);
use List::Util        qw(uniq);

my $KINDS  = 3;     # of failures whose evidence is shown
my $INDENT = 22;    # of evidence, behind its key

# What was seen of the cases of a strategy, and what that means. Unsafe ones have more to be told.
my @CLASSES = (
    ['safe',         'Safe wherever tried'],
    ['refused safe', 'Safe where the kernel does not refuse'],
    ['refused',      'Refused wherever tried'],
    ['broken',       'Not known to be safe, as cases are broken'],
    [q{},            'Unavailable here'],
);

# $results: of Copyhang::Matrix::Results. Arguments: verbose, colour.
sub text ($class, $results, %argument) {
    my $self = bless {%argument, results => $results, paint => painter($argument{colour})}, $class;
    return join "\n", grep { length } $self->parts;
}

sub parts ($self) {
    return (
        $self->table, $self->_evidence, $self->comparison, $self->troubles,
        wrap(q{}, $self->conclusion),
        $self->counts . "\n",
    );
}

sub table ($self) {
    my @cases = $self->{results}->all_cases;
    return join "\n",
        map { $_->text($self->{paint}) } Copyhang::Grid->tables($self->{verbose}, @cases);
}

# Of each kind of failure the first: what stalled, or why the scene was not set, tells kinds apart.
sub _evidence ($self) {
    my @cases = $self->{results}->all_cases;
    return join "\n", map { $self->_one($_) } @cases if $self->{verbose};
    my @failing = grep { $_->is_failing } @cases or return q{};

    # Every verdict has its turn before the second kind of one.
    my %kinds_of;
    my @kinds = sort { $a->[0] <=> $b->[0] }
        map { [$kinds_of{$_->[0]{verdict}}++, @{$_}] } group(\&_kind, @failing);
    splice @kinds, $KINDS if @kinds > $KINDS;
    my $text = join "\n", map { $self->_one($_->[1], @{$_} - 2) } @kinds;
    return $text if @failing == @kinds;
    my @all   = map { "$_->[0]{verdict} in " . _tally(@{$_}) } group('verdict', @failing);
    my $shown = 'Shown: ' . @kinds . ' of ' . @failing . '. ' . join('; ', @all);
    return $text . "\n" . wrap(q{}, "$shown. --verbose shows them all.");
}

sub _kind ($case) {
    return "$case->{verdict} " . (stalled($case) // $case->{reason} // q{});
}

# "exit_group (3), close (2)"
sub _tally (@cases) {
    return join ', ', map { "$_->[0]{act} (" . @{$_} . ')' } group('act', @cases);
}

# The name of the call in which the copy stalled.
sub stalled ($case) {
    my ($step) = grep { $_->[0] eq 'step' && $_->[1] =~ /=stalled\z/ } @{$case->{pairs}};
    return $step ? $step->[1] =~ s/\W.*//sr : undef;
}

sub _one ($self, $case, $others = 0) {
    my $title = $self->{paint}->($case->{verdict}, $case->{verdict}) . q{ };
    $title .= join ': ', grep { defined } @{$case}{qw(program id)};
    $title .= " and $others more"     if $others;
    $title .= ' in ' . stalled($case) if $others && stalled($case);
    return "$title\n" . join q{}, map { "$_\n" } $self->evidence($case);
}

# What was seen of a case, in lines: words and numbers beside each other, whatever is longer on
# lines of its own.
sub evidence ($class, $case) {
    my $is_short = sub ($pair) { $pair->[1] =~ /\A\S{1,16}\z/ ? 1 : 0 };
    my @told     = grep { $_->[0] ne 'verdict' } @{$case->{pairs}};
    return map { split /\n/ } map {
        $is_short->($_->[0])
            ? wrap(q{  }, join(q{ }, map { "$_->[0]=$_->[1]" } @{$_}), q{  })
            : map { wrap(sprintf('  %-*s', $INDENT - 2, $_->[0]), $_->[1], q{ } x $INDENT) }
            @{$_}
    } neighbours($is_short, @told);
}

sub comparison ($self) {
    my $kernel   = $self->{results}->running;
    my $baseline = $kernel->{baseline} // return q{};
    my ($sum, @differences) = $baseline->compare($kernel, $self->{results}->selection);
    return join q{}, (map { "$_->[0]: $_->[1]\n" } @differences), wrap(q{}, $sum);
}

# Those of one kernel, or of the only one.
sub troubles ($self, $kernel = ($self->{results}->results)[0]) {
    my $name = defined $kernel->{name} ? "$kernel->{name}: " : q{};
    return join q{},
        map { wrap($self->{paint}->('trouble', 'broken') . " $name", $_, q{  }) }
        @{$kernel->{troubles} // []};
}

# --- The conclusion ---

# Without line breaks.
sub conclusion ($self) {
    my $kernel = $self->{results}->running;
    return join q{ }, map { "$_." } "Linux $kernel->{release} ($kernel->{machine})",
        $self->sentences;
}

sub sentences ($self) {
    my @cases      = $self->{results}->all_cases;
    my @strategies = group('strategy', @cases);
    my %sorted;
    push @{$sorted{_class_of(@{$_})}}, $_->[0]{strategy} for @strategies;
    return
        _bad('Unsafe',  \&_is_unsafe,  @strategies),
        _bad('Corrupt', \&_is_corrupt, @strategies),
        (map { "$_->[1]: " . _list(@{$sorted{$_->[0]}}) } grep { $sorted{$_->[0]} } @CLASSES),
        _held_up(@cases);
}

# The strategies that were safe wherever they were tried.
sub safe ($self, @cases) {
    return map { $_->[0]{strategy} }
        grep { _class_of(@{$_}) eq 'safe' } group('strategy', @cases);
}

# "3 cases in 0.4 s: 2 safe, 1 hang"
sub counts ($self) {
    my $results  = $self->{results};
    my @verdicts = map { $_->{verdict} } $results->all_cases;
    return sprintf '%d cases in %.1f s: %s', scalar @verdicts, $results->seconds, join ', ',
        $results->tally(@verdicts);
}

sub _class_of (@cases) {
    my @seen = sort { $a cmp $b } uniq grep { $_ ne 'unavailable' }
        map { $_->is_unsafe ? 'bad' : $_->{verdict} } @cases;
    return "@seen" =~ /\A(bad|broken)/ ? $1 : "@seen";
}

# A broken promise is the strategy's own affair, and holds nobody up.
sub _is_corrupt ($case) { return $case->{verdict} eq 'corrupt' }
sub _is_unsafe  ($case) { return $case->is_unsafe && !_is_corrupt($case) }

# "Unsafe: sendfile and splice from pty and unix to pipe; ...", or nothing.
sub _bad ($words, $is_bad, @strategies) {
    my @groups = grep { @{$_} } map {
        [grep { $is_bad->($_) } @{$_}]
    } @strategies;
    my @bad = map { +{names => [$_->[0]{strategy}], where => _where(@{$_})} } @groups or return;
    return "$words: " . join '; ',
        map { _list(@{$_->{names}}) . " $_->{where}" } merged('names', 'where', @bad);
}

# "from pty and unix to pipe, from pty to file"
sub _where (@cases) {
    my @sinks = map {
        my @sources = uniq map { $_->{source} } @{$_};
        +{names => [$_->[0]{sink}], from => _list(@sources)}
    } group('sink', @cases);
    return join ', ',
        map { "from $_->{from} to " . _list(@{$_->{names}}) } merged('names', 'from', @sinks);
}

sub _held_up (@cases) {
    my @held = grep { $_->{verdict} eq 'hang' || $_->{verdict} eq 'stuck' } @cases;
    return @cases ? 'Nothing hung' : () if !@held;
    my @tried    = grep { defined $_->value('killable') } @held;
    my $survived = grep { $_->value('killable') eq 'no' } @tried;
    my $text     = 'What hung while the copy waited: ' . _list(uniq map { $_->{act} } @held);
    $text .= "; SIGKILL did not end it in $survived of " . @tried . ' cases' if @tried;
    return $text;
}

sub _list (@names) {
    my $last = pop @names;
    return @names ? join(', ', @names) . " and $last" : $last;
}

1;
