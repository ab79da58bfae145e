# SPDX-License-Identifier: GPL-2.0-only
#
# Which verdicts are good, which are bad, and which say nothing.
package Copyhang::Bisect::Verdicts;

use v5.36;
use Copyhang::Case    ();
use Copyhang::Failure qw(bad_input untestable);

# What `git bisect run` takes these answers for.
my %EXIT = (good => 0, bad => 1, skip => 125);

# $option: good-verdict, bad-verdict (lists with commas), any-change, as of the command line.
sub new ($class, $option) {
    my $self = bless {any_change => $option->{'any-change'}}, $class;
    for my $side (qw(good bad)) {
        my $list = $option->{"$side-verdict"} // next;
        my @list = split /,/, $list;
        bad_input("--$side-verdict wants verdicts, as in refused,safe, not '$list'")
            if !@list || grep { !Copyhang::Case->says_something($_) } @list;
        $self->{$side} = {map { $_ => 1 } @list};
    }
    return $self->_check_apart;
}

sub _check_apart ($self) {
    my ($both) = grep { $self->_is(bad => $_) } $self->names('good');
    bad_input("$both cannot be both a good and a bad verdict") if defined $both;
    return $self;
}

# What is not said by the options is what the ends, as Copyhang::Bisect::Step saw them, show.
sub take_ends ($self, $good, $bad) {
    my %end = (good => $good, bad => $bad);
    for my $side (qw(good bad)) {
        my $why = $self->_why_silent($end{$side}) // next;
        untestable("cannot tell, as the $side end cannot: $end{$side}{name}: $why");
    }
    bad_input("$good->{name} and $bad->{name} both show $good->{verdict}: nothing has changed")
        if $good->{verdict} eq $bad->{verdict};
    for my $side (qw(good bad)) {
        my ($name, $verdict) = @{$end{$side}}{qw(name verdict)};
        $self->{$side} //= {$verdict => 1};
        my $wanted = join ' or ', $self->names($side);
        bad_input("$name is to be $side, and shows $verdict, not $wanted")
            if !$self->_is($side, $verdict);
    }
    return $self->_check_apart;
}

# The verdicts that are good, or bad.
sub names ($self, $side) {
    return grep { $self->_is($side, $_) } Copyhang::Case->verdicts;
}

sub _is ($self, $side, $verdict) { return $self->{$side} && $self->{$side}{$verdict} }

# What was seen with its answer (good, bad or skip), and why it is skipped, undef if it is not.
sub judge ($self, $seen) {
    my $verdict = $seen->{verdict};
    my $why     = $self->_why_silent($seen);
    my $answer =
          defined $why                                       ? 'skip'
        : $self->_is(good => $verdict)                       ? 'good'
        : $self->_is(bad => $verdict) || $self->{any_change} ? 'bad'
        :                                                      'skip';
    $why //= "$verdict is neither good nor bad" if $answer eq 'skip';
    return {%{$seen}, answer => $answer, why => $why};
}

# The same in words.
sub words ($class, $judged) {
    my ($verdict, $answer, $why) = @{$judged}{qw(verdict answer why)};
    return defined $why ? "skip ($why)" : "$verdict: $answer";
}

# Why what was seen says nothing either way; undef if it may. A late end may be due to this machine:
# it counts only for those who asked for it.
sub _why_silent ($self, $seen) {
    return $seen->{reason} if defined $seen->{reason};
    return if $seen->{verdict} ne 'late' || grep { $self->_is($_, 'late') } qw(good bad);
    return 'late, which may be due to this machine';
}

# The exit status that stands for an answer.
sub exit_status ($class, $answer) { return $EXIT{$answer} }

1;
