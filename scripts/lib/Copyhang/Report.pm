# SPDX-License-Identifier: GPL-2.0-only
#
# The results of a run for people, as text, in 100 columns: see REPORT in copyhang-run(1). The answer
# comes first, and fits a screen; the tables and all of the evidence come with verbose. Other kinds of
# report have other parts, or another answer. All that it says is counted from the cases.
package Copyhang::Report;

use v5.36;
use Copyhang::Answer  ();
use Copyhang::Grid    ();
use Copyhang::Picture ();
use Copyhang::Product qw(group neighbours phrases);
use Copyhang::Tables  ();
use Copyhang::Text    qw(painter wrap);

my $SCREEN = 40;    # lines of a report that is not verbose
my $LINES  = 6;     # of a part of it that may have more to tell
my $INDENT = 22;    # of evidence, behind its key

# Strategies that hold nobody up, and what was seen of them.
my @GOOD = (
    ['safe',         'wherever tried'],
    ['refused safe', 'where the kernel takes them, and refused elsewhere'],
    ['refused',      'refused wherever tried'],
);

my %TITLE = (
    hang   => 'HANG OTHERS, as long as the source gives nothing, or the sink takes nothing',
    spins  => 'SPIN: run on without end, and copy nothing',
    exotic => 'HOLD UP where the kernel itself waits for an answer',
);

# $results: of Copyhang::Matrix::Results. Arguments: verbose, colour.
sub text ($class, $results, %argument) {
    my $self = bless {%argument, results => $results, paint => painter($argument{colour})}, $class;
    my $text = $self->_text;
    for my $part ($self->{verbose} ? () : $self->expendable) {
        last if $text =~ tr/\n// <= $SCREEN;
        $self->{without}{$part} = 1;
        $text = $self->_text;
    }
    return $self->{verbose} ? $text : _on_a_screen($text);
}

# However much there is: the end is left, as it says how to see the rest.
sub _on_a_screen ($text) {
    my @lines = split /^/, $text;
    my $more  = @lines - $SCREEN;
    return $text if $more <= 0;
    splice @lines, $SCREEN - 2, $more + 1, 'and ' . ($more + 1) . " lines more: --verbose\n";
    return join q{}, @lines;
}

# What is left out, or shortened, where there is no room: the first of these at first.
sub expendable ($class) {
    return
        qw(claims reasons exotic_acts other_ways exotic_names act_names instead proof exotic acts);
}

sub _text ($self) {
    return join "\n", grep { length } $self->parts;
}

sub parts ($self) {
    my @rest = $self->{verbose} ? qw(table evidences) : ();
    return map { $self->$_ } qw(head comparison troubles proof), @rest, 'counts';
}

# --- The answer ---

