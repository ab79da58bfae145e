# SPDX-License-Identifier: GPL-2.0-only
#
# One case's result: its verdict, its evidence, and what it means.
#
# A line of TAP without a known verdict, or whose ok contradicts the verdict, is broken: a doubtful
# safe must not count.
#
# Once it was told what a baseline expects of it, any other verdict fails, for better or worse: see
# BASELINES in copyhang-run(1). Broken always does.
package Copyhang::Case;

use v5.36;
use Cpanel::JSON::XS ();

# Whether the word in TAP is ok, and whether it says something about the kernel.
my @VERDICTS = qw(safe refused hang stuck late spins missed corrupt unavailable broken);
my %IS_OK    = map { $_ => /safe|refused|unavailable/ ? 1 : 0 } @VERDICTS;
my %IS_KNOWN = map { $_ => !/unavailable|broken/ } @VERDICTS;

sub verdicts ($class) { return @VERDICTS }

sub says_something ($class, $verdict) { return $IS_KNOWN{$verdict} }

# From a test line of TAP and the [key, value] pairs of the evidence below it; undef if the line
# names no case.
sub from_tap ($class, $line, $pairs) {
    my ($not, $number, $id) = $line =~ m{\A(not\ )?ok\b \s* (\d*) \s* (?:-\s)? ([^\s#/]+/[^\s#]+)}x
        or return;
    my $self    = $class->_new($id, $number, $pairs);
    my $verdict = $self->{verdict} // 'no verdict';
    my $is_ok   = $IS_OK{$verdict};
    $self->{ok} = !$not;
    return $self if defined $is_ok && $self->{ok} == $is_ok;
    my $reason = "unknown verdict: $verdict";
    $reason = ($not ? 'not ok' : 'ok') . " and verdict=$verdict contradict each other"
        if defined $is_ok;
    push @{$pairs}, ['verdict', 'broken'], ['reason', $reason];
    @{$self}{qw(verdict reason)} = ('broken', $reason);
    return $self;
}

# Of which nothing but its verdict is known.
sub of_verdict ($class, $id, $verdict) {
    my $line = ($IS_OK{$verdict} ? 'ok' : 'not ok') . " 0 $id";
    return $class->from_tap($line, [['verdict', $verdict]]);
}

sub without_result ($class, $id, $number, $reason) {
    return $class->_new($id, $number, [['verdict', 'broken'], ['reason', $reason]]);
}

sub _new ($class, $id, $number, $pairs) {
    my ($act, $strategy, $ends) = split m{/}, $id, 3;
    my %self = (id => $id, number => $number, pairs => $pairs);
    @self{qw(act strategy source sink)} = ($act, $strategy, split /-/, $ends // q{}, 2);
    $self{$_->[0]} = $_->[1] for grep { $_->[0] =~ /\A(?:verdict|reason)\z/ } @{$pairs};
    return bless \%self, $class;
}

# Hang, stuck, late, spins, missed or corrupt: the kernel was seen to do it.
sub is_unsafe ($self) { return $self->is_known && !$IS_OK{$self->{verdict}} }

sub is_known ($self) { return $IS_KNOWN{$self->{verdict}} }

# The first value of a key of the evidence.
sub value ($self, $key) {
    my ($pair) = grep { $_->[0] eq $key } @{$self->{pairs}};
    return $pair ? $pair->[1] : undef;
}

# What a program under test was seen to do: the cascade; of one that could not be tried what it did
# and said instead. Undef for what is no program under test.
sub account ($self) {
    return $self->value('cascade') if $self->is_known;
    return                         if $self->{strategy} !~ /\Aexec\b/;
    my @said = map { "it said: $_->[1]" } grep { $_->[0] eq 'stderr' } @{$self->{pairs}};
    return join '; ', $self->{reason} // $self->{verdict}, @said;
}

sub expect ($self, $expected) { return $self->{expected} = $expected }

sub is_changed ($self) {
    return defined $self->{expected} && $self->is_known && $self->{verdict} ne $self->{expected};
}

sub is_failing ($self) {
    return 1                 if $self->{verdict} eq 'broken';
    return $self->is_changed if defined $self->{expected};
    return $self->is_unsafe;
}

sub tap_line ($self) {
    my $ok   = $IS_OK{$self->{verdict}};
    my $line = ($ok ? 'ok' : 'not ok') . " $self->{number} $self->{id}";
    return "$line # SKIP " . ($self->{reason} // q{}) if $self->{verdict} eq 'unavailable';
    return "$line # TODO expected $self->{expected}"
        if defined $self->{expected} && $self->is_known && $self->is_changed == $ok;
    return $line;
}

sub evidence_lines ($self) {
    return map { "#   $_->[0]=$_->[1]" } @{$self->{pairs}};
}

my %FIELD = (
    errno => sub ($text) { $text },
    (map { $_ => \&_boolean } qw(stalled killable)),
    (map { $_ => \&_number } qw(act_ms release_ms)),
);

sub _boolean ($text) { return $text eq 'yes' ? Cpanel::JSON::XS::true : Cpanel::JSON::XS::false }
sub _number  ($text) { return $text =~ /\A-?\d+(?:[.]\d+)?\z/ ? 0 + $text : undef }

# A repeated key of the evidence becomes an array.
sub document ($self) {
    my %document = (
        %{$self}{qw(id act strategy source sink verdict)},
        (map { $_ => undef } keys %FIELD),
        (map { $_ => $self->{$_} } grep { defined $self->{$_} } qw(reason expected program)),
        stalled  => _boolean('no'),
        steps    => [],
        evidence => {},
    );
    for my $pair (grep { $_->[0] !~ /\A(?:verdict|reason)\z/ } @{$self->{pairs}}) {
        my ($key, $value) = @{$pair};
        if    ($key eq 'step') { push @{$document{steps}}, $value }
        elsif ($FIELD{$key})   { $document{$key} = $FIELD{$key}->($value) }
        else                   { push @{$document{evidence}{$key}}, $value }
    }
    $_ = $_->[0] for grep { @{$_} == 1 } values %{$document{evidence}};
    return \%document;
}

1;
