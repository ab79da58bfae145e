# SPDX-License-Identifier: GPL-2.0-only
#
# How far a run is: a formatter for TAP::Harness, one line that moves.
#
# Shows on standard error how far a run is, and takes the line away at the end. What the programs
# print on standard error goes through noise, on a line of its own. The report comes from
# Copyhang::Report.
package Copyhang::Progress;

use v5.36;
use parent 'TAP::Formatter::Base';
use Copyhang::Progress::Program ();
use Time::HiRes                 qw(time);

my $BETWEEN = 0.1;    # seconds from one rewriting of the line to the next

# $total: how many cases there will be.
sub for_cases ($class, $total) {
    my $self = $class->new({stdout => \*STDERR});
    @{$self}{qw(total done failing began shown live)} = ($total, 0, 0, time, 0, -t STDERR);
    return $self;
}

sub open_test ($self, $name, $parser) {
    return Copyhang::Progress::Program->new(
        {name => $name, parser => $parser, formatter => $self, show_count => 0});
}

sub count ($self, $program, $is_ok) {
    $self->{done}++;
    $self->{failing}++ if !$is_ok;
    $self->{program} = $program;
    $self->show if $self->{live} && time - $self->{shown} >= $BETWEEN;
    return;
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
    $self->_clear;
    print {*STDERR} $text;
    return;
}

sub summary ($self, @) {
    $self->_clear;
    return;
}

sub _clear ($self) {
    print {*STDERR} "\r\e[K" if $self->{live};
    return;
}

1;
