# SPDX-License-Identifier: GPL-2.0-only
#
# One boot of a kernel, in which the case program runs.
#
# A Copyhang::Process, the emulator, whose standard output is the channel of init
# (fixtures/guest/init.c): on_line gets what the case program prints, as long as nothing of it is
# lost. The console goes to a file without a name, and is evidence. Where the kernel writes to the
# channel, too (Copyhang::Guest::Machine), what is no line of init's is taken for the console's; that
# none of init's is missing its numbers tell there as well.
#
# The emulator is ended when init said that the case program came to its end, when something is
# lost, and when a limit of Copyhang::Limits has passed: for a word of init, for something new on
# the console as long as there is none, for its signs of life from then on, and for a line of the
# case program; all of them multiplied with the machine's slowness: in a guest, too, a second is a
# second.
#
# outcome is one of those that man/copyhang-matrix.pod tells of, with an underscore.
package Copyhang::Guest;

use v5.36;
use parent 'Copyhang::Process';
use Copyhang::Failure qw(untestable);
use Copyhang::Limits  ();
use Copyhang::Stream  ();
use List::Util        qw(first tail);

# What a kernel says when it gives up, or a part of it.
my $OOPS = qr/Kernel\ panic\ -\ not\ syncing | \bOops: | kernel\ BUG\ at | \[\#\d+\]
             | BUG:\ (?:unable|kernel\ NULL)/x;

my $TAIL  = 65_536;    # bytes of the console that are looked at
my $LINES = 24;        # of it that are kept
my $ASIDE = 500;       # lines of the kernel's that came through the channel

# Arguments: machine (Copyhang::Guest::Machine), initramfs (a handle, of
# Copyhang::Guest::Initramfs), on_line.
sub start ($class, %argument) {
    my ($machine, $initramfs) = @argument{qw(machine initramfs)};
    open my $console, '+>', undef or untestable("cannot make a file for the console: $!");
    my $now = Copyhang::Process::now();
    return $class->SUPER::start(
        %argument,
        command => [$machine->command(fileno $console, fileno $initramfs)],
        keep    => [$console, $initramfs],
        dies_by => 'KILL',
        console => $console,
        size    => 0,
        said    => {},
        aside   => [],
        time    => {start => $now, stirred => $now, progress => $now},
        number  => 0,
    );
}

# What init said: release, version, machine, trouble => [...], end => wait status.
sub said ($self, $what) { return $self->{said}{$what} }

# Whether init was heard of.
sub is_up ($self) { return defined $self->{time}{up} }

# Of one that has ended, in seconds: to boot, of the cases, and in all.
sub seconds ($self) {
    my ($start, $up, $cases, $end, $over) = @{$self->{time}}{qw(start up cases end over)};
    $cases //= $up // $over;
    return {boot => $cases - $start, cases => ($end // $over) - $cases, total => $over - $start};
}

# A line of the channel, see fixtures/guest/init.c.
sub take_line ($self, $line) {
    return if defined $self->{lost} || defined $self->said('end');
    my $expected = $self->{number} + 1;
    $line = $self->_set_aside($line, $expected) // return if $self->{machine}->shares_channel;
    my ($number, $sum, $text) = $line =~ /\A(\d+) (\d+) (.*)\z/;
    return $self->_lose("no line of init's: $line")             if !defined $text;
    return $self->_lose("line $number where $expected was due") if $number != $expected;
    return $self->_lose("a line that is damaged: $line")        if $sum != unpack '%32C*', $text;
    $self->{number} = $number;
    $self->{time}{up} //= Copyhang::Process::now();
    return $self->_listen($1, $2 // q{}) if $text =~ /\A[@](\w+)(?: (.*))?\z/;
    $self->{time}{progress} = Copyhang::Process::now();
    return $self->SUPER::take_line($text);
}

# Of a line that the kernel may have begun or written: init's part, undef if there is none.
sub _set_aside ($self, $line, $expected) {
    return $line if $line =~ /\A\d+ \d+ /;
    my ($kernel, $rest) = $line =~ /\A(.*?)(?<!\d)($expected \d+ .*)\z/;
    my ($sum, $text) = map { /\A\d+ (\d+) (.*)/ } $rest // ();
    my $is_frame = defined $sum && $sum == unpack '%32C*', $text;
    push @{$self->{aside}}, $is_frame ? $kernel : $line;
    shift @{$self->{aside}} if @{$self->{aside}} > $ASIDE;
    $self->{time}{stirred} = Copyhang::Process::now();
    return $is_frame ? $rest : undef;
}

# From here on nothing can be relied on.
sub _lose ($self, $why) {
    $why = $why =~ s/[^\x20-\x7e]/?/gr;
    $self->{lost} = length $why > 160 ? substr($why, 0, 160) . '...' : $why;
    return $self->stop('TERM', $Copyhang::Limits::GRACE);
}

sub _listen ($self, $what, $text) {
    my $time = $self->{time};
    return push @{$self->{said}{trouble}}, $text if $what eq 'trouble';
    $self->{said}{$what} = $text;
    $time->{cases}       = $time->{progress} = Copyhang::Process::now() if $what eq 'start';
    return if $what ne 'end';

    # There is no more to come: that it powers off is not waited for.
    $time->{end} = Copyhang::Process::now();
    return $self->stop('TERM', $Copyhang::Limits::GRACE);
}

sub overdue ($self, $now) {
    my $time     = $self->{time};
    my $slowness = $self->{machine}->slowness;
    my $size     = -s $self->{console};
    $time->{stirred} = $now if $size != $self->{size};
    $self->{size}    = $size;
    my @limits =
        $self->is_up
        ? (
        [$self->{heard},    $slowness * $Copyhang::Limits::LIFE,   'no sign of life'],
        [$time->{progress}, $slowness * Copyhang::Stream->silence, 'no word from the case program']
        )
        : (
        [$time->{start},   $slowness * $Copyhang::Limits::BOOT,        'no word from init'],
        [$time->{stirred}, $slowness * $Copyhang::Limits::BOOT_SILENT, 'nothing on the console']
        );
    my $passed = first { $now - $_->[0] >= $_->[1] } @limits or return;
    return $self->{overdue} = "$passed->[2] for $passed->[1] s";
}

sub finish ($self) {
    $self->{time}{over} = Copyhang::Process::now();
    $self->SUPER::finish;
    delete $self->{said}{end} if defined $self->{lost};
    return;
}

# (one of these words, what there is to say about it)
sub outcome ($self) {
    my $oops   = first { /$OOPS/ } $self->_console;
    my $status = $self->status // 0;
    return (panic => $oops)        if defined $oops;
    return (lost => $self->{lost}) if defined $self->{lost};
    return 'complete'              if defined $self->said('end');
    return ($self->is_up ? 'wedged' : 'boot_failed', $self->{overdue}) if defined $self->{overdue};
    return (emulator_failed => $self->_why($status))                   if $status;
    return (boot_failed => 'it ended before init said a word')         if !$self->is_up;
    return (lost => 'it ended without a word');
}

sub _why ($self, $status) {
    my ($last) = reverse grep { /\S/ } split /\n/, $self->{noise};
    return join ': ', $self->ending($status), $last // ();
}

# Whether a kernel says in this line that it gives up.
sub is_oops ($class, $line) { return $line =~ $OOPS }

# The last lines of the console.
sub console_tail ($self) { return tail $LINES, $self->_console }

sub _console ($self) {
    my $console = $self->{console};
    my $size    = -s $console;
    seek $console, $size > $TAIL ? $size - $TAIL : 0, 0;
    local $/ = undef;
    my $text = readline($console) // q{};
    $text = join "\n", @{$self->{aside}}, $text;
    $text =~ s/\e\[[\d;?]*[A-Za-z]|\r|\0//g;
    return grep { /\S/ } map { s/\A\[ *\d+[.]\d+\] //r } split /\n/, $text;
}

1;
