# SPDX-License-Identifier: GPL-2.0-only
#
# How far a run is: a formatter for TAP::Harness, one line that moves.
#
# It is shown on standard error, and taken away at the end. What the programs print there goes
# through noise, on a line of its own. The report comes from Copyhang::Report.
package Copyhang::Progress;

use v5.36;
use parent 'TAP::Formatter::Base';
use TAP::Formatter::Session ();
use Time::HiRes             qw(time);

my $BETWEEN = 0.1;    # seconds from one rewriting of the line to the next

# $total: how many cases there will be.
sub for_cases ($class, $total) {
    my $self = $class->new({stdout => \*STDERR});
    @{$self}{qw(total done failing began shown live)} = ($total, 0, 0, time, 0, -t STDERR);
    return $self;
}

sub open_test ($self, $name, $parser) {
    $parser->callback(test => sub ($result) { $self->count($name, scalar $result->is_ok) });
    return TAP::Formatter::Session->new({name => $name, show_count => 0});
}

sub count ($self, $program, $is_ok) {
    $self->{done}++;
    $self->{failing}++ if !$is_ok;
    $self->{program} = $program;
    return $self->show if $self->{live} && time - $self->{shown} >= $BETWEEN;
}

sub line ($self) {
    return sprintf '%d/%d cases, %d failing, %.1f s, now %s',
        @{$self}{qw(done total failing)}, $self->elapsed, $self->{program};
}

# In seconds.
sub elapsed ($self) { return time - $self->{began} }

sub show ($self) {
    $self->tell($self->line);
    $self->{shown} = time;
    return;
}

# Puts a text in the place of the line.
sub tell ($self, $text) {
    print {*STDERR} "\r$text\e[K" if $self->{live};
    return;
}

sub noise ($self, $text) {
    $self->tell(q{});
    print {*STDERR} $text;
    return;
}

sub summary ($self, @) { return $self->tell(q{}) }

1;
