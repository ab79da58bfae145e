# SPDX-License-Identifier: GPL-2.0-only
package Copyhang::Conclusion;

use strict;
use warnings;
use feature 'signatures';
no warnings 'experimental::signatures';

use Copyhang::Case ();

my @CLASSES = (
    ['safe',    'Safe wherever tried'],
    ['partly',  'Safe where the kernel does not refuse'],
    ['refused', 'Refused wherever tried'],
    ['open',    'Not known to be safe, as cases are broken'],
    ['nothing', 'Unavailable here'],
);

# One paragraph about the cases of a run, without line breaks.
sub text ($class, $kernel, @cases) {
    my (%by_strategy, @strategies, %sorted);
    for my $case (@cases) {
        push @strategies, $case->{strategy} if !$by_strategy{$case->{strategy}};
        push @{$by_strategy{$case->{strategy}}}, $case;
    }
    push @{$sorted{_class_of(@{$by_strategy{$_}})}}, $_ for @strategies;
    my @sentences = ("Linux $kernel->{release} ($kernel->{machine})");
    push @sentences, _bad('Unsafe',  \&_is_unsafe,  \%by_strategy, @strategies);
    push @sentences, _bad('Corrupt', \&_is_corrupt, \%by_strategy, @strategies);
    for my $class (@CLASSES) {
        my ($key, $words) = @{$class};
        push @sentences, "$words: " . _list(@{$sorted{$key}}) if $sorted{$key};
    }
    return join q{ }, map { "$_." } @sentences, _held_up(@cases);
}

# "3 cases in 0.4 s: 2 safe, 1 hang"
sub counts ($class, $seconds, @cases) {
    my %count;
    $count{$_->{verdict}}++ for @cases;
    my @counts = map { "$count{$_} $_" } grep { $count{$_} } Copyhang::Case->verdicts;
    return sprintf '%d cases in %.1f s: %s', scalar @cases, $seconds, join ', ', @counts;
}

sub _class_of (@cases) {
    my %count;
    $count{$_->is_unsafe ? 'bad' : $_->{verdict}}++ for @cases;
    return 'bad'     if $count{bad};
    return 'open'    if $count{broken};
    return 'partly'  if $count{safe} && $count{refused};
    return 'safe'    if $count{safe};
    return 'refused' if $count{refused};
    return 'nothing';
}

# A broken promise is the strategy's own affair, and holds nobody up.
sub _is_corrupt ($case) {
    return $case->{verdict} eq 'corrupt';
}

sub _is_unsafe ($case) {
    return $case->is_unsafe && !_is_corrupt($case);
}

# "Unsafe: sendfile and splice from pty and unix to pipe; ...", or nothing.
sub _bad ($words, $is_bad, $by_strategy, @strategies) {
    my (%group, @wheres);
    for my $strategy (@strategies) {
        my @bad   = grep { $is_bad->($_) } @{$by_strategy->{$strategy}} or next;
        my $where = _where(@bad);
        push @wheres,           $where if !$group{$where};
        push @{$group{$where}}, $strategy;
    }
    return if !@wheres;
    return "$words: " . join '; ', map { _list(@{$group{$_}}) . " $_" } @wheres;
}

sub _where (@cases) {
    my (%sources, %seen, @sinks);
    for my $case (@cases) {
        push @sinks, $case->{sink} if !$sources{$case->{sink}};
        push @{$sources{$case->{sink}}}, $case->{source}
            if !$seen{"$case->{source}-$case->{sink}"}++;
    }
    my (%to, @froms);
    for my $sink (@sinks) {
        my $from = _list(@{$sources{$sink}});
        push @froms,        $from if !$to{$from};
        push @{$to{$from}}, $sink;
    }
    return join ', ', map { "from $_ to " . _list(@{$to{$_}}) } @froms;
}

sub _held_up (@cases) {
    my @held = grep { $_->{verdict} eq 'hang' || $_->{verdict} eq 'stuck' } @cases;
    return @cases ? 'Nothing hung' : () if !@held;
    my %acts     = map  { $_->{act} => 1 } @held;
    my @acts     = grep { delete $acts{$_} } map { $_->{act} } @held;
    my @tried    = grep { defined $_->value('killable') } @held;
    my $survived = grep { $_->value('killable') eq 'no' } @tried;
    my $text     = 'What hung while the copy waited: ' . _list(@acts);
    $text .= "; SIGKILL did not end it in $survived of " . @tried . ' cases' if @tried;
    return $text;
}

sub _list (@names) {
    my $last = pop @names;
    return @names ? join(', ', @names) . " and $last" : $last;
}

1;

__END__

=head1 NAME

Copyhang::Conclusion - what a run says, in one paragraph

=head1 DESCRIPTION

Names the strategies that were safe wherever they were tried, the unsafe ones with the endpoints
that make them so, those that broke a promise, those that the kernel refused, and what hung; all
counted from the cases.

=cut
