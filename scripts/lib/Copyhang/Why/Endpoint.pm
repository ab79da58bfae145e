# SPDX-License-Identifier: GPL-2.0-only
#
# What the holder of a lock waits for, and what would bring it about.
#
#     my $endpoint = Copyhang::Why::Endpoint->new($pipes)->of($holder);
#
# It is {kind, text, peers, peers_are, gives}: kind as the endpoints of cases are called, undef
# where it cannot be told; peers, the tasks that have its other end, or what that is called; gives,
# what they could do, in words.
package Copyhang::Why::Endpoint;

use v5.36;
use Copyhang::Why::Sleep qw(:all);
use List::Util           qw(first);

my %SOCKET = ('0001' => 'unix', '0002' => 'unix_dgram', '0005' => 'unix_seqpacket');
my %STATE  = (
    '01' => 'established',
    '02' => 'syn sent',
    '04' => 'closing',
    '05' => 'closing',
    '06' => 'closing',
    '07' => 'closed',
    '08' => 'closed by the peer',
    '0A' => 'listening',
);

# What is no file of a folder: by how /proc names it.
my @LINKS = (
    [qr{\A/dev/pts/\d+},             \&_terminal],
    [qr{\A/dev/(?:pts/)?ptmx},       \&_master],
    [qr{\A/dev/(?:tty|console|hvc)}, \&_terminal],
    [qr{\Asocket:\[(\d+)\]},         \&_socket],
    [qr{\Apipe:\[\d+\]},             \&_pipe],
    [qr{\Aanon_inode:\[?(\w+)},      \&_event],
    [qr{\A/dev/kmsg\z},              \&_log],
);

sub new ($class, $pipes) { return bless {pipes => $pipes, proc => $pipes->proc}, $class }

sub of ($self, $holder) {    ## no critic (ProhibitUnusedPrivateSubroutines)
    my $task = $holder->{task};
    return $self->_memory($holder) if $holder->{fault};
    my $fd = $holder->{other} // $self->_guess($task) // return {text => 'what cannot be told'};
    my $endpoint = $self->_by_link($fd, $holder);
    $endpoint->{peers} = [grep { $_->{pid} != $task->{pid} } @{$endpoint->{peers} // []}];
    return $endpoint;
}

sub _by_link ($self, $fd, $holder) {
    for my $row (@LINKS) {
        my ($pattern, $describe) = @{$row};
        return $self->$describe($fd, $holder, $1) if $fd->{link} =~ $pattern;
    }
    return $self->_file($fd, $holder);
}

# What a thread of io_uring's waits for: the one descriptor that goes with where it sleeps.
my @WAITS = (
    [qr/\A(?:n_tty_|tty_|file_tty_)/,                         qr{\A/dev/(?:pts|tty|console|ptmx)}],
    [qr/\A(?:unix_|tcp_|udp_|sk_|sock_|__skb_|skb_)/,         qr{\Asocket:}],
    [qr/\A(?:fuse_|request_wait_answer|folio_wait|filemap_)/, qr{\A/(?!dev/)}],
);

sub _guess ($self, $task) {
    my $links = $self->{pipes}->links_of($task);
    my @in    = (@{$task->{stack}}, $task->{wchan} // ());
    for my $row (@WAITS) {
        next if !grep { $_ =~ $row->[0] } @in;
        my %at = map { $links->{$_} => $_ } grep { $links->{$_} =~ $row->[1] } keys %{$links};
        return $self->{proc}->descriptor($task, (values %at)[0]) if keys %at == 1;
    }
    return;
}

# --- Kinds ---

sub _openers ($self, $pattern) {
    my %tasks = map { $_->[0]{pid} => $_->[0] } $self->{pipes}->leading_to($pattern);
    return [map { $tasks{$_} } sort { $a <=> $b } keys %tasks];
}

# Whether bytes are to come, or room.
sub _wants_room ($holder) { return ($holder->{role} // 'out') eq 'in' }

sub _terminal ($self, $fd, $holder, @) {
    my ($number) = $fd->{link} =~ m{\A/dev/pts/(\d+)};
    my $text     = $fd->{link} =~ s/ [(]deleted[)]\z//r;
    my @peers    = defined $number ? $self->_masters($number) : ();
    my $gives =
        _wants_room($holder)
        ? "read what $text shows (Ctrl-Q, if Ctrl-S has stopped it), or close its other side"
        : "type a line, or Ctrl-D, into the terminal $text, or close it";
    return {
        kind      => 'pty',
        text      => "the terminal $text",
        peers     => \@peers,
        peers_are => 'its other side',
        gives     => $gives,
    };
}

# Those that have the other side of a terminal, by the number of that.
sub _masters ($self, $number) {
    my %masters;
    for my $place ($self->{pipes}->leading_to(qr{\A/dev/(?:pts/)?ptmx})) {
        my $fd = $self->{proc}->descriptor(@{$place}) // next;
        $masters{$place->[0]{pid}} = $place->[0] if ($fd->{info}{'tty-index'} // -1) == $number;
    }
    return map { $masters{$_} } sort keys %masters;
}

sub _master ($self, $fd, $holder, @) {
    my $number = $fd->{info}{'tty-index'};
    my $slave  = defined $number ? "/dev/pts/$number" : 'its terminal';
    my $gives =
        _wants_room($holder)
        ? "have the program on $slave read"
        : "have a program write to $slave, or close it there";
    return {
        kind  => 'ptm',
        text  => "the other side of $slave",
        peers => defined $number ? $self->_openers(qr{\A/dev/pts/$number\z}) : [],
        gives => $gives,
    };
}

sub _pipe ($self, $fd, $holder, @) {
    my $openers = $self->{pipes}->openers($fd->{link});
    my $room    = _wants_room($holder);
    return {
        kind  => 'pipe',
        text  => $fd->{link},
        peers => $openers->{$room ? 'r' : 'w'},
        gives => $room ? "read from $fd->{link}" : "write to $fd->{link}, or close that end",
    };
}

my %EVENT = (
    eventfd  => 'write to its eventfd',
    timerfd  => 'set its timer to a time that comes',
    inotify  => 'change what it watches',
    signalfd => 'send it the signal that it waits for',
);

sub _event ($self, $fd, $holder, $what) {
    return {kind => $what, text => "its $what", gives => $EVENT{$what} // "have its $what yield"};
}

sub _log ($self, $fd, @) {
    my $gives = 'write a line to /dev/kmsg: echo hello > /dev/kmsg';
    return {kind => 'kmsg', text => q{the kernel's log}, gives => $gives};
}

sub _file ($self, $fd, $holder) {
    my $task = $holder->{task};
    my $fuse = $self->{pipes}->fuse($task, $fd->{dev});
    return $self->_served($fd, $fuse) if $fuse || waits_for_fuse($task);
    return {kind => 'fifo', text => $fd->{link}, gives => 'have its other end written to'}
        if $fd->{fifo};
    my $mount = $self->{proc}->mounts($task)->{$fd->{dev} // q{}};
    my $where = $mount ? " ($mount->{type}, mounted at $mount->{at})" : q{};
    my $gives = 'bring the disk or the server of that file back';
    $gives = "thaw it: fsfreeze --unfreeze $mount->{at}" if $mount && waits_for_freeze($task);
    return {kind => 'file', text => "the file $fd->{link}$where", gives => $gives};
}

# A file of a FUSE server's.
sub _served ($self, $fd, $fuse) {
    my $at    = $fuse && defined $fuse->{at} ? ", mounted at $fuse->{at}" : q{};
    my $seems = $fuse && !$fuse->{sure}      ? ', as it seems'            : q{};
    return {
        kind      => 'fuse',
        text      => "the FUSE server of $fd->{link}$at$seems",
        peers     => $self->servers($fuse),
        peers_are => 'the server',
        gives     => 'have the FUSE server answer, or end it',
        fuse      => $fuse,
    };
}

# Who has /dev/fuse open; where the kernel tells for which connection, for that one. Of several it is
# one.
sub servers ($self, $fuse) {
    my (%known, %any);
    for my $place ($self->{pipes}->leading_to(qr{\A/dev/fuse})) {
        my $fd     = $self->{proc}->descriptor(@{$place}) // next;
        my $number = $fd->{info}{fuse_connection};
        $any{$place->[0]{pid}}   = $place->[0];
        $known{$place->[0]{pid}} = $place->[0]
            if defined $number && $fuse && $number == $fuse->{number};
    }
    my %of = %known ? %known : %any;
    return [map { $of{$_} } sort keys %of];
}

# Memory that a call is to read or write: its page does not come.
sub _memory ($self, $holder) {
    my $task = $holder->{task};
    if (shown($task) eq 'handle_userfault') {
        return {
            kind      => 'userfault',
            text      => 'a page of memory that a userfaultfd holds back',
            peers     => [grep { $_->{pid} != $task->{pid} } @{$self->_openers(qr/userfaultfd/)}],
            peers_are => 'who has it',
            gives     => 'have who serves the userfaultfd give the page, or end it',
        };
    }
    my $map      = $self->_mapped($task) // return {text => 'a page of memory'};
    my $endpoint = $self->_file($map, $holder);
    $endpoint->{text} = "a page of $endpoint->{text}";
    return $endpoint;
}

# The file that it is of: by the address that the call names, or else one that has a server.
sub _mapped ($self, $task) {
    my @maps   = $self->{proc}->mapped($task);
    my $vector = $task->{call}{name} =~ /v2?\z|vmsplice/;
    my $at     = $task->{call}{args}[1];
    return first { $self->{pipes}->fuse($task, $_->{dev}) } @maps if $vector;
    return first { $at >= $_->{from} && $at < $_->{to} } @maps;
}

# --- Sockets ---

sub _socket ($self, $fd, $holder, $inode) {
    my $task   = $holder->{task};
    my $socket = $self->_unix($task, $inode) // $self->_inet($task, $inode)
        // {text => "a socket (inode $inode)"};
    $socket->{gives} =
        _wants_room($holder)
        ? 'have the other end of that socket read, or close it'
        : 'send to that socket, or close its other end';
    return $socket;
}

sub _unix ($self, $task, $inode) {
    for ($self->{proc}->lines("$task->{path}/net/unix")) {
        my (undef, undef, undef, undef, $type, undef, $number, $path) = split q{ };
        next if ($number // q{}) ne $inode;
        my $kind = $SOCKET{$type} // 'unix';
        my $name = defined $path ? " $path" : q{};
        return {
            kind => $kind,
            text => "a Unix socket$name (inode $inode)",
            find => "ss -xp | grep -w $inode shows who has its other end",
        };
    }
    return;
}

sub _inet ($self, $task, $inode) {
    for my $table (qw(tcp udp tcp6 udp6)) {
        my @rows = map { [split q{ }] } $self->{proc}->lines("$task->{path}/net/$table");
        my ($row) = grep { ($_->[9] // q{}) eq $inode } @rows or next;
        my ($local, $remote, $state) = @{$row}[1 .. 3];
        my ($peer)        = grep { $_->[1] eq $remote && $_->[2] eq $local } @rows;
        my $inode_of_peer = $peer                             ? $peer->[9]         : 0;
        my $how           = $table =~ /tcp/ && $STATE{$state} ? ", $STATE{$state}" : q{};
        return {
            kind  => $table =~ s/6\z//r,
            text  => "a $table socket, " . _address($local) . ' from ' . _address($remote) . $how,
            peers => $inode_of_peer ? $self->_openers(qr/\Asocket:\[$inode_of_peer\]/) : [],
        };
    }
    return;
}

# As the kernel writes them, in words of the machine's order.
sub _address ($text) {
    my ($host, $port) = split /:/, $text;
    my @bytes = map { reverse unpack 'C4', pack 'H8', $_ } $host =~ /(.{8})/g;
    my $name =
        @bytes == 4
        ? join q{.}, @bytes
        : '['
        . join(q{:}, map { sprintf '%x', $bytes[2 * $_] << 8 | $bytes[2 * $_ + 1] } 0 .. 7) . ']';
    return $name . q{:} . hex $port;
}

1;
