# SPDX-License-Identifier: GPL-2.0-only
#
# Which verdicts are good, which are bad, and which say nothing.
package Copyhang::Bisect::Verdicts;

use v5.36;
use Copyhang::Case    ();
use Copyhang::Failure qw(bad_input untestable);

# $option: good-verdict, bad-verdict (lists with commas), any-change, as of the command line.
sub new ($class, $option) {
    my $self = bless {any_change => $option->{'any-change'}, answer => {}}, $class;
    for my $side (qw(good bad)) {
        my $list = $option->{"$side-verdict"} // next;
        my @list = split /,/, $list;
        bad_input("--$side-verdict wants verdicts, as in refused,safe, not '$list'")
            if !@list || grep { !Copyhang::Case->says_something($_) } @list;
        $self->_take($side, @list);
    }
    return $self;
}

sub _take ($self, $side, @verdicts) {
    for my $verdict (@verdicts) {
        bad_input("$verdict cannot be both a good and a bad verdict")
            if ($self->{answer}{$verdict} //= $side) ne $side;
    }
    return;
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
        my @wanted = $self->names($side) or next;
        bad_input("$name is to be $side, and shows $verdict, not " . join ' or ', @wanted)
            if ($self->{answer}{$verdict} // q{}) ne $side;
    }
    $self->_take($_, $end{$_}{verdict}) for grep { !$self->names($_) } qw(good bad);
    return;
}

# The verdicts that are good, or bad.
sub names ($self, $side) {
    return grep { ($self->{answer}{$_} // q{}) eq $side } Copyhang::Case->verdicts;
}

# What was seen with its answer (good, bad or skip), and why it is skipped, undef if it is not.
sub judge ($self, $seen) {
    my $why    = $self->_why_silent($seen);
    my $answer = $self->{answer}{$seen->{verdict}} // ($self->{any_change} ? 'bad' : 'skip');
    $why //= "$seen->{verdict} is neither good nor bad" if $answer eq 'skip';
    return {%{$seen}, answer => defined $why ? 'skip' : $answer, why => $why};
}

# The same in words.
sub words ($class, $judged) {
    return
        defined $judged->{why} ? "skip ($judged->{why})" : "$judged->{verdict}: $judged->{answer}";
}

# Why what was seen says nothing either way; undef if it may. A late end may be due to this machine:
# it counts only for those who asked for it.
sub _why_silent ($self, $seen) {
    return $seen->{reason} if defined $seen->{reason};
    return                 if $seen->{verdict} ne 'late' || $self->{answer}{late};
    return 'late, which may be due to this machine';
}

# What `git bisect run` takes for an answer.
sub exit_status ($class, $answer) { return {good => 0, bad => 1, skip => 125}->{$answer} }

1;
