# SPDX-License-Identifier: GPL-2.0-only
#
# System calls as /proc/PID/syscall numbers them on x86-64, as far as they hold a pipe's lock, wait
# for one, or tell of which case of ours that is.
package Copyhang::Why::Calls;

use v5.36;
use Exporter 'import';

our @EXPORT_OK = qw(call_of call_text);

# number => [name, arguments, {role => which of them is a descriptor}]: `in` is read, `out` is
# written, `fd` is looked at or closed.
my %CALLS = (
    0   => ['read',            3, {in  => 0}],
    1   => ['write',           3, {out => 0}],
    2   => ['open',            3, {}],
    3   => ['close',           1, {fd => 0}],
    7   => ['poll',            3, {}],
    16  => ['ioctl',           3, {fd  => 0}],
    17  => ['pread64',         4, {in  => 0}],
    18  => ['pwrite64',        4, {out => 0}],
    19  => ['readv',           3, {in  => 0}],
    20  => ['writev',          3, {out => 0}],
    23  => ['select',          5, {}],
    33  => ['dup2',            2, {fd  => 1}],
    40  => ['sendfile',        4, {in  => 1, out => 0}],
    45  => ['recvfrom',        6, {in  => 0}],
    46  => ['sendmsg',         3, {out => 0}],
    47  => ['recvmsg',         3, {in  => 0}],
    59  => ['execve',          3, {}],
    60  => ['exit',            1, {}],
    61  => ['wait4',           4, {}],
    72  => ['fcntl',           3, {fd => 0}],
    202 => ['futex',           6, {}],
    209 => ['io_submit',       3, {}],
    231 => ['exit_group',      1, {}],
    232 => ['epoll_wait',      4, {}],
    257 => ['openat',          4, {}],
    270 => ['pselect6',        6, {}],
    271 => ['ppoll',           5, {}],
    275 => ['splice',          6, {in  => 0, out => 2}],
    276 => ['tee',             4, {in  => 0, out => 1}],
    278 => ['vmsplice',        4, {out => 0}],
    281 => ['epoll_pwait',     5, {}],
    292 => ['dup3',            3, {fd  => 1}],
    295 => ['preadv',          4, {in  => 0}],
    296 => ['pwritev',         4, {out => 0}],
    322 => ['execveat',        5, {}],
    326 => ['copy_file_range', 6, {in  => 0, out => 2}],
    327 => ['preadv2',         6, {in  => 0}],
    328 => ['pwritev2',        6, {out => 0}],
    426 => ['io_uring_enter',  6, {}],
    436 => ['close_range',     3, {}],
    437 => ['openat2',         4, {}],
);

# What is a number to people; all else is an address or flags.
my %NUMBERS = map { $_ => 1 } qw(close exit exit_group dup2 dup3 close_range);

# Of a line of /proc/PID/syscall; undef of who runs, is in no call, or is in one of 32 bits.
sub call_of ($line) {
    my ($nr, @words) = split q{ }, $line // q{};
    return if !defined $nr || $nr !~ /\A\d+\z/ || @words < 6;
    my ($name, $count, $roles) = @{$CALLS{$nr} // ["syscall_$nr", 0, {}]};
    my @args = do {
        no warnings "portable";
        map { hex } @words[0 .. 5];
    };
    my %call = (nr => $nr, name => $name, args => [@args[0 .. $count - 1]], roles => $roles);
    $call{$_} = _descriptor($args[$roles->{$_}]) for keys %{$roles};
    return \%call;
}

# An int, of which the kernel shows all of the register.
sub _descriptor ($value) { return unpack 'l', pack 'L', $value & 0xffffffff }

sub call_text ($call) {
    return $call->{name} . '()' if !@{$call->{args}};
    my %number = map { $_ => 1 } values %{$call->{roles}};
    my @args   = map {
              $number{$_} || $NUMBERS{$call->{name}} ? _descriptor($call->{args}[$_])
            : $call->{args}[$_] ? sprintf '0x%x', $call->{args}[$_]
            : '0'
    } 0 .. $#{$call->{args}};
    return "$call->{name}(" . join(', ', @args) . ')';
}

1;
