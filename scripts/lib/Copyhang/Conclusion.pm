# SPDX-License-Identifier: GPL-2.0-only
#
# What a run says, in one paragraph.
#
# Names the strategies that were unsafe, with the endpoints that make them so, those that broke a
# promise, all others by what was seen of them, and what hung; all counted from the cases.
package Copyhang::Conclusion;

use v5.36;
use Copyhang::Product qw(group);
use List::Util        qw(uniq);

# What was seen of the cases of a strategy, and what that means. Unsafe ones have more to be told.
my @CLASSES = (
    ['safe',         'Safe wherever tried'],
    ['refused safe', 'Safe where the kernel does not refuse'],
    ['refused',      'Refused wherever tried'],
    ['broken',       'Not known to be safe, as cases are broken'],
    [q{},            'Unavailable here'],
);

# Without line breaks.
sub text ($class, $results) {
    my $kernel     = $results->running;
    my @cases      = $results->all_cases;
    my @strategies = group('strategy', @cases);
    my %sorted;
    push @{$sorted{_class_of(@{$_})}}, $_->[0]{strategy} for @strategies;
    return join q{ }, map { "$_." } "Linux $kernel->{release} ($kernel->{machine})",
        _bad('Unsafe',  \&_is_unsafe,  @strategies),
        _bad('Corrupt', \&_is_corrupt, @strategies),
        (map { "$_->[1]: " . _list(@{$sorted{$_->[0]}}) } grep { $sorted{$_->[0]} } @CLASSES),
        _held_up(@cases);
}

# The strategies that were safe wherever they were tried.
sub safe ($class, @cases) {
    return map { $_->[0]{strategy} }
        grep { _class_of(@{$_}) eq 'safe' } group('strategy', @cases);
}

# "3 cases in 0.4 s: 2 safe, 1 hang"
sub counts ($class, $results) {
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
    my @bad = map { [$_->[0]{strategy}, _where(@{$_})] } @groups or return;
    return "$words: " . join '; ', map { "$_->[0] $_->[1]" } _together(@bad);
}

# "from pty and unix to pipe, from pty to file"
sub _where (@cases) {
    my @sinks;
    for my $same (group('sink', @cases)) {
        push @sinks, [$same->[0]{sink}, _list(uniq map { $_->{source} } @{$same})];
    }
    return join ', ', map { "from $_->[1] to $_->[0]" } _together(@sinks);
}

# Of pairs of a name and a text: those names that have the same text, and this.
sub _together (@pairs) {
    my @groups = group(sub ($pair) { $pair->[1] }, @pairs);
    return map {
        [_list(map { $_->[0] } @{$_}), $_->[0][1]]
    } @groups;
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