sub tables ($self) { return $self->{tables} //= Copyhang::Tables->new }

sub answer ($self) {
    my $kernel = $self->{results}->newest // {cases => []};
    return $self->{answer} //= Copyhang::Answer->new($self->tables, @{$kernel->{cases}});
}

# "Linux 6.18.44 (x86_64): 2 safe, 1 hang"
sub title ($self) {
    my $kernel = $self->{results}->running;
    my @tally  = $self->{results}->tally(map { $_->{verdict} } $self->{results}->all_cases);
    return wrap(q{}, "Linux $kernel->{release} ($kernel->{machine}): " . join ', ', @tally);
}

sub head ($self) {
    return join q{}, $self->title, map { $self->section($_) } $self->sections;
}

# {verdict, title, findings => [...], notes => [texts]}: which strategies hang whom, from what to what;
# which are safe; what is not known; and what is another finding.
sub sections ($self) {
    my $answer   = $self->answer;
    my %others   = $answer->others;
    my @good     = grep { $_->{names} } map { {names => $others{$_->[0]}, where => $_->[1]} } @GOOD;
    my @nothing  = map  { @{$others{$_} // []} } qw(broken unavailable);
    my $ends     = join ', ', $answer->exotic_sorts;
    my @sections = (
        ['hang',    $TITLE{hang}, [$answer->unsafe], $self->_held, $self->_instead],
        ['missed',  'DO NOT WAKE who sleeps for what they copy', [$answer->missed]],
        ['corrupt', 'SPOIL what they copy',                      [$self->_corrupt]],
        ['spins',   $TITLE{spins},                               [$answer->spins]],
        ['safe',    'HANG NOBODY',                               \@good],
        ['broken',  'NOT KNOWN', [$self->_silent], _nothing(@nothing)],
        ['hang',    "$TITLE{exotic} ($ends)", [$self->_exotic]],
    );
    return map {
        my ($verdict, $title, $findings, @notes) = @{$_};
        +{verdict => $verdict, title => $title, findings => $findings, notes => \@notes}
    } grep { @{$_->[2]} } @sections;
}

# What is spoilt: a finding for each, or all in a row.
sub _corrupt ($self) {
    my $brief = $self->{without}{claims};
    my ($first, @others) = $self->answer->corrupt($brief);
    return ($first // (), @others) if !$brief || !@others;
    my @where = map { join(', ', @{$_->{names}}) . ": $_->{where}" } @others;
    return {names => $first->{names}, where => join '; ', $first->{where}, @where};
}

# What is not known, each with its reason; or how much that is.
sub _silent ($self) {
    my @cases = $self->answer->unknown;
    return $self->answer->silent if !$self->{without}{reasons} || !@cases;
    my @tally = $self->{results}->tally(map { $_->{verdict} } @cases);
    return {names => [join ', ', @tally], where => 'see --verbose'};
}

sub _nothing (@names) { return @names ? 'nothing of ' . join ', ', @names : () }

# Findings below what they have in common, and what else is to be told of them.
sub section ($self, $section) {
    return join q{}, $self->{paint}->(@{$section}{qw(title verdict)}) . "\n",
        $self->listed(@{$section->{findings}}),
        map { wrap(q{    }, "$_.", q{    }) } @{$section->{notes}};
}

sub listed ($self, @findings) {
    return $self->shortened(
        map { wrap(q{  }, join(', ', @{$_->{names}}) . ": $_->{where}", q{      }) } @findings);
}

# Texts of a line or some. What would be too much for a screen is counted.
sub shortened ($self, @texts) {
    my @left = @texts > $LINES && !$self->{verbose} ? splice @texts, $LINES - 1 : ();
    return @texts, @left ? '  and ' . @left . " more: --verbose\n" : ();
}

# Whom, and who is not: what frees them is among these.
sub _held ($self) {
    return if $self->{without}{acts};
    my ($held,  $free) = $self->answer->acts;
    my ($first, @more) = @{$held};
    my $all  = !$self->{without}{act_names};
    my $acts = $all || !@more ? join ', ', @{$held} : "$first and " . @more . ' more acts';
    my $text = "held up, at the pipe's other end: $acts" . $self->_survival;
    $text .= '. Not held up: ' . join ', ', @{$free} if $all && @{$free};
    return $text;
}

sub _survival ($self) {
    my ($survived, $tried) = $self->answer->survived;
    return q{} if !$survived;
    return '; SIGKILL does not help'
        . ($survived == $tried ? q{} : " in $survived of $tried cases");
}

sub _instead ($self) {
    return if $self->{without}{instead};
    my @ways   = map { join(', ', @{$_->{names}}) . ": $_->{where}" } $self->answer->instead;
    my @others = $self->{without}{other_ways} ? splice @ways, 1 : ();
    return
          @ways
        ? 'instead of ' . join '; ', @ways, @others
            ? 'others: copyhang explain NAME'
            : ()
        : ();
}

sub _exotic ($self) {
    my @findings = $self->{without}{exotic} ? () : $self->answer->exotic;
    return @findings if !@findings || !$self->{without}{exotic_acts};
    my @names = map { @{$_->{names}} } @findings;
    @names = ("$names[0], $names[1] and " . (@names - 2) . ' more')
        if $self->{without}{exotic_names} && @names > 2;
    return {names => \@names, where => 'see --verbose'};
}

sub proof ($self) {
    return q{} if $self->{without}{proof};
    my $case  = $self->answer->proof // return q{};
    my @lines = Copyhang::Picture->lines($self->tables, $case) or return q{};
    return join "\n", "Proof: $case->{id}", @lines, q{};
}

# How much that was, and where the rest is.
sub counts ($self) {
    my @cases = $self->{results}->all_cases;
    my $text  = sprintf '%d cases in %.1f s.', scalar @cases, $self->{results}->seconds;
    my $more  = $self->{verbose} ? q{} : ' More: ' . $self->more;
    return wrap(q{}, $text . $more);
}

sub more ($class) { return '--verbose, --html FILE, copyhang explain NAME' }

# --- With verbose ---

sub table ($self) {
    my @cases = $self->{results}->all_cases;
    return join "\n", map { $_->text($self->{paint}) } Copyhang::Grid->tables(0, @cases);
}

sub evidences ($self) {
    return join "\n", map { $self->_one($_) } $self->{results}->all_cases;
}

# The name of the call in which the copy stalled.
sub stalled ($case) {
    my ($step) = grep { $_->[0] eq 'step' && $_->[1] =~ /=stalled\z/ } @{$case->{pairs}};
    return $step ? $step->[1] =~ s/\W.*//sr : undef;
}

sub _one ($self, $case) {
    my $title = $self->{paint}->($case->{verdict}, $case->{verdict}) . q{ };
    $title .= join ': ', grep { defined } @{$case}{qw(program id)};
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
    my @texts = map {
        my $what = $_->[0][1];
        map { wrap(q{}, "$_: $what", q{  }) } phrases(map { $_->[0] } @{$_})
    } group(sub ($difference) { $difference->[1] }, @differences);
    return join q{}, $self->shortened(@texts), wrap(q{}, $sum);
}

# Those of one kernel, or of the only one.
sub troubles ($self, $kernel = ($self->{results}->results)[0]) {
    my $name = defined $kernel->{name} ? "$kernel->{name}: " : q{};
    return join q{},
        map { wrap($self->{paint}->('trouble', 'broken') . " $name", $_, q{  }) }
        @{$kernel->{troubles} // []};
}

1;
