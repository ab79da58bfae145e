# SPDX-License-Identifier: GPL-2.0-only
#
# What a job's log says, a line at a time: as lava-run prints it on standard error, or as a server
# keeps it (a list of the same).
#
# Each line is a mapping of YAML in one line, with all scalars in double quotes, numbers with a tag. Of
# its messages these count: the console's (target, and feedback, which is what came too late), results
# (results), and what LAVA starts (info).
package Copyhang::Lava::Log;

use v5.36;
use Copyhang::Guest ();
use Time::Piece     ();

my $CONSOLE = 200;    # lines of it that are kept

my %ESCAPE = (
    n => "\n",
    t => "\t",
    r => "\r",
    e => "\e",
    a => "\a",
    b => "\b",
    f => "\f",
    v => "\x0b",
    0 => "\0",
    N => "\x{85}",
    _ => "\x{a0}",
    L => "\x{2028}",
    P => "\x{2029}",
);

# Of LAVA's reasons why a job failed.
my %IS_OF_LAB = map { $_ => 1 } qw(Infrastructure Bug Canceled MultinodeTimeout);

my $STRING = qr/"((?:[^"\\]|\\.)*+)"/s;
my $EMPTY  = qr/(?:null|~)/;

# on_frame => code($number, $text): a line of init's (fixtures/guest/init.c), as it was sent.
sub new ($class, $on_frame = sub ($number, $text) { }) {
    return bless {on_frame => $on_frame, results => [], console => [], troubles => []}, $class;
}

# (lvl, msg, dt) of a line; empty if it is none of a log. Nothing is taken of half a line.
sub parse ($class, $line) {
    my $mapping = _mapping($line =~ s/\A(?:- )?//r) // return;
    my ($level, $message, $time) = @{$mapping}{qw(lvl msg dt)};
    return defined $level && defined $message ? ($level, $message, $time) : ();
}

sub _mapping ($text) {
    my $value = _value(\$text) // return;
    return ref $value eq 'HASH' && $text =~ /\A\s*\z/ ? $value : undef;
}

# Takes a value off the text: a string, a mapping, a list; undef if there is none.
sub _value ($text) {
    ${$text} =~ s/\A\s*(?:![\w!:.,]*\s+)?//;
    return _unescape($1) if ${$text} =~ s/\A$STRING//;
    return q{}           if ${$text} =~ s/\A$EMPTY//;
    return _list($text)  if ${$text} =~ s/\A\[//;
    return               if ${$text} !~ s/\A\{//;
    my %mapping;
    until (${$text} =~ s/\A\s*\}//) {
        ${$text} =~ s/\A\s*(?:\?\s*)?$STRING\s*:\s*// or return;
        my $key = _unescape($1);
        $mapping{$key} = _value($text) // return;
        ${$text} =~ s/\A\s*(?:,|(?=\}))// or return;
    }
    return \%mapping;
}

sub _list ($text) {
    my @list;
    until (${$text} =~ s/\A\s*\]//) {
        push @list, _value($text) // return;
        ${$text} =~ s/\A\s*(?:,|(?=\]))// or return;
    }
    return \@list;
}

sub _unescape ($text) {
    return $text =~ s{\\(?:x(\w{2})|u(\w{4})|U(\w{8})|(.))}
        {defined $4 ? $ESCAPE{$4} // $4 : chr hex($1 // $2 // $3)}gers;
}

# Takes a line; one that is none of a log is not looked at.
sub take ($self, $line) {
    my ($level, $message, $time) = $self->parse($line) or return;
    $self->{first} //= $time;
    $self->{last} = $time;
    if ($level eq 'results') {
        push @{$self->{results}}, $message if ref $message eq 'HASH';
    }
    elsif (ref $message)                        { return }
    elsif ($level =~ /\A(?:target|feedback)\z/) { $self->_listen($message) }
    elsif ($level =~ /\A(?:info|debug)\z/ && $message =~ /\ABoot command: (.*)/) {
        $self->{emulator} = $1;
        $self->{booted}   = $time;
    }
    return;
}

# The console. LAVA has put a backslash before each double quote.
sub _listen ($self, $line) {
    for my $text ($line, $line =~ s/\\"/"/gr) {
        my ($number, $sum, $sent) = $text =~ /\A(\d+) (\d+) (.*)\z/s or last;
        utf8::encode(my $bytes = $sent);
        next if $sum != unpack '%32C*', $bytes;
        $self->{up} //= $self->{last};
        $self->{start} //= $self->{last} if $sent eq '@start';
        $self->{end} = $self->{last} if $sent =~ /\A\@end /;
        return $self->{on_frame}->($number, $bytes);
    }
    push @{$self->{troubles}}, $1 if $line =~ /\Ainit: \@trouble (.*)/;
    push @{$self->{console}}, $line if $line =~ /\S/ && $line !~ /\A<LAVA_/;
    shift @{$self->{console}}      if @{$self->{console}} > $CONSOLE;
    $self->{oops} //= _bare($line) if Copyhang::Guest->is_oops($line);
    $self->{kernel} = 1            if $line =~ /Linux version \d/;
    return;
}

# What init or the kernel said: start of the guest and so on; undef if it was not heard.
sub heard   ($self, $what) { return $self->{$what} }
sub results ($self)        { return @{$self->{results}} }

sub console ($self) {
    return map { _bare($_) } @{$self->{console}};
}

# Without the time that a kernel puts before it.
sub _bare ($line) { return $line =~ s/\A\[ *\d+[.]\d+\] //r }

# What LAVA says of the whole job, the last one: {result, error_type, error_msg}; undef as long as it is
# not over.
sub job ($self) {
    my @jobs = grep { $_->{definition} eq 'lava' && $_->{case} eq 'job' } @{$self->{results}};
    return $jobs[-1];
}

# Whether the laboratory is at fault. That a guest is gone LAVA takes for that, too.
sub is_of_lab ($self) {
    my $job = $self->job // return 1;
    return $IS_OF_LAB{$job->{error_type} // q{}} && !$self->was_cut_off;
}

sub was_cut_off ($self) {
    my $job = $self->job // return 0;
    return ($job->{error_type} // q{}) eq 'Infrastructure'
        && ($job->{error_msg} // q{}) =~ /connection closed/i;
}

# As of Copyhang::Guest.
sub seconds ($self) {
    my ($first, $up, $start, $end, $last) =
        map { scalar _seconds($self->{$_}) } qw(booted up start end last);
    $last  //= 0;
    $first //= $last;
    $start //= $up // $last;
    $end   //= $last;
    my $total = $last - (_seconds($self->{first}) // $last);
    return {boot => $start - $first, cases => $end - $start, total => $total};
}

# 2026-11-27T19:15:04.123456, also with a zone behind it.
sub _seconds ($time) {
    my ($whole, $part) = ($time // q{}) =~ /\A([\d-]+T[\d:]+)([.]\d+)?/ or return;
    return Time::Piece->strptime($whole, '%Y-%m-%dT%H:%M:%S')->epoch + ($part // 0);
}

1;
