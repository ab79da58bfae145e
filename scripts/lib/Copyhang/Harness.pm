# SPDX-License-Identifier: GPL-2.0-only
#
# Runs case programs under TAP::Harness.
#
# The streams keep what they read. When they have ended feed shows them to another TAP::Harness,
# with whatever formatter that one has: so are JUnit files and archives made, without running twice.
#
# An object of it reads several at once. It takes the place of TAP::Parser::Multiplexer, which waits
# for handles only, without a limit, and then for a whole result of the one that has some bytes.
package Copyhang::Harness;

use v5.36;
use parent 'TAP::Object';
use Copyhang::Failure ();
use Copyhang::Stream  ();
use List::Util        qw(max min);
use TAP::Harness      ();

my $PROGRAMS_AT_ONCE = 4;    # of a survey; all else has one

# Runs the programs of a selection, several at a time. Arguments: selection, jobs (how many cases
# run at once in all, of which each program gets its share; undef: the programs decide), each (also
# those that another one tells of), formatter, on_case. Returns the streams, which have ended.
sub run ($class, %argument) {
    my @programs = $argument{selection}->programs;
    my $at_once  = min($PROGRAMS_AT_ONCE, scalar @programs, $argument{jobs} // ());
    my @how      = $argument{jobs} ? ('--jobs', max(1, int($argument{jobs} / $at_once))) : ();
    push @how, '--each' if $argument{each};
    my %listener = (
        on_case  => $argument{on_case},
        on_noise => sub ($text) { $argument{formatter}->noise($text) },
    );
    splice @{$_->{command}}, 1, 0, @how for @programs;
    my @streams = map { Copyhang::Stream->new({%{$_}, %listener}) } @programs;
    $class->play($argument{formatter}, $at_once, @streams);
    return @streams;
}

# Lets streams flow, $at_once of them at a time, until they have ended.
sub play ($class, $formatter, $at_once, @streams) {
    my %option = (formatter => $formatter, jobs => $at_once, multiplexer_class => $class);
    return $class->feed(TAP::Harness->new(\%option), @streams);
}

# A test is a stream, which begins to flow when its turn comes: then it is given to the parser.
sub feed ($class, $harness, @streams) {
    my %stream = map { $_->{name} => $_ } @streams;
    $harness->callback(
        parser_args => sub ($argument, $job) {
            my $stream = $stream{$job->[0]};
            delete $argument->{source};
            $argument->{iterator} = $stream->{end_time} ? $stream->rewind : $stream->start;
        }
    );
    $harness->callback(
        after_test => sub ($job, $parser) { $stream{$job->[0]}->take_errors($parser) });
    delete local $ENV{PERL_TEST_HARNESS_DUMP_TAP};
    $harness->runtests(map { $_->{name} } @streams);
    Copyhang::Failure->check_signals;
    return;
}

# --- The multiplexer ---

sub _initialize ($self, @) {
    $self->{entries} = [];
    return $self;
}

sub add ($self, $parser, $stash) {
    my ($stream) = $parser->get_select_handles;
    return push @{$self->{entries}}, {parser => $parser, stash => $stash, stream => $stream};
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
