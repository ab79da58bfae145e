# SPDX-License-Identifier: GPL-2.0-only
#
# How far a run is: a formatter for TAP::Harness, one line that moves.
#
#     12/40 cases, 1 failing, 3 s, 7 s left, now close                   # of the kernel that runs
#     1/3 kernels, 0 failing, 9 s, 20 s left, debian:6.12 3/40           # of kernels in guests
#     step 3 of about 5: debian:6.1.170 boots, 12 s                      # of a bisection
#
# It is shown on standard error, and taken away at the end. What the programs print there goes
# through noise, on a line of its own. The report comes from Copyhang::Report.
package Copyhang::Progress;

use v5.36;
use parent 'TAP::Formatter::Base';
use TAP::Formatter::Session ();
use Time::HiRes             qw(time);

my $BETWEEN = 0.1;    # seconds from one rewriting of the line to the next
my $TELLING = 2;      # seconds after which it can be told how long the rest will take

# How many cases there will be; on each of so many kernels => 3, or of a step => 'in words: '. Where
# one program plays those of all acts => 1, the line names the act.
sub for_cases ($class, $cases, %of) {
    my $self = $class->new({stdout => \*STDERR});
    %{$self} = (%{$self}, cases => $cases, %of, now => {}, began => time, live => -t STDERR);
    @{$self}{qw(done failing over shown)} = (0) x 4;
    return $self;
}

sub open_test ($self, $name, $parser) {
    $parser->callback(test => sub ($result) { $self->count($name, $result) });
    return TAP::Formatter::Session->new({name => $name, show_count => 0});
}

# $name: of the case program or the kernel; the result is described by the id of its case.
sub count ($self, $name, $result) {
    my $done = ++$self->{done_by}{$name};
    $self->{done}++;
    $self->{failing}++ if !$result->is_ok;
    $self->{at} = $self->{acts} ? $result->description =~ s{/.*}{}r : $name;
    $self->{now}{$name} = $self->{kernels} ? "$done/$self->{cases}" : 'plays';
    return $self->_show if $self->{live} && time - $self->{shown} >= $BETWEEN;
}

# What a kernel is at: boots, done. In a bisection there is one at a time.
sub state_of ($self, $name, $words) {
    $self->{now} = {} if defined $self->{step};
    $self->{now}{$name} = $words;
    if ($self->{kernels} && $words eq 'done') {
        delete $self->{now}{$name};
        $self->{over}++;
    }
    return $self->_show;
}

# Which step of a bisection it is, in words.
sub step ($self, $step) { return $self->{step} = "$step: " }

sub _line ($self) {
    my ($now, $seconds) = ($self->{now}, time - $self->{began});
    my @now = map { "$_ $now->{$_}" } sort keys %{$now};
    return sprintf '%s%s, %.0f s', $self->{step}, "@now", $seconds if defined $self->{step};
    my @rest = (sprintf('%.0f s', $seconds), $self->_left($seconds));
    return join ', ', "$self->{done}/$self->{cases} cases", "$self->{failing} failing", @rest,
        "now $self->{at}"
        if !$self->{kernels};
    return join ', ', "$self->{over}/$self->{kernels} kernels", "$self->{failing} failing", @rest,
        @now;
}

# "7 s left", as if what is left took as long as what is done.
sub _left ($self, $seconds) {
    my $all = $self->{cases} * ($self->{kernels} || 1);
    return if !$self->{done} || $seconds < $TELLING;
    return sprintf '%.0f s left', $seconds * ($all - $self->{done}) / $self->{done};
}

sub _show ($self) {
    $self->{shown} = time;
    return $self->tell($self->_line);
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
