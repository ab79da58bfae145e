# SPDX-License-Identifier: GPL-2.0-only
#
# Reads several case programs at once.
#
# Takes the place of TAP::Parser::Multiplexer, which waits for handles only, without a limit, and
# then for a whole result of the one that has some bytes.
package Copyhang::Multiplexer;

use v5.36;
use parent 'TAP::Object';
use Copyhang::Stream ();

sub _initialize ($self, @) {
    $self->{entries} = [];
    return $self;
}

sub add ($self, $parser, $stash) {
    my ($stream) = $parser->get_select_handles;
    push @{$self->{entries}}, {parser => $parser, stash => $stash, stream => $stream};
    return;
}

sub parsers ($self) { return scalar @{$self->{entries}} }

# (parser, stash, result) of a parser that has one, result undef at its end; empty when none is
# left.
sub next ($self) {    ## no critic (ProhibitBuiltinHomonyms)
    my $entries = $self->{entries};
    while (@{$entries}) {
        for my $entry (grep { $_->{stream}->is_ready } @{$entries}) {
            my $result = $entry->{parser}->next;
            @{$entries} = grep { $_ != $entry } @{$entries} if !defined $result;
            return ($entry->{parser}, $entry->{stash}, $result);
        }
        Copyhang::Stream->pump(map { $_->{stream} } @{$entries});
    }
    return;
}

1;
